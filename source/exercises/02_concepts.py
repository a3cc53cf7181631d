# %% [markdown]
# # Exercises 2 · Concepts (核心概念与联系)
#
# Do lesson `02_concepts` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers, text, bytes, lists and dicts, and give such back.
# You may use `math` from the next cell, and whatever you import.

# %%
import math

from privlab.course.check import check, hint, progress

# %% [markdown]
# ## co-01
#
# A stream cipher (流密码) encrypts by XOR: byte i of the ciphertext is byte i of the
# message XOR byte i of a key stream that nobody else knows. You are the wire. You
# caught a ciphertext, and you happen to know that from byte `at` on the message says
# `old`. You want it to say `new` instead, which is just as long. You have no key.
#
# Write `rewritten`: the ciphertext, as `bytes`, that will decrypt to the changed
# message. In Python `a ^ b` is the XOR of two whole numbers, and `list(b"AB")` is
# `[65, 66]`.


# %%
# EXERCISE: co-01
def rewritten(ciphertext, at, old, new):
    """The ciphertext with ``old`` at byte ``at`` of its message replaced by ``new``."""
    ### BEGIN SOLUTION
    changed = list(ciphertext)
    for i, (was, wanted) in enumerate(zip(old, new, strict=True)):
        changed[at + i] ^= was ^ wanted
    return bytes(changed)
    ### END SOLUTION


# %%
check("co-01", rewritten)

# %%
# hint("co-01")

# %% [markdown] tags=["solution"]
# **Why.** The ciphertext byte is $c=m\oplus s$ with an unknown $s$. Then
# $c\oplus m\oplus m'=m'\oplus s$, the encryption of $m'$, and $s$ was never needed.
# Encryption hides a message; it does not hold it together. Only a signature, or a seal
# that contains one, notices the change (integrity, 完整性).

# %% [markdown]
# ## co-02
#
# A clinic publishes which *share* of its `people` patients is ill, as a count with
# Laplace noise (拉普拉斯噪声) divided by `people`. One patient more or less (add or
# remove) changes the count by 1. The health office can use the share if it is off by
# more than `error` (a share, such as 0.01) in at most 5 % of all releases.
#
# Write `smallest_epsilon`: the smallest ε that keeps the share usable. At ε the noise on
# this count has scale $b=1/\varepsilon$. Laplace noise of scale $b$ lies further than $t$
# from 0 with probability $e^{-t/b}$.


# %%
# EXERCISE: co-02
def smallest_epsilon(people, error):
    """The smallest epsilon with which the share misses by ``error`` in 5 % at most."""
    ### BEGIN SOLUTION
    return math.log(20) / (error * people)
    ### END SOLUTION


# %%
check("co-02", smallest_epsilon)

# %%
# hint("co-02")

# %% [markdown] tags=["solution"]
# **Why.** The count may be off by $t=\text{error}\cdot\text{people}$. With
# $b=1/\varepsilon$ the bad case has probability $e^{-\varepsilon t}\le 0.05$, so
# $\varepsilon\ge\ln(20)/t$. Twice the patients, half the ε: the crowd pays.

# %% [markdown]
# ## co-03
#
# Somebody believes with probability `prior` that Li is ill, and hears one answer of
# Li's randomized response (随机响应) at ε = `epsilon`: the truth with probability
# $e^{\varepsilon}/(1+e^{\varepsilon})$, else the lie. Then they guess "ill" or "not
# ill", whichever is likelier by then.
#
# Write `best_guess`: the probability that this guess is right, before the answer is
# known.


# %%
# EXERCISE: co-03
def best_guess(prior, epsilon):
    """How often the best guess about Li is right, after one randomized response."""
    ### BEGIN SOLUTION
    truth = 1 / (1 + math.exp(-epsilon))
    after_yes = max(prior * truth, (1 - prior) * (1 - truth))
    after_no = max(prior * (1 - truth), (1 - prior) * truth)
    return after_yes + after_no
    ### END SOLUTION


# %%
check("co-03", best_guess)

# %%
# hint("co-03")

# %% [markdown] tags=["solution"]
# **Why.** For each answer take the likelier state, and add up the chances of both
# answers. The result is $\max(\text{prior},\,1-\text{prior},\,\text{truth})$. If the
# prior says more than the answer can (a belief of 99 % at ε = 1), the best guess
# ignores the answer. So "right in 99 %" is no leak by itself: compare with what was
# known before.

# %% [markdown]
# ## co-04
#
# A service answers with fresh noise, and every prediction costs `cost` of each
# person's privacy budget (隐私预算). `limit` was promised, `spent` of it is gone. All
# three are given as whole thousandths of ε, so that adding them up is exact.
#
# Write `predictions_left`: how many more predictions may be served. If nothing may,
# the answer is 0, also when more was spent than promised.


# %%
# EXERCISE: co-04
def predictions_left(limit, spent, cost):
    """How many predictions of this cost still fit within the limit."""
    ### BEGIN SOLUTION
    return max(limit - spent, 0) // cost
    ### END SOLUTION


# %%
check("co-04", predictions_left)

# %%
# hint("co-04")

# %% [markdown] tags=["solution"]
# **Why.** Costs add up, and a promise is kept only by whole predictions within it:
# round down. What training has paid for once needs no such function.

# %% [markdown]
# ## co-05
#
# A threat model (威胁模型) as data. `sees` says what each party sees at first:
# `{"server": ["update"], "user": ["model"]}`. `yields` says what can be made of a
# thing: `{"update": ["image"], "image": ["label"]}`; what is not a key yields nothing.
# What was made may yield more, and things may yield each other.
#
# Write `who_reaches`: the names of all parties that can get at `wanted`, as a list in
# alphabetical order.


# %%
# EXERCISE: co-05
def who_reaches(sees, yields, wanted):
    """The parties that can reach ``wanted``, sorted by name."""
    ### BEGIN SOLUTION
    found = []
    for party, things in sees.items():
        known, new = set(), set(things)
        while new:
            known |= new
            new = {
                made for thing in new for made in yields.get(thing, [])
            } - known
        if wanted in known:
            found.append(party)
    return sorted(found)
    ### END SOLUTION


# %%
check("co-05", who_reaches)

# %%
# hint("co-05")

# %% [markdown] tags=["solution"]
# **Why.** An adversary does not stop at what it was shown. Follow every arrow until
# nothing new appears; remembering what is known keeps circles from going on for ever.
# Most broken designs fail here: each single step was thought harmless.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
