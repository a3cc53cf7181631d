# %% [markdown]
# # Exercises 4.4 · Local differential privacy and PATE (本地差分隐私与 PATE)
#
# Do lesson `04_4_local_dp_and_pate` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# Where chance is needed, draw it from the `rng` you are given. You may use `np` and
# `Gaussian` from the next cell, and whatever you import.

# %%
import numpy as np

from privlab.course.check import check, hint, progress
from privlab.dp.mechanisms import Gaussian

# %% [markdown]
# ## dp-21
#
# A clinic that everybody trusts counts the yes-answers of `n` people and adds Laplace
# noise (拉普拉斯噪声). One person's answer moves the count by 1. It publishes the count
# divided by `n`.
#
# A company that nobody trusts wants the same share, just as precise, at the same
# `epsilon`. Its people use randomized response (随机响应): the truth with probability
# $e^{\varepsilon}/(1+e^{\varepsilon})$, else the opposite.
#
# Write `people_needed`: how many people the company must ask, so that the noise of
# their lies gives the estimated share a standard deviation no larger than the clinic's
# noise gives its share. Return a whole number, rounded up. (Which people were asked is
# no noise here: both look at fixed people.)


# %%
# EXERCISE: dp-21
def people_needed(n, epsilon):
    """People with randomized response who equal a curator's noise on n people."""
    ### BEGIN SOLUTION
    curator = np.sqrt(2) / (epsilon * n)
    one_person = np.exp(epsilon / 2) / (np.exp(epsilon) - 1)
    return int(np.ceil((one_person / curator) ** 2))
    ### END SOLUTION


# %%
check("dp-21", people_needed)

# %%
# hint("dp-21")

# %% [markdown] tags=["solution"]
# **Why.** Laplace noise of scale 1/ε has the standard deviation √2/ε; the share has
# √2/(εn). A report that lies with probability $q=1-p$ has the variance $q(1-q)$,
# whatever the truth is, and the estimate divides it by $(p-q)^2$. With $p=e^ε/(1+e^ε)$
# that is $e^ε/(e^ε-1)^2$ for one person, and an N-th of it for N. Set both equal: N
# grows with the **square** of n. A thousand people with a curator are worth 460,000
# without one at ε = 1.

# %% [markdown]
# ## dp-22
#
# An old way to ask an awkward question: everybody throws a die in secret. Some faces
# mean "answer truthfully", some mean "say yes, whatever is true", and the rest mean
# "say no, whatever is true". Let a person answer truthfully with probability `truth`
# and be forced to a yes with probability `forced_yes`; both are above 0, and their sum
# is below 1. Of `people` reports, `yes` were a yes.
#
# Write `die_survey`, which returns two numbers: the unbiased estimate of the share of
# people for whom yes is true, and the smallest ε for which one report is
# ε-differentially private.


# %%
# EXERCISE: dp-22
def die_survey(yes, people, truth, forced_yes):
    """(unbiased share of true yes, epsilon of one report)."""
    ### BEGIN SOLUTION
    p, q = truth + forced_yes, forced_yes
    share = (yes / people - q) / (p - q)
    return share, max(np.log(p / q), np.log((1 - q) / (1 - p)))
    ### END SOLUTION


# %%
check("dp-22", die_survey)

# %%
# hint("dp-22")

# %% [markdown] tags=["solution"]
# **Why.** A yes comes from holders with $p=\text{truth}+\text{forced}$, from others
# with $q=\text{forced}$. The estimator is the lesson's, $(s-q)/(p-q)$. It can be
# negative, and must be allowed to. A report can say yes or no, and **both** ratios
# count: if forced noes are rarer than forced yeses, a no gives more away. With 1 for
# yes, 6 for no and 2 to 5 for the truth, both ratios are 5, and ε = ln 5 = 1.6.

# %% [markdown]
# ## dp-23
#
# A phone reports one value a day, a number from 0 to `size - 1`, by k-ary randomized
# response: its own value with probability $e^{\varepsilon}/(e^{\varepsilon}+k-1)$,
# where $k$ is `size` and ε is `epsilon`, otherwise one of the others, each equally
# likely. The value changes now and then, and may come back.
#
# The phone has a memory (记忆化). The first time it has a value, it draws a report for
# it, and stores it. Whenever it has the same value again, it sends the stored report.
# Reports for different values are drawn independently.
#
# Write `remembered_reports`. `values` is an array with one value for each day. Return
# the reports of all days, in order. Draw what is random from `rng`.


# %%
# EXERCISE: dp-23
def remembered_reports(values, epsilon, size, rng):
    """The report of each day: one independent draw for each value, then repeated."""
    ### BEGIN SOLUTION
    truth = np.exp(epsilon) / (np.exp(epsilon) + size - 1)
    memory = {}
    for value in map(int, values):
        if value not in memory:
            lies = rng.random() >= truth
            memory[value] = (value + lies * rng.integers(1, size)) % size
    return [int(memory[int(value)]) for value in values]
    ### END SOLUTION


# %%
check("dp-23", remembered_reports)

# %%
# hint("dp-23")

# %% [markdown] tags=["solution"]
# **Why.** All the days together show one ε-private report for each **different**
# value, so the total is ε times the number of values, however many days. Remembering
# yesterday alone is not enough: a value that comes back every Monday would be drawn
# afresh every Monday, and averaged. And a single lie shared by all values would be
# found out with the first of them.

# %% [markdown]
# ## dp-24
#
# Now you are the collector. A phone has an emoji that never changes, one of $k$, and
# reports it every day by k-ary randomized response with `epsilon` and **fresh** noise.
# You believed beforehand that emoji $v$ is theirs with probability `prior[v]`. `prior`
# is an array of $k$ probabilities that add up to 1. `reports` is an array of the
# emoji (0 to $k-1$) that were reported, one for each day.
#
# Write `belief`, which returns what you believe afterwards: an array of $k$
# probabilities, by Bayes' rule. Some phones have reported for years.


# %%
# EXERCISE: dp-24
def belief(prior, reports, epsilon):
    """The probability of each value after all reports (fresh noise every day)."""
    ### BEGIN SOLUTION
    counts = np.bincount(np.asarray(reports, int), minlength=len(prior))
    with np.errstate(divide="ignore"):
        logs = np.log(prior) + epsilon * counts
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()
    ### END SOLUTION


# %%
check("dp-24", belief)

# %%
# hint("dp-24")

# %% [markdown] tags=["solution"]
# **Why.** A report $r$ has probability $p$ if the value is $r$ and $q$ if it is
# anything else. Over all days value $v$ gets $p^{c_v}q^{\,d-c_v}$, where $c_v$ counts
# its reports among $d$ days. The factor $q^d$ is common to all, and what is left is
# $(p/q)^{c_v}=e^{\varepsilon c_v}$. So the log-odds between two values move by ε times
# the difference of their counts: composition, seen from the attacker's chair. In
# logarithms nothing overflows.

# %% [markdown]
# ## dp-25
#
# PATE promises each *patient* (ε, δ)-differential privacy, where neighbours differ in
# one patient's record, replaced by another in the same hospitals. So far each patient
# was in one hospital.
# In this town a patient may be in up to `hospitals` of them, and each of these trains
# its teacher on that patient. Every teacher has one vote on each of `queries`
# questions. All vote counts get independent Gaussian noise (高斯噪声) of standard
# deviation σ, and the label with the largest noisy count is published.
#
# Write `noise_needed`: the smallest σ that the argument of the lesson allows for all
# the answers together. `Gaussian(epsilon=..., delta=..., sensitivity=...).sigma` is
# the exact noise for one release of a given $L_2$ sensitivity (敏感度).


# %%
# EXERCISE: dp-25
def noise_needed(queries, hospitals, epsilon, delta):
    """The sigma of every vote count, for patients of up to so many hospitals."""
    ### BEGIN SOLUTION
    moved = hospitals * np.sqrt(2)  # one count falls, another rises
    sensitivity = moved * np.sqrt(queries)
    return Gaussian(epsilon=epsilon, delta=delta, sensitivity=sensitivity).sigma
    ### END SOLUTION


# %%
check("dp-25", noise_needed)

# %%
# hint("dp-25")

# %% [markdown] tags=["solution"]
# **Why.** In the worst case all of the patient's hospitals move their votes together,
# from one label to another: one count falls by m, another rises by m, a change of
# length $m\sqrt2$. The queries are further entries of the same long list, so lengths
# add up in squares: $m\sqrt{2\,\text{queries}}$. Two hospitals need twice the noise,
# not √2 times, since their votes move in the same direction. It is cheaper to let each
# patient count in one hospital only.

# %% [markdown]
# ## dp-26
#
# A colleague finds noise wasteful. "Where so many teachers agree, no single patient
# matters," she says, and publishes the label without noise if more than half of the
# teachers agree on it: at least `threshold` of them. Otherwise she says −1, no answer.


# %%
def careless_label(votes, threshold):
    return int(np.argmax(votes)) if max(votes) >= threshold else -1


# %% [markdown]
# Write `telltale_votes`, which proves her wrong for any ε: two lists of vote counts,
# one count for each of `classes` labels, that one patient can turn into each other,
# and that `careless_label` always tells apart. Each of the `teachers` has one vote,
# and one patient is in one teacher's data. `threshold` is more than half of
# `teachers`, and at most all of them; `classes` is 2 or more.


# %%
# EXERCISE: dp-26
def telltale_votes(teachers, classes, threshold):
    """Two lists of vote counts, one patient apart, with different labels."""
    ### BEGIN SOLUTION
    enough = [threshold, teachers - threshold] + [0] * (classes - 2)
    short = [threshold - 1, teachers - threshold + 1] + [0] * (classes - 2)
    return enough, short
    ### END SOLUTION


# %%
check("dp-26", telltale_votes)

# %%
# hint("dp-26")

# %% [markdown] tags=["solution"]
# **Why.** At the threshold one vote decides between an answer and none. She looked
# at typical votes; the promise is about the worst ones. An event that has probability
# 1 in one world and 0 in the other is allowed by no ε. Noise on the comparison repairs
# it, and that noise has to be paid for, even where the answer is −1: this is what
# confident aggregation does.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
