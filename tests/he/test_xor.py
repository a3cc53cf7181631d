"""Encryption of bits: the pad, and Goldwasser and Micali's products."""

import numpy as np
import pytest

from privlab.he.xor import BitKey, bit_key, encrypt_bit, xor_pad

KEY = bit_key(256, rng=np.random.default_rng(1))


def test_the_pad_undoes_itself():
    values = np.arange(1000)
    assert (xor_pad(xor_pad(values, 731), 731) == values).all()
    with pytest.raises(TypeError, match="whole"):
        xor_pad(np.array([1.5]), 3)


@pytest.mark.parametrize("a", [0, 1])
@pytest.mark.parametrize("b", [0, 1])
def test_the_product_of_ciphertexts_is_the_xor_of_bits(a, b):
    for _ in range(5):
        x, y = encrypt_bit(a, KEY.n), encrypt_bit(b, KEY.n)
        assert KEY.decrypt(x) == a
        assert KEY.decrypt(x * y % KEY.n) == a ^ b


def test_two_encryptions_of_one_bit_differ():
    assert len({encrypt_bit(1, KEY.n) for _ in range(20)}) == 20


def test_both_bits_have_the_same_jacobi_symbol():
    p, q = KEY.p, KEY.q
    for bit in (0, 1):
        c = encrypt_bit(bit, KEY.n)
        symbols = [pow(c, (prime - 1) // 2, prime) for prime in (p, q)]
        # 1 modulo both, or -1 modulo both: their product tells nothing
        assert symbols == ([1, 1] if bit == 0 else [p - 1, q - 1])


def test_a_key_by_hand():
    # n = 21: squares of units are 1, 4, 16; times -1 they are 20, 17, 5
    key = BitKey(p=3, q=7)
    assert [key.decrypt(c) for c in (1, 4, 16, 20, 17, 5)] == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(("p", "q"), [(5, 7), (7, 13), (7, 7)])
def test_other_primes_are_refused(p, q):
    with pytest.raises(ValueError, match="3 modulo 4"):
        BitKey(p=p, q=q)


def test_only_bits_are_encrypted():
    with pytest.raises(ValueError, match="bit=2"):
        encrypt_bit(2, KEY.n)
