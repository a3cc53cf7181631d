# %% [markdown]
# # Exercises 6.3 · Recommendation (推荐系统)
#
# Do lesson `06_3_recommendation` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# You may use `np` and what else the next cell imports.

# %%
import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## re-01
#
# Two platforms published ratings with random numbers for names. Many people are on both.
# `scores` (a, b) says how alike record i of the first and record j of the second are:
# the higher, the more alike.
#
# A careful adversary links i to j only if they stand out for *each other*: j is i's best
# by more than `threshold` standard deviations, and i is j's best by more than
# `threshold` standard deviations. In a row or a column, that is the eccentricity (离群度):
#
# $$\frac{\text{best}-\text{second best}}{\text{standard deviation of the whole row, or column}}$$
#
# (`.std()`, the best included). No row and no column is constant.
#
# Write `links`: an array (a,) of whole numbers, for each i the j that it is linked to,
# or -1.


# %%
# EXERCISE: re-01
def links(scores, threshold):
    """For each record of the first table the linked one of the second, or -1."""

    ### BEGIN SOLUTION
    def named(rows):
        second, first = np.sort(rows, axis=1)[:, -2:].T
        clear = first - second > threshold * rows.std(axis=1)
        return np.where(clear, rows.argmax(axis=1), -1)

    forth, back = named(scores), named(scores.T)
    mutual = (forth >= 0) & (back[forth] == np.arange(len(scores)))
    return np.where(mutual, forth, -1)
    ### END SOLUTION


# %%
check("re-01", links)

# %%
# hint("re-01")

# %% [markdown] tags=["solution"]
# **Why.** A best match always exists; that it is *clearly* the best is what makes it a
# name. Asking from both sides rejects the record that looks like everybody: it stands
# out for no one. Narayanan and Shmatikov's rule asks from one side. Two tables give
# two sides, and fewer false names for nothing. Note `back[forth]` where `forth` is -1:
# it reads the last entry, which the first condition throws away.

# %% [markdown]
# ## re-02
#
# A server scores encrypted ratings: $s = b + W r$, with $W$ (m, m) symmetric of rank k.
# This server never answers to a vector of zeros, so that nobody gets the levels $b$ for
# free. You asked k + 1 `questions` (m, k + 1) and decrypted the `answers` (m, k + 1),
# both with one question in each column. The questions are in general position, the
# answers exact.
#
# Write `stolen_matrix`: $W$ (m, m).


# %%
# EXERCISE: re-02
def stolen_matrix(questions, answers):
    """The server's matrix (m, m) from k + 1 exact answers ``b + W r``."""
    ### BEGIN SOLUTION
    asked = questions[:, 1:] - questions[:, :1]
    told = answers[:, 1:] - answers[:, :1]
    return told @ np.linalg.solve(asked.T @ told, told.T)
    ### END SOLUTION


# %%
check("re-02", stolen_matrix)

# %%
# hint("re-02")

# %% [markdown] tags=["solution"]
# **Why.** Differences of answers are answers to differences, and $b$ cancels: it is the
# differencing attack (差分攻击) once more. With $Y=WQ$ and $W=W^\top$ of rank k, the
# columns of $Y$ span all that $W$ can reach, and $Y(Q^\top Y)^{-1}Y^\top$ agrees with
# $W$ on $Q$. The pseudo-inverse $YQ^+$ also fits every answer, and is wrong elsewhere:
# it does not know that $W$ is symmetric. Forbidding the zeros cost the thief nothing:
# it is k + 1 questions either way.

# %% [markdown]
# ## re-03
#
# A decision. `users` viewers may each have watched up to `most` of `films` films. You
# want to print how many watched each film, with ε = `epsilon` for each viewer's whole
# list, in a standard error of `largest` viewers at most. Let
# $c=e^\varepsilon/(e^\varepsilon-1)^2$. For a film that nobody watched the standard
# errors are:
#
# - `"curator"`: $\sqrt{2}\,\text{most}/\varepsilon$, but somebody must hold all lists;
# - `"ask"`: each viewer is asked about one film,
#   $\sqrt{\text{users}\cdot\text{films}\cdot c}$;
# - `"list"`: each reports one place of a list that is filled up with blanks to `most`,
#   $\text{most}\sqrt{4\,\text{users}\cdot c}$.
#
# `trusted` is true if there is somebody whom all viewers trust with their lists. Trust is
# the dearest thing here: even then, take the curator (受信任的数据管理者) *only if neither
# of the other two is good enough*. Of two that are good enough, take the one with the
# smaller error. If nothing fits, say `"none"`: print no counts.
#
# Write `plan`: a tuple `(way, error)`, the name and its standard error; with `"none"` the
# error is `0.0`. No two errors are equal.


# %%
# EXERCISE: re-03
def plan(users, films, most, epsilon, trusted, largest):
    """(way, error): the way that asks for the least trust and is good enough."""
    ### BEGIN SOLUTION
    c = np.exp(epsilon) / np.expm1(epsilon) ** 2
    local = {
        "ask": np.sqrt(users * films * c),
        "list": most * np.sqrt(4 * users * c),
    }
    way = min(local, key=local.get)
    if local[way] <= largest:
        return way, float(local[way])
    curator = np.sqrt(2) * most / epsilon
    if trusted and curator <= largest:
        return "curator", float(curator)
    return "none", 0.0
    ### END SOLUTION


# %%
check("re-03", plan)

# %%
# hint("re-03")

# %% [markdown] tags=["solution"]
# **Why.** The two local ways differ by $\text{films}$ against $4\,\text{most}^2$: asking
# wins for long lists, listing for short ones in a large catalogue, whatever ε and the
# number of viewers. Then comes the question of trust, which is not one of numbers: a
# curator's error is always small, so "take the smallest" would always say "trust us".
# And `"none"` is an answer. A count whose error is larger than itself misleads.

# %% [markdown]
# ## re-04
#
# One step of private matrix factorisation (矩阵分解). A viewer has `stars` (m,), rated the
# films where `watched` (m,) is true, and has the taste `taste` (k,). The films'
# characters are `characters` (m, k), and $\hat r_i=3.5+t\cdot c_i$. The gradient of
# half the viewer's squared errors in $c_i$ is $(\hat r_i-r_i)\,t$ for a film that they
# rated, 0 for another.
#
# The promise is to a *viewer* with all ratings (user-level privacy, 用户级隐私). Write
# `contribution`: the viewer's gradient (m, k), so shortened that all of it together has
# length `norm` at most: the root of the sum of *all* its squared entries.


# %%
# EXERCISE: re-04
def contribution(stars, watched, taste, characters, norm):
    """One viewer's clipped gradient (m, k) in the films' characters."""
    ### BEGIN SOLUTION
    errors = np.where(watched, 3.5 + characters @ taste - stars, 0)
    gradient = np.outer(errors, taste)
    return gradient * min(1, norm / max(np.linalg.norm(gradient), 1e-300))
    ### END SOLUTION


# %%
check("re-04", contribution)

# %%
# hint("re-04")

# %% [markdown] tags=["solution"]
# **Why.** The sensitivity (敏感度) of the sum is the most that one viewer, with all films,
# can move it. If each film's row were clipped (裁剪) to `norm`, a viewer of 30 films
# would move the sum by $\sqrt{30}$ times as much as the noise was made for, and the
# promise would cover a rating. Clipping shortens and keeps the direction; a short
# gradient stays as it is, and a viewer without an error sends zeros, not a division by
# zero.

# %% [markdown]
# ## re-05
#
# Who is told what? You have the age group's score for each viewer from three sources:
# the page that is the same for everybody, the list of ten that each viewer is shown,
# and the viewer's raw ratings. `scores` (s, n) holds one source in each row, `older`
# (n,) is true or false. An AUC of 0.5 is guessing; where a source scores all alike it
# is exactly 0.5. Some adversary uses a score the wrong way round, and gets an AUC below
# 0.5: who turns the score round has 1 minus that. Count what a source *can* give away.
#
# Write `leaks`: an array (s,), for each source the larger of AUC and 1 - AUC. The AUC
# is the chance that an older viewer scores above a younger one, equal scores counting
# one half, over all pairs.


# %%
# EXERCISE: re-05
def leaks(scores, older):
    """What each source can tell of the attribute (s,): AUC, turned round if below 1/2."""
    ### BEGIN SOLUTION
    gaps = scores[:, older, None] - scores[:, None, ~older]
    auc = ((gaps > 0) + 0.5 * (gaps == 0)).mean(axis=(1, 2))
    return np.maximum(auc, 1 - auc)
    ### END SOLUTION


# %%
check("re-05", leaks)

# %%
# hint("re-05")

# %% [markdown] tags=["solution"]
# **Why.** A page that is the same for everybody scores everybody alike: all pairs are
# ties, and the AUC is one half, which is what the option without personal
# characteristics buys. If ties counted as nothing it would seem to leak "the wrong way
# round", an AUC of 0. And an attack at 0.2 is as good as one at 0.8: report what an
# adversary could do, not what a clumsy one did. Attribute inference (属性推断) needs no
# model, only a score.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
