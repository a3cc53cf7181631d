# %% [markdown]
# # 3.2 · Homomorphic encryption (同态加密)
#
# *The article's sections 3.2.2 and 3.3.2.*
#
# **The question.** A hospital wants a computing centre to train a model for it. The
# centre must not see one patient. Can it compute with numbers that it cannot read,
# what does that cost, and who still learns what?
#
# **Afterwards you can** say who holds which key; plan a computation against its budget
# of multiplications; choose parameters that are safe and precise enough; pack a batch
# into slots; train and score on encrypted patients; and name what encryption hides
# from nobody.
#
# **You need** vectors, sums and the logistic function. **Time:** 70 minutes, and 55
# more for the exercises.

# %%
import numpy as np
import torch

from privlab.attacks.differencing import difference
from privlab.core.datasets import digits
from privlab.course.lesson import claim, predict, reveal, source
from privlab.he import regression
from privlab.he.context import NETWORK, SCORE, SHALLOW, TRAINING
from privlab.he.inference import SquareNetwork, fit_square_network
from privlab.he.keyholder import new_keys, new_keys_with_rotations
from privlab.he.regression import LINEAR, LOGISTIC
from privlab.he.vectors import columns, decrypt, encrypt
from privlab.widgets import explore, slider

# %% [markdown]
# ## What the lock on the wire cannot do
#
# You send a patient's eight measurements to a server over an encrypted line. Nobody on
# the way can read them. Then they arrive, and the server unlocks them, because ordinary
# encryption allows nothing else to be done with them. From that moment you rely on the
# server's manners, on its staff, and on everyone who breaks in.
#
# Here is a curious server with 200 labelled examples. First it gets 200 new records in
# the open and guesses who has cancer. Then it gets the same kind of records
# encrypted. Commit yourself.

# %%
predict(
    "server-guess",
    "How often does the server guess right from encrypted records?",
    options=["about 90 %", "about 70 %", "about 50 %"],
)

# %%
from privlab.experiments.sealed_records import prying

seen = prying(rng=np.random.default_rng(32))
spread = 5 * np.sqrt(seen.tries) / 2
print(f"from open records: {seen.open_hits / seen.tries:.0%} right")
claim("open records give the diagnosis away", seen.open_hits > 0.8 * seen.tries)
claim(
    "from ciphertexts the server does no better than a coin",
    abs(seen.sealed_hits - seen.tries / 2) < spread,
)
claim("encrypting a record twice never gives the same bytes", seen.repeats == 0)
reveal("server-guess", "about 50 %")

# %% [markdown]
# The last line matters. If a record always gave the same ciphertext, the server would
# encrypt every likely record itself and compare. So encryption draws fresh randomness
# each time: a *ciphertext* (密文) is one of astronomically many for the same *plaintext*
# (明文).
#
# ## Adding what you cannot read
#
# *Homomorphic* encryption allows one thing more: whoever has the *public keys* (公钥) can
# add and multiply the hidden numbers. Only the *secret key* (私钥) reads the result. The
# scheme used here is CKKS (Cheon, Kim, Kim and Song 2017), in the library TenSEAL. One
# ciphertext holds a whole vector, one number in each *slot* (槽), and works on all
# slots at once. Lesson 4.2 opens it up; here we use it.

# %%
hospital = new_keys(SHALLOW)  # keeps the secret key
centre = hospital.public  # all that the computing centre gets
ages = encrypt(centre, [34.0, 58.0, 71.0])
weights = encrypt(centre, [0.5, 0.2, 0.1])
result = decrypt(hospital, ages * weights + 10)
print(np.round(result, 2))
claim(
    "the centre multiplied and added numbers it cannot read",
    np.allclose(result, [27, 21.6, 17.1], atol=1e-3),
)
claim("the centre holds no secret key", not centre.context.has_secret_key())

# %% [markdown]
# The result is right to a few decimals, not exactly: CKKS computes with noise, as a
# measuring instrument does. How much noise, and how many multiplications are
# possible, is fixed when the keys are made.
#
# ## The level budget
#
# Every multiplication makes the hidden numbers longer, and a step called *rescaling*
# (重缩放) cuts them back. Each rescaling uses up one prime of the *modulus* (模数). A set
# of parameters with two such primes has two *levels* (层): two multiplications may
# follow each other, then nothing more. TenSEAL says of a third "scale out of bounds",
# in the middle of the work.
#
# So plan first. Choose a circuit and a parameter set.

# %%
from privlab.experiments.parameter_sets import BY_NAME, CIRCUITS, planned
from privlab.plots.sealed_records import draw_plan
from privlab.widgets import choice

explore(
    planned,
    draw_plan,
    circuit=choice("circuit", list(CIRCUITS), "a logistic step"),
    parameters=choice("parameter set", list(BY_NAME), "shallow"),
)

# %% [markdown]
# *Bars of the levels that are left after each step of the circuit. A hatched bar to
# the left of zero is a level that the set does not have.*
#
# Additions are free. Multiplying by a *plain* number costs a level too. The depth is
# the longest chain, not the count: sixty products side by side have depth 1.

# %%
from privlab.he.context import LevelsExhausted
from privlab.he.levels import Circuit, LevelBudget

chain = Circuit(
    name="x · x · x · x from left to right", steps=(("three products", 3),)
)
try:
    LevelBudget(parameters=SHALLOW).check(chain)
except LevelsExhausted as error:
    print(error)
x = encrypt(centre, [2.0])
claim(
    "'shallow' has two levels to spend", [x.level, (x * x * x).level] == [2, 0]
)

# %% [markdown]
# (In another order, $(x\cdot x)(x\cdot x)$, the same takes two.) Why not take a thousand
# levels? Because security allows only so many bits. The
# longer the modulus, the easier the *lattice problem* (格问题) that protects the key. The
# Homomorphic Encryption Standard (Albrecht and others 2018) lists, for each ring degree
# $N$, the most bits that leave 128-bit security. Twice the bits need twice the degree,
# and every ciphertext and key grows along.

# %%
from privlab.he.context import SETS, Parameters

for own in SETS:
    print(own.summary)
try:
    Parameters(
        name="greedy", degree=8192, prime_bits=(60, 60, 60, 60), scale_bits=40
    )
except ValueError as error:
    print(error)

# %% [markdown]
# **Your turn** → `he-01` in `exercises/03_2_homomorphic_encryption.ipynb`.
#
# ## Six times one is six
#
# TenSEAL's own tutorial on logistic regression uses primes of 21 bits. It is secure, and
# has six levels. Encrypt 1.0 and multiply it six times by an encrypted 1.0.

# %%
predict(
    "six-ones",
    "1.0 multiplied six times by 1.0, with 21-bit primes, decrypts to",
    options=["1.00", "1.03", "5.98"],
)

# %%
from privlab.experiments.parameter_sets import ones_multiplied

measured = {bits: ones_multiplied(prime_bits=bits)[-1] for bits in (21, 26, 40)}
for bits, value in measured.items():
    print(f"{bits}-bit primes: 1.0 became {value:.2f}")
reveal("six-ones", "5.98")
claim("21-bit primes turn 1.0 into nearly 6", 5.9 < measured[21] < 6.1)
claim("26-bit primes are off by 3 %", 1.02 < measured[26] < 1.035)
claim("40-bit primes keep 1.0", abs(measured[40] - 1) < 1e-4)

# %% [markdown]
# No noise did this. CKKS stores a number times a large *scale* (比例因子) $s=2^{21}$. A
# product has the scale $s^2$; rescaling divides it by the prime $q$ of the level, so its
# true scale is $s^2/q$. TenSEAL writes $s$ over it. Each multiplication is off by the
# factor $s/q$, and the primes cannot be chosen at will: they must be 1 modulo $2N$. Near
# $2^{21}$ the sixth of them lies 900,000 lower, which is 43 % of $s$; near $2^{40}$ it
# lies 5.8 million lower, which is 5 millionths. The factor follows from the primes alone.

# %%
from privlab.experiments.parameter_sets import precision
from privlab.plots.sealed_records import draw_precision

explore(
    precision,
    draw_precision,
    prime_bits=slider("bits of each prime", 24, 50, 26, 1),
    depth=slider("multiplications", 1, 8, 6, 1),
)

# %% [markdown]
# *Two lines on a logarithmic axis: the scale drift after each multiplication, and the
# noise. Longer primes push both down; the title shows the degree and the size.*
#
# Move the bits up. Both errors fall, until the modulus no longer fits the degree and
# the size of everything doubles. Precision, depth and size are paid from one purse. And
# after six multiplications the drift outweighs the noise at every length of primes.

# %%
from privlab.he.context import TUTORIAL

foreseen = 1 + TUTORIAL.drift(6)
claim(
    "the primes alone foretell what the engine returns",
    abs(measured[21] - foreseen) < 0.02,
)
short = precision(prime_bits=26, depth=6).parameters
long = precision(prime_bits=40, depth=6).parameters
claim("40-bit primes need twice the degree", long.degree == 2 * short.degree)
each = [precision(prime_bits=bits, depth=6) for bits in range(24, 51)]
claim(
    "the drift outweighs the noise at every length",
    all(own.drift[-1] > own.noise[-1] for own in each),
)

# %% [markdown]
# **Your turn** → `he-02`.
#
# ## Slots: who sits where
#
# A ciphertext of degree 8192 has 4,096 slots, and one operation costs the same whether
# one slot is used or all. The obvious packing gives each patient a ciphertext for the
# measurements and one for the diagnosis. Then most slots are empty, and the sum $x\cdot
# w$ runs *across* slots, which takes *rotations* (旋转). The better one gives each
# *measurement* a ciphertext, and each patient a slot. Then $x\cdot w$ is a sum of whole
# ciphertexts. How do the two grow?

# %%
from privlab.experiments.packing import packing
from privlab.plots.sealed_records import draw_packing
from privlab.widgets import log_slider

explore(
    packing,
    draw_packing,
    patients=log_slider("patients", 1, 10000, 569),
    features=slider("measurements", 2, 64, 9, 1),
)

# %% [markdown]
# *Operations of one gradient against the number of patients, on logarithmic axes. A
# ciphertext for each patient: a straight rise. A ciphertext for each measurement: a slow
# rise, a little with each doubling, and a jump where the slots are full.*

# %%
table = packing(patients=569, features=9)
rows_to_columns = table.upload_by_row / table.upload_by_column
ciphertexts = table.upload_by_column * 1e6 / TRAINING.ciphertext_bytes
claim("by columns 569 patients are 10 ciphertexts", round(ciphertexts) == 10)
claim("by rows the upload is 100 times larger", rows_to_columns > 100)

# %% [markdown]
# A sum over all patients still crosses the slots. It is done by folding: rotate by
# half, add, rotate by a quarter, add. Twelve rotations sum 4,096 slots. Rotations need
# extra public keys, the Galois keys (伽罗瓦密钥), by far the largest thing to send.
#
# **Your turn** → `he-03`, `he-04`.
#
# ## Training on patients nobody sees
#
# The article's recipe (3.2.2): encrypt the data, train on ciphertexts, decrypt the
# model. Take 569 tumours (Wolberg and others 1995), eight measurements each. The hospital
# encrypts columns. The centre computes the gradient. Here is its whole code; it runs on
# numpy columns and on ciphertexts alike.

# %%
source(regression.logistic_errors, regression.gradient)

# %% [markdown]
# There is no $e^{-z}$ among the two operations. A cubic takes the place of the sigmoid:
# $\tfrac12+0.197z-0.004z^3$, good near 0. It turns round at ±4 and leaves the sigmoid
# beyond ±5. Raise the learning rate and see how training falls off its edge.

# %%
from privlab.experiments.sealed_records import sigmoids
from privlab.plots.sealed_records import draw_sigmoids

explore(
    sigmoids,
    draw_sigmoids,
    rate=slider("learning rate", 0.1, 1.0, 0.2, 0.1),
    steps=slider("steps", 1, 12, 4, 1),
)

# %% [markdown]
# *The sigmoid, and the cubic that follows it in the middle and then falls away. A grey
# band shows where the patients' z lie: within the middle at small rates, everywhere at
# large ones.*

# %%
gentle, wild = sigmoids(rate=0.2, steps=4), sigmoids(rate=1.0, steps=12)
print(f"rate 0.2: {gentle.accuracy:.0%} right, |z| up to {gentle.largest:.1f}")
claim("at rate 0.2 no patient leaves [-5, 5] in 4 steps", gentle.largest < 5)
claim("at rate 1 training explodes", not wild.largest < 1e6)

# %% [markdown]
# Now with ciphertexts. One logistic step has depth 4, which is all that the set
# `training` has. So after each step the hospital decrypts the gradient, moves the
# weights, and encrypts them again. (*Bootstrapping*, 自举, would refresh a ciphertext
# without the key; TenSEAL does not offer it.)

# %%
from privlab.experiments.sealed_records import tumours

x, y = tumours()
keys = new_keys_with_rotations(TRAINING)
sealed = regression.encrypted_table(keys.public, LOGISTIC, x, y)
trained = regression.fit_encrypted(LOGISTIC, sealed, keys, steps=4, rate=0.2)
in_the_open = regression.fit_open(LOGISTIC, x, y, steps=4, rate=0.2)


def apart(one, other):
    return np.linalg.norm(one - other) / np.linalg.norm(other)


# %%
hits = [((x @ fit.weights > 0) == y).mean() for fit in (trained, in_the_open)]
print(
    f"tumours read rightly: {hits[0]:.0%} encrypted, {hits[1]:.0%} in the open"
)
claim(
    "C07: weights trained on ciphertexts are those of plain training to 1e-3",
    apart(trained.weights, in_the_open.weights) < 1e-3,
)
claim("they read more than 9 of 10 tumours rightly", min(hits) > 0.9)

# %% [markdown]
# Linear regression needs depth 2 only, so its primes may be longer and its numbers
# sharper: 442 diabetes patients, ten measurements (Efron and others 2004).

# %%
from privlab.experiments.sealed_records import progressing

u, v = progressing()
keys_2 = new_keys_with_rotations(SHALLOW)
sealed_2 = regression.encrypted_table(keys_2.public, LINEAR, u, v)
line = regression.fit_encrypted(LINEAR, sealed_2, keys_2, steps=2, rate=0.3)
plain_line = regression.fit_open(LINEAR, u, v, steps=2, rate=0.3)
claim(
    "encrypted linear regression agrees to 1e-5",
    apart(line.weights, plain_line.weights) < 1e-5,
)

# %% [markdown]
# ## Reading digits it cannot see
#
# More often the model is finished and the *question* is private. A small network
# (CryptoNets; Gilad-Bachrach, Dowlin and others 2016): one hidden layer, and in place of
# ReLU the square, which is one multiplication. Pixel $j$ of all images shares a
# ciphertext.

# %%
source(SquareNetwork.scores)

# %%
data = digits()
network = fit_square_network(
    data.features[:1200] / 16,
    data.target[:1200],
    rng=torch.Generator().manual_seed(32),
)
images, labels = data.features[1200:] / 16, data.target[1200:]
reader = new_keys(NETWORK)
answers = network.scores(columns(reader.public, images))
found = np.array([decrypt(reader, answer) for answer in answers])
right = np.array(network.scores(list(images.T)))

# %%
rightly = (found.argmax(axis=0) == labels).mean()
claim("the encrypted network reads more than 85 % rightly", rightly > 0.85)
claim(
    "all encrypted scores are within 1e-3 of the open ones",
    np.abs(found - right).max() < 1e-3,
)
claim(
    "a ciphertext for each pixel serves 597 images at once",
    len(answers[0]) == 597,
)

# %% [markdown]
# The network itself lay open on the server. It may be encrypted as well, as weights under
# the same key: products of two ciphertexts then, at the same depth. This hides the model
# from the *server*. It does not hide it from the key holder, who can decrypt it.
#
# ## Two processes, one secret
#
# Who may be trusted with what is not a matter of the mathematics alone. The function
# `context.serialize(save_secret_key=True)` puts the secret key into the very bytes
# meant for the server. So here is a server in a process of its own, on a loopback
# address, which keeps every byte it gets. Then we search them.

# %%
import tempfile
from pathlib import Path

from privlab.he.service import Client, server

weights, rows = in_the_open.weights, x[:200]
client_keys = new_keys(SCORE)
with tempfile.TemporaryDirectory() as folder:
    with server(weights[:-1], weights[-1], Path(folder)) as port:
        client = Client(keys=client_keys, port=port)
        client.send_keys()
        scores = client.score(rows[:, :-1])
    received = b"".join(p.read_bytes() for p in sorted(Path(folder).iterdir()))
claim("the scores are right", np.allclose(scores, rows @ weights, atol=0.01))

# %%
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "secret"
    client_keys.context.secret_key().data.save(str(path))
    secret = path.read_bytes()
pieces = [secret[i : i + 32] for i in range(256, len(secret) - 32, 32)]
careless = client_keys.context.serialize(save_secret_key=True)
claim(
    "no piece of the secret key went out",
    not any(p in received for p in pieces),
)
claim(
    "save_secret_key=True would have sent it",
    all(p in careless for p in pieces),
)

# %% [markdown]
# ## What the server still learns, and what the key holder learns
#
# The server learns *that* you asked, when, how often and how long it took. It learns
# sizes: TenSEAL writes the number of values beside each ciphertext, in the clear.
#
# And the key holder decrypts a result, and results leak. Suppose that the key belongs to
# a researcher, who may see results but no records. The centre's first gradient at
# zero weights is $-\sum_i y_i x_i$. Ask for it with Li and without Li, and subtract.

# %%
zero = np.zeros(10)


def first_gradient(patients):
    scale = np.sqrt(len(patients))
    table = regression.encrypted_table(
        keys_2.public, LINEAR, u[patients], v[patients]
    )
    sent = [encrypt(keys_2.public, np.zeros(len(patients))) for _ in zero]
    slopes = regression.gradient(LINEAR, table.features, table.target, sent)
    return scale * np.array([decrypt(keys_2, slope)[0] for slope in slopes])


# %%
everyone = np.arange(len(v))
li = int(v.argmax())
others = np.delete(everyone, li)
lis_part = difference(first_gradient(everyone), first_gradient(others)).guess
print("Li's record times Li's progress, from two decrypted gradients:")
print(*(f"{number:.1f}" for number in -lis_part))
claim(
    "two correctly encrypted trainings give Li's record away, up to a factor",
    np.allclose(-lis_part, v[li] * u[li], atol=0.01),
)
claim(
    "the server sees how many patients there are", len(sealed_2.target) == 442
)

# %% [markdown]
# Nothing was broken. Encryption decides *who* reads; it does not limit what a result
# says about one person. That is what differential privacy is for (lesson 3.1), and the
# two go together: noise added before the result is decrypted.
#
# Two more warnings. Whoever can send ciphertexts can change them: 2 × a ciphertext is a
# valid ciphertext, so messages need a signature or TLS as well. And never publish
# decrypted CKKS numbers with all their digits: their noise betrays the secret key (Li and
# Micciancio 2021; lesson 4.2).
#
# ## The price
#
# Homomorphic encryption costs much computation, says the article (3.3.2). How much? One
# logistic step on the 569 tumours, in the open and on ciphertexts, by the clock; and the
# bytes of the table, in the open 41 kB.

# %%
from time import perf_counter

start = perf_counter()
regression.fit_encrypted(LOGISTIC, sealed, keys, steps=1, rate=0.2)
sealed_seconds, start = perf_counter() - start, perf_counter()
for _ in range(100):
    regression.fit_open(LOGISTIC, x, y, steps=1, rate=0.2)
open_seconds = (perf_counter() - start) / 100
claim(
    "an encrypted step takes over 100 times as long",
    sealed_seconds > 100 * open_seconds,
)

# %%
open_bytes = x.nbytes
sealed_bytes = sum(len(c.data.serialize()) for c in sealed.features)
keys_bytes = TRAINING.rotation_bytes
print(f"the table: {open_bytes / 1e3:.0f} kB in the open")
claim("encrypted it is over 50 times larger", sealed_bytes > 50 * open_bytes)
claim("the rotation keys alone are up to 94 MB", round(keys_bytes / 1e6) == 94)

# %% [markdown]
# The price is per *slot*, used or not. Full slots make it bearable: 4,096 patients would
# send the same bytes as these 569, and take about as long.
#
# **Your turn** → `he-05`.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C07 | encrypt, train on ciphertexts, decrypt the model (3.2.2) | holds **if** | the depth fits the levels, primes lie near the scale, the activation is a polynomial, and the client alone holds the secret key; then weights agree to 1e-3 |
# | C09 | computation is heavy, and the model may suffer (3.3.2) | holds, measured | over a hundredfold in time, over fiftyfold in bytes; accuracy unharmed within the cubic's range |
#
# ## What to remember
#
# - The secret key never leaves the data's owner. Look at the bytes, not at the promise.
# - Plan the depth first: every product in a chain takes a level, and security bounds
#   their bits.
# - Primes close to the scale, or the numbers drift away without a word.
# - Pack by column: one ciphertext a measurement, one slot a patient.
# - Encryption hides inputs from the server. Results still speak of people.
#
# **Next:** the exercises in `exercises/03_2_homomorphic_encryption.ipynb`.
#
# *Sources.* Wolberg, Street and Mangasarian 1995. Efron, Hastie, Johnstone and
# Tibshirani 2004, Annals of Statistics. Gilad-Bachrach, Dowlin, Laine, Lauter, Naehrig
# and Wernsing 2016, ICML. Cheon, Kim, Kim and Song 2017, ASIACRYPT. Albrecht and others
# 2018, Homomorphic Encryption Standard. Chen, Gilad-Bachrach, Han, Huang, Jalali, Laine
# and Lauter 2018, BMC Medical Genomics 11:81 (the cubic). Li and Micciancio 2021,
# EUROCRYPT. TenSEAL 0.3.18: Benaissa, Retiat, Cebere and Belfedhal 2021.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("3.2")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
