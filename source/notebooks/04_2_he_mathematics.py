# %% [markdown]
# # 4.2 · The mathematics of homomorphic encryption (同态加密的数学)
#
# *The article's sections 4.1.2, 4.2.2 and 4.3.2.*
#
# **The question.** How can somebody add and multiply numbers that they cannot read,
# and what is inside a ciphertext while they do?
#
# **Afterwards you can** say what is wrong with $E(f(x))=f(E(x))$ and write the right
# equation; derive Paillier's scheme and run it; break the article's XOR scheme and
# repair it; watch noise grow until decryption fails; follow a CKKS number through
# encoding, multiplication, relinearisation and rescaling; and fit a linear regression
# to data that the computer never sees.
#
# **You need** remainders (mod) and $e^{ix}$. Lesson 3.2 helps and is not needed.
# **Time:** 75 minutes, and 65 more for the exercises.

# %%
import numpy as np

from privlab.core.datasets import diabetes
from privlab.course.lesson import claim, predict, reveal, source
from privlab.he import ckks
from privlab.he.paillier import Ciphertext, PrivateKey, private_key
from privlab.widgets import choice, explore, explore_on_run
from privlab.widgets import log_slider, show, slider

rng = np.random.default_rng(42)

# %% [markdown]
# One warning. Everything in this lesson is written to be read: it is checked against
# the libraries that engineers use, and it is **not for production**. And the page above
# has a seed, so that it reads the same every time. Keys made with a seed are known to
# everyone who knows the seed. Leave `rng` out, and the library takes the randomness of
# keys from the operating system.
#
# ## The same number twice
#
# Ten people send their encrypted salary class, a number from 0 to 9, to a server. Two
# of them earn the same.

# %%
predict(
    "same-twice",
    "Two people encrypt the same number with the same public key. Do the "
    "ciphertexts look the same?",
    options=["yes, always", "only by accident", "it depends on the number"],
)

# %%
toy = PrivateKey(p=293, q=433)
first, second = (toy.public.encrypt(7, rng=rng) for _ in range(2))
print("E(7) =", first.value)
print("E(7) =", second.value)
claim("two encryptions of one number differ", first != second)
claim("both decrypt to it", toy.decrypt(first) == toy.decrypt(second) == 7)
reveal("same-twice", "only by accident")

# %% [markdown]
# If they were equal, the server would know who earns the same. Worse, it has the
# public key, so it could encrypt 0, 1, … 9 itself and compare. An encryption that is
# safe against such guessing must be *probabilistic* (概率加密): every encryption mixes in
# fresh randomness (Goldwasser and Micali 1982).
#
# Now read the article's core model of homomorphic encryption (同态加密, 4.1.2):
#
# $$E(f(x)) = f(E(x)).$$
#
# It is an equation between ciphertexts. Take the simplest $f$, which does nothing:
# $E(x)=E(x)$, and you have just seen it fail. For $f(x)=2x$ it is wrong twice. What is
# done to a ciphertext is not $f$.

# %%
n = toy.public.n
doubled_number = Ciphertext(value=2 * first.value % n**2, key=toy.public)
squared_number = Ciphertext(value=first.value**2 % n**2, key=toy.public)
print("2 E(7) decrypts to", toy.decrypt(doubled_number))
print("E(7)² decrypts to", toy.decrypt(squared_number))
claim(
    "C11: E(f(x)) = f(E(x)) is false for f(x) = 2x",
    toy.public.encrypt(14, rng=rng) != doubled_number
    and toy.decrypt(doubled_number) != 14,
)
claim(
    "squaring the ciphertext doubles the number",
    toy.decrypt(squared_number) == 14,
)

# %% [markdown]
# The right statement has a decryption in it, and a second function $\tilde f$, which
# works on ciphertexts:
#
# $$\mathrm{Dec}\bigl(\tilde f(\mathrm{Enc}(x))\bigr)=f(x).$$
#
# For Paillier and $f(x)=2x$, $\tilde f$ is squaring. In some schemes the equation is
# exact; in CKKS it holds up to a small error, and the error must be stated.
#
# ## Paillier, by hand
#
# Pascal Paillier's scheme (1999) can add. Its public key is $n=pq$, a product of two
# secret primes. Above, $n=293\cdot433=126\,869$; a real one has 617 digits. Start from
# a small miracle modulo $n^2$. In the binomial formula for $(1+n)^m$ all terms from
# $n^2$ on vanish:
#
# $$(1+n)^m \equiv 1+nm \pmod{n^2}.$$
#
# Exponents add when powers are multiplied. So $(1+n)^a(1+n)^b=(1+n)^{a+b}$: this is an
# addition of $a$ and $b$ already. It hides nothing, though, since anybody can subtract
# 1 and divide by $n$. Multiply it by something that only the owner can remove:
#
# $$\mathrm{Enc}(m)=(1+n)^m\,r^n \bmod n^2,\qquad r \text{ fresh and random.}$$
#
# Then, with nothing but the rules for powers,
#
# $$\mathrm{Enc}(a)\,\mathrm{Enc}(b)=(1+n)^{a+b}(rs)^n=\mathrm{Enc}(a+b),\qquad
# \mathrm{Enc}(a)^k=\mathrm{Enc}(ka).$$
#
# The owner removes $r^n$ by raising to the power $\lambda=\mathrm{lcm}(p-1,q-1)$: every
# $r^{n\lambda}$ is 1 modulo $n^2$. What is left is $1+n\,m\lambda$, and $m$ can be read
# off. Without $p$ and $q$ no way is known to tell $r^n$ from any other number.

# %%
source(Ciphertext.__add__, Ciphertext.__mul__, PrivateKey.decrypt_by_the_book)

# %%
published = toy.public.encrypt_with(10_100, 74_384)
claim("a published example comes out", published.value == 935_906_717)
a, b = toy.public.encrypt(1_200, rng=rng), toy.public.encrypt(345, rng=rng)
claim(
    "C14: multiplying ciphertexts adds, a power multiplies",
    toy.decrypt(a + b) == 1_545 and toy.decrypt(b * 10) == 3_450,
)
claim("minus one works, modulo n", toy.decrypt(a + b * -1) == 1_200 - 345)
claim("sums run round at n", toy.decrypt(a * 200) == 1_200 * 200 % n)

# %% [markdown]
# The article derives its model from the "multiplicative property" $E(f(x))=E(y)$
# (4.2.2). That line says $f(x)=y$ and nothing else. The property is the one above, and
# it needed a derivation.
#
# **Attack it.** The randomness $r$ is not decoration. Use $r=1$ to save time, and a
# dictionary opens everything. Use one random $r$ for two messages, and their
# difference lies open, to everyone.

# %%
from privlab.he.misuse import by_dictionary, difference_under_same_r

lazy = toy.public.encrypt_with(8, 1)
shared = [toy.public.encrypt_with(m, 55_555) for m in (3_200, 2_950)]
claim("r = 1: found by guessing", by_dictionary(lazy, range(10), r=1) == 8)
claim(
    "a fresh r: nothing to compare with",
    by_dictionary(first, range(10), r=1) is None,
)
claim("the same r twice: 250", difference_under_same_r(*shared) == 250)

# %% [markdown]
# **Your turn** → `he-11` in `exercises/04_2_he_mathematics.ipynb`.
#
# ## The article's scheme: XOR
#
# For its linear regression (4.3.2) the article encrypts by $E(x)=x\oplus r$, averages,
# $\theta=\frac1N\sum_i E(y_i)$, and decrypts by $\theta\oplus r$. XOR (异或) adds bits
# without carrying. Take the scores of the 442 patients of the diabetes data: whole
# numbers from 25 to 346, nine bits. Their mean is 152. (A mean is rounded here before
# the last XOR, which takes whole numbers only.)

# %%
predict(
    "xor-mean",
    "For how many of the 512 keys does the scheme find the mean, "
    "give or take 1?",
    options=["nearly all", "about half", "hardly any"],
)

# %%
from privlab.experiments.xor_mean import xor_mean
from privlab.plots.xor_mean import draw_xor_mean

data = diabetes()
explore(
    xor_mean,
    draw_xor_mean,
    values=data.target,
    people=log_slider("patients (count)", 2, 442, 442),
    key=slider("key r", 0, 511, 300),
)

# %% [markdown]
# *The found mean against the key: short tilted dashes, scattered from 0 to 255, that
# cross the line of the true mean in few places. A square marks the chosen key.*

# %%
scheme = xor_mean(values=data.target, people=442, key=300)
print(f"half of the keys are off by {np.median(scheme.errors):.0f} or more")
claim(
    "C17: the mean of XORed values does not decrypt to the mean",
    scheme.lucky < 0.02,
)
claim("r = 0 works: it encrypts nothing", scheme.found[0] == 152)
reveal("xor-mean", "hardly any")

# %% [markdown]
# Why? A sum carries from one bit to the next; XOR does not. Where $r$ has a 1, the bit
# is turned over: instead of adding up the ones the sum adds up the zeros. Turning over
# the bits of the mean afterwards does not undo that.
#
# **Attack it.** One $r$ hides everybody. A pad may be used *once*: the one-time pad
# (一次性密码本) is perfectly secret, the two-time pad is a classic disaster. XOR two
# ciphertexts, and $r$ is gone. Know one patient, and you know all.

# %%
from privlab.he.misuse import pad_from_known
from privlab.he.xor import xor_pad

scores = data.target.astype(int)
stolen = xor_pad(scores, 300)
claim(
    "two ciphertexts give the XOR of two scores",
    stolen[0] ^ stolen[1] == scores[0] ^ scores[1],
)
found = pad_from_known(stolen, 7, scores[7])
claim("one known score opens all 442", bool((found == scores).all()))

# %% [markdown]
# **Repair it.** If you want sums, hide by *addition*. Let each patient add a mask
# (掩码) of their own, uniform modulo $2^k$: $y_i=x_i+r_i \bmod 2^k$. Each $y_i$ alone is
# uniform whatever $x_i$ is, as perfect as a one-time pad (Shannon 1949). And now
#
# $$\sum_i y_i-\sum_i r_i\equiv\sum_i x_i \pmod{2^k},$$
#
# carries included. One server gets the $y_i$, another the $r_i$; each learns nothing
# alone, and from both totals comes the sum. Choose $k$ so that no sum reaches $2^{k-1}$.

# %%
from privlab.core.masking import masked, random_mask, total, unmasked

masks = random_mask(442, 20)  # from the operating system
one_server = masked(scores, masks, 20)
found = unmasked(total(one_server, 20), total(masks, 20), 20)
claim("masks modulo 2^20 give the exact sum", int(found) == scores.sum())
claim("their mean is the mean", round(int(found) / 442, 1) == 152.1)

# %% [markdown]
# And if you want XOR itself, as in voting by parity? Goldwasser and Micali's scheme
# (1982) does that, one bit a ciphertext: $E(b)=r^2(-1)^b \bmod n$ with $p$ and $q$ both
# 3 modulo 4, a square for 0 and none for 1. Products of ciphertexts XOR the bits, and
# nobody without $p$ and $q$ is known to see which is a square.

# %%
from privlab.he.xor import bit_key, encrypt_bit

bits = bit_key(256, rng=rng)
one, zero = (encrypt_bit(b, bits.n, rng=rng) for b in (1, 0))
claim("1 XOR 0 = 1", bits.decrypt(one * zero % bits.n) == 1)
claim("1 XOR 1 = 0", bits.decrypt(one * one % bits.n) == 0)

# %% [markdown]
# **Your turn** → `he-12`, `he-13`.
#
# ## Hiding behind noise
#
# Paillier adds; nobody can make it multiply two ciphertexts. Schemes that do both come
# from another idea. Choose a secret vector $s$. Publish many equations about it, each a
# little wrong:
#
# $$b_i=\langle a_i,s\rangle+e_i \pmod q,\qquad a_i\text{ random},\ e_i\text{ small}.$$
#
# Without the errors, school algebra finds $s$. With them, nobody knows how to: this is
# *learning with errors* (带误差学习, LWE; Regev 2005), and no quantum algorithm is known to
# do it. To encrypt $m$, one of 16 numbers, add up a random half of the equations, and
# add $m$ steps of length $q/16$ to the right side. The sum of the $a_i$ is $u$, the
# right side is $v$; the pair is the ciphertext. The owner computes $v-\langle
# u,s\rangle$ and finds $m$ steps plus some noise. Rounding removes the noise, while it
# is smaller than half a step. (The secret below has 128 entries, too few to be safe.)

# %%
from privlab.experiments.lwe_noise import example_keys

secret, public = example_keys(16)
x, y = public.encrypt(3, rng=rng), public.encrypt(4, rng=rng)
rows = [("E(3)", x, 3), ("E(4)", y, 4), ("E(3) + E(4)", x + y, 7)]
for name, ciphertext, m in rows:
    noise = secret.noise(ciphertext, m)
    print(
        f"{name:12} phase {secret.phase(ciphertext):6} = {m} · 4096 {noise:+}"
    )
claim("the sum decrypts to 7", secret.decrypt(x + y) == 7)
claim(
    "the noises add up too",
    secret.noise(x + y, 7) == secret.noise(x, 3) + secret.noise(y, 4),
)

# %% [markdown]
# Every operation makes the noise larger, and the ciphertext does not say how large it
# is. How many additions does it stand? Move the modulus.

# %%
from privlab.experiments.lwe_noise import noise_growth
from privlab.plots.lwe_noise import draw_noise_growth

explore(
    noise_growth,
    draw_noise_growth,
    added=log_slider("ciphertexts added (count)", 1, 1000, 30),
    modulus_bits=slider("modulus q (bits)", 12, 22, 16),
    seed=42,
)

# %% [markdown]
# *Histogram of the noise in 300 sums, in steps between messages. Between two dashed
# borders at half a step rounding is right; the heap moves and widens with each
# addition until it leaves them.*
#
# The heap *moves* as well, because the same key's errors are added each time: a random
# half of them, with a mean that is not zero. Decryption that goes wrong gives no
# warning. It gives another number.

# %%
few = noise_growth(added=5, modulus_bits=16, seed=42)
many = noise_growth(added=100, modulus_bits=16, seed=42)
wide = noise_growth(added=100, modulus_bits=20, seed=42)
claim("five additions are safe at 16 bits", few.failures == 0)
claim("a hundred are hopeless", many.failures > 0.9)
claim("four more bits of modulus make them safe", wide.failures == 0)

# %% [markdown]
# So a bigger modulus buys more computation. But it also makes the equations easier to
# solve, unless $s$ gets longer. Depth, security and size pull at one rope; you will
# plan with it below.
#
# **Your turn** → `he-14`.
#
# ## CKKS: many real numbers in one polynomial
#
# Cheon, Kim, Kim and Song (2017) asked: why round the noise away at all? Real numbers
# are rounded anyway. In CKKS the noise stays, as the last digits of the result.
#
# Step one packs numbers. Take polynomials with whole coefficients, modulo $X^N+1$. Such
# a polynomial is known by its values at the $N/2$ roots $\zeta^{5^j}$,
# $\zeta=e^{i\pi/N}$ (the other roots hold the conjugates). Those values are the *slots*
# (槽). To encode, find the real polynomial with the slots you want, multiply by a *scale*
# (缩放因子) like $2^{30}$, and round. Polynomials add and multiply slot by slot, since
# values do. And replacing $X$ by $X^5$ moves slot $j+1$ to slot $j$: a *rotation* (旋转).

# %%
from privlab.experiments.slots import OPERATIONS, slots_after
from privlab.plots.slots import draw_slots

explore(
    slots_after,
    draw_slots,
    operation=choice("operation", list(OPERATIONS)),
    steps=slider("rotation (slots)", 0, 7, 2),
)

# %% [markdown]
# *Left: eight slots before and after, as bars. Right: the 16 coefficients of the
# polynomial. A rotation moves the bars on the left cyclically. On the right it only
# reorders coefficients and turns some signs over.*

# %%
turned = slots_after(operation="rotate", steps=3)
before, after = (np.sort(np.abs(c)) for c in turned.coefficients)
claim("rotated slots are where they should be", turned.error < 1e-6)
claim(
    "the polynomial has the same coefficients up to order and sign",
    np.allclose(before, after, atol=1e-6),
)
squared = slots_after(operation="square, then rotate", steps=1)
claim("squares appear slot by slot", squared.error < 1e-6)

# %% [markdown]
# Step two hides the polynomial as in LWE, with polynomials for vectors: $s$ has
# coefficients −1, 0, 1, and a ciphertext is a pair with
#
# $$c_0+c_1s=\text{scale}\cdot\text{message}+\text{noise}\pmod Q.$$
#
# Step three multiplies. Expand the product of two such pairs:
#
# $$(c_0+c_1s)(d_0+d_1s)=c_0d_0+(c_0d_1+c_1d_0)\,s+c_1d_1\,s^2.$$
#
# Three parts now, and the scale is squared. *Relinearisation* (重线性化) replaces $s^2$:
# the owner has published an encryption of $s^2$ under $s$, and with it $c_1d_1s^2$
# becomes a pair again. *Rescaling* (重缩放) divides everything by a prime $q$ of about
# the scale, so that the scale comes down again. $Q$ is a product of such primes, and
# one is used up each time. These are the *levels* (层) of a ciphertext.

# %%
source(ckks.multiply, ckks.relinearise, ckks.rescale)

# %%
from privlab.he.ckks_keys import Parameters, keys

small = Parameters(size=4096, lengths=(40, 30, 40), scale=2**30)
own = keys(small, rng=rng)
x = ckks.encrypt(own.public, [1.5, -0.25], rng=rng)
product = ckks.multiply(x, x)
two_parts = ckks.relinearise(product, own.evaluation)
result = ckks.rescale(two_parts)

# %%
rows = {"encrypted": x, "multiplied": product, "relinearised": two_parts}
for name, c in {**rows, "rescaled": result}.items():
    slots = ckks.decrypt(own.secret, c)[:2]
    print(f"{name:13}{len(c.parts)} parts, level {c.level},", end=" ")
    print(f"scale 2^{np.log2(float(c.scale)):.5f}, slots {slots.round(4)}")
claim(
    "three parts, then two", [len(c.parts) for c in (product, result)] == [3, 2]
)
error = abs(ckks.decrypt(own.secret, result)[:2] - [2.25, 0.0625]).max()
claim("the squares are right to four places", error < 5e-5)

# %% [markdown]
# The numbers modulo $Q$ are too long for a computer word. So each is stored as its
# remainders modulo the primes, and a product of polynomials is computed on their values
# at roots of unity (the number theoretic transform, 数论变换). In numpy this runs at real
# sizes, $N=8192$, which is what the next section does.
#
# ## The scale that drifts
#
# Look again at the last line above: after rescaling the scale is not $2^{30}$. The
# prime $q$ is only *near* $2^{30}$, because it must be 1 modulo $2N$. TenSEAL, the
# library of lesson 3.2, writes down $2^{30}$ all the same. With the 21-bit primes of
# its own logistic regression tutorial, what do you think 1.0 becomes after six
# multiplications by 1.0?

# %%
predict(
    "six-products",
    "1.0 × 1.0 × … with six multiplications at 21-bit primes decrypts, by the "
    "nominal scale, to about",
    options=["1.000", "1.02", "6"],
)

# %%
from privlab.experiments.scale_drift import scale_drift
from privlab.plots.scale_drift import draw_scale_drift

explore_on_run(
    scale_drift,
    draw_scale_drift,
    prime_bits=slider("primes (bits)", 21, 38, 21),
    seed=42,
)

# %% [markdown]
# *Left: what 1.0 becomes, after 0 to 6 multiplications: the nominal line climbs to 6,
# the exact line stays at 1. Right: the worst slot's error on a logarithmic axis. With
# longer primes both errors fall, the nominal one always above.*

# %%
drift = scale_drift(prime_bits=21, seed=42)
long = scale_drift(prime_bits=30, seed=42)
print(f"21 bits: nominal {drift.nominal[-1]:.1f}, exact {drift.exact[-1]:.1f}")
claim("the nominal scale turns 1.0 into 6", round(drift.nominal[-1]) == 6)
claim("the exact scale stays within 0.02", drift.exact_errors[-1] < 0.02)
claim("at 30 bits within 1e-4", long.exact_errors[-1] < 1e-4)
claim("where the nominal is off by 1e-3", long.nominal_errors[-1] > 1e-3)
reveal("six-products", "6")

# %% [markdown]
# Nothing went wrong inside the ciphertext. TenSEAL and this code hold the same number
# modulo the same primes; a test compares them. The error is in the division at the
# end. There are few 21-bit primes that are 1 modulo 16,384, and even the six largest
# are well below $2^{21}$. Each rescaling divides by such a prime, and the scale of the
# library stays where it was.

# %%
from privlab.he.primes import transform_primes

factors = 2**21 / np.array(transform_primes((21,) * 6, 8192))
print("2^21 divided by each prime:", factors.round(2))
claim("the six factors make 6", round(np.prod(factors)) == 6)

# %% [markdown]
# Here the scale is a fraction, divided by the very prime that goes: `x.scale / prime`
# in the code above.
#
# Exactness has its own trap. Two ciphertexts that took different ways have different
# scales, and adding them would add unlike units. The library refuses, and `matched`
# brings one to the other by a multiplication with 1.

# %%
try:
    ckks.add(result, x)
    refused = False
except ValueError as error:
    refused = "matched()" in str(error)
claim("unlike scales are not added", refused)
both = ckks.add(result, ckks.matched(x, result))
error = abs(ckks.decrypt(own.secret, both)[:2] - [3.75, -0.1875]).max()
claim("x² + x is right once they are matched", error < 5e-5)

# %% [markdown]
# **Your turn** → `he-15`.
#
# ## A budget for depth
#
# Every multiplication in a row costs a prime. All primes together, the special one for
# switching keys included, must not be longer than a limit that grows with $N$, or the
# noise no longer hides the secret. The limits below are those of the Homomorphic
# Encryption Standard (Albrecht et al. 2018), for 128-bit security.

# %%
from privlab.experiments.level_budget import level_budget
from privlab.plots.level_budget import draw_level_budget

explore(
    level_budget,
    draw_level_budget,
    depth=slider("multiplications in a row (count)", 1, 12, 6),
    prime_bits=slider("primes (bits)", 20, 36, 30),
)

# %% [markdown]
# *One bar for each ring size, as long as the modulus it may have. Thin lines mark the
# chain of primes. The ring fits if its bar reaches past the last line.*

# %%
plan = level_budget(depth=6, prime_bits=30)
print(plan.summary)
claim("six levels of 30 bits need a ring of 16384", plan.smallest.size == 16384)
shorter = level_budget(depth=6, prime_bits=21)
claim("with 21 bits 8192 is enough", shorter.smallest.size == 8192)
claim(
    "the nine bits cost two and a half digits",
    2.3 < plan.rings[3].digits - shorter.rings[3].digits < 2.8,
)

# %% [markdown]
# The tutorial took 21 bits, and they fit. Precision was the price, and the nominal scale
# hid it.
#
# ## Attack: sharing what you decrypted
#
# A hospital decrypts a CKKS result and publishes it, all digits. The server still has
# the ciphertext. In other schemes that is harmless. Here the published number contains
# the noise, so the server knows both sides of $c_0+c_1s=\text{phase}$, and can divide:
# $s=(\text{phase}-c_0)/c_1$. Li and
# Micciancio (2021) broke the common libraries in this way.

# %%
from privlab.he.misuse import key_from_decryption

ring = Parameters(size=1024, lengths=(40, 30, 40), scale=2**30)
owner = keys(ring, rng=rng)
c = ckks.encrypt(owner.public, rng.normal(size=512), rng=rng)
c = ckks.times(c, c, owner.evaluation)
published = ckks.decrypt_complex(owner.secret, c)
stolen = key_from_decryption(c, published)
hit = (stolen == owner.secret.coefficients).mean()
print(f"{hit:.0%} of the secret key found, from one shared result")
claim("one shared decryption gives the whole key", hit == 1)

# %% [markdown]
# The remedy is *noise flooding* (噪声淹没): whoever shares a decryption first adds fresh
# noise, far larger than the scheme's own. It costs digits. And each ciphertext must be
# shared once: averages of several answers wash the new noise out.

# %%
flooded = ckks.flooded(owner.secret, c, bound=2**12, rng=rng)
right = key_from_decryption(c, flooded) == owner.secret.coefficients
print(f"with noise up to 2^12: {right.mean():.0%} of the key found;", end=" ")
print(f"the result moves by {np.std((flooded - published).real):.0e}")
claim("one flooded result gives nothing", right.mean() < 0.02)

# %%
thin = [ckks.flooded(owner.secret, c, bound=2, rng=rng) for _ in range(600)]
averaged = key_from_decryption(c, np.mean(thin, axis=0))
claim(
    "600 thinly flooded results of one ciphertext give the key again",
    bool((averaged == owner.secret.coefficients).all()),
)

# %% [markdown]
# How much noise is enough is a question of proof. Hiding the old noise with 128-bit
# security takes Gaussian noise about $2^{64}$ times as large (Li, Micciancio, Schultz and
# Sorrell 2022). At toy size, $2^{12}$ only stops this very attack.
#
# ## Encrypted linear regression, done right
#
# Back to the article's example: a linear regression (线性回归) on encrypted data. Its
# $\theta$ was a mean of the $y_i$. A regression has a weight for every feature, and
# they solve the *normal equations* (正规方程)
#
# $$X^\top X\,w=X^\top y.$$
#
# Everything in them is a sum over patients: $\sum_i x_{ij}x_{ik}$ and
# $\sum_i x_{ij}y_i$. With ten features and an intercept that is 77 sums.
#
# *With Paillier.* Six hospitals have some of the 442 patients each. Every hospital
# computes its own 77 sums, rounds them to 26 binary places, packs them into two
# messages, and encrypts. A server multiplies the ciphertexts. Only the owner of the key
# can decrypt, and sees only the totals.

# %%
from privlab.experiments.encrypted_regression import with_paillier
from privlab.plots.encrypted_regression import draw_encrypted_regression

statistician = private_key(2048, rng=rng)
by_sums = with_paillier(
    data, hospitals=6, key=statistician, fraction_bits=26, rng=rng
)
show(by_sums, draw_encrypted_regression)

# %% [markdown]
# *Left: eleven weights, from the open and from the encrypted data; each pair of bars
# has the same length. Right: their differences, all below a dashed bound.*
#
# What is the bound? Paillier itself is exact. All that is lost is the rounding of six
# tables, $2^{-27}$ each. If no sum of $A=X^\top X$ is off by more than $E$, and none of
# $X^\top y$ by more than $f$, then no weight is off by more than the largest row sum of
# $|A^{-1}|$, times $f+E\sum_j|w_j|$, with $w$ the weights found from the encrypted sums.

# %%
claim("sums are off by rounding only", by_sums.sums_error <= 6 * 2**-27)
claim("weights agree to the bound", by_sums.error <= by_sums.bound < 1e-5)
y, w = data.target, by_sums.plain
variance = ((y - y.mean()) ** 2).sum()
from privlab.experiments.encrypted_regression import design

explained = 1 - ((y - design(data) @ by_sums.encrypted) ** 2).sum() / variance
print(f"the regression explains {explained:.0%} of the variance of y")
claim(
    "C17: a mean of y explains nothing; the regression explains half",
    explained > 0.5,
)
claim("it is one of eleven weights", np.isclose(w[-1], y.mean()))

# %% [markdown]
# *With CKKS.* Now nobody computes products before encrypting. The columns themselves
# are encrypted, 512 slots for each, eight columns in a ciphertext. They are sent pair by
# pair: ten ciphertexts of left partners, ten of right ones. The server
# multiplies pairs of columns and adds up the slots by rotating 1, 2, 4, … 256 places.
# The owner decrypts 77 numbers.

# %%
from privlab.experiments.encrypted_regression import with_ckks

regression = Parameters(size=8192, lengths=(46, 40, 40, 46), scale=2**40)
claim("128-bit security", regression.secure)
by_slots = with_ckks(data, parameters=regression, rng=rng)
show(by_slots, draw_encrypted_regression)

# %% [markdown]
# *The same two panels for CKKS: equal bars on the left, and on the right differences
# that all stay below the bound.*

# %%
print(by_sums.summary)
print(by_slots.summary)
claim("weights agree to the bound", by_slots.error <= by_slots.bound < 1e-3)
claim(
    "both schemes find the same regression",
    np.allclose(by_sums.encrypted, by_slots.encrypted, atol=1e-3),
)

# %% [markdown]
# Which one? Paillier is exact and simple, and the hospitals must know beforehand which
# sums are wanted. With CKKS the columns go up as they are, here once for each pair they
# belong to, and the server may compute other things of the same depth from them later.
# Training by gradient steps under encryption, on
# the fast engine, is in lesson 3.2.
#
# Neither says what the *result* gives away. 77 exact sums, or eleven weights, are about
# real patients. Encryption hides the data from who computes; differential privacy
# (lesson 3.1) protects it in what comes out.
#
# **Your turn** → `he-16`: sums by rotation, when the number is no power of two.
#
# ## What the article says
#
# | | The article | Verdict | What you saw |
# |---|---|---|---|
# | C11 | $E(f(x))=f(E(x))$ (4.1.2) | holds **if** read as $\mathrm{Dec}(\tilde f(\mathrm{Enc}(x)))=f(x)$ | two encryptions of 7 differ; 2·E(7) decrypts to something else |
# | C14 | derived from $E(f(x))=E(y)$ (4.2.2) | **says nothing** | Paillier: products of ciphertexts add, powers multiply, derived and run |
# | C17 | $E(x)=x\oplus r$, a mean of $E(y_i)$, called regression (4.3.2) | **wrong** | the mean is lost, one known score opens all; masks, Paillier and CKKS do it |
#
# ## What to remember
#
# - Homomorphic means: decrypting the computed ciphertext gives the computed number.
#   Ciphertexts of equal numbers must differ.
# - Hide by the operation you want to compute: addition under masks and Paillier, XOR
#   under XOR with a pad used once.
# - Lattice schemes hide behind noise. It grows; the modulus is the budget, and too
#   little of it gives wrong numbers without a warning.
# - In CKKS the scale is part of the number. Divide by the prime that goes, not by the
#   power of two near it.
# - Do not show a CKKS decryption to who has the ciphertext, unless it is flooded.
#
# **Next:** the exercises in `exercises/04_2_he_mathematics.ipynb`.
#
# *Sources.* Shannon 1949, Bell System Technical Journal. Goldwasser and Micali 1982,
# STOC. Paillier 1999, EUROCRYPT. Regev 2005, STOC. Lyubashevsky, Peikert and Regev
# 2010, EUROCRYPT. Longa and Naehrig 2016, CANS. Cheon, Kim, Kim and Song 2017,
# ASIACRYPT. Albrecht et al. 2018, *Homomorphic Encryption Standard*. Cheon, Han, Kim,
# Kim and Song 2018, SAC. Li and Micciancio 2021, EUROCRYPT. Li, Micciancio, Schultz
# and Sorrell 2022, CRYPTO. Diabetes data: Efron, Hastie, Johnstone and Tibshirani 2004,
# Annals of Statistics.

# %% [markdown]
# ## Quick check
#
# Choose, read the reason, and look at the other reasons, too: they are the mistakes
# that people make.

# %%
from privlab.course.quiz import quiz

quiz("4.2")

# %% [markdown]
# *A few questions with three or four options each, and a reason for every option.*
