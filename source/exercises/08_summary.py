# %% [markdown]
# # Exercises 8 · Summary (总结)
#
# Do lesson `08_summary` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers, lists and dictionaries and give plain values back.
# You may use `np` and what else the next cell imports.

# %%
from itertools import combinations

import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## su-01
#
# Read a column of a scoreboard. `column` maps each attack to its interval
# `(low, high)`, or to `None` where it was not measured. Only attacks that were measured
# can be said to be stopped, and only if the *whole* interval lies below `limit`.
#
# Write `surely_stopped`: a list of the names of those attacks, in the order of the
# alphabet.


# %%
# EXERCISE: su-01
def surely_stopped(column, limit):
    """Names of the attacks whose whole interval is below the limit, sorted."""
    ### BEGIN SOLUTION
    return sorted(
        attack
        for attack, interval in column.items()
        if interval is not None and interval[1] < limit
    )
    ### END SOLUTION


# %%
check("su-01", surely_stopped)

# %%
# hint("su-01")

# %% [markdown] tags=["solution"]
# **Why.** An interval from -0.3 to 0.4 with the mean 0.05 does not say that the attack is
# stopped; it says that nobody knows. A missing cell says even less. In the lesson's table
# the mean decides, which is easier to read, and the interval stands below it for you.

# %% [markdown]
# ## su-02
#
# Is one defence better than another? `first` and `second` are lists of an attack's
# gains against both, *with the same seeds in the same order*: value i of both lists saw
# the same people. A hard set of people is hard for both, and that part of the scatter
# does not matter.
#
# Write `gap`: the interval `(low, high)` for the *mean* difference first minus second,
# $\bar d\pm q\,s_d/\sqrt n$. Here $d_i$ are the differences of the pairs, $s_d$ is their
# standard deviation with the divisor $n-1$, and $q$ is given as `quantile` (for five
# seeds and 95 % it is 2.776).


# %%
# EXERCISE: su-02
def gap(first, second, quantile):
    """The interval (low, high) of the mean difference, pair by pair."""
    ### BEGIN SOLUTION
    d = np.array(first) - np.array(second)
    reach = quantile * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean() - reach, d.mean() + reach
    ### END SOLUTION


# %%
check("su-02", gap)

# %%
# hint("su-02")

# %% [markdown] tags=["solution"]
# **Why.** The pairs share their people, so the scatter that both have in common cancels
# in $d_i$. Two separate intervals would overlap and prove nothing, while the difference
# may be clear. Note also the two intervals of this lesson: $s\sqrt{1+1/n}$ is where
# *one more seed* lies, $s/\sqrt n$ is where the *mean* lies.

# %% [markdown]
# ## su-03
#
# Rounding counts was no defence. Here is how it is undone. A register publishes how
# many people have a rare illness, rounded to the nearest multiple of `unit` (a whole
# number, at least 2), halves up: $u\lfloor n/u+\tfrac12\rfloor$. You can add invented
# people to it. `published[k]` is what it prints after you have added k of them, for k =
# 0, 1, …, unit. All are whole numbers.
#
# Write `exact`: the true count of real people.


# %%
# EXERCISE: su-03
def exact(published, unit):
    """The count behind rounded counts to which 0, 1, ..., unit were added."""
    ### BEGIN SOLUTION
    added = next(k for k, shown in enumerate(published) if shown > published[0])
    step = published[0] + (unit + 1) // 2  # the least count rounded upwards
    return step - added
    ### END SOLUTION


# %%
check("su-03", exact)

# %%
# hint("su-03")

# %% [markdown] tags=["solution"]
# **Why.** The printed number jumps when the count reaches $mu+\lceil u/2\rceil$, where
# $mu$ was printed first. So the count plus the number of invented people is exactly that.
# Rounding has an edge, and at an edge one person is visible with certainty. Noise has no
# edge: that is what ε says.

# %% [markdown]
# ## su-04
#
# A decision. You may join defences. `stops` maps each defence to a list of the attacks
# that it stops, `costs` maps it to a price (a positive number); prices add up, and
# joined defences stop what any of them stops. `threats` is the list of attacks that you
# must stop.
#
# Write `cheapest`: the list of the names of the defences, in the order of the alphabet,
# that stop all threats for the least total price. The cases are made so that there is
# only one such choice. If there are no threats, no defence is needed: return `[]`. If
# no choice stops them all, say so: return `["nothing helps"]`.


# %%
# EXERCISE: su-04
def cheapest(stops, costs, threats):
    """The cheapest defences that together stop all threats, sorted."""
    ### BEGIN SOLUTION
    choices = [
        chosen
        for size in range(len(stops) + 1)
        for chosen in combinations(sorted(stops), size)
        if set(threats) <= {a for name in chosen for a in stops[name]}
    ]
    if not choices:
        return ["nothing helps"]
    prices = [sum(costs[name] for name in chosen) for chosen in choices]
    return list(choices[np.argmin(prices)])
    ### END SOLUTION


# %%
check("su-04", cheapest)

# %%
# hint("su-04")

# %% [markdown] tags=["solution"]
# **Why.** With nine defences there are 512 sets: try them all. Taking the best bargain
# first (greedy) can end dearer, because an early choice may become superfluous. And
# "nothing helps" is the most useful answer of all: it tells those who ask that nothing
# on the table stops what they fear, adversarial images for instance, before anybody has
# paid. Two simplifying assumptions are in here: prices add up, and defences do not get
# into each other's way. Masks and a median do.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
