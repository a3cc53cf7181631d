"""CKKS: homomorphic laws with noise bounds, exact scales, and TenSEAL's circuits."""

from fractions import Fraction

import numpy as np
import pytest
import tenseal as ts

from privlab.he import ckks
from privlab.he.ckks_keys import Parameters, keys

SIZE = 2048
PARAMETERS = Parameters(size=SIZE, lengths=(40, 30, 30, 40), scale=2**30)
RNG = np.random.default_rng(8)
KEYS = keys(PARAMETERS, rotations=[1, 2, 4, 1023], rng=RNG)
SLOTS = SIZE // 2
# Rounding noise of sqrt(2N/3 / 12) per coefficient times sqrt(N/2) is 3.2e-7 in a
# slot; switching keys at 40 bits adds 5e-7; 30 of these are never passed.
NOISE = 3e-5


def numbers(seed, count=SLOTS):
    return np.random.default_rng(seed).uniform(-1, 1, count)


def encrypted(values):
    return ckks.encrypt(KEYS.public, values, rng=RNG)


def decrypted(ciphertext):
    return ckks.decrypt(KEYS.secret, ciphertext)


def test_decryption_undoes_encryption():
    x = numbers(0)
    assert decrypted(encrypted(x)) == pytest.approx(x, abs=NOISE)


def test_sums_of_ciphertexts_and_of_public_numbers():
    x, y = numbers(1), numbers(2)
    total = ckks.add(encrypted(x), encrypted(y))
    assert decrypted(total) == pytest.approx(x + y, abs=NOISE)
    assert decrypted(ckks.add_plain(total, x)) == pytest.approx(2 * x + y, abs=NOISE)


def test_a_product_decrypts_before_and_after_each_step():
    x, y = numbers(3), numbers(4)
    product = ckks.multiply(encrypted(x), encrypted(y))
    for step in (
        product,
        two := ckks.relinearise(product, KEYS.evaluation),
        ckks.rescale(two),
    ):
        assert decrypted(step) == pytest.approx(x * y, abs=NOISE)
    assert len(product.parts) == 3
    assert len(two.parts) == 2


def test_multiplying_by_public_numbers_leaves_the_scale_exactly_as_it_was():
    x, y = numbers(5), numbers(6)
    before = encrypted(x)
    after = ckks.multiply_plain(before, y)
    assert decrypted(after) == pytest.approx(x * y, abs=NOISE)
    assert (after.scale, after.level) == (before.scale, before.level - 1)


@pytest.mark.parametrize("steps", [1, 2, 1023])
def test_rotation_moves_slots_cyclically(steps):
    x = numbers(7)
    moved = ckks.rotate(encrypted(x), steps, KEYS.evaluation)
    assert decrypted(moved) == pytest.approx(np.roll(x, -steps), abs=NOISE)


def test_rotation_works_at_a_lower_level_too():
    x = numbers(8)
    moved = ckks.rotate(ckks.lowered(encrypted(x), 0), 2, KEYS.evaluation)
    assert decrypted(moved) == pytest.approx(np.roll(x, -2), abs=NOISE)


def test_total_adds_up_neighbouring_slots():
    x = numbers(9)
    sums = decrypted(ckks.total(encrypted(x), 8, KEYS.evaluation))
    wanted = [np.roll(x, -j)[:8].sum() for j in range(SLOTS)]
    assert sums == pytest.approx(np.array(wanted), abs=8 * NOISE)


def test_the_scale_is_divided_by_the_very_prime_that_goes():
    x = encrypted(numbers(10))
    square = ckks.times(x, x, KEYS.evaluation)
    assert square.scale == Fraction(2**60, PARAMETERS.primes[2])
    fourth = ckks.times(square, square, KEYS.evaluation)
    assert fourth.scale == square.scale**2 / PARAMETERS.primes[1]
    assert decrypted(fourth) == pytest.approx(numbers(10) ** 4, abs=4 * NOISE)


def test_unlike_scales_are_not_added_until_they_are_matched():
    x, y = numbers(11), numbers(12)
    square = ckks.times(encrypted(x), encrypted(x), KEYS.evaluation)
    with pytest.raises(ValueError, match=r"matched\(\)"):
        ckks.add(square, encrypted(y))
    matched = ckks.matched(encrypted(y), square)
    assert matched.scale == pytest.approx(square.scale, rel=2**-29)
    assert decrypted(ckks.add(square, matched)) == pytest.approx(x**2 + y, abs=NOISE)


def test_two_encryptions_differ_and_default_keys_are_fresh():
    x, y = (ckks.encrypt(KEYS.public, [1.0]) for _ in range(2))
    assert (x.parts != y.parts).mean() > 0.99
    toy = Parameters(size=64, lengths=(40, 40), scale=2**20)
    first, second = keys(toy), keys(toy)
    assert (first.secret.coefficients != second.secret.coefficients).any()


def test_another_key_decrypts_to_rubbish_and_nothing_prints_the_secret():
    other = keys(PARAMETERS, rng=np.random.default_rng(9))
    assert abs(ckks.decrypt(other.secret, encrypted(numbers(13)))).max() > 10
    assert "array" not in repr(KEYS)


def six_products(lengths, scale, ones):
    rng = np.random.default_rng(10)
    parameters = Parameters(size=8192, lengths=lengths, scale=scale)
    own = keys(parameters, rng=rng)
    x = ckks.encrypt(own.public, ones, rng=rng)
    for _ in range(6):
        factor = ckks.encrypt(own.public, ones, rng=rng)
        x = ckks.times(x, factor, own.evaluation)
    return ckks.decrypt(own.secret, x), x


def tenseal_context(size, lengths, scale):
    context = ts.context(ts.SCHEME_TYPE.CKKS, size, -1, list(lengths))
    context.global_scale = scale
    return context


def test_six_products_at_21_bits_stay_within_0_02_where_tenseal_gives_6():
    lengths, ones = (40, *[21] * 6, 40), np.ones(4096)
    context = tenseal_context(8192, lengths, 2**21)
    theirs = ts.ckks_vector(context, [1.0] * 4)
    for _ in range(6):
        theirs = theirs * ts.ckks_vector(context, [1.0] * 4)
    ours, ciphertext = six_products(lengths, 2**21, ones)
    # its noise scatters by 0.025, with heavy tails
    assert theirs.decrypt() == pytest.approx([5.982] * 4, abs=0.3)
    assert ours == pytest.approx(ones, abs=0.02)
    # The very same primes: read with the nominal scale, ours is as wrong as theirs.
    nominal = ours[:4] * float(ciphertext.scale / 2**21)
    assert nominal == pytest.approx(theirs.decrypt(), abs=0.1)


def test_six_products_at_30_bits_stay_within_1e_4():
    ours, ciphertext = six_products((40, *[30] * 6, 40), 2**30, np.ones(4096))
    assert ours == pytest.approx(np.ones(4096), abs=1e-4)
    assert float(ciphertext.scale / 2**30) == pytest.approx(1.00156, abs=1e-5)


def test_results_agree_with_tenseal_on_its_own_ground():
    """At 40-bit primes, where TenSEAL's nominal scale is nearly right."""
    x, y = numbers(14, 8), numbers(15, 8)
    lengths = (46, 40, 40, 46)
    context = tenseal_context(8192, lengths, 2**40)
    context.generate_galois_keys()
    a, b = ts.ckks_vector(context, x), ts.ckks_vector(context, y)
    theirs = ((a * b + a) * b).decrypt(), (a * b).sum().decrypt()[0]

    own = keys(
        Parameters(size=8192, lengths=lengths, scale=2**40),
        rotations=[1, 2, 4],
        rng=RNG,
    )
    c, d = (ckks.encrypt(own.public, v, rng=RNG) for v in (x, y))
    product = ckks.times(c, d, own.evaluation)
    result = ckks.times(ckks.add(product, ckks.matched(c, product)), d, own.evaluation)
    summed = ckks.total(product, 8, own.evaluation)
    assert ckks.decrypt(own.secret, result)[:8] == pytest.approx(theirs[0], abs=1e-5)
    assert ckks.decrypt(own.secret, result)[:8] == pytest.approx(
        (x * y + x) * y, abs=1e-7
    )
    assert ckks.decrypt(own.secret, summed)[0] == pytest.approx(theirs[1], abs=1e-5)


@pytest.mark.parametrize(
    ("size", "lengths", "secure"),
    [
        (8192, (40, *[21] * 6, 40), True),
        (8192, (46, 40, 40, 46, 46), True),
        (8192, (46, 40, 40, 46, 46, 21), False),
        (4096, (40, 30, 40), False),
        (4096, (39, 30, 39), True),
        (64, (20, 20), False),
    ],
)
def test_security_follows_the_standards_table(size, lengths, secure):
    assert Parameters(size=size, lengths=lengths, scale=2**18).secure == secure


def test_a_circuit_that_is_too_deep_says_so():
    bottom = ckks.lowered(encrypted([1.0]), 0)
    for step in (ckks.rescale, lambda x: ckks.multiply_plain(x, [1.0])):
        with pytest.raises(ValueError, match="no level is left"):
            step(bottom)


def test_a_scale_that_the_first_prime_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="too large for a first prime of 40 bits"):
        Parameters(size=64, lengths=(40, 40, 46), scale=2**40)
    with pytest.raises(ValueError, match="lengths="):
        Parameters(size=64, lengths=(40,), scale=2**20)


@pytest.mark.parametrize("size", [16, 512, 32768])
def test_products_are_right_at_every_ring_size(size):
    rng = np.random.default_rng(size)
    own = keys(Parameters(size=size, lengths=(45, 40, 46), scale=2**40), rng=rng)
    x, y = rng.uniform(-1, 1, size // 2), rng.uniform(-1, 1, size // 2)
    c, d = (ckks.encrypt(own.public, values, rng=rng) for values in (x, y))
    product = ckks.times(c, d, own.evaluation)
    assert ckks.decrypt(own.secret, product) == pytest.approx(x * y, abs=1e-6)


def test_a_missing_rotation_key_is_named():
    with pytest.raises(ValueError, match=r"steps=3: .*rotations=\[1, 2, 3, 4, 1023\]"):
        ckks.rotate(encrypted([1.0]), 3, KEYS.evaluation)


def test_what_does_not_belong_together_is_refused():
    other = keys(Parameters(size=SIZE, lengths=(40, 30, 40), scale=2**30), rng=RNG)
    x = encrypted([1.0])
    with pytest.raises(ValueError, match="different parameters"):
        ckks.decrypt(other.secret, x)
    with pytest.raises(ValueError, match="different parameters"):
        ckks.add(x, ckks.encrypt(other.public, [1.0]))
    with pytest.raises(ValueError, match="relinearise both"):
        ckks.multiply(ckks.multiply(x, x), x)
    with pytest.raises(ValueError, match="slots"):
        encrypted(np.ones(SLOTS + 1))
    with pytest.raises(ValueError, match="level=5"):
        ckks.lowered(x, 5)
