# %% [markdown]
# # Exercises 6.1 · Finance (金融)
#
# Do lesson `06_1_finance` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers, texts and arrays and give the same back. You may use
# `np` and what else the next cell imports.

# %%
import hashlib

import numpy as np

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## fi-01
#
# The lesson's cap shrinks a customer's sums in proportion. Another bank caps in the
# order of purchases: each customer's purchases count in full until the cap is reached.
# The one that would cross it counts in part, up to the cap. Later ones count as 0.
#
# `customer` (m,) are whole numbers, the buyer of each purchase, in the order of time;
# customers come in any order, again and again. `amount` (m,) are whole yuan, at least
# 0. `cap` is a whole number, at least 1.
#
# Write `counted`: what each purchase counts, (m,) whole numbers, in the given order. No
# customer may count more than `cap` in all.


# %%
# EXERCISE: fi-01
def counted(customer, amount, cap):
    """What each purchase (m,) counts, so that no customer exceeds the cap."""
    ### BEGIN SOLUTION
    left, kept = {}, []
    for who, yuan in zip(customer.tolist(), amount.tolist(), strict=True):
        part = min(yuan, left.setdefault(who, cap))
        left[who] -= part
        kept.append(part)
    return np.array(kept, dtype=int)
    ### END SOLUTION


# %%
check("fi-01", counted)

# %%
# hint("fi-01")

# %% [markdown] tags=["solution"]
# **Why.** One customer more changes sums of counted amounts by `cap` at most, over all
# categories together: sensitivity `cap`, whoever buys how often. A cap on each
# *purchase* would not do it: a customer with a hundred purchases could change a sum a
# hundred times as much. And the cap must be per customer, not for all together, or one
# customer's coming would change what the others count.

# %% [markdown]
# ## fi-02
#
# A decision. A bank with `customers` customers will publish the mean monthly spending
# `tables` times a year, and promises ε = `epsilon` for the year, divided evenly.
# Customers are capped, and the noise in each mean is Laplace-like. You have `sample`
# (k,), what k people spent a month, in yuan, from an *old public survey*: so looking at
# it costs nothing. Decide which cap of the list `caps` (floats) to take: write
# `chosen_cap`.
#
# For a cap $c$ expect this error of one published mean:
#
# - *bias*: what the cap cuts off, the mean of the sample less the mean of the sample
#   cut at $c$;
# - *noise*: its mean absolute size $c/(\varepsilon'\cdot\text{customers})$, where
#   $\varepsilon'$ is what one table may spend.
#
# Take the cap with the least sum of both. But if even that is more than
# `largest_error` (yuan), the table is of no use, and the answer is `0.0`: do not
# publish. Return a float. No two caps will have equal errors.
#
# Example: the survey says 1,000, 2,000 and 9,000 yuan; 1,000 customers, 10 tables,
# ε = 2, so 0.2 for each. Cap 3,000: bias 4,000 − 2,000 = 2,000, noise 15. Cap 9,000:
# bias 0, noise 45. Take 9,000, unless `largest_error` is below 45.


# %%
# EXERCISE: fi-02
def chosen_cap(sample, customers, tables, epsilon, caps, largest_error):
    """The cap with the least expected error, or 0.0 if none is good enough."""
    ### BEGIN SOLUTION
    each = epsilon / tables
    errors = [
        np.mean(sample)
        - np.mean(np.minimum(sample, cap))
        + cap / (each * customers)
        for cap in caps
    ]
    best = int(np.argmin(errors))
    return float(caps[best]) if errors[best] <= largest_error else 0.0
    ### END SOLUTION


# %%
check("fi-02", chosen_cap)

# %%
# hint("fi-02")

# %% [markdown] tags=["solution"]
# **Why.** Bias falls and noise grows with the cap, so the best one lies between. With
# more tables each gets less ε, the noise is larger and the best cap lower. Publishing
# less often may be the better answer than publishing worse. That the survey is public
# is essential: choosing the cap by the bank's own data would be a release of its own.

# %% [markdown]
# ## fi-03
#
# A bank scores applicants under encryption and tells them not the log-odds $z$ but the
# *probability* of a default, $p=1/(1+e^{-z})$ with $z=x\cdot w+b$. You asked often
# enough: `features` (n, d) are your questions, `probabilities` (n,) the answers, each
# strictly between 0 and 1; n is at least d + 1 and the questions determine the model.
#
# Write `scorecard`: (d + 1,), the weights $w$ and, as the last entry, the intercept $b$.


# %%
# EXERCISE: fi-03
def scorecard(features, probabilities):
    """The bank's weights and, last, its intercept, (d + 1,)."""
    ### BEGIN SOLUTION
    z = np.log(probabilities / (1 - probabilities))
    with_one = np.column_stack([features, np.ones(len(features))])
    return np.linalg.lstsq(with_one, z, rcond=None)[0]
    ### END SOLUTION


# %%
check("fi-03", scorecard)

# %%
# hint("fi-03")

# %% [markdown] tags=["solution"]
# **Why.** $\ln\frac{p}{1-p}=z$ makes each answer one linear equation, and $d+1$ of them
# are enough (Tramèr et al. 2016). No key was broken: the client decrypts what it is
# entitled to. A bank that tells only "yes" or "no" gives one bit an answer.

# %% [markdown]
# ## fi-04
#
# A bank knows all features of an applicant but one. The client reports a *grade*: the
# log-odds $z=x\cdot w+b$ of a default lie from `low` to `high`. `weights` (d,) and
# `intercept` are the bank's. `known` (d,) are the features, with 0 at place `missing`
# (a whole number), where the unknown one stands. Its weight is not 0.
#
# Write `left_over`: the least and the greatest value that the unknown feature may have,
# as a tuple of two floats, the smaller first.


# %%
# EXERCISE: fi-04
def left_over(weights, intercept, known, missing, low, high):
    """(least, greatest) value of the unknown feature, given the grade."""
    ### BEGIN SOLUTION
    rest = known @ weights + intercept
    ends = ((end - rest) / weights[missing] for end in (low, high))
    return tuple(sorted(float(end) for end in ends))
    ### END SOLUTION


# %%
check("fi-04", left_over)

# %%
# hint("fi-04")

# %% [markdown] tags=["solution"]
# **Why.** One equation with one unknown becomes an interval of width
# $(\text{high}-\text{low})/|w_j|$. A *large* weight leaves a *narrow* interval: what
# matters most for the score is what the score betrays best. And a negative weight turns
# the ends around, as it does for income: more income, less risk.

# %% [markdown]
# ## fi-05
#
# A partner sends hashed account numbers: `digests`, a list of texts, each the SHA-256 of
# the text `salt + number` in hexadecimal. Account numbers are `prefix` followed by
# exactly `digits` decimal digits, leading zeros included. The salt is known to you: you
# are to compare lists, after all.
#
# Write `numbers`: a list of texts, the account number behind each digest, in the order
# of `digests`, and `""` where no number fits.
#
# `hashlib.sha256(text.encode()).hexdigest()` gives the digest of one text. `digits` is
# 4 at most.


# %%
# EXERCISE: fi-05
def numbers(digests, salt, prefix, digits):
    """The account number behind each digest, or "" where none fits."""
    ### BEGIN SOLUTION
    behind = {}
    for n in range(10**digits):
        number = f"{prefix}{n:0{digits}d}"
        digest = hashlib.sha256((salt + number).encode()).hexdigest()
        behind[digest] = number
    return [behind.get(digest, "") for digest in digests]
    ### END SOLUTION


# %%
check("fi-05", numbers)

# %%
# hint("fi-05")

# %% [markdown] tags=["solution"]
# **Why.** A salt stops a table that was computed beforehand, and nobody who knows it.
# The space of numbers is small, and a hash is fast. Private set intersection takes away
# what the attack needs, the function that both can compute alone: $H(x)^{ab}$ takes
# both secrets.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
