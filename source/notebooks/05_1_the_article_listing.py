# %% [markdown]
# # 5.1 · The article's listing (项目实践：代码实例与解读)
#
# *The article's sections 5.1, 5.2 and 5.3.*
#
# **The question.** The article prints 21 lines of TensorFlow and calls them a
# differentially private training. Are they? How would you find out?
#
# **Afterwards you can** read a training loop for what reaches the weights and what does
# not; show with a bit-for-bit comparison, an attack and an audit that a defence is
# none; explain what a softmax before a from-logits loss does; repair the loop one
# fault at a time; and tell a claimed ε from a measured one.
#
# **You need** lesson 3.1 (sensitivity, clipping, audit), gradients, and the idea of
# stochastic gradient descent. **Time:** 70 minutes, and 65 more for the exercises.

# %%
import math
from functools import partial

from privlab.course.lesson import claim, predict, reveal, source
from privlab.experiments.patients import patients
from privlab.widgets import (
    choice,
    explore,
    explore_on_run,
    log_slider,
    show,
    slider,
)

# %% [markdown]
# ## Twenty-one lines
#
# A clinic wants to train a model on its patients and has read that noise protects
# them. It finds a listing: a small network, a loop over batches, and near the end
# two comments, "add differential privacy noise" and "prune". It copies them.
#
# Here is that listing in torch. Read it with one question in mind: which lines change
# `layer`?

# %%
from privlab.experiments.listing import article_listing, as_written

source(as_written, article_listing)

# %% [markdown]
# | The article's line | What it does |
# |---|---|
# | `Dense(10, activation='softmax')` | `layer(x)` gives ten scores, the *logits* (未归一化得分); `softmax` turns them into ten probabilities |
# | `SparseCategoricalCrossentropy(from_logits=True)` | a loss that applies a softmax of its own |
# | `for batch in data` | `data` is defined nowhere. We must supply it |
# | `tape.gradient`, `apply_gradients` | `backward` and `step`: the only two lines that change the model |
# | `tf.random.normal(...)`, `predictions + noise` | a noisy copy of the predictions |
# | `clip_by_value(..., -1, 1)` | the copy cut to [−1, 1] (裁剪). The loop turns, and the copy is overwritten |
#
# For `data` we take 398 real tumour patients, 30 measurements each, malignant or
# benign (Wolberg et al. 1995), and keep 171 others for testing. That is two classes.
# The listing has ten outputs. What do the other eight say?

# %%
from privlab.experiments.listing import READINGS, ten_outputs
from privlab.plots.listing import draw_ten_outputs

clinic = patients(398, seed=51)
explore_on_run(
    ten_outputs,
    draw_ten_outputs,
    reading=choice("loss", list(READINGS)),
    epochs=log_slider("epochs", 1, 100, 10),
    data=clinic,
    seed=51,
)

# %% [markdown]
# *Bars for the ten outputs, separately for malignant and benign test patients. After
# the article's ten epochs no output stands out as it should, and output 8, which
# means nothing, is the favourite of the malignant patients.*
#
# Nothing tells the model that classes 2 to 9 do not exist. It has to learn it, one
# patient at a time. After ten epochs it has not.

# %%
ten = ten_outputs(clinic, reading="as written", epochs=10, seed=51)
keras = ten_outputs(clinic, reading="as Keras runs it", epochs=10, seed=51)
print(f"as written:       {ten.accuracy:.0%} right, {ten.outside:.0%} no class")
print(f"as Keras runs it: {keras.accuracy:.0%} right")
claim(
    "over a third of the predictions name a diagnosis that is none",
    ten.outside > 1 / 3,
)
claim("a coin would be right more often", ten.accuracy < 0.5)

# %% [markdown]
# ## What does the noise do?
#
# The article advises you to tune the noise. Take it up from 1 to 1,000.

# %%
predict(
    "listing-noise",
    "The noise grows from 1 to 1000. What happens to the trained weights?",
    options=[
        "they are drowned in noise",
        "they change a little: ten epochs average it out",
        "nothing, not one bit",
    ],
)

# %%
from privlab.experiments.listing import noise_effect
from privlab.plots.listing import draw_noisy_predictions

explore(
    noise_effect,
    draw_noisy_predictions,
    stddev=log_slider("noise (standard deviation)", 0.1, 1000, 1.0),
    data=clinic,
    seed=51,
)

# %% [markdown]
# *Left: one patient's ten predictions as dots, and the noisy, clipped copies as
# squares, flung far from the dots, some to the edge. Right: each trained weight with
# noise against the same weight without. All 310 lie on the diagonal.*

# %%
differing = [
    noise_effect(clinic, stddev=stddev, seed=51).different
    for stddev in (0.0, 1.0, 1000.0)
]
claim(
    "C19: noise 0, 1 and 1000 train the same weights, bit for bit",
    differing == [0, 0, 0],
)
reveal("listing-noise", "nothing, not one bit")

# %% [markdown]
# **Why.** Follow the arrows. The weights get their value from `step`, `step` from the
# gradient, the gradient from `loss`, and `loss` from `predictions`. No arrow leaves
# `predictions_noisy`. The listing makes noise in a room that nobody enters.
#
# We ran the original in TensorFlow 2.21 as well. The weights are identical with noise
# 1 and noise 1,000 there too. With the loss as Keras computes it (below, *Softmax
# twice*) the port ends with the same weights to 1e-7.
#
# ## Then put the noise on the loss?
#
# That is the article's formula in 4.1.1: the model of differential privacy is
# $L(\theta,D)+\varepsilon$, where ε is a noise (and elsewhere a budget: one letter,
# two things). Now the noise does stand before the gradient. Choose the place.

# %%
from privlab.plots.listing import draw_noise_effect

explore(
    noise_effect,
    draw_noise_effect,
    place=choice("noise", ["on the loss", "on the predictions"]),
    stddev=log_slider("noise (standard deviation)", 0.1, 1000, 1.0),
    data=clinic,
    seed=51,
)

# %% [markdown]
# *Left: the loss of each step, jumping wildly with noise and nearly flat without.
# Right: the weights. With noise on the loss they still lie on the diagonal; with noise
# on the predictions they leave it.*

# %%
on_loss = noise_effect(clinic, stddev=1000.0, seed=51, place="on the loss")
on_predictions = noise_effect(
    clinic, stddev=1.0, seed=51, place="on the predictions"
)
claim(
    "C10: noise added to the loss changes no bit of any weight",
    on_loss.different == 0,
)
claim(
    "noise on the predictions, before the loss, does reach the weights",
    on_predictions.different > 0,
)

# %% [markdown]
# **Why.** Training never uses the loss, only its slope, and
# $\nabla_\theta\,(L(\theta,D)+\varepsilon)=\nabla_\theta L(\theta,D)$ for any ε that
# does not depend on θ. To matter, a noise must multiply θ: *objective perturbation*
# (目标扰动) trains on $L(\theta,D)+b^{\top}\theta/n$, whose slope is off by $b/n$
# (Chaudhuri, Monteleoni and Sarwate 2011; lesson 4.1).
#
# And noise on the predictions? It reaches the weights, but reaching is not enough. How
# much noise is enough depends on how far one patient can move the gradient, and nobody
# has bounded that.
#
# **Your turn** → `dp-32` in `exercises/05_1_the_article_listing.ipynb`.
#
# ## Softmax twice
#
# One fault has nothing to do with privacy. The loss expects logits and gets
# probabilities, so it applies softmax to a softmax. Let the right output lead one rival
# by some number of logits, and see what the loss makes of it.

# %%
from privlab.experiments.softmax_twice import softmax_twice
from privlab.plots.listing import draw_softmax_twice

explore(
    softmax_twice,
    draw_softmax_twice,
    outputs=log_slider("outputs", 2, 1000, 10),
)

# %% [markdown]
# *Left: the loss against the lead. With one softmax it falls to 0 and rises without
# limit; with two it runs from a ceiling down to a floor. Right: the length of the
# gradient. With one softmax it is largest where the model is surely wrong; with two it
# vanishes there.*
#
# **Why.** The probabilities lie between 0 and 1. The best prediction there is, 1 for
# the right output and 0 for the $k-1$ others, has the loss
#
# $$-\ln\frac{e^{1}}{e^{1}+(k-1)e^{0}}=\ln(e+k-1)-1,$$
#
# which for ten outputs is 1.461. And where the model is surely wrong, the first softmax
# is flat: the gradient must pass through it and vanishes (梯度消失). A patient whom the
# model gets badly wrong teaches it nothing.

# %%
twice = softmax_twice(outputs=10)
wrong = int((twice.lead + 8).abs().argmin())
claim(
    "with ten outputs the loss stays above ln(e + 9) - 1 = 1.461",
    round(math.log(math.e + 9) - 1, 3) == 1.461
    and float(twice.losses[1].min()) > twice.floor,
)
claim(
    "where the model is wrong by 8 logits, the pull shrinks 100-fold",
    float(twice.pulls[0, wrong] / twice.pulls[1, wrong]) > 100,
)
claim("it costs accuracy here", ten.accuracy < keras.accuracy - 0.2)

# %% [markdown]
# Keras is kind. It sees that the predictions come from a softmax, prints a warning,
# and goes back to the logits (TensorFlow 2.21, November 2026). So the same lines train
# one way in Keras, and another in torch, or in Keras with one harmless operation in
# between.
# Code that works because somebody else mends it is a fault all the same.
#
# **Your turn** → `dp-31`.
#
# ## The attack
#
# "Bit for bit" settles what the noise does. How much does the model give away? Take the
# people with most to lose: patients whose diagnosis was entered wrongly. To fit them a
# model must learn *them*. Of 150 such patients a coin chose about half for the training
# set, beside 250 ordinary ones. The attacker sees the model and asks of each: how small
# is the loss? A small one says "was in" (*membership inference*, 成员推断; Yeom et al.
# 2018). So that a linear layer can remember, it also gets all products of two
# measurements, 495 columns in all; the loss is the one that Keras computes.

# %%
from privlab.experiments.misdiagnosed import listing_attacked, misdiagnosed
from privlab.plots.misdiagnosed import draw_attack

ward = misdiagnosed(seed=51)
explore_on_run(
    listing_attacked,
    draw_attack,
    epochs=log_slider("epochs", 10, 300, 100),
    stddev=log_slider("noise (standard deviation)", 0.1, 1000, 1.0),
    data=ward,
    seed=51,
)

# %% [markdown]
# *Right accusations against false ones, for every threshold of the attacker. The curve
# lies above the diagonal of guessing, and higher the longer the training. The noise
# changes the title and nothing else.*
#
# The area under the curve (AUC) is the chance that a patient who was in looks more
# suspicious than one who was not. Ten epochs leak little, because they learn little.
# That is no defence: train on, and the leak comes.

# %%
attack = partial(listing_attacked, ward, epochs=100, seed=51)
attacks = [attack(stddev=stddev) for stddev in (0.0, 1.0, 1000.0)]
print("attack AUC:", [f"{a.attack.auc:.2f}" for a in attacks])
claim(
    "C19: the attack gets exactly the same curve with noise 0, 1 and 1000",
    all((a.attack.hits == attacks[0].attack.hits).all() for a in attacks),
)
claim("after 100 epochs it beats guessing clearly", attacks[1].attack.auc > 0.6)

# %% [markdown]
# ## The audit
#
# Now the promise in its own unit. Two worlds: 24 patients, and the same without the
# last one, whose measurements are the most unusual and whose diagnosis is wrong. The
# *auditor* (审计) knows everything except the noise: the first weights, the other
# patients, each update. It trains 500 times in each world, and scores how far
# the updates went in the direction where this patient would pull them. The bound is on
# ε at δ = 0.001.

# %%
from privlab.experiments.repairs import audited
from privlab.experiments.training_loops import Loop, unusual_last

small = unusual_last(24, seed=51)
bounds = [
    audited(Loop(noise=stddev), small, seed=51, runs=500).measured
    for stddev in (0.0, 1.0, 1000.0)
]
print("measured ε, at least:", [f"{bound:.2f}" for bound in bounds])
claim("C19: the audited ε does not depend on the noise", len(set(bounds)) == 1)
claim("it is as large as 500 runs can prove, above 3", bounds[0] > 3)

# %% [markdown]
# All runs of one world end alike, and the two worlds differ. More runs would prove a
# larger ε, without end: the true one is infinite.
#
# **Read it kindly.** Perhaps the weights are to stay secret, and only the noisy
# predictions are given out? Then the noise does something, and so does the asking.
# Ten probabilities add up to 1, so the answers of two models differ by $\sqrt2$ at most
# in $L_2$: a sensitivity, at last. One answer is a Gaussian mechanism with noise 1, and
# $k$ answers are as good as one with noise $1/\sqrt k$. The model asked is the one that
# Keras trains, after 50 epochs. Ask more often and see.

# %%
from privlab.experiments.noisy_answers import noisy_answers
from privlab.plots.listing import draw_noisy_answers

explore_on_run(
    noisy_answers,
    draw_noisy_answers,
    answers=log_slider("answers per patient", 1, 400, 25),
    stddev=log_slider("noise (standard deviation)", 0.1, 10, 1.0),
    data=clinic,
    seed=51,
)

# %% [markdown]
# *The median of the answers against the prediction that they hide. With one answer a
# cloud; with 400 the points gather along the diagonal. Clipping to [−1, 1] does not
# bother the median.*

# %%
once = noisy_answers(clinic, stddev=1.0, answers=1, seed=51)
often = noisy_answers(clinic, stddev=1.0, answers=400, seed=51)
for kind in (once, often):
    print(
        f"{kind.answers} answers: {kind.accuracy(kind.medians):.0%} right,",
        end=" ",
    )
    print(f"ε = {kind.epsilon:.1f} for each patient asked about")

# %%
claim(
    "one noisy answer is wrong more often than right",
    once.accuracy(once.medians) < 0.5,
)
claim("and already costs ε above 6", once.epsilon > 6)
claim(
    "400 answers give it back, for ε above 100",
    often.accuracy(often.medians) > 0.9 and often.epsilon > 100,
)

# %% [markdown]
# Useless when asked once, naked when asked often. Noise on outputs pays per question.
# Noise in the training pays once, and the model may then be asked for ever.
#
# **Your turn** → `dp-36`.
#
# ## Repair it, one fault at a time
#
# Here is the loop with two outputs, one softmax, and four parts that you may change.
# "Claimed" is what the accountant says, at δ = 0.001, of this much noise in 120 steps
# in which each of 24 patients takes part with probability 1/12. It assumes that all the
# rest is right. "Measured" is what the auditor proves. Switch on one part after the
# other, noise on the gradient first. When does the claim become true?

# %%
from privlab.experiments.repairs import CLIPS, repaired
from privlab.experiments.training_loops import BATCHES, DIVISORS, PLACES
from privlab.plots.repairs import draw_repair

explore_on_run(
    partial(repaired, small, seed=51, runs=2000),
    draw_repair,
    noise_on=choice("noise", list(PLACES)),
    clip=choice("clipped", list(CLIPS)),
    divisor=choice("sum divided by", list(DIVISORS)),
    batches=choice("batches", list(BATCHES)),
    noise=slider("noise (multiples of the bound)", 1.0, 4.0, 2.0, 0.5),
)

# %% [markdown]
# *Left: the auditor's scores in both worlds, two separate bars for the article's loop.
# Right: claimed beside measured ε. The article's loop has no claim that an accountant
# would sign.*

# %%
from privlab.experiments.repairs import ladder
from privlab.plots.repairs import draw_ladder

repairs = ladder(small, noise=2.0, seed=51, runs=2000)
show(repairs, draw_ladder)

# %% [markdown]
# *Claimed and measured ε after each repair. Noise on the gradient brings a claim of
# 1.38, and the auditor breaks it; each further repair brings the measured ε down;
# only with Poisson sampling is it below the claim.*

# %%
as_is, outputs, noise, clip, divisor, poisson = repairs.steps
claim("noise on unclipped gradients breaks it", noise.measured > noise.claimed)
claim("so do clipped ones, in batches in order", clip.measured > clip.claimed)
claim(
    "with every repair, the auditor finds no breach",
    poisson.measured <= poisson.claimed,
)
in_order = audited(divisor.loop, small, seed=52, runs=8000)
print(f"in order, 8 000 runs: {in_order.measured:.1f} measured", end=", ")
print(f"{in_order.claimed:.1f} claimed")
claim(
    "in fixed batches even the expected size does not save the claim",
    in_order.measured > in_order.claimed,
)

# %% [markdown]
# **Why each one.**
#
# - *Noise on the gradient.* It is what the weights are made of. At the other three places
#   of this loop it either does not arrive or has no bound to be measured against.
# - *Clip each patient's gradient* (逐样本裁剪), before the sum. The bound $C$ is the
#   sensitivity. Clipping the averaged gradient is not enough: one patient can turn it
#   from C one way to C the other, which is 2C.
# - *Divide by the expected batch size*. The drawn size tells whether a patient was
#   drawn. In a batch of two, the spread of the noise doubles when one is missing: look
#   at the left picture again, with "drawn size".
# - *Poisson sampling* (泊松采样): each patient enters each batch by an own coin. Only
#   then may the accountant count that nobody knows who was drawn. In order, the last
#   patient takes part in every epoch for sure, and the same noise is worth less (Chua
#   et al. 2024; Annamalai, Balle, Hayes and De Cristofaro 2024).
# - *An accountant* (隐私会计). It adds up the steps; without it there is no number to
#   hold against the audit.
#
# That is DP-SGD (Abadi et al. 2016, Algorithm 1), and here it is in the library.

# %%
from privlab.dp.sgd import DPSGD

source(DPSGD.step, DPSGD.draw, DPSGD.noisy_mean)

# %% [markdown]
# One warning about tables like this. The last repair shows a measured ε far below the
# claim. That proves nothing; a better auditor may find more. What proves the claim is
# the theorem, and the theorem needs *all* the repairs. The audit's task was to show
# that each one missing is felt.
#
# **Your turn** → `dp-33`, `dp-34`, and `dp-35`, where you tell the two kinds of noise
# apart from the weights alone.
#
# ## Before and after
#
# The same wards, the same attack; five data sets each. The listing for the article's
# ten epochs and for a hundred, and DP-SGD with ε = 3 at δ = 1e-5, of which each patient
# has the word of the accountant. A *one-run audit* checks that word from a single
# training: it guesses which of the wrongly diagnosed patients were in, and the number
# of right guesses bounds ε from below (Steinke, Nasr and Jagielski 2023).

# %%
from privlab.experiments.misdiagnosed import before_after
from privlab.plots.misdiagnosed import draw_before_after

compared = before_after(epsilon=3, seeds=range(5))
show(compared, draw_before_after)

# %% [markdown]
# *Two bar charts with a dot for each data set: accuracy, and AUC of the attack. The
# longer the listing trains, the better the attack; after DP-SGD it is near guessing.*

# %%
accuracy, auc = compared.accuracy.mean(axis=0), compared.auc.mean(axis=0)
claim("the listing leaks more the longer it trains", auc[1] > auc[0] + 0.05)
claim("DP-SGD takes most of the leak away", auc[2] < auc[1] - 0.1)
claim("and its model is the better one here", accuracy[2] > accuracy[1])
claim(
    "no one-run audit exceeds the ε that DP-SGD claims",
    compared.measured[:, 2].max() <= compared.claimed[2],
)

# %% [markdown]
# "Better" needs its footnote. A fifth of these training patients are wrongly diagnosed,
# and a bound on each patient's pull is also a bound on the harm of an error. With clean
# data privacy costs accuracy; lesson 5.2 measures how much. And a part of the low AUC is
# owed to clipping rather than to the noise. Only the noise comes with a promise.
#
# ## The zoo
#
# The listing is in good company. These mechanisms all claim ε = 1 and are all broken;
# most were published or shipped. Choose one and look at its two worlds.

# %%
from privlab.experiments.zoo_gallery import NAMES, specimen_runs
from privlab.plots.repairs import draw_specimen

explore_on_run(
    specimen_runs,
    draw_specimen,
    name=choice("specimen", NAMES, "noise after the step"),
    trials=log_slider("runs for the audit", 200, 20_000, 4_000),
    seed=51,
)

# %% [markdown]
# *Outputs on two neighbouring inputs. For the listing's specimen, two bars that do not
# touch. For others two heaps, and the audit has to count.*

# %%
from privlab.experiments.zoo_gallery import gallery
from privlab.plots.repairs import draw_gallery

animals = gallery(trials=20_000, seed=51)
show(animals, draw_gallery)
claim(
    "every specimen is proved to exceed the ε = 1 that it claims",
    animals.caught == len(animals.names) == 13,
)

# %% [markdown]
# *Measured ε of thirteen specimens as bars, the claim as a mark at 1. Four come from
# the article and are among the worst; three pass their claim by a hair, and only
# thousands of runs show it.*
#
# ## What the article says
#
# Section 5.3 explains the listing as follows: it trains a two-class model; the model's
# output gets random noise and is cut; *thereby* it is differentially private. Read that
# sentence as an auditor. Who is protected, in which release, by which bound, for which
# ε? It answers none of the four, and the runs above answer them all.
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C19 | the listing implements differential privacy (5.2, 5.3) | **wrong** | noise 0, 1, 1000: same bits, same attack, same audit |
# | C10 | the model of DP is the loss plus a noise (4.1.1) | **wrong** | a number added to the loss has no slope |
#
# | Fault | Seen as | Repair |
# |---|---|---|
# | noise after the step | not one bit changes | noise on the gradient |
# | the clip cuts the noisy copy | the unusual patient pulls as hard as they like | clip each patient's gradient first |
# | divided by who is there | the spread of the noise tells | divide by the expected size |
# | batches in a fixed order | the claim is broken | Poisson sampling |
# | no ε anywhere | nothing to test | an accountant, then an audit |
# | softmax twice | floor 1.461, no pull where wrong | give the loss its logits |
# | ten outputs for two classes | predictions of class 8 | one output per class |
# | `data` undefined | does not run | say which data, and who is a neighbour |
#
# ## What to remember
#
# - Ask of every noise: which arrow leads from it to what is released?
# - A constant added to a loss has no gradient. Noise must meet a bounded quantity.
# - Set the noise to 0 and to 1,000. If nothing changes, there is no defence.
# - Clip each person, add noise to the sum, divide by the expected size, sample by
#   coins, keep the books. Leave one out, and an auditor can show it.
# - Claimed ε and measured ε are two numbers. Report both, and which is which.
#
# **Next:** the exercises in `exercises/05_1_the_article_listing.ipynb`; then lesson 5.2
# trains well under DP.
#
# *Sources.* Glorot and Bengio 2010, AISTATS. Chaudhuri, Monteleoni and Sarwate 2011,
# JMLR 12. Goodfellow 2015, arXiv:1510.01799. Abadi et al. 2016, CCS. Yeom, Giacomelli,
# Fredrikson and Jha 2018, CSF. Steinke, Nasr and Jagielski 2023, NeurIPS. Chua et al.
# 2024, ICML. Annamalai, Balle, Hayes and De Cristofaro 2024, arXiv:2411.10614. Tumours:
# Wolberg, Mangasarian and Street 1995, UCI.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("5.1")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
