# %% [markdown]
# # Exercises 1.4 · Memorisation (记忆)
#
# Do lesson `01_4_memorisation` first; keep it open beside this page.
#
# Each exercise asks for one function. Keep the names of its arguments. Write it where
# it says `YOUR CODE HERE`, run the cell, then run the check below it. A check answers
# in words: what is right, or what your code gets wrong. Stuck? Remove the `#` before
# `hint(...)` and run that cell; each run gives one more hint, three in all.
#
# Your functions get plain numbers, arrays and texts, and give such back. No model is
# trained here: what a model said is given to you as an array.

# %%
import numpy as np
from scipy import stats

from privlab.course.check import check, hint, progress
from privlab.lm.identifiers import is_card

# %% [markdown]
# ## lm-01
#
# A phone's keyboard completes "my code is " by sampling at a `temperature` (温度) that
# the maker may choose. For a code of m characters you hold `logits`, an array (m, V):
# row i has the model's logits for all V characters at place i, given that the i
# characters before it were the right ones. `secret` lists the m character numbers of
# the code.
#
# Write `chance_of_secret`: the probability that one sample at this temperature is the
# whole code. The temperature may be as small as 0.01 and logits as large as ±40:
# `np.exp` must neither overflow nor leave a row of zeros.


# %%
# EXERCISE: lm-01
def chance_of_secret(logits, secret, temperature):
    """The probability that one sample at the temperature spells the secret."""
    ### BEGIN SOLUTION
    scaled = np.asarray(logits) / temperature
    scaled = scaled - scaled.max(axis=1, keepdims=True)  # no overflow
    weights = np.exp(scaled)
    chances = weights / weights.sum(axis=1, keepdims=True)
    return float(np.prod(chances[np.arange(len(secret)), secret]))
    ### END SOLUTION


# %%
check("lm-01", chance_of_secret)

# %%
# hint("lm-01")

# %% [markdown] tags=["solution"]
# **Why.** One place: $\mathrm{softmax}(z/T)$ at the right character. All places: the
# product, because each row is already conditional on the places before it. Subtracting
# the row's largest logit changes nothing but keeps $e^{z/T}$ finite when T is small.
# If the code is the likeliest character at every place, the chance rises to 1 as T
# falls. If it is not, at one place only, it falls to 0.

# %% [markdown]
# ## lm-02
#
# A shop's model has read its customers' card numbers. The adversary knows the first
# twelve digits of a card, `beginning` (a text), and asks the model for the last four.
# `bits` is an array of 10,000 log-perplexities (对数困惑度): entry 42 is that of the
# ending "0042". The true ending is `ending`, a text of four digits.
#
# The adversary is no fool, and only tries endings that make a valid card number:
# `is_card(number)` says whether a text of 16 digits passes the Luhn check.
#
# Write `exposure_of_card`: the exposure (暴露度) of the true ending *among the endings
# that this adversary would try*, in bits. The rank counts every one of them that costs
# no more than the true one, itself included.


# %%
# EXERCISE: lm-02
def exposure_of_card(bits, beginning, ending):
    """The exposure of the ending among those that make a valid card, in bits."""
    ### BEGIN SOLUTION
    bits = np.asarray(bits)
    valid = [i for i in range(10_000) if is_card(f"{beginning}{i:04d}")]
    rank = np.sum(bits[valid] <= bits[int(ending)])
    return float(np.log2(len(valid)) - np.log2(rank))
    ### END SOLUTION


# %%
check("lm-02", exposure_of_card)

# %%
# hint("lm-02")

# %% [markdown] tags=["solution"]
# **Why.** Exposure is what the *model* gave away, in units of guessing. The check digit
# takes log2 10 = 3.3 bits off the space, but those bits were never secret: everybody
# who knows Luhn has them. So the cap is log2 1000, and the rank is among the thousand.
# Whoever keeps log2 10,000 and counts the rank among the valid ones blames the model
# for what the card's format gave away.

# %% [markdown]
# ## lm-03
#
# A tiny model writes letters 0 … k−1, and looks at one letter back only: after letter i
# comes letter j with probability `chances[i, j]`, an array (k, k). Greedy writing takes
# the best letter each time. The likeliest *text* may be quite another.
#
# Write `likeliest_text`: the most probable text of `length` letters that follows the
# letter `start`, as a list of letter numbers, without `start` itself. Ties do not
# occur. k is at most 8 and `length` at most 6.


# %%
# EXERCISE: lm-03
def likeliest_text(chances, start, length):
    """The most probable list of `length` letters after the letter `start`."""
    ### BEGIN SOLUTION
    # best[j]: the likeliest text so far that ends in j, and its probability
    best = {start: (1.0, [])}
    for _ in range(length):
        best = {
            j: max(
                (chance * chances[i][j], [*text, j])
                for i, (chance, text) in best.items()
            )
            for j in range(len(chances))
        }
    return max(best.values())[1]
    ### END SOLUTION


# %%
check("lm-03", likeliest_text)

# %%
# hint("lm-03")

# %% [markdown] tags=["solution"]
# **Why.** What follows depends on the last letter only. So of all texts that end in j,
# only the likeliest can be the beginning of the winner; keep one for each j. This is
# Viterbi's algorithm (1967): like a beam search (束搜索), but it keeps one beginning for
# each last letter, and so provably loses nothing. A transformer looks at *all* letters
# back, and no finite beam is safe.

# %% [markdown]
# ## lm-04
#
# A model wrote `output`, one text. Was some of it memorised, and if so, how private was
# it? A sentence that stands in a thousand lines is a proverb; one that stands in a
# single line is somebody's. Look at every piece of `output` that is exactly `length`
# characters long. Some of these pieces occur in `lines`, the training lines.
#
# Write `rarest_piece`: the smallest k such that some piece occurs in k lines, k ≥ 1; and
# 0 if no piece occurs in any line. A line counts once, however often the piece is in it.


# %%
# EXERCISE: lm-04
def rarest_piece(output, lines, length):
    """The smallest positive number of lines that share a piece of the output, or 0."""
    ### BEGIN SOLUTION
    starts = range(len(output) - length + 1)
    pieces = {output[i : i + length] for i in starts}
    counts = [sum(piece in line for line in lines) for piece in pieces]
    return min((k for k in counts if k > 0), default=0)
    ### END SOLUTION


# %%
check("lm-04", rarest_piece)

# %%
# hint("lm-04")

# %% [markdown] tags=["solution"]
# **Why.** This is the k of *k-eidetic memorisation* (Carlini et al. 2021, Definition 2),
# searched over all pieces of what came out. The smaller k, the worse: k = 1 is one
# person's line. A piece that occurs nowhere is an invention and says nothing, so it
# must not pull the minimum down to 0. Choose `length` long enough: short pieces occur
# in many lines by chance, or in one.

# %% [markdown]
# ## lm-05
#
# Before training you remove copies. Exact copies are easy. But people forward messages:
# they change capitals, put in blanks or commas, and add a word at the end. So two lines
# are copies here if their *marks* are equal. The mark of a line is made in this order:
# take its letters and digits only (`str.isalnum`), in lower case, and of these the first
# `size`; all of them, if there are fewer.
#
# Write `without_forwards`: the list of `lines` without copies. Of each group of copies
# the first one stays, as it was written, and the order stays too.


# %%
# EXERCISE: lm-05
def without_forwards(lines, size):
    """The lines without later copies; two lines are copies if their marks are equal."""
    ### BEGIN SOLUTION
    kept = {}
    for line in lines:
        letters = [c.lower() for c in line if c.isalnum()]
        kept.setdefault("".join(letters)[:size], line)
    return list(kept.values())
    ### END SOLUTION


# %%
check("lm-05", without_forwards)

# %%
# hint("lm-05")

# %% [markdown] tags=["solution"]
# **Why.** A dictionary keeps the first line of each mark, and the order of insertion.
# Cutting comes *after* the cleaning: otherwise a blank at the front shifts the cut, and
# copies escape. What the mark forgives is a choice. A short `size` also throws out
# lines that only begin alike ("my number is …"), and every real pipeline has this
# trade-off. And whoever was there only once is not helped at all.

# %% [markdown]
# ## lm-06
#
# The secret is a number of nine digits: `space` is a billion, too many to weigh. So you
# draw m *other* secrets at random, and hold their log-perplexities, the array `bits`;
# that of the true secret is `own`. Of the sample, perhaps none costs as little as the
# true one. Does that prove that it is the first of a billion? No: with m = 1,000 the
# true rank may still be in the millions.
#
# Write `exposure_at_least`: a lower bound on the exposure of the secret that holds with
# 99 % confidence (置信度). The rank is one, for the secret itself, plus the number of the
# other `space` − 1 secrets that cost no more. Their share is unknown; you have seen a
# sample of m. Use the exact one-sided upper limit of Clopper and Pearson for the share:
# the share at which so few of m, or fewer, would be seen in 1 % of all samples. It is a
# quantile of a beta distribution (`stats.beta.ppf`), and 1 if all m cost no more. Do not
# round the rank.


# %%
# EXERCISE: lm-06
def exposure_at_least(bits, own, space):
    """A 99 % confident lower bound on the exposure, from a sample, in bits."""
    ### BEGIN SOLUTION
    m, cheaper = len(bits), int(np.sum(np.asarray(bits) <= own))
    share = (
        1.0 if cheaper == m else stats.beta.ppf(0.99, cheaper + 1, m - cheaper)
    )
    return float(np.log2(space) - np.log2(1 + share * (space - 1)))
    ### END SOLUTION


# %%
check("lm-06", exposure_at_least)

# %%
# hint("lm-06")

# %% [markdown] tags=["solution"]
# **Why.** A large share means a large rank and a small exposure, so the bound on the
# exposure needs the *upper* limit of the share. With none of 1,000 it is
# $1-0.01^{1/1000}=0.46\,\%$: the proven exposure is 7.8 bits, not 30. To prove more,
# sample more, or assume more: Carlini et al. (2019) fit a skew-normal law to the sample
# and read off its far tail. That is an extrapolation, and no confidence limit covers it.

# %% [markdown] tags=["learner"]
# ## Where you stand

# %% tags=["learner"]
progress()
