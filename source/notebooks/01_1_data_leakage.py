# %% [markdown]
# # 1.1 · Privacy leakage risks (隐私泄露风险): data leakage (数据泄露)
#
# *The article's section 1.1, first risk; 2.1 to 2.3 in the background.*
#
# **The question.** Nobody broke in, and no name was published. How do people's secrets
# get out all the same?
#
# **Afterwards you can** give names back to a table without names; say what
# k-anonymity hides and find what it does not; get a refused answer by asking permitted
# questions; rebuild a secret column from noisy counts; and say how much noise stops
# you.
#
# **You need** a little Python and percentages; the page `00_start_here` shows how a
# lesson works. **Time:** 60 minutes, and 65 more for the exercises.

# %%
from privlab.course.lesson import claim, predict, reveal, source
from privlab.widgets import explore, log_slider, show, slider

# %% [markdown]
# ## A table without names
#
# A town of 2,000 residents publishes what its people suffer from, for research. The
# names are gone. Each row has a postcode, a sex, a year of birth and a diagnosis. (The
# residents here are invented; the arithmetic is not.)
#
# You also have a register of residents, as many places sell or show one: names, with
# postcode, sex and year of birth. It says nothing about health. For each row of the
# health table you look up who fits.

# %%
predict(
    "names-back",
    "For how many rows does exactly one resident fit?",
    options=["hardly any", "about one in ten", "more than half"],
)

# %%
from privlab.experiments.linked_records import KNOWN, linked
from privlab.plots.records import draw_linked
from privlab.widgets import choice

explore(
    linked,
    draw_linked,
    residents=log_slider("residents", 200, 20_000, 2_000),
    known=choice("columns of the table", list(KNOWN), list(KNOWN)[2]),
    seed=11,
)

# %% [markdown]
# *Bars: the share of rows that fit one resident, two to four, and so on. The first,
# hatched bar holds the rows that now have a name. In a town of 2,000 it is the tallest.*
#
# Take the postcode alone: the first bar is empty. Add the sex: still empty. Add the year
# of birth, and more than half of the rows have a name. None of the three says much. The
# *combination* does. Now choose the full date of birth.

# %%
from privlab.attacks.linkage import link

source(link)

# %%
year, day = list(KNOWN)[2:]
by_year = linked(residents=2_000, known=year, seed=11)
by_day = linked(residents=2_000, known=day, seed=11)
claim("with the year of birth, more than half get a name", by_year.named > 0.5)
claim("with the date of birth, 99 in 100 do", by_day.named > 0.99)
reveal("names-back", "more than half")

# %% [markdown]
# This is *linkage* (链接攻击), or *re-identification* (重识别). Columns that others know
# too, and that together point to few people, are *quasi-identifiers* (准标识符). Because
# the register holds everybody, a row that fits one resident *is* that resident's: the
# name is not a guess.
#
# It has happened. In the 1990s Latanya Sweeney bought a voter list for 20 dollars and
# found the hospital record of the governor of Massachusetts in a table that had been
# published as anonymous (Sweeney 2002). From postcode, sex and date of birth she
# estimated that 87 % of the people in the United States are unique (Sweeney 2000);
# later census data gave 63 % (Golle 2006).
#
# **Before you go on: a word on what you are learning.** This page teaches attacks,
# because nobody can judge a protection that they cannot test. The people in it are
# invented, or patients of a data set that has been public for teaching for twenty years,
# whom this course counts and never looks up. The same few lines of code work on
# neighbours. Do not do it to
# real people: looking somebody up without their consent harms them, even if nobody
# ever hears of it, and even if it was easy. It may also be a crime. In the United
# Kingdom it is one to re-identify people knowingly or recklessly in de-identified data
# without the
# consent of whoever de-identified it, with a few defences, testing the protection
# among them (Data Protection Act 2018, sections 171 and 172). China's Personal
# Information Protection Law (in force since 1 November 2021, article 73) keeps two
# words apart that most people mix up: *de-identified* (去标识化) data, which need further
# information to point to a person, and *anonymised* (匿名化) data, which cannot be
# restored. The town's table was the first, and called itself the second. If you find
# such a table, tell its owner, and nobody else.
#
# ## How unique are you?
#
# Let the town grow.

# %%
from privlab.experiments.linked_records import uniqueness
from privlab.plots.records import draw_uniqueness

curves = uniqueness(seed=11)
show(curves, draw_uniqueness)

# %% [markdown]
# *Share of unique residents against the size of the town, four curves for four sets of
# columns. By postcode, with or without the sex, hardly anybody is unique in a town of
# 1,000; with the year of birth the curve falls from nearly all to 7 %; with the date of
# birth it stays above 95 %.*
#
# A crowd hides you only if the number of *possible* combinations is small beside it.
# Fifty postcodes, two sexes and 66 years make 6,600 kinds of people; with the day of
# birth it is two million, and a town of 20,000 is nearly empty again.
#
# The quasi-identifier need not be about birth. Here are 442 real patients with diabetes
# (Efron, Hastie, Johnstone and Tibshirani 2004): age, sex, then body mass index (bmi),
# then blood pressure (bp).

# %%
from privlab.core.datasets import diabetes
from privlab.experiments.linked_records import fingerprints
from privlab.plots.records import draw_fingerprints

marks = fingerprints(diabetes(), count=4)
show(marks, draw_fingerprints)

# %% [markdown]
# *Four bars: 1 % of the patients are unique by age, 3 % by age and sex, 98 % with the
# body mass index, all with the blood pressure.*

# %%
claim("age and sex leave 97 in 100 patients in a crowd", marks.unique[1] < 0.03)
claim("with the body mass index 97 in 100 stand alone", marks.unique[2] > 0.97)
claim(
    "in a town of 20 000, 95 in 100 are unique by their date of birth",
    curves.shares[day][-1] > 0.95,
)

# %% [markdown]
# **Your turn** → `at-01` in `exercises/01_1_data_leakage.ipynb`.
#
# ## A defence: disappear in a crowd
#
# The town answers as many have. It *generalises* (泛化): bands of years instead of
# years, bands of postcodes instead of postcodes. Then it withholds every row that still
# looks like fewer than four others. In what is left, each row looks like at least $k=5$
# rows, itself included. Such a table is **k-anonymous** (k-匿名; Samarati and Sweeney
# 1998; Sweeney 2002). Find bands that withhold little and stay useful.

# %%
from privlab.experiments.crowds import crowds
from privlab.plots.records import draw_crowds

explore(
    crowds,
    draw_crowds,
    years=slider("width of a band of birth years", 1, 40, 5),
    postcodes=slider("width of a band of postcodes", 1, 50, 10),
    residents=2_000,
    k=5,
    seed=11,
)

# %% [markdown]
# *Bars: the share of rows in groups of one, two to four, and so on. Hatched bars are
# below k and withheld. With wide bands everything moves to the right.*

# %%
table = crowds(residents=2_000, years=5, postcodes=10, k=5, seed=11)
print(f"{table.withheld:.0%} of the rows are withheld")
claim("five years and ten postcodes withhold few rows", table.withheld < 0.05)
published = table.crowd[table.crowd >= table.k]
claim("every published row looks like at least 5", min(published) >= 5)

# %% [markdown]
# ## The attack again
#
# Nobody can find your row any more: one of five, at best. But who wants your row? They
# want your diagnosis. Nobody has to find the row if all rows of your group say the same.

# %%
predict(
    "crowd-tells",
    "Can a 5-anonymous table still tell somebody's diagnosis for sure?",
    options=["no", "yes"],
)

# %%
from privlab.experiments.crowds import readings
from privlab.plots.records import draw_readings

leaks = readings(table)
show(leaks, draw_readings)

# %% [markdown]
# *Four bars. Some residents are surely without an illness; some of the ill have only one
# possible illness; the chance of cancer in the town, and, many times higher, in the worst
# group.*
#
# Three ways to read a crowd:
#
# **Homogeneity** (同质性攻击). All rows of a group agree. Here they always agree on "no
# illness", the commonest entry. That too is a fact that was not yours to tell.
#
# **Background knowledge** (背景知识攻击). You know that a neighbour was in hospital. So
# you cross out "none" in her group. For some of the ill, one illness is left.
#
# **Skew** (偏斜攻击). Nothing is certain, but the group is unlike the town. Three in a
# hundred have cancer; in one group it is one in five or more. An insurer needs no more.

# %%
claim("a 5-anonymous table gives some diagnoses away", leaks.certain > 0)
claim("here only that people are well", leaks.only_healthy)
claim("knowing more gives some illnesses away", leaks.ill_certain > 0)
claim(
    "in one group cancer is five times as likely as in town",
    leaks.cancer_after > 5 * leaks.cancer_before,
)
claim("the poorest group has one diagnosis: l = 1", table.diversity == 1)
reveal("crowd-tells", "yes")

# %% [markdown]
# Each failure got a patch. *l-diversity* (l-多样性) asks for at least $l$ different
# diagnoses in each group (Machanavajjhala, Kifer, Gehrke and Venkitasubramaniam 2007):
# our table has $l=1$. *t-closeness* (t-接近性) asks that the shares in each group be
# close to the town's (Li, Li and Venkatasubramanian 2007). Make the bands wider and $l$,
# in the title of the widget above, grows.
#
# **Your turn** → `at-02`.
#
# ## Two tables
#
# The patches share one hole. They are properties of *a table*. The next table does not
# know about the last.
#
# The tax office publishes salaries by year of birth and sex; postcodes are left out. The
# statistics office publishes salaries by postcode and sex; years are left out. Every
# group in either table has at least five people, and nearly as many different salaries.
# You know that Li is in both. Li's salary is among those of her age, *and* among those
# of her postcode.

# %%
from privlab.experiments.two_tables import two_tables
from privlab.plots.records import draw_two_tables

explore(
    two_tables,
    draw_two_tables,
    rounding=log_slider("salaries rounded down to (€)", 1, 10_000, 1),
    residents=slider("residents", 1_000, 4_000, 2_000, 500),
    seed=11,
)

# %% [markdown]
# *Pairs of bars: salaries known for sure, and best guesses that are right. By age: none
# for sure. By place: none. By both tables: more than half.*
#
# Only what is in both groups is possible, and usually that is one salary. Ganta,
# Kasiviswanathan and Smith (2008) called this the *intersection attack* (交集攻击). Round
# the salaries and it weakens, but so does the table. No rule that looks at one table can
# stop it. This is the missing property: *composition* (组合). A promise is worth little
# if two kept promises make a broken one.

# %%
pair = two_tables(residents=2_000, rounding=1, seed=11)
claim("both tables are 5-anonymous", min(pair.k) >= 5)
claim("every group has five different salaries", min(pair.diversity) >= 5)
claim("neither gives a salary away", pair.certain[:2] == (0, 0))
claim("together they give away more than half", pair.certain[2] > 0.5)

# %% [markdown]
# **A defence that composes.** Both offices publish *counts* instead of rows: how many
# people of each group earn between 40,000 and 45,000, and so on. To each count they add
# random noise of a size set by ε; a smaller ε means more noise. This is *differential
# privacy* (差分隐私), lesson 3.1. Its budgets add up: half of ε for each office is ε in
# all, whatever a reader knows from elsewhere. Same attack, on the noisy counts:

# %%
from privlab.experiments.two_tables import noisy_tables
from privlab.plots.records import draw_noisy_tables

noisy = noisy_tables(residents=2_000, seed=11)
show(noisy, draw_noisy_tables)

# %% [markdown]
# *Share of right guesses against ε. At ε = 10 it is that of the exact tables, about
# twice what naming the commonest band to everyone would get; at ε = 1 about that;
# below, less.*

# %%
from privlab.dp.mechanisms import Laplace

at_one = noisy.right[list(noisy.epsilons).index(1)]
claim("exact counts beat the commonest band", noisy.exact > 1.5 * noisy.blind)
claim("at ε = 1 two tables are little help", at_one < noisy.blind + 0.05)
claim(
    "at ε = 10 they are as good as exact", noisy.right[-1] > 0.9 * noisy.exact
)

each = Laplace(epsilon=1 / 2, sensitivity=1)  # half of ε for each office
claim("at ε = 1 a count is off by 2 on average", each.scale == 2)

# %% [markdown]
# There is a price. At ε = 1 each count, often of a handful of people, is off by two on
# average: fine detail is gone, for researchers too. They must ask for fewer and coarser
# numbers.
#
# **Your turn** → `at-03`.
#
# ## Only counts, and only large ones
#
# So publish no rows at all. A clerk with a password may ask the town's computer "how
# many residents are such and such?", and gets an exact count. Counts below 5 are refused,
# and so are counts that leave out fewer than 5, since subtracting from 2,000 is easy.
#
# The target lives alone in her square of the register: one resident with this postcode,
# sex and year of birth. The clerk asks how many residents are such *and* ill.

# %%
from privlab.experiments.refused_counts import Counter, village

place = village(residents=2_000, targets=500, seed=11)
counter = Counter(least=5)
print("the direct question:", counter(place.known[0] & place.ill))

# %% [markdown]
# `None`: refused. Now think of lesson 00, where two averages gave away the salary between
# them. A *differencing attack* (差分攻击) needs two permitted answers that differ in one
# person. Take all women, T. Ask how many are women *or* the ill target; how many are men
# *or* the ill target; how many women; how many men. Everybody is a woman or a man here,
# so in the first two answers together everyone counts once, and the target once more, if
# she is ill:
#
# $$q(C)=q(C\cup T)+q(C\cup\overline T)-q(T)-q(\overline T).$$
#
# All four counts are large. This is the *tracker* (追踪器攻击) of Denning, Denning and
# Schwartz (1979).

# %%
from privlab.attacks.differencing import tracker

source(tracker)

# %%
found = [place.asked(counter, i) for i in range(len(place.known))]
print("four permitted answers:", found[0].answers, "→", found[0].count)
right = [own.count == ill for own, ill in zip(found, place.truth, strict=True)]
claim("the tracker tells for each of 500 targets who is ill", all(right))
everything = [answer for own in found for answer in own.answers]
claim("C04: every answer it used was permitted", None not in everything)

# %% [markdown]
# **A defence.** The counter refuses nothing, and adds noise to each answer.

# %%
from privlab.experiments.refused_counts import noisy_answers
from privlab.plots.refused_counts import draw_noisy_answers

explore(
    noisy_answers,
    draw_noisy_answers,
    epsilon=log_slider("ε per answer", 0.1, 30, 0.5),
    residents=2_000,
    targets=500,
    seed=11,
)

# %% [markdown]
# *Two histograms of the count worked out for one person: the target is well (0), the
# target is ill (1). At ε = 0.5 they overlap almost wholly; at ε = 30 they stand apart.*

# %%
largest = max(found[0].answers)
strong, weak = (
    noisy_answers(epsilon=e, residents=2_000, targets=500, seed=11)
    for e in (0.1, 30)
)
claim("at ε = 0.1 an answer, guesses are little use", strong.right < 0.62)
claim("at ε = 30 they are nearly always right", weak.right > 0.95)
scale = Laplace(epsilon=0.1, sensitivity=1).scale
claim("noise at ε = 0.1 is 1 % of such a count", scale < 0.011 * largest)

# %% [markdown]
# The noise must outdo *one person*, whose weight is 1; counts of a thousand hardly
# suffer.
#
# **Your turn** → `at-04`: hidden counts again, and the totals beside them.
#
# But the clerk may ask again and again. How many noisy answers are too many?
#
# ## Many noisy answers
#
# Each of 48 real patients of the diabetes study has one secret: did the disease grow
# faster than the median, yes or no? A computer answers any question of the form "how many
# of *these* patients are fast?", for any group of patients, and each answer is a little
# off. You ask 192 random questions, four for each patient.
#
# Answer and question are one equation: a sum of 24 or so unknowns is about 13. You have
# 192 of them and 48 unknowns. Look for the values $x_i$ between 0 and 1 that contradict
# the answers least,
#
# $$\min_{0\le x\le 1}\;\sum_j\Bigl|\,y_j-\sum_{i\in S_j}x_i\,\Bigr|,$$
#
# and round them. That is a *linear program* (线性规划), which computers solve quickly.

# %%
from privlab.attacks.reconstruction import least_absolute

source(least_absolute)

# %%
predict(
    "counts-rebuilt",
    "Each answer is off by about 1 patient. How many secrets come out right?",
    options=["about half: guessing", "three quarters", "nearly all"],
)

# %%
from privlab.experiments.noisy_subsets import recovered
from privlab.plots.noisy_subsets import draw_recovered

explore(
    recovered,
    draw_recovered,
    noise=slider("noise σ, in units of √n", 0, 3, 0.15, 0.05),
    patients=slider("patients n", 16, 64, 48, 16),
    each=slider("questions for each patient", 2, 5, 4),
    seed=11,
)

# %% [markdown]
# *A point for each patient: the program's value, and by its shape the truth. At 0.15 √n,
# about one patient, the points lie near 0 and 1 on the right side. At 1 √n they are all
# over, and crosses mark the wrong ones.*

# %%
little = recovered(patients=48, each=4, noise=0.15, seed=11)
print(f"each answer is off by about {little.sigma:.0f} patient")
claim("nine in ten secrets or more come out right", little.right >= 0.9)
reveal("counts-rebuilt", "nearly all")

# %% [markdown]
# This is *database reconstruction* (数据库重建). The article's data leak (数据泄露) is
# here at its purest: no row was ever published, and every row came out.
#
# How much noise stops it? Move the noise to 1: about a third of the secrets are wrong.
# Then change $n$. For 16 patients that noise is 4 patients, for 64 it is 8. Does the
# attack do better or worse? One run wobbles, so here are averages.

# %%
from privlab.experiments.noisy_subsets import phase
from privlab.plots.noisy_subsets import draw_phase

change = phase(seed=11)
show(change, draw_phase)

# %% [markdown]
# *Right secrets against noise. Left, in patients: three curves side by side, the larger
# n further right. Right, in units of √n: the three nearly fall on one another, from all
# right to little better than guessing, and cross 75 % between 0.5 and 0.9 √n.*
#
# **Why √n.** Guess one patient wrong and each question about them is off by 1: in all,
# half of the questions. Noise of size σ hides that while many questions average it away:
# $m$ of them, each about half of the patients, leave about $2\sigma/\sqrt m$ on each
# patient. With $m=4n$ that is $\sigma/\sqrt n$: small beside 1 if σ is far below
# $\sqrt n$, and large far above.
# Dinur and Nissim (2003) proved it in general: with errors well below $\sqrt n$ and
# enough questions, nearly every secret falls. Dwork, McSherry and Talwar (2007) showed
# that it even works if a share of the answers is pure nonsense.

# %%
columns = list(change.noises)
claim(
    "at σ = 0.1 √n nearly all secrets come out, at every n",
    change.right[:, columns.index(0.1)].min() > 0.97,
)
claim(
    "at σ = 3.2 √n the attack does little better than guessing",
    change.right[:, columns.index(3.2)].max() < 0.66,
)
claim("noise over √n decides, whatever n", change.spread < 0.15)

# %% [markdown]
# The United States Census Bureau did this to its own tables of 2010, and rebuilt records
# of people from published counts that had been thought safe. For the census of 2020 it
# chose differential privacy (Abowd 2018; how such an attack works: Garfinkel, Abowd and
# Martindale 2018).
#
# **The defence.** All 256 counts about 64 patients are released with noise that keeps
# one promise of ε for the whole list. One patient is in about half of the questions, at
# most in all $m=4n$, so the noise must hide a change of length $\sqrt m=2\sqrt n$. The
# promise has found $\sqrt n$ by itself.

# %%
from privlab.experiments.noisy_subsets import defended
from privlab.plots.noisy_subsets import draw_defended

shield = defended(patients=64, each=4, seed=11)
show(shield, draw_defended)

# %% [markdown]
# *Right secrets against ε. Up to ε = 2 the attack stays near guessing; at ε = 100 nearly
# all come out. A dashed curve above it is the most that ε allows any attack.*

# %%
at = dict(zip(shield.epsilons, shield.right, strict=True))
noise = dict(zip(shield.epsilons, shield.noises, strict=True))
print(f"ε = 1 needs noise of {noise[1]:.1f} √n on each count")
claim("at ε = 1 the noise is far above √n", noise[1] > 5)
claim("at ε = 1 fewer than two thirds come out right", at[1] < 2 / 3)
claim("ε = 100 stops nothing: nine in ten come out", at[100] > 0.9)

# %% [markdown]
# Again the price is honest. Noise of 7 √n is 60 patients, on counts of about 16: 256
# questions about 64 people cannot be answered usefully *and* safely, by anybody. One
# question could, or 256 about a million people. Too many answers that are too accurate
# give everything away; that is a law, and not a weakness of one system (Dwork and Roth
# 2014, chapters 1 and 8).
#
# **Your turn** → `at-05`.
#
# ## Was this not a matter of security?
#
# The article calls privacy protection a part of data security (2.2). Look at who the
# adversaries were: a reader of a public table, a reader of two, a clerk with a password,
# a researcher with a contract. A firewall, encryption on the disk and a list of who may
# log in would have changed nothing. *Security* (数据安全) decides who gets an answer.
# *Privacy* (隐私) is about what the answer says, to anyone, about one person. You need
# both. Lesson 2 takes them apart one by one.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C01 | data that hold identities and medical records leak (1.1) | holds | rows without names got names; two harmless tables gave away salaries; counts gave back a whole column. That a language model recites its training data is lesson 1.4 |
# | C04 | privacy balances use and protection, and is part of data security (2.1 to 2.3) | holds **if** it means more than access | every attack used permitted answers; ε set the balance, and both sides of it were measured |
#
# ## What to remember
#
# - Removing names anonymises nothing. The combination of harmless columns is a name.
# - k-anonymity hides your row. It does not hide what all rows of a group have in common,
#   and two such tables together may hide nothing.
# - Refusing small counts does not help: large ones can be subtracted.
# - Noise far below $\sqrt n$ on many counts is no protection at all. Noise for a small ε
#   is enough, and costs accuracy; the fewer questions, the less.
# - Ask of every protection: what if it is used twice?
#
# **Next:** the exercises in `exercises/01_1_data_leakage.ipynb`; then lesson 3.1, which
# says exactly what ε promises.
#
# *Sources.* Denning, Denning and Schwartz 1979, ACM Trans. Database Syst. 4. Dalenius
# 1986, J. Official Statistics 2. Samarati and Sweeney 1998, SRI-CSL-98-04. Sweeney 2000,
# *Simple demographics often identify people uniquely*. Sweeney 2002, Int. J. Uncertainty,
# Fuzziness and Knowledge-Based Systems 10. Dinur and Nissim 2003, PODS. Efron, Hastie,
# Johnstone and Tibshirani 2004, Ann. Stat. 32. Golle 2006, WPES. Dwork, McSherry and
# Talwar 2007, STOC. Li, Li and Venkatasubramanian 2007, ICDE. Machanavajjhala, Kifer,
# Gehrke and Venkitasubramaniam 2007, ACM Trans. Knowl. Discov. Data 1. Ganta,
# Kasiviswanathan and Smith 2008, KDD. Dwork and Roth 2014, *The Algorithmic Foundations
# of Differential Privacy*. Abowd 2018, KDD. Garfinkel, Abowd and Martindale 2018, ACM
# Queue 16.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("1.1")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
