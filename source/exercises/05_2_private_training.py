# %% [markdown]
# # Exercises 5.2 · Private training (差分隐私训练)
#
# Do lesson `05_2_private_training` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. Stuck? Remove
# the `#` before `hint(...)` and run that cell; each run gives one more hint, three in
# all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# Where chance is needed, draw it from the `rng` you are given. You may use `np` and
# `rdp_epsilon` from the next cell, and whatever you import.

# %%
import numpy as np

from privlab.course.check import check, hint, progress
from privlab.dp.accounting import rdp_epsilon

# %% [markdown]
# ## dp-41
#
# The data of one person may be in every step of DP-SGD, so it is the steps that are
# paid for. The accountant answers one question:
#
# `rdp_epsilon(noise_multiplier=1.0, sampling_rate=0.1, steps=50, delta=1e-5)`
#
# is the ε spent by 50 steps with that noise multiplier (噪声乘数) and that sampling rate
# (抽样率). You must answer the opposite one: how long may you train?
#
# Write `most_steps`: the largest whole number of steps whose ε is at most `epsilon` at
# `delta`, and 0 if even one step is too much. The answer will be below 2,000, and the
# accountant takes a hundredth of a second per call: do not ask it 2,000 times.


# %%
# EXERCISE: dp-41
def most_steps(noise_multiplier, sampling_rate, epsilon, delta):
    """The largest number of DP-SGD steps that spend epsilon at most, at delta."""

    ### BEGIN SOLUTION
    def spent(steps):
        return rdp_epsilon(
            noise_multiplier=noise_multiplier,
            sampling_rate=sampling_rate,
            steps=steps,
            delta=delta,
        )

    enough, too_many = 0, 1
    while spent(too_many) <= epsilon:
        enough, too_many = too_many, 2 * too_many
    while too_many - enough > 1:
        middle = (enough + too_many) // 2
        if spent(middle) <= epsilon:
            enough = middle
        else:
            too_many = middle
    return enough
    ### END SOLUTION


# %%
check("dp-41", most_steps)

# %%
# hint("dp-41")

# %% [markdown] tags=["solution"]
# **Why.** More steps never spend less, so the steps that fit are 0, 1, …, k: double
# until it is too much, then halve the gap (bisection, 二分法), some twenty questions in
# all. Dividing ε by the ε of one step is basic composition (组合). It is safe and
# wasteful: the ε of many steps grows about like the square root of their number.

# %% [markdown]
# ## dp-42
#
# A logistic regression (逻辑回归) predicts the probability $p_i=1/(1+e^{-w\cdot x_i})$
# that person $i$ has label 1. The loss of one person is
# $-y_i\ln p_i-(1-y_i)\ln(1-p_i)$, and its gradient by $w$ has a closed form. So there
# is no need for automatic differentiation, nor for a loop over people.
#
# Write `clipped_sum`: the sum over all people of their gradients, each clipped (裁剪) to
# length `max_grad_norm` at most. `X` has one row per person and one column per
# feature, `y` holds 0 and 1, `w` the weights. There may be no people at all.
# A gradient may be 0. Do not add a small number to the lengths to avoid dividing by 0:
# results are compared to nine digits.


# %%
# EXERCISE: dp-42
def clipped_sum(X, y, w, max_grad_norm):
    """The sum of per-person gradients of the logistic loss, each clipped."""
    ### BEGIN SOLUTION
    error = 1 / (1 + np.exp(-X @ w)) - y
    lengths = np.abs(error) * np.linalg.norm(X, axis=1)
    factors = max_grad_norm / np.maximum(lengths, max_grad_norm)
    return (factors * error) @ X
    ### END SOLUTION


# %%
check("dp-42", clipped_sum)

# %%
# hint("dp-42")

# %% [markdown] tags=["solution"]
# **Why.** The gradient of person $i$ is $(p_i-y_i)\,x_i$: what came back, one number,
# times what went in. Its length is $|p_i-y_i|\,\lVert x_i\rVert$, known before any
# gradient is formed. The clipped sum is then one product of a row with a matrix. This
# is book-keeping (簿记) in its smallest form. Clipping the *sum* instead would bound the
# step, but not what one person changes in it: with one person more, the other 999 are
# shortened too.

# %% [markdown]
# ## dp-43
#
# A batch has been drawn by Poisson sampling (泊松抽样): each of `n` people was in it with
# probability `sampling_rate`. `clipped` holds the clipped gradients of those who were
# drawn, one row each, none longer than `max_grad_norm`. Nobody may have been drawn:
# then it has no rows.
#
# Write `noisy_gradient`: the gradient that the optimizer may see. Gaussian noise with
# the standard deviation that belongs to `noise_multiplier`, drawn from `rng`, and
# divided as DP-SGD divides. Return one number per column.


# %%
# EXERCISE: dp-43
def noisy_gradient(
    clipped, n, sampling_rate, max_grad_norm, noise_multiplier, rng
):
    """The private mean gradient of a batch whose rows are clipped already."""
    ### BEGIN SOLUTION
    total = clipped.sum(axis=0)
    noise = rng.normal(scale=noise_multiplier * max_grad_norm, size=total.shape)
    return (total + noise) / (sampling_rate * n)
    ### END SOLUTION


# %%
check("dp-43", noisy_gradient)

# %%
# hint("dp-43")

# %% [markdown] tags=["solution"]
# **Why.** One person moves the sum by $C$ at most, so the sum gets noise of $\sigma C$,
# once. Only then is it divided, and by $qn$, which is public. The number drawn is not:
# it changes when a person comes or goes. Dividing by it also makes a small batch loud,
# and an empty one impossible.

# %% [markdown]
# ## dp-44
#
# Noise shakes the weights at every step. An *exponential moving average* (指数滑动平均)
# steadies them: $a_0=0$ and $a_t=\beta\,a_{t-1}+(1-\beta)\,w_t$ for the weights
# $w_1,\dots,w_T$ after each step. But it starts at 0, and so it is too small in the
# beginning. Dividing by the sum of the shares that the $w_t$ have in it corrects that.
#
# Write `steady`: the corrected average after the last step. `weights` has one row per
# step, in order, at least one; `decay` is β, at least 0 and below 1.


# %%
# EXERCISE: dp-44
def steady(weights, decay):
    """The bias-corrected exponential moving average of the rows of weights."""
    ### BEGIN SOLUTION
    age = np.arange(len(weights))[::-1]
    shares = (1 - decay) * decay**age
    return shares @ weights / shares.sum()
    ### END SOLUTION


# %%
check("dp-44", steady)

# %%
# hint("dp-44")

# %% [markdown] tags=["solution"]
# **Why.** The weights of $k$ steps ago have the share $(1-\beta)\beta^k$, and all shares
# together $1-\beta^T$. Divided by that, the average of equal weights is those weights,
# after one step already. All of it happens after the noise: post-processing (后处理), so
# it costs no privacy, whatever β is.

# %% [markdown]
# ## dp-45
#
# Adaptive clipping (自适应裁剪) publishes at each step one noisy count: how many of the
# batch had a gradient no longer than the present clipping norm. An auditor who has the
# log of these counts can replay which norms were in force, without any data.
#
# After each step, the norm $C$ is multiplied by
# $e^{-\text{clip\_rate}\,(b-\text{target})}$, where $b$ is the noisy count divided by
# the `expected` batch size. If more fit than the `target` share, $C$ shrinks.
#
# Write `norms_in_force`, which gets the `first` norm, the `counts` of all steps in
# order (there may be none, they may be negative: noise), `expected`, `target` and
# `clip_rate`. Return the norms in force at step 1, 2, … and the one that would be in
# force at the next: one more than there are counts.


# %%
# EXERCISE: dp-45
def norms_in_force(first, counts, expected, target, clip_rate):
    """The clipping norms at every step and the next, replayed from noisy counts."""
    ### BEGIN SOLUTION
    shares = np.asarray(counts, dtype=float) / expected
    moves = -clip_rate * np.cumsum(shares - target)
    return first * np.exp(np.concatenate([[0.0], moves]))
    ### END SOLUTION


# %%
check("dp-45", norms_in_force)

# %%
# hint("dp-45")

# %% [markdown] tags=["solution"]
# **Why.** Factors multiply, so their logarithms add up: a cumulative sum. That you could
# replay it shows that the norms are post-processing of the noisy counts. They are public
# once the counts are, and the next step may use them. A quantile computed from the
# gradients themselves would not be.

# %% [markdown]
# ## dp-46
#
# You publish the best of several runs. One run, with `epsilon`-differential privacy, is a
# coin about a secret bit: it says the truth with probability
# $e^{\varepsilon}/(1+e^{\varepsilon})$, and 1 is better than 0. So the published bit is 1
# if any run says 1. How many runs there are is drawn first, from public chances that have
# nothing to do with the bit: `chances[0]` is the probability of one run, `chances[1]` of
# two, and so on; they add up to 1.
#
# Write `epsilon_of_best`: the exact ε of the published bit. That is the smallest ε with
# which the definition holds for *both* outcomes and in both directions.


# %%
# EXERCISE: dp-46
def epsilon_of_best(epsilon, chances):
    """The exact epsilon of the best of a random number of coins."""
    ### BEGIN SOLUTION
    truth = np.exp(epsilon) / (1 + np.exp(epsilon))
    runs = np.arange(1, len(chances) + 1)
    zero = np.dot(chances, truth**runs)  # the secret bit is 0
    zero_if_one = np.dot(chances, (1 - truth) ** runs)
    best = np.log(zero / zero_if_one)
    worst = np.log((1 - zero_if_one) / (1 - zero))
    return max(best, worst)
    ### END SOLUTION


# %%
check("dp-46", epsilon_of_best)

# %%
# hint("dp-46")

# %% [markdown] tags=["solution"]
# **Why.** All of $k$ runs say 0 with probability $p^k$ or $(1-p)^k$, so a *fixed* $k$
# gives the ratio $e^{k\varepsilon}$. If the number is random, average the
# *probabilities* over it first, and divide then: one run that says 0 explains the
# outcome in both worlds, and hides the longer searches. With a geometric number the
# result never reaches $2\varepsilon$ here; for any mechanism it stays below
# $3\varepsilon$ (Papernot and Steinke 2022).

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
