# %% [markdown]
# # Exercises 3.1 · Differential privacy (差分隐私)
#
# Do lesson `03_1_differential_privacy` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# Where chance is needed, draw it from the `rng` you are given. You may use `np` and
# `stats` from the next cell, and whatever you import.

# %%
import numpy as np
from scipy import stats

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## dp-01
#
# A company publishes the mean salary of its `n` people. Every salary is clipped (裁剪)
# into `[low, high]` first. Two data sets are neighbours (相邻数据集) if one person's
# salary is *replaced* by another; `n` stays the same and is public.
#
# Write `sensitivity_of_mean`: the sensitivity (敏感度) of the published mean, which is
# the most that one person can move it.


# %%
# EXERCISE: dp-01
def sensitivity_of_mean(low, high, n):
    """The largest change of the clipped mean when one of n salaries is replaced."""
    ### BEGIN SOLUTION
    return (high - low) / n
    ### END SOLUTION


# %%
check("dp-01", sensitivity_of_mean)

# %%
# hint("dp-01")

# %% [markdown] tags=["solution"]
# **Why.** The other n − 1 salaries cancel in the difference of the two means. What is
# left is one clipped salary minus another, at most high − low, divided by n.

# %% [markdown]
# ## dp-02
#
# A union prints the mean salary of its members. Last year one member typed 40,000,000
# for 40,000, and the mean came out absurd. This year there are two new rules. Every
# member gets ε-differential privacy: neighbours differ in one *replaced* salary, and
# the number of members is public. And the editor prints no mean outside
# `[low, high]`: if the result falls outside, the nearer end is printed.
#
# Write `private_mean`, the whole release. `salaries` is an array of any numbers;
# `low`, `high` and `epsilon` are public. Use Laplace noise (拉普拉斯噪声), no more of it
# than the promise needs, drawn from `rng`. Return the one number that is printed.


# %%
# EXERCISE: dp-02
def private_mean(salaries, low, high, epsilon, rng):
    """The mean salary as printed: epsilon-DP (replace one), between low and high."""
    ### BEGIN SOLUTION
    bounded = np.clip(salaries, low, high)
    sensitivity = (high - low) / len(salaries)
    noisy = bounded.mean() + rng.laplace(scale=sensitivity / epsilon)
    return np.clip(noisy, low, high)
    ### END SOLUTION


# %%
check("dp-02", private_mean)

# %%
# hint("dp-02")

# %% [markdown] tags=["solution"]
# **Why.** Bound, calibrate, add noise, tidy up. The two clips look alike and do
# different jobs. The first bounds what one member can change, and the noise is sized
# for that. The second is post-processing (后处理): it sees only the noisy number, so it
# costs no privacy and gives none. Drawing again until the result fits is *not*
# post-processing: how often you must redraw depends on the salaries.

# %% [markdown]
# ## dp-03
#
# An owner of salary data has learned to clip first. But where? She has no idea what
# people earn, so she lets the data say: whoever is above the 95th percentile (百分位数)
# is cut down to it. This is her code. For one *replaced* salary she promises
# ε-differential privacy.


# %%
def owners_mean(salaries, epsilon, rng):
    cut = np.percentile(salaries, 95)
    bounded = np.clip(salaries, 0, cut)
    return bounded.mean() + rng.laplace(scale=cut / len(salaries) / epsilon)


# %% [markdown]
# At ε = 1 nobody who sees one release should be able to tell which of two neighbouring
# data sets it came from, in more than $e/(1+e)$ = 73 % of cases. The auditor has found
# two neighbours for which the right guess is possible almost every time.
#
# Write `telltale_pair`, which finds such neighbours: two arrays of `n` salaries, each
# salary from 0 to `most`, that differ in one place only. The best possible guess from
# one release at ε = 1, each data set being as likely as the other, must be right in at
# least 95 % of cases. `n` will be 21, 101 or 201, where the 95th percentile is exactly
# the salary of one of the people.


# %%
# EXERCISE: dp-03
def telltale_pair(n, most):
    """Two data sets, one replaced salary apart, that owners_mean tells apart."""
    ### BEGIN SOLUTION
    rich = n // 20 + 1  # just enough people to lift the cut
    first = np.zeros(n)
    first[:rich] = most
    second = first.copy()
    second[0] = 0
    return first, second
    ### END SOLUTION


# %%
check("dp-03", telltale_pair)

# %%
# hint("dp-03")

# %% [markdown] tags=["solution"]
# **Why.** With 21 people the cut is the second-highest salary. Two rich people: the cut
# is `most`. One rich person: the cut is 0, everybody is clipped to 0, the noise has
# scale 0, and the release is exactly 0 every time. One person changed the cut, the cut
# changed what everybody counts for, *and* the size of the noise. The sensitivity was
# computed as if the cut stood still.
#
# The repair: choose the bounds without looking, as in `dp-02` (the law, last year's
# published figures, common sense). Or buy a percentile with a part of the budget.

# %% [markdown]
# ## dp-04
#
# An insurer believes with probability `prior` (先验概率) that Li is a patient of a
# clinic. The clinic wants to publish statistics with ε-differential privacy, where
# neighbours are its data with Li and without. It gives Li its word: whatever is
# published, the insurer's belief afterwards (后验概率) will lie between `lowest` and
# `highest`. All three are probabilities, 0 < `lowest` ≤ `prior` ≤ `highest` < 1.
#
# Write `largest_epsilon`: the largest ε with which every ε-differentially private
# release keeps that word.


# %%
# EXERCISE: dp-04
def largest_epsilon(prior, lowest, highest):
    """The largest epsilon that keeps every belief between lowest and highest."""
    ### BEGIN SOLUTION
    odds = prior / (1 - prior)
    up = highest / (1 - highest) / odds
    down = odds / (lowest / (1 - lowest))
    return np.log(min(up, down))
    ### END SOLUTION


# %%
check("dp-04", largest_epsilon)

# %%
# hint("dp-04")

# %% [markdown] tags=["solution"]
# **Why.** A release multiplies the odds (几率) $p/(1-p)$ by something between
# $e^{-\varepsilon}$ and $e^{\varepsilon}$, in both directions alike. So the distance in
# log-odds from the prior to the *nearer* limit is what ε may be. That Li is surely no
# patient is a secret too: from 10 % down to 5 % is a shorter way than up to 20 %.

# %% [markdown]
# ## dp-05
#
# A city publishes how many visits each of its `clinics` clinics had last year, one
# count per clinic, with Laplace noise on every count. Nobody counts for more than
# `most` visits in all clinics together; any further ones are left out. A person may
# have made them all in one clinic, or here and there, or none at all.
#
# Write `visits_sensitivity`: the sensitivity of the list of counts in $L_1$, which is
# the sum, over the clinics, of how much each count changes, in the worst case.
# `relation` says which data sets are neighbours: `"add or remove one"` person with all
# their visits, or `"replace one"` person, with all their visits, by another. `clinics`
# and `most` are whole numbers from 1 up.


# %%
# EXERCISE: dp-05
def visits_sensitivity(clinics, most, relation):
    """The L1 sensitivity of the visits per clinic under the given relation."""
    ### BEGIN SOLUTION
    if relation == "replace one" and clinics > 1:
        return 2 * most
    return most
    ### END SOLUTION


# %%
check("dp-05", visits_sensitivity)

# %%
# hint("dp-05")

# %% [markdown] tags=["solution"]
# **Why.** A person who comes or goes takes at most `most` visits along, spread in any
# way. A replaced person takes `most` visits away from one clinic and brings `most` to
# another: both changes count. With a single clinic they would cancel, so the worst case
# there is from none to `most`. The number of clinics matters in no other way: that is
# why a histogram (直方图) is cheap.

# %% [markdown]
# ## dp-06
#
# A clinic's board shows the number of flu patients with fresh Laplace noise at every
# visit. Each answer has `epsilon`-differential privacy, and one person changes the
# count by 1. A journalist comes again and again and averages what the board says, until
# the standard deviation of the average is at most `error` (in people).
#
# Write `price_of_averaging`, which returns two numbers: how many answers the journalist
# needs, and the ε that the clinic has then spent in total by basic composition (组合).


# %%
# EXERCISE: dp-06
def price_of_averaging(epsilon, error):
    """(answers needed, total epsilon spent) for a standard deviation of error."""
    ### BEGIN SOLUTION
    answers = int(np.ceil(2 / (epsilon * error) ** 2))
    return answers, answers * epsilon
    ### END SOLUTION


# %%
check("dp-06", price_of_averaging)

# %%
# hint("dp-06")

# %% [markdown] tags=["solution"]
# **Why.** Laplace noise of scale $b=1/\varepsilon$ has the standard deviation
# $\sqrt2\,b$. The average of k answers has $\sqrt2\,b/\sqrt k$, so
# $k=2/(\varepsilon\cdot\text{error})^2$, rounded up. The bill is $k\varepsilon$, about
# $2/(\varepsilon\cdot\text{error}^2)$: the *smaller* ε per answer, the larger the
# bill! One answer as accurate would cost $\sqrt2/\text{error}$, less by a factor
# $\sqrt k$. Many small promises to one curious person are a bad bargain.

# %% [markdown]
# ## dp-07
#
# A town publishes the mean income of its `n` households, each clipped into
# `[low, high]`, with Laplace noise; neighbours differ in one *replaced* household. The
# mayor can live with little privacy or much, but in at most a share `failure` of
# releases (0.05, say) may the noise be larger than `error`, up or down.
#
# Write `smallest_epsilon`: the smallest ε that satisfies the mayor. `low`, `high` and
# `error` are in the same currency.


# %%
# EXERCISE: dp-07
def smallest_epsilon(n, low, high, error, failure):
    """The smallest epsilon whose noise exceeds error with probability failure."""
    ### BEGIN SOLUTION
    sensitivity = (high - low) / n
    return sensitivity * np.log(1 / failure) / error
    ### END SOLUTION


# %%
check("dp-07", smallest_epsilon)

# %%
# hint("dp-07")

# %% [markdown] tags=["solution"]
# **Why.** Laplace noise of scale b is larger than t, on either side, with probability
# $e^{-t/b}$. Set that equal to `failure` and solve for $b=\Delta/\varepsilon$:
# $\varepsilon=\Delta\ln(1/\text{failure})/\text{error}$. Twice the households, half the
# ε: a crowd buys accuracy and privacy at once.

# %% [markdown]
# ## dp-08
#
# Now you are the auditor (审计者). A vendor claims a small ε. You have run the vendor's
# mechanism on two neighbouring data sets and hold the outputs: two arrays,
# `first_outputs` and `second_outputs`, not always of the same length. Before you ran
# it you wrote down the event you would count: the output is above `threshold`
# (strictly), which you expect more often in the first world.
#
# Write `epsilon_at_least`: a lower bound on ε, from this event alone, with 99 %
# confidence (置信度). That is: whatever the mechanism, at most one audit in a hundred may
# report more than the true ε (here δ = 0). Never report less than 0: no ε is. Any
# counts may occur, also none and all. And do not be too modest: where the event came
# 7,311 times in 10,000 runs in the first world and 2,689 times in 10,000 in the second,
# you should prove at least ε ≥ 0.8.


# %%
# EXERCISE: dp-08
def epsilon_at_least(first_outputs, second_outputs, threshold):
    """A 99 % confident lower bound on epsilon from the event output > threshold."""
    ### BEGIN SOLUTION
    hits, runs = np.sum(first_outputs > threshold), len(first_outputs)
    false_hits, false_runs = (
        np.sum(second_outputs > threshold),
        len(second_outputs),
    )
    if hits == 0 or false_hits == false_runs:
        return 0.0
    surely = stats.beta.ppf(0.005, hits, runs - hits + 1)
    at_most = stats.beta.ppf(0.995, false_hits + 1, false_runs - false_hits)
    return max(0.0, np.log(surely / at_most))
    ### END SOLUTION


# %%
check("dp-08", epsilon_at_least)

# %%
# hint("dp-08")

# %% [markdown] tags=["solution"]
# **Why.** ε-DP says $p\le e^{\varepsilon}q$ for the chances p, q of the event, so
# $\varepsilon\ge\ln(p/q)$. You do not know p and q, only counts. Take the smallest p
# and the largest q that the counts leave possible (Clopper and Pearson 1934). Each
# limit may fail in half a percent of audits, so both hold in 99 %. The bare ratio of the
# frequencies is too high every second time, and infinite when the second count is 0.
# "Never seen in n runs" does not mean "impossible": q can still be about $5.3/n$.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
