# %% [markdown]
# # Exercises 5.4 · Living with large models (与大模型共处)
#
# Do lesson `05_4_living_with_large_models` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain text, numbers, lists and arrays, and give such back. No
# model is trained here.

# %%
import re

import numpy as np

from privlab.course.check import check, hint, progress
from privlab.lm.identifiers import is_card

# %% [markdown]
# ## lm-21
#
# A scrubber (脱敏) that took every sixteen digits would take order numbers, too. A card
# number gives itself away: its last digit is a check digit (校验码), and
# `is_card("9999...")` tells whether sixteen digits in a row pass the check. Between its
# four groups of four digits there may be a blank or a hyphen, each gap by itself:
# `1234-5678 90123456` has the form, too. What stands inside a longer row of digits is no
# card.
#
# Write `cards_in`: the places of all card numbers in `text`, from the left, each as
# `(start, stop)` with `text[start:stop]` the number as it was typed.


# %%
# EXERCISE: lm-21
def cards_in(text):
    """The places (start, stop) of the card numbers in text."""
    ### BEGIN SOLUTION
    shape = r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?!\d)"
    found = re.finditer(shape, text)
    return [m.span() for m in found if is_card(re.sub(r"\D", "", m[0]))]
    ### END SOLUTION


# %%
check("lm-21", cards_in)

# %%
# hint("lm-21")

# %% [markdown] tags=["solution"]
# **Why.** The pattern gives recall: it knows how people type a card. The check digit
# gives precision: of ten order numbers that look like a card nine fail it. The two
# marks at the ends, `(?<!\d)` and `(?!\d)`, say "no digit before, none behind".

# %% [markdown]
# ## lm-22
#
# People do not only forward a message, they write around it: "Ada says: the blue safe
# opens with 4831, please be careful". The Jaccard index (lesson 5.4) falls with every
# word added. So divide by the *smaller* text instead. Cut each text at its blanks into
# words, take the set of all runs of `size` words, and let two texts with the sets A and
# B be as similar as $|A\cap B|\,/\min(|A|,|B|)$.
#
# Write `kept_places`: go through `texts` in order and keep a text if its similarity to
# each one kept so far is below `threshold`. Give the places of the kept texts. Every
# text has at least `size` words.


# %%
# EXERCISE: lm-22
def kept_places(texts, size, threshold):
    """The places of the texts that are no near copy of one kept before."""
    ### BEGIN SOLUTION
    runs, kept = [], []
    for i, text in enumerate(texts):
        words = text.split()
        ends = range(size, len(words) + 1)
        runs.append({tuple(words[end - size : end]) for end in ends})
        shares = [
            len(runs[i] & runs[j]) / min(len(runs[i]), len(runs[j]))
            for j in kept
        ]
        if all(share < threshold for share in shares):
            kept.append(i)
    return kept
    ### END SOLUTION


# %%
check("lm-22", kept_places)

# %%
# hint("lm-22")

# %% [markdown] tags=["solution"]
# **Why.** A message inside a longer one has all its runs there: the share is 1, however
# much was written around it. The price: a short text of usual words counts as a copy of
# any long one that holds them. A text that was thrown away must not throw away others;
# else one chain of slowly changing texts would take them all.

# %% [markdown]
# ## lm-23
#
# A store is asked for the *two* drugs that help most. The records vote (投票); one record
# changes each of the `votes` by at most 1. The first drug is named by the exponential
# mechanism (指数机制), then taken off the list, and the second is named in the same way.
# Both answers together may cost `epsilon`, so each gets half of it.
#
# Write `chance_named`: the chance that the drug at place `option` is one of the two.


# %%
# EXERCISE: lm-23
def chance_named(votes, option, epsilon):
    """The chance that one option is among the two that are named."""
    ### BEGIN SOLUTION
    weights = np.exp(epsilon / 2 * (votes - np.max(votes)) / 2)
    first = weights / weights.sum()
    others = np.delete(first, option)
    return first[option] * (1 + (others / (1 - others)).sum())
    ### END SOLUTION


# %%
check("lm-23", chance_named)

# %%
# hint("lm-23")

# %% [markdown] tags=["solution"]
# **Why.** With ε/2 a draw and sensitivity 1 the weights are $e^{\varepsilon u/4}$. The
# drug is first with $p_i$, or second behind some other $j$: when $j$ is taken off, the
# rest share its chance, so $p_j\cdot p_i/(1-p_j)$. Taking off the largest vote before
# the exponential changes no ratio, and nothing overflows.

# %% [markdown]
# ## lm-24
#
# A store has records with `scores` for a question (a list of numbers) and their
# `owners` (a list of names). Whoever asks, `owner`, may see their own records only, and
# how many come back must tell nothing of others' records.
#
# Write `own_best`: the places of the asker's `k` best records, best first, the earlier
# one first if two are equal. Who has fewer than `k` gets fewer.


# %%
# EXERCISE: lm-24
def own_best(scores, owners, owner, k):
    """The places of the owner's k best records."""
    ### BEGIN SOLUTION
    own = [i for i, name in enumerate(owners) if name == owner]
    return sorted(own, key=lambda i: -scores[i])[:k]
    ### END SOLUTION


# %%
check("lm-24", own_best)

# %%
# hint("lm-24")

# %% [markdown] tags=["solution"]
# **Why.** Filter first, then rank. In the other order the others' records take places
# in the answer, and a missing place says that one of them was better. `sorted` keeps
# equal ones in their order.

# %% [markdown]
# ## lm-25
#
# A phone disguises a prompt word by word: for word $w$ it sends $v$ with a chance
# proportional to $e^{-\varepsilon d(w,v)/2}$, drawn anew for each word and in each of
# `messages` messages. `epsilon` is ε, `distances` (k, k) holds d for all words. Two
# prompts, `first` and `second`, are lists of as many word numbers. The promise
# $\varepsilon d$ for a pair of words is a bound; you know the distances, so be exact.
#
# Write `worst_log_ratio`: the largest $\ln(\Pr[\text{sent}\mid\text{first}]\,/\,
# \Pr[\text{sent}\mid\text{second}])$ of all that can be sent.


# %%
# EXERCISE: lm-25
def worst_log_ratio(distances, first, second, epsilon, messages):
    """The most that what is sent can speak for the first prompt."""
    ### BEGIN SOLUTION
    weights = np.exp(-epsilon * distances / 2)
    logs = np.log(weights / weights.sum(axis=1, keepdims=True))
    each = (logs[first] - logs[second]).max(axis=1)
    return messages * each.sum()
    ### END SOLUTION


# %%
check("lm-25", worst_log_ratio)

# %%
# hint("lm-25")

# %% [markdown] tags=["solution"]
# **Why.** Words and messages are drawn independently, so log-ratios add up, and each is
# largest by itself. For one word the ratio has two parts: the weights, at most
# $\varepsilon d/2$, and the two sums by which they are divided, at most as much again.
# The sums differ only where one word stands in a crowd and the other apart, and seldom
# by all that d allows; that is why the promise is seldom used up.

# %% [markdown]
# ## lm-26
#
# Somebody says that a model has forgotten n lines. `own` (n,) are the bits that the
# model needs for each line; `retrained` (R, n) those of R models trained again without
# the lines. If the claim is true, `own` is one more draw from the same law. So put it
# with the others, R + 1 models in all, and treat all alike: each model in turn is held
# against the R others, line by line, (bits − mean) / s, with mean and standard
# deviation s (`ddof=1`) over those R. Its *worst* is the largest size of this over the
# lines, too low or too high.
#
# Write `chance_of_worst`: the share of the R + 1 models whose worst is at least as
# large as that of `own`. A small share speaks against the claim.


# %%
# EXERCISE: lm-26
def chance_of_worst(own, retrained):
    """The share of all R + 1 models that are as far off as own, or farther."""
    ### BEGIN SOLUTION
    models = np.vstack([own, retrained])
    worst = []
    for r in range(len(models)):
        others = np.delete(models, r, axis=0)
        off = (models[r] - others.mean(axis=0)) / others.std(axis=0, ddof=1)
        worst.append(np.abs(off).max())
    return np.mean(np.array(worst) >= worst[0])
    ### END SOLUTION


# %%
check("lm-26", chance_of_worst)

# %%
# hint("lm-26")

# %% [markdown] tags=["solution"]
# **Why.** If `own` is a draw like the others, each of the R + 1 is the worst with the
# same chance, whatever the law of the bits: no bell curve is needed. `own` counts
# itself, so the share is never 0; with nine retrained models it cannot fall below 0.1.
# Whoever wants to be surer must train more models, not invent a smaller number. The
# mean over lines would let a line that is overdone pay for one that is still known.
# (With the model itself among its others the sizes shrink, all by the same law, so the
# order and the share stay as they are.)

# %% [markdown]
# ## lm-27
#
# SISA in full has shards (分片) *and* slices (切片). Each line has a number `shard` and,
# in it, a number `slice` from 0 to `slices` − 1; both are arrays (n,). A shard's model
# is trained in as many stages: stage i reads all lines of slices 0 to i of its shard,
# starting from the model that stage i − 1 has left, which is stored. `leaving` (n,) is
# true for the lines to be forgotten, all in one go. A shard with such a line goes back
# to the last stored model that has not read one of them, and does the stages after it
# again, without these lines.
#
# Write `read_again`: how many lines are read anew in all; a line counts once in each
# stage that reads it.


# %%
# EXERCISE: lm-27
def read_again(shard, slice, slices, leaving):
    """The lines read anew by all stages that must be done again."""
    ### BEGIN SOLUTION
    total = 0
    for s in np.unique(shard[leaving]):
        first = slice[(shard == s) & leaving].min()
        kept = slice[(shard == s) & ~leaving]
        total += sum((kept <= i).sum() for i in range(first, slices))
    return int(total)
    ### END SOLUTION


# %%
check("lm-27", read_again)

# %%
# hint("lm-27")

# %% [markdown] tags=["solution"]
# **Why.** A stored model is clean as long as none of its slices held a leaving line, so
# the earliest one decides, once for the shard, however many leave. The later stages
# read the early slices, too. That is why people who are likely to leave belong in the
# last slice, and, if one may choose, in the same shard.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
