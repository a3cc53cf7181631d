# %% [markdown]
# # Exercises 6.2 · Medicine (医疗)
#
# Do lesson `06_2_medicine` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# You may use `np` and what else the next cell imports.

# %%
import numpy as np

from privlab.course.check import check, hint, progress
from privlab.experiments.medicine_plan import spent

# %% [markdown]
# ## me-01
#
# A hospital sends the *mean* gradient of its patients, every day at the same model.
# Yesterday it had `patients` of them (a whole number, at least 1) and sent `yesterday`
# (d,). One patient came in since. Today it sends `today` (d,), the mean over one more.
#
# Each patient's gradient is $(\sigma(x\theta)-y)\,x$, and the last entry of every $x$
# is 1. You do not know the model.
#
# Write `newcomer`: the new patient's record $x$ (d,), its last entry included.


# %%
# EXERCISE: me-01
def newcomer(yesterday, today, patients):
    """The record (d,) of the patient who came in between two mean gradients."""
    ### BEGIN SOLUTION
    gradient = (patients + 1) * today - patients * yesterday
    return gradient / gradient[-1]
    ### END SOLUTION


# %%
check("me-01", newcomer)

# %%
# hint("me-01")

# %% [markdown] tags=["solution"]
# **Why.** A mean times its number is a sum, and the sums differ by the newcomer's
# gradient $(\sigma-y)x$. Its last entry is $\sigma-y$. A hospital of a thousand hides
# the newcomer no better than a hospital of one: a crowd protects in one sum, not in
# two. This is the differencing attack (差分攻击); against it a hospital should refuse to
# answer twice at one model, or add noise.

# %% [markdown]
# ## me-02
#
# A decision. You plan a federation. Each of `hospitals` has `patients` patients and
# takes part in each of `rounds` rounds. In every round the server learns one sum by
# secure aggregation (安全聚合), with Gaussian noise in it, and divides. Decide three
# things, and return them as a tuple `(threshold, units, multiplier)`:
#
# 1. `threshold` (int): how many hospitals must stay for a sum to be opened. Up to `lost`
#    hospitals fail in a round, and then the sum must still open. Up to `colluding`
#    hospitals work for the server. *Twice* the threshold must be more than `hospitals +
#    colluding`: else a lying server asks half of the honest for one kind of shares and
#    half for the other, its colluders give both, and a victim is unmasked. Any threshold
#    that fits will do.
# 2. `units` (int): the promise is to each hospital or to each patient. Clipping makes
#    sure that one unit moves the *sum* by 1 at most. The sum is divided by the number
#    of units: `hospitals`, or `hospitals * patients`. Return that number.
# 3. `multiplier` (float): the standard deviation z of the noise in the *sum*.
#    `spent(multiplier, rounds)`, imported above, is the ε of all rounds together at
#    δ = 10⁻⁵. It must be `epsilon` at most. And the noise in the *mean*, z divided by
#    `units`, must be `largest_noise` at most.
#
# A promise to hospitals is the stronger one: it covers each patient, too. Choose it
# *where it fits*, and only else the promise to patients. If no plan fits, return
# `(0, 0, 0.0)`. All arguments but `epsilon` and `largest_noise` (floats) are whole
# numbers.
#
# Example: ten hospitals of 400 patients, 20 rounds, ε = 1, at most 0.02 of noise. ε = 1
# needs z = 18.1. In a mean over 10 that is 1.81, far too much; over 4,000 it is
# 0.0045. So `units` is 4,000, and any z from 18.1 to 80 will do.


# %%
# EXERCISE: me-02
def plan(
    hospitals,
    patients,
    rounds,
    lost,
    colluding,
    epsilon,
    largest_noise,
):
    """(threshold, units, multiplier) that meet every constraint, or zeros."""
    ### BEGIN SOLUTION
    threshold = (hospitals + colluding) // 2 + 1
    if threshold > hospitals - lost:
        return 0, 0, 0.0
    for units in (hospitals, hospitals * patients):
        multiplier = largest_noise * units
        if spent(multiplier, rounds) <= epsilon:
            return threshold, units, multiplier
    return 0, 0, 0.0
    ### END SOLUTION


# %%
check("me-02", plan)

# %%
# hint("me-02")

# %% [markdown] tags=["solution"]
# **Why.** More noise never breaks the promise, so take the most that is allowed:
# $z=\text{largest noise}\times\text{units}$. If even that spends more than ε, no z fits.
# Try the hospital first. The threshold has a floor and a ceiling. The ceiling is those
# who surely stay. The floor: of two kinds of shares the server can collect as many as
# there are hospitals, and one more for each colluder, who gives both (Bonawitz et al.
# 2017). Two thresholds must not fit into that. Sometimes the floor is above the ceiling.
# Then the right answer is to say so, before any patient is involved.

# %% [markdown]
# ## me-03
#
# Hospitals are divided into groups (分组). `updates` (n, d) are their updates, `patients`
# (n,) their numbers of patients, `groups` (n,) whole numbers: hospitals with the same
# number are in the same group. Secure aggregation runs inside each group, so that the
# server has of each group only the *mean weighted by patients* (加权平均). Some groups
# may be spoiled.
#
# Write `robust_update`: the median (中位数), coordinate by coordinate, over the groups'
# weighted means, (d,). Each group counts once.


# %%
# EXERCISE: me-03
def robust_update(updates, patients, groups):
    """The coordinate-wise median over the groups' weighted means, (d,)."""
    ### BEGIN SOLUTION
    means = [
        np.average(updates[groups == g], axis=0, weights=patients[groups == g])
        for g in np.unique(groups)
    ]
    return np.median(means, axis=0)
    ### END SOLUTION


# %%
check("me-03", robust_update)

# %%
# hint("me-03")

# %% [markdown] tags=["solution"]
# **Why.** Inside a group a hostile hospital can do what it likes: a mean has no defence,
# and masks let nobody look. So the group is the unit that may be spoiled, and the
# median runs over groups. With $h$ hostile hospitals at most $h$ of $G$ groups are
# spoiled, and $2h<G$ keeps each coordinate between honest ones. Note the boasted sizes:
# a hospital that claims a thousand patients rules its group, but not the median.

# %% [markdown]
# ## me-04
#
# A table of counts (r, c) was published with its totals. Small counts are hidden: they
# stand as `-1` in `table`, whole numbers. `row_totals` (r,) and `column_totals` (c,)
# are those of the true table. Nothing is noisy.
#
# A hidden count that is the only one in its row, or in its column, follows from the
# total. Each count that you fill in may leave another one alone.
#
# Write `filled`: the table (r, c), whole numbers, with every count filled in that
# follows in this way, again and again until nothing more does. What remains hidden
# stays `-1`. Do not change the table that you were given.


# %%
# EXERCISE: me-04
def filled(table, row_totals, column_totals):
    """The table with all counts that follow from the totals, one by one."""
    ### BEGIN SOLUTION
    known = np.array(table)
    while True:
        before = (known < 0).sum()
        for view, totals in ((known, row_totals), (known.T, column_totals)):
            for line, total in zip(view, totals, strict=True):
                gaps = np.flatnonzero(line < 0)
                if len(gaps) == 1:
                    line[gaps] = total - line[line >= 0].sum()
        if (known < 0).sum() == before:
            return known
    ### END SOLUTION


# %%
check("me-04", filled)

# %%
# hint("me-04")

# %% [markdown] tags=["solution"]
# **Why.** `known.T` is a view of the same numbers, so rows and columns take turns on
# one table. The loop ends, since every pass but the last fills a gap. What is left has
# two gaps or more in each of its rows and columns. It is still not secret: each gap has
# a range, and a linear program gives it. Hiding further cells on purpose
# (complementary suppression) makes the ranges wider, and never says how wide is enough.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
