# %% [markdown]
# # 1.2 · What a model gives away (模型推理泄露)
#
# *The article's section 1.1, second risk: leakage through the model's answers.*
#
# **The question.** Nobody sees the data. People only see what the model answers. What
# can they work out from that, about those who ask it and those it learned from?
#
# **Afterwards you can** read a hidden entry out of a risk score; tell who was in a
# training set, with one threshold and with 64 shadow models; report such an attack so
# that the number means something; draw a person's picture from their name; copy a
# model through its interface; and say for each attack which defence works, and which
# one does not.
#
# **You need** probabilities, the normal distribution, and what training a network is.
# **Time:** 60 minutes, and 75 more for the exercises.
#
# **Before you attack.** Everything here is done to models trained on this page, with
# data that is public or invented. The same steps against a service that real people
# use, without its owner's consent, harm those people and may be a crime. Attack
# what is yours; tell owners what you find; publish numbers, not
# names.

# %%
import numpy as np

from privlab.course.lesson import claim, predict, reveal, source
from privlab.widgets import choice, explore, explore_on_run, show, slider

# %% [markdown]
# ## One number too many
#
# An insurer has an app. It takes ten measurements of a patient and answers with a
# risk, say 0.6183. A patient shares the score with a colleague, who knows the patient
# well: age, sex, blood values, all but the weight. The score is "just a number".
#
# The colleague has the app too. They type in what they know, and try 40 body mass
# indices from 18.5 to 39.1 until the app says 0.6183. (Each patient's own index has
# been moved to the nearest of the 40 first.)

# %%
predict(
    "score",
    "Four decimals are shown. For how many patients does the colleague find"
    " the right one of 40 values?",
    options=["about 5 %", "about 40 %", "nearly all"],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.hidden_attribute import hidden_input
from privlab.plots.hidden_attribute import draw_hidden_input

explore(
    hidden_input,
    draw_hidden_input,
    decimals=slider("decimals shown", 0, 4, 2),
    patient=slider("patient", 0, 99, 12),
    name=choice("hidden", ["body mass index", "blood pressure", "age"]),
    seed=12,
)

# %% [markdown]
# *What the colleague believes about one patient, over 40 values. A wide hill is the
# belief without the score. With the score it is a narrow peak at the dotted truth; it
# widens as decimals go, until it is the wide hill again.*
#
# The wide hill matters as much as the peak. It is the *baseline* (基线): what anyone
# can guess from the other nine measurements, by an ordinary regression, without the
# model. Only what the score adds to it is the model's fault.

# %% tags=["nbval-ignore-output"]
hidden = {"name": "body mass index", "patient": 0, "seed": 12}
fine, coarse = (hidden_input(decimals=d, **hidden).result for d in (4, 1))
print(f"without the score {fine.right_without:.0%} right,", end=" ")
print(f"four decimals {fine.right:.0%}, one decimal {coarse.right:.0%}")
claim(
    "C02: an answer gives away a private input of the one who asked",
    fine.right > 0.9 and fine.right_without < 0.15,
)
claim("rounding to one decimal takes most of it back", coarse.right < 0.3)
reveal("score", "nearly all")

# %% [markdown]
# **Why.** For each candidate $v$ the attacker asks how well the completed record
# explains what was seen, and applies Bayes' rule:
#
# $$\Pr[v\mid\text{seen}]\;\propto\;\Pr[v]\cdot\Pr[\text{seen}\mid v].$$
#
# This is *attribute inference* (属性推断; Fredrikson et al. 2014). One unknown and
# one equation: a smooth score with enough digits *is* the unknown, written
# differently.
#
# Would training with differential privacy help? The patient was never in the training
# data. Try it before you read on.

# %% tags=["nbval-ignore-output"]
private = hidden_input(decimals=4, training="at ε = 1", **hidden).result
print(f"model trained with ε = 1, four decimals: {private.right:.0%} right")
claim(
    "differential privacy in training does not protect the one who asks",
    private.right > 0.9,
)

# %% [markdown]
# The promise of lesson 3.1 is to those whose data the model *learned from*. Whoever
# asks needs another protection: fewer digits, an encrypted question (chapter 3.2), or
# a model on their own device.
#
# **Your turn** → `at-15`.
#
# ## Who was in the training set?
#
# Now the people the model did learn from. If a model was trained on patients of a
# cancer clinic, then "was in the training set" *is* the diagnosis. Guessing it is
# *membership inference* (成员推断).
#
# The simplest attack: a model has seen its members, so its loss on them is small
# (Yeom et al. 2018). Call everyone a member whose loss is below a threshold.
#
# How good is such an attack? Two numbers: the *hits* (命中率), the share of members
# that it calls members, and the *false alarms* (误报率), the share of others that it
# calls members too. Every threshold gives a pair.
#
# Averages mislead here. An attack that is right in 52 % of cases may be a coin that
# leans a little on everybody. Or it may be certain about two people in a hundred and
# clueless about the rest; and those two are exposed. So report the hits at *very few*
# false alarms, 0.1 % say, on logarithmic axes (Carlini et al. 2022).
#
# Such a number needs a crowd. With 500 others, 0.1 % is half a person. Even with no
# false alarm at all among $n$ others, the true rate may be about $3/n$.

# %%
from privlab.attacks.membership import membership

rng = np.random.default_rng(12)
for count in (500, 3_000, 7_184):
    noise = membership(rng.normal(size=count), rng.normal(size=count))
    print(noise.at(0.001))

# %% [markdown]
# Three attacks that know nothing. With 500 people the interval goes far above 0.1 %,
# and even the false alarms are known only to lie below six times what was asked.
#
# **Your turn** → `at-11`, `at-12`.
#
# ## Ask the models that do not know you
#
# A loss is small for two reasons: the model remembers the image, or the image is
# easy. The threshold cannot tell them apart. To know how an image fares *without*
# being learned, train models without it. These are *shadow models* (影子模型; Shokri
# et al. 2017): the attacker's own, of the same kind, on data of the same kind, where
# the attacker knows who was in.
#
# We need many, so we train them all at once. The weights of 72 networks become one
# tensor with one more axis, one matrix product serves all, and the losses are added:
# no network's gradient feels another's.

# %%
from privlab.attacks.shadow import train_shadows

source(train_shadows)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.shadow_digits import study

plain = study("to the end", seed=12)
members, others = plain.accuracy
print(f"72 networks on digits: {members:.1%} right on members,", end=" ")
print(f"{others:.1%} on others")
claim("they learned their members almost by heart", members > 0.99)
claim("and are good on others too: no sign of trouble", others > 0.95)

# %% [markdown]
# Sixty-four of them are the attacker's. Eight are targets, whose halves are secret.
# Each image is in half of the networks and not in the other half. Look at one image
# at a time, and at one number: $\varphi=\ln\frac{p}{1-p}$, where $p$ is the
# network's confidence in the true label. The controls go from the easiest image to
# the oddest.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.membership_curves import one_person
from privlab.plots.one_person import draw_one_person

TRAININGS = ["to the end", "weight decay", "stopped early"]
explore(
    one_person,
    draw_one_person,
    oddity=slider("oddity (percentile)", 0, 99, 97),
    training=choice("training", TRAININGS),
    seed=12,
)

# %% [markdown]
# *Left the image. Right two histograms of φ, in networks that learned from it and in
# networks that did not, with the normal laws that fit them; triangles on top are the
# eight targets. For easy images the two histograms nearly coincide, for odd ones they
# stand apart.*
#
# At percentile 10 knowing the image or not makes little difference. At 97 it makes a
# large one: an odd image cannot be inferred from the others, so it must be
# remembered. Who is unusual is exposed.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.membership_curves import typical_shift
from privlab.attacks.lira import mean_of

shadows = plain.evidence(plain.phi, 64)
easy_first = np.argsort(-mean_of(shadows.shadow, ~shadows.inside))
shift = typical_shift(training="to the end", seed=12)[easy_first]
print(f"the oddest tenth shifts by {np.median(shift[-180:]):.1f} deviations")
claim(
    "odd images shift at least twice as far as easy ones",
    np.median(shift[-180:]) > 2 * np.median(shift[:180]),
)

# %% [markdown]
# ## LiRA
#
# Now the attack writes itself. For each image fit a normal law to φ with it and one
# without it, and ask which explains the target better:
#
# $$\Lambda=\frac{N(\varphi_{\text{target}};\,\mu_{\text{in}},\sigma^2_{\text{in}})}
# {N(\varphi_{\text{target}};\,\mu_{\text{out}},\sigma^2_{\text{out}})}.$$
#
# This is the *likelihood ratio attack* (似然比攻击), LiRA (Carlini et al. 2022). By the
# lemma of Neyman and Pearson no test of φ is better, if the laws are right. That is the
# *online* form: it needs shadow models trained on the very image. The *offline* form
# uses only models without it and asks how unusual the target's φ is:
# $\Pr[Z\le\varphi_{\text{target}}]$ for $Z\sim
# N(\mu_{\text{out}},\sigma^2_{\text{out}})$.

# %%
from privlab.attacks.lira import lira_online, scaled_confidence

source(scaled_confidence, lira_online)

# %%
predict(
    "lira",
    "The loss threshold catches 0.1 % of members at 0.1 % false alarms."
    " What does LiRA catch?",
    options=["about 0.1 %", "about 2 %", "about half"],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.membership_curves import curves
from privlab.plots.roc import draw_roc

SHARP = ["LiRA online", "LiRA offline", "RMIA", "calibrated loss"]
explore(
    curves,
    draw_roc,
    attack=choice("attack", SHARP),
    shadows=slider("shadow models", 4, 64, 64, 4),
    training=choice("training", TRAININGS),
    seed=12,
)

# %% [markdown]
# *Hits against false alarms, both logarithmic, with 95 % bands. The loss threshold
# runs along the dotted line of guessing. LiRA leaves it to the upper left, and is more
# than ten times above it at 0.1 %. Grey lines mark 0.1 % and 1 %.*
#
# With few shadow models the spread σ of one image is a poor guess, so here all images
# share one. Take shadow models away: with four of them LiRA loses a third of its hits
# or more. Then choose another attack. *RMIA* (Zarifzadeh, Liu and Shokri 2024) compares
# how much likelier an image is in the target than on average with the same ratio of
# other images, and counts how many it beats twofold. The calibrated loss (Watson et al.
# 2022) is the poor man's LiRA: the image's own average loss is its threshold. Here are
# all of them, on the same targets.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.membership_curves import compared
from privlab.experiments.shadow_digits import ATTACKS

every = compared(plain, tuple(ATTACKS), shadows=64)
print("                 area   1 %    0.1 %  (95 % interval)")
for name, attack in every.attacks.items():
    low, high = (attack.at(0.001), attack.at(0.01))
    print(
        f"{name:16} {attack.auc:.2f}  {high.hits:.1%}  {low.hits:.2%}", end="  "
    )
    print(f"({low.hits_low:.2%} to {low.hits_high:.2%})")

# %% tags=["nbval-ignore-output"]
points = every.at(0.001)
lira, loss = points["LiRA online"], points["loss threshold"]
print(f"{lira.members:,} members, {lira.others:,} others;", end=" ")
print(f"true false alarms below {lira.false_alarms_high:.2%} (95 % limit)")
claim(
    "C02: LiRA catches ten times more members than guessing would",
    lira.hits_low > 0.01,
)
claim("and five times more than the loss threshold", lira.hits > 5 * loss.hits)
few = compared(plain, ("LiRA online",), shadows=4).at(0.001)["LiRA online"]
claim("with 4 shadow models a third is lost", few.hits < 2 / 3 * lira.hits)
reveal("lira", "about 2 %")

# %%
areas = [attack.auc for attack in every.attacks.values()]
claim(
    "the area hides it: all between 0.5 and 0.65",
    min(areas) > 0.5 and max(areas) < 0.65,
)
claim(
    "the attack model catches less than half of what the calibrated loss does",
    2 * points["attack model"].hits < points["calibrated loss"].hits,
)

# %% [markdown]
# Read that table twice. The column "area" is the chance that a member scores above
# another person, 0.5 for guessing. It would call all of these attacks harmless. At
# 0.1 % false alarms some of them still are, and some name people.
#
# The attack model of Shokri et al. (2017) also uses shadow models. But it learns what
# is typical of *members*, not what is typical of *this image*.
#
# A caution about the intervals. They take all cases as independent. Here 1,796 images
# appear in eight targets each, and an image that is remembered once is remembered
# often. Draw the *images* anew, 200 times, each with all its cases, and look again.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.membership_curves import limits_by_people

low, high = limits_by_people(
    plain, "LiRA online", shadows=64, asked=0.001, seed=12
)
print(
    f"{low:.1%} to {high:.1%}, not {lira.hits_low:.1%} to {lira.hits_high:.1%}"
)
claim(
    "the honest interval is wider", high - low > lira.hits_high - lira.hits_low
)
claim("and still eight times above guessing", low > 0.008)

# %% [markdown]
# **Your turn** → `at-13`, `at-14`.
#
# ## Attack after defence
#
# Three defences. *Weight decay* (权重衰减) keeps weights small; *early stopping*
# (早停) ends before anything is known by heart; DP-SGD, lesson 5.2, clips and adds
# noise. Each time the attacker trains the shadow models in the same way as the target.
# DP-SGD is slow, so here all attackers have only 8 shadow models.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.membership_curves import defences
from privlab.plots.roc import draw_defences

after = defences(epsilon=2, seed=12)
show(after, draw_defences)

# %% [markdown]
# *Members caught at 0.1 % false alarms, with intervals, for four ways to train. To the
# end: above 1 %. The other three: well below. DP-SGD lies at guessing or under it, and
# is right least often.*

# %% tags=["nbval-ignore-output"]
caught = after.points
before = caught["to the end"].hits
claim(
    "weight decay halves what is caught",
    caught["weight decay"].hits < before / 2,
)
claim("so does stopping early", caught["stopped early"].hits < before / 2)
dp = caught["by DP-SGD, ε = 2"]
claim("at ε = 2 LiRA cannot be told from guessing", dp.hits_low < 0.001)
cost = after.accuracy["to the end"] - after.accuracy["by DP-SGD, ε = 2"]
print(f"the price of ε = 2: {100 * cost:.0f} points of accuracy")
claim("and the price is more than 4 points", cost > 0.04)

# %% [markdown]
# The first two are habits, not promises. They stop *this* attack on *these* images;
# the next attack may be better. Only DP-SGD comes with a bound for every attack,
# known and unknown, and it has a price. You will see in chapter 5 how to lower it.
#
# ## What a model remembers of a record
#
# Membership is one bit. Suppose the attacker *knows* that a patient was in, and knows
# the record except for one entry: the sex. A model that learned the record by heart is
# surer of the true outcome when the true sex is filled in. Ten networks, 2,210 members
# in all, and always the honest baseline beside it.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.remembered_attribute import hidden_sexes
from privlab.plots.hidden_attribute import draw_hidden_sexes

sexes = hidden_sexes(seed=12)
show(sexes, draw_hidden_sexes)

# %% [markdown]
# *Right guesses for members and others, and without the model, for three ways to
# train. By heart: members clearly above the baseline, others below. With weight decay
# and at ε = 2: all about the same.*

# %% tags=["nbval-ignore-output"]
heart, decay, noisy = sexes.results
print(f"by heart: {heart.members.gain:+.1%} for members,", end=" ")
print(f"{heart.others.gain:+.1%} for others;", end=" ")
print(f"without any baseline {heart.alone.right:.0%} right")
claim(
    "by heart: guesses about members gain 5 points", heart.members.gain > 0.05
)
claim("the same model misleads about others", heart.others.gain < 0)
claim(
    "the model alone is worse than no model",
    heart.alone.gain < heart.members.gain
    and heart.alone.right < heart.members.right_without,
)
claim("weight decay leaves a gain below 4 points", decay.members.gain < 0.04)
claim("ε = 2 leaves a gain below 2 points", noisy.members.gain < 0.02)

# %% [markdown]
# The model alone is right in about 61 %, and a headline would say "61 %! The model
# leaks". But 70 % are possible without it. Much of what is published as attribute
# inference is guessing from correlations (Jayaraman and Evans 2022). The leak is the
# *gain*, and that only members have it shows that it is memory.
#
# ## A picture from a name
#
# Thirty people sign with one picture each, and a model learns to tell who signed. The
# attacker knows a name and wants the picture. Start from grey, and walk in the
# direction in which the model gets surer of the name: *model inversion* (模型反演;
# Fredrikson, Jha and Ristenpart 2015). Through an interface the direction costs two
# queries per pixel.

# %%
from privlab.attacks.inversion import invert

source(invert)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.badges import SEEN, inverted
from privlab.plots.badges import draw_inverted

explore(
    inverted,
    draw_inverted,
    person=slider("person", 0, 29, 4),
    seen=choice("the attacker sees", list(SEEN)),
    training=choice("training", ["weight decay", "without decay"]),
    seed=12,
)

# %% [markdown]
# *The true picture, the found image, and how like the found one is to all thirty
# pictures. With the model itself or many decimals the person's own picture is the most
# alike. With one decimal the image stays grey.*

# %% tags=["nbval-ignore-output"]
from privlab.experiments.badges import everybody

open_, few, name = (
    everybody(seen=seen, seed=12)
    for seen in ("the model itself", "1 decimal", "only the name")
)
loose = everybody(seen="the model itself", training="without decay", seed=12)
for one in (open_, few, name, loose):
    print(one.summary)
claim("from the model everybody is recognised", open_.recognised > 0.9)
claim("from one decimal few are", few.recognised < 0.4)
claim(
    "weight decay makes the picture *better*", open_.likeness > loose.likeness
)

# %% [markdown]
# Here the defence that helped against membership *helps the attacker*: with smaller
# weights the model stores what is typical of a person, and that is the picture. So ask
# first what a class is. If "7" is the class, inversion finds a blurred seven, which is
# nobody's secret. If the class is a person, then being recognisable is the model's
# purpose, and the picture is inside. Guard the interface then, and the file.
#
# ## Stealing the model
#
# All attacks go better with the model at home. Can one take it home through its
# interface, where each query costs money? A softmax regression is an equation:
# $\ln p_k-\ln p_0=w_k\cdot x+b_k$. It has 64 weights and a bias per class, so 65
# answers are 65 equations (Tramèr et al. 2016).

# %%
predict(
    "steal",
    "The interface shows the label only, no probability."
    " Does that stop a thief with 520 queries?",
    options=["yes", "no, the copy still agrees on most digits"],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.stolen_model import ANSWERS, QUERIES, VICTIMS, stolen
from privlab.plots.stolen_model import draw_stolen

explore_on_run(
    stolen,
    draw_stolen,
    answer=choice("the interface shows", list(ANSWERS)),
    victim=choice("model", list(VICTIMS)),
    queries=choice("the thief asks about", list(QUERIES)),
    seed=12,
)

# %% [markdown]
# *Agreement of the copy with the model on unseen digits, against the number of
# queries. Equations jump to 100 % at 65. Learning from noise images climbs slowly.
# Rounded answers ruin the equations; questions about real digits make learning work.*

# %% tags=["nbval-ignore-output"]
linear = {"victim": "softmax regression", "seed": 12}
exact = stolen(answer="all digits", queries="noise", **linear)
blunt = stolen(answer="2 decimals", queries="noise", **linear)
labels = stolen(answer="labels only", queries="mixed digits", **linear)
for one in (exact, blunt, labels):
    print(one.summary)
claim("65 answers are the model", exact.copies["equations"][1][0] == 1)
claim(
    "two decimals break the equations", max(blunt.copies["equations"][1]) < 0.8
)
claim(
    "labels alone are enough to learn from",
    labels.copies["learning"][1][-1] > 0.85,
)
reveal("steal", "no, the copy still agrees on most digits")

# %% [markdown]
# Rounding and hiding make theft *dearer*: from 65 queries to hundreds, and from exact
# to nearly the same. They do not prevent it, because whoever has real inputs can learn
# from answers as the owner did from labels. What works is counting: limit queries,
# watch for unusual ones, and make a contract.
#
# **Your turn** → `at-16`.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C02 | analysing a model's outputs lets an attacker infer private inputs (1.1) | **holds** | a score with four decimals is the hidden measurement; LiRA catches members at 0.1 % false alarms; a name yields a picture |
#
# The article speaks of the inputs of those who *ask*. That is half of it. The answers
# also speak of those the model *learned from*, who may never have heard of it. The two
# need different defences:
#
# | Attack | What helps | What does not |
# |---|---|---|
# | hidden input from a score | fewer digits | DP in training |
# | membership | DP; less of it: decay, early stop | a good test accuracy |
# | hidden entry of a training record | DP, weight decay | hoping |
# | picture of a class | fewer digits, or the label only | weight decay |
# | stealing | fewer queries | hiding digits, alone |
#
# ## What to remember
#
# - An answer with many digits about a private input *is* that input.
# - Report hits at 0.1 % false alarms, with an interval, the number of members and of
#   others. Averages hide the few who are fully exposed.
# - Compare with models that do not know the person: odd people are remembered.
# - Always show what can be guessed without the model. The leak is the gain.
# - A defence is against an attack. Run the attack again after it.
#
# **Next:** the exercises in `exercises/01_2_inference_leakage.ipynb`.
#
# *Sources.* Clopper and Pearson 1934, Biometrika 26. Fredrikson, Lantz, Jha, Lin, Page
# and Ristenpart 2014, USENIX Security. Fredrikson, Jha and Ristenpart 2015, CCS.
# Tramèr, Zhang, Juels, Reiter and Ristenpart 2016, USENIX Security. Shokri, Stronati,
# Song and Shmatikov 2017, IEEE S&P. Yeom, Giacomelli, Fredrikson and Jha 2018, CSF.
# Carlini, Chien, Nasr, Song, Terzis and Tramèr 2022, IEEE S&P. Jayaraman and Evans
# 2022, CCS. Watson, Guo, Cormode and Sablayrolles 2022, ICLR. Zarifzadeh, Liu and
# Shokri 2024, ICML. Digits: Alpaydin and Kaynak 1998, UCI. Diabetes: Efron, Hastie,
# Johnstone and Tibshirani 2004.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("1.2")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
