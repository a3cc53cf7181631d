# %% [markdown]
# # Exercises 3.3 · Federated learning (联邦学习)
#
# Do lesson `03_3_federated_learning` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# You may use `np` from the next cell, and whatever you import.

# %%
import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## fl-01
#
# A clinic is a client (客户端) of a federation. The model is one linear layer with
# softmax (柔性最大值), one row for each diagnosis. In the first round all its weights and
# biases (偏置) are 0. The clinic takes *one* step of gradient descent on the mean
# cross-entropy of its patients, with the learning rate (学习率) `rate`, and sends the
# change. You are the server, and you know that the clinic has `examples` patients.
#
# For one patient with the diagnosis y the gradient in the biases is
# $p-\mathrm{onehot}(y)$, with $p$ what the model predicts. The step goes against the
# gradient.
#
# Write `diagnoses_counted`: how many patients of each diagnosis the clinic has, an
# array as long as `bias_change` (c,), the change of the biases.


# %%
# EXERCISE: fl-01
def diagnoses_counted(bias_change, rate, examples):
    """How many of the examples have each label, (c,), from one step's change."""
    ### BEGIN SOLUTION
    predicted = 1 / len(bias_change)
    return examples * (bias_change / rate + predicted)
    ### END SOLUTION


# %%
check("fl-01", diagnoses_counted)

# %%
# hint("fl-01")

# %% [markdown] tags=["solution"]
# **Why.** With weights 0 every diagnosis is predicted with $1/c$. The change is
# $-\eta\,(1/c-n_y/n)$, so $n_y=n\,(\text{change}_y/\eta+1/c)$: exact counts, of a clinic
# that sent "only a model". A mean over many patients hides no count.

# %% [markdown]
# ## fl-02
#
# Another client has a single patient. Its model begins with a layer `a = W x + b`,
# followed by a ReLU (线性整流). It trained for many epochs, and you, the server, have the
# layer before and after: `weights_before` and `weights_after` (h, d), `biases_before`
# and `biases_after` (h,). Each entry was rounded to six decimals on the way. Some rows
# never moved, because the patient switched them off; some moved by a few millionths.
#
# Write `patient_rebuilt`: the patient's record `x` (d,), to within 0.01.


# %%
# EXERCISE: fl-02
def patient_rebuilt(weights_before, biases_before, weights_after, biases_after):
    """The one record x (d,) on which the layer was trained."""
    ### BEGIN SOLUTION
    moved = biases_after - biases_before
    row = np.abs(moved).argmax()
    return (weights_after[row] - weights_before[row]) / moved[row]
    ### END SOLUTION


# %%
check("fl-02", patient_rebuilt)

# %%
# hint("fl-02")

# %% [markdown] tags=["solution"]
# **Why.** In every step row i moves by $-\eta\delta_i x$ and its bias by
# $-\eta\delta_i$, with the same x. The sums over all steps keep that ratio. Rounding
# errors are divided by the bias's change as well, so take the row where that is largest.
# (A mean of the rows, weighted with the squares of the changes, is better still.)

# %% [markdown]
# ## fl-03
#
# `clients` 0, 1, 2, … want their sum known and nothing else. Each pair shares a secret
# mask (掩码): `pair_masks[i, j]` equals `pair_masks[j, i]`, each an array (d,) of whole
# numbers; the whole array has the shape (n, n, d). What stands at `[i, i]` belongs to
# nobody and means nothing. The rule: client `client` adds the masks that it shares with
# the clients *after* it, subtracts those that it shares with the clients *before* it,
# and sends the result modulo (模) `modulus`, numbers from 0 up to `modulus - 1`.
#
# Write `masked_values`: what client `client` sends, (d,), when its own whole numbers
# are `values` (d,). They may be negative.


# %%
# EXERCISE: fl-03
def masked_values(values, client, pair_masks, modulus):
    """What this client sends: its values under all of its masks, (d,)."""
    ### BEGIN SOLUTION
    mine = pair_masks[client]
    after, before = mine[client + 1 :].sum(0), mine[:client].sum(0)
    return (values + after - before) % modulus
    ### END SOLUTION


# %%
check("fl-03", masked_values)

# %%
# hint("fl-03")

# %% [markdown] tags=["solution"]
# **Why.** Every mask $m_{ij}$ is added once, by the smaller of i and j, and subtracted
# once, by the larger. In the sum they cancel. Modulo M a uniform mask makes the message
# uniform whatever the value, a one-time pad (一次性密码本); without the modulus, a large
# value would show.

# %% [markdown]
# ## fl-04
#
# A federation uses secure aggregation (安全聚合): you, the server, see nothing but the
# sum of all updates. But you choose the model that you send, and nobody compares. To
# the victim you send the true one. To all others you send one whose first layer is
# switched off for every image: each hidden unit (隐藏单元) computes
# `max(0, weights[i] @ x + biases[i])`, and where this is 0 for all images, no gradient
# passes. Their updates of this layer are 0, and the sum is the victim's.
#
# An image `x` has pixels from 0 to 1, and any such image may occur. The more a bias is
# lowered, the more suspicious it looks.
#
# Write `silencing_biases`: for `weights` (h, d) the *largest* biases (h,) with which no
# image makes any unit positive.


# %%
# EXERCISE: fl-04
def silencing_biases(weights):
    """The largest biases (h,) with which every unit is 0 on every image."""
    ### BEGIN SOLUTION
    return -np.maximum(weights, 0).sum(1)
    ### END SOLUTION


# %%
check("fl-04", silencing_biases)

# %%
# hint("fl-04")

# %% [markdown] tags=["solution"]
# **Why.** The image that drives unit i hardest is 1 where its weights are positive and
# 0 elsewhere; it gives the sum of the positive weights. Lower the bias by that and the
# best image reaches exactly 0. This is model inconsistency (Pasquini, Francati and
# Ateniese 2022). The cure is to let clients compare what they were sent, say a hash
# (哈希) that goes into the keys of the masks. The protocol was sound; what it was asked
# to protect was not.

# %% [markdown]
# ## fl-05
#
# A federation of clients with `rows[k]` rows each clips every update to the length S.
# The server publishes the *weighted* mean (加权平均) of the clipped updates, client k with
# the weight `rows[k] / sum(rows)`, and adds Gaussian noise to each number, of standard
# deviation `noise_multiplier` · S / (number of clients). That would be right for equal
# weights. `rows` are public. Neighbours: one client's update becomes 0, and nothing
# else changes.
#
# The promise is that of the noise multiplier z where the noise is z times the most that
# one client can move what is published. Write `true_multiplier`: that z.


# %%
# EXERCISE: fl-05
def true_multiplier(noise_multiplier, rows):
    """The noise over the most that one client can move the weighted mean."""
    ### BEGIN SOLUTION
    heaviest = np.max(rows) / np.sum(rows)
    return noise_multiplier / len(rows) / heaviest
    ### END SOLUTION


# %%
check("fl-05", true_multiplier)

# %%
# hint("fl-05")

# %% [markdown] tags=["solution"]
# **Why.** Client k moves the mean by $S\,n_k/n$ at most; the worst case is the largest
# client. So $z'=\dfrac{zS/K}{S\max_k n_k/n}=\dfrac{z\,n}{K\max_k n_k}$. With 997, 1, 1
# and 1 rows the promised z = 1 is 0.25. Equal weights repair it, at some cost to the
# accuracy; so does capping the rows that count.

# %% [markdown]
# ## fl-06
#
# Under secure aggregation each of `clients` clients adds a share of the Gaussian noise to
# its own clipped update, all shares alike. In the sum there should be noise of standard
# deviation `noise_multiplier` · `clipping_norm` at least, *as the server sees it*. Up to
# `lost` clients may drop out before they send anything. Up to `colluding` of those who
# remain work for the server: they add their shares, and tell it.
#
# Write `share_deviation`: the standard deviation of one client's share, no larger than
# needed. There is always somebody honest left.


# %%
# EXERCISE: fl-06
def share_deviation(clipping_norm, noise_multiplier, clients, lost, colluding):
    """The standard deviation of each client's share of the noise."""
    ### BEGIN SOLUTION
    hidden = clients - lost - colluding
    return noise_multiplier * clipping_norm / np.sqrt(hidden)
    ### END SOLUTION


# %%
check("fl-06", share_deviation)

# %%
# hint("fl-06")

# %% [markdown] tags=["solution"]
# **Why.** Variances of independent shares add up: k shares of $\sigma^2$ make
# $k\sigma^2$. A lost client's share is missing, and a colluder's is known and can be
# subtracted. So the k that count are the honest ones who stay, and
# $\sigma=zS/\sqrt{k}$. When nobody is lost, there is more noise than promised: the price
# of being prepared.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
