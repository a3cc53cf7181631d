# %% [markdown]
# # 7 · Outlook (未来应用展望)
#
# *The article's section 7.*
#
# **The question.** Three sentences about the future: quantum computers will challenge
# today's protection; blockchains can help it; federated learning will matter more as
# data grows. Which parts of them can you test today?
#
# **Afterwards you can** factor a small Paillier key as a quantum computer would, and
# say which protection falls with it and which does not; decide whether your data are
# already too late; keep a log in which no tampering stays unseen, and say what it never
# hides; and foretell what a round with a million clients costs.
#
# **You need** lessons 3.1, 3.2 and 3.3. **Time:** 60 minutes, and 40 for the exercises.

# %%
import math
from datetime import date

import numpy as np

from privlab.core.randomness import SYSTEM
from privlab.course.lesson import claim, predict, reveal, source
from privlab.widgets import choice, explore, explore_on_run, show, slider

# %% [markdown]
# ## A number that falls apart
#
# A hospital encrypts with Paillier (lesson 4.2). Its public key is $n=221$, a toy. You
# saw one ciphertext pass by. Who knows the two primes can read it. Nobody told you.
#
# Look at the powers of 2 modulo 221: 1, 2, 4, 8, ... They come back to 1 after $r$
# steps, the *period* (周期). If $r$ is even, then
# $$(2^{r/2}-1)(2^{r/2}+1)=2^r-1\equiv 0 \pmod n,$$
# so $n$ divides a product. Unless it divides one of the two, each of them shares a
# prime with it, and Euclid's algorithm finds that in no time. The hard part is $r$: for
# a real key the walk back to 1 is longer than the age of the universe.
#
# Peter Shor found in 1994 that a *quantum computer* (量子计算机) can feel the period
# without walking. A register of $t$ *qubits* (量子比特) is described by $Q=2^t$ complex
# numbers; the square of each one's length is the chance to read its number. Three
# steps. All powers at once. Read one value $a^x$: the readings left lie $r$ apart. Then
# the *quantum Fourier transform* (量子傅里叶变换), which turns "r apart" into peaks.

# %%
predict(
    "peaks",
    "Readings 6 apart, of 512, are transformed. How many peaks come out?",
    options=["6", "85", "512"],
)

# %%
from privlab.experiments.period import FOURIER, STEPS, period_step
from privlab.plots.outlook import draw_period_step

explore(
    period_step,
    draw_period_step,
    modulus=choice("N", [15, 21, 33, 35, 55, 77], 21),
    base=choice("a", [2, 4, 8, 13]),
    step=choice("step", list(STEPS), FOURIER),
)

# %% [markdown]
# *The chance of each reading. Step 3, N = 21: six narrow peaks at multiples of 85.3;
# the two marked with dots give the factors.*
#
# Walk through the steps. In step 2 the comb has teeth 6 apart, but where it begins is
# random, so reading it says nothing. The transform forgets the beginning and keeps the
# spacing: a peak at each multiple of $Q/r$. One reading $c$ gives $c/Q\approx j/r$ for
# some $j$, and the *continued fraction* (连分数) of $c/Q$ has $r$ among its
# denominators if $j$ and $r$ share no factor.

# %%
from privlab.he.period_finding import PeriodFinding, fast_qft, qft

small = PeriodFinding(modulus=21, base=2)
chance = period_step(modulus=21, base=2, step=FOURIER).chance
steps = [int(d[0]) for d in small.denominators(np.array([85]))]
print(f"85 / {small.size} has the denominators {steps}")

# %%
claim("the powers of 2 modulo 21 have the period 6", len(small.orbit) == 6)
claim(
    "six peaks hold nearly all of the chance", np.sort(chance)[-12:].sum() > 0.8
)
claim("the reading 85 gives 6, and 6 gives 3 × 7", small.factors(6) == (3, 7))
claim(
    "the formula of the transform and the fast one agree",
    np.allclose(qft(small.start()), fast_qft(small.start())),
)
reveal("peaks", "6")

# %% [markdown]
# **Attack the key.** $n=221$ needs 16 qubits for the counting register; the course's
# other toy, 126869, needs 34, whose vector does not fit into your machine. So 221 it
# is: ciphertext in, one run of the quantum computer after the other, message out.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.period import factored, memory
from privlab.he.paillier import PrivateKey, PublicKey

key = PublicKey(n=221)
seen = key.encrypt(142, rng=SYSTEM)
attack = factored(modulus=key.n, runs=200, seed=7)
p, q = attack.factors
print(attack.summary)
print("read:", PrivateKey(p=p, q=q).decrypt(seen))

# %%
from privlab.course.checking import as_often

claim(
    "C24: simulated period finding factors a toy key and reads its message",
    p * q == key.n and PrivateKey(p=p, q=q).decrypt(seen) == 142,
)
claim(
    "it succeeds as often as the exact distribution says",
    as_often(attack.found, attack.runs, attack.chance),
)
qubits, size = memory(126869)
print(f"126869: {qubits} counting qubits, {size / 1e9:.0f} GB to simulate them")
claim("twice the digits, twice the qubits", memory(126869**2)[0] == 2 * qubits)

# %% [markdown]
# This is why you could break 221 and nobody can break a real key like that: your numpy
# vector doubles with each qubit. A machine made of qubits needs a few thousand good
# ones for 2048 bits, and each good one is made of many noisy ones. Estimates: 20
# million noisy qubits and 8 hours (Gidney and Ekerå 2021), less than a million and a
# week (Gidney, May 2025). The largest machines had somewhat over a thousand
# noisy qubits then.
#
# What falls: everything that rests on factoring or discrete logarithms. Paillier, RSA,
# the elliptic-curve key agreement under every secure aggregation (安全聚合) of lesson
# 3.3, and the Ed25519 signatures further down. What does not, as far as anyone knows:
# lattices, and so CKKS. A *post-quantum* (后量子) scheme is one for which no quantum
# attack of that kind is known. NIST published three standards on 13 August 2024: FIPS
# 203 (ML-KEM) and 204 (ML-DSA) on lattices, FIPS 205 (SLH-DSA) on hashes.
#
# Lattice attacks do become somewhat faster. The remedy is a shorter modulus at the same
# ring degree. Below: the limits for 128 bits, and the five sets of this course.

# %%
from privlab.experiments.unbounded import lattice_limits
from privlab.plots.outlook import draw_lattice_limits

limits = lattice_limits()
show(limits, draw_lattice_limits)

# %% [markdown]
# *The quantum limit lies 6 to 7 % below the classical one at every degree. Diamonds are
# the course's parameter sets: only "shallow" lies below both lines.*

# %%
table = zip(limits.degrees, limits.classical, limits.quantum, strict=True)
for degree, classical, quantum in table:
    print(f"N = {degree:6}: {classical:4} bits classical, {quantum:4} quantum")
claim(
    "C24: lattices lose less than a tenth of their modulus",
    limits.lost.max() < 0.1,
)
claim(
    "four of the course's five sets are too long for it", len(limits.safe) == 1
)

# %% [markdown]
# Surprised? The sets of lesson 3.2 were chosen for 128 *classical* bits, nearly to the
# last bit. Whoever needs the quantum limit drops one level or doubles the degree.
#
# **Your turn** → `ou-01`.
#
# ## Store now, decrypt later
#
# Nobody has the machine. So there is time? Somebody can record today what you send, and
# wait: *store now, decrypt later* (先存储后解密). Let $x$ be the years for which the data
# must stay secret, $y$ the years until all of it is sent in a new way, $z$ the years
# until the machine. The last old message is sent in $y$ years and read in $z$. You are
# too late if
# $$x+y>z$$
# (Mosca 2018). Nobody knows $z$, so give it a distribution: a median, and a factor
# "give or take" that holds two times out of three.

# %%
predict(
    "late",
    "Secret for 20 years, 5 to migrate, a machine in 15: how far along?",
    options=["ten years of time", "just in time", "too late already"],
)

# %%
from privlab.experiments.harvest import harvest
from privlab.plots.outlook import draw_harvest

explore(
    harvest,
    draw_harvest,
    shelf=slider("shelf life x (years)", 0, 50, 20),
    migration=slider("migration y (years)", 0, 15, 5),
    median=slider("machine, median z (years)", 5, 40, 15),
    spread=slider("give or take (factor)", 1.1, 3.0, 1.6, 0.1),
)

# %% [markdown]
# *A rising curve: the chance that the machine has come. A bar below it: migration, then
# shelf life. Where the bar ends, the curve is at 86 %.*

# %%
records = harvest(shelf=20, migration=5, median=15, spread=1.6)
fast = harvest(shelf=20, migration=1, median=15, spread=1.6)
card = harvest(shelf=1, migration=5, median=15, spread=1.6)
claim("patients' records: late more likely than not", records.exposed > 0.8)
claim("a quick migration alone does not help them", fast.exposed > 0.7)
claim("a password changed every year has time", card.exposed < 0.05)
reveal("late", "too late already")

# %% [markdown]
# Two things follow. The shelf life is a property of the data, not of the cipher: a
# genome is secret for a life, and for that of the children. And migration helps only
# what is sent afterwards.
#
# **What needs no migration.** A noisy count is not encrypted. There is nothing to
# decrypt. Differential privacy (差分隐私) compares chances, and asks nothing about the
# time of whoever looks. So take the strongest adversary there is: it computes the
# chance of every output in both worlds, exactly, and guesses the likelier world.

# %%
from privlab.experiments.unbounded import unbounded

for epsilon in (0.1, 1, 4):
    best = unbounded(epsilon=epsilon)
    print(best.summary)
    claim(
        f"with any computer e^ε is the limit, ε = {epsilon:g}",
        best.ratio <= math.exp(epsilon) * (1 + 1e-9)
        and best.right <= best.limit + 1e-9,
    )
claim(
    "C24: the promise of DP holds against unbounded computation",
    unbounded(epsilon=1).right < 0.732,
)

# %% [markdown]
# Whatever a quantum computer does with the published number is post-processing (后处理).
# One condition: the noise must be truly random. Noise from a generator whose seed can
# be computed falls with the generator.
#
# **Your turn** → `ou-02`, a decision.
#
# ## A log that nobody can change unseen
#
# Now the second sentence: *blockchain* (区块链) for "security and transparency". Take
# away the coins and the mining. What is left is a log: each entry holds the *hash*
# (哈希) of the one before, and a signature (签名). Five clients train a model for twelve
# rounds. After each round the server writes down the round, how many answered, and the
# hash of the new model.

# %%
from privlab.experiments.tampered_log import federated_log
from privlab.fl.ledger import Entry, checked, faults

kept = federated_log(7)
source(Entry, checked)
last = kept.ledger.entries[-1]
print(f"entry {last.index + 1}: {len(last.payload)} bytes, signed")
claim(
    "the log as it was kept passes every check",
    faults(kept.ledger.entries, head=kept.head, **kept.known) == (),
)

# %% [markdown]
# Nine ways to lie with it are below. The *head* is one hash over all entries, signed and
# published earlier, for instance in a newspaper.

# %%
predict(
    "unseen",
    "No head was published. Which of these does the reader not notice?",
    options=["an edited entry", "a dropped entry", "the last entries cut off"],
)

# %%
from privlab.experiments.tampered_log import HEADS, TAMPERINGS, tampered_log
from privlab.plots.outlook import draw_tampered_log

explore(
    tampered_log,
    draw_tampered_log,
    tampering=choice("tampering", list(TAMPERINGS)),
    at=slider("at entry (number)", 2, 12, 5),
    head=choice("the reader has", list(HEADS)),
    seed=7,
)

# %% [markdown]
# *A grid of checks by entries. An edit at entry 5 breaks the signature of 5 and the
# chain at 6. The row of the head is grey: there was none to compare with.*

# %%
lies = [name for name in TAMPERINGS if name != "nothing"]
places = range(2, 12)  # to drop the 12th is to cut it off
blind, sighted = (
    {
        lie: all(
            tampered_log(tampering=lie, at=at, head=head, seed=7).caught
            for at in places
        )
        for lie in lies
    }
    for head in HEADS
)
missed = {lie for lie, caught in blind.items() if not caught}
print("not noticed without a head:", ", ".join(sorted(missed)))

# %%
claim(
    "C25: with a published head every tampering is caught",
    all(sighted.values()),
)
claim(
    "without one, a cut log and its owner's rewriting are not",
    missed == {"truncate", "rewrite by the owner"},
)
honest = tampered_log(tampering="nothing", at=5, head=HEADS[1], seed=7)
claim("an honest log raises no alarm", not honest.caught)
reveal("unseen", "the last entries cut off")

# %% [markdown]
# Read the second claim again. The owner of the key can write any past it likes. The
# hash chain (哈希链) does not stop it; *somebody who remembers a head* does. That is what
# the many computers of a blockchain are for. A federation of ten hospitals can do it
# with ten e-mails.
#
# **One entry, proved.** A hospital wants to show that round 6 is in the log, without
# sending the log. A *Merkle tree* (默克尔树) hashes the entries two by two up to one
# root (Merkle 1987). The proof is the hashes beside the way up.

# %%
from privlab.experiments.inclusion import inclusion
from privlab.plots.outlook import draw_inclusion

explore(
    inclusion,
    draw_inclusion,
    size=slider("entries in the log (count)", 2, 16, 13),
    entry=slider("entry to prove (number)", 1, 16, 6),
)

# %% [markdown]
# *A binary tree over 13 entries. Black: the way from entry 6 to the root. Orange
# squares: the four hashes of the proof.*

# %%
from privlab.fl.merkle import (
    doubled_root,
    inclusion_path,
    leaf_hash,
    merkle_root,
)

leaves = [leaf_hash(b"%d" % i) for i in range(1000)]
proof = inclusion_path(leaves, 617)
print(f"1,000 entries: a proof of {len(proof)} hashes, {32 * len(proof)} bytes")

# %%
every = [
    inclusion(size=n, entry=k) for n in range(2, 17) for k in range(1, n + 1)
]
claim(
    "a proof has at most log2 n hashes, rounded up",
    all(len(own.spans) <= math.ceil(math.log2(own.size)) for own in every),
)
claim("it holds for its entry", all(own.accepted for own in every))
claim("and for no other record", not any(own.other for own in every))

# %% [markdown]
# Two details decide. Leaves and nodes are hashed behind different first bytes (RFC
# 6962,
# 2013): else a node's two hashes would pass as a record. And an odd entry goes up alone.
# Bitcoin paired it with itself, and so the same root stood for two lists
# (CVE-2012-2459):

# %%
three = leaves[:3]
claim(
    "pairing with itself: two lists, one root",
    (doubled_root(three) == doubled_root([*three, three[-1]])),
)
claim(
    "going up alone: two roots",
    (merkle_root(three) != merkle_root([*three, three[-1]])),
)

# %% [markdown]
# **Your turn** → `ou-03`.
#
# ## What the log never hides
#
# "Transparency" is the other half of the sentence. Suppose that the clients' updates go
# on the chain, so that everyone can check the mean. Here is one client's entry.

# %% tags=["nbval-ignore-output"]
from privlab.experiments.public_updates import WRITTEN, public_update
from privlab.plots.outlook import draw_public_updates

explore(
    public_update,
    draw_public_updates,
    written=choice("on the chain", list(WRITTEN)),
    seed=7,
)

# %% [markdown]
# *Left the client's digit, right what any reader rebuilds from the entry: the same
# picture. From a hash or a commitment: nothing like it.*
#
# This is gradient inversion (梯度反演) of lesson 3.3, by division. The log is whole, each
# signature holds, and the image is public for ever. So write down only hashes? A
# colleague logs the SHA-256 of each patient's birthday, "which cannot be reversed".

# %%
from privlab.experiments.public_updates import guessed_birthday

birthday = date(1987, 5, 4)
hashed, sealed = (
    guessed_birthday(birthday=birthday, written=written, rng=SYSTEM)
    for written in WRITTEN[1:]
)
print(hashed.summary)
shown = [
    public_update(written=written, seed=7).similarity for written in WRITTEN
]
claim("C25: an update on the chain is the client's image", shown[0] > 0.99)
claim("the bits of a hash do not look like the image", max(shown[1:]) < 0.5)
claim("a hash of a birthday is a birthday", hashed.found == "1987-05-04")
claim("a commitment with a secret salt is not", sealed.found == "")

# %% [markdown]
# Nothing was reversed. There are 36,525 birthdays in a hundred years, and a laptop
# hashes them all in a blink. A *commitment* (承诺) hashes the value behind a *salt*
# (盐值): 32 random bytes that stay with the data, off the chain. Whoever is shown value
# and salt can check both. Whoever is not would have to guess the salt.
#
# **The right to erasure** (删除权): GDPR, Article 17, and PIPL, Article 47. A chain from
# which nothing can vanish, and a right to have things vanish: they collide. Try both
# ways.

# %%
from privlab.experiments.public_updates import committed
from privlab.fl.ledger import Ledger, commitment

value = b"1987-05-04"
public, salt = committed(value, rng=SYSTEM)
log = Ledger(log=bytes(32)).appended(b"patient 1", kept.key)
log = log.appended(public, kept.key).appended(b"patient 3", kept.key)
known = kept.known | {"log": log.log}
entries = log.entries
blanked = (entries[0], tampered := Entry(**vars(entries[1]) | {"payload": b""}))
claim("erasing on the chain breaks it", faults(blanked, **known) != ())
claim("value and salt open the commitment", commitment(value, salt) == public)

# %%
wrong = [commitment(value, SYSTEM.bytes(32)) == public for _ in range(1000)]
claim("another salt does not", not any(wrong))
del value, salt  # off the chain, where deleting is possible
claim(
    "C25: after data and salt are deleted the log is still whole",
    faults(log.entries, head=log.head(kept.key), **known) == (),
)

# %% [markdown]
# So: commitments on the chain, data and salts off it. Two cautions. Delete *every* copy
# of the salt; backups count. And who took part, and when, is still written down, and
# may be personal data. The European Data Protection Board's Guidelines 02/2025 on
# blockchain (version for consultation, 8 April 2025) advise against storing personal
# data on a chain if that conflicts with data protection principles.
#
# ## From ten clients to a million
#
# The third sentence: federated learning (联邦学习) will matter more as data grows. Same
# model, same promise of ε = 1 to each *client* at δ = 10⁻⁶ over 8 rounds. Only the
# number of clients grows, and about a hundred of them are asked in a round.

# %%
predict(
    "crowd",
    "From 100 to 10 000 clients, 100 asked each round: the noise on a weight",
    options=["falls", "stays, as 100 are asked", "grows"],
)

# %% tags=["nbval-ignore-output"]
from privlab.experiments.many_clients import A_HUNDRED, POLICIES, scale
from privlab.plots.outlook import draw_scale

explore_on_run(
    scale,
    draw_scale,
    policy=choice("asked in a round", list(reversed(POLICIES))),
    epsilon=choice("ε", [1.0, 0.5, 4.0]),
    largest=choice("measured up to (clients)", [10_000, 1_000, 100]),
    seed=7,
)

# %% [markdown]
# *Four panels against the number of clients, ten to a million. Black dots are measured
# on this machine, hollow ones follow from the fitted law; the noise is computed.
# Traffic levels off at a hundred clients, the noise falls a hundredfold, and accuracy
# rises from guessing to above 70 %.*
#
# The dots are runs of Flower in this process: real messages, real training, one client
# after the other. In the field clients work at the same time and the network decides,
# so read the seconds as *work for one machine*. The line is an *extrapolation* (外推):
# two constants fitted to four runs, one for each client asked, one for each client kept
# in the list. Where the line is flat, the second came out near zero: four runs up to
# 10,000 cannot say what keeping a million costs. Bytes and noise need no fit: they
# follow from the size of the model and from the accountant. There are only 1,438 digits
# to deal out: in a large crowd many clients hold the same five.

# %%
crowds = scale(policy=A_HUNDRED, epsilon=1.0, largest=10_000, seed=7)
ten, hundred, thousand, many = crowds.measured
each = [own.bytes / own.asked for own in crowds.measured]
print(f"{many.bytes / 1e6:.2f} MB a round; law for a million: ", end="")
print(
    f"{crowds.bytes(1_000_000) / 1e6:.2f} MB, noise {crowds.noise(10**6):.4f}"
)
claim("every client asked moves the same bytes", np.allclose(each, each[0]))
claim(
    "C26: 10 000 clients need a tenth of the noise of 100",
    (many.noise < hundred.noise / 10),
)
claim("and learn what ten cannot", many.accuracy > ten.accuracy + 0.4)
reveal("crowd", "falls")

# %% [markdown]
# Why does it fall if only a hundred are asked? Nobody knows *who* was asked. The chance
# to be in a round is 1 at a hundred clients and 1 in 100 at ten thousand: amplification
# by sampling (采样放大, lesson 4.1). But the noise is $zS/m$ with $m$ clients asked, and
# $z$ cannot fall for ever. Ask more, and it falls with them.

# %%
floor = [crowds.noise(n) for n in (10_000, 100_000, 1_000_000)]
print("noise at 10 000, 100 000, a million:", [round(n, 4) for n in floor])
claim(
    "extrapolated: the last factor of 100 brings little",
    (floor[2] > 0.5 * floor[0]),
)
one = [
    sum(r.bytes for r in crowds.measured)
    / sum(r.asked for r in crowds.measured)
]
claim("one client's round is 5.7 KB, whatever the crowd", 5600 < one[0] < 5800)

# %% [markdown]
# **What the article says, and what is left of it.** Quantum: the challenge is real and
# dated by your data's shelf life, not by the machine; lattices and differential privacy
# stand. Blockchain: it gives *integrity*, if somebody keeps a head; it gives no
# privacy, and takes some. Federated learning: more clients make a promise to each of
# them cheaper, for as long as you can afford to ask enough of them.
#
# **Your turn** → `ou-04`.
#
# ## What to remember
#
# - A quantum computer finds periods. Factoring and discrete logarithms fall; lattices
#   lose a few per cent of their modulus; noise loses nothing.
# - $x+y>z$: what is recorded today is read then. The shelf life decides.
# - A hash chain shows tampering to whoever remembers a head. It hides nothing.
# - A hash of a small domain is the value. Commit with a secret salt, and keep the data
#   where it can be deleted.
# - Say which dots are measured, and draw the others hollow.
#
# **Next:** the exercises in `exercises/07_outlook.ipynb`.
#
# *Sources.* Merkle 1987, CRYPTO. Shor 1994, FOCS; 1997, SIAM J. Comput. 26. McMahan,
# Ramage, Talwar and Zhang 2018, ICLR. Mosca 2018, IEEE Security & Privacy 16. Gidney
# and Ekerå 2021, Quantum 5. Gidney 2025, arXiv 2505.15917. Laurie, Langley and Kasper
# 2013, RFC 6962. Josefsson and Liusvaara 2017, RFC 8032. NIST, FIPS 203, 204 and 205,
# 13 August 2024. Digits: Alpaydin and Kaynak 1998, UCI.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("7")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
