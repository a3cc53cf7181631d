# %% [markdown]
# # Exercises 4.2 · The mathematics of homomorphic encryption (同态加密的数学)
#
# Do lesson `04_2_he_mathematics` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers, lists, bytes and arrays, and give such data back.
# You may use `np` and `math` from the next cell, and whatever you import.

# %%
import math

import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## he-11
#
# A bank scores its customers by a weighted sum: so many points for the income class,
# minus so many for each late payment. The customer's numbers arrive encrypted under
# Paillier's scheme: `ciphertexts`, a list of whole numbers modulo $n^2$. The `weights`
# are the bank's, a list of whole numbers as long as that, and some are negative. The
# bank has the public key `n` and nothing else.
#
# Write `encrypted_score`: one ciphertext that the customer decrypts to
# $\sum_i w_i x_i \bmod n$.


# %%
# EXERCISE: he-11
def encrypted_score(ciphertexts, weights, n):
    """A Paillier ciphertext of the weighted sum of what the ciphertexts hold."""
    ### BEGIN SOLUTION
    score = 1
    for ciphertext, weight in zip(ciphertexts, weights, strict=True):
        score = score * pow(ciphertext, weight, n**2) % n**2
    return score
    ### END SOLUTION


# %%
check("he-11", encrypted_score)

# %%
# hint("he-11")

# %% [markdown] tags=["solution"]
# **Why.** A power multiplies what is inside, a product adds it: so
# $\prod_i c_i^{w_i} \bmod n^2$. Python's `pow` takes negative exponents and inverts;
# `weight % n` in the exponent does as well, since messages count modulo $n$. The weights
# stay with the bank, but not for certain: a customer who knows the inputs and sees the
# bare product can test guesses. Multiplying by a fresh encryption of 0 prevents that.

# %% [markdown]
# ## he-12
#
# Two messages of the same length were encrypted with the same pad (二次密码本). You have
# both ciphertexts, `first` and `second`, as bytes: each byte of the message XOR one byte
# of the pad. You do not know the pad. The messages are written with the letters `a` to
# `z` and spaces. You suspect that the word `crib`, also bytes, occurs somewhere in the
# first message.
#
# If it stands at some position, the piece of the second message at the same place must
# be letters and spaces as well. Write `crib_positions`: the list of all positions,
# counted from 0 and rising, at which the crib would make the second message read so.


# %%
# EXERCISE: he-12
def crib_positions(first, second, crib):
    """Where the crib may stand in the first message, judged by the second."""
    ### BEGIN SOLUTION
    allowed = b"abcdefghijklmnopqrstuvwxyz "
    both = bytes(a ^ b for a, b in zip(first, second, strict=True))
    positions = []
    for start in range(len(both) - len(crib) + 1):
        piece = both[start : start + len(crib)]
        other = bytes(a ^ b for a, b in zip(piece, crib, strict=True))
        if all(letter in allowed for letter in other):
            positions.append(start)
    return positions
    ### END SOLUTION


# %%
check("he-12", crib_positions)

# %%
# hint("he-12")

# %% [markdown] tags=["solution"]
# **Why.** The XOR of the ciphertexts is the XOR of the messages; the pad is gone. XOR
# the crib into it, and where the guess is right, the other message appears. This is how
# reused pads were read in the twentieth century, by hand. A longer crib leaves fewer
# accidents, and each piece of the other message is the next crib.

# %% [markdown]
# ## he-13
#
# Thermometers in private homes report the temperature outside, in tenths of a degree,
# so −35 is −3.5 °C. Each adds a secret mask modulo $2^{\text{bits}}$ and sends the
# result to one server: the array `masked`. The masks went to another server: the array
# `masks`, in the same order. Both hold whole numbers from 0 to $2^{\text{bits}}-1$. Some
# homes lost their connection after sending the mask. The array `arrived` of True and
# False says whose masked value is there; where it is False, `masked` holds 0.
#
# Write `mean_temperature`: the mean in degrees of the homes that arrived. The sum of
# their tenths lies between $-2^{\text{bits}-1}$ and $2^{\text{bits}-1}-1$, and at
# least one home arrived.


# %%
# EXERCISE: he-13
def mean_temperature(masked, masks, arrived, bits):
    """The mean temperature in degrees of the homes that arrived."""
    ### BEGIN SOLUTION
    modulus = 2**bits
    total = int(masked[arrived].sum()) - int(masks[arrived].sum())
    total = (total + modulus // 2) % modulus - modulus // 2
    return total / 10 / arrived.sum()
    ### END SOLUTION


# %%
check("he-13", mean_temperature)

# %%
# hint("he-13")

# %% [markdown] tags=["solution"]
# **Why.** The difference of the totals is right modulo $2^{\text{bits}}$, and the upper
# half of the residues are the negative numbers. A mask whose value never came must stay
# out, or it hides the sum as well as it would have hidden the value. In lesson 3.3 the
# masks cancel between the phones, and a phone that drops out is the main trouble.

# %% [markdown]
# ## he-14
#
# In Regev's scheme the messages `0 … messages - 1` stand a step of `q / messages` apart
# on a circle of length `q`, and decryption rounds to the nearest. A fresh ciphertext has
# noise of at most `bound`, up or down. A server multiplies each ciphertext by the same
# public whole number `weight`, which is not zero and may be negative, and then adds up
# as many of them as it likes.
#
# Write `safe_additions`: the largest number of fresh ciphertexts for which the total is
# *sure* to be decrypted rightly. Noise of exactly half a step may already go wrong. All
# arguments are whole numbers, and `q` is a multiple of `2 * messages`.


# %%
# EXERCISE: he-14
def safe_additions(q, messages, bound, weight):
    """The most weighted ciphertexts whose sum is sure to be decrypted rightly."""
    ### BEGIN SOLUTION
    half_step = q // (2 * messages)
    return (half_step - 1) // (abs(weight) * bound)
    ### END SOLUTION


# %%
check("he-14", safe_additions)

# %%
# hint("he-14")

# %% [markdown] tags=["solution"]
# **Why.** In the worst case all noises have the same sign, so $k$ of them reach
# $k\,|w|\,\text{bound}$, and that must stay *below* half a step. For whole numbers this
# is "at most half a step minus one". Typical noise would allow far more, growing like
# $\sqrt k$ if the noises were independent; but under one key they are not, and a wrong
# decryption gives no warning.

# %% [markdown]
# ## he-15
#
# A CKKS ciphertext holds `value` at the scale `scale`. It is squared as often as there
# are `primes`, and after every squaring it is rescaled, which divides by the *last*
# prime that is left and drops it. A library that does not track the scale decrypts the
# result and divides by `scale`, as if nothing had happened to it.
#
# Write `nominal_reading`: the number that this library shows, leaving noise aside.


# %%
# EXERCISE: he-15
def nominal_reading(value, scale, primes):
    """What a decoder shows that divides by the scale of the beginning."""
    ### BEGIN SOLUTION
    now = scale
    for prime in reversed(primes):
        value, now = value**2, now**2 / prime
    return value * now / scale
    ### END SOLUTION


# %%
check("he-15", nominal_reading)

# %%
# hint("he-15")

# %% [markdown] tags=["solution"]
# **Why.** Squaring squares the scale too, and with it every drift of before. If all
# primes are a factor $d$ below the scale, the reading is off by $d$, $d^3$, $d^7$,
# $d^{15}$, … : far worse than the $d$, $d^2$, $d^3$, … of multiplying by fresh numbers,
# which made 6 of 1 in the lesson.

# %% [markdown]
# ## he-16
#
# A ciphertext holds `count` numbers in its first slots; all other slots hold 0, and
# there are plenty of them. You want the sum of the numbers in slot 0. The only
# step is: rotate the ciphertext by so many slots to the left, and add that to it,
#
# `x = add(x, rotate(x, step))`.
#
# Each rotation is slow. Write `rotation_plan`: the list of steps, as few as possible,
# after which slot 0 holds the sum. The number `count` may be anything from 1 up. What
# the other slots hold afterwards does not matter.


# %%
# EXERCISE: he-16
def rotation_plan(count):
    """The rotations that add up the first count slots in slot 0."""
    ### BEGIN SOLUTION
    steps, reach = [], 1
    while reach < count:
        steps.append(reach)
        reach *= 2
    return steps
    ### END SOLUTION


# %%
check("he-16", rotation_plan)

# %%
# hint("he-16")

# %% [markdown] tags=["solution"]
# **Why.** After steps 1, 2, 4, …, $2^{k-1}$ slot 0 holds the sum of $2^k$ neighbours, and
# each step can at most double how many numbers a slot has collected. So
# $\lceil\log_2\text{count}\rceil$ are needed and enough: if count is no power of two, the
# last steps collect zeros. For 442 patients that is 9 rotations instead of 441.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
