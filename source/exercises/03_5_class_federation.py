# %% [markdown]
# # Exercises 3.5 · A class trains together (班级联邦学习)
#
# Do lesson `03_5_class_federation` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain data and give plain data back; no machine is started. You may
# use `json` and `np` from the next cell, and whatever you import.

# %%
import json

import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## fl-21
#
# Flower's SuperLink believes a request whose signature fits the key registered for the
# node, and is fresh: `age = arrived - signed_at` lies strictly between -5 and 305
# seconds. A copied signature may be used again for five minutes. Your SuperLink has a
# memory as well: of requests by one node with the same `signed_at`, it accepts the first
# good one only.
#
# Write `accepted`. `requests` is a list of `(arrived, node, key, signed_at)` in the order
# of arrival: two times in seconds, a node's name, and the key under which the signature
# verifies, both text. `keys` is a dict: the key registered for each name. Return the
# list of the accepted requests' positions, from 0.


# %%
# EXERCISE: fl-21
def accepted(requests, keys):
    """Positions of the requests that a SuperLink with a memory believes."""
    ### BEGIN SOLUTION
    seen, good = set(), []
    for position, (arrived, node, key, signed_at) in enumerate(requests):
        fresh = -5 < arrived - signed_at < 305
        known = node in keys and keys[node] == key
        if fresh and known and (node, signed_at) not in seen:
            seen.add((node, signed_at))
            good.append(position)
    return good
    ### END SOLUTION


# %%
check("fl-21", accepted)

# %%
# hint("fl-21")

# %% [markdown] tags=["solution"]
# **Why.** The name says who one claims to be, the key shows who one is: they must
# belong together. Freshness has two sides, for a clock that is ahead could sign for
# later. And the memory holds only what was accepted: an unknown key must not use up
# somebody else's time. Entries older than 305 seconds may be forgotten, since their age
# refuses them anyway.

# %% [markdown]
# ## fl-22
#
# The operator knows how to read labels in the first round, where every prediction is
# 1/10. Later it is not; but the operator has the global model, and tries it on digits of
# its own: `predicted` is the mean probability of each digit. A node trained one step on
# all of its `examples` rows with step size `rate`. In that step the bias of digit $c$
# moved by `moved[c]`, which is `rate` times (share of the labels $c$ − mean predicted
# probability of $c$). Take the operator's `predicted` for the node's.
#
# Write `label_counts`: how many of the node's rows have each label, as an array of
# whole numbers. `moved` and `predicted` are arrays of equal length.


# %%
# EXERCISE: fl-22
def label_counts(moved, predicted, rate, examples):
    """The number of rows with each label, read in a node's update."""
    ### BEGIN SOLUTION
    return np.rint(examples * (predicted + moved / rate)).astype(int)
    ### END SOLUTION


# %%
check("fl-22", label_counts)

# %%
# hint("fl-22")

# %% [markdown] tags=["solution"]
# **Why.** moved = rate (share − predicted), so share = predicted + moved / rate. The
# number of examples comes with each update: FedAvg needs it as the weight. The
# rounding makes good for what the operator's own digits differ from the node's.

# %% [markdown]
# ## fl-23
#
# A round is over when `timeout` seconds have passed. Write `after_round`: the global
# model then. `model` is an array. `replies` is a list of `(seconds, examples, update)`:
# when the reply came, on how many rows the node trained, and by how much it wants to move
# the model. Replies up to and including `timeout` count. Fewer than `nodes` of them, and
# the model stays; else it moves by their mean, weighted by the examples.


# %%
# EXERCISE: fl-23
def after_round(model, replies, timeout, nodes):
    """The model after a round in which some nodes were late or away."""
    ### BEGIN SOLUTION
    there = [(n, update) for s, n, update in replies if s <= timeout]
    if len(there) < nodes:
        return model
    total = sum(n for n, _ in there)
    return model + sum(n * np.asarray(update) for n, update in there) / total
    ### END SOLUTION


# %%
check("fl-23", after_round)

# %%
# hint("fl-23")

# %% [markdown] tags=["solution"]
# **Why.** Who is late is left out of both sums, above the line and below. Dividing by
# everybody's examples would count each late node as one that wants no change, and slow
# the training down by the share that is missing.

# %% [markdown]
# ## fl-24
#
# The power was away; the journal was not. Its lines are events in JSON:
#
# - `{"event": "start", "done": d}`: a run begins, after round d of a run that it resumes
#   (0: anew, and what was before does not count);
# - `{"event": "asked"}`, `{"event": "answered"}`: messages went out, replies came in;
# - `{"event": "round", "round": r}`: round r is finished and its model is on disk.
#
# A line may hold more than these. Write `next_round`: the number of the round with which
# the teacher goes on. `journal` is the file's text. The power may have failed while a
# line was written: whatever comes after the last newline is not to be read.


# %%
# EXERCISE: fl-24
def next_round(journal):
    """The first round that is not finished."""
    ### BEGIN SOLUTION
    done = 0
    for line in journal.split("\n")[:-1]:
        event = json.loads(line)
        if event["event"] == "start":
            done = event["done"]
        elif event["event"] == "round":
            done = event["round"]
    return done + 1
    ### END SOLUTION


# %%
check("fl-24", next_round)

# %%
# hint("fl-24")

# %% [markdown] tags=["solution"]
# **Why.** A round counts when its model is on disk, not when its replies have come: they
# died with the process. A run that resumes says so in its first line, so that line
# alone is enough to go on counting. The last line is read only if it ends.

# %% [markdown]
# ## fl-25
#
# Write `guarded_mean`, a guard that throws away less than the lesson's.
#
# - An update with an entry that is not finite is left out.
# - Nobody is believed to have more than `most` examples: a claim above counts as `most`.
# - Let m be the median (中位数) of the lengths of the updates that are left. Whoever is
#   longer than `factor` × m is shortened to that length, in its own direction.
# - The result is the mean, weighted by the examples after the cap. With no update left it
#   is zero.
#
# `updates` is an array (nodes, d), `examples` one of (nodes,), all above 0. An update may
# be all zeros. Lengths are Euclidean. Return an array (d,).


# %%
# EXERCISE: fl-25
def guarded_mean(updates, examples, most, factor):
    """The weighted mean of updates that were inspected first."""
    ### BEGIN SOLUTION
    sound = np.isfinite(updates).all(axis=1)
    if not sound.any():
        return np.zeros(updates.shape[1])
    kept, weights = updates[sound], np.minimum(examples[sound], most)
    lengths = np.linalg.norm(kept, axis=1)
    bound = factor * np.median(lengths)
    scale = np.where(
        lengths > bound, bound / np.where(lengths > 0, lengths, 1), 1
    )
    return np.average(kept * scale[:, None], axis=0, weights=weights)
    ### END SOLUTION


# %%
check("fl-25", guarded_mean)

# %%
# hint("fl-25")

# %% [markdown] tags=["solution"]
# **Why.** NaN × 0 is NaN: it must go before anything is added, and its weight with it.
# The median lies between lengths of honest nodes, as long as most are honest; the mean of
# the lengths is the cheat's to choose. Capping keeps the direction, which may be
# honest, and bounds the harm. And a weight is a claim too.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
