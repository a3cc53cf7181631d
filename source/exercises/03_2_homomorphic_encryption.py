# %% [markdown]
# # Exercises 3.2 · Homomorphic encryption (同态加密)
#
# Do lesson `03_2_homomorphic_encryption` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Nothing is encrypted here: you plan and arrange what the encrypted computation will
# do, with plain numbers and arrays. You may use `np` and whatever you import.

# %%
import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## he-01
#
# A server holds an encrypted $x$ and wants $c\,x^k$, where $c$ is a plain number that
# is not known before the work begins: nobody can prepare anything. Each multiplication
# takes one level (层) off its result: the product of two numbers that have 5 and 3
# levels left has 2 left. This holds for products with a plain number as well. The plain
# $c$ itself may be multiplied in anywhere.
#
# Write `levels_for_term`: the fewest levels with which $c\,x^k$ can be computed, for a
# whole `power` $k\ge1$.


# %%
# EXERCISE: he-01
def levels_for_term(power):
    """The fewest levels that c * x ** power needs."""
    ### BEGIN SOLUTION
    return int(power).bit_length()
    ### END SOLUTION


# %%
check("he-01", levels_for_term)

# %%
# hint("he-01")

# %% [markdown] tags=["solution"]
# **Why.** The product has k + 1 factors: k times x, and c. A tree of multiplications
# of depth d joins at most $2^d$ factors, so $d=\lceil\log_2(k+1)\rceil$, which is the
# number of binary digits of k. For k = 3 the coefficient is free:
# $(c\,x)(x\,x)$. For k = 4 it costs a level, because the tree of the four x is full.

# %% [markdown]
# ## he-02
#
# TenSEAL keeps an encrypted number as (number × scale), with a scale (比例因子) of
# $s=2^{\text{bits}}$. Squaring gives (number² × $s^2$); then rescaling (重缩放) divides
# what is kept by the prime of the level; and then TenSEAL declares that the scale is
# $s$ again. Decryption divides by $s$.
#
# A number `value` is encrypted, squared, the result squared again, and so on, once for
# each entry of `primes`, in that order. Write `squared_by_the_engine`: the number that
# decrypts in the end. `scale_bits` are the bits of the scale. Leave noise aside.


# %%
# EXERCISE: he-02
def squared_by_the_engine(value, scale_bits, primes):
    """What decrypts after one squaring for each prime, scale drift included."""
    ### BEGIN SOLUTION
    scale = 2.0**scale_bits
    for prime in primes:
        value = value * value * scale / prime
    return value
    ### END SOLUTION


# %%
check("he-02", squared_by_the_engine)

# %%
# hint("he-02")

# %% [markdown] tags=["solution"]
# **Why.** What is kept after a squaring is $v^2s^2/q$, and it is read as
# $v^2 s/q$ at scale $s$. The factor $s/q$ then takes part in the next squaring: the
# first prime's error is squared by all that follow. So the drift of repeated squaring
# grows much faster than that of products with fresh numbers, where each factor counts
# once. Use primes close to the scale, the closest ones first.

# %% [markdown]
# ## he-03
#
# A clinic has a `table` of n patients (rows) and d measurements (columns). It wants one
# ciphertext for each measurement, with one patient in each slot (槽). Where there are more
# patients than `slots`, they are cut into batches in their order, and every batch gets d
# ciphertexts. The last batch is filled up with zeros.
#
# Write `packed`: the numbers for the slots, as an array of shape (batches, d, slots).


# %%
# EXERCISE: he-03
def packed(table, slots):
    """The slots' contents, (batches, d, slots): one measurement a ciphertext."""
    ### BEGIN SOLUTION
    n, d = table.shape
    batches = -(-n // slots)
    full = np.zeros((batches * slots, d))
    full[:n] = table
    return full.reshape(batches, slots, d).transpose(0, 2, 1)
    ### END SOLUTION


# %%
check("he-03", packed)

# %%
# hint("he-03")

# %% [markdown] tags=["solution"]
# **Why.** With patients in slots, $x\cdot w$ is a sum of d whole ciphertexts: no slot
# ever meets another. Zeros are the right filling because every later sum over slots
# adds them as well, and a zero row has a zero gradient, whatever its error.

# %% [markdown]
# ## he-04
#
# A ciphertext has `slots` slots, a power of two. They hold several blocks of `rows` slots
# one after the other, `rows` being a power of two as well. Rotating (旋转) by a step k
# moves everything k places to the left: slot i gets what was in slot i + k, and what
# leaves on the left enters on the right. The server can do one thing, again and again:
#
# > v ← v + (v rotated by k)
#
# Afterwards the *first* slot of every block shall hold the sum of its own block. What the
# other slots hold does not matter. Write `rotation_steps`: the list of the steps k, each
# from 0 to `slots` − 1, as few as possible.


# %%
# EXERCISE: he-04
def rotation_steps(rows, slots):
    """The rotations that sum each block of rows into its first slot."""
    ### BEGIN SOLUTION
    steps = []
    while rows > 1:
        rows //= 2
        steps.append(rows)
    return steps
    ### END SOLUTION


# %%
check("he-04", rotation_steps)

# %%
# hint("he-04")

# %% [markdown] tags=["solution"]
# **Why.** After the step `rows`/2 each slot holds the sum of two, after `rows`/4 of four,
# and the last step is 1. Each doubles the number of summands, so fewer than
# $\log_2(\text{rows})$ cannot do. Any order of these steps works. One step more, of size
# `rows`, would mix two blocks: the server cannot tell whose numbers they are.

# %% [markdown]
# ## he-05
#
# The cubic $\tfrac12+a z-b z^3$ stands in for the sigmoid. Multiplied in last, b costs a
# level; as $(b z)(z z)$ it costs none (`he-01`), but two products with plain numbers, one
# for a and one for b. Instead, the key holder sends weights multiplied by a `factor`, so
# that the server gets $u=\text{factor}\cdot z$ for nothing and computes
#
# $$\tfrac12+u\,(\text{slope}-u^2).$$
#
# Write `free_coefficients`, which returns the two numbers (`factor`, `slope`) for which
# this is the same cubic. `a` and `b` are positive.


# %%
# EXERCISE: he-05
def free_coefficients(a, b):
    """(factor, slope) so that u (slope - u^2) = a z - b z^3 for u = factor z."""
    ### BEGIN SOLUTION
    factor = np.cbrt(b)
    return factor, a / factor
    ### END SOLUTION


# %%
check("he-05", free_coefficients)

# %%
# hint("he-05")

# %% [markdown] tags=["solution"]
# **Why.** $u(\text{slope}-u^2)=\text{slope}\cdot f z-f^3z^3$ with $f=$ factor. So
# $f^3=b$ and $\text{slope}\cdot f=a$. Multiplying weights by f in the open costs the
# key holder nothing. The depth is that of $(b z)(z z)$: two. What is saved are two
# products with plain numbers at every step.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
