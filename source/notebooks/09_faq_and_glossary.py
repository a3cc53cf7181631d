# %% [markdown]
# # 9 · Questions and words (常见问题与解答)
#
# *The article's section 9.*
#
# **The question.** How is it done: in five lines each, and with the mistakes left out?
#
# **Afterwards you can** write the core of each method from memory; answer the twenty
# questions that come up in every class; tell a person who is asked for their data what
# ε means for them; look up every term of the course in two languages.
#
# **You need** lessons 3.1 to 3.3. **Time:** 45 minutes, and 50 more for the exercises.

# %%
import math

import numpy as np

from privlab.course.lesson import claim, predict, reveal
from privlab.widgets import explore, log_slider, slider, text

rng = np.random.default_rng(9)

# %% [markdown]
# ## The article's three questions
#
# The article ends with three questions and answers each with a list of steps. The
# lists repeat its section 3.2. A list of steps is a program, so let us run it.
#
# ### 9.1 How is differential privacy (差分隐私) done?
#
# *Add Laplace or Gaussian noise to the output, then cut the result to a range, "to
# remove the effect of the noise"*, says the article. Ten salaries, in thousands of
# euros; the last is that of a very rich person.

# %%
predict(
    "faq-order",
    "The article's two steps, noise and cut. How should they stand?",
    options=["noise, cut", "cut, noise", "either way"],
)

# %%
from privlab.dp.mechanisms import Laplace

salaries = np.array([31, 38, 40, 42, 45, 47, 52, 55, 61, 40_000])
bounded = np.clip(salaries, 0, 100)
noise = Laplace(epsilon=1, sensitivity=(100 - 0) / len(bounded))
published_mean = noise.release(bounded.mean(), rng=rng)

# %% [markdown]
# Five lines: bound, calibrate, add. Which order is right is decided by one number: how
# far the mean moves when the rich person is replaced by an ordinary one. The noise was
# sized for 10.

# %%
others = np.append(salaries[:-1], 40)
moved_bare = abs(salaries.mean() - others.mean())
moved_bounded = abs(bounded.mean() - np.clip(others, 0, 100).mean())
claim(
    "clipped first, a person moves the mean by 10 at most", moved_bounded <= 10
)
claim("unclipped, the rich one moves it by nearly 4 000", moved_bare > 3_990)
ratio = noise.density(50, value=50) / noise.density(50, value=50 + moved_bare)
claim(
    "C28: noise, then cut: some output is e^399 times likelier",
    ratio > math.e**399,
)
near = noise.density(50, value=50) / noise.density(50, value=50 + moved_bounded)
claim("C28: cut, then noise: at most e^1 times", near <= math.e)
reveal("faq-order", "cut, noise")

# %% [markdown]
# What you do to the published number afterwards is post-processing (后处理): allowed,
# and neither good nor bad for privacy (lesson 3.1).
#
# ### 9.2 How is homomorphic encryption (同态加密) done?
#
# *Encrypt the data, train on it encrypted, decrypt the model.* The article does not say
# who does which. That is the whole point, so here are two people: the client, who has
# numbers, and the server, who has weights 2, 4 and 1 and a public key.

# %%
from privlab.he.paillier import private_key

key = private_key(1024)  # the client's; use 2048 in earnest
sealed = [key.public.encrypt(value) for value in (3, 5, 7)]  # the client
score = sealed[0] * 2 + sealed[1] * 4 + sealed[2]  # the server
opened = key.decrypt(score)  # the client

# %%
claim("the server's arithmetic was right: 2·3 + 4·5 + 7 = 33", opened == 33)
again = key.public.encrypt(3)
claim("equal numbers look different each time", again.value != sealed[0].value)
held = vars(key.public)
claim(
    "C28: the server holds n and not its factors", held == {"n": key.p * key.q}
)

# %% [markdown]
# A weighted sum is all that Paillier's scheme can do. Lesson 4.2 fits a regression on
# ciphertexts, and lesson 3.2 shows with CKKS what each multiplication of two
# ciphertexts costs. And mark the end: whoever decrypts the *model* holds a model that
# remembers. Encryption protects the way, not the result.
#
# ### 9.3 How is federated learning (联邦学习) done?
#
# *Distribute the data, train locally, aggregate at the server.* Here the data was never
# in one place. Three hospitals of 20, 100 and 322 diabetes patients fit one regression.

# %%
from privlab.core.datasets import diabetes

data = diabetes()
x = np.column_stack([data.features, np.ones(len(data))])
y = (data.target - data.target.mean()) / data.target.std()
hospitals = np.split(rng.permutation(len(y)), [20, 120])


def step(w, rows, rate=0.1):
    """One gradient step of least squares on a hospital's own rows."""
    return w - rate * x[rows].T @ (x[rows] @ w - y[rows]) / len(rows)


# %%
w, plain, pooled = np.zeros((3, x.shape[1]))
for _ in range(30):
    w = sum(len(rows) / len(y) * step(w, rows) for rows in hospitals)
    plain = sum(step(plain, rows) for rows in hospitals) / 3
    pooled = step(pooled, np.arange(len(y)))
claim(
    "C28: weighted by size, it is training on all patients",
    np.allclose(w, pooled),
)
claim(
    "a plain mean of the three is not",
    not np.allclose(plain, pooled, rtol=0.01),
)

# %% [markdown]
# With one step a round and weights $n_k/n$ the three get exactly what they would have
# got together. With more local steps they drift apart (lesson 4.3).
#
# **Attack it.** Did the hospitals' data stay private? Let one of them have a single
# patient. The server receives an update, and divides.

# %%
patient = hospitals[0][:1]
change = step(w, patient) - w  # all that the server sees
found = change / change[-1]  # the last feature is always 1
rebuilt = np.allclose(found, x[patient])
claim("the server rebuilt every feature of the patient", rebuilt)

# %% [markdown]
# The update is the patient times a number, and the constant feature gives the number
# away. So the short answer to 9.3 is: locally trained, *securely aggregated, and with
# noise* (lesson 3.3).
#
# **Your turn** → `fa-01` in `exercises/09_faq_and_glossary.ipynb`.
#
# ## What does ε mean for me?
#
# Somebody asks for your data and says "ε = 1". You are not interested in mechanisms.
# You fear something: that an insurer raises your premium, say. Suppose that it happens
# to 10 % of the people anyway, whether they take part or not. What can taking part do
# to you, at the very worst?

# %%
from privlab.experiments.chances import chances
from privlab.plots.chances import draw_chances

explore(
    chances,
    draw_chances,
    epsilon=log_slider("ε of one answer", 0.01, 5, 0.5),
    answers=slider("answers about me (count)", 1, 10, 1),
    without=slider("harm without me (probability)", 0.01, 0.5, 0.1, 0.01),
)

# %% [markdown]
# *Two fields of a hundred marks. A cross is somebody who meets the harm: on the left
# those who stay away, on the right at most so many of those who take part.*
#
# For any harm, from anybody, now or in a hundred years, with whatever else they know:
# at ε = 0.1 ten of a hundred become at most eleven or twelve. At ε = 1 they may become
# 28. At ε = 5 the promise says next to nothing. It is a bound; an attacker may well fall
# short of it, but only the bound is promised.

# %%
most = {e: chances(epsilon=e, answers=1, without=0.1).most for e in (0.1, 1, 5)}
claim("ε = 0.1: 10 % becomes at most 11.1 %", round(most[0.1], 3) == 0.111)
claim("ε = 1: at most 27.2 %", round(most[1], 3) == 0.272)
claim("ε = 5: more than 99 %", most[5] > 0.99)
ten = chances(epsilon=0.1, answers=10, without=0.1).most
claim("ten answers at 0.1 are one at 1", math.isclose(ten, 0.1 * math.e))

# %% [markdown]
# What it does *not* promise: that nothing bad is found out. If a study shows that
# smokers fall ill, every smoker's premium may rise, also of those who stayed away
# (Dwork and Roth 2014, section 1). That is the left field.
#
# ### And δ?
#
# A careless lottery: with chance δ for each person, publish the person's record as it
# is. This is (0, δ)-differential privacy, to the letter.

# %%
from privlab.experiments.chances import published, somebody
from privlab.plots.chances import draw_published

explore(
    published,
    draw_published,
    people=log_slider("people in the data (count)", 10, 10_000_000, 10_000),
    delta=log_slider("δ", 1e-9, 0.01, 1e-5),
)

# %% [markdown]
# *The chance that somebody's record is published, against the number of people: near
# zero for few people, near certainty where people times δ passes one.*

# %%
n = 10_000
claim("δ = 1/n: somebody is hit in 63 %", round(somebody(n, 1 / n), 2) == 0.63)
claim("δ = 1/(100 n): in 1 %", round(somebody(n, 0.01 / n), 3) == 0.01)

# %% [markdown]
# So δ must be far below $1/n$, not near it. The Gaussian mechanism spends its δ in a
# milder way; the promise alone does not say which way it is.
#
# **Your turn** → `fa-02`, and the decision `fa-03`.
#
# ## Twenty questions
#
# Each has a short answer. A line below repeats it in code, or the lesson and the
# exercise named there measure it.
#
# **1. The names are removed. Is that enough?** No: birth year, sex and postcode are a
# name for many people of a town, and lesson 1.1 puts the names back. `at-01`.
#
# **2. We publish only sums. What can go wrong?** Two sums whose groups differ by one
# person. Lesson 1.1, `at-04`.
#
# **3. The data is encrypted. Is it private?** From those without the key. Lesson 2,
# `co-01`.
#
# **4. Is differential privacy "adding noise"?** Noise *sized for a bounded
# sensitivity*. Without the bound there is no ε, as seen above. Lesson 3.1, `dp-03`.
#
# **5. Which ε should I take?** The one whose worst case you could explain to the person
# concerned. An even belief goes to 73 % at ε = 1, and to 99.97 % at 8.

# %%
from privlab.attacks.linkage import groups
from privlab.core.datasets import people
from privlab.experiments.odds import posterior

town = people(5_000, rng=rng)
alone = groups((town.birth_year, town.sex, town.postcode)).unique
claim("1: more than one in four is the only one of their kind", alone > 0.25)
everybody, but_one = town.salary.sum(), town.salary[1:].sum()
claim("2: two sums are one salary", everybody - but_one == town.salary[0])
claim("5: ε = 1 lifts 50 % to 73 %", round(posterior(0.5, 1), 2) == 0.73)
claim("5: ε = 8 lifts 50 % to 99.97 %", round(posterior(0.5, 8), 4) == 0.9997)

# %% [markdown]
# **6. Is ε = 10 worthless, then?** As a promise to a doubter, yes. Against somebody who
# searches one member among a million, a belief of one in a million rises to
# 2.2 % and no higher. Say which of the two you mean. Lesson 3.1, `dp-04`.
#
# **7. May I ask as often as I like?** No. The ε add up, and fresh noise averages out.
# Asking again of the *published* answer is free. Lesson 3.1, `dp-06`.
#
# **8. Why do two papers report different ε for the same noise?** Often their neighbours
# differ: adding a person changes one bin of a histogram, replacing one changes two.
#
# **9. Laplace or Gauss?** One number: Laplace. A thousand numbers about each person:
# Gauss, whose noise grows with $\sqrt{k}$ instead of $k$. Lesson 4.1, `dp-11`.
#
# **10. Who pays for the noise?** Small groups. The same noise is nothing for ten
# thousand people and ruins a group of ten. Lesson 3.1, `dp-05`.

# %%
from privlab.dp.mechanisms import Gaussian
from privlab.dp.queries import Relation, histogram

claim(
    "6: ε = 10 lifts one in a million to 2.2 %",
    round(posterior(1e-6, 10), 3) == 0.022,
)
averaged = noise.release(np.full(40_000, 50.0), rng=rng).mean()
claim(
    "7: the mean of 40 000 noisy answers is off by < 1", abs(averaged - 50) < 1
)
two = [histogram([1, 2, 2], bins=[1, 2], relation=r).l1 for r in Relation]
claim("8: a histogram's sensitivity is 1 or 2", two == [1, 2])


# %%
def gauss(k):
    """Standard deviation of the noise on k counts, (ε, δ) = (1, 1e-6)."""
    return Gaussian(epsilon=1, delta=1e-6, sensitivity=math.sqrt(k)).sigma


laplace = Laplace(epsilon=1, sensitivity=1).scale * math.sqrt(2)
claim("9: one count: Laplace", laplace < gauss(1))
claim("9: a thousand counts: Gauss", gauss(1_000) < 1_000 * laplace)
shares = laplace / 10, laplace / 10_000
claim("10: off by 14 % of ten people", round(shares[0], 2) == 0.14)
claim("10: and by 0.014 % of 10 000", round(shares[1], 5) == 0.00014)

# %% [markdown]
# **11. Am I protected with my whole family?** Four people at ε are one group at 4ε.
# Lesson 4.4 has patients of several hospitals, `dp-25`.
#
# **12. Does privacy stop manipulated data?** No: that is integrity (完整性). Lessons 1.3,
# 2 and 6.2, `co-01`, `me-03`.
#
# **13. The data never leaves the device. Is it private?** The update was the patient, as
# you saw. Lesson 3.3, `fl-01`.
#
# **14. And with secure aggregation?** Then only the sum is seen, and a sum of two is
# known to each of the two. Ask how many are in it. Lesson 3.3, `fl-04`.
#
# **15. Is homomorphic encryption too slow?** For deep networks, on most machines, yes;
# for scores and sums, no. It is also *large*: one number of 8 bytes became 256.
# Lesson 3.2, `he-01`.

# %%
family = 50 + 4 * noise.sensitivity  # four people moved it
odds = noise.density(50, value=50) / noise.density(50, value=family)
claim("11: ε = 1 for one is ε = 4 for four", math.isclose(odds, math.exp(4)))
size = math.ceil(math.log2(key.public.n**2) / 8)
claim("15: a 1024-bit key makes 8 bytes 256", size == 256)

# %% [markdown]
# **16. Who should hold the key?** The one whose data it is, and never the one who
# computes. Lesson 3.2 shows what a context with the secret key in it gives away.
#
# **17. Will quantum computers break all this?** What rests on factoring, as Paillier's
# scheme does: the factors *are* the key. Lattice schemes such as CKKS are believed to
# stand. Differential privacy rests on no hard problem.
#
# **18. Is synthetic data private?** Only if the generator was. A generator that repeats
# its training records is a copier with extra steps. Lessons 5.4 and 6.1.
#
# **19. Can a model forget me?** Not by deleting your file: what it learned is in its
# weights, and other copies of your text may be, too. Lesson 5.4, `lm-26`.
#
# **20. I trained a hundred models and publish the best. What does it cost?** More than
# one. The choice looked at the data. Lesson 5.2, `dp-46`.

# %%
from privlab.he.paillier import PrivateKey

small = PrivateKey(p=1009, q=1013)
letter = small.public.encrypt(42)
factor = next(d for d in range(2, 2_000) if small.public.n % d == 0)
thief = PrivateKey(p=factor, q=small.public.n // factor)
claim("17: whoever factors n reads the letter", thief.decrypt(letter) == 42)

# %% [markdown]
# **Your turn** → `fa-04`, and if you have a free afternoon the capstone below.
#
# ## The words
#
# The course's terms in English and Chinese are a table of data, which this widget
# searches. Type part of a word in either language, or a word of the explanation.

# %%
from privlab.course.glossary import glossary, search, terms
from privlab.plots.glossary import draw_found

explore(search, draw_found, word=text("word", "sensitivity", "noise", "key"))

# %% [markdown]
# *A row for each term found, the best on top, and a square at the lesson that teaches
# it first. The line below gives the best one's Chinese and its meaning.*
#
# `glossary("...")` looks up one term, in a lesson or in your own notebook.

# %%
print(glossary("secure aggregation"))
claim("the glossary has at least 150 terms", len(terms()) >= 150)
claim("no term twice", len({t.name for t in terms()}) == len(terms()))

# %% [markdown]
# ## Capstone (结课项目)
#
# *A service.* A town's four clinics, with 300 to 3 000 patients each, want to offer
# three things: a monthly table of eight diagnoses by district on the town's web page; a
# risk score for a patient at home, who does not want to send the answers in clear; and
# a common model for the score, although no clinic may hand out records.
#
# *Your task*, alone or in a group, in about six hours and at most six pages of a
# notebook: **design** it, **build** it with this library on data you generate,
# **attack** it yourself, and **report** what you promise, to whom, at what price.
#
# | | 0 | 1 | 2 |
# |---|---|---|---|
# | Threat model | missing | who and what is seen | for every part: who, sees what, wants what |
# | Promise | "private" | ε without a unit or for one part | neighbours, ε and δ over the whole year, keys and who holds them |
# | Build | does not run | runs | runs from top to bottom, and each number in the report comes out of it |
# | Attack before | none | one part | each part attacked unprotected, with a number |
# | Attack after | none | one, without a baseline | the same attacks again, with baseline and uncertainty; audited ε below the claimed |
# | Price | none | one of accuracy, time, bytes | all three, and small districts apart from large ones |
# | Honesty | claims more than was shown | some limits | what is not protected is said first |
#
# Ten of fourteen is a good piece of work; a 0 for honesty fails it.
#
# **A worked example: the first part.** The table is *one* histogram a month, twelve a
# year. The neighbours: one patient, added or removed, who is counted once a month. The
# year's budget is ε = 1.2, so each month gets 0.1. Is the table of any use?

# %%
monthly = Laplace(epsilon=1.2 / 12, sensitivity=1)
cells = rng.poisson(np.geomspace(3, 300, 8))  # one district's diagnoses
table = monthly.release(cells, rng=rng)
off = monthly.scale * math.log(20)  # exceeded by 5 % of all cells
claim("a cell is off by up to 30 people", 29 < off < 31)
claim(
    "good for the commonest, useless for rare ones", off < 0.2 * 300 and off > 3
)

# %% [markdown]
# The attack before: whoever knows all patients but one subtracts, and is right every
# time. The attack after: the best test of one month is right in at most
# $e^{0.1}/(1+e^{0.1})$, of the year in $e^{1.2}/(1+e^{1.2})$.

# %%
claim(
    "one month: right in 52.5 % at most", round(posterior(0.5, 0.1), 3) == 0.525
)
claim("the year: in 77 %", round(posterior(0.5, 1.2), 2) == 0.77)
tests = monthly.release(np.tile([3.0, 4.0], (20_000, 1)), rng=rng) > 3.5
right = (np.mean(~tests[:, 0]) + np.mean(tests[:, 1])) / 2
claim("the attack was run: right in 52 %", abs(right - 0.525) < 0.02)

# %% [markdown]
# The report would say: rare diagnoses do not appear; publish by the quarter, and the
# error falls by a factor of three. (Why three? Twelve releases became four.) Or put
# districts together: the noise in a cell stays, the counts grow. The patient who goes
# to two clinics has 2ε, and that stands in the first paragraph. The score and the
# common model remain for you.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C28 | 9.1: add noise, then cut | **corrected**: cut, then noise | a likelihood ratio of $e^{399}$, against $e^1$ |
# | C28 | 9.2: encrypt, train, decrypt | holds **if** client and server are two, and the depth is small | the server had no key; the result still tells |
# | C28 | 9.3: distribute, update, aggregate | holds **if** weighted by size; private **only** with more | one update was one patient |
#
# ## What to remember
#
# - Bound, calibrate, add noise; what comes after is free.
# - The client encrypts and decrypts, the server computes.
# - Weights by size; and an update is data.
# - ε is for the person, δ is for the crowd.
# - Before any answer: who, sees what, wants what?
#
# **Next:** the exercises in `exercises/09_faq_and_glossary.ipynb`.
#
# *Sources.* Dwork and Roth 2014, *The Algorithmic Foundations of Differential Privacy*.
# Paillier 1999, EUROCRYPT. McMahan et al. 2017, AISTATS. Nanayakkara et al. 2023,
# USENIX Security (explaining ε by odds).

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("9")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
