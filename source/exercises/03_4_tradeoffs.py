# %% [markdown]
# # Exercises 3.4 · Trade-offs (权衡)
#
# Do lesson `03_4_tradeoffs` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# You may use `np` and what else the next cell imports.

# %%
import math

import numpy as np

from privlab.course.check import check, hint, progress
from privlab.experiments.hospital_privacy import multiplier

# %% [markdown]
# ## tr-01
#
# The lesson's column "who was in" is an *advantage*. Take one person who was in and one
# who was not. The adversary says that the one with the *smaller* loss was in. Over all
# such pairs, the advantage is the share of pairs where that is right minus the share
# where it is wrong. Equal losses are neither.
#
# `members` (m,) are the losses of those who were in, `others` (n,) of those who were
# not. Write `advantage`: a number from -1 to 1.


# %%
# EXERCISE: tr-01
def advantage(members, others):
    """The share of pairs told rightly minus the share told wrongly."""
    ### BEGIN SOLUTION
    difference = np.subtract.outer(np.asarray(others), np.asarray(members))
    return float(np.sign(difference).mean())
    ### END SOLUTION


# %%
check("tr-01", advantage)

# %%
# hint("tr-01")

# %% [markdown] tags=["solution"]
# **Why.** The sign of other minus member is 1 where the adversary is right, -1 where it
# is wrong, 0 for a tie, and the mean over all pairs is the advantage. It is
# $2\,\mathrm{AUC}-1$. A guess has 0, whatever the numbers of people: that is why the
# lesson can put it beside shares of records and queries that were read.

# %% [markdown]
# ## tr-02
#
# A decision. A federation trains for 20 rounds, all `clients` in each, `people` records
# in all. The promise is to each record; clipping makes sure that one moves the *sum* by 1
# at most. Write `noise_plan`: it decides where the noise is added, and how small ε can
# be, and returns a tuple `(place, epsilon)`.
#
# The `place` is 0, 1 or 2. With $z$ = `multiplier(epsilon)`, imported above, the noise
# in the sum of a round has this standard deviation:
#
# - 0, by the server: $z$. Only where `server_trusted` is true.
# - 1, in shares under masks: each client adds a share of deviation
#   $z/\sqrt{\text{honest}}$, so that `honest` of them are enough; *all* `clients` add
#   one. Only where `masks` is true.
# - 2, by each client on its own: all clients add the whole of it, deviation $z$ each.
#   Always possible.
#
# Variances of independent noises add up. The sum is divided by `people`, and the noise
# in that *mean* must be `largest_noise` at most. Only the values of ε in `EPSILONS`
# below may be chosen. Give the smallest that fits in any possible place, and where
# several places fit, the one with the lowest number. If nothing fits, return `(-1, 0.0)`.
#
# `people`, `clients`, `honest` are whole numbers, `server_trusted` and `masks` are true
# or false.
#
# Example: 320 people, 20 clients, 16 honest, masks, a server nobody trusts, 0.07 of
# noise. ε = 1 needs $z=18.1$. Shares add up to $18.1\sqrt{20/16}=20.2$, over 320 that
# is 0.063: it fits. ε = 0.5 needs about twice as much: it does not. So the answer is
# `(1, 1.0)`.

# %%
EPSILONS = (0.5, 1.0, 2.0, 4.0, 8.0)


# %%
# EXERCISE: tr-02
def noise_plan(people, clients, honest, server_trusted, masks, largest_noise):
    """(place, epsilon) with the smallest epsilon that fits, or (-1, 0.0)."""
    ### BEGIN SOLUTION
    factors = {2: math.sqrt(clients)}
    if masks:
        factors[1] = math.sqrt(clients / honest)
    if server_trusted:
        factors[0] = 1.0
    for epsilon in EPSILONS:
        for place in sorted(factors):
            if multiplier(epsilon) * factors[place] / people <= largest_noise:
                return place, epsilon
    return -1, 0.0
    ### END SOLUTION


# %%
check("tr-02", noise_plan)

# %%
# hint("tr-02")

# %% [markdown] tags=["solution"]
# **Why.** $k$ noises of deviation $s$ add up to $s\sqrt k$. A trusted server needs the
# noise once. Shares cost a factor $\sqrt{k/\text{honest}}$, little while most clients
# are honest. Noise by each client costs $\sqrt k$: who trusts nobody and has no masks
# pays the most, in ε or in people. Go through ε from the smallest; the first that fits
# is the answer.

# %% [markdown]
# ## tr-03
#
# In the lesson federated learning moved forty times the bytes of the records. Is that so
# for every data set? All numbers take 8 bytes.
#
# - In one place: each of `records` records, of `columns` numbers, is sent once.
# - Federated: in each round each of `clients` clients receives the model, `parameters`
#   numbers, and sends an update of the same size. Nothing else is sent.
#
# Write `rounds_no_dearer`: the largest whole number of rounds for which federated
# learning moves *no more* bytes than sending the records. It may be 0.


# %%
# EXERCISE: tr-03
def rounds_no_dearer(records, columns, clients, parameters):
    """The most rounds that move no more bytes than all records."""
    ### BEGIN SOLUTION
    return (records * columns) // (2 * clients * parameters)
    ### END SOLUTION


# %%
check("tr-03", rounds_no_dearer)

# %%
# hint("tr-03")

# %% [markdown] tags=["solution"]
# **Why.** The 8 bytes cancel. What is left is data over twice the model times the
# clients. For the lesson's tumours: 325 records of 31 numbers against 20 clients and a
# model of 496: not even one round. For a million photographs and a small model it is
# federated learning that saves. "FL costs communication" is about the ratio.

# %% [markdown]
# ## tr-04
#
# A decision. A model of `parameters` numbers is to answer `queries` queries of one
# client. A query is `features` numbers, its answer is one. A number takes 8 bytes.
#
# - 0, in the open: queries and answers are sent as they are.
# - 1, under encryption: public keys of `keys_bytes` once, then for each query
#   `sealed_bytes`, its ciphertext and the answer's together. A query takes
#   `sealed_seconds`.
# - 2, at home: the client receives the model once, and asks nobody.
#
# `query_secret`: the server must not read queries. `model_secret`: the client must not
# hold the model. A query may take `most_seconds`; in the open and at home it takes no
# time worth counting. At most `most_bytes` may be sent in all.
#
# Write `serving`: the number of the possible way that sends the fewest bytes, the lowest
# number where they are equal, and -1 if none is possible.


# %%
# EXERCISE: tr-04
def serving(
    query_secret,
    model_secret,
    queries,
    features,
    parameters,
    keys_bytes,
    sealed_bytes,
    sealed_seconds,
    most_seconds,
    most_bytes,
):
    """0 in the open, 1 under encryption, 2 at home, -1 if none is possible."""
    ### BEGIN SOLUTION
    sent = {}
    if not query_secret:
        sent[0] = 8 * (features + 1) * queries
    if sealed_seconds <= most_seconds:
        sent[1] = keys_bytes + sealed_bytes * queries
    if not model_secret:
        sent[2] = 8 * parameters
    fitting = [way for way in sent if sent[way] <= most_bytes]
    return min(fitting, key=sent.get, default=-1)
    ### END SOLUTION


# %%
check("tr-04", serving)

# %%
# hint("tr-04")

# %% [markdown] tags=["solution"]
# **Why.** Secrets and seconds rule ways out; bytes choose among the rest. At home is paid
# once, encryption with every query, so many queries speak for handing out the model,
# until the model is what must be kept. With a secret query *and* a secret model only
# encryption is left, and if it is too slow or too long, nothing. To answer -1 is a
# decision as well.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
