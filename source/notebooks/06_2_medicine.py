# %% [markdown]
# # 6.2 · Medicine (医疗)
#
# *The article's section 6.2.*
#
# **The question.** Ten hospitals want one model of their patients. None may hand over
# a single record. What does "federated learning" give them, and what still leaks?
#
# **Afterwards you can** say what a hospital gains by joining, and by which mean; take
# a patient out of an update, and out of two sums; choose whether a promise covers a
# patient or a hospital, and name its price; keep one poisoned hospital from spoiling
# the model; and fill in a table whose small counts are hidden.
#
# **You need** lessons 3.1 and 3.3. **Time:** 50 minutes, and 50 for the exercises.

# %%
import numpy as np

from privlab.course.lesson import claim, predict, reveal, source
from privlab.widgets import choice, explore, log_slider, show, slider

# %% [markdown]
# ## Ten hospitals, two illnesses
#
# The patients are real. 569 patients with a breast tumour, malignant or benign (Wolberg
# et al. 1995), and 442 people with diabetes that got worse faster or more slowly than
# the median (Efron et al. 2004). The hospitals are invented: three quarters of the
# patients are dealt out to ten of them, the largest twenty times the smallest. The
# rest belong to nobody. They give the scale of the measurements and test the models.
#
# The *skew* says how unlike the hospitals are. At 0 all see the same mix. At 1 most
# have one kind of patient only: a screening centre here, a cancer ward there.

# %%
predict(
    "which-mean",
    "Skewed hospitals, 5 to 97 patients: which mean of their models is worse?",
    options=["plain mean, all alike", "mean weighted by patients", "no matter"],
)

# %%
from privlab.experiments.hospital_network import ILLNESSES, together
from privlab.plots.medicine import draw_together

explore(
    together,
    draw_together,
    illness=choice("illness", list(reversed(ILLNESSES))),
    skew=slider("skew (no unit)", 0, 1, 1, 0.25),
    ratio=log_slider("largest / smallest", 1, 40, 20),
    seed=62,
)

# %% [markdown]
# *Left: stacked bars, patients of each hospital by label. Right: a dot for each
# hospital's own model; lines for all patients in one place, the weighted mean and the
# plain mean. At skew 1 most dots lie between 50 and 60 %. The weighted mean lies near
# the pooled line, and above the plain one.*
#
# A hospital whose patients are all alike learns that everybody is. Together they learn
# what no single one can know. Nobody handed over a record.

# %%
skewed = [
    together(illness="diabetes", skew=1, ratio=20, seed=seed)
    for seed in range(5)
]
pooled, weighted, plain, alone = (
    np.mean([np.median(getattr(each, name)) for each in skewed])
    for name in ("pooled", "weighted", "plain", "alone")
)
claim(
    "C22: together they beat the median hospital alone", weighted > alone + 0.1
)
claim("the weighted mean is as good as pooling", abs(weighted - pooled) < 0.02)
claim("C12: the plain mean is worse for unequal sizes", plain < weighted - 0.03)
reveal("which-mean", "plain mean, all alike")

# %% [markdown]
# The article's $\frac1N\sum_i\theta_i$ (4.1.3) lets a hospital of 5 speak as loudly as
# one of 97. Weigh by patients, $\sum_k\frac{n_k}{n}\theta_k$ (McMahan et al. 2017).
#
# The simulation above is twenty lines of numpy. A deployment would use a framework.
# Here are the same hospitals as clients of Flower, and its FedAvg:

# %%
from privlab.experiments.hospital_apps import on_flower
from privlab.experiments.hospital_network import hospital_network, learned

network = hospital_network(illness="tumours", skew=0.5, seed=62)
claim(
    "Flower's FedAvg learns the same model",
    np.allclose(on_flower(network), learned(network), rtol=0, atol=1e-9),
)
source(learned)

# %% [markdown]
# **A regulator would ask** why this is lawful at all. Health data are a special
# category: the EU's GDPR, Article 9, forbids their processing unless an exception
# applies (in application since 25 May 2018). In China's PIPL, Article 28, medical
# and health data are sensitive personal information (敏感个人信息): a specific purpose,
# sufficient necessity and strict protection are needed (in force since 1 November
# 2021). "The records stay where they are" is a measure, not an exception.
#
# ## What the coordinating server sees
#
# One week brought new patients to six hospitals: 1, 4, 9, 16, 25 and 40. Each sends one
# gradient. For logistic regression a patient's gradient is
#
# $$g=(\sigma(x\theta)-y)\,x ,$$
#
# a number times the patient. The last entry of $x$ is the constant 1, so the last entry
# of $g$ *is* that number. Divide by it. Clipping, which shortens $g$, changes nothing.

# %%
predict(
    "server-view",
    "Each view of the server below: from which can it work out the patient?",
    options=["the bare update only", "bare, and two sums", "all of them"],
)

# %%
from privlab.experiments.dropped_hospital import VIEWS, server_sees
from privlab.plots.medicine import draw_server_sees

explore(
    server_sees,
    draw_server_sees,
    view=choice("the server has", list(VIEWS)),
    lost=choice("hospitals lost", [0, 1], 1),
    seed=62,
)

# %% [markdown]
# *Bars: the 30 measurements of the only patient of hospital 1. Dots: what the server
# worked out, cut at ±4. From the bare update each dot sits on the end of its bar. From
# the masked update and the sum they lie elsewhere.*
#
# **Build: secure aggregation** (安全聚合). Each hospital adds masks that cancel in the
# sum (lesson 3.3). It sends $n_k g_k$ and $n_k$, so that the server learns the weighted
# mean and the number of all patients, but not how many anyone has. One hospital loses
# its connection after its masks are in everybody's numbers. The others give the shares
# of its key, and the sum still opens.

# %%
bare, masked, total, twice, noisy = (
    server_sees(view=view, lost=1, seed=62) for view in VIEWS
)
claim("C08: a bare update of one patient is the patient", bare.off < 1e-9)
claim("one hospital is lost, the sum is right", masked.error <= masked.bound)
claim("a masked update gives nothing like the patient", masked.off > 0.5)
claim("nor does the sum", total.off > 0.5)

# %% [markdown]
# Does "nothing like" mean nothing? The masks are uniform modulo $2^k$, so each masked
# number is uniform whatever it hides. Measure it. Fifty rounds with fresh masks from
# the operating system: where between 0 and $2^k$ do the numbers of hospital 1 lie?

# %%
from privlab.core.randomness import SYSTEM
from privlab.course.checking import follows
from privlab.experiments.dropped_hospital import SETTING, WEEK, one_round
from scipy.stats import uniform

patient = np.full((len(WEEK), 31), 0.1)
rounds = [one_round(patient, lost={}, rng=SYSTEM) for _ in range(50)]
words = np.concatenate([seen.masked[1] for seen in rounds])
share = words.astype(np.uint64) / 2.0**SETTING.bits
claim("hospital 1's masked numbers are uniform", follows(share, uniform))

# %% [markdown]
# **Attack it again.** Choose *difference of two sums*. The server sends the same model
# in two rounds. In the second, hospital 1 is missing; a cut cable is enough. All others
# send what they sent before. The server subtracts. Every sum was opened by the rules,
# none held fewer than four hospitals, and the patient is back.

# %%
claim("two honest sums give the patient away", twice.off < 1e-4)
reveal("server-view", "bare, and two sums")

# %% [markdown]
# You know this trick: it is the *differencing attack* (差分攻击) of lesson 1.1, played
# on models. Masks cannot stop it; the sums were right. Two things help. A hospital must
# not answer twice at the same model. And the sum must carry noise of which each hospital
# adds a share: the last view has the noise of ε = 1 for each patient over 20 rounds.

# %%
claim("with shares of noise the difference is useless", noisy.off > 0.5)

from privlab.fl.masked_sum import MASK
from privlab.fl.secagg import TooFewClients

try:
    one_round(patient, lost=dict.fromkeys([4, 5, 6], MASK), rng=SYSTEM)
    opened = True
except TooFewClients:
    opened = False
claim("of six hospitals three are too few: no sum is opened", not opened)

# %% [markdown]
# **Price.** Four messages a round instead of one, and a round is lost when more than
# two hospitals are. **A regulator would ask** whether a model update is personal data.
# You have just answered: the bare one of a small hospital is a patient. The US HIPAA
# Privacy Rule, 45 CFR 164.514(b), knows two ways to call data de-identified: an expert
# finds the risk very small, or 18 kinds of identifiers are removed (compliance
# date 14 April 2003 for most covered entities). Thirty measurements carry no name, and
# are a fingerprint all the same.
#
# **Your turn** → `me-01`.
#
# ## Who is protected: a patient or a hospital?
#
# Differential privacy (差分隐私) promises that one *unit* more or less hardly shows.
# You choose the unit.
#
# - **each hospital**: every update is clipped and the mean gets noise (DP-FedAvg,
#   McMahan et al. 2018). Not even a hospital's taking part can be told.
# - **each patient, no masks**: every hospital clips each patient's gradient and adds
#   *all* the noise itself, because the server sees its sum alone.
# - **each patient, masked sum**: the server sees one sum, so the noise is needed once.
#   Each hospital adds a share.
#
# All get the same ε at δ = 10⁻⁵ over 20 rounds, counted by the accountant (lesson 4.1).

# %%
predict(
    "unit",
    "Ten hospitals, ε = 1. Which promise costs the most right answers?",
    options=["each patient", "each hospital", "they cost the same"],
)

# %%
from privlab.experiments.hospital_privacy import unit_prices
from privlab.plots.medicine import draw_unit_prices

explore(
    unit_prices,
    draw_unit_prices,
    illness=choice("illness", list(ILLNESSES)),
    hospitals=choice("hospitals", [5, 10], 10),
    epsilon=log_slider("ε", 0.5, 16, 1),
    seed=62,
)

# %% [markdown]
# *Four bars of test accuracy. At ε = 1 with ten hospitals: a promise to each patient
# under masks costs a few points, one to each hospital the most.*
#
# The arithmetic says why. The noise in a sum over $K$ hospitals is $zS$, in the mean
# $zS/K$. A promise to patients divides by $n$, all patients. With $K=10$ and $n=427$
# that is 43 times less.

# %%
runs = [
    unit_prices(illness="tumours", hospitals=10, epsilon=1, seed=seed)
    for seed in range(5)
]
free, shared, own, whole = (
    np.mean([run.mean(unit) for run in runs]) for unit in runs[0].right
)
print(
    f"none {free:.0%}, patient {shared:.0%} or {own:.0%}, hospital {whole:.0%}"
)
claim("each patient under masks: four points at most", shared > free - 0.04)
claim("each hospital: ten points at least", whole < free - 0.1)
claim("without masks the patient's promise costs more", own < shared)
reveal("unit", "each hospital")

# %% [markdown]
# So ten hospitals cannot afford ε = 1 as units. Would more hospitals change that? The
# same patients, in 100 small practices:

# %%
many = unit_prices(
    illness="tumours", hospitals=100, epsilon=1, seed=62, draws=3
)
show(many, draw_unit_prices)

# %% [markdown]
# *The order has turned: a promise to each practice is now cheap, and noise added a
# hundred times over is the dearest.*

# %%
each = dict(zip(("free", "shared", "own", "whole"), many.right, strict=True))
claim(
    "100 practices can be units",
    many.mean(each["whole"]) > many.mean(each["free"]) - 0.07,
)
claim(
    "noise from each of 100 practices costs more than that",
    many.mean(each["own"]) < many.mean(each["whole"]),
)

# %% [markdown]
# **Attack it, before and after.** About half of 150 patients with a *wrong* diagnosis
# went into the training of ten hospitals. The model may use products of measurements,
# 495 columns, and so can remember people. The adversary has the finished model and
# guesses who was in: a small loss on a wrong diagnosis must have been learned. This is
# membership inference (成员推断). An AUC of 0.5 is guessing.

# %%
from privlab.experiments.hospital_privacy import remembered
from privlab.plots.medicine import draw_remembered

attack = remembered(epsilon=1, seeds=range(10))
show(attack, draw_remembered)

# %% [markdown]
# *Accuracy against the attack's AUC, a small mark for each of ten runs, a large one for
# the mean. No promise: the attack succeeds, near 0.7. Both promises: near 0.5; the one
# to hospitals is the least accurate.*

# %%
auc = {unit: runs.mean() for unit, runs in attack.auc.items()}
right = {unit: runs.mean() for unit, runs in attack.right.items()}
before, after, hospital = auc
claim("C22: federated learning alone tells who was in", auc[before] > 0.63)
claim("ε = 1 for each patient: hardly any more", auc[after] < 0.6)
claim("and no less accurate here", right[after] > right[before] - 0.03)
claim("ε = 1 for each hospital hides as well", auc[hospital] < 0.6)
claim("and is of little use", right[hospital] < right[after] - 0.1)

# %% [markdown]
# That privacy does not cost accuracy here is no rule: the noise also keeps the model
# from learning the wrong diagnoses. **Price**: see the bars above. **A regulator would
# ask** to whom ε is promised, over how many releases, and who checked. Recital 26 of
# the GDPR wants *all means reasonably likely to be used* considered when data are
# called anonymous; the AUC above is one such measurement, not all of them.
#
# **Your turn** → `me-02`, a decision.
#
# ## A poisoned hospital
#
# One hospital's server was broken into, or its labels are swapped by mistake. It may
# send ten times its update backwards, send it backwards and claim a hundred times the
# patients of the largest, or train on flipped labels.
#
# Three rules trust nobody. The *median* takes the middle of each number. The *trimmed
# mean* leaves out the two largest and the two smallest, and averages the rest (Yin et
# al. 2018). *Krum* takes the one update that lies closest to its nearest neighbours
# (Blanchard et al. 2017).

# %%
from privlab.experiments.poisoned_hospital import ATTACKS, poisoned_hospitals
from privlab.plots.medicine import draw_poisoned

explore(
    poisoned_hospitals,
    draw_poisoned,
    attack=choice("attack", list(ATTACKS), "sign flip"),
    hostile=slider("hostile hospitals (count)", 0, 5, 1),
    seed=62,
)

# %% [markdown]
# *A bar for each rule. One backward hospital ruins both means. The median, the trimmed
# mean and Krum (prepared for two) do not notice; beyond two the trimmed mean falls.*

# %%
backwards = poisoned_hospitals(attack="sign flip", hostile=2, seed=62).right
boasted = poisoned_hospitals(attack="boasted size", hostile=1, seed=62).right
robust = ("median", "trimmed mean", "Krum")
claim("two hostile of ten ruin the mean", backwards["weighted mean"] < 0.6)
claim(
    "three robust rules survive them", min(backwards[r] for r in robust) > 0.88
)
three = poisoned_hospitals(attack="sign flip", hostile=3, seed=62).right
claim("a third one breaks the trimmed mean", three["trimmed mean"] < 0.6)
claim(
    "a boasted size rules the weighted mean alone",
    boasted["weighted mean"] < 0.6 < 0.9 < boasted["plain mean"],
)

# %% [markdown]
# **The clash.** A median needs to see every update. Secure aggregation lets the server
# see none. Whoever wants both must give up some of each. One way: masks inside *groups*
# of hospitals, the median over the groups' means. A hospital is hidden among its group;
# a hostile one spoils its whole group.

# %%
from privlab.experiments.poisoned_hospital import hidden_in_groups
from privlab.plots.medicine import draw_hidden

explore(
    hidden_in_groups,
    draw_hidden,
    attack=choice("attack", list(ATTACKS), "sign flip"),
    seed=62,
)

# %% [markdown]
# *Accuracy by the size of a group, one line for each number of hostile hospitals. Ten
# groups of one, no masks: three are survived. One group of ten, all masked: a single
# hostile hospital wins. Five pairs survive two.*
#
# With $G$ groups the median stands while fewer than half are spoiled, $2h<G$. For ten
# hospitals and $h=2$ that means pairs: each is hidden from the server in company of one.

# %%
groups = hidden_in_groups(attack="sign flip", seed=62)
claim("without masks three are survived", groups.at(3, 1) > 0.88)
claim("two hostile: pairs survive", groups.at(2, 2) > 0.88)
claim("one hostile: one sum of all does not", groups.at(1, 10) < 0.6)
claim("nor do two groups, of which one is half", groups.at(1, 5) < 0.6)

# %% [markdown]
# **Price**: privacy, in company lost. **A regulator would ask** how you would know.
# Under masks nobody can inspect an update; a poisoned model is found on test patients
# only, if the test is good. **Your turn** → `me-03`.
#
# ## Small counts
#
# Hospitals also publish tables. The usual rule is small-count *suppression* (小计数隐藏):
# a count from 1 to 4 is not printed, since few people stand behind it. The totals are.
# Here are the diabetes patients of six hospitals by age. How many of the hidden counts
# can you work out?

# %%
predict(
    "suppressed",
    "Counts below 5 hidden, totals shown: how many of the hidden come back?",
    options=["none", "up to a quarter", "a third or more"],
)

# %%
from privlab.experiments.small_counts import hidden_table
from privlab.plots.medicine import draw_hidden_table

explore(
    hidden_table,
    draw_hidden_table,
    least=slider("smallest count shown (patients)", 2, 11, 5),
    seed=62,
)

# %% [markdown]
# *A table of six hospitals by six age bands, with totals. White: published. Dark, with
# "=": hidden, and yet the totals leave one value only. Pale, with "to": hidden, and the
# range that is left; raise the threshold to see some.*
#
# A hidden cell that is alone in its row is the row's total minus the others. That gives
# a number in its column, and so on. What this does not reach, a linear program bounds.

# %%
tables = [hidden_table(least=5, seed=seed) for seed in range(5)]
back = [table.rebuilt.sum() / table.hidden.sum() for table in tables]
print("rebuilt:", ", ".join(f"{share:.0%}" for share in back))
claim("a third or more of the hidden counts come back", min(back) > 1 / 3)
high = hidden_table(least=11, seed=62)
claim("hiding more leaves ranges", (high.hidden & ~high.rebuilt).sum() > 10)
reveal("suppressed", "a third or more")

# %% [markdown]
# **Build.** Add noise to every cell, and publish totals of the *noisy* cells. A patient
# stands in one cell, so the sensitivity is 1 and noise of $\Pr[Z=z]\propto
# e^{-\varepsilon|z|}$ gives ε-differential privacy, drawn exactly (lesson 3.1). The
# totals are computed from what was published; they tell nothing more. Nothing needs
# hiding, zeros included.

# %%
from privlab.experiments.small_counts import noisy_table
from privlab.plots.medicine import draw_noisy_table

explore(
    noisy_table,
    draw_noisy_table,
    epsilon=log_slider("ε", 0.1, 5, 1),
    seed=62,
)

# %% [markdown]
# *The same table with noisy counts and their totals; in parentheses the true ones, which
# nobody publishes. The darker a cell, the further off.*
#
# **Attack it again.** Subtraction now gives the noisy cell, which was printed anyway.
# At ε = 1 a small count is exact with probability $\frac{1-e^{-1}}{1+e^{-1}}=46\,\%$,
# and nobody can tell when. But publish the same table every week, with fresh noise:

# %%
weeks = [noisy_table(epsilon=1, seed=week) for week in range(200)]
exact = np.mean([week.small_right for week in weeks])
claim("a small count is exact in 46 % of tables", abs(exact - 0.462) < 0.06)

from privlab.dp.discrete import DiscreteLaplace

rng = np.random.default_rng(62)
truth = tables[0].counts
weekly = DiscreteLaplace(epsilon=1)
each = [weekly.release(truth, rng=rng) for _ in range(200)]
averaged = np.rint(np.mean(each, axis=0))
claim("200 tables average to the truth", (averaged == truth).mean() > 0.9)

# %% [markdown]
# 200 tables at ε = 1 spend ε = 200. Publish once, or split the budget.
#
# **Price.** At ε = 1 a cell is off by about one patient, a total of six cells by two or
# three. That is much for a cell of 2, little for a hospital of 151.

# %%
off = np.mean([week.error for week in weeks])
off_total = np.mean([week.total_error for week in weeks])
print(f"a cell is off by {off:.1f} patients, a total by {off_total:.0f}")
claim("a cell is off by less than 1.1 on average", 0.7 < off < 1.1)
claim("a total of six by two or three", 2 < off_total < 3)

# %% [markdown]
# **A regulator would ask** for which threshold, and against whom. HIPAA's list
# of identifiers (164.514(b)(2)) itself contains a rule of small counts: three digits of
# a ZIP code may stay where more than 20,000 people live. It says nothing of totals.
#
# **Your turn** → `me-04`.
#
# ## What the article says
#
# "In medicine, federated learning can be applied to the sharing and analysis of
# patient data", protecting the patients (6.2).

# %%
claim(
    "C22 holds, built: with masks, noise and a robust rule, and not without",
    weighted > alone + 0.1
    and bare.off < 1e-9 < masked.off
    and auc[after] < auc[before],
)

# %% [markdown]
# ## What to remember
#
# - Joining helps most where a hospital's patients are all alike. Weigh by patients.
# - A bare update of one patient is the patient. Masks hide it, two sums bring it back.
# - Say whom ε protects. Ten hospitals are too few to be units at ε = 1; their patients
#   are enough, and masks make that cheap.
# - A median needs to look, masks forbid it. Groups trade one for the other.
# - A hidden count between printed totals is a riddle, not a secret.
#
# **Exercises**: `exercises/06_2_medicine.ipynb`.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("6.2")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
