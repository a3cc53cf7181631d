# %% [markdown]
# # 4.1 · The mathematics of differential privacy (差分隐私的数学)
#
# *The article's sections 4.1.1, 4.2.1 and 4.3.1.*
#
# **The question.** Which formulas protect people, which only look as if they did, and
# what do a thousand protected answers cost together?
#
# **Afterwards you can** test a formula for privacy by its log-ratio; choose Gaussian
# noise; read a trade-off curve; add up the cost of a training run in six ways and say
# which are bounds; keep a budget; build a private classifier; and read a secret off
# the last bits of a floating-point number.
#
# **You need** lesson 3.1, derivatives, and the normal distribution. **Time:** 90
# minutes, and 65 more for the exercises.

# %%
import numpy as np

from privlab.core.datasets import breast_cancer
from privlab.core.privacy import Privacy
from privlab.course.lesson import claim, predict, reveal, source
from privlab.course.quiz import quiz
from privlab.widgets import choice, explore, explore_on_run
from privlab.widgets import log_slider, show, slider

# %% [markdown]
# ## A loss with a number added
#
# A hospital trains a model. The *loss* (损失) $\mathcal L(\theta,\mathcal D)$ says how
# badly the weights θ fit the data $\mathcal D$; training rolls downhill until the loss
# is smallest. The article's core formula for differential privacy (4.1.1) is
#
# $$\mathcal L(\theta,\mathcal D)+\epsilon,\qquad \epsilon\text{ a random noise.}$$
#
# So at every step a fresh random number is added to the loss. Commit yourself.

# %%
predict(
    "loss-plus-noise",
    "What does the added number change in the trained weights?",
    options=["a little", "a lot", "not one bit"],
)

# %%
from privlab.experiments.objective import FORMS, noisy_objective
from privlab.plots.objective import draw_noisy_objective

explore(
    noisy_objective,
    draw_noisy_objective,
    form=choice("objective", list(FORMS)),
    noise=slider("noise (no unit)", -8, 8, 4, 0.5),
)

# %% [markdown]
# *A loss over one weight is a valley. With a number added the same valley lies higher
# or lower, and its bottom stays where it was. With the noise as a slope the valley
# tilts, and the bottom moves.*
#
# Lifting a valley does not move its lowest point. In symbols,
# $\nabla_\theta(\mathcal L+\epsilon)=\nabla_\theta\mathcal L$: what does not depend on
# θ has no gradient. Here is the formula at work on real patients, with torch taking
# the derivatives.

# %%
from privlab.experiments.objective import train

data = breast_cancer()
silent = train(data, noise_scale=1e-9, seed=41)
loud = train(data, noise_scale=10, seed=42)
off = np.abs(loud.losses - silent.losses).mean()
print(f"the printed losses differ by {off:.0f} on average")
claim(
    "C10: noise added to the loss leaves the trained weights bit-identical",
    loud.weights.tobytes() == silent.weights.tobytes() and off > 1,
)
reveal("loss-plus-noise", "not one bit")

# %% [markdown]
# The printed loss jumps about, which looks like protection. The weights are released,
# and they never heard of the noise. The formula also uses ε for the noise itself. In
# differential privacy ε is the *budget* (预算): the bound on the log-ratio. Keep the
# two apart.
#
# Now set the widget to the second form. The noise *multiplies* θ, so each draw tilts
# the valley and moves its lowest point. This is *objective perturbation* (目标扰动):
# draw a random vector $b$ once, and minimise
#
# $$\mathcal L(\theta,\mathcal D)+\tfrac1n\,b^{\mathsf T}\theta$$
#
# (Chaudhuri, Monteleoni and Sarwate 2011, Algorithm 2). It is the nearest true
# relative of the article's formula, and it comes with conditions: rows of length at
# most 1, a loss with bounded curvature, weight decay, and the exact minimum.

# %%
from privlab.dp.erm import ObjectivePerturbation

source(ObjectivePerturbation.parameters, ObjectivePerturbation.release)

# %%
from privlab.experiments.objective import objective_audit

found = objective_audit(epsilon=1, trials=4_000, seed=41)
print(f"the audit proves ε ≥ {found.epsilon_lower:.1f}; promised is 1")
claim(
    "objective perturbation survives the audit of ε = 1",
    found.epsilon_lower <= 1,
)

# %% [markdown]
# ## A density without the data
#
# The article's derivation (4.2.1) says that the released θ follows
#
# $$P(\theta'\mid\mathcal D)\propto
# \exp\Bigl(-\frac{\epsilon}{2}\sum_i\theta_i^2\Bigr)$$
#
# and calls it Laplace. Two things to notice before any mathematics. It has squares in
# it; Laplace noise has absolute values. And $\mathcal D$ stands on the left only.
#
# Take one number to release: $f(D)=0$, and $f(D')=1$ in the neighbouring world. The
# test of a density is its **log-ratio** (对数似然比)
# $\ln\frac{p(y\mid D)}{p(y\mid D')}$. The promise says: for every output $y$ it stays
# between −ε and ε. Go through all three densities, and push $y$ far out.

# %%
predict(
    "which-density",
    "Which density is private and still says something about the data?",
    options=["Laplace", "the article's", "the article's, centred on f(D)"],
)

# %%
from privlab.experiments.ratio import DENSITIES, log_ratio, log_ratio_at
from privlab.plots.ratio import draw_log_ratio

explore(
    log_ratio,
    draw_log_ratio,
    density=choice("density", list(DENSITIES)),
    epsilon=log_slider("ε", 0.2, 4, 1),
    published=slider("published y (units of f)", -6, 7, 3, 0.5),
)

# %% [markdown]
# *Left: the density in both worlds, and under it two bars, the distances from the two
# true answers to y. Right: the log-ratio over y, with the band that ε allows. Laplace
# runs along the edges of the band; the article's density is flat at 0; centred, it is
# a straight line that leaves the band on both sides.*
#
# **The proof is the two bars.** For Laplace the log-density is minus the distance,
# times $\varepsilon/\Delta$. So the log-ratio is the *difference of the two bars*:
#
# $$\ln\frac{p(y\mid D)}{p(y\mid D')}
# =\frac{\varepsilon}{\Delta}\bigl(|y-f(D')|-|y-f(D)|\bigr)
# \le\frac{\varepsilon}{\Delta}\,|f(D)-f(D')|\le\varepsilon .$$
#
# The middle step is the triangle inequality (三角不等式): a detour by $y$ is never
# shorter than the direct way. However far out $y$ is, both bars grow together. With
# squares instead of distances that is lost: $(y-1)^2-y^2=1-2y$ grows without limit.

# %%
far = np.array([1e1, 1e3, 1e6])
laplace, article, centred = (
    np.abs(log_ratio_at(far, density=name, epsilon=1)) for name in DENSITIES
)
claim("Laplace never passes ε", laplace.max() <= 1 + 1e-9)
claim("C13: as written, the density ignores D", article.max() == 0)
claim(
    "C13: centred on f(D), its log-ratio has no bound",
    np.allclose(centred, far - 0.5),
)
reveal("which-density", "Laplace")

# %% [markdown]
# As written, the density is perfectly private and useless: a normal distribution
# around 0, whatever the patients had. Centred on the data it is Gaussian noise, which
# keeps no ε at all by itself. The Laplace form is
# $p(y\mid D)\propto e^{-\varepsilon\lVert y-f(D)\rVert_1/\Delta_1}$.
#
# **Where ε/2 comes from.** There is a formula with ε/2 in the exponent, and perhaps
# the article means it. To pick one of several candidates $r$, score each by
# $u(D,r)$, and draw with probability $\propto e^{\varepsilon u(D,r)/2\Delta}$, where
# one person moves no score by more than Δ. This is the **exponential mechanism**
# (指数机制; McSherry and Talwar 2007). One half of ε pays for the chosen score, the
# other for the sum of all, which moves too.

# %%
from privlab.dp.selection import Exponential

source(Exponential.probabilities)
grid = np.arange(-40, 41)
chances = Exponential(epsilon=1, sensitivity=1).probabilities(-abs(grid - 3))
slope = np.diff(np.log(chances[grid >= 3]))
claim(
    "scored by distance it is Laplace noise of scale 2/ε, twice the need",
    np.allclose(slope, -1 / 2),
)

# %% [markdown]
# With the score $-|y-f(D)|$ it gives back Laplace noise, twice as wide, because there
# the sum does not move and the second half was paid for nothing. Its strength is in
# choices that noise cannot be added to: a best model, a diagnosis, a median.
#
# **Your turn** → `dp-16` in `exercises/04_1_dp_mathematics.ipynb`.
#
# ## Gaussian noise, and its δ
#
# Gaussian noise leaves the band, so it must pay for the part outside. At noise σ and
# sensitivity Δ the smallest δ for an ε is exactly
#
# $$\delta=\Phi\Bigl(\frac{\Delta}{2\sigma}-\frac{\varepsilon\sigma}{\Delta}\Bigr)
# -e^{\varepsilon}\,\Phi\Bigl(-\frac{\Delta}{2\sigma}-\frac{\varepsilon\sigma}{\Delta}
# \Bigr),$$
#
# Φ being the normal distribution function (Balle and Wang 2018, Theorem 8). Solving
# it for σ needs a computer. Textbooks give the *classical* formula instead,
# $\sigma=\Delta\sqrt{2\ln(1.25/\delta)}/\varepsilon$ (Dwork and Roth 2014, Theorem
# A.1), proved for ε < 1. Many programs use it for any ε. Where does that go wrong?

# %%
from privlab.experiments.calibration import calibration
from privlab.plots.calibration import draw_calibration

explore(
    calibration,
    draw_calibration,
    delta=log_slider("promised δ", 1e-9, 0.1, 1e-5),
)

# %% [markdown]
# *Left: both standard deviations fall with ε; the classical line lies above the exact
# one, crosses it, and lies below. Right: the δ that the classical noise keeps, far
# below the promise for small ε and far above it for large ε.*

# %%
noise = calibration(delta=1e-5)
print(f"at ε = 1 the classical noise is {noise.at_one:.2f} times the need")
print(f"from about ε = {noise.breaks_at:.1f} on it is too little")
claim(
    "at ε = 1 the classical noise is a quarter too large or more",
    noise.at_one >= 1.25,
)
broken = noise.classical_delta[noise.epsilons > 20].min()
claim("above ε = 20 its true δ is over 100 times the promise", broken > 1e-3)

# %% [markdown]
# **Your turn** → `dp-11`.
#
# ## Privacy as a test
#
# Somebody sees one release and must say which world it came from. Two errors are
# possible. A *false alarm* (误报): "Li is in the data", and Li is not. A *miss*
# (漏报): the other way round. Never crying alarm misses everything; always crying
# misses nothing. Between the two lies a curve, the fewest misses for each share of
# false alarms: the **trade-off curve** (权衡曲线; Wasserman and Zhou 2010; Dong, Roth
# and Su 2022). A promise (ε, δ) forbids the corner below two straight lines:
#
# $$\text{misses}\ge\max\{0,\;1-\delta-e^{\varepsilon}a,\;
# e^{-\varepsilon}(1-\delta-a)\},\qquad a=\text{false alarms}.$$

# %%
from privlab.experiments.tradeoff import MECHANISMS, tradeoff
from privlab.plots.tradeoff import draw_tradeoff

explore(
    tradeoff,
    draw_tradeoff,
    mechanism=choice("noise", list(MECHANISMS)),
    epsilon=log_slider("ε", 0.1, 5, 1),
    seed=41,
)

# %% [markdown]
# *Misses against false alarms. Below, the forbidden corner; on the diagonal, a coin
# toss. Laplace follows the border for most of its way. Gaussian (here with a δ of 0.05,
# far too large for use, so that it can be seen) bends smoothly and touches the border
# in two points. The dots are errors that were counted in 5,000 releases.*
#
# The curve is the whole truth about a release; each (ε, δ) is one pair of lines under
# it. For Gaussian noise it has a single parameter, $\mu=\Delta/\sigma$: telling the
# worlds apart is telling $N(0,1)$ from $N(\mu,1)$. Two Gaussian releases with μ₁ and
# μ₂ are together exactly as hard as one with $\sqrt{\mu_1^2+\mu_2^2}$. Squares add up,
# not the numbers themselves. Remember that.

# %%
for name in MECHANISMS:
    world = tradeoff(mechanism=name, epsilon=1, seed=41)
    alarms, misses = world.attack
    expected = np.interp(alarms, world.false_alarms, world.exact)
    claim(
        f"{name}: the attack's errors lie on the exact curve",
        np.abs(misses - expected).max() < 0.05,
    )
    claim(
        f"{name}: the exact curve keeps out of the forbidden corner",
        np.all(world.exact >= world.promised - 1e-9),
    )

# %% [markdown]
# **Your turn** → `dp-12`.
#
# ## What a thousand answers cost
#
# Training (lesson 5.2) releases a noisy sum at every step, thousands of times. What is
# the ε of the whole run? There are six answers in `privlab.dp.accounting`:
#
# - **addition** (基本组合): ε of one step times the number of steps;
# - **advanced** composition (高级组合): losses of either sign partly cancel, so that ε
#   grows like the square root of the steps, while one step's ε is small; here it is
#   not (Dwork, Rothblum and Vadhan 2010; Kairouz, Oh and Viswanath 2015);
# - **zCDP** and **Rényi** (Rényi 差分隐私): do not add up ε but a *moment* of the
#   log-ratio, which adds exactly, and turn it into ε once, at the end (Mironov 2017;
#   Bun and Steinke 2016);
# - **certified**: the whole distribution of the log-ratio, the *privacy loss
#   distribution* (隐私损失分布), convolved by Fourier transform between a lower and an
#   upper bound (Gopi, Lee and Wutschitz 2021);
# - **central limit** (中心极限): pretend that it is Gaussian already.
#
# A moment in one line: the Rényi divergence of order α > 1 between the two worlds. For
# one Gaussian release it is $\alpha\mu^2/2$, so $k$ of them have $k\alpha\mu^2/2$: the
# squares again. At any order, $\varepsilon=k\alpha\mu^2/2+\ln(1/\delta)/(\alpha-1)$
# holds (Mironov 2017, Proposition 3), so take the order that makes it smallest.
#
# Here each step takes every person with a probability, the *sampling rate* (采样率),
# and adds noise of so many times what one person contributes. Press *Run*.

# %%
from privlab.experiments.composition import composition
from privlab.plots.composition import draw_composition

explore_on_run(
    composition,
    draw_composition,
    noise_multiplier=log_slider("noise multiplier (no unit)", 0.5, 10, 1.5),
    sampling_rate=log_slider("sampling rate (share)", 0.001, 1, 0.04),
)

# %% [markdown]
# *Left, on logarithmic axes: ε against the number of steps by all six. After many steps
# addition, advanced and zCDP stand more than a hundred times above the other three.
# Right: the close ones divided by the certified upper bound; the
# certified band is thinner than its line. Rényi lies above 1, the central limit
# mostly below.*
#
# Below 1 on the right means a promise that is false. The central limit is an
# *estimate*: for few steps it says a third of the truth. It has a use, to guess
# quickly; it has none in a promise.

# %%
run = composition(noise_multiplier=1.5, sampling_rate=0.04, steps=(2250,))
low, high = run.low[0], run.high[0]
print(f"addition {run.basic[0]:.0f}, advanced {run.advanced[0]:.0f},", end=" ")
print(f"Rényi {run.rdp[0]:.2f}, certified {low:.2f} to {high:.2f},", end=" ")
print(f"central limit {run.estimate[0]:.2f}")
claim("adding up ε is 200 times too pessimistic", run.basic[0] > 200 * high)
claim("Rényi costs less than a tenth more", high < run.rdp[0] < 1.1 * high)
claim("the certified bounds agree within 0.02", 0 <= high - low < 0.02)
claim("the central limit lies below what is certain", run.estimate[0] < low)

# %% [markdown]
# At a sampling rate of 1, where everybody is in every step, zCDP and Rényi nearly
# coincide, and both are good. Sampling is where zCDP gives up: try 1, then 0.01.

# %%
whole = composition(noise_multiplier=10, sampling_rate=1, steps=(1000,))
claim(
    "unsampled, zCDP is as good as Rényi", whole.zcdp[0] < 1.01 * whole.rdp[0]
)
claim(
    "and both cost a tenth more at most",
    max(whole.rdp[0], whole.zcdp[0]) < 1.1 * whole.high[0],
)

# %% [markdown]
# **Your turn** → `dp-13`.
#
# ## Why sampling helps
#
# A step that looks at a random tenth of the people misses Li in nine of ten cases, and
# nobody knows which cases. If everybody is in the sample with probability $q$,
# independently (*Poisson sampling*, 泊松采样), and the step is ε-private for the
# sample, then for the data it is private with
#
# $$\varepsilon'=\ln\bigl(1+q\,(e^{\varepsilon}-1)\bigr),\qquad\delta'=q\,\delta$$
#
# (Balle, Barthe and Gaboardi 2018, Theorem 8; neighbours by adding or removing one).
# The reason is one line: the released density with Li is the mixture $(1-q)p+qp'$,
# so the ratio to $p$ is $1-q+q\,p'/p\le 1-q+qe^{\varepsilon}$.

# %%
from privlab.experiments.sampling import amplification
from privlab.plots.sampling import draw_amplification

explore(
    amplification,
    draw_amplification,
    epsilon=log_slider("ε on the sample", 0.1, 8, 2),
    rate=log_slider("sampling rate (share)", 0.001, 1, 0.1),
)

# %% [markdown]
# *ε on the data against the sampling rate, on logarithmic axes: two parallel lines for
# small rates. For small ε they coincide; for large ε the true one lies far above.*
#
# For small ε the rule of thumb is "rate times ε". Push ε to 8: the true cost of a 1 %
# sample is 43 times the rule. A large ε is not rescued by sampling. And the sample
# must be secret and of random size: a batch of fixed size, or a shuffled pass through
# the data, keeps another promise.

# %%
from privlab.experiments.sampling import sampled_count_audit

found = sampled_count_audit(epsilon=2, rate=0.3, trials=20_000, seed=41)
allowed = amplification(epsilon=2, rate=0.3).at_rate
print(f"measured ε ≥ {found.epsilon_lower:.2f}, by the formula {allowed:.2f}")
claim("the audit stays below", 0 < found.epsilon_lower <= allowed)
thumb = amplification(epsilon=8, rate=0.01)
claim(
    "at ε = 8 and a 1 % sample the rule of thumb is 40 times too low",
    thumb.at_rate > 40 * 0.01 * 8,
)

# %% [markdown]
# **Your turn** → `dp-14`.
#
# ## A purse that refuses
#
# An analyst asks one question, looks at the answer, and decides what to ask next, and
# how exactly. Nobody can add up beforehand. So keep a purse. A **filter** (隐私过滤器)
# refuses any answer that would break the promise for the whole; the **odometer**
# (里程表) shows what has been spent (Rogers, Roth, Ullman and Vadhan 2016).

# %%
from privlab.dp.budget import Budget, Overspent

source(Budget.spend)
purse = Budget(limit=Privacy(epsilon=1))
for cost in (0.5, 0.3, 0.4, 0.2):
    try:
        purse = purse.spend(Privacy(epsilon=cost))
        print(f"{cost}: answered, {purse.left.epsilon:.1f} left")
    except Overspent as refusal:
        print(f"{cost}: refused. {refusal}")

# %% [markdown]
# A refusal costs nothing, and tells nothing: it depends on the costs, never on the
# data. A purse for many Gaussian answers should count in Rényi divergences of one
# order, fixed beforehand, because these add up without waste even when each question
# depends on the answers before (Feldman and Zrnic 2021). Same promise, same noise:

# %%
from privlab.experiments.spending import spending
from privlab.plots.spending import draw_spending

explore(
    spending,
    draw_spending,
    noise_multiplier=log_slider("noise on each count (people)", 20, 200, 50),
    epsilon=log_slider("ε in all", 0.5, 4, 1),
)

# %% [markdown]
# *Two staircases of what is spent. The one for added costs is steep and stops after a
# few answers; the one for Rényi divergences is flat and stops after many.*

# %%
plain, renyi = spending(noise_multiplier=50, epsilon=1).answers
print(f"{plain} answers by addition, {renyi} by Rényi divergences")
claim("the same promise pays for ten times the answers", renyi > 10 * plain)

# %% [markdown]
# **Your turn** → `dp-15`.
#
# ## The article's classifier
#
# Section 4.3.1 protects a two-class model like this: take Laplace noise with ε = 1,
# answer $\hat y=\text{sign}(\theta^{\mathsf T}x+\text{noise})$, then clamp
# $\hat y$ to $[-1,1]$; "in this way" differential privacy is reached. The *margin*
# (间隔) $\theta^{\mathsf T}x$ is how far the query $x$ lies from the border between the
# classes. Here is the recipe, and beside it one with a line more.

# %%
from privlab.experiments.margin import article_answer, bounded_answer

source(article_answer, bounded_answer)

# %% [markdown]
# Lap(1) hides a change of 1. How far can one patient move the margin? That depends on
# the query, and the one who asks chooses it. Two worlds: 100 patients of the breast
# cancer data, and the same with one label changed. The adversary asks along the
# direction in which the two trained models differ, with an ever longer $x$.

# %%
from privlab.experiments.margin import margin_audits
from privlab.plots.margin import draw_margin_audits

lengths = (1, 10, 30, 100, 300, 1000)
audits = margin_audits(data, lengths=lengths, trials=8_000, seed=41)
show(audits, draw_margin_audits)

# %% [markdown]
# *Measured ε of one answer against the length of the query. The article's recipe
# passes the claimed 1 and climbs on; with the margin clipped it levels off below 1.*

# %%
measured = [result.epsilon_lower for result in audits.article]
bounded = [result.epsilon_lower for result in audits.bounded]
claim("C16: one answer breaks ε = 1", measured[-1] > 2)
claim("with a bounded margin it never does", max(bounded) <= 1)
rng = np.random.default_rng(41)
signs = np.sign(rng.normal(size=1000) + rng.laplace(size=1000))
claim(
    "C16: the clamp after the sign does nothing",
    np.array_equal(np.clip(signs, -1, 1), signs),
)

# %% [markdown]
# The clamp was meant to bound something, and stands in the wrong place, as in lesson
# 3.1: a sign is −1 or 1 already. Clip the *margin*, before the noise. Then nobody
# moves it by more than 2, whatever the model and the query, and Lap(2/ε) is enough.
#
# Enough for one answer. Now grant the article a margin that moves by 1 at most, so
# that each answer keeps ε = 1, and ask the same question again and again.

# %%
from privlab.experiments.margin import asked_again

again = asked_again(answers=(1, 3, 10, 30), trials=4_000, seed=41)
measured = [result.epsilon_lower for result in again.audits]
for count, epsilon in zip(again.answers, measured, strict=True):
    print(f"{count:2} answers: ε ≥ {epsilon:.1f}")
claim("one answer keeps ε = 1", measured[0] <= 1)
claim("C16: every query spends", measured[1] > 1 and measured[-1] > 3)

# %% [markdown]
# ## The classifier, done right
#
# **First way: pay for each answer.** Bound the margin, and share ε among the $k$
# answers that you promise: each gets Laplace noise of scale $k\Delta/\varepsilon$. Two
# bounds are at hand. Clipping gives Δ = 2 for any model. Or the training itself is
# *stable* (稳定): with weight decay λ and rows and queries of length at most 1,
# replacing one of $n$ patients moves any margin by at most $2/(n\lambda)$.
#
# **Second way: train privately,** by objective perturbation, and pay once. The weights
# are then a private release. Every answer from them, and every copy of them, is
# post-processing (后处理), and free.

# %%
from privlab.experiments.margin import accuracy_by_answers
from privlab.plots.margin import draw_accuracy_by_answers

explore(
    accuracy_by_answers,
    draw_accuracy_by_answers,
    epsilon=log_slider("ε for all answers together", 0.1, 10, 1),
    data=data,
    seed=41,
)

# %% [markdown]
# *Right answers on unseen patients against the number of answers promised. Private
# training is a level line with a band of one deviation over eight models; both ways of
# paying per answer start lower and sink to 50 %, a coin toss.*

# %%
result = accuracy_by_answers(data, epsilon=1, seed=41)
index = np.flatnonzero(result.answers >= 100)[0]
print(f"in the open {result.without_privacy:.0%},", end=" ")
print(f"trained privately {result.trained:.0%};", end=" ")
print(f"paying, one answer {result.stable[0]:.0%} or", end=" ")
print(f"{result.clipped[0]:.0%}, a hundred {result.stable[index]:.0%}")
claim("private training at ε = 1 is above 80 %", result.trained > 0.8)
claim("100 paid answers are near a coin toss", result.stable[index] < 0.55)
claim(
    "a stable model needs less noise than a clipped margin",
    np.all(result.stable >= result.clipped),
)

# %% [markdown]
# So is paying ever right? When the model is a black box that cannot be trained again,
# or when several models vote and mostly agree: that is PATE, lesson 4.4.
#
# ## The proof was about real numbers
#
# Everything so far is a theorem about real numbers. A computer has none. A *double*
# (双精度浮点数) is one of 2⁶⁴ patterns, and numpy makes Laplace noise from a uniform
# number $k/2^{53}$ by a logarithm. Between two neighbouring $k$ the logarithm makes a
# jump; the jump is larger than the gap between doubles; so some doubles can never come
# out. Which ones depends on the true answer that the noise was added to (Mironov 2012).
#
# A registry answers how many people have a rare illness: 0, or 1 if it is Li. At
# ε = 0.01 the noise is 100 people wide. How well can one answer be read?

# %%
predict(
    "low-bits",
    "How often does one answer at ε = 0.01 name the count, 0 or 1?",
    options=["50 %", "60 %", "90 %"],
)

# %%
from privlab.experiments.floating_point import porous_outputs
from privlab.plots.floating_point import draw_porous_outputs

explore(
    porous_outputs,
    draw_porous_outputs,
    epsilon=log_slider("ε", 0.1, 4, 1),
    output=slider("output near (people)", 0.5, 3, 1.5, 0.25),
)

# %% [markdown]
# *121 neighbouring doubles around an output of 1.5. A mark in the upper row: the double
# can come out if the true count is 1; in the lower row, if it is 0. 15 doubles have a
# mark in both rows, 61 in one row only.*
#
# Each of these doubles differs from the next in the sixteenth digit. If the one that
# was published has a mark in one row only, the true count is certain. Nothing needs
# guessing: `reachable` inverts numpy's own formula and tries the few $k$ around.

# %%
from privlab.experiments.floating_point import numpy_laplace, reachable

source(numpy_laplace, reachable)

# %%
from privlab.experiments.floating_point import low_bit_attack
from privlab.plots.floating_point import draw_low_bit_attack

attack = low_bit_attack(seed=41)
show(attack, draw_low_bit_attack)

# %% [markdown]
# *Bars: right guesses from one release, for floating-point noise and for the exact
# sampler. Black lines: what ε allows. The floating-point bars stand near 90 % or
# higher for every ε; the exact bars reach the lines and stop.*

# %%
from privlab.experiments.floating_point import low_bit_audit

naive, exact = attack.right
found = low_bit_audit(epsilon=0.01, trials=2_000, seed=41)
print(f"promised ε = 0.01, measured ε ≥ {found.epsilon_lower:.1f}")
claim("floating-point noise at ε = 0.01 names the count", naive[0] > 0.85)
claim("a name that the bits give is never wrong", attack.wrong_but_certain == 0)
claim(
    "the audit breaks ε = 0.01 by a factor above 100", found.epsilon_lower > 1
)
claim(
    "the exact sampler withstands",
    np.all(exact <= attack.allowed + 0.05) and attack.certain[1].max() == 0,
)
reveal("low-bits", "90 %")

# %% [markdown]
# The size of the noise does not matter: it is 100 people wide, and the sixteenth digit
# tells. Rounding the sum is no cure by itself; Mironov's repair clamps and rounds with
# care, and has a proof of its own. The plain cure is noise that is whole from the start.
# `privlab.dp.discrete` draws it by comparing whole numbers: no logarithm and no double
# in it (Canonne, Kamath and Steinke 2020). Every whole number can then come from every
# count, with exactly the chances of the formula. The mechanisms in
# `privlab.dp.mechanisms` are what their page says: for reading.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C10 | the model of DP is L(θ, D) + ε (4.1.1) | **wrong** | weights bit-identical; noise must multiply θ (objective perturbation) |
# | C13 | Laplace, density ∝ exp(−(ε/2) Σ θᵢ²) (4.2.1) | **wrong** | a Gaussian without the data; centred, its log-ratio is unbounded |
# | C16 | sign(θᵀx + ε), ε = 1, then clamp (4.3.1) | **wrong** | one long query breaks ε = 1; the clamp is idle; every answer spends |
# | C05, C06 | noise keeps the risk bounded; clip last (3.1, 3.2.1) | holds **if** bounded first (C05); **wrong order** (C06) | the margin, again: clip before the noise |
#
# The correct forms: bound the sensitivity Δ; Laplace
# $\propto e^{-\varepsilon\lVert y-f(D)\rVert_1/\Delta_1}$; Gaussian by the exact
# condition; choices by $e^{\varepsilon u/2\Delta}$; train privately and answer for free.
#
# ## What to remember
#
# - A formula is private if its log-ratio is bounded in every output. Look there first.
# - Noise must reach what is released. Noise beside it is decoration.
# - Gaussian releases add up in squares. Count in moments or distributions, turn into ε
#   once, and promise an upper bound, never an estimate.
# - A filter lets people ask adaptively; it refuses by cost, never by data.
# - Train privately once, or pay for each answer: there is no third way.
# - The last bits of a double are an answer too. Release whole numbers.
#
# **Next:** the exercises in `exercises/04_1_dp_mathematics.ipynb`.
#
# *Sources.* Dwork, Rothblum and Vadhan 2010, FOCS. Wasserman and Zhou 2010, J. Am.
# Stat. Assoc. 105. McSherry and Talwar 2007, FOCS. Chaudhuri, Monteleoni and Sarwate
# 2011, JMLR 12. Mironov 2012, CCS. Dwork and Roth 2014, *The Algorithmic Foundations of
# Differential Privacy*. Kairouz, Oh and Viswanath 2015, ICML. Bun and Steinke 2016, TCC.
# Rogers, Roth, Ullman and Vadhan 2016, NeurIPS. Mironov 2017, CSF. Balle and Wang 2018,
# ICML. Balle, Barthe and Gaboardi 2018, NeurIPS. Canonne, Kamath and Steinke 2020,
# NeurIPS. Feldman and Zrnic 2021, NeurIPS. Gopi, Lee and Wutschitz 2021, NeurIPS. Dong,
# Roth and Su 2022, J. R. Stat. Soc. B 84. Breast cancer: Wolberg et al. 1995, UCI.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
quiz("4.1")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
