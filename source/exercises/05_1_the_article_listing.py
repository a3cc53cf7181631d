# %% [markdown]
# # Exercises 5.1 · The article's listing (项目实践：代码实例与解读)
#
# Do lesson `05_1_the_article_listing` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and numpy arrays and give such back. Where chance is
# needed, draw it from the `rng` you are given. You may use `np` from the next cell, and
# whatever you import.

# %%
import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## dp-31
#
# A colleague has seen that the listing's softmax is applied twice. She replaces the
# first one by a sigmoid: each of the k = `outputs` outputs is now a number between 0 and
# 1 *by itself*, and they need not add up to 1. The loss still believes that they are
# logits (未归一化得分). For the right output r it computes
# $-\ln\big(e^{s_r}/\sum_j e^{s_j}\big)$ with the natural logarithm.
#
# Write `sigmoid_loss_range`, which returns two numbers: the lowest and the highest loss
# that such outputs can come close to. `outputs` is a whole number from 2 up.


# %%
# EXERCISE: dp-31
def sigmoid_loss_range(outputs):
    """(lowest, highest) loss when k sigmoids are taken for logits."""
    ### BEGIN SOLUTION
    lowest = np.log(np.e + outputs - 1) - 1
    highest = np.log(1 + (outputs - 1) * np.e)
    return lowest, highest
    ### END SOLUTION


# %%
check("dp-31", sigmoid_loss_range)

# %%
# hint("dp-31")

# %% [markdown] tags=["solution"]
# **Why.** The loss falls as the right output rises and rises with every other one, so
# both ends lie in corners. Best: the right output 1, all others 0. Worst: the right one
# 0, and *all* others 1, since nothing makes them add up to 1. For ten outputs the loss
# stays between 1.461 and 3.237; a proper one runs from 0 without limit. A training
# curve that settles at $\ln(e+k-1)-1$ is the fingerprint of this fault.

# %% [markdown]
# ## dp-32
#
# A logistic regression has the loss
# $L(w)=\frac1n\sum_i\big[-y_i\ln p_i-(1-y_i)\ln(1-p_i)\big]$ with
# $p_i=1/(1+e^{-x_i\cdot w})$. Two people add noise to it. One follows the article and
# adds a random number c. The other adds the random line $b\cdot w/n$, as in objective
# perturbation (目标扰动). The whole loss is
#
# $$L(w)+c+b\cdot w/n.$$
#
# Write `noisy_loss_gradient`, its exact gradient with respect to $w$ (a formula, no
# finite differences). `weights` is $w$ (d
# numbers), `x` is (n, d), `y` holds n zeros and ones, `offset` is $c$, `slope` is $b$ (d
# numbers).


# %%
# EXERCISE: dp-32
def noisy_loss_gradient(weights, x, y, offset, slope):
    """The gradient at weights of the mean logistic loss + offset + slope.w / n."""
    ### BEGIN SOLUTION
    p = 1 / (1 + np.exp(-x @ weights))
    return (x.T @ (p - y) + slope) / len(y)
    ### END SOLUTION


# %%
check("dp-32", noisy_loss_gradient)

# %%
# hint("dp-32")

# %% [markdown] tags=["solution"]
# **Why.** `offset` is not in the answer at all: a constant has no slope, whatever its
# size and however it was drawn. That is the whole of claim C10. The line has a slope,
# the same $b/n$ at every $w$, so it moves the place where the training ends. How large
# $b$ must be is the question that the bounds of objective perturbation answer.

# %% [markdown]
# ## dp-33
#
# You have the gradients of n patients for one layer: `weights`, an array (n, d, k), and
# `biases`, an array (n, k). Row i of both belongs to patient i. One patient's gradient
# is *all* of it: d·k + k numbers, and its length is the root of the sum of their
# squares.
#
# Write `clipped_total`: shorten every patient's gradient to at most `bound` (裁剪),
# leave shorter ones as they are, and add them up. Return one array (d + 1, k): the
# total for the weights, and the total for the biases as its last row.
# A gradient may be 0. Do not add a small number to the lengths to avoid dividing by 0:
# results are compared to nine digits.


# %%
# EXERCISE: dp-33
def clipped_total(weights, biases, bound):
    """The sum of the patients' gradients, each at most bound long: (d + 1, k)."""
    ### BEGIN SOLUTION
    whole = np.concatenate([weights, biases[:, None]], axis=1)
    lengths = np.sqrt((whole**2).sum(axis=(1, 2)))
    factors = bound / np.maximum(lengths, bound)
    return np.tensordot(factors, whole, axes=1)
    ### END SOLUTION


# %%
check("dp-33", clipped_total)

# %%
# hint("dp-33")

# %% [markdown] tags=["solution"]
# **Why.** The promise is to one patient, so the bound must hold for everything that one
# patient adds, weights and biases together, before anything is summed. Then a patient
# who comes or goes moves the total by `bound` at most, and that is its sensitivity
# (敏感度). Dividing by the larger of length and bound also spares the patient whose
# gradient is 0 from a division by 0.

# %% [markdown]
# ## dp-34
#
# Now the whole release of one step of DP-SGD. The coins have been tossed: each of `n`
# patients was drawn with probability `sampling_rate`, and `gradients` (m, d) are the
# gradients of the m who came up. m may be anything, also 0.
#
# Write `private_gradient`, the d numbers that the optimizer gets: gradients shortened
# to `max_grad_norm` each, summed, with Gaussian noise whose standard deviation in each
# of the d numbers is `noise_multiplier` times what one patient who comes or goes can
# move the sum, and divided by the batch size. Which batch size? One that says nothing
# about who was drawn. Draw the noise from `rng`.
# A gradient may be 0. Do not add a small number to the lengths to avoid dividing by 0:
# results are compared to nine digits.


# %%
# EXERCISE: dp-34
def private_gradient(
    gradients, max_grad_norm, noise_multiplier, sampling_rate, n, rng
):
    """The noisy mean gradient of one step of DP-SGD, (d,)."""
    ### BEGIN SOLUTION
    lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
    clipped = gradients * max_grad_norm / np.maximum(lengths, max_grad_norm)
    noise = rng.normal(size=gradients.shape[1])
    total = clipped.sum(axis=0) + noise_multiplier * max_grad_norm * noise
    return total / (sampling_rate * n)
    ### END SOLUTION


# %%
check("dp-34", private_gradient)

# %%
# hint("dp-34")

# %% [markdown] tags=["solution"]
# **Why.** Each of the m rows is at most C long, so one patient moves the sum by C:
# noise σC on the sum. The divisor q·n is public. Divided by m instead, the noise would
# be wider in small batches, and its spread would tell whether one more was there. An
# empty batch is released like any other, noise and all: silence would be the message
# "nobody".

# %% [markdown]
# ## dp-35
#
# A vendor says: "our training adds noise". You may repeat one step of it, always from
# the same first weights and with the same batch, as often as you like. `weights` (runs,
# d) holds the weights after the step. If the noise was added to the loss, or after the
# step, it never reached them. If it was DP-SGD, the step was
#
# $$w\leftarrow w_0-\eta\,\frac{\text{clipped sum}+\mathcal N(0,\sigma^2C^2)}{B}$$
#
# with η = `learning_rate`, C = `max_grad_norm` and B = `batch_size`, the expected one.
#
# Write `noise_multiplier_seen`: an estimate of σ from the spread of the runs, 0 if the
# noise never arrived. You do not know $w_0$ or the clipped sum. Within 5 % is enough;
# there are hundreds of runs.


# %%
# EXERCISE: dp-35
def noise_multiplier_seen(weights, learning_rate, batch_size, max_grad_norm):
    """The noise multiplier that explains the spread of weights (runs, d)."""
    ### BEGIN SOLUTION
    variances = weights.var(axis=0, ddof=1)
    deviation = np.sqrt(variances.mean())
    return deviation * batch_size / (learning_rate * max_grad_norm)
    ### END SOLUTION


# %%
check("dp-35", noise_multiplier_seen)

# %%
# hint("dp-35")

# %% [markdown] tags=["solution"]
# **Why.** What is the same in all runs, $w_0$ and the clipped sum, differs from weight
# to weight but not from run to run: so the spread is taken down each column. It is
# ησC/B. The article's listing gives 0, with any `stddev`. A test like this belongs into
# every pipeline that calls itself private: it needs no theory, only two runs.

# %% [markdown]
# ## dp-36
#
# Somebody reads the listing kindly: the weights stay secret, and a prediction leaves
# the house only as `clip(p + noise, -1, 1)`, with fresh Gaussian noise of standard
# deviation `stddev` each time. Section 5.3 says that noise and
# clip (剪枝) together achieve differential privacy.
#
# You are the attacker. You have asked the same question many times and hold the
# `answers` (an array). Write `hidden_prediction`: your estimate of the probability p.
# With 20,000 answers and `stddev` up to 1, be within 0.053 · `stddev`.


# %%
# EXERCISE: dp-36
def hidden_prediction(answers, stddev):
    """The prediction p behind many answers clip(p + noise, -1, 1)."""
    ### BEGIN SOLUTION
    return np.median(answers)
    ### END SOLUTION


# %%
check("dp-36", hidden_prediction)

# %%
# hint("dp-36")

# %% [markdown] tags=["solution"]
# **Why.** Half of the noise lies above 0 and half below, so half of the noisy
# predictions lie above p. Cutting those above 1 to 1 does not take them to the other
# side of p: the median (中位数) does not notice. The clip is post-processing, it neither
# hides nor reveals; it only spoils the mean. What protects p is the noise of *one*
# answer, and you asked for 20,000.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
