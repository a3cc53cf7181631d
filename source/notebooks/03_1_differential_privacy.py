# %% [markdown]
# # 3.1 · Differential privacy (差分隐私)
#
# *The article's sections 3.1, 3.2.1 and 3.3.1.*
#
# **The question.** You publish a number about people. How can you promise each of
# them that it hardly matters whether they are in it, and how would anyone check?
#
# **Afterwards you can** say what ε promises and to whom; bound what one person can
# change; choose the noise and put each step in its place; turn ε into the odds of an
# adversary; add up what many answers cost; and catch a broken promise by measuring it.
#
# **You need** means, histograms and $e^x$. **Time:** 60 minutes, and 60 more for the
# exercises.

# %%
from functools import partial

import numpy as np

from privlab.core.datasets import digits
from privlab.core.privacy import Privacy
from privlab.course.lesson import claim, predict, reveal, source
from privlab.course.quiz import quiz
from privlab.dp.audit import audit
from privlab.dp.discrete import DiscreteLaplace
from privlab.dp.mechanisms import Gaussian, Laplace, RandomizedResponse
from privlab.widgets import explore, log_slider, show, slider

# %% [markdown]
# ## One person apart
#
# A clinic counts its patients with a certain illness: 42 yesterday. You know that
# Li went there today. If the board now reads 43, you know something about Li that
# Li never told you. Nobody was hacked. The count was correct, and public. That was
# the trouble.
#
# So the clinic adds noise before it publishes. Two worlds are possible: Li is not
# ill and the true count is 42, or Li is and it is 43. In each world the published
# number is random. Below are both distributions. Move the published number: how
# much better does it fit one world than the other?

# %%
from privlab.experiments.noise import neighbours
from privlab.plots.noise import draw_neighbours

explore(
    neighbours,
    draw_neighbours,
    epsilon=log_slider("ε", 0.1, 5, 1),
    published=slider("published count (people)", 34, 51, 45, 0.5),
)

# %% [markdown]
# *Two tent-shaped curves, one centred on 42 and one on 43. At the published number
# two dots mark their heights. Between the two peaks the ratio of the heights changes;
# outside it is constant.*
#
# Push the published number far to the right. The two heights shrink, but their ratio
# stops at a limit. At ε = 1 the limit is 2.72. At ε = 0.1 it is 1.11, and the curves
# can hardly be told apart.
#
# That limit is the whole idea. The two data sets, with and without Li, are called
# *neighbours* (相邻数据集). The noisy count is a *mechanism* (机制) $M$: data in, a
# random output out. It is **ε-differentially private** (ε-差分隐私) if for every
# pair of neighbours $D, D'$ and every set $S$ of outputs
#
# $$\Pr[M(D)\in S]\;\le\;e^{\varepsilon}\,\Pr[M(D')\in S].$$
#
# The number ε is the *privacy budget* (隐私预算): the smaller, the more alike the two
# worlds look. It is a property of the mechanism, not of one output, and it holds
# whatever the adversary already knows (Dwork, McSherry, Nissim and Smith 2006). The
# weaker form $\Pr[M(D)\in S]\le e^{\varepsilon}\Pr[M(D')\in S]+\delta$ lets the bound
# fail with a small probability δ; it must be far below one over the number of people.
#
# Who counts as a neighbour is a choice, and it must be said. *Add or remove one*: one
# person is in the data or not, as above. *Replace one*: one person's record becomes
# another, the number of people is public.

# %%
limit = np.exp(1)
ratios = [
    neighbours(epsilon=1, published=y).ratio for y in np.arange(20, 65, 0.25)
]
claim(
    "no published count beats the limit e^ε", max(ratios) <= limit * (1 + 1e-9)
)
claim(
    "far from both counts the limit is reached", np.isclose(ratios[-1], limit)
)

# %% [markdown]
# ## How much noise: the sensitivity
#
# The tents above have the width $b = 1/\varepsilon$, because one person changes a
# count by 1. In general the noise must match the most that one person can change the
# answer. This is the *sensitivity* (敏感度)
#
# $$\Delta=\max_{D,D'\text{ neighbours}}|f(D)-f(D')|,$$
#
# and the **Laplace mechanism** (拉普拉斯机制) publishes $f(D)+\mathrm{Lap}(b)$ with
# $b=\Delta/\varepsilon$. Here is all of it.

# %%
source(Laplace)

# %% [markdown]
# Why it works fits in one line. The density of the noise is proportional to
# $e^{-|y-f(D)|/b}$. In the neighbouring world the exponent differs by
# $|y-f(D')|/b-|y-f(D)|/b$, which is at most $|f(D)-f(D')|/b\le\Delta/b=\varepsilon$
# by the triangle inequality. So the ratio is at most $e^{\varepsilon}$ at every $y$.
#
# Everything hangs on Δ. For a count it is 1. And for an average salary? Nine people
# earn about 40,000 € a year, and the tenth could earn anything. Then Δ is not large:
# it does not exist. No amount of noise keeps the promise for everyone.
#
# Somebody must bound it, before any noise is chosen, and without looking at the data.
# The usual way is to *clip* (裁剪) each salary into a public range [low, high]. If one
# of $n$ salaries is replaced, the clipped mean moves by at most
# $\Delta=(\text{high}-\text{low})/n$.

# %%
from privlab.experiments.salaries import salaries


def clipped_mean(tenth):
    return np.clip(salaries(tenth=tenth), 0, 100_000).mean()


every = [clipped_mean(tenth) for tenth in np.linspace(-1e6, 1e8, 2001)]
claim(
    "one of ten salaries moves the clipped mean by 10 000 € at most",
    np.isclose(max(every) - min(every), (100_000 - 0) / 10),
)

# %% [markdown]
# **Your turn** → `dp-01`, `dp-05` in `exercises/03_1_differential_privacy.ipynb`.
#
# ## Clip first, or clip last?
#
# The article's recipe (3.2.1) has the same three words in another order: choose the
# noise, add it, then clip the *result* into a sensible range, "to remove the effect
# of the noise". Ten salaries, ε = 1, noise of scale 10,000 €. Before you run
# anything, commit yourself.

# %%
predict(
    "clip-order",
    "Does clipping the noisy average into [0, 100 000] keep the promise?",
    options=["yes", "no", "only if nobody is rich"],
)

# %% tags=["picture-clip_last"]
from privlab.experiments.salaries import ORDERS, two_worlds
from privlab.plots.salaries import draw_two_worlds
from privlab.widgets import choice

explore(
    two_worlds,
    draw_two_worlds,
    order=choice("order", list(ORDERS)),
    epsilon=log_slider("ε", 0.1, 10, 1),
    seed=31,
)

# %% [markdown]
# *Two histograms of the published average, with and without a person who earns 40
# million. Clip last: one heap near 40,000 and a single bar at 100,000. Clip first:
# two heaps that overlap for the most part.*
#
# Look at "clip last". You do not need statistics to tell the two worlds apart; you
# need eyes. The noise was sized for a difference of 10,000 €, and this person makes a
# difference of 4 million. Cutting the result to [0, 100 000] afterwards moves one
# world onto the right-hand edge. It did not hide the person. It gave them a bar of
# their own.
#
# Now choose "clip first" and look again.

# %%
from privlab.experiments.salaries import clip_first, clip_last

source(clip_first, clip_last)

# %% [markdown]
# ## The auditor
#
# How bad is it, in the unit that the promise uses? Ask an *auditor* (审计). It plays
# the adversary. It runs the mechanism many times in both worlds, looks for the set of
# outputs $S$ that separates them best, and then counts on *fresh* runs how often $S$
# happens in each. If $\Pr[M(D)\in S]$ is surely at least $p$, and $\Pr[M(D')\in S]$
# surely at most $q$, then no ε below $\ln\frac{p-\delta}{q}$ is possible. "Surely" is
# 99.99 %, by exact binomial limits (Clopper and Pearson 1934).
#
# An audit can prove a promise broken. It can never prove one kept: a better adversary
# may exist. That is what the mathematics is for.

# %%
rng = np.random.default_rng(31)
rich, poor = salaries(tenth=40_000_000), salaries(tenth=40_000)
last = audit(partial(clip_last, epsilon=1), rich, poor, trials=20_000, rng=rng)
first = audit(
    partial(clip_first, epsilon=1), rich, poor, trials=20_000, rng=rng
)
print(f"clip last:  ε is at least {last.epsilon_lower:.1f}")
print(f"clip first: ε is at least {first.epsilon_lower:.1f}")

# %%
claim(
    "C06: clipping after the noise does not keep ε = 1", last.epsilon_lower > 1
)
claim(
    "clipping before the noise does, as far as an audit can see",
    first.epsilon_lower <= 1,
)
reveal("clip-order", "no")

# %% [markdown]
# "Only if nobody is rich" was the tempting answer. It fails twice. The promise is to
# everyone, the rich included; and checking whether somebody is rich means looking at
# the data, which is another unprotected answer.
#
# **Why the end of the chain cannot help.** What you do to a noisy result afterwards
# is *post-processing* (后处理). It can never hurt privacy (Dwork and Roth 2014,
# Proposition 2.1). It helps only by throwing the answer away, and this cut throws away
# nothing that an adversary needs. It may tidy up: a negative average looks silly, and
# cutting it to 0 costs nothing. But the protection was finished before.
#
# The same audit, for a tenth salary that grows from 40,000 to 40 million:

# %%
from privlab.experiments.salaries import outlier_audits
from privlab.plots.salaries import draw_outlier_audits

tenth = (40_000, 80_000, 150_000, 300_000, 1_000_000, 40_000_000)
audits = outlier_audits(epsilon=1, tenth=tenth, trials=10_000, seed=31)
show(audits, draw_outlier_audits)

# %% [markdown]
# *Measured ε against the tenth salary. Clip last climbs past the claimed 1 and levels
# off only because 10,000 runs cannot prove more. Clip first stays below 1.*

# %%
unbounded = [result.epsilon_lower for result in audits.unbounded]
bounded = [result.epsilon_lower for result in audits.bounded]
claim(
    "C05: noise without a bounded sensitivity gives no bound on ε",
    unbounded[-1] > 5 and unbounded == sorted(unbounded),
)
claim(
    "with each salary bounded first, ε = 1 is never exceeded", max(bounded) <= 1
)

# %% [markdown]
# **Your turn** → `dp-02`, `dp-03`, and `dp-08`, where you are the auditor.
#
# ## Choosing the noise
#
# "Laplace or Gaussian, as needed", says the article. What decides it is how many
# numbers one person can move. Publish a list of $d$ counts, where one person may
# change each by 1. The Laplace mechanism adds up all the changes ($L_1$: $\Delta_1=d$).
# The **Gaussian mechanism** (高斯机制) measures the change as a length
# ($L_2$: $\Delta_2=\sqrt d$), but its ratio is not bounded in the far tails: it needs
# a δ > 0. Its σ is the smallest that satisfies the exact condition of Balle and Wang
# (2018). Which is smaller? Guess the crossing, then move δ.

# %%
from privlab.experiments.noise import noise_by_length
from privlab.plots.noise import draw_noise_by_length

explore(
    noise_by_length,
    draw_noise_by_length,
    epsilon=log_slider("ε", 0.1, 5, 1),
    delta=log_slider("δ", 1e-9, 1e-3, 1e-5),
)

# %% [markdown]
# *Standard deviation of the noise on each count, against the length of the list, on
# logarithmic axes. Laplace rises twice as steeply as Gaussian; a thin line marks the
# crossing.*

# %%
one_count = Laplace(epsilon=1, sensitivity=1)
gaussian = Gaussian(epsilon=1, delta=1e-5, sensitivity=1)
crossing = noise_by_length(epsilon=1, delta=1e-5).crossing
claim(
    "for one count Laplace noise is the smaller",
    np.sqrt(2) * one_count.scale < gaussian.sigma,
)
claim(
    "from 7 counts on Gaussian noise is, at ε = 1 and δ = 1e-5", crossing == 7
)

# %% [markdown]
# One warning before you publish for real. A computer's Laplace noise is not Laplace
# noise: floating-point numbers have gaps, and the pattern of the gaps gives the true
# answer away (Mironov 2012). The two mechanisms above are for reading and for
# experiments. A real release draws whole-number noise with an exact sampler that uses
# no floating point at all (Canonne, Kamath and Steinke 2020), and takes its
# randomness from the operating system instead of a seed.

# %%
exact = DiscreteLaplace(epsilon=1, sensitivity=1)
noisy = [exact.release(42, rng=rng) for _ in range(10_000)]
claim(
    "the exact sampler publishes whole numbers",
    all(type(n) is int for n in noisy),
)
claim("they are right on average", abs(np.mean(noisy) - 42) < 0.1)

# %% [markdown]
# ## What ε means to an adversary
#
# An insurer believes with probability 10 % that Li is ill. Then the noisy count comes
# out. How far can that belief move?
#
# Bayes' rule multiplies the *odds* by the ratio of the two heights you saw at the top:
#
# $$\frac{\Pr[\text{ill}\mid y]}{\Pr[\text{not}\mid y]}
# =\frac{\Pr[y\mid \text{ill}]}{\Pr[y\mid \text{not}]}\cdot
# \frac{\Pr[\text{ill}]}{\Pr[\text{not}]},$$
#
# and that ratio lies between $e^{-\varepsilon}$ and $e^{\varepsilon}$. It does not
# matter what the insurer knows about the others, nor how clever it is. One thing is
# assumed: Li's illness does not change the others' records. If it also decides a
# flatmate's, two records change, and the bound is $e^{2\varepsilon}$.

# %%
from privlab.experiments.odds import adversary_odds, posterior
from privlab.plots.odds import draw_odds

explore(
    adversary_odds,
    draw_odds,
    epsilon=log_slider("ε", 0.05, 8, 1),
    prior=slider("belief before (probability)", 0.01, 0.99, 0.1, 0.01),
)

# %% [markdown]
# *A band around the diagonal: for each belief before (across), the lowest and highest
# belief after (up). At ε = 1 the band is a slim lens; at ε = 8 it fills almost the
# whole square.*
#
# Move ε to 8. A belief of 10 % can become 99.7 %. People do publish with ε = 8, and
# much larger; the promise is then nearly empty against this worst case, though real
# attacks may still fail. Below 1 it is strong for everyone.

# %%
claim(
    "ε = 1 lifts a belief of 10 % to 23 % at most",
    round(posterior(0.1, 1), 2) == 0.23,
)
claim("ε = 8 may lift it to 99.7 %", round(posterior(0.1, 8), 3) == 0.997)

# %% [markdown]
# The oldest mechanism of all shows the bound attained. To ask an awkward yes-or-no
# question, let each person answer truthfully with probability
# $e^{\varepsilon}/(1+e^{\varepsilon})$ and lie otherwise. This is *randomized
# response* (随机响应; Warner 1965). Nobody's answer proves anything, and the
# proportion can still be estimated. Its two likelihoods differ by exactly
# $e^{\varepsilon}$, and the auditor gets close to that.

# %%
coin = RandomizedResponse(epsilon=1)
found = audit(coin.release, 1, 0, trials=40_000, rng=rng)
print(f"truthful with probability {coin.truth_probability:.3f};", end=" ")
print(f"the audit proves ε ≥ {found.epsilon_lower:.2f}")
claim(
    "an audit comes within a tenth of the true ε, and not above it",
    0.9 <= found.epsilon_lower <= 1,
)

# %% [markdown]
# **Your turn** → `dp-04`.
#
# ## Asking again and again
#
# The clinic's board shows a *fresh* noisy count at every visit. Noise averages out.
# Choose how often the insurer looks.

# %%
from privlab.experiments.noise import repeated_question
from privlab.plots.noise import draw_repeated_question

explore(
    repeated_question,
    draw_repeated_question,
    questions=slider("answers averaged", 1, 200, 1, 1),
    epsilon=log_slider("ε per answer", 0.1, 2, 0.5),
    seed=31,
)

# %% [markdown]
# *Histograms of the average of the answers in the two worlds. With one answer they
# overlap almost wholly; with 200 they stand apart.*
#
# Each answer keeps its own small promise. Together they keep only the sum: if the
# ratio is at most $e^{\varepsilon}$ for each of $k$ independent answers, it is at most
# $e^{k\varepsilon}$ for all of them. This is *composition* (组合; Dwork and Roth 2014,
# Theorem 3.16). So ε is a budget in the plain sense. It is spent, and it adds up, over
# questions, over years, and over everyone who publishes about the same people. For
# many answers the plain sum is too pessimistic; lesson 4.1 does better.

# %%
once = repeated_question(questions=1, epsilon=0.5, seed=31)
often = repeated_question(questions=200, epsilon=0.5, seed=31)
print(f"right guesses: {once.right_guesses:.0%} from one answer,", end=" ")
print(f"{often.right_guesses:.0%} from 200")
claim("200 answers at ε = 0.5 give the secret away", often.right_guesses > 0.95)
claim(
    "their promises add up to ε = 100",
    often.total == Privacy(epsilon=0.5).repeated(200) == Privacy(epsilon=100),
)

# %% [markdown]
# **Your turn** → `dp-06`.
#
# ## The price
#
# The article names one drawback (3.3.1): the model may get less accurate. How much
# less? Take a simple model and real data: the mean image of each handwritten digit,
# where a new image gets the label of the nearest mean. Each image is clipped to a
# length, added to the total of its class, and Gaussian noise covers the totals.

# %%
from privlab.dp.class_means import PrivateClassMeans

source(PrivateClassMeans)

# %%
from privlab.experiments.class_means import accuracy_by_epsilon
from privlab.plots.class_means import draw_accuracy_by_epsilon

explore(
    accuracy_by_epsilon,
    draw_accuracy_by_epsilon,
    records=log_slider("training images", 50, 1198, 1198),
    norm=slider("clipping length (grey levels)", 20, 200, 60, 5),
    data=digits(),
    seed=31,
)

# %% [markdown]
# *Accuracy on unseen images against ε, rising from guessing (10 %) to the accuracy in
# the open (91 %), with error bars over ten releases.*
#
# Two things to try. Halve the number of training images: the curve slides to the
# right. The noise does not depend on how many people there are, but the totals do, so
# a crowd hides each member cheaply. Then raise the clipping length to 200: no image
# is that long, nothing is clipped, and still the noise grows with it. A bound wider
# than needed protects no better and costs everyone.

# %%
many = accuracy_by_epsilon(digits(), records=1198, norm=60, seed=31)
few = accuracy_by_epsilon(digits(), records=100, norm=60, seed=31)
print(f"1198 images: {many.without_privacy:.0%} in the open,", end=" ")
print(f"{many.at(1):.0%} at ε = 1;  100 images: {few.at(1):.0%} at ε = 1")
claim(
    "with 1198 images ε = 1 costs less than 15 points of accuracy",
    many.without_privacy - many.at(1) < 0.15,
)
claim(
    "with 100 images ε = 1 leaves little better than guessing", few.at(1) < 0.2
)

# %% [markdown]
# This is one release of one simple model. Training a network spends budget at every
# step; lessons 5.2 and 5.3 do that, and attack the result.
#
# **Your turn** → `dp-07`.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C05 | noise on the output keeps the risk below a threshold (3.1) | holds **if** the sensitivity is bounded | the measured ε grows with one outlier until each value is bounded |
# | C06 | choose noise, add it, then clip the result (3.2.1) | **wrong order** | the auditor breaks ε = 1; clipping first keeps it |
# | C09 | effective, but may cost accuracy (3.3.1) | holds, measured | the cost falls with ε and with the number of people |
#
# The steps in their right order: **bound** what one person can change, **calibrate**
# the noise to that bound, **add** it once, and tidy up if you like.
#
# ## What to remember
#
# - ε bounds how far *any* output can move *any* adversary's odds about one person:
#   by a factor $e^{\varepsilon}$, and no further, while the others' records stay as
#   they are.
# - Noise hides a bounded difference. Bound it first, by public limits.
# - What happens after the noise never hurts. Do not count on it to help.
# - Budgets add up. Every answer about the same people spends from one purse.
# - An audit can break a promise, never prove one. Trust needs both proof and attack.
#
# **Next:** the exercises in `exercises/03_1_differential_privacy.ipynb`.
#
# *Sources.* Warner 1965, J. Am. Stat. Assoc. 60. Clopper and Pearson 1934,
# Biometrika 26. Dwork, McSherry, Nissim and Smith 2006, TCC. Mironov 2012, CCS. Dwork
# and Roth 2014, *The Algorithmic Foundations of Differential Privacy*. Balle and Wang
# 2018, ICML. Canonne, Kamath and Steinke 2020, NeurIPS. Digits: Alpaydin and Kaynak
# 1998, UCI.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
quiz("3.1")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
