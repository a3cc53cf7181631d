"""Parameter sets, held against the engine itself."""

import numpy as np
import pytest

from privlab.he.context import (
    DEEP,
    SCORE,
    SETS,
    TUTORIAL,
    LevelsExhausted,
    Parameters,
)
from privlab.he.keyholder import new_keys
from privlab.he.security import MOST_BITS
from privlab.he.vectors import decrypt, encrypt

every_set = pytest.mark.parametrize("own", [*SETS, TUTORIAL], ids=lambda own: own.name)


@pytest.fixture(scope="module")
def products():
    """One chain of multiplications by 1.0 on each set: what each depth decrypts to."""
    found = {}

    def of(own):
        if own.name not in found:
            keys = new_keys(own)
            ones = encrypt(keys.public, np.ones(own.slots))
            chain = [ones]
            for _ in range(own.levels):
                chain.append(chain[-1] * ones)
            found[own.name] = [decrypt(keys, each) for each in chain], keys, chain
        return found[own.name]

    return of


@every_set
def test_the_named_sets_have_128_bit_security_and_the_engine_accepts_them(own):
    assert own.security >= 128
    assert sum(own.prime_bits) <= MOST_BITS[own.degree][0]
    assert new_keys(own).public.context.has_public_key()


@every_set
def test_the_drift_of_the_scale_is_what_the_primes_say(own, products):
    values, _, _ = products(own)
    for depth, got in enumerate(values):
        # the mean of all slots: the noise averages out
        spread = 6 * own.noise(depth) / np.sqrt(own.slots) + 1e-12
        assert got.mean() - 1 == pytest.approx(own.drift(depth), abs=4 * spread)


@every_set
def test_no_slot_is_further_off_than_the_planned_error(own, products):
    values, _, _ = products(own)
    for depth, got in enumerate(values):
        assert np.abs(got - 1).max() <= own.error(depth)
        noise = (got - got.mean()).std()
        assert own.noise(depth) / 20 < noise < 2 * own.noise(depth)


def test_the_tutorials_primes_turn_1_into_6_and_40_bits_do_not():
    assert TUTORIAL.drift(6) == pytest.approx(5, abs=0.05)
    medium = Parameters(
        name="26", degree=8192, prime_bits=(31, *6 * (26,), 31), scale_bits=26
    )
    assert medium.drift(6) == pytest.approx(0.028, abs=0.001)
    assert abs(DEEP.drift(6)) < 1e-4


@every_set
def test_sizes_bound_what_goes_over_the_wire_and_are_near_it(own, products):
    _, keys, chain = products(own)
    for size, planned in (
        (len(chain[0].data.serialize()), own.ciphertext_bytes),
        (
            len(
                keys.public.context.serialize(
                    save_public_key=False, save_galois_keys=False
                )
            ),
            own.switching_bytes,
        ),
    ):
        assert 0.4 * planned < size < 1.01 * planned


def test_parameters_below_128_bits_are_refused_by_name_and_remedy():
    with pytest.raises(ValueError, match="218 bits of modulus are below 128-bit"):
        Parameters(
            name="greedy", degree=8192, prime_bits=(60, *3 * (40,), 60), scale_bits=40
        )
    with pytest.raises(ValueError, match="degree=5000 must be one of"):
        Parameters(name="odd", degree=5000, prime_bits=(30, 30, 30), scale_bits=20)
    with pytest.raises(ValueError, match="scale_bits=40 must be at least 2 below"):
        Parameters(name="full", degree=8192, prime_bits=(40, 40, 40), scale_bits=40)


@pytest.mark.parametrize(("bits", "security"), [(118, 256), (119, 192), (153, 128)])
def test_security_is_read_from_the_standards_table(bits, security):
    lengths = (bits - 80, 40, 40)
    own = Parameters(name="x", degree=8192, prime_bits=lengths, scale_bits=30)
    assert own.security == security


def test_depth_beyond_the_levels_has_no_error_bound():
    with pytest.raises(LevelsExhausted, match="depth=2: 'score' has 1"):
        SCORE.error(2)
