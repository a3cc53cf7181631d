# %% [markdown]
# # 6.1 · Finance (金融)
#
# *The article's section 6.1, and the first bullet of 3.4.*
#
# **The question.** A bank knows what you buy, where and when. It wants statistics,
# test data, credit scores and fraud alarms from it. The article says: take differential
# privacy and homomorphic encryption. What does each of them stop here, and what not?
#
# **Afterwards you can** single a customer out of a table without names; publish
# spending statistics with a cap and a ledger; tell invented customers that leak from
# those that promise; score a loan on ciphertexts, and steal the scorecard all the same;
# and match two banks' customers without a list of hashed phone numbers.
#
# **You need** lessons 3.1 and 3.2, and 3.3 for the last part. **Time:** 55 minutes, and
# 50 for the exercises.

# %%
import numpy as np

from privlab.course.lesson import claim, predict, reveal, source
from privlab.widgets import (
    choice,
    explore,
    explore_on_run,
    log_slider,
    slider,
)

# %% [markdown]
# ## A month of purchases
#
# The bank of this lesson is invented: 2,000 customers and some 50,000 purchases, made
# by a generator. Its shapes are those of real payments: few large amounts and many
# small ones, shops that everybody knows and shops that hardly anybody does.

# %%
from privlab.core.bank import transactions
from privlab.experiments.bank_purchases import month

bank = month(seed=61)
whole = bank.spent.sum(axis=1)
print(f"{len(bank):,} purchases; a month: median {np.median(whole):,.0f} yuan,")
print(f"mean {whole.mean():,.0f}, largest {whole.max():,}")
claim("a few spend much: the mean is above the median", np.mean(whole) > 2_500)

# %% [markdown]
# **Your own data.** Everything below about purchases runs on a CSV file as well. Say
# which of its columns is which. The file is checked field by field; a fault is named
# with its row, its column and the remedy. (A small invented file stands in for yours.)

# %%
from privlab.core.bank_csv import (
    BadTable,
    read_transactions,
    write_transactions,
)

small = transactions(30, rng=np.random.default_rng(61))
text = write_transactions(small).replace("amount", "CNY", 1)
own = read_transactions(text.splitlines(), columns={"amount": "CNY"})
claim("no cent is lost", (own.cents == small.cents).all())

# %%
broken = "customer,age,date,shop,category,amount\nc1,31,2026-02-30,s1,food,9.5"
try:
    read_transactions(broken.splitlines())
except BadTable as fault:
    print(fault)

# %% [markdown]
# ## A few purchases are a name
#
# The bank deletes names and account numbers and gives the table to a partner. The
# partner, or anyone who gets hold of it, knows a few things about you: a photo of your
# lunch, a receipt on the pavement, your colleague in the queue.

# %%
predict(
    "unicity",
    "Shop and day of two purchases are known: how many customers fit alone?",
    options=["a tenth", "half", "nine in ten or more"],
)

# %%
from privlab.experiments.bank_purchases import DETAIL, singled_out
from privlab.plots.finance import draw_singled_out

explore(
    singled_out,
    draw_singled_out,
    detail=choice("the table keeps", list(DETAIL)),
    seed=61,
)

# %% [markdown]
# *Bars: the share of 300 customers whom nobody else resembles, by the number of known
# purchases. With shop and day, one purchase singles out few, two nearly all. With
# category and week hardly anyone is singled out.*
#
# The share is called *unicity* (唯一性). De Montjoye, Radaelli, Singh and Pentland
# (Science, 2015) measured it on three months of real card payments of 1.1 million
# people: four were enough for 90 % of them. Our bank is smaller, so fewer are enough.
# Their finding holds here, too: coarser days help little. Two known purchases become
# three. What hides the customers is giving up shop *and* day, and most of the use.

# %%
fine, weekly, _, coarse = (
    singled_out(detail=detail, seed=61).unique for detail in DETAIL
)
claim("two purchases single out nine in ten", fine[1] > 0.9)
claim("weeks instead of days: four purchases do", weekly[3] > 0.9)
claim("category and week: hardly anyone", coarse[3] < 0.05)
reveal("unicity", "nine in ten or more")

# %% [markdown]
# The same attack, on the file that you read in:

# %%
from privlab.experiments.bank_purchases import singled_in

yours = singled_in(own, detail="shop and day", seed=61)
print(yours.summary)
claim("your own table runs through the same attack", yours.customers == 30)

# %% [markdown]
# **A regulator would ask** whether a table without names is anonymous. In Europe the
# test is in Recital 26 of the GDPR (in application since 25 May 2018), and *singling
# out* is named there. In China, PIPL Article 73 tells de-identified from anonymised
# data, and Article 28 counts financial accounts as sensitive personal information
# (敏感个人信息; in force since 1 November 2021). This table is personal data.
#
# ## Statistics with a ledger
#
# So keep the purchases in and let statistics out: what does a customer spend, by
# category and age? **The attack before.** The table is published, one customer closes
# the account, the table is published again. Subtract: the *differencing attack* (差分攻击).
#
# **Build.** Three steps, in this order.
#
# 1. *Cap each customer.* A customer's row of six sums is shrunk, in proportion, to
#    $C$ yuan in all. Then one customer more or less moves the whole table of 24 sums by
#    $C$ at most, in the sum of absolute changes. That is the sensitivity (敏感度).
# 2. *Add noise* $\Pr[Z=z]\propto e^{-\varepsilon|z|/C}$ to every sum, drawn exactly.
# 3. *Write it into the ledger*, before anything is drawn. Numbers of customers get a
#    tenth of ε, the sums the rest; means are quotients of published numbers.

# %%
from privlab.experiments.bank_statistics import (
    CAP,
    Desk,
    capped,
    closed_account,
    open_desk,
    spending_table,
)

source(Desk.table)

# %%
predict(
    "after-noise",
    "Noisy tables with ε = 1: what does the same subtraction say?",
    options=["about right", "off by thousands of yuan", "an error message"],
)

# %%
from privlab.plots.finance import draw_closed_account

explore(
    closed_account,
    draw_closed_account,
    customer=choice("who left", ["typical", "largest"]),
    epsilon=log_slider("ε", 0.1, 100, 1),
    seed=61,
)

# %% [markdown]
# *Bars: what the customer spent. Dots, from true tables: at the bars' ends, each one.
# Crosses, from noisy tables: anywhere between minus and plus tens of thousands. The
# axis is logarithmic on both sides.*

# %%
left = [
    closed_account(customer=who, epsilon=1, seed=61)
    for who in ("typical", "largest")
]
claim("true tables give every purchase sum away", left[0].off[0] == 0)
claim("noisy ones are off by thousands", left[0].off[1] > 1_000)
reveal("after-noise", "off by thousands of yuan")

# %% [markdown]
# **Attack it again**, in the unit of the promise. The auditor (审计, lesson 3.1) sees a
# total with and without the customer who spends most, thousands of times, and bounds ε
# from below. One bank has forgotten step 1.

# %%
from privlab.dp.audit import audit
from privlab.dp.discrete import DiscreteLaplace

noise = DiscreteLaplace(epsilon=1, sensitivity=CAP)
rng = np.random.default_rng(61)
stay = np.arange(len(whole)) != whole.argmax()
bounds = {}
cut = capped(bank.spent, CAP).sum(axis=1)
for name, sums in {"no cap": whole, "cap": cut}.items():
    pair = int(sums.sum()), int(sums[stay].sum())
    bounds[name] = audit(noise.release, *pair, trials=4_000, rng=rng)
claim("without the cap ε = 1 is broken", bounds["no cap"].epsilon_lower > 1)
claim("with it the auditor finds less", bounds["cap"].epsilon_lower <= 1)

# %% [markdown]
# And the ledger? A year of tables at ε = 1 each costs ε = 12, and their average is
# better than any one. The promise for the year is ε = 2. So:

# %%
from privlab.dp.budget import Overspent

desk, answered = open_desk(bank, cap=CAP, limit=2), 0
try:
    for _ in range(12):
        desk, table = desk.table(epsilon=1, rng=rng)
        answered += 1
except Overspent as refusal:
    print(refusal)
claim("two tables are answered, the third is refused", answered == 2)

# %% [markdown]
# **Price.** The cap cuts what large spenders spent: *bias*, always downwards. The noise
# grows with the cap. Too low or too high, the table is wrong; somewhere between it is
# useful. Find the cap.

# %%
from privlab.plots.finance import draw_spending_table

explore(
    spending_table,
    draw_spending_table,
    epsilon=log_slider("ε", 0.1, 10, 1),
    cap=log_slider("cap (yuan)", 500, 50_000, 10_000),
    seed=61,
)

# %% [markdown]
# *Four age bands; bars are true means by category, dots are published. At ε = 1 and a
# cap of 10,000 yuan the dots lie near the ends of the bars, about a tenth off. With a
# cap of 500 all lie far to the left, with 50,000 they scatter; a dot beyond the panel
# is drawn at its edge.*

# %%
low, good, high = (
    np.mean(
        [spending_table(epsilon=1, cap=cap, seed=s).error for s in range(5)]
    )
    for cap in (500, 10_000, 50_000)
)
print(f"off by {low:.0%}, {good:.0%}, {high:.0%}")
claim("a low cap is wrong by bias, a high one by noise", good < min(low, high))
claim("between them a mean is off by less than a fifth", good < 0.2)

# %% [markdown]
# Choose the cap from public knowledge, or pay for it. A cap computed from the data
# ("the 95th percentile") tells something about the data itself. **A regulator would
# ask** what a customer's whole year costs, not one table, and whether a customer is the
# unit or a single purchase: someone with a hundred purchases is hidden a hundred times
# worse by a promise to a purchase. The US Gramm–Leach–Bliley Act (12 November 1999)
# protects *nonpublic personal information*; whether a statistic is still that is what
# ε answers in numbers.
#
# **Your turn** → `fi-01`, `fi-02` (a decision).
#
# ## Invented customers
#
# The bank's developers need test data. "Take *synthetic data* (合成数据), nobody in it
# exists." Here are three ways to invent loan customers.
#
# - **mixed neighbours**: between a real customer and the nearest other, a random point.
#   This is how SMOTE fills up rare classes (Chawla et al. 2002).
# - **exact counts**: count, for each feature, how it goes with defaults; then draw the
#   label, and each feature given the label, from the counts. A tree with the label as
#   its root.
# - **noisy counts**: the same, with exact discrete noise on the counts. A customer is
#   in five tables, so the sensitivity is 5.

# %%
predict(
    "invented",
    "Nobody in the invented data exists. Can one tell whose data made them?",
    options=["no, for all three", "for mixed neighbours", "for all three"],
)

# %%
from privlab.experiments.synthetic_customers import WAYS, synthetic_customers
from privlab.plots.finance import draw_synthetic

explore(
    synthetic_customers,
    draw_synthetic,
    way=choice("way", list(WAYS)),
    seed=61,
)

# %% [markdown]
# *Left: real customers as dots, invented ones as crosses, in standard units. Right: the
# attack's hits against its false alarms. Mixed neighbours: the curve rises far above
# guessing. Exact or noisy counts: it follows the dotted line of guessing.*
#
# The attack (membership inference, 成员推断) is as simple as can be: whoever has an
# invented customer very near was in. Utility: train a scorecard on the invented, test
# it on real customers who are in neither.

# %%
mixed, exact, noisy, thin = (
    synthetic_customers(way=way, seed=61) for way in WAYS
)
claim("mixed neighbours tell who was in", mixed.attack.auc > 0.75)
claim("noisy counts do not", abs(noisy.attack.auc - 0.5) < 0.1)
claim("a scorecard from them is of use", noisy.auc > 0.6)
print(f"AUC: real {noisy.real_auc:.2f}, ε = 1 {noisy.auc:.2f},", end=" ")
print(f"ε = 0.1 {thin.auc:.2f}")
reveal("invented", "for mixed neighbours")

# %% [markdown]
# **Attack it again.** The attack fails on exact counts, too. Are they safe? *A failed
# attack is no promise.* Ask a better one: an adversary who knows all customers but one
# subtracts their counts from the exact ones. This is the differencing attack, and the
# answer is the customer's whole row, to the width of a bin.

# %%
from privlab.experiments.synthetic_customers import split, tree_counts

x, y, _ = split(61, 600)
claim("the first attack fails on exact counts", exact.attack.auc < 0.6)
difference = tree_counts(x, y) - tree_counts(x[1:], y[1:])
claim("five cells are left: the customer", difference.sum() == 5)
claim("exact counts give the label away", difference[:, y[0]].sum() == 5)

# %% [markdown]
# Only the noisy counts bound what *every* attack can find, and at ε = 1 they cost the
# scorecard little here. **Price**: features are independent given the label now, and
# whatever else they had in common is gone; a scorecard with products of features would
# miss it. **A regulator would ask** for the promise, not for the picture. The Article
# 29 Working Party's Opinion 05/2014 on anonymisation (10 April 2014) gives three
# tests: singling out, linking, inference.
#
# ## A score on ciphertexts
#
# Now the customer holds the data and the bank the secret: the weights of its scorecard.
# The client encrypts five features under CKKS (lesson 3.2) and keeps the key. The bank
# computes $z=x\cdot w+b$, the log-odds of a default, on ciphertexts. The client
# decrypts.
#
# **The attack before**: there is none to build. In the open, the bank has it all.

# %%
from privlab.experiments.encrypted_credit import sealed_scores

one = sealed_scores(applicants=1, seed=61)
many = sealed_scores(applicants=2_000, seed=61)
claim("C21: a score computed on ciphertexts is right", one.error < one.bound)
claim("2,000 applicants in one batch, too", many.error < many.bound)
claim("and take as many ciphertexts", abs(many.up / one.up - 1) < 0.01)

# %%
from privlab.experiments.encrypted_credit import client_keys
from privlab.he import vectors

sealed = vectors.encrypt(client_keys().public, np.ones(5))
try:
    sealed.data.decrypt()
    opened = True
except ValueError:
    opened = False
claim("what the bank holds has no key that opens it", not opened)

# %% [markdown]
# **Price**, on this machine (yours will differ):

# %% tags=["nbval-ignore-output"]
for run in (one, many):
    print(f"{run.applicants:,}: client {1e3 * run.client:.0f} ms,", end=" ")
    print(f"bank {1e3 * run.bank:.0f} ms, {run.up / 1e3:.0f} kB up,", end=" ")
    print(f"{run.down / 1e3:.0f} kB down")
print(f"public keys, once: {one.key_bytes / 1e3:.0f} kB")

# %% [markdown]
# In the open one applicant is 40 bytes and five products. A batch shares the price.
#
# **Attack it again, from the bank's side.** To give a loan, the bank must learn
# *something*: the client reports the score. Suppose that the bank knows all but the
# income: age, late payments and the rest are in its own books. Then $z$ is one equation
# with one unknown.

# %%
predict(
    "one-decimal",
    "The score is reported with one decimal. How well is the income known?",
    options=["not at all", "to within a factor of two", "to the yuan"],
)

# %%
from privlab.experiments.encrypted_credit import DIGITS, income_left
from privlab.plots.finance import draw_income_left

explore(
    income_left,
    draw_income_left,
    told=choice("the client reports", list(DIGITS), "one decimal"),
    seed=61,
)

# %% [markdown]
# *Twelve applicants; a dot for the true income, a line over all incomes that fit the
# report. Full score: no line, the dot alone. One decimal: short lines. Yes or no: lines
# over a wide range, with one end set by the answer.*

# %%
full, _, tenth, yes = (income_left(told=told, seed=61) for told in DIGITS)
inside = [(r.low <= r.income) & (r.income <= r.high) for r in (tenth, yes)]
claim("the true income is in every range", np.all(inside))
claim("the full score tells the income", full.width < 1.001)
claim("one decimal: to within a factor of two", 1.05 < tenth.width < 2)
claim("yes or no leaves more than a factor of five", yes.width > 5)
reveal("one-decimal", "to within a factor of two")

# %% [markdown]
# Encryption hides the inputs of a computation, never what its result says about them.
# Report less: a decision, not a score. And prove that it was reported truthfully, which
# is a different protocol; a client who decrypts may also lie.
#
# **From the client's side.** The client sees scores. Each is one linear equation in the
# bank's six secret numbers. How many questions does it take?

# %%
from privlab.experiments.encrypted_credit import stolen_scorecard
from privlab.plots.finance import draw_stolen

explore(
    stolen_scorecard,
    draw_stolen,
    queries=slider("scores asked for", 6, 1_000, 6),
    noise=slider("bank's noise (log-odds)", 0, 2, 0, 0.25),
    seed=61,
)

# %% [markdown]
# *Bars: the bank's five weights and intercept. Dots: what the client has solved for.
# Six scores without noise: each dot at its bar's end. With noise 1 six scores give
# nonsense, a thousand give nearly everything.*
#
# This is model stealing (模型窃取): $d+1$ equations for $d$ weights and a constant (Tramèr
# et al. 2016). All six applicants were invented: five average but for one feature, the
# sixth average in all. Encryption protects the client from the bank, not the bank
# from the client. It even blinds the bank: it cannot round an answer, or see that the
# questions are odd, because it sees neither. What is left to it: noise, which spoils
# honest answers as much; a limit on questions; or a decision instead of a score.

# %%
six = stolen_scorecard(queries=6, noise=0, seed=61)
blurred = stolen_scorecard(queries=6, noise=1, seed=61)
asked_on = stolen_scorecard(queries=1_000, noise=1, seed=61)
claim("six sealed scores are the scorecard", six.error < 1e-2)
claim("noise helps against six", blurred.error > 0.1)
claim("against a thousand it does not", asked_on.copy_auc > six.auc - 0.02)

# %% [markdown]
# **A regulator would ask** who decides, and why. GDPR Article 22 restricts decisions
# based *solely* on automated processing; the Court of Justice held that the score
# itself is such a decision if a lender draws strongly on it (C-634/21, SCHUFA,
# 7 December 2023). PIPL Article 24 demands transparent and fair automated decisions and
# an explanation. The EU's AI Act (Regulation 2024/1689) lists creditworthiness among
# its high-risk uses. A ciphertext answers none of these questions: someone must be able
# to open the books.
#
# **Your turn** → `fi-03`, `fi-04`.
#
# ## Two banks, one fraud
#
# One bank has cards and knows who defrauded it. The other has deposits, and the columns
# that would show it: transfers from strangers, cash within the hour. Which customers do
# they share? The usual way: both hash (哈希) their phone numbers and compare lists.

# %%
predict(
    "hash",
    "7 of a phone number's 11 digits are known. How long does a hash hold?",
    options=["less than a second", "about a day", "for ever"],
)

# %%
from privlab.experiments.two_banks import PREFIX, two_banks
from privlab.fl.private_matching import Matcher, enumerated, hashed, match

first, second, _ = two_banks(seed=61)
possible = [f"{PREFIX}{n:04d}" for n in range(10_000)]
found = enumerated(hashed(second.phones), possible)
claim("every hash is turned back", set(found.values()) == set(second.phones))
reveal("hash", "less than a second")

# %% [markdown]
# The partner tried all numbers. Here it was ten thousand. At a billion hashes a second,
# which a graphics card reaches, all $10^{10}$ numbers that begin with a 1 take ten
# seconds. A *salt* that both banks know stops neither of them. Opinion 05/2014 says the
# same: a hash is a pseudonym.
#
# **Build: private set intersection** (隐私集合求交). Map a number to a point $H(x)$ of
# the curve of lesson 3.3's key agreement. The first bank sends $H(x)^a$, the second
# returns $H(x)^{ab}$ and sends its own $H(y)^b$; the first computes $H(y)^{ba}$. Equal
# numbers, equal points. To try a number out against a list
# one needs the secret of the bank that sent it.

# %%
source(match)

# %%
both = match(first.phones, second.phones)
truth = set(first.phones) & set(second.phones)
claim("the matching is exact", set(both.common) == truth)
tried = set(Matcher.fresh().blinded(possible[:500]))
claim("enumeration finds nothing", not tried & set(both.sent[2]))
print(f"{both.bytes / 1e3:.0f} kB for {len(both.common)} common customers")

# %% [markdown]
# **Attack it again.** The first bank comes with *all* ten thousand numbers as its
# customers. The protocol answers: it learns the other's whole list. Cryptography
# computes the function that you asked for. Limit the size, and sign the lists.
#
# **The model.** The first bank encrypts its labels (0 or 1), the second computes the
# sum of each of its columns over the fraudsters, without seeing who they are, adds
# exact noise, and sends it back. The first decrypts, and returns the noisy sums and the
# number of fraudsters; from them the second makes a weight for each of its columns.
# Could two banks not use secure aggregation (安全聚合) instead? No:

# %%
from privlab.fl.masked_sum import masked_sum
from privlab.fl.secagg import Setting

theirs, ours = np.array([3, 1]), np.array([5, 0])
pair = Setting(clients=2, threshold=2, bits=32)
total = masked_sum(np.array([ours, theirs]), setting=pair).total
left_over = total - ours
claim("a sum of two less one's own is the other's", all(left_over == theirs))

# %%
from privlab.experiments.two_banks import fraud_together
from privlab.plots.finance import draw_fraud

explore_on_run(
    fraud_together,
    draw_fraud,
    epsilon=log_slider("ε", 0.1, 10, 2),
    seed=61,
)

# %% [markdown]
# *Three bars of AUC on common customers who were not learnt from. Both banks in one
# place beat the first alone; encrypted sums with ε = 2 are close to it.*

# %%
runs = [fraud_together(epsilon=2, seed=seed) for seed in range(3)]
alone, pooled, joint = (
    np.mean([getattr(run, name) for run in runs])
    for name in ("alone", "pooled", "joint")
)
claim("the other bank's columns help", pooled > alone + 0.05)
claim("encrypted noisy sums keep most of it", joint > (alone + pooled) / 2)

# %% [markdown]
# **Attack it again.** Why the noise, if the labels are encrypted? *Because* they are.
# The second bank cannot see that the first has put 1 for a single customer and 0 for
# all others. The "sum over the fraudsters" is then that customer.

# %%
from privlab.experiments.two_banks import asked, matched

_, _, deposits = matched(seed=61)
target = int(deposits.sum(axis=1).argmax())
label = (np.arange(len(deposits)) == target).astype(float)
bare = asked(label, deposits, epsilon=None)
victim = deposits[target]
claim("one 1 among zeros reads a customer", np.abs(bare - victim).max() < 0.01)
loud = asked(10_000 * label, deposits, epsilon=1) / 10_000
claim(
    "10,000 in place of 1 drowns the noise", np.abs(loud - victim).max() < 0.1
)

# %% [markdown]
# Noise hides the one. But a label of ten thousand drowns the noise, and encrypted, it
# looks like any other. So the promise holds against a first bank that follows the
# protocol. Against one that lies it takes a proof that every label is 0 or 1, which
# this library does not have. What also leaks: for each customer whom it scores, the
# first bank gets one number from the second. And the second knows the noise that it
# added: towards *it* the sums over the fraudsters are exact.
#
# **Price.** The matching, on this machine:

# %% tags=["nbval-ignore-output"]
import time

start = time.perf_counter()
match(first.phones[:200], second.phones[:200])
each = 1e3 * (time.perf_counter() - start) / 400
print(f"{each:.1f} ms for each number of either bank, and 96 bytes of a pair")

# %% [markdown]
# **A regulator would ask** for the ground on which two banks may share at all. PIPL
# Article 23 demands separate consent before personal information is given to another
# handler; China's law against telecom and online fraud (in force since 1 December 2022)
# obliges banks to act on suspicious accounts. Matching is itself processing: who is a
# customer of whom is personal data.
#
# **Your turn** → `fi-05`.
#
# ## What the article says
#
# Differential privacy and homomorphic encryption can be applied to identities and
# transactions; a bank can protect customers and still serve them personally (6.1, 3.4).

# %%
claim(
    "C21 holds, built: noise for statistics, ciphertexts for a score",
    left[0].off[0] == 0 < 1_000 < left[0].off[1] and one.error < one.bound,
)

# %% [markdown]
# "Personally" is the narrow place. A noisy table serves nobody in person. A score on
# ciphertexts does, and then the answer itself tells.
#
# ## What to remember
#
# - Two or three purchases are a name. Deleting names deletes nothing.
# - Cap each customer, then noise, then the ledger, which says no.
# - That nobody in the data exists is no promise; nor is an attack that failed.
# - Encryption hides what goes in, not what comes out. Report decisions, count questions.
# - A hash of a phone number is the phone number.
#
# **Exercises**: `exercises/06_1_finance.ipynb`.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("6.1")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
