# %% [markdown]
# # Exercises 4.1 · The mathematics of differential privacy (差分隐私的数学)
#
# Do lesson `04_1_dp_mathematics` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# None of them needs chance. You may use `np` and `stats` from the next cell, and
# whatever you import.

# %%
import numpy as np
from scipy import stats

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## dp-11
#
# A program publishes counts with Gaussian noise (高斯噪声). One person changes a count
# by 1. Whatever promise (ε, δ) its user types in, it takes the classical
# $\sigma=\sqrt{2\ln(1.25/\delta)}/\varepsilon$, also where nothing was ever proved for
# it.
#
# Write `true_delta`: the smallest δ that this noise really keeps at `epsilon`, if the
# user has typed `epsilon` and `delta`. You need the exact formula of Balle and Wang
# from the lesson; `stats.norm.cdf` is Φ (`math.erf` loses digits in the tail).


# %%
# EXERCISE: dp-11
def true_delta(epsilon, delta):
    """The delta that the classical noise for (epsilon, delta) keeps at epsilon."""
    ### BEGIN SOLUTION
    sigma = np.sqrt(2 * np.log(1.25 / delta)) / epsilon
    inside, outside = 1 / (2 * sigma), epsilon * sigma
    gain = stats.norm.cdf(inside - outside)
    loss = stats.norm.cdf(-inside - outside)
    return gain - np.exp(epsilon) * loss
    ### END SOLUTION


# %%
check("dp-11", true_delta)

# %%
# hint("dp-11")

# %% [markdown] tags=["solution"]
# **Why.** The noise is known, so its δ is a matter of inserting. At ε = 1 and δ = 1e-5
# you find 4e-8: noise was wasted. At ε = 20 you find 1.5e-3, 150 times what was
# promised. The formula was proved for ε < 1 by bounding a tail roughly; for large ε the
# noise it gives is so small that the two worlds hardly overlap.

# %% [markdown]
# ## dp-12
#
# A mechanism has a handful of possible outcomes. The array `without` holds the
# probability of each when Li is not in the data, `with_li` when Li is; all are above 0.
# An adversary sees one outcome and may cry alarm, "Li is in". For some outcomes it may
# toss a coin. Crying alarm although Li is not in the data is a *false alarm* (误报);
# not crying although Li is, a *miss* (漏报).
#
# Write `fewest_misses`: the smallest share of misses over all such adversaries whose
# share of false alarms is at most `false_alarms` (from 0 to 1). This is one point of
# the trade-off curve (权衡曲线).


# %%
# EXERCISE: dp-12
def fewest_misses(without, with_li, false_alarms):
    """The trade-off curve of a mechanism with finitely many outcomes, at one point."""
    ### BEGIN SOLUTION
    best_first = np.argsort(-with_li / without)
    alarms = np.cumsum(without[best_first])
    caught = np.cumsum(with_li[best_first])
    return 1 - np.interp(false_alarms, [0, *alarms], [0, *caught])
    ### END SOLUTION


# %%
check("dp-12", fewest_misses)

# %%
# hint("dp-12")

# %% [markdown] tags=["solution"]
# **Why.** False alarms are a budget, and each outcome offers catches for it. Buy where a
# false alarm buys most: in the order of the likelihood ratio (似然比; Neyman and Pearson
# 1933). The last outcome is bought in part, with a coin: that makes the straight pieces
# between the corners. For randomised response with two outcomes you get the two lines
# of slope $-e^{\varepsilon}$ and $-e^{-\varepsilon}$.

# %% [markdown]
# ## dp-13
#
# A statistician has published several counts about the same people, each with Gaussian
# noise. The list `noises` holds the standard deviations; one person changes each count
# by 1. What is ε for all of them together, at `delta`?
#
# Count in Rényi divergences (Rényi 散度). At the order α one release of noise σ has the
# divergence $\alpha/(2\sigma^2)$; divergences of the same order add up to $R(\alpha)$;
# and $\varepsilon=R(\alpha)+\ln(1/\delta)/(\alpha-1)$ holds at *every* order α > 1.
#
# Write `renyi_bill`: the smallest ε that this gives, over all real orders, to six
# digits. (The library converts a little better; use the formula above.)


# %%
# EXERCISE: dp-13
def renyi_bill(noises, delta):
    """The smallest epsilon over all Renyi orders, for several Gaussian releases."""
    ### BEGIN SOLUTION
    rho = sum(1 / (2 * sigma**2) for sigma in noises)
    order = 1 + np.sqrt(np.log(1 / delta) / rho)
    return rho * order + np.log(1 / delta) / (order - 1)
    ### END SOLUTION


# %%
check("dp-13", renyi_bill)

# %%
# hint("dp-13")

# %% [markdown] tags=["solution"]
# **Why.** With $\rho=\sum 1/(2\sigma^2)$ the sum is
# $\rho\alpha+\ln(1/\delta)/(\alpha-1)$. Its derivative vanishes at
# $\alpha=1+\sqrt{\ln(1/\delta)/\rho}$, and there
# $\varepsilon=\rho+2\sqrt{\rho\ln(1/\delta)}$: what zCDP (零集中差分隐私; Bun and Steinke
# 2016, Proposition 1.3) says. A hundred equal releases cost about ten times one, not a
# hundred times: ε grows with the square root of ρ while ρ is small.

# %% [markdown]
# ## dp-14
#
# Each step of a training run looks at a Poisson sample (泊松采样), in which everybody is
# with probability `rate`. Each step shall be `epsilon`-private for the data (δ = 0;
# neighbours: one person added or removed). Since nobody knows who is in the sample,
# the step may be less private for the people *in* it.
#
# Write `epsilon_for_the_sample`: the largest ε that the step may have on its sample.


# %%
# EXERCISE: dp-14
def epsilon_for_the_sample(epsilon, rate):
    """The largest epsilon on the sample that becomes epsilon on the data."""
    ### BEGIN SOLUTION
    return np.log(1 + (np.exp(epsilon) - 1) / rate)
    ### END SOLUTION


# %%
check("dp-14", epsilon_for_the_sample)

# %%
# hint("dp-14")

# %% [markdown] tags=["solution"]
# **Why.** Solve $\varepsilon=\ln(1+q(e^{s}-1))$ for $s$. At ε = 0.01 and a 1 % sample
# the step may have 0.7: nearly seventy times less noise than without sampling. At ε = 1
# it may have 5.2, not 100: sampling multiplies $e^{\varepsilon}-1$, not ε.

# %% [markdown]
# ## dp-15
#
# A filter (隐私过滤器) guards a table. Requests come one after the other; the array
# `noises` holds the standard deviation of the Gaussian noise that each would get (one
# person changes an answer by 1). An answer with noise σ costs $\rho=1/(2\sigma^2)$, and
# these costs add up. In all, `allowance` may be spent, never more. A request that does
# not fit any more is refused, and costs nothing; the next one may fit again. Requests
# are dealt with in the order in which they come.
#
# Write `odometer` (里程表): an array with what has been spent in all after each request,
# the refused ones included. (No request fits so exactly that rounding would matter.)


# %%
# EXERCISE: dp-15
def odometer(noises, allowance):
    """The total cost after each request, when what does not fit is refused."""
    ### BEGIN SOLUTION
    readings, spent = [], 0.0
    for sigma in noises:
        cost = 1 / (2 * sigma**2)
        if spent + cost <= allowance:
            spent += cost
        readings.append(spent)
    return np.array(readings)
    ### END SOLUTION


# %%
check("dp-15", odometer)

# %%
# hint("dp-15")

# %% [markdown] tags=["solution"]
# **Why.** The filter decides by costs only, in the order of asking, before it looks at
# the table. So a refusal tells nobody anything, and costs nothing. That the costs still
# add up when each request depends on earlier answers is a theorem (Rogers, Roth,
# Ullman and Vadhan 2016; for Rényi and zCDP costs Feldman and Zrnic 2021).

# %% [markdown]
# ## dp-16
#
# A hospital wants to publish the median (中位数) of its patients' waiting times, with
# ε-differential privacy; neighbours differ by one patient *added or removed*. The
# median may be one of `candidates`, a public array. A candidate scores
#
# $$u=-\,\bigl|\,\text{values below it}-\text{values above it}\,\bigr|,$$
#
# so 0 is the best score. The exponential mechanism (指数机制) draws a candidate with
# probability proportional to $e^{\varepsilon u/2\Delta}$. How far one patient moves a
# score, Δ, is for you to find.
#
# Write `median_chances`: the array of the candidates' probabilities, for the array
# `values` and `epsilon`. There may be thousands of values, and no candidate near their
# median.


# %%
# EXERCISE: dp-16
def median_chances(values, candidates, epsilon):
    """The chance of each candidate to be published as the median."""
    ### BEGIN SOLUTION
    below = (values < candidates[:, None]).sum(axis=1)
    above = (values > candidates[:, None]).sum(axis=1)
    exponents = -epsilon * np.abs(below - above) / 2
    weights = np.exp(exponents - exponents.max())
    return weights / weights.sum()
    ### END SOLUTION


# %%
check("dp-16", median_chances)

# %%
# hint("dp-16")

# %% [markdown] tags=["solution"]
# **Why.** A patient who comes or goes changes one of the two counts by 1, so Δ = 1, and
# no waiting time, however long, matters more than another. (Replaced, a patient would
# move from below to above: Δ = 2.) That is why the median works where the distance to
# it, as a score, would not: one patient can move the median itself by any amount.
# Subtracting the largest exponent changes no probability and keeps the sum above 0.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
