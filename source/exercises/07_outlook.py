# %% [markdown]
# # Exercises 7 · Outlook (未来应用展望)
#
# Do lesson `07_outlook` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers, lists and arrays and give plain numbers back. You
# may use what the next cell imports.

# %%
import math
from fractions import Fraction
from hashlib import sha256

import numpy as np

from privlab.course.check import check, hint, progress
from privlab.he.security import MOST_BITS, MOST_BITS_QUANTUM

# %% [markdown]
# ## ou-01
#
# A quantum computer was run several times with one base. Each run gave a number $c$
# near a multiple of $Q/r$, where $r$ is the period (周期) of `base` modulo `modulus`. So
# $c/Q$ is near some $j/r$. If $j$ and $r$ share a factor, the fraction shortens and one
# run shows a *divisor* of $r$ only. Several runs together show more: the period is the
# least common multiple of the denominators, if enough of them were seen.
#
# `readings` is a list of whole numbers c, `size` is Q. For each c take the fraction
# nearest to $c/Q$ among those with a denominator *below* `modulus`
# (`Fraction(c, size).limit_denominator(...)` finds it).
#
# Write `period`: the least common multiple of the denominators if
# `base` to that power is 1 modulo `modulus`, else 0.


# %%
# EXERCISE: ou-01
def period(readings, size, modulus, base):
    """The period from several readings together, or 0 if they do not show it."""
    ### BEGIN SOLUTION
    nearest = [
        Fraction(c, size).limit_denominator(modulus - 1) for c in readings
    ]
    found = math.lcm(*(fraction.denominator for fraction in nearest))
    return found if pow(base, found, modulus) == 1 else 0
    ### END SOLUTION


# %%
check("ou-01", period)

# %%
# hint("ou-01")

# %% [markdown] tags=["solution"]
# **Why.** Every denominator divides $r$, so their least common multiple does, too; two
# random $j$ give all of $r$ with a chance of more than 60 %. The last line matters: an
# unlucky reading gives a wrong denominator, and checking a period costs one power.

# %% [markdown]
# ## ou-02
#
# A decision. You encrypt data with CKKS. A circuit of `levels` multiplications needs
# `levels + 2` primes: one for each, one that holds the result, and the special prime.
# All have `prime_bits` bits, and the modulus has the sum of them.
#
# The data are sent in the year `sent` and must stay secret for `shelf` years after it.
# You expect a quantum computer (量子计算机) in the year `machine`. If the data must still
# be secret *in that year or later*, 128 bits against a quantum computer are needed;
# else 128 classical bits will do. A larger ring is slower, so take none that you do not
# need.
#
# `MOST_BITS[N][0]` is the longest modulus, in bits, at 128 classical bits for the ring
# degree N; `MOST_BITS_QUANTUM[N]` the longest against a quantum computer. Both are
# dictionaries with the degrees in rising order.
#
# Write `ring_degree`: the smallest N of the table that is enough, or 0 if none is.
#
# Example: 3 levels of 42 bits make 210 bits. N = 8192 allows 218 classical bits and 202
# quantum bits. So data sent in 2026 and secret for 5 years, with a machine in 2040, need
# 8192; data secret for 14 years need 16384.


# %%
# EXERCISE: ou-02
def ring_degree(levels, prime_bits, sent, shelf, machine):
    """The smallest ring degree that protects long enough, or 0."""
    ### BEGIN SOLUTION
    needed = (levels + 2) * prime_bits
    late = sent + shelf >= machine
    for degree, (classical, *_) in MOST_BITS.items():
        most = MOST_BITS_QUANTUM[degree] if late else classical
        if needed <= most:
            return degree
    return 0
    ### END SOLUTION


# %%
check("ou-02", ring_degree)

# %%
# hint("ou-02")

# %% [markdown] tags=["solution"]
# **Why.** What counts is the last year in which the data matter, not the year in which
# they are sent: the message can be recorded and kept. Taking the quantum limit always
# is safe, and doubles the cost of all that need not be secret for long. In practice
# `machine` is uncertain, and you would put in a year that is early enough to sleep well.

# %% [markdown]
# ## ou-03
#
# Somebody shows you a hash chain (哈希链). `payloads` is a list of byte strings and
# `hashes` a list of as many hashes (32 bytes each). In an honest chain
#
# $$h_i=\mathrm{SHA256}(h_{i-1}\,|\,\text{payload}_i),$$
#
# where | puts byte strings one after the other, and before the first stand 32 zero
# bytes: `bytes(32)`. `sha256(text).digest()` is the hash of the bytes `text`.
#
# Write `first_bad`: the index, from 0, of the first entry whose *shown* hash does not
# follow from its payload and the hash *shown* before it. If all do, the number of
# entries.


# %%
# EXERCISE: ou-03
def first_bad(payloads, hashes):
    """The index of the first entry that breaks the chain; len(payloads) if none."""
    ### BEGIN SOLUTION
    before = bytes(32)
    for i, (payload, shown) in enumerate(zip(payloads, hashes, strict=True)):
        if sha256(before + payload).digest() != shown:
            return i
        before = shown
    return len(payloads)
    ### END SOLUTION


# %%
check("ou-03", first_bad)

# %%
# hint("ou-03")

# %% [markdown] tags=["solution"]
# **Why.** Up to the first break the shown hashes are right, so there it does not matter
# whether you go on with the shown hash or with your own. A chain that was hashed anew
# from the edit on has no break at all: your function finds nothing, and it cannot. Only
# a signature (签名) or an earlier head catches that.

# %% [markdown]
# ## ou-04
#
# Federations were timed: in run i `asked[i]` clients took part in a round, of
# `clients[i]` in the list, and a round took `seconds[i]`. The law is
#
# $$\text{seconds}=a\cdot\text{asked}+b\cdot\text{clients}.$$
#
# Seconds run from milliseconds to minutes. So find the $a$, $b$ with the least sum of
# squares of the *relative* errors, $(\text{law}_i/\text{seconds}_i-1)^2$. There is no
# constant term. All three are arrays (n,), n at least 2.
#
# Write `foretold`: the law's seconds for `new_asked` and `new_clients`: an
# extrapolation (外推).


# %%
# EXERCISE: ou-04
def foretold(asked, clients, seconds, new_asked, new_clients):
    """Seconds of a round by the law that was fitted to relative errors."""
    ### BEGIN SOLUTION
    columns = np.column_stack([asked, clients]) / seconds[:, None]
    law = np.linalg.lstsq(columns, np.ones(len(seconds)), rcond=None)[0]
    return float(law @ [new_asked, new_clients])
    ### END SOLUTION


# %%
check("ou-04", foretold)

# %%
# hint("ou-04")

# %% [markdown] tags=["solution"]
# **Why.** Divide each row by its seconds, and ordinary least squares minimises relative
# errors. Without that the slowest run decides alone. And the result is no measurement:
# if the law is wrong beyond the runs, because memory runs out, say, no fit will tell.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
