"""Fixed point: exact rounding, sums, overflow, packing, and python-paillier."""

import math
from fractions import Fraction

import numpy as np
import phe
import pytest
from phe import paillier as peer

from privlab.he import fixed_point
from privlab.he.fixed_point import as_message, fixed, from_message, packed, unpacked
from privlab.he.paillier import private_key

KEY = private_key(512, rng=np.random.default_rng(1))
N = KEY.public.n
NUMBERS = (0.0, 1.0, -1.0, math.pi, -1e-3, 123456.789, -2.5e8)


@pytest.mark.parametrize("bits", [0, 1, 20, 60])
@pytest.mark.parametrize("value", NUMBERS)
def test_rounding_is_to_the_nearest(value, bits):
    assert abs(Fraction(fixed(value, bits), 2**bits) - Fraction(value)) <= Fraction(
        1, 2 ** (bits + 1)
    )


@pytest.mark.parametrize("value", NUMBERS)
def test_decryption_gives_the_rounded_number(value):
    number = fixed_point.encrypt(KEY.public, value, fraction_bits=40)
    assert fixed_point.decrypt(KEY, number) == fixed(value, 40) / 2**40


def test_sums_align_their_fraction_bits_and_are_exact():
    x = fixed_point.encrypt(KEY.public, 0.375, fraction_bits=3)
    y = fixed_point.encrypt(KEY.public, -7.0625, fraction_bits=10)
    assert fixed_point.decrypt(KEY, x + y) == fixed_point.decrypt(KEY, y + x) == -6.6875


def test_products_with_a_public_number_add_their_fraction_bits():
    x = fixed_point.encrypt(KEY.public, -1.5, fraction_bits=4)
    product = x.times(2.25, fraction_bits=8)
    assert product.fraction_bits == 12
    assert fixed_point.decrypt(KEY, product) == -3.375


@pytest.mark.parametrize("value", NUMBERS)
@pytest.mark.parametrize("digits", [4, 10])
def test_encodings_equal_those_of_python_paillier(value, digits):
    public = peer.PaillierPublicKey(N)
    theirs = phe.EncodedNumber.encode(public, value, precision=16.0**-digits)
    shift = 4 * (digits + theirs.exponent)  # phe may need fewer digits for whole ones
    ours = as_message(fixed(value, 4 * digits), N)
    assert ours == (theirs.encoding << shift) % N


def test_python_paillier_reads_our_numbers():
    public = peer.PaillierPublicKey(N)
    private = peer.PaillierPrivateKey(public, KEY.p, KEY.q)
    ours = fixed_point.encrypt(KEY.public, -12.625, fraction_bits=16)
    theirs = phe.EncryptedNumber(public, ours.ciphertext.value, exponent=-4)
    assert private.decrypt(theirs) == -12.625


@pytest.mark.parametrize("value", [0, 1, -1, N // 3 - 1, 1 - N // 3])
def test_signed_numbers_survive_the_way_round_n(value):
    assert from_message(as_message(value, N), N) == value


@pytest.mark.parametrize("value", [N // 3, -(N // 3), N])
def test_numbers_that_do_not_fit_are_refused(value):
    with pytest.raises(OverflowError, match="longer key"):
        as_message(value, N)


def test_a_sum_that_outgrows_the_key_is_noticed():
    largest = KEY.public.encrypt(as_message(N // 3 - 1, N))
    with pytest.raises(OverflowError, match="third of n"):
        from_message(KEY.decrypt(largest * 2), N)


def test_packed_numbers_come_back_and_add_entry_by_entry():
    rng = np.random.default_rng(2)
    tables = np.round(rng.normal(0, 100, (20, 7)) * 2**20) / 2**20
    form = {"fraction_bits": 20, "width": 48}
    whole = [packed(table, **form) for table in tables]
    for table, one in zip(tables, whole, strict=True):
        assert (unpacked(one, 7, **form) == table).all()
    assert unpacked(sum(whole), 7, **form) == pytest.approx(tables.sum(0), abs=1e-9)


def test_packing_refuses_an_entry_that_would_spill_over():
    with pytest.raises(OverflowError, match="width=8"):
        packed(np.array([1.0, 128.0]), fraction_bits=0, width=8)
    with pytest.raises(ValueError, match="finite"):
        packed(np.array([np.nan]), fraction_bits=0, width=8)
