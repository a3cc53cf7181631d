# %% [markdown]
# # Exercises 1.1 · Data leakage (数据泄露)
#
# Do lesson `01_1_data_leakage` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers and arrays and give plain numbers and arrays back.
# All people are invented. You may use `np` and `linprog` from the next cell, and
# whatever you import.

# %%
import numpy as np
from scipy.optimize import linprog

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## at-01
#
# Before a clinic publishes a table it wants to know how many of its rows are at risk.
# `table` is an array with one row per patient and one column per quasi-identifier
# (准标识符), all coded as whole numbers. A row is at risk if it looks like fewer than `k`
# rows of the table, itself included; two rows look alike if *all* their columns agree.
#
# Write `rows_at_risk`: how many rows are at risk.


# %%
# EXERCISE: at-01
def rows_at_risk(table, k):
    """How many rows look like fewer than k rows of the table."""
    ### BEGIN SOLUTION
    _, group, sizes = np.unique(
        table, axis=0, return_inverse=True, return_counts=True
    )
    return int((sizes[group.ravel()] < k).sum())
    ### END SOLUTION


# %%
check("at-01", rows_at_risk)

# %%
# hint("at-01")

# %% [markdown] tags=["solution"]
# **Why.** Risk belongs to people, so rows are counted, not kinds of rows; and it comes
# from the combination, so the columns are compared together. Each column alone can look
# crowded while every row is unique: that is the whole trick of linkage (链接攻击).

# %% [markdown]
# ## at-02
#
# A table shows nothing but birth years. Its owner publishes them in bands of `w` years
# that start at multiples of `w`: with `w = 5` the years 1980 to 1984 become one band, and
# 1985 to 1989 the next. Nobody may be in a band with fewer than `k` people; a band that
# nobody is in does not matter.
#
# Write `narrowest_band`: the smallest whole `w`, from 1 up, for which the table is
# k-anonymous (k-匿名). `birth_years` is an array with at least `k` whole numbers above 0.


# %%
# EXERCISE: at-02
def narrowest_band(birth_years, k):
    """The smallest width of bands that leaves nobody in a band of fewer than k."""
    ### BEGIN SOLUTION
    width = 1
    while True:
        _, sizes = np.unique(birth_years // width, return_counts=True)
        if sizes.min() >= k:
            return width
        width += 1
    ### END SOLUTION


# %%
check("at-02", narrowest_band)

# %%
# hint("at-02")

# %% [markdown] tags=["solution"]
# **Why.** Try the widths one after the other. It ends: once `w` is larger than every
# year, all are in one band. A search by halving would be wrong here. It needs "if `w` is
# wide enough, so is every wider one", and that is false: the borders move with `w`, and a
# new border may cut one person off. It holds only from a width to its multiples, whose
# bands are unions of the old ones.

# %% [markdown]
# ## at-03
#
# Two hospitals have the same patients and each publishes a table of them. You know for
# each patient i in which group of the first table they are, `first[i]`, and in which
# group of the second, `second[i]`. In each table you can read which diagnoses are in
# which group; the order of the rows is random, so nothing tells which row of one table
# is which row of the other. `diagnoses[i]`, a whole number, is the truth; it is the same
# in both tables.
#
# A diagnosis counts as possible for a patient if it occurs in the patient's group of the
# first table and in that of the second. Look at one patient at a time: what you find out
# about one is not used for the next. Write `certain_patients`: for how many patients is
# only one diagnosis possible in this sense? Three arrays of equal length come in, one
# number goes out. (You get the truth because you are counting; the adversary only gets
# the groups' contents.)


# %%
# EXERCISE: at-03
def certain_patients(first, second, diagnoses):
    """How many patients have one possible diagnosis, given both tables."""
    ### BEGIN SOLUTION
    count = 0
    for one, two in zip(first, second, strict=True):
        in_first = set(diagnoses[first == one])
        in_second = set(diagnoses[second == two])
        count += len(in_first & in_second) == 1
    return count
    ### END SOLUTION


# %%
check("at-03", certain_patients)

# %%
# hint("at-03")

# %% [markdown] tags=["solution"]
# **Why.** What is possible must be in both groups: an intersection (交集) of sets. It is
# *not* the set of diagnoses of the people who are in both groups. The adversary cannot
# see which rows those are, and may have to keep a diagnosis in mind that two other people
# brought in. Each table alone may have many diagnoses in every group: diversity
# (l-多样性) does not survive a second table. An adversary who also counts how often each
# diagnosis occurs, and reasons on from patient to patient, finds more still: of the six
# patients in the check four, not two. (They are in the groups 0 0 0 1 1 1 and
# 0 0 1 0 1 1, with the diagnoses 3 3 4 5 4 3.)

# %% [markdown]
# ## at-04
#
# An office prints a table of counts, say of ill people by district and age, with the
# total of each row and of each column. Small counts are hidden: they are printed as -1.
# The totals are printed in full. If one cell of a row is hidden, subtraction gives it
# back: that is a differencing attack (差分攻击). And a cell found in a row may be the one
# that was missing in a column.
#
# Write `fill_in`: the table with every cell that can be found by subtracting from *one*
# row's or column's total at a time, as often as it takes. What cannot be found so stays
# -1. `table` is an array of whole numbers, `row_totals` and `column_totals` belong to
# it.


# %%
# EXERCISE: at-04
def fill_in(table, row_totals, column_totals):
    """The table with each hidden cell that subtraction from the totals gives back."""
    ### BEGIN SOLUTION
    found = np.array(table)
    lines = [(found[i], row_totals[i]) for i in range(len(row_totals))]
    lines += [
        (found[:, j], column_totals[j]) for j in range(len(column_totals))
    ]
    for _ in range(found.size):
        for line, total in lines:
            hidden = line == -1
            if hidden.sum() == 1:
                line[hidden] = total - line[~hidden].sum()
    return found
    ### END SOLUTION


# %%
check("at-04", fill_in)

# %%
# hint("at-04")

# %% [markdown] tags=["solution"]
# **Why.** Each cell found may open another line, so go round until nothing changes (one
# round per cell is surely enough). Hiding small cells is not enough: other cells must be
# hidden to protect them, at least two in every row and column that has any. And even then
# the totals tell something: two hidden cells that add up to 2 are 1 and 1, if a hidden
# cell is never 0.

# %% [markdown]
# ## at-05
#
# `n` employees answered yes or no, in confidence. A dashboard shows the *percentage* of
# yes in any group you choose. Two protections are built in. Each percentage is rounded to
# the nearest multiple of 5. And one answer in ten, nobody knows which, is a lie: it says
# 0 or 100.
#
# `groups` is an array (m, n) of 0 and 1: who is in each of the m groups you chose, about
# half of the employees each. `percentages` (m,) is what the dashboard showed. Each group
# has somebody in it, and m is four times n; n is 40 or so.
#
# Write `who_said_yes`: an array of n zeros and ones, your reconstruction (重建) of the
# answers. At least 95 in 100 must be right; a good method gets nearly always all.


# %%
# EXERCISE: at-05
def who_said_yes(groups, percentages):
    """0 or 1 for each employee, from rounded percentages of which some are lies."""
    ### BEGIN SOLUTION
    counts = percentages / 100 * groups.sum(axis=1)
    m, n = groups.shape
    cost = np.concatenate([np.zeros(n), np.ones(m)])
    above = np.hstack([groups, -np.eye(m)])  # A x - t <= counts
    below = np.hstack([-groups, -np.eye(m)])  # counts <= A x + t
    found = linprog(
        cost,
        A_ub=np.vstack([above, below]),
        b_ub=np.concatenate([counts, -counts]),
        bounds=[(0, 1)] * n + [(0, None)] * m,
    )
    return (found.x[:n] > 0.5).astype(int)
    ### END SOLUTION


# %%
check("at-05", who_said_yes)

# %%
# hint("at-05")

# %% [markdown] tags=["solution"]
# **Why.** A percentage of a known group is a count. Rounding moves it by at most 2.5 % of
# some 20 people, half a person: far below √n. The lies are the harder part. Least squares
# hates one large contradiction more than many small ones, and bends everybody's answer
# towards the lies. The sum of *absolute* contradictions does not: a lie costs what it
# costs, whatever you do, so the honest answers decide (Dwork, McSherry and Talwar 2007).
# Neither rounding nor a few lies are noise that grows with the questions.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
