# %% [markdown]
# # Exercises 1.2 · What a model gives away (模型推理泄露)
#
# Do lesson `01_2_inference_leakage` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# You may use `np` and `stats` from the next cell, and whatever you import.

# %%
import numpy as np
from scipy import stats

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## at-11
#
# An attacker has a score for everyone, higher meaning "was in the training set". It
# picks one threshold and names everyone who *reaches* it. Naming an outsider is
# embarrassing, so at most `most` of the outsiders may be named: a whole number, from 0
# to the number of all outsiders. `members` and `others` are arrays of scores, in any
# order. Several people may have the same score: a threshold names all of them or none.
#
# Write `members_named`: how many members the attacker can name at most.


# %%
# EXERCISE: at-11
def members_named(members, others, most):
    """The most members that one threshold names with at most `most` others."""
    ### BEGIN SOLUTION
    if most >= len(others):
        return len(members)
    barrier = np.sort(others)[::-1][most]
    return int(np.sum(members > barrier))
    ### END SOLUTION


# %%
check("at-11", members_named)

# %%
# hint("at-11")

# %% [markdown] tags=["solution"]
# **Why.** With `most` = k the outsider with the (k+1)-th highest score must stay below
# the threshold. So the threshold is just above that score, and only members strictly
# above it are named. A member who ties with that outsider cannot be named without
# naming the outsider. Divide by the number of members and you have the hits (命中率) at
# k false alarms (误报).

# %% [markdown]
# ## at-12
#
# A paper reports: "no false alarm at all". You ask: among how many? If the true share
# of false alarms (误报率) were `rate`, then with few outsiders no false alarm would
# often be seen anyway.
#
# Write `others_needed`: the smallest number n of outsiders such that seeing *no* false
# alarm among n proves, with confidence (置信度) `confidence`, that the true share is
# below `rate`. That is: if the true share were `rate` or more, then no false alarm
# among n independent outsiders would have a probability of at most 1 − `confidence`.


# %%
# EXERCISE: at-12
def others_needed(rate, confidence):
    """The fewest outsiders among whom no false alarm proves a share below rate."""
    ### BEGIN SOLUTION
    return int(np.ceil(np.log(1 - confidence) / np.log(1 - rate)))
    ### END SOLUTION


# %%
check("at-12", others_needed)

# %%
# hint("at-12")

# %% [markdown] tags=["solution"]
# **Why.** At a true share r nobody of n is named with probability $(1-r)^n$. Set that
# to $1-c$ and solve: $n=\ln(1-c)/\ln(1-r)$, rounded up. For r = 0.1 % and 95 % that is
# 2,995, about $3/r$: the *rule of three*. With 1,000 outsiders, the number that "0.1 %"
# suggests, nothing is seen in 37 % of attacks whose true share is 0.1 %.

# %% [markdown]
# ## at-13
#
# LiRA scores a model's answer by $\varphi=\ln\frac{p}{1-p}$, where p is the softmax
# probability of the true label. The model gives `logits`, an array (n, classes), and
# `labels` is an array (n,) of whole numbers. Trained models are sure: logits may differ
# by 1,000, so that p rounds to 1 or to 0.
#
# Write `surest`, which returns the *indices* of the images, from the largest φ to the
# smallest. No two φ are equal in exact arithmetic, and your order must be that of
# exact arithmetic.


# %%
# EXERCISE: at-13
def surest(logits, labels):
    """The images in falling order of phi, right for any size of logits."""
    ### BEGIN SOLUTION
    own = np.arange(logits.shape[1]) == labels[:, None]
    rest = np.where(own, -np.inf, logits)
    top = rest.max(axis=1)
    others = top + np.log(np.exp(rest - top[:, None]).sum(axis=1))
    phi = logits[own] - others
    return np.argsort(-phi)
    ### END SOLUTION


# %%
check("at-13", surest)

# %%
# hint("at-13")

# %% [markdown] tags=["solution"]
# **Why.** $\frac{p}{1-p}=e^{z_y}/\sum_{k\ne y}e^{z_k}$: the denominators of the softmax
# cancel. So $\varphi=z_y-\ln\sum_{k\ne y}e^{z_k}$, and the sum is taken after the
# largest exponent is subtracted. Nothing overflows, and no p has to be told from 1.
# The surest answers have a p that is 1 in floating point: who computes p first cannot
# tell them apart any more.

# %% [markdown]
# ## at-14
#
# An attacker asks about *one* person. `target` is the φ of the target model for that
# person. `phi_in` are the φ of shadow models (影子模型) that learned from the person,
# `phi_out` those of shadow models that did not; their numbers may differ. Each group
# follows a normal law with its own mean and standard deviation (estimate both from the
# group; divide the squares by the number of models). Before looking, the attacker
# believes with probability `prior` that the person was in.
#
# Write `belief_in`: the probability, after looking, that the person was in the target's
# training set.


# %%
# EXERCISE: at-14
def belief_in(target, phi_in, phi_out, prior):
    """The probability that the person was in, from LiRA's ratio and a prior."""
    ### BEGIN SOLUTION
    log_in = stats.norm.logpdf(target, np.mean(phi_in), np.std(phi_in))
    log_out = stats.norm.logpdf(target, np.mean(phi_out), np.std(phi_out))
    odds = np.log(prior / (1 - prior)) + log_in - log_out
    return 1 / (1 + np.exp(-odds))
    ### END SOLUTION


# %%
check("at-14", belief_in)

# %%
# hint("at-14")

# %% [markdown] tags=["solution"]
# **Why.** Bayes' rule adds logarithms: log-odds after = log-odds before + ln Λ. The
# normal densities have a factor 1/σ each, which does not cancel when the two spreads
# differ. And they usually do: models that know a person agree more about them. With
# `prior` = 1/1000, a realistic one, Λ = 100 still means a belief below 10 %. That is
# why few false alarms matter.

# %% [markdown]
# ## at-15
#
# A bank shows customers a score: the probability $1/(1+e^{-z})$ with
# $z=$ `weights` · record + `bias`, rounded to `decimals` digits after the point, as
# `np.round` does. You know the bank's `weights` and `bias`, a customer's `record` except
# for the entry number `column` (whatever the record holds there is wrong), and the
# score `shown`. The hidden entry is one of `candidates`, an array.
#
# Write `possible`: an array of those candidates that would give exactly the score shown,
# in the order of `candidates`. (The bank rounds the same way, so compare what it would
# show; a difference below 1e-9 is rounding of your computer's.)


# %%
# EXERCISE: at-15
def possible(weights, bias, record, column, candidates, shown, decimals):
    """The candidates for the hidden entry that give the score as shown."""
    ### BEGIN SOLUTION
    rest = weights @ record - weights[column] * record[column] + bias
    score = 1 / (1 + np.exp(-(rest + weights[column] * candidates)))
    return candidates[abs(np.round(score, decimals) - shown) < 1e-9]
    ### END SOLUTION


# %%
check("at-15", possible)

# %%
# hint("at-15")

# %% [markdown] tags=["solution"]
# **Why.** The other entries are known, so z is a straight line in this one, and the
# score tells how far along it is. How many candidates are left is what rounding buys:
# with two decimals or more nearly always one, with one decimal about a tenth of the
# range. If the weight of the hidden entry is 0 all candidates stay: what a model does
# not use it cannot tell. Note who is exposed: somebody who *asked*, not somebody in the
# data.

# %% [markdown]
# ## at-16
#
# A shop rents out a fraud detector with two classes. For a row x of d numbers it
# answers $p=1/(1+e^{-(w\cdot x+b)})$. You have asked about `rows` (n, d), n > d + 1,
# and hold the `answers` (n,). The detector's computer is honest, but where p is very
# close to 0 or 1 it prints exactly 0.0 or 1.0; such an answer says too little to use.
# At least d + 1 other answers are there, and they determine the solution.
#
# Write `stolen_weights`: an array of d + 1 numbers, the d weights and then the bias.


# %%
# EXERCISE: at-16
def stolen_weights(rows, answers):
    """The weights and the bias of the model that gave these answers."""
    ### BEGIN SOLUTION
    useful = (answers > 0) & (answers < 1)
    p = answers[useful]
    equations = np.column_stack([rows[useful], np.ones(len(p))])
    return np.linalg.lstsq(equations, np.log(p / (1 - p)), rcond=None)[0]
    ### END SOLUTION


# %%
check("at-16", stolen_weights)

# %%
# hint("at-16")

# %% [markdown] tags=["solution"]
# **Why.** The logarithm of the odds (几率) undoes the sigmoid: each answer becomes one
# *linear* equation in d + 1 unknowns (Tramèr et al. 2016). An answer of exactly 1 would
# be the equation "infinity"; replacing it by a large number is a guess that spoils the
# rest. The owner's defence is just that: print fewer digits, and more answers become
# useless. It slows a thief down. It does not stop one who can learn from labels.

# %% [markdown]
# ## Where you stand

# %% tags=["learner"]
progress()
