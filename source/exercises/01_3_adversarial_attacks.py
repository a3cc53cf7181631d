# %% [markdown]
# # Exercises 1.3 · Adversarial attacks (对抗攻击)
#
# Do lesson `01_3_adversarial_attacks` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get numbers and numpy arrays and give the same back. Four of the five
# are about one model, the softmax regression: an image is an array of `d` pixels, its
# score for class k is `weights[k] @ image + bias[k]`, and the model decides for the
# class with the highest score. Its loss at a label is minus the logarithm of the
# label's softmax probability.

# %%
import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## at-21
#
# FGSM moves *away* from the true label and takes whatever comes. A forger wants more: the
# cheque's 1 shall be read as a 7. Turn FGSM round: in one step, change every pixel by
# `epsilon` so as to *lower* the loss at a class of your choice, `target`, by the sign of
# its gradient (梯度).
#
# Write `targeted_step`. `weights` is (k, d), `bias` (k,), `image` (d,) with pixels in
# [0, 1]; the result is the changed image, and must be an image too: cut what leaves
# [0, 1]. Scores may be in the thousands: `np.exp` of them must not overflow.


# %%
# EXERCISE: at-21
def targeted_step(weights, bias, image, target, epsilon):
    """The image after one signed step towards the class target."""
    ### BEGIN SOLUTION
    scores = weights @ image + bias
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    chances[target] -= 1
    slope = weights.T @ chances
    return np.clip(image - epsilon * np.sign(slope), 0, 1)
    ### END SOLUTION


# %%
check("at-21", targeted_step)

# %%
# hint("at-21")

# %% [markdown] tags=["solution"]
# **Why.** The loss is $\ln\sum_k e^{s_k}-s_{target}$, so its slope in the scores is the
# probabilities minus 1 at the target, and in the pixels $W^T$ times that: the mean row
# of the weights, as the model now weighs them, minus the target's row. Downhill means
# against it. With three classes or more this is *not* the sign of one row of weights.

# %% [markdown]
# ## at-22
#
# How robust is a decision? For a linear model one need not attack to know. Write
# `border`: the size of the smallest change of `image` after which the model no longer
# prefers its present decision (another class has an equal score). Pixels may leave
# [0, 1] here. `allowed` says how the size of a change is measured: `"every pixel"` is
# the largest change of any pixel ($L_\infty$), `"whole image"` the length of the
# change ($L_2$). `weights` is (k, d), `bias` (k,), `image` (d,).


# %%
# EXERCISE: at-22
def border(weights, bias, image, allowed):
    """The smallest change, measured as allowed says, that undoes the decision."""
    ### BEGIN SOLUTION
    scores = weights @ image + bias
    decision = scores.argmax()
    margins = np.delete(scores[decision] - scores, decision)
    apart = np.delete(weights[decision] - weights, decision, axis=0)
    if allowed == "every pixel":
        reach = np.abs(apart).sum(axis=1)
    else:
        reach = np.sqrt((apart**2).sum(axis=1))
    return (margins / reach).min()
    ### END SOLUTION


# %%
check("at-22", border)

# %%
# hint("at-22")

# %% [markdown] tags=["solution"]
# **Why.** Against each other class the margin is linear with slope $w$, the difference
# of two rows. A change $d$ takes off $w\cdot d$ at most: $r\|w\|_1$ if every pixel may
# move by r, $r\|w\|_2$ if the whole may have length r. The norm that counts is the *dual*
# (对偶范数) of the one that measures the change. And the class that is nearest in *score*
# need not be the nearest in *distance*: the smallest ratio decides. No attack can do
# better; such a number is called a certificate.

# %% [markdown]
# ## at-23
#
# A vendor sells a robust model: FGSM moves no pixel of any image. You look inside. The
# scores are `10_000 * (weights @ image + bias)`. The model is so sure of itself that the
# loss is 0 to the last digit, and so is its gradient. The decisions are the same as
# before. Nothing has become robust; the gradient is masked (梯度掩蔽).
#
# Write `strongest_change`: the image, every pixel of it within `epsilon` of `image` and
# in [0, 1], that drives the margin lowest. The margin is the score of `label` minus the
# highest score of any other class. `weights` is (k, d), `bias` (k,), `image` (d,); they
# are given to you without the factor 10 000. There may be several such images; any one
# will do.


# %%
# EXERCISE: at-23
def strongest_change(weights, bias, image, label, epsilon):
    """The permitted image with the lowest margin of label over the best other class."""
    ### BEGIN SOLUTION
    best, lowest = image, np.inf
    for other in range(len(weights)):
        if other == label:
            continue
        towards = np.sign(weights[other] - weights[label])
        moved = np.clip(image + epsilon * towards, 0, 1)
        scores = weights @ moved + bias
        if scores[label] - scores[other] < lowest:
            best, lowest = moved, scores[label] - scores[other]
    return best
    ### END SOLUTION


# %%
check("at-23", strongest_change)

# %%
# hint("at-23")

# %% [markdown] tags=["solution"]
# **Why.** Attack what decides, not what happens to be differentiable. Against one class
# the margin is linear, and each pixel has its own interval: move each to the end that
# hurts. Do it for every other class, and keep the worst. The highest of the other scores
# is as high as the best of these. A defence is tested by an attack that knows it
# (Athalye, Carlini and Wagner 2018).

# %% [markdown]
# ## at-24
#
# A service answers with bare labels, no scores. You use PGD as a ruler (the lesson's
# "distance to the border"): each person's image was changed with growing `radii` (r,),
# rising from 0, and `answers` (n, r) is what the service said to each version. `labels`
# (n,) are the true ones.
#
# Write `membership_scores`, an array (n,), higher meaning "was in the training set"
# (成员推断): the smallest radius at which the answer is wrong. Who is misread untouched gets
# that radius, 0. Who is read correctly throughout is farther away than you looked: give
# them a score above every radius, the same for all of them. PGD is a matter of chance: an
# answer may be wrong at one radius and right again at a larger one.


# %%
# EXERCISE: at-24
def membership_scores(answers, labels, radii):
    """For each person the smallest radius with a wrong answer; beyond all if none."""
    ### BEGIN SOLUTION
    wrong = answers != labels[:, None]
    first = np.argmax(wrong, axis=1)
    beyond = radii[-1] + 1
    return np.where(wrong.any(axis=1), radii[first], beyond)
    ### END SOLUTION


# %%
check("at-24", membership_scores)

# %%
# hint("at-24")

# %% [markdown] tags=["solution"]
# **Why.** A member's image lies a little farther from the border, so the distance is a
# score. `np.argmax` of a row without any `True` is 0: left alone, it turns the most
# robust people, likely members, into the least robust of all. The scores leak no more
# than the answers do; hiding the probabilities and answering with labels does not close
# the leak (Choquette-Choo et al. 2021).

# %% [markdown]
# ## at-25
#
# A client takes one step of gradient descent (梯度下降) on *one* image, and sends the
# server what has changed: `weight_change` (k, d) and `bias_change` (k,), each after
# minus before. The model is the softmax regression. The learning rate (学习率) is secret,
# and to be safe the client has shortened the update by a factor that is secret too. To
# save bytes, it sends numbers that are tiny beside the largest as 0, and rounds the
# rest.
#
# Write `client_image`, which returns the image (d,). Rounding leaves an error; use what
# suffers least from it.


# %%
# EXERCISE: at-25
def client_image(weight_change, bias_change):
    """The one image behind an update, an array (d,)."""
    ### BEGIN SOLUTION
    row = np.abs(bias_change).argmax()
    return weight_change[row] / bias_change[row]
    ### END SOLUTION


# %%
check("at-25", client_image)

# %%
# hint("at-25")

# %% [markdown] tags=["solution"]
# **Why.** Row k of the update is $-\eta c\,(p_k-[k=y])\,x$, and its bias entry the same
# without x. The learning rate η and the clipping factor c cancel in the division. The
# bracket is negative for the true label only, so *its* bias goes up and all the others
# go down: the label is given away as well. Rows that were sent as 0 cannot be divided,
# and small ones are mostly rounding. The largest row is the safest, and always the
# label's. Clipping bounds how much one person *moves* the model; it does not hide *who*
# moved it. Noise has to do that.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
