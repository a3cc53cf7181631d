# %% [markdown]
# # Exercises 5.3 · Private language models (私有的大模型)
#
# Do lesson `05_3_private_language_models` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays, and give such back. No model is trained
# here.

# %%
import math

import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## lm-11
#
# A phone gets an adapter (适配器) and must fold it into its weights, because it has no
# time for two more matrix products. `W` is (d, k); the adapter has `A` (r, k), `B` (d, r)
# and `alpha`. The layer computes $Wx+\frac{\alpha}{r}BAx$ for a vector x of length k.
#
# Write `folded`: the one matrix (d, k) that does the same. Leave `W` as it was: another
# adapter may come tomorrow. (No check sees that: each gets a copy. Look yourself.)


# %%
# EXERCISE: lm-11
def folded(W, A, B, alpha):
    """The matrix that does what W and the adapter do together."""
    ### BEGIN SOLUTION
    return W + alpha / len(A) * B @ A
    ### END SOLUTION


# %%
check("lm-11", folded)

# %%
# hint("lm-11")

# %% [markdown] tags=["solution"]
# **Why.** $Wx+\frac{\alpha}{r}B(Ax)=(W+\frac{\alpha}{r}BA)x$. The rank r is the number of
# rows of A. `W += ...` would change the caller's matrix, and the second adapter would
# be added to the first.

# %% [markdown]
# ## lm-12
#
# How long is the noise? DP-SGD adds $\mathcal N(0,\sigma^2C^2)$ to every entry of the sum
# of clipped gradients and divides by the expected batch size, `batch`. The mean gradient
# is never longer than C. A model has `blocks` blocks of `width` w. Each block has four
# linear layers with these (inputs, outputs): (w, 3w), (w, w), (w, 4w), (4w, w). Each gets
# an adapter of rank `rank`, with A of (rank, inputs) and B of (outputs, rank); only
# adapters are trained.
#
# Write `noise_to_signal`: the root of the expected squared length of the noise on the
# mean, divided by C. `sigma` is the noise multiplier.


# %%
# EXERCISE: lm-12
def noise_to_signal(sigma, batch, blocks, width, rank):
    """The length of the noise on the mean gradient, in units of C."""
    ### BEGIN SOLUTION
    layers = [(1, 3), (1, 1), (1, 4), (4, 1)]
    each = sum(rank * (i + o) * width for i, o in layers)
    return sigma * math.sqrt(blocks * each) / batch
    ### END SOLUTION


# %%
check("lm-12", noise_to_signal)

# %%
# hint("lm-12")

# %% [markdown] tags=["solution"]
# **Why.** d independent entries of variance $\sigma^2C^2$ have an expected squared
# length of $d\sigma^2C^2$; the root grows with $\sqrt d$. An adapter weighs r(in +
# out), all four 16 r w. Where it says 1, the noise is as long as the longest possible
# signal.

# %% [markdown]
# ## lm-13
#
# A model was trained with (`epsilon`, `delta`) *per line*. A patient with `lines` lines
# asks what that promises to her, all her lines added or removed. From one line to the
# next, $P_0(S)\le e^{\varepsilon}P_1(S)+\delta$ and $P_1(S)\le
# e^{\varepsilon}P_2(S)+\delta$.
#
# Write `promise_to_group`: the pair (ε, δ) that follows for her. Do not round the sum
# of the δ upwards to something simpler. If δ reaches 1, nothing is
# promised: give `(math.inf, 1.0)`.


# %%
# EXERCISE: lm-13
def promise_to_group(epsilon, delta, lines):
    """The (epsilon, delta) of whoever has so many lines."""
    ### BEGIN SOLUTION
    total = delta * sum(math.exp(i * epsilon) for i in range(lines))
    return (math.inf, 1.0) if total >= 1 else (lines * epsilon, total)
    ### END SOLUTION


# %%
check("lm-13", promise_to_group)

# %%
# hint("lm-13")

# %% [markdown] tags=["solution"]
# **Why.** Put one inequality into the other:
# $P_0\le e^{2\varepsilon}P_2+\delta(1+e^{\varepsilon})$, and so on. ε grows in a line, δ
# like a power. This is what *any* (ε, δ) mechanism guarantees. An accountant that knows
# the mechanism can do better, and still badly for eight lines at ε = 8.

# %% [markdown]
# ## lm-14
#
# Now clip by user (用户级). `gradients` is an array (n, d): one gradient for each line.
# `users` (n,) says whose line it is, as whole numbers in any order, with gaps.
#
# Write `user_clipped_sum`: average the gradients of each user's lines, clip each user's
# average to length `C` at most, and add up. The result is (d,). A gradient may be zero.


# %%
# EXERCISE: lm-14
def user_clipped_sum(gradients, users, C):
    """The sum over users of their clipped mean gradients."""
    ### BEGIN SOLUTION
    total = np.zeros(gradients.shape[1])
    for user in np.unique(users):
        own = gradients[users == user].mean(axis=0)
        total += own * C / max(C, np.linalg.norm(own))
    return total
    ### END SOLUTION


# %%
check("lm-14", user_clipped_sum)

# %%
# hint("lm-14")

# %% [markdown] tags=["solution"]
# **Why.** Add or remove a user with all lines, and the sum moves by one clipped vector:
# C at most. Clip the lines first and add, and a user with eight lines moves it by 8C.
# `C / max(C, norm)` is $\min(1, C/\text{norm})$ without dividing by zero.

# %% [markdown]
# ## lm-15
#
# Clinics fine-tune adapters together. In each round, each of `clients` clinics receives
# the adapters and sends them back. The frozen model is sent to each of them *once*,
# before the first round. Numbers are of 4 bytes. `model` and `adapter` are counts of
# weights.
#
# Write `break_even`: the smallest number of rounds after which this has moved *fewer*
# bytes, in all, than the usual federation, in which each client receives the whole model
# and sends it back in each round, and gets nothing before.


# %%
# EXERCISE: lm-15
def break_even(model, adapter, clients):
    """The first number of rounds at which adapters have moved fewer bytes."""
    ### BEGIN SOLUTION
    if adapter >= model:
        raise ValueError(f"adapter={adapter} must be < model={model}")
    return model // (2 * (model - adapter)) + 1
    ### END SOLUTION


# %%
check("lm-15", break_even)

# %%
# hint("lm-15")

# %% [markdown] tags=["solution"]
# **Why.** Per client and in weights: $m+2Ra<2Rm$, so $R>\frac{m}{2(m-a)}$. Clients and
# bytes cancel. The smallest whole number above is the floor plus one, also where the
# fraction is whole. For a small adapter the first round is enough.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
