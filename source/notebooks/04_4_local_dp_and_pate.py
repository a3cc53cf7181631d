# %% [markdown]
# # 4.4 · Local differential privacy and PATE (本地差分隐私与 PATE)
#
# *The article has no such section. This lesson finishes its sections 3.1 and 4.3.1.*
#
# **The question.** Lesson 3.1 gave all the data to one clinic that everyone trusts.
# What if you trust nobody? And what if you trust your hospital, but not the next one?
#
# **Afterwards you can** protect one person's answer before it leaves the phone, and
# read a crowd's answers all the same; say what trusting nobody costs, and why it is
# √n; find frequent words among half a million; break a daily report by averaging,
# and repair it; let many owners of data teach one model by voting; and choose between
# the three.
#
# **You need** lesson 3.1. **Time:** 60 minutes, and 70 more for the exercises.

# %%
from functools import partial

import numpy as np

from privlab.core.datasets import digits
from privlab.course.lesson import claim, predict, reveal, source
from privlab.dp.audit import audit
from privlab.dp.local import KaryRandomizedResponse
from privlab.widgets import choice, explore, explore_on_run
from privlab.widgets import log_slider, show, slider

# %% [markdown]
# ## Who is trusted?
#
# A keyboard company wants to know how many of its users write about an illness. It
# could collect what everybody types, count, and publish the count with noise. Then
# the count is protected. The collection is not: the company has read everything, and
# so has whoever breaks in, buys the company, or brings a court order.
#
# Somebody who holds the raw data and adds the noise is called a *curator* (受信任的
# 数据管理者), and protection by a curator is the *central model* (中心化模型) of
# differential privacy. In the *local model* (本地化模型) there is no curator. Every
# phone randomises its own answer, and only the randomised answer leaves it.
#
# The promise is the same inequality, with another pair of neighbours. A local
# *randomiser* (本地随机化器) $R$ is ε-differentially private if for **any two values**
# $v, v'$ of one person and every set $S$ of reports
#
# $$\Pr[R(v)\in S]\;\le\;e^{\varepsilon}\,\Pr[R(v')\in S]$$
#
# (Kasiviswanathan, Lee, Nissim, Raskhodnikova and Smith 2008). Nobody's goodwill
# appears in it. You know one such randomiser: randomized response, from lesson 3.1.
#
# What does that cost? With a curator and ε = 1, the share of 1,000 people who would
# say yes comes out with a typical error of 0.14 percentage points.

# %%
predict(
    "local-people",
    "With no curator and ε = 1, how many people must answer for that error?",
    options=["about 1 500", "about 20 000", "about 500 000"],
)

# %%
from privlab.experiments.trust import price_of_trust
from privlab.plots.trust import draw_price_of_trust

explore(
    price_of_trust,
    draw_price_of_trust,
    people=log_slider("people asked (count)", 100, 100_000, 10_000),
    epsilon=log_slider("ε", 0.1, 5, 1),
    seed=44,
)

# %% [markdown]
# *Typical error of the count against the number of people, both axes logarithmic. The
# curator's line is flat. The other rises, tenfold for every hundredfold crowd. Dots
# mark what 40 surveys measured; the line between them is the price.*
#
# The curator adds noise **once**, whatever the crowd: $\sqrt2/\varepsilon$ people.
# Without a curator there are $n$ noises, one for each person. They partly cancel, and
# the sum of $n$ independent errors grows like $\sqrt n$. So the price of trusting
# nobody is a factor of about $\sqrt n$, and it grows with the crowd. No cleverer
# protocol escapes it: at any fixed ε a count without a curator is off by the order of
# $\sqrt n$ people (Chan, Shi and Song 2012).
#
# As a *share* of the people, the curator's error falls like $1/n$ and the local error
# like $1/\sqrt n$. A crowd still helps. It must be huge.

# %%
from privlab.experiments.trust import central_error, local_error

small = price_of_trust(people=1_000, epsilon=1, seed=44)
large = price_of_trust(people=100_000, epsilon=1, seed=44)
print(
    f"price of trusting nobody: × {small.price:.0f} for 1 000 people,", end=" "
)
print(f"× {large.price:.0f} for 100 000")
claim(
    "a hundred times the people, and the price is about ten times higher",
    5 < large.price / small.price < 20,
)
needed = (local_error(1, epsilon=1) / (central_error(1) / 1_000)) ** 2
claim("for the same share, 1 000 become 460 000", round(needed, -4) == 460_000)
reveal("local-people", "about 500 000")

# %% [markdown]
# **Your turn** → `dp-21` in `exercises/04_4_local_dp_and_pate.ipynb`.
#
# ## More than yes and no
#
# Which of 16 emoji do you use most? There are two natural ways to lie a little.
#
# *One answer.* Name your own emoji with probability $p$, and each other one with the
# same, smaller probability $q$. This is *k-ary randomized response* (k 元随机响应).
# All $k$ probabilities add up to 1, and $p/q=e^{\varepsilon}$, hence
# $p=e^{\varepsilon}/(e^{\varepsilon}+k-1)$.
#
# *One bit for each emoji.* Write 1 for your own and 0 for the 15 others, then flip
# each bit at random: a *unary encoding* (一元编码).

# %%
from privlab.dp.local import OptimisedUnaryEncoding, SymmetricUnaryEncoding

source(KaryRandomizedResponse)
source(SymmetricUnaryEncoding, OptimisedUnaryEncoding)

# %% [markdown]
# How does one read such reports? Let the share $f$ of people have a value. Its
# holders support it (name it, or send 1 for it) with probability $p$, everybody else
# with $q$. So the share of supporters is on average $s=fp+(1-f)q$. Solve for $f$:
#
# $$\hat f=\frac{s-q}{p-q},\qquad
# \operatorname{Var}\hat f\approx\frac{q(1-q)}{n\,(p-q)^2}\quad\text{for a rare value.}$$
#
# The estimate is right on average. It may come out negative; cutting it to 0 would
# spoil that average. The gap $p-q$ is what survives of the truth, and the variance
# divides by its square (Wang, Blocki, Li and Jha 2017).

# %%
from privlab.experiments.emoji import PROTOCOLS, emoji_survey
from privlab.plots.local_reports import draw_emoji_survey

explore(
    emoji_survey,
    draw_emoji_survey,
    protocol=choice("protocol", list(PROTOCOLS)),
    epsilon=log_slider("ε", 0.2, 5, 1),
    people=log_slider("people (count)", 300, 30_000, 10_000),
    seed=44,
)

# %% [markdown]
# *Bars: the true shares of 16 emoji, from joy (30 %) to abacus (2 %). Dots with error
# bars: the estimates. At ε = 1 and 10,000 people the error bars are about ± 5 points,
# so the head of the list is readable and its tail is not.*
#
# Which protocol is best? Predict what happens to each as the list gets longer.

# %%
from privlab.experiments.emoji import error_by_size
from privlab.plots.local_reports import draw_error_by_size

explore(
    error_by_size,
    draw_error_by_size,
    epsilon=log_slider("ε", 0.2, 5, 1),
    people=log_slider("people (count)", 1_000, 1_000_000, 10_000),
)

# %% [markdown]
# *Standard error of a rare value's share against the number of values. The k-ary line
# climbs; both lines of bits are flat. A thin line marks where they cross.*
#
# One answer has to be spread over all $k$ values: $q$ hardly changes, but $p$ sinks
# towards it. The bits do not care. Two people differ in **two** bits only, their own,
# however long the list is. The symmetric form splits ε between the two. The optimised
# form notices that nearly all bits are 0, and spends its noise on the single 1: it
# tells that one by a fair coin, and lies about a 0 with $q=1/(1+e^{\varepsilon})$.
# Beyond $3e^{\varepsilon}+2$ values it wins. The price is length: $k$ bits instead of
# $\log_2 k$.

# %%
lines = error_by_size(epsilon=1, people=10_000)
kary, symmetric, optimised = lines.errors.values()
claim(
    "beyond 3e^ε + 2 values, and only there, bits beat one answer",
    np.array_equal(optimised < kary, lines.sizes > lines.crossing),
)
claim("optimised bits are never worse", bool(np.all(optimised <= symmetric)))
surveys = [
    emoji_survey(protocol="optimised bits", epsilon=1, people=10_000, seed=s)
    for s in range(20)
]
measured = np.sqrt(np.mean([survey.error**2 for survey in surveys]))
claim("20 surveys err as computed", abs(measured / optimised[0] - 1) < 0.2)

# %% [markdown]
# **Your turn** → `dp-22`, where the randomiser is a die.
#
# ## Half a million words
#
# New words are what a keyboard company most wants to learn, and it cannot list them.
# There are $26^4$ = 456,976 words of four letters. A bit for each is 57 kB from every
# phone, and every one of half a million estimates would be noise.
#
# *Heavy hitters* (高频项) are the few values that many people share. They can be found
# letter by letter. Divide the people into four groups. The first is asked for the
# first letter only. The eight likeliest letters survive, and the second group is
# asked which of 8 × 26 two-letter beginnings is theirs, if any. And so on. Each
# person answers **once**, so ε is spent once (Bassily, Nissim, Stemmer and Thakurta
# 2017; Wang, Li and Jha 2017).

# %%
from privlab.experiments.typed_words import find_words
from privlab.plots.local_reports import draw_typed_words

explore_on_run(
    find_words,
    draw_typed_words,
    people=log_slider("people (count)", 1_000, 200_000, 50_000),
    epsilon=log_slider("ε", 0.5, 5, 1),
    keep=slider("beginnings kept (count)", 2, 16, 8),
    seed=44,
)

# %% [markdown]
# *Bars: the true shares of the eight common words, from haha (20 %) to sure (2 %).
# Dots: the estimates of those that were found. Crosses: those that were not. With
# 50,000 people and ε = 1 about half are found, mostly the frequent ones.*
#
# Why is the frontier near 5 %? A group has 12,500 people, and the standard error of a
# share is $1.92/\sqrt{12\,500}$ = 1.7 %. But 209 candidates are compared, and the
# luckiest of 209 empty ones rises nearly three standard errors above nothing: 5 %.
# Rarer words drown, and so does a word whose beginning is unlucky in one group. A rare
# word that is found was lucky, and its estimate tends to be too high: it was chosen
# because it looked large. Losing rare words is the protection at work: what one person
# typed, alone, must not be found.

# %%
few = find_words(people=2_000, epsilon=1, keep=8, seed=44)
many = find_words(people=200_000, epsilon=1, keep=8, seed=44)
generous = find_words(people=50_000, epsilon=4, keep=8, seed=44)
for result in (few, many, generous):
    print(result.summary)
claim("2 000 people at ε = 1 are far too few", len(few.hits) <= 2)
claim("200 000 reveal at least five of eight", len(many.hits) >= 5)
claim("at ε = 4, 50 000 find them all", len(generous.hits) == 8)

# %% [markdown]
# ## Attack: what one report tells
#
# The collector holds your report and wants your value. Bayes' rule limits it as in
# lesson 3.1: the odds move by a factor of $e^{\varepsilon}$ at most. For 8 values
# that were equally likely the best guess is right with probability
# $e^{\varepsilon}/(e^{\varepsilon}+7)$: 28 % at ε = 1, instead of 12.5 %.
#
# Do the three protocols keep to ε? The auditor holds two values of one person against
# each other. A row of bits becomes a number, so that every report can be told apart.


# %%
def as_number(report):
    return float(np.dot(report, [1, 2, 4, 8]) if np.ndim(report) else report)


rng = np.random.default_rng(44)
found = {}
for name, protocol in PROTOCOLS.items():
    release = protocol(epsilon=1, size=4).release
    seen = audit(release, 0, 1, trials=20_000, rng=rng, score=as_number)
    found[name] = seen.epsilon_lower
    print(f"{name}: ε is at least {seen.epsilon_lower:.1f}")
claim("no protocol exceeds its ε = 1", max(found.values()) <= 1)
claim("and the audit comes close to it", min(found.values()) > 0.7)

# %% [markdown]
# ## Attack: the same question tomorrow
#
# A phone reports your favourite emoji every day, ε = 1 each time, fresh noise each
# time. The emoji never changes. The collector counts.

# %%
predict(
    "daily-report",
    "After 60 days, for how many people is the right one of 8 values named?",
    options=["28 %, as after one day", "about half", "more than 90 %"],
)

# %%
from privlab.experiments.daily_reports import repetition
from privlab.plots.local_reports import draw_repetition

explore(
    repetition,
    draw_repetition,
    epsilon=log_slider("ε of a report", 0.2, 3, 1),
    size=slider("values to choose from (count)", 2, 12, 8),
    days=60,
    seed=44,
)

# %% [markdown]
# *Right guesses against days, for three habits. Fresh noise: the line climbs above
# 90 %. A stored report: flat, at what one report allows. Stored, then fresh: it
# starts lower and creeps up to the same level, never beyond.*
#
# This is the *averaging attack* (平均攻击). Fresh noise cancels over the days as it
# cancels over the people. By composition 60 reports promise ε = 60, which is no
# promise. It has happened: Tang, Korolova, Bai, Wang and Wang (2017) read the
# differential privacy out of Apple's macOS 10.12 and found that the loss a user could
# suffer was as high as 16 **per day**, renewed every day.
#
# The repair is *memoisation* (记忆化): draw the report once, store it, and repeat it.
# A report that was already sent tells nothing new, so the whole history costs ε. That
# is the heart of RAPPOR, which Chrome used (Erlingsson, Pihur and Korolova 2014). But
# a stored report, always the same, works like a name tag. RAPPOR therefore randomises
# the stored report **again** each day. This makes days harder to link, though not
# impossible (Naor and Vexler 2020).

# %%
from privlab.experiments.daily_reports import HABITS, daily_reports

source(daily_reports)


def yes_in_ten_days(value, *, habit, rng):
    reports = daily_reports(
        habit, [value], epsilon=0.5, size=2, days=10, rng=rng
    )
    return reports.sum()


# %%
guesses = repetition(epsilon=1, size=8, days=60, seed=44)
fresh, stored, both = (
    audit(partial(yes_in_ten_days, habit=habit), 1, 0, trials=6_000, rng=rng)
    for habit in HABITS
)
claim(
    "fresh noise loses nine in ten", guesses.right["fresh every day"][-1] > 0.9
)
claim("ten fresh reports at ε = 0.5 break ε = 0.5", fresh.epsilon_lower > 1)
claim(
    "ten days of a stored report keep it",
    max(stored.epsilon_lower, both.epsilon_lower) <= 0.5,
)
reveal("daily-report", "more than 90 %")

# %% [markdown]
# Memoisation rests on one condition: the value stays the same. Each **new** value
# draws a new report and spends ε again, and a value that changes every day (your
# place, your step count) is not protected by it at all. And the company pays too: a
# stored report adds nothing to what it already knew about the crowd.
#
# **Your turn** → `dp-23`, a phone that remembers, and `dp-24`, where you are the
# collector.
#
# ## Between the two: many hospitals
#
# Patients do trust somebody: their own hospital. It has their images already. What
# hospitals do not do is hand them to each other. Can 200 hospitals with five patients
# each build one model?
#
# Here is **PATE**, *private aggregation of teacher ensembles* (教师集成的隐私聚合;
# Papernot, Abadi, Erlingsson, Goodfellow and Talwar 2017). Each hospital trains a
# *teacher* (教师模型) on its own patients: any model, with no privacy whatever. Then
# images are shown to them that belong to nobody: public, and without labels. Every
# teacher votes for a label. Noise is added to the counts, and the label with the
# largest noisy count comes out. A *student* (学生模型) learns from the public images
# and these labels. Only the student is published.

# %%
from privlab.dp.pate import GNMax, count_votes, train_teachers

source(train_teachers, GNMax)

# %% [markdown]
# What can one patient change? They are in **one** hospital. Replace their record by
# anything: one teacher becomes another, perhaps a mad one, and moves its one vote on
# each question. Two counts change by one, so the length of the change is at most
# $\sqrt2$ per question. That is all the Gaussian mechanism asks for. It needs no
# assumption about how the teachers learn.
#
# The data are 1,797 handwritten digits, in the place of medical images: 1,078 private
# ones, 359 public ones without labels, 360 to test the student. The teachers here are
# the worst imaginable for privacy: each stores its patients' images, and answers with
# the label of the nearest one.

# %%
from privlab.experiments.hospitals import hospitals, nearest_image

school = hospitals(digits(), teachers=200, seed=44)
private, public = school.private, school.public
images, labels = private.features.copy(), private.target.copy()
images[7], labels[7] = 16 - images[7], (labels[7] + 5) % 10


def votes(images, labels):
    same = np.random.default_rng(1)
    teachers = train_teachers(
        nearest_image, images, labels, teachers=200, rng=same
    )
    return count_votes(teachers, public.features, classes=10)


# %%
moved = abs(votes(private.features, private.target) - votes(images, labels))
print(f"questions on which the votes changed: {(moved > 0).any(axis=1).sum()}")
claim("one patient moves no count by more than one", moved.max() == 1)
claim(
    "and on each question two counts or none",
    set(moved.sum(axis=1).tolist()) == {0, 2},
)

# %% [markdown]
# The promise can be attacked at its weakest point. Let ten teachers be tied, five to
# five, so that one patient decides. And ask the same question three times.

# %%
panel = GNMax(sigma=2)
promise = panel.privacy_after(3, delta=0.01)


def three_labels(counts, *, rng):
    return panel.release(np.array([counts] * 3), rng=rng) @ [4, 2, 1]


tie = audit(three_labels, [5, 5], [6, 4], trials=20_000, delta=0.01, rng=rng)
print(f"promised: ε = {promise.epsilon:.1f}; measured: {tie.epsilon_lower:.1f}")
claim(
    "C05: one person has one vote, so the promise holds even at a tie",
    0 < tie.epsilon_lower <= promise.epsilon,
)

# %% [markdown]
# ## How many teachers?
#
# The same 1,078 patients can be divided into few large hospitals or many small ones.
# Large ones know more. Many cast more votes, and drown the noise. For 100 labels at
# ε = 2 the noise on each count is 28 votes. Guess the best number, then move ε.

# %%
from privlab.experiments.hospitals import student_by_teachers
from privlab.plots.hospitals import draw_student_by_teachers

numbers = (5, 10, 20, 50, 100, 200, 400)
schools = tuple(hospitals(digits(), teachers=n, seed=44) for n in numbers)
explore(
    student_by_teachers,
    draw_student_by_teachers,
    epsilon=log_slider("ε of all labels together", 0.5, 10, 2),
    queries=slider("public images labelled (count)", 20, 340, 100, 20),
    schools=schools,
    seed=44,
)

# %% [markdown]
# *Accuracy against the number of hospitals. Their majority, without noise, falls from
# 98 % to about 75 % as they get smaller. The student, taught by noisy votes at ε = 2,
# rises from guessing to its best at 200 hospitals.*
#
# Set ε to 8: now 50 to 100 teachers are best, because the noise is small and
# knowledge decides. The two lines pull in opposite directions, and ε says where they
# balance. More labels are not simply better either: the same ε has to pay for all.

# %%
strict = student_by_teachers(schools, epsilon=2, queries=100, seed=44)
loose = student_by_teachers(schools, epsilon=8, queries=100, seed=44)
print(loose.summary)
claim(
    "five large hospitals know most, and their votes drown",
    strict.majority[0] > 0.95 and strict.at(5) < 0.3,
)
claim("200 small ones teach at ε = 2", strict.at(200) > 0.65)
claim("at ε = 8 fifty are enough", loose.at(50) > loose.at(400))

# %% [markdown]
# ## Refusing to answer
#
# Where the teachers are divided, the winner is often wrong, and a little noise makes
# it worse. *Confident aggregation* (置信聚合) therefore looks first, through noise,
# whether the largest count reaches a threshold. If not, it says nothing (Papernot,
# Song, Mironov, Raghunathan, Talwar and Erlingsson 2018). The look must be noisy:
# whether there was an answer depends on the votes, and is seen. Here it also stops
# after 60 answers, so that the bill is known in advance.
#
# Two students read the labels. The *copier* stores each public image with its label.
# The *averager* stores ten mean images. Which of them gains more from refusals?

# %%
from privlab.experiments.refusals import confidence
from privlab.plots.hospitals import draw_confidence

hundred = schools[numbers.index(100)]
explore(
    confidence,
    draw_confidence,
    threshold=slider("threshold (votes of 100)", 0, 100, 50, 5),
    school=hundred,
    seed=44,
)

# %% [markdown]
# *Left: the public images by their largest count; wrong majorities sit at the low
# end. Right: the share of right labels, and the accuracy of both students, with
# confident and with plain votes of the same ε = 5.8. Confident labels are right in
# about 90 % of cases, plain ones in less than two thirds. The copier gains by them; the
# averager loses.*
#
# Both effects are real. Confident votes give 60 good labels, the limit, though about
# 180 images would pass; plain ones give 359 poor ones. A student that believes each
# label needs good ones. A student that averages cancels the errors by itself, and then
# more labels are worth more. Refusing is no gain in itself; it suits the student that
# cannot bear mistakes.
#
# Every question costs here, answered or refused, at the price that holds for **any**
# votes. Papernot et al. also compute a smaller, *data-dependent* (依赖数据的) cost:
# where nearly all teachers agree, one vote hardly matters. But that number is
# computed from the secret votes, and may not be published as it stands. The costs in
# this lesson depend on nothing secret.

# %%
cautious = confidence(hundred, threshold=50, seed=44)
good, poor = cautious.right_labels
claim("confident labels are more often right", good > poor + 0.1)
claim(
    "the copier gains by them", cautious.copier[0] > cautious.copier[1] + 0.03
)
claim("the averager does not", cautious.averager[0] < cautious.averager[1])

# %% [markdown]
# ## Attack the student
#
# Was this patient's image in the hospitals' data? Lesson 1.2 calls this *membership
# inference* (成员推断). The attacker holds a published model and measures how close
# it comes to the image. First the model that the hospitals would have built together
# without protection: it stores all images. Then the student. And a third that
# learned from the true labels of the public images: it knows nothing of any patient,
# so it shows what luck alone gives.

# %%
from privlab.experiments.student_leaks import model_leaks
from privlab.plots.hospitals import draw_model_leaks

leaks = model_leaks(school, epsilon=2, seed=44)
show(leaks, draw_model_leaks)
claim("the shared model gives every patient away", leaks.shared.auc > 0.999)
claim(
    "the student tells no more than a model that never saw a vote",
    abs(leaks.student.auc - leaks.control.auc) < 0.05,
)

# %% [markdown]
# *Hits against false alarms. The model of all images goes straight to the top left
# corner: every member found, no false alarm. The student's line lies on that of the
# model that never saw a vote, near the diagonal.*
#
# One attack that fails proves little; a better one may exist. Chadha, Jagielski,
# Papernot, Choquette-Choo and Nasr (2024) built better ones for PATE, with poisoned
# records and chosen questions. What holds against them is the sentence about one
# vote.
#
# Who is trusted, then? Each patient trusts their hospital. All hospitals trust whoever
# adds up the votes and the noise, unless they use *secure aggregation* (安全聚合; see the
# lessons on federated learning), where only noisy sums appear. And the public images
# must be truly public.
#
# **Your turn** → `dp-25`, patients of several hospitals, and `dp-26`, a careless
# aggregator.
#
# ## When each fits
#
# The same digits, the same δ, one record replaced: a curator who publishes noisy
# class means, 200 hospitals that vote on 100 images, and 1,078 people who each cover
# their own image with noise before they send it.

# %%
from privlab.experiments.digits_by_trust import accuracy_by_trust
from privlab.plots.trust import draw_accuracy_by_trust

trust = accuracy_by_trust(digits(), seed=44)
show(trust, draw_accuracy_by_trust)
curator, voters = trust.at("a curator", 2), trust.at("own hospital", 2)
claim("at ε = 2 a curator's model is about 85 % right", 0.8 < curator < 0.9)
claim("the student about 75 %", 0.7 < voters < 0.8)
claim("with nobody trusted, ε = 8 gives guesses", trust.at("nobody", 8) < 0.2)

# %% [markdown]
# *Accuracy against ε. Curator and hospitals rise together from guessing to 80 % and
# more. The line of those who trust nobody stays at 10 % until ε = 8 and has reached
# 30 % at 32.*
#
# | | Central | PATE | Local |
# |---|---|---|---|
# | Who sees raw data | one curator | each its own part | nobody |
# | Needs | trust in one | many owners, public inputs | a huge crowd |
# | Error of a count of n | constant | – | grows like √n |
# | 1,078 digits at ε = 2 | about 85 % right | about 75 % right | guessing |
# | What it gives | any statistic, any model | labels, so a classifier | counts, frequent values |
# | Fails when | the curator does | owners are few or share people | asked afresh every day |
#
# ## What the article says
#
# The article protects a classifier by noise on its answer: $\operatorname{sign}
# (\theta^{\mathsf T}x+\text{noise})$ with ε = 1, then clamped to [−1, 1] (4.3.1).
# Lesson 4.1 audited it. Compare it with PATE, which also answers through noise. First,
# the **bound**: a margin $\theta^{\mathsf T}x$ can be any number, and one person can
# move it far. A vote is one vote. Second, the **bill**: the article's ε = 1 is the
# price of one answer, and a classifier is there to answer all day.

# %%
from privlab.experiments.answer_bill import bill
from privlab.plots.hospitals import draw_bill

explore(
    bill,
    draw_bill,
    sigma=log_slider("noise on each count (votes)", 10, 100, 40),
    labels=slider("public images labelled (count)", 20, 340, 100, 20),
)

# %% [markdown]
# *ε spent against questions answered, both axes logarithmic. Answers paid one by one
# rise without end, even by the exact sum. The student's line is flat: its labels were
# paid once, and what it answers afterwards is post-processing.*

# %%
paid = bill(sigma=40, labels=100)
claim(
    "C16: every answer spends: 10 000 votes cost ε above 20",
    paid.voted[-1] > 20,
)
claim(
    "a student of 100 labels answers for ever at 1.4",
    round(paid.student, 1) == 1.4,
)

# %% [markdown]
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C05 | noise on outputs keeps the risk under a threshold (3.1) | holds **if** each person's influence is bounded | by any value of one person in the local model; by one vote in PATE |
# | C16 | sign(θᵀx + noise), ε = 1, then clamp (4.3.1) | **wrong** | every answer spends (and the margin has no bound: 4.1). PATE bounds, pays once, and answers for free |
#
# C16 has two kinds of right answer: train privately and answer for free, or bound what
# one person can do and pay for each question. Lesson 4.1 shows both on a margin. PATE
# is the second kind at its best: bounded votes, a bill for a few public questions, and
# a student that then answers for free. The article names neither local privacy nor
# PATE.
#
# ## What to remember
#
# - Say who is trusted before you choose a mechanism: one curator, your own hospital,
#   nobody.
# - Trusting nobody costs a factor of about √n in every count.
# - To read local reports, subtract the lies: $\hat f=(s-q)/(p-q)$.
# - Fresh noise on the same value, day after day, averages away. Store the report.
# - PATE bounds people by votes, and asks nothing of the teachers. It needs many owners
#   with disjoint people, and public inputs.
# - A student pays once for its labels. An oracle pays for every answer.
#
# **Next:** the exercises in `exercises/04_4_local_dp_and_pate.ipynb`.
#
# *Sources.* Kasiviswanathan, Lee, Nissim, Raskhodnikova and Smith 2008, FOCS. Chan,
# Shi and Song 2012, ESA. Erlingsson, Pihur and Korolova 2014, CCS. Bassily,
# Nissim, Stemmer and Thakurta 2017, NeurIPS. Wang, Blocki, Li and Jha 2017, USENIX
# Security. Tang, Korolova, Bai, Wang and Wang 2017, arXiv 1709.02753. Wang, Li and Jha
# 2017, arXiv 1708.06674. Papernot, Abadi, Erlingsson, Goodfellow and Talwar 2017, ICLR.
# Papernot, Song, Mironov, Raghunathan, Talwar and Erlingsson 2018, ICLR. Naor and
# Vexler 2020, FORC. Chadha, Jagielski, Papernot, Choquette-Choo and Nasr 2024, ICML.
# Digits: Alpaydin and Kaynak 1998, UCI.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("4.4")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
