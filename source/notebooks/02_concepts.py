# %% [markdown]
# # 2 · Concepts (核心概念与联系)
#
# *The article's sections 1.2 and 2.1–2.3.*
#
# **The question.** The data is locked away, encrypted, and only the right people may
# ask. What can still go wrong?
#
# **Afterwards you can** tell privacy, secrecy, integrity and usability apart by
# experiment; write down a threat model in three words (who, sees what, wants what);
# say which family of methods answers which threat, and which laws ask for it.
#
# **You need** averages and percentages. **Time:** 45 minutes, and 50 more for the
# exercises.

# %%
from privlab.course.lesson import claim, predict, reveal, source
from privlab.course.quiz import quiz
from privlab.widgets import choice, explore, log_slider, slider

# %% [markdown]
# ## One number in an envelope
#
# A clinic tells its health office every day how many patients have a certain illness.
# Yesterday it was 127. Today Li was examined; if Li is ill, it is 128. Two people
# would like to know.
#
# *The wire* is whoever carries the message: it sees every byte and may change some.
# *The reader* is the officer at the other end, who has an account, a key and every
# right to know the count. Nobody gave the officer a right to know about Li.
#
# The clinic can protect its message in four ways, alone or together. It can *sign* it
# (签名): append a code that only the key's owners can compute. It can *encrypt* it
# (加密). It can *seal* it: encrypt and sign in one, as every modern web connection
# does. Or it can add *noise* to the count first. Which of them protects Li?

# %%
predict(
    "sealed-li",
    "A sealed message goes to an authorised reader. Is Li's illness private?",
    options=["yes", "no", "only if the key is long"],
)

# %%
from privlab.experiments.protections import protections
from privlab.plots.concepts import draw_protections

explore(
    protections,
    draw_protections,
    epsilon=log_slider("ε", 0.2, 5, 1),
    seed=2,
)

# %% [markdown]
# *Six ways to send the count, a row each. From left to right: how often the wire and
# the reader guess Li's state (50 % is a coin), how many of the wire's changes the
# reader accepts, and how far the count is off.*
#
# Read the rows one by one; each is a real message, sent five hundred times.
#
# *Signed*: changes are noticed, everybody reads. That is **integrity** (完整性).
# *Encrypted*: the wire is blind, and yet the reader accepts every change. The wire
# flips a bit of what it cannot read, and the count changes by one. That is
# **confidentiality** (保密性) without integrity; exercise `co-01` does it by hand.
# *Sealed* is both. Data security (数据安全) is done. And the reader still knows
# exactly whether Li is ill.
#
# Only the noisy rows change the reader's bar. They promise something else: not
# *who* may see the answer, but *what the answer tells* anyone about one person. That
# is **privacy** (隐私) in the sense of this course. Its price stands in the last
# column: the count is off by about one. What remains good for its purpose is its
# **usability** (可用性).

# %%
found = {e: protections(epsilon=e, seed=2).outcomes for e in (0.2, 1, 5)}
sealed = found[1]["sealed"]
claim("sealing stops every change by the wire", sealed.accepted == 0)
claim("and leaves the wire with a coin", abs(sealed.wire - 0.5) < 0.15)
claim(
    "C04: access control and encryption leave what a permitted answer reveals",
    sealed.reader == 1,
)
claim(
    "encryption alone lets every change pass",
    found[1]["encrypted"].accepted == 1,
)

# %%
both = found[1]["noisy, sealed"]
claim("noise bounds the reader, too", both.reader < 0.85)
strong, weak = found[0.2]["noisy, sealed"], found[5]["noisy, sealed"]
claim(
    "ε = 0.2: nearly a coin, and off by about five",
    strong.reader < 0.68 and 4 < strong.error < 6,
)
claim(
    "ε = 5: nearly exact, and nearly sure of Li",
    weak.reader > 0.96 and weak.error < 0.1,
)
reveal("sealed-li", "no")

# %% [markdown]
# "Only if the key is long" mixes up two adversaries. The key keeps the wire out. The
# reader *has* the key.
#
# Move ε. At 0.2 the reader is hardly better than a coin and the count is off by five;
# at 5 it is nearly exact, and so is the guess about Li. Neither noise nor lock
# replaces the other: the last row needs both.
#
# **Your turn** → `co-01` in `exercises/02_concepts.ipynb`.
#
# ## The balance
#
# Privacy protection, says the article (2.1), balances usability (可用性) and privacy
# (隐私性). A balance has two arms; let us weigh. The clinic now publishes the *share*
# of its patients who are ill. One arm: how often the best possible adversary is right
# about one patient, $e^{\varepsilon}/(1+e^{\varepsilon})$ for even odds beforehand.
# The other: by how much the noise moves the share. Change the number of patients.

# %%
from privlab.experiments.balance import balance
from privlab.plots.concepts import draw_balance

explore(
    balance,
    draw_balance,
    people=log_slider("patients (people)", 10, 100_000, 1_000),
    epsilon=log_slider("ε", 0.02, 8, 1),
)

# %% [markdown]
# *The error of the published share falls as guesses about one person get better. A
# dashed line shows the error that the share has anyway, because these patients are
# only a sample of the town. With more patients the curve drops faster than the line.*
#
# With ten patients the noise at ε = 1 is as large as the chance of the sample, and
# both spoil the answer. With ten thousand it is nearly forty times smaller than the error
# nobody complains about. The balance is not fixed: a crowd tips it. The noise is sized
# for one person, and one person in a crowd hardly matters.

# %%
small, large = (balance(people=n, epsilon=1) for n in (10, 10_000))
claim(
    "ten patients: noise and chance are alike at ε = 1",
    0.5 < small.chosen[1] / small.by_chance < 2,
)
claim(
    "ten thousand: the noise is below a thirtieth of chance",
    large.chosen[1] < large.by_chance / 30,
)
claim(
    "the guess about one person is the same in both",
    small.chosen[0] == large.chosen[0],
)

# %% [markdown]
# **Your turn** → `co-02`, `co-03`.
#
# ## Where to put it: training or inference
#
# A *model* (模型) is an answer, too: it was computed from people's records. The
# article says that protection can be applied in *training* (训练) and in *inference*
# (推理), and leaves it there (2.3). It makes a difference where.
#
# Here is the smallest model there is: one number, which one person's record raises by
# 1. Anyone may ask for its prediction as often as they like. Noise can go into every
# prediction, fresh each time, or into the number itself, once, when it is trained.

# %%
from privlab.experiments.noise_where import noise_where
from privlab.plots.concepts import draw_noise_where

explore(
    noise_where,
    draw_noise_where,
    epsilon=log_slider("ε", 0.1, 2, 0.5),
    asked=slider("predictions heard (count)", 10, 300, 100, 10),
    seed=2,
)

# %% [markdown]
# *Right guesses about the person against the number of predictions heard. Fresh noise:
# the curve climbs to 100 %. Noise in the training: it stays where it began.*
#
# Fresh noise averages out, so every prediction must be paid for: $k$ of them at ε each
# cost kε in all. Noise in the training is paid once. Whatever the finished model says
# afterwards, a million times, is *post-processing* (后处理) and free. That is why most
# private models are trained privately (lesson 5.2). Noise on predictions remains for
# those who answer few questions, or who count what they spend (lessons 4.1 and 4.4).
#
# The other direction matters as well. At inference the *user's* question is in danger:
# a patient sends an image to a server. No noise in the training helps there. That is
# what homomorphic encryption (同态加密) is for (lesson 3.2).

# %%
many = noise_where(epsilon=0.5, asked=300, seed=2)
claim(
    "after 300 noisy predictions the person is known",
    many.in_predictions[-1] > 0.95,
)
claim(
    "noise in the training tells no more after 300 than after one",
    many.in_training[-1] == many.in_training[0] < 0.7,
)

# %% [markdown]
# **Your turn** → `co-04`.
#
# ## A threat model in three words
#
# *Who? Sees what? Wants what?* Without the three answers no protection can be judged.
# That is the *threat model* (威胁模型). Below are four adversaries and seven defences.
# For each pair, what the adversary sees is a plain fact about the system; what can be
# made of it is what the lessons of this course measure:
#
# | What is seen | What can be made of it | Measured in lesson |
# |---|---|---|
# | records | everything | 1.1 |
# | a model, or exact answers | whether somebody is in the data (成员推断) | 1.1, 1.2 |
# | one client's update (梯度) | the training image itself, rebuilt | 3.3 |
# | the sum of masked updates | as much as a model tells | 3.3 |
# | ciphertexts, masked updates | nothing but their number and size | 3.2, 3.3 |
# | anything behind DP | odds moved by $e^{\varepsilon}$ at most | 3.1 |
#
# FL is federated learning (联邦学习), *masks* its secure aggregation (安全聚合), HE
# homomorphic encryption, DP differential privacy (差分隐私). Pick a pair.

# %%
from privlab.experiments.threat_model import ADVERSARIES, DEFENCES, threat_model
from privlab.plots.concepts import draw_threat_model

explore(
    threat_model,
    draw_threat_model,
    adversary=choice("who", list(ADVERSARIES), "server"),
    defence=choice("defence", list(DEFENCES), "FL"),
)

# %% [markdown]
# *A table: each adversary a row, each defence a column. A cell says what is seen and
# what can be reached, from the record itself (darkest) to nothing (white).*
#
# Look along the rows. Locks stop the thief and nobody else. FL takes the records away
# from the server and hands it updates instead. HE blinds the server, and the one who
# holds the key still gets a model that remembers. DP alone protects from those who see
# results, and trusts the server with everything. No column is white all the way down,
# and only the last has nothing worse than ε in it. The families do not compete; they
# answer different rows.

# %%
reached = threat_model(adversary="server", defence="DP").reached
columns = dict(zip(DEFENCES, zip(*reached, strict=True), strict=True))
bounded = {"ε at most", "nothing"}
covered = [name for name, column in columns.items() if set(column) <= bounded]
claim(
    "only a combination leaves no adversary with more than ε",
    covered == ["FL + masks + DP"],
)
claim(
    "without DP the authorised reader reaches membership in every column",
    all(columns[d][2] == "membership" for d in DEFENCES if "DP" not in d),
)

# %%
from privlab.experiments.threat_model import views

source(views)

# %% [markdown]
# The table is a caricature, and honest about it: one line for each defence, perfect
# keys, no mistakes in the code. Two things are missing on purpose. Whoever *changes*
# data or inputs wants another thing than to know (lesson 1.3: integrity, 完整性). And a
# defence can be right and its settings wrong: ε = 50 sits in the same cell as ε = 0.5.
#
# **Your turn** → `co-05`.
#
# ## What the law asks
#
# The article names law as the first reason for privacy (1.2). These are the texts that
# people who train and run models meet most often, as known in November 2026. The
# articles are named so that you can look them up, and you should before you rely on a
# line: laws change. This is a map, not legal advice.
#
# | Text | In force | What it says that bears on this course |
# |---|---|---|
# | GDPR, Regulation (EU) 2016/679 | applies since 25 May 2018 | data is personal if the controller or another can find the person by means reasonably likely to be used (recital 26); purpose, minimisation (art. 5); erasure (art. 17); protection by design (art. 25) |
# | 个人信息保护法, PIPL (China) | 1 Nov 2021 | *de-identified* means not identifiable without further information, *anonymised* not identifiable and not restorable (art. 73); only anonymised data is outside the law (art. 4); sensitive data needs separate consent (art. 29) |
# | 数据安全法, Data Security Law (China) | 1 Sep 2021 | data graded by importance (art. 21); duty to protect and report (art. 27, 29) |
# | 生成式人工智能服务管理暂行办法 (China) | 15 Aug 2023 | training data from lawful sources, with consent where it is personal (art. 7); what users type is not unlawfully kept where it identifies them (art. 11) |
# | HIPAA Privacy Rule (USA) | compliance since 14 Apr 2003 | 45 CFR 164.514(b): 18 identifiers removed, or an expert finds the risk very small |
# | EU AI Act, Regulation (EU) 2024/1689 | 1 Aug 2024, in stages | data governance for high-risk systems (art. 10); accuracy, robustness, security, model poisoning named (art. 15); duties of general-purpose models since 2 Aug 2025 (art. 53) |
# | NIST SP 800-226 (USA, guidance) | March 2025 | how to judge a claim of differential privacy: the unit, ε, the implementation |
# | ISO/IEC 20889:2018 | 2018 | names and sorts de-identification techniques |
# | ISO/IEC 27559:2022 | 2022 | a framework for de-identification and its risk |
# | ISO/IEC 18033-6:2019 | 2019 | homomorphic encryption: exponential ElGamal and Paillier |
# | Homomorphic Encryption Standard (community) | Nov 2018 | parameters for lattice schemes at 128, 192 and 256 bits |
#
# Two things to notice. None of these laws names an ε. And "we removed the names" meets
# none of them: lesson 1.1 shows why.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C04 | privacy protection keeps personal information from being leaked, abused or *altered* (2.1) | **narrower** | altering is integrity: a signature stops it and protects no secret; noise does the reverse |
# | C04 | it balances usability and privacy (2.1) | holds | measured, and a crowd tips it |
# | C04 | it is a part of data security (2.2) | holds **if** you add what security does not cover | the reader with the key learned everything |
# | C04 | it applies to training and inference (2.3) | holds **if** each place is accounted for | fresh noise on predictions averages out |
#
# ## What to remember
#
# - Security decides *who* gets the answer. Privacy decides what the answer *tells*.
# - Encryption is not a signature. A signature is not encryption. Neither is privacy.
# - The noise is sized for one person, so a crowd makes it cheap.
# - Noise in the training is paid once, noise on predictions every time.
# - First *who, sees what, wants what*; then the defence.
#
# **Next:** the exercises in `exercises/02_concepts.ipynb`, then lesson 3.1.
#
# *Sources.* Shostack 2014, *Threat Modeling*. Ghosh, Roughgarden and Sundararajan
# 2009, STOC. Dwork and Roth 2014, *The Algorithmic Foundations of Differential
# Privacy*. Near, Darais, Lefkovitz and Howarth 2025, NIST SP 800-226. Albrecht et al.
# 2018, *Homomorphic Encryption Security Standard*.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
quiz("2")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
