# %% [markdown]
# # Exercises 4.3 · The mathematics of federated learning (联邦学习的数学)
#
# Do lesson `04_3_fl_mathematics` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays, and give such data back. None of them
# needs chance. You may use `np` from the next cell, and whatever you import.

# %%
import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## fl-11
#
# Before clinics train together they must standardise their measurements: subtract the
# mean of *all* patients and divide by the standard deviation (标准差) of *all* patients.
# No clinic may show its patients. Clinic $k$ tells three numbers: how many patients it
# has, their mean, and their standard deviation, which is the root of the mean squared
# distance to the clinic's own mean.
#
# Write `pooled_deviation`: the standard deviation of all patients together, from the
# arrays `sizes`, `means` and `deviations`, one entry per clinic.


# %%
# EXERCISE: fl-11
def pooled_deviation(sizes, means, deviations):
    """The standard deviation of all patients, from what each clinic tells."""
    ### BEGIN SOLUTION
    weights = sizes / sizes.sum()
    distances = means - weights @ means
    return np.sqrt(weights @ (deviations**2 + distances**2))
    ### END SOLUTION


# %%
check("fl-11", pooled_deviation)

# %%
# hint("fl-11")

# %% [markdown] tags=["solution"]
# **Why.** Squared distances to the common mean are sums over patients, so they may be
# added up clinic by clinic. Within a clinic, the mean squared distance to a point is
# the variance plus the squared distance of the clinic's mean to that point. The second
# part is what most people forget; if clinics differ much it is the larger one. Sums
# travel well in a federation, deviations do not.

# %% [markdown]
# ## fl-12
#
# Some clients are slow. The server waits a fixed time, and in it client $k$ makes
# `steps[k]` local steps, the fast ones many, the slow ones few. Client $k$'s loss is the
# valley $\frac12a_k(\theta-c_k)^2$; the arrays `curvatures` and `minima` hold the $a_k$
# and $c_k$, and `sizes` the numbers of examples. A local step is one of gradient descent
# with the `rate` η, where $\eta a_k<1$. After each round the server takes the mean of
# the models, with the weights $n_k/n$.
#
# Write `straggler_limit`: the number at which the server's model settles after many
# rounds.


# %%
# EXERCISE: fl-12
def straggler_limit(curvatures, minima, sizes, steps, rate):
    """Where federated averaging settles if client k makes steps[k] local steps."""
    ### BEGIN SOLUTION
    weights = sizes / sizes.sum()
    pull = weights * (1 - (1 - rate * curvatures) ** steps)
    return pull @ minima / pull.sum()
    ### END SOLUTION


# %%
check("fl-12", straggler_limit)

# %%
# hint("fl-12")

# %% [markdown] tags=["solution"]
# **Why.** The lesson's formula, with an $E_k$ for each client. Even if all curvatures
# are equal the limit is now wrong: fast clients pull more, as if they had more data. For
# small rates client $k$ counts $n_kE_k$ times instead of $n_k$. FedNova divides each
# update by the steps made, and so removes that part (Wang, Liu, Liang, Joshi and Poor
# 2020).

# %% [markdown]
# ## fl-13
#
# One client in one round of SCAFFOLD. The gradient of its loss at a model $\theta$ is
# `matrix @ θ - vector`. It gets the server's model `theta` (an array) and
# `everyones`, the mean $c$ of all clients' control variates (控制变量); its `own` is
# $c_k$. From $\theta$ it makes `steps` steps, each along
#
# $$\text{its gradient}-c_k+c,$$
#
# with the `rate` η. Its new $c_k$ is the mean of its own gradients (without the
# correction) at the models from which it stepped. You need not store the gradients:
# start, end, number of steps and η tell it.
#
# Write `scaffold_client`: an array of two rows, the model that it ends at, and its new
# $c_k$.


# %%
# EXERCISE: fl-13
def scaffold_client(theta, matrix, vector, own, everyones, rate, steps):
    """The client's last model and its new control variate, as two rows."""
    ### BEGIN SOLUTION
    model = theta
    for _ in range(steps):
        model = model - rate * (matrix @ model - vector - own + everyones)
    mean_step = (theta - model) / (rate * steps)
    return np.array([model, mean_step + own - everyones])
    ### END SOLUTION


# %%
check("fl-13", scaffold_client)

# %%
# hint("fl-13")

# %% [markdown] tags=["solution"]
# **Why.** The steps add up to $\theta-\theta_k=\eta\sum(\text{gradient}-c_k+c)$. Divide
# by $\eta K$ for $K$ steps and take the constant correction off again: the mean gradient
# is $(\theta-\theta_k)/\eta K+c_k-c$. It is "option II" of Karimireddy et al. 2020,
# Algorithm 1, and costs nothing. Their option I takes the gradient at the server's
# model instead, one more pass over the data.

# %% [markdown]
# ## fl-14
#
# Somebody has run one round of the article's ten clients *as written*: client 1 started
# from the server's model, client $i$ from client $i-1$'s, and each *added* its gradient
# (times a rate that nobody noted). The log holds the server's model `start` (an array
# of $d$ numbers), the array `models` ($N$ rows, in the order of the chain) and the array
# `sizes` of the clients' numbers of examples. The clients cannot be asked again. The
# rate was so small that a client's gradient was the same at all these models.
#
# Write `repaired_round`: the model that one correct round would have given, with the
# same rate: each client one step of descent from the server's model, then the mean with
# the weights $n_k/n$.


# %%
# EXERCISE: fl-14
def repaired_round(start, models, sizes):
    """The model of one correct FedSGD round, from the log of the article's chain."""
    ### BEGIN SOLUTION
    steps = np.diff(models, axis=0, prepend=start[None])
    return start - sizes / sizes.sum() @ steps
    ### END SOLUTION


# %%
check("fl-14", repaired_round)

# %%
# hint("fl-14")

# %% [markdown] tags=["solution"]
# **Why.** In the chain each client's own step is the difference to the model before it;
# for the first, to the server's. Turn it round and weigh it. That the repair is possible
# at all is the chain's other fault: who holds two neighbouring models holds a client's
# gradient.

# %% [markdown]
# ## fl-15
#
# Sending a model takes as long as `message` local steps. A round of FedAvg with $E$
# local steps thus takes the time `message` + $E$. The clients' losses are valleys,
# $\frac12a_k(\theta-c_k)^2$ (arrays `curvatures` and `minima`), their numbers of examples
# are in the array `sizes`, and they step with the `rate` η, where $\eta a_k<1$. The
# server starts at θ = 0 and stops after the first round that leaves its model within
# `tolerance` of the best one, the lowest point of the pooled loss. It gives up after
# 100 rounds.
#
# Write `best_steps`: the number of local steps, from 1 to 20, with which the server is
# done in the shortest time; the smaller if two are equal; 0 if it never gets there. (The
# start is never within the tolerance.)


# %%
# EXERCISE: fl-15
def best_steps(curvatures, minima, sizes, rate, message, tolerance):
    """The number of local steps (1 to 20) that is done first, or 0."""
    ### BEGIN SOLUTION
    weights = sizes / sizes.sum()
    best = weights * curvatures @ minima / (weights @ curvatures)
    times = {}
    for steps in range(1, 21):
        left = (1 - rate * curvatures) ** steps
        theta = 0.0
        for rounds in range(1, 101):
            theta = weights @ (minima + left * (theta - minima))
            if abs(theta - best) <= tolerance:
                times[steps] = rounds * (message + steps)
                break
    return min(times, key=times.get, default=0)
    ### END SOLUTION


# %%
check("fl-15", best_steps)

# %%
# hint("fl-15")

# %% [markdown] tags=["solution"]
# **Why.** A dear message asks for many local steps, a strict tolerance for few, because
# each further step moves the place where FedAvg settles away from the best model. The
# answer is where the two meet, and it depends on the clients' curvatures, which the
# server does not know: in practice one tries. (A loose tolerance may be met on the way,
# before the model settles further off.)

# %% [markdown]
# ## fl-16
#
# Clients are telephones. In each round telephone $k$ is switched on with the chance
# $p_k$, independently of the others; the array `chances` holds the $p_k$, all above 0.
# Those with more data are switched on less often. The server wants the weighted mean of
# all updates, $\sum_k\frac{n_k}{n}u_k$, but gets those of the telephones that are on: the
# array `updates` has one row per client, with `nan` in the rows of those that are off,
# and the array `present` says True for those that are on. The `sizes` of all clients are
# known.
#
# Write `from_those_present`: an estimate (an array as long as one update) that is right
# on average over who is on. If nobody is on it is 0 in every entry.


# %%
# EXERCISE: fl-16
def from_those_present(updates, sizes, chances, present):
    """An unbiased estimate of the weighted mean of all updates."""
    ### BEGIN SOLUTION
    weights = sizes / sizes.sum() / chances
    return weights[present] @ updates[present]
    ### END SOLUTION


# %%
check("fl-16", from_those_present)

# %%
# hint("fl-16")

# %% [markdown] tags=["solution"]
# **Why.** Client $k$'s term is there with the chance $p_k$; dividing it by $p_k$ makes
# its mean $\frac{n_k}{n}u_k$ (Horvitz and Thompson 1952). Dividing by the sum of the
# weights that are there looks tidier, spreads less, and is a ratio: biased. When the
# chances are not known, and the rare ones differ from the others, no formula helps.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
