"""Key agreement, masks and sealed letters: published vectors, laws and refusals."""

import numpy as np
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from privlab.fl.key_agreement import (
    agreed,
    mask,
    new_secret_key,
    opened,
    public_key,
    sealed,
)

# RFC 7748, section 6.1: secret and public keys of Alice and Bob, and what they share
ALICE = bytes.fromhex(
    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
)
BOB = bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
BOBS_PUBLIC = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
COMMON = bytes.fromhex(
    "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
)
# RFC 8439, appendix A.1, test vector 1: the stream of ChaCha20 for key and nonce 0
STREAM = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"


def test_keys_and_agreement_are_those_of_rfc_7748():
    assert public_key(BOB).hex() == BOBS_PUBLIC
    expected = HKDF(SHA256(), 32, salt=None, info=b"test").derive(COMMON)
    assert agreed(ALICE, public_key(BOB), b"test") == expected
    assert agreed(BOB, public_key(ALICE), b"test") == expected


def test_a_mask_is_the_stream_of_rfc_8439():
    assert mask(bytes(32), 4, 64).astype("<u8").tobytes().hex() == STREAM


def test_both_sides_agree_on_one_secret_for_each_purpose():
    first, second, third = (new_secret_key() for _ in range(3))
    common = agreed(first, public_key(second), b"masks")
    assert common == agreed(second, public_key(first), b"masks")
    assert common != agreed(second, public_key(first), b"letters")
    assert common != agreed(third, public_key(first), b"masks")


def test_a_public_key_of_low_order_is_refused():
    with pytest.raises(ValueError, match="shared key"):
        agreed(new_secret_key(), bytes(32), b"masks")


def test_keys_come_from_the_system_unless_a_seed_is_given():
    assert new_secret_key() != new_secret_key()
    first, again = (new_secret_key(rng=np.random.default_rng(3)) for _ in range(2))
    assert first == again


@pytest.mark.parametrize("bits", [1, 20, 64])
def test_a_shorter_mask_is_the_beginning_of_a_longer_one(bits):
    seed = new_secret_key()
    assert (mask(seed, 1000, bits)[:10] == mask(seed, 10, bits)).all()
    assert int(mask(seed, 1000, bits).max()) < 2**bits


@pytest.mark.parametrize("place", [0, 11, 12, 20, -1])
def test_a_letter_changed_in_any_part_is_refused(place):
    key = new_secret_key()
    letter = bytearray(sealed(key, b"two shares", b"1 to 2"))
    assert opened(key, bytes(letter), b"1 to 2") == b"two shares"
    letter[place] ^= 1
    with pytest.raises(ValueError, match="changed"):
        opened(key, bytes(letter), b"1 to 2")


def test_a_letter_passed_to_somebody_else_or_under_another_key_is_refused():
    key = new_secret_key()
    letter = sealed(key, b"two shares", b"1 to 2")
    with pytest.raises(ValueError, match="changed"):
        opened(key, letter, b"1 to 3")
    with pytest.raises(ValueError, match="changed"):
        opened(new_secret_key(), letter, b"1 to 2")
