# %% [markdown]
# # Exercises 9 · Questions and words (常见问题与解答)
#
# Do lesson `09_faq_and_glossary` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers, text, lists and dicts, and give such back. You may
# use `math` from the next cell, and whatever you import.

# %%
import math

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## fa-01
#
# The lesson's widget looks at one person. An insurer looks at a portfolio: it holds
# `answers` answers about each customer, each ε-differentially private at `epsilon`. A
# harm meets a customer with probability `with_data` *now*, with the data in. The
# customer wonders what staying away would have brought at best.
#
# Write `least_without`: the smallest probability of the same harm that the customer
# could have had without taking part, by the promise of all answers together.


# %%
# EXERCISE: fa-01
def least_without(with_data, epsilon, answers):
    """The smallest chance of the harm without the customer's data."""
    ### BEGIN SOLUTION
    factor = math.exp(epsilon * answers)
    return max(with_data / factor, 1 - factor * (1 - with_data))
    ### END SOLUTION


# %%
check("fa-01", least_without)

# %%
# hint("fa-01")

# %% [markdown] tags=["solution"]
# **Why.** The promise goes both ways: it bounds the harm and the harm's opposite.
# With $p$ the chance with the data and $q$ without, $p\le e^{k\varepsilon}q$ gives
# $q\ge e^{-k\varepsilon}p$, and $1-q\le e^{k\varepsilon}(1-p)$ gives
# $q\ge 1-e^{k\varepsilon}(1-p)$. The second is the sharper one where the harm is likely.

# %% [markdown]
# ## fa-02
#
# A mechanism that is (0, δ)-differentially private may publish each of `people` records
# as it is, with chance δ, independently. The town accepts that with probability `risk`
# at most *anybody* is published in this way.
#
# Write `largest_delta`: the largest δ that keeps to it, exactly.


# %%
# EXERCISE: fa-02
def largest_delta(people, risk):
    """The largest delta with which somebody is published with ``risk`` at most."""
    ### BEGIN SOLUTION
    return -math.expm1(math.log1p(-risk) / people)
    ### END SOLUTION


# %%
check("fa-02", largest_delta)

# %%
# hint("fa-02")

# %% [markdown] tags=["solution"]
# **Why.** Nobody is published with probability $(1-\delta)^n$, which must be at least
# $1-\text{risk}$. So $\delta=1-(1-\text{risk})^{1/n}$, a little more than risk$/n$.
# `log1p` and `expm1` keep the digits that $1-\delta$ would swallow for a tiny δ.

# %% [markdown]
# ## fa-03
#
# **A decision.** A hospital wants to publish `questions` counts about the same patients
# with Laplace noise at the same ε. One patient, added or removed, may change each count
# by 1: its sensitivity (敏感度) is 1. Two people must agree.
#
# The *patients' speaker*: whoever believes something about a patient with probability
# `before` must not come to believe it with more than `after`, from all counts together.
#
# The *statistician*: each count may be off by more than `error` in at most 5 % of all
# releases. Laplace noise of scale $b$ lies further than $t$ from 0 with probability
# $e^{-t/b}$.
#
# Write `choose_epsilon`: an ε for each count with which both agree. Any such ε is
# right; take one that is not on the very edge, if there is room. If none exists, give 0:
# publish nothing.


# %%
# EXERCISE: fa-03
def choose_epsilon(questions, before, after, error):
    """An epsilon for each count that both sides accept, or 0 if there is none."""
    ### BEGIN SOLUTION
    odds = after / (1 - after) / (before / (1 - before))
    most = math.log(odds) / questions
    least = math.log(20) / error
    return (least + most) / 2 if least <= most else 0
    ### END SOLUTION


# %%
check("fa-03", choose_epsilon)

# %%
# hint("fa-03")

# %% [markdown] tags=["solution"]
# **Why.** ε multiplies *odds* by at most $e^{\varepsilon}$, and $k$ counts by
# $e^{k\varepsilon}$: this is the upper bound. Usefulness asks for
# $e^{-\varepsilon\,\text{error}}\le 0.05$: the lower one. If they cross, no cleverness
# in choosing ε helps. Ask fewer questions, or ask them about more people. To publish
# nothing is a decision, too, and often the right one.

# %% [markdown]
# ## fa-04
#
# A ledger lists `releases`, each a dict: `{"about": "north", "from": "data",
# "epsilon": 0.5}`. `about` is the clinic whose patients were used, or `"all"` for all of
# them. Every patient belongs to one clinic. `from` is `"data"`, or `"published"` where
# only earlier releases were worked on again; its `epsilon` was noted all the same.
#
# Write `yearly_epsilon`: the smallest ε that basic composition (组合) lets you promise
# to every patient for all `releases` together. Neighbours differ in one patient, added
# or removed.


# %%
# EXERCISE: fa-04
def yearly_epsilon(releases):
    """The epsilon that every patient can be promised for all releases together."""
    ### BEGIN SOLUTION
    bills = {"all": 0}
    for release in releases:
        if release["from"] == "data":
            about = release["about"]
            bills[about] = bills.get(about, 0) + release["epsilon"]
    shared = bills.pop("all")
    return shared + max(bills.values(), default=0)
    ### END SOLUTION


# %%
check("fa-04", yearly_epsilon)

# %%
# hint("fa-04")

# %% [markdown] tags=["solution"]
# **Why.** What is worked out from published answers is post-processing and free. The
# releases that use one patient add up; those about other clinics do not use this
# patient at all (parallel composition, McSherry 2009). So each patient's bill is that
# of "all" plus that of one clinic, and the promise is the highest bill.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
