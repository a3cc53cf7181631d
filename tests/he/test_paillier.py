"""Paillier: its laws, its published vectors, and python-paillier, exactly."""

import math

import numpy as np
import phe
import pytest
from phe import paillier as peer

from privlab.he.paillier import Ciphertext, PrivateKey, PublicKey, private_key

TOY = PrivateKey(p=293, q=433)  # the key of python-paillier's tests
KEY = private_key(512, rng=np.random.default_rng(1))
N = KEY.public.n


def messages(count):
    rng = np.random.default_rng(6)
    return [int.from_bytes(rng.bytes(60), "little") % N for _ in range(count)]


@pytest.mark.parametrize("message", [0, 1, N // 2, N - 1, *messages(5)])
def test_decryption_undoes_encryption_by_both_ways(message):
    ciphertext = KEY.public.encrypt(message)
    assert KEY.decrypt(ciphertext) == message
    assert KEY.decrypt_by_the_book(ciphertext) == message


def test_every_message_of_a_tiny_key_survives():
    key = PrivateKey(p=11, q=17)
    for message in range(187):
        assert key.decrypt(key.public.encrypt(message)) == message


@pytest.mark.parametrize(
    ("a", "b"), list(zip(messages(4), messages(8)[4:], strict=True))
)
def test_ciphertexts_add_and_scale_what_is_inside_modulo_n(a, b):
    x, y = KEY.public.encrypt(a), KEY.public.encrypt(b)
    assert KEY.decrypt(x + y) == (a + b) % N
    assert KEY.decrypt(x * 7) == KEY.decrypt(7 * x) == 7 * a % N
    assert KEY.decrypt(x + y * -1) == (a - b) % N
    assert KEY.decrypt(x * 0) == 0


def test_two_encryptions_of_one_message_differ_and_refreshing_unlinks():
    first, second = KEY.public.encrypt(5), KEY.public.encrypt(5)
    assert first != second
    refreshed = first.refreshed()
    assert refreshed != first
    assert KEY.decrypt(refreshed) == 5


def test_known_vectors_of_python_paillier():
    public = TOY.public
    assert public.n == 126_869
    assert public.encrypt_with(10_100, 74_384).value == 935_906_717
    assert public.encrypt_with(1, 1).value == 126_870
    assert TOY.decrypt(Ciphertext(value=935_906_717, key=public)) == 10_100


@pytest.mark.parametrize("message", messages(4))
def test_ciphertexts_equal_those_of_python_paillier_for_the_same_r(message):
    public = peer.PaillierPublicKey(N)
    private = peer.PaillierPrivateKey(public, KEY.p, KEY.q)
    for r in (2, 12_345, N - 2):
        ours = KEY.public.encrypt_with(message, r)
        assert ours.value == public.raw_encrypt(message, r)
        assert private.raw_decrypt(ours.value) == KEY.decrypt(ours) == message


def test_sums_and_products_equal_those_of_python_paillier():
    public = peer.PaillierPublicKey(N)
    theirs = [phe.EncryptedNumber(public, public.raw_encrypt(m, 3)) for m in (41, 99)]
    ours = [KEY.public.encrypt_with(m, 3) for m in (41, 99)]
    assert (ours[0] + ours[1]).value == (theirs[0] + theirs[1]).ciphertext(False)
    assert (ours[0] * 1_000_003).value == (theirs[0] * 1_000_003).ciphertext(False)


def test_fresh_keys_have_the_length_asked_for_and_differ():
    keys = [private_key(bits) for bits in (64, 65, 512)]
    assert [key.public.n.bit_length() for key in keys] == [64, 65, 512]
    assert private_key(64) != private_key(64)


def test_a_seed_makes_a_key_repeatable():
    first, again = (private_key(256, rng=np.random.default_rng(1)) for _ in range(2))
    assert first == again


def test_nothing_prints_the_primes():
    text = repr(KEY) + str(KEY) + repr(KEY.public.encrypt(3))
    assert str(KEY.p) not in text
    assert str(KEY.q) not in text


@pytest.mark.parametrize("message", [-1, N, 2 * N])
def test_messages_outside_the_key_are_refused(message):
    with pytest.raises(ValueError, match="message="):
        KEY.public.encrypt(message)


def test_tampered_and_foreign_ciphertexts_are_refused():
    foreign = private_key(512).public.encrypt(1)
    with pytest.raises(ValueError, match="different keys"):
        KEY.public.encrypt(1) + foreign
    with pytest.raises(ValueError, match="another key"):
        KEY.decrypt(foreign)
    for value in (0, N, KEY.p, N**2, -5):
        with pytest.raises(ValueError, match="no ciphertext"):
            Ciphertext(value=value, key=KEY.public)


@pytest.mark.parametrize(("p", "q"), [(9, 11), (11, 11), (3, 7), (1, 7)])
def test_primes_that_make_no_key_are_refused(p, q):
    with pytest.raises(ValueError, match=r"prime|differ"):
        PrivateKey(p=p, q=q)


def test_an_r_that_shares_a_factor_with_n_is_refused():
    with pytest.raises(ValueError, match="common factor"):
        TOY.public.encrypt_with(1, 293)
    assert math.gcd(PublicKey(n=N).n, KEY.p) == KEY.p
