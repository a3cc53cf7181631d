# %% [markdown]
# # Exercises 3.1 · Differential privacy (差分隐私)
#
# Do lesson `03_1_differential_privacy` first; keep it open beside this page.
#
# Each exercise asks for one function. Write it where it says `YOUR CODE HERE`, run
# the cell, then run the check below it. A check answers in words: what is right, or
# what your code gets wrong. Stuck? Remove the `#` before `hint(...)` and run that
# cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# Where chance is needed, draw it from the `rng` you are given.

# %%
import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## dp-01
#
# A company publishes the mean salary of its `n` people. Every salary is clipped into
# `[low, high]` first. Two data sets are neighbours if one person's salary is
# *replaced* by another; `n` stays the same and is public.
#
# Return the sensitivity (敏感度) of the published mean: the most that one person can
# move it.

# %%
# EXERCISE: dp-01
def sensitivity_of_mean(low, high, n):
    """The largest change of the clipped mean when one of n salaries is replaced."""
    ### BEGIN SOLUTION
    return (high - low) / n
    ### END SOLUTION


# %%
check("dp-01", sensitivity_of_mean)

# %%
# hint("dp-01")

# %% [markdown] tags=["solution"]
# **Why.** The other n − 1 salaries cancel in the difference of the two means. What is
# left is one clipped salary minus another, at most high − low, divided by n.

# %% [markdown]
# ## Where you stand

# %%
progress()
