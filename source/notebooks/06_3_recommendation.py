# %% [markdown]
# # 6.3 · Recommendation (推荐系统)
#
# *The article's sections 6.3 and 3.4.*
#
# **The question.** A shop of films knows what you watched, how you liked it, and when.
# It wants to tell you what to watch next. What do ratings give away, and how much of
# the service is left if they are protected?
#
# **Afterwards you can** put a name on a nameless record from four overheard films;
# read an age group off a list of likes; have ratings scored that the server cannot
# read, and steal the server's model in doing so; count viewers without knowing any;
# train a recommender with a promise to every viewer; and say which attack that promise
# stops, and which it cannot.
#
# **You need** lessons 3.1, 3.2 and 4.4. **Time:** 50 minutes, and 55 for the exercises.

# %%
import math

import numpy as np

from privlab.course.lesson import claim, predict, reveal, source
from privlab.widgets import (
    choice,
    explore,
    explore_on_run,
    log_slider,
    show,
    slider,
)

# %% [markdown]
# ## Invented viewers
#
# Nobody's real ratings are in this course, so the viewers are drawn. A film has a
# *character* of three numbers, a viewer a *taste* of three. If they point the same way
# the viewer likes the film, and is likelier to have watched it. Each viewer gives 10 to
# 30 films one to five stars, on up to six evenings.
#
# There is a secret. Half of the viewers are older, and their taste leans to one side.
# Nobody asks for it and no rating contains it. Here is the whole recipe:

# %%
from privlab.core.ratings import viewers

source(viewers)

# %% [markdown]
# You may have real ratings: the MovieLens data sets are public. The course downloads
# nothing, but reads their three formats, and says what is wrong with a file and where.

# %%
import tempfile
from pathlib import Path

from privlab.core.movielens import BadRatings, load_movielens

# %%
two = "7::31::5::978300760\n7::40::3::978302109\n"
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "ratings.dat")
    file.write_text(two)
    loaded = load_movielens(file).ratings
    file.write_text(two.replace("::3::", "::11::"))
    try:
        load_movielens(file)
    except BadRatings as error:
        print(error)
claim("two ratings were read", (loaded.users, len(loaded)) == (1, 2))

# %% [markdown]
# ## A record without a name
#
# The shop publishes its ratings for research. Names are replaced by random numbers.
# You know a colleague who talked about four films over lunch. You remember roughly how
# much she liked each, give or take a star, and roughly when, give or take two weeks.

# %%
predict(
    "four-films",
    "2,000 records, four films known roughly: how many people can you name?",
    options=["under 10 %", "about half", "nine in ten or more"],
)

# %%
from privlab.experiments.named_viewers import PUBLISHED, named_viewers
from privlab.plots.recommendation import draw_named

explore(
    named_viewers,
    draw_named,
    published=choice("the table has", list(PUBLISHED)),
    known=slider("films known (count)", 2, 8, 4),
    wrong=slider("of them wrong (count)", 0, 2, 0),
    seed=63,
)

# %% [markdown]
# *For each of 100 people, how far the best-fitting record stands out from the second
# best. Those right of the line are named. With stars and days nearly all stand far to
# the right, and it is the right record.*
#
# **Why.** Narayanan and Shmatikov (2008) give each record a score,
#
# $$\sum_i \frac{1}{\ln n_i}\left(e^{-|\Delta\text{stars}_i|/1.5}
# +e^{-|\Delta\text{days}_i|/30}\right),$$
#
# over the known films $i$ that are in it; $n_i$ people rated the film. A rare film
# tells more. Then they ask how *eccentric* the best record is (离群度): the gap to the
# second best, in standard deviations of all scores. Below 1.5 they name nobody. That
# makes the attack careful: it knows when it does not know.

# %%
full = [
    named_viewers(published="stars and days", known=4, seed=seed)
    for seed in range(5)
]
bare = [
    named_viewers(published="films only", known=8, seed=seed)
    for seed in range(5)
]
claim("four films name nine in ten", min(run.right for run in full) > 0.9)
claim("and hardly anyone wrongly", max(run.false for run in full) < 0.05)
claim("without stars and days: eight", min(run.right for run in bare) > 0.8)
reveal("four-films", "nine in ten or more")

# %% [markdown]
# This happened. In October 2006 Netflix published 100 million ratings of 480,000
# subscribers, with random numbers for names. The paper showed that eight ratings, two
# of which may be wrong, with dates within 14 days, single out 99 % of the records; it
# found two people by their ratings on a public film site. A second contest was called
# off in March
# 2010 after a lawsuit and questions from the US Federal Trade Commission.
#
# **Build and attack again.** Take away the days, then the stars: choose *films only*.
# It helps against who knows little, and fails against who knows eight films. A record
# of 20 films out of 400 is a fingerprint; removing columns blurs it. So the rest of
# this lesson publishes no records.
#
# **Price**: whoever needed the records for research has lost them. **A regulator would
# ask** whether this is disclosure. The US Video Privacy Protection Act of 1988 (18
# U.S.C. § 2710) forbids a provider to disclose knowingly what identifies a person as
# having obtained specific videos. For the EU's GDPR, recital 26, data are not
# anonymised (匿名化) while *means reasonably likely to be used* single someone out.
#
# **Your turn** → `re-01`.
#
# ## What your likes say of you
#
# Now the adversary is the shop itself, or whoever buys its data. 500 viewers told
# their age group. From these it learns which films older people like. Then it looks at
# viewers who told nothing. This is attribute inference (属性推断, lesson 1.2).

# %%
from privlab.experiments.guessed_age import SEEN, guessed_age
from privlab.plots.recommendation import draw_guessed_age

explore(
    guessed_age,
    draw_guessed_age,
    what=choice("the shop sees", list(SEEN)),
    films=slider("films of each viewer (count)", 1, 30, 5),
    seed=63,
)

# %% [markdown]
# *Scores of younger and older viewers whom the adversary never met. With five films the
# two heaps are shifted against each other; with 30 further. They never part.*

# %%
five, all_films, unrated = (
    np.mean(
        [
            guessed_age(what=what, films=films, seed=seed).result.auc
            for seed in range(5)
        ]
    )
    for what, films in (("stars", 5), ("stars", 30), ("films only", 30))
)
print(
    f"AUC: five films {five:.2f}, all {all_films:.2f}, no stars {unrated:.2f}"
)
claim("five films tell more than guessing", five > 0.65)
claim("all of them tell more", all_films > five + 0.03)
claim("that you watched tells nearly as much as how you liked", unrated > 0.73)

# %% [markdown]
# **A regulator would ask** whether viewers can refuse. In China's provisions on
# algorithmic recommendation (in force since 1 March 2022), Article 17 wants an option
# that is *not* based on personal characteristics, or to switch the service off, and
# lets users delete the tags about them (用户画像). In the EU, the GDPR's Article 21
# lets anyone object at any time to profiling for direct marketing.
#
# The option is cheap to build: show everybody the films that are popular. It needs
# counts, and no person's record. We come to counts below.
#
# ## Scored under your own key
#
# The article's answer is homomorphic encryption (同态加密). Keep the ratings at home;
# send a ciphertext. The server's model is a matrix factorisation (矩阵分解): stars are
# about $b_i + t\cdot c_i$, a film's level and its character times your taste. For a new
# viewer with ratings $r$ around the middle (0 where there is none) all scores are
#
# $$s = b + W r,\qquad W = C\,(C^\top C+\lambda I)^{-1} C^\top ,$$
#
# PureSVD (Cremonesi, Koren and Turrin 2010) with a ridge λ. One multiplication deep:
# one ciphertext in slots goes up, one score for each film comes down. The characters
# are rounded to whole 64ths, so that both sides compute with the same numbers.

# %%
from privlab.experiments.encrypted_scores import key_pair, sealed_scores
from privlab.plots.recommendation import draw_sealed

sealed = sealed_scores(seed=63)
show(sealed, draw_sealed)

# %% [markdown]
# *The 20 best unwatched films with their scores in the open. The numbers 1 to 10 are
# the order that the viewer got by decrypting: the same.*
#
# CKKS is approximate. Two films change places only if their scores are closer than
# twice the largest error. So compare the smallest gap among the first ten with that.

# %%
claim("the error is below 0.002 stars", sealed.error < 0.002)
claim(
    "the ten best are further apart than twice the error",
    sealed.margin > 2 * sealed.error,
)
claim(
    "the server's context holds no secret key",
    not key_pair().public.context.has_secret_key(),
)

# %% tags=["nbval-ignore-output"]
ratio = sealed.seconds / sealed.open_seconds
print(f"{sealed.seconds:.1f} s; in the open it takes 1/{ratio:,.0f} of that")
print(f"question {sealed.question_bytes / 1e3:.0f} kB")
print(f"answer {sealed.answer_bytes / 1e6:.1f} MB")
print(f"keys, sent once, {sealed.key_bytes / 1e6:.1f} MB")

# %% [markdown]
# **Price**: about half a second and three megabytes for 60 films here; a shop has
# thousands. The server sees that you asked, when, and from where. It does not see the
# ratings, nor the answer, nor which film you then play, unless you play it there.
#
# **Attack it, from the other side.** The viewer decrypts *exact* scores. They are the
# server's matrix times a vector of the viewer's choice, and encryption hides that the
# vector is no honest list of ratings. How many questions give away all 3,600 entries?

# %%
predict(
    "theft",
    "60 films, characters of three numbers, b known:"
    " how many exact answers give W?",
    options=["3", "60", "3,600"],
)

# %%
from privlab.experiments.stolen_scores import stolen_films
from privlab.plots.recommendation import draw_stolen

explore(
    stolen_films,
    draw_stolen,
    questions=choice("questions asked", [1, 2, 3, 10, 60], 3),
    noise=choice("noise in a score (stars)", [0.0, 0.01, 0.1, 0.3], 0.0),
    seed=63,
)

# %% [markdown]
# *Each of the 3,600 entries against what was worked out. Three exact answers: all on
# the line. With noise the cloud is wide, and narrows again with more questions.*
#
# $W$ is symmetric and of rank (秩) 3: its 60 columns mix three directions only. Let $Q$
# be three questions and $Y = WQ$ their answers, less $b$.
# Then $W = Y\,(Q^\top Y)^{-1}\,Y^\top$, exactly. More films need no more questions.
# Does it work through the encryption? Six questions, since CKKS errs a little, and one
# of zeros for the levels $b$:

# %%
from privlab.experiments.stolen_scores import stolen_under_encryption

three, two = (
    stolen_films(questions=count, noise=0.0, seed=63) for count in (3, 2)
)
real = stolen_under_encryption(seed=63)
claim("three exact answers are the whole model", three.off < 1e-6)
claim("two are not", two.off > 0.3)
claim("through the encryption the model is off by under 1 %", real.off < 0.01)
reveal("theft", "3")

# %% [markdown]
# **Defend, attack again.** The server cannot round what it cannot read. It can add
# noise to the scores. That shuffles the top ten, and many questions average it away:

# %%
few, many = (
    stolen_films(questions=count, noise=0.1, seed=63) for count in (10, 60)
)
print(f"10 questions: off by {few.off:.0%}; 60: {many.off:.0%}")
print(f"of the ten best films {many.kept:.0%} stay")
claim("more questions bring more of it back", many.off < few.off)
claim("60 noisy answers: off by 15 % at most", many.off < 0.15)
claim("and the noise costs honest viewers films", many.kept < 0.97)

# %% [markdown]
# Count the questions of an account, and treat the factors as published. If they are
# published they must not tell of the viewers they were learned from: the last part.
#
# **A regulator would ask** what the shop still needs to know. Encryption serves data
# minimisation (GDPR, Article 5(1)(c)); it answers for the question, not for what the
# model was trained on. **Your turn** → `re-02`.
#
# ## Counting viewers, trusting nobody
#
# How popular is each film? **Attack first.** The shop prints exact counts each evening.
# Today one viewer joined.

# %%
from privlab.experiments.guessed_age import audience

watched = audience(63).ratings.watched
yesterday, today = watched[:-1].sum(axis=0), watched.sum(axis=0)
claim("two exact charts are her list", (today - yesterday == watched[-1]).all())

# %% [markdown]
# **Build.** With a *curator* (受信任的数据管理者) who knows the lists: a viewer watched 30 films
# at most, moves 30 counts by 1, and discrete Laplace noise of scale $30/\varepsilon$
# hides it, drawn exactly. Without one, each viewer randomises at home (local
# differential privacy, 本地差分隐私, lesson 4.4). Three ways to spend the same ε on a whole
# list:
#
# - **every film, ε divided**: answer for all 60 films with ε/60 each;
# - **one film of the list**: fill the list up to 30 with blanks, report one place of it
#   (padding and sampling, 填充采样; Qin et al. 2016);
# - **one film asked**: the shop deals out one film to each viewer, publicly. Did you
#   watch it? Yes or no by randomised response (随机响应).

# %%
predict(
    "which-report",
    "60 films, lists up to 30, ε = 1: which report tells the counts best?",
    options=["every film", "one film of the list", "one film asked"],
)

# %%
from privlab.experiments.watched_counts import WAYS, popularity
from privlab.plots.recommendation import draw_popularity

explore(
    popularity,
    draw_popularity,
    way=choice("who adds the noise", list(WAYS), "one film asked"),
    epsilon=log_slider("ε", 0.5, 8, 2),
    users=choice("viewers", [300, 1_000, 3_000], 3_000),
    seed=63,
)

# %% [markdown]
# *Bars: how many watched each of the 20 most watched films. Dots: what was published.
# One film asked: near enough to tell hits from the rest. The other two without a
# curator: hardly anything can be seen. With the curator the dots sit on the bars.*

# %%
from privlab.experiments.watched_counts import count_prices
from privlab.plots.recommendation import draw_count_prices

prices = count_prices(epsilon=1, seed=63)
show(prices, draw_count_prices)

# %% [markdown]
# *Error of a count against the number of viewers, both logarithmic. The curator's stays
# where it is; the three others rise side by side with slope one half.*

# %%
end = {way: errors[-1] for way, errors in prices.measured.items()}
asked = prices.measured["one film asked"]
claim(
    "asking one film is best",
    4 * end["one film asked"]
    < min(end["one film of the list"], end["every film, ε divided"]),
)
claim(
    "ten times the viewers: about √10 the error",
    2.4 < asked[-1] / asked[0] < 4.2,
)
claim("the curator's error stays below 60", end["a curator"] < 60)
reveal("which-report", "one film asked")

# %% [markdown]
# **Why.** A report of a list with 30 places is blown up by 30: the variance by
# $30^2=900$. Asking $n/60$ viewers about each film blows it up by 60. Dividing ε by 60
# costs about $60^2/\varepsilon^2$. Which is best turns with the numbers: lists of two
# out of ten thousand films would favour the list. That is `re-03`, a decision.
#
# **Attack it again.** Two evenings of charts now differ by noise. And the shop that
# holds a viewer's own report? If it was even before, it is right with probability
# $e^\varepsilon/(1+e^\varepsilon)$ about one film, and knows nothing of the 59 others.

# %%
from privlab.dp.local import KaryRandomizedResponse

coin = KaryRandomizedResponse(epsilon=1, size=2)
rng = np.random.default_rng(63)
truth = rng.integers(0, 2, 20_000)
hit = (coin.release(truth, rng=rng) == truth).mean()
print(f"right about the one film: {hit:.0%}")
claim("as often as the law says", abs(hit - 1 / (1 + math.exp(-1))) < 0.02)

# %% [markdown]
# **Price**: at ε = 1 and 3,000 viewers about 400 viewers for each film, against 40 with
# a curator. Errors grow as $\sqrt n$, shares get better as $1/\sqrt n$: local counts
# are for those with millions. Ask every day anew, and ε adds up (lesson 4.4).
#
# **A regulator would ask** who holds the lists. Here, without a curator, nobody. These
# counts are also what Article 17's option needs: a page that is the same for everyone.
#
# ## A recommender with a promise
#
# Popular films are not *your* films. For that the film characters must be learned from
# many viewers' ratings. The promise is to a *viewer* with all ratings (user-level
# privacy, 用户级隐私): hiding one rating of 30 would hide little.
#
# **Attack first.** 100 viewers, eight numbers to a taste: the model fits the people it
# was trained on better than others (membership inference, 成员推断).

# %%
from privlab.experiments.private_factors import who_was_in

before = np.mean([who_was_in(epsilon=math.inf, seed=s) for s in range(5)])
print(f"AUC of who was in: {before:.2f}")
claim("a model without a promise tells who was in", before > 0.7)

# %%
predict(
    "two-attacks",
    "Training at ε = 1 for each viewer: which attack does it stop?",
    options=["who was in", "who is older", "both"],
)

# %% [markdown]
# **Build.** In each of 60 steps every viewer is drawn with probability 1/4. A drawn
# viewer fits their own taste, and computes the gradient for *all* films they rated; the
# whole of it is clipped to length 1. The sum gets noise, the film factors move. The
# accountant (lesson 4.1) says which noise makes ε at δ = 10⁻⁴.

# %%
from privlab.dp.factorisation import clipped_users, film_gradients

source(film_gradients, clipped_users)

# %%
from privlab.experiments.private_factors import factor_price
from privlab.plots.recommendation import draw_factor_price

explore_on_run(
    factor_price,
    draw_factor_price,
    users=choice("viewers", [250, 1_000, 3_000], 1_000),
    seed=63,
)

# %% [markdown]
# *Error on ratings that were held back, against ε. With 1,000 viewers the private curve
# comes down to the line without noise at about ε = 4, and crosses that of film means
# below ε = 1. Press Run with 250 to see it fail.*

# %%
from privlab.dp.accounting import rdp_epsilon
from privlab.dp.factorisation import PrivateFactorisation
from privlab.experiments.private_factors import DELTA, SETTING, multiplier

noisy = PrivateFactorisation(
    tastes=3, noise_multiplier=multiplier(1.0), **SETTING
)
spent = noisy.epsilon(rdp_epsilon, delta=DELTA)
print(f"noise multiplier {multiplier(1.0):.1f} spends ε = {spent:.3f}")
claim("the accountant allows it", 0.99 < spent <= 1)

# %%
crowd, small = (factor_price(users=n, seed=63) for n in (1_000, 250))
claim("tastes beat film means, without noise", crowd.twin < crowd.means - 0.2)
half = (crowd.twin + crowd.means) / 2
claim("ε = 8 keeps more than half of that gain", crowd.at(8) < half)
claim("and ε = 1 still beats film means", crowd.at(1) < crowd.means)
claim("250 viewers: ε = 1 is worse than that", small.at(1) > small.means + 0.1)

# %% [markdown]
# The noise in a mean over viewers falls as $1/n$. Four times the viewers make the same
# ε four times cheaper. Below some number, film means at that ε are the better product.
#
# **Attack it again**, both attacks: who was in, on the model that remembers; and who is
# older, from nothing but the ten films that each viewer is *shown*.

# %%
from privlab.experiments.private_factors import two_attacks
from privlab.plots.recommendation import draw_two_attacks

attacks = two_attacks(seeds=range(5))
show(attacks, draw_two_attacks)

# %% [markdown]
# *Two bars for each training, a dot for each of five runs. "Was in" falls from 0.8 to
# little above 0.5. "Is older" stays where it was, near 0.8.*

# %%
was_in = {e: runs.mean() for e, runs in attacks.member.items()}
older = {e: runs.mean() for e, runs in attacks.older.items()}
claim("ε = 1: hardly any more", was_in[1.0] < 0.6)
claim("ten suggestions tell the age group", older[math.inf] > 0.7)
claim(
    "DP training does not change that", abs(older[1.0] - older[math.inf]) < 0.05
)
reveal("two-attacks", "who was in")

# %%
from privlab.experiments.private_factors import age_from_ratings

raw = np.mean([age_from_ratings(seed=seed) for seed in range(5)])
claim("a viewer's own ratings tell it with no model at all", raw > 0.75)

# %% [markdown]
# **This is no bug.** The promise says: the film factors would be much the same without
# you. That older people like certain films is true with or without you. And your ten
# suggestions are *made from* your ratings; they must depend on them, or they would
# not be yours. In exact words the training is *jointly* private (联合差分隐私; Kearns et
# al. 2014): what all others see hides you, what you see does not. Who looks over your
# shoulder, or sells the list you were shown, has your age group.
#
# Against that inference stand other tools: compute the suggestions at home from
# published private factors, so that no one else sees them; or the option without
# personal characteristics.
#
# **Price**: the curve above. **A regulator would ask** what ε covers: the model, not
# the log of ratings, nor the suggestions. The EU's Digital Services Act (Regulation
# 2022/2065, in full application since 17 February 2024), Article 38, makes very large
# platforms offer at least one recommender not based on profiling, however private the
# training of the other was.
#
# **Your turn** → `re-04` and `re-05`.
#
# ## What the article says
#
# Encryption can serve the secure processing of user data: a shop analyses purchases and
# still gives personal suggestions (6.3). In 3.4 it adds differential privacy.

# %%
claim(
    "C23 holds, built: each tool stops its own attack, and none stops all",
    min(run.right for run in full) > 0.9
    and sealed.margin > 2 * sealed.error
    and was_in[1.0] < 0.6 < 0.7 < older[1.0],
)

# %% [markdown]
# ## What to remember
#
# - A list of ratings is a fingerprint. Four rough ones name a record.
# - Likes tell what nobody asked: the inference needs no leak, only a list.
# - Under your key the server reads nothing, and you can read its model: rank-many exact
#   answers give it away.
# - Without a curator, choose *what to ask*; errors grow with $\sqrt n$ all the same.
# - Promise to a viewer, not to a rating. It hides that you were in. It does not hide
#   what your own suggestions say of you.
#
# **Exercises**: `exercises/06_3_recommendation.ipynb`.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("6.3")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
