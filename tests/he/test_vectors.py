"""Encrypted vectors: the homomorphism, and every wrong use an error that helps."""

import subprocess
import sys

import numpy as np
import pytest

from privlab.he import airlock
from privlab.he.airlock import Tampered
from privlab.he.context import SCORE, SHALLOW, LevelsExhausted
from privlab.he.keyholder import PublicKeys, new_keys, new_keys_with_rotations
from privlab.he.vectors import columns, decrypt, encrypt
from privlab.he.wire import packed, public_bytes, public_from, unpacked

rng = np.random.default_rng(32)
A, B = rng.uniform(-2, 2, (2, 300))


@pytest.fixture(scope="module")
def keys():
    return new_keys_with_rotations(SCORE)


@pytest.fixture(scope="module")
def deep():
    return new_keys(SHALLOW)


def near(keys, encrypted, right, tolerance=5e-4):
    assert decrypt(keys, encrypted) == pytest.approx(right, abs=tolerance)


def test_arithmetic_on_ciphertexts_is_arithmetic_on_the_numbers(deep):
    a, b = encrypt(deep.public, A), encrypt(deep.public, B)
    near(deep, a + b, A + B)
    near(deep, a - b, A - B)
    near(deep, a * b * a, A * B * A)
    near(deep, 2 - a, 2 - A)
    near(deep, 0.5 * a + 1, 0.5 * A + 1)
    near(deep, B * a, A * B)
    near(deep, np.float64(3) * a, 3 * A)


def test_a_sum_adds_up_all_slots(keys):
    # independent errors of 300 slots add up as the square root of their number
    near(keys, encrypt(keys.public, A).sum(), [A.sum()], tolerance=5e-4 * len(A) ** 0.5)
    assert len(encrypt(keys.public, A).sum()) == 1


def test_each_product_takes_one_level_and_a_sum_none(deep):
    a = encrypt(deep.public, A)
    assert [a.level, (a * a).level, (a * a * 2).level, (a + a).level] == [2, 1, 0, 2]


def test_operands_stay_as_they_were(deep):
    a = encrypt(deep.public, A)
    low = a * a
    assert [(low * a).level, (low + a).level, (low - a).level] == [0, 1, 1]
    assert a.level == 2


def test_columns_hold_one_feature_of_all_rows(deep):
    table = rng.uniform(size=(40, 3))
    for column, right in zip(columns(deep.public, table), table.T, strict=True):
        near(deep, column, right)


def test_two_encryptions_of_the_same_numbers_differ(keys):
    first, second = (encrypt(keys.public, A).data.serialize() for _ in range(2))
    assert first != second


def test_exhausted_levels_say_what_to_do(keys):
    spent = encrypt(keys.public, A) * 0.5
    with pytest.raises(LevelsExhausted, match="no level is left of the 1 of 'score'"):
        spent * 0.5


def test_a_vector_longer_than_the_slots_says_how_to_split_it(keys):
    with pytest.raises(ValueError, match="5000 numbers do not fit into the 2048 slots"):
        encrypt(keys.public, np.ones(5000))


def test_numbers_that_would_wrap_around_are_refused(keys):
    with pytest.raises(ValueError, match="holds numbers below 32: scale them down"):
        encrypt(keys.public, [1.0, -32.0])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_are_named(keys, bad):
    with pytest.raises(ValueError, match=f"values contains {bad}"):
        encrypt(keys.public, [1.0, bad])
    a = encrypt(keys.public, [1.0, 2.0])
    with pytest.raises(ValueError, match=str(bad)):
        a * bad
    with pytest.raises(ValueError, match=f"operand contains {bad}"):
        a + np.array([1.0, bad])


def test_shapes_that_make_no_sense_are_refused(keys):
    a = encrypt(keys.public, [1.0, 2.0])
    with pytest.raises(ValueError, match="lengths 2 and 3 must be the same"):
        a + encrypt(keys.public, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="must be one list of numbers"):
        encrypt(keys.public, [])
    with pytest.raises(ValueError, match="must have rows and columns"):
        columns(keys.public, np.ones(3))


def test_a_missing_galois_key_is_named_with_its_remedy(deep):
    with pytest.raises(ValueError, match=r"new_keys_with_rotations\(parameters\)"):
        encrypt(deep.public, A).sum()


def test_mixed_keys_are_an_error_where_the_engine_gives_garbage(keys):
    other = new_keys(SCORE)
    mine, theirs = encrypt(keys.public, A), encrypt(other.public, A)
    garbage = np.array((mine.data + theirs.data).decrypt(keys.context.secret_key()))
    assert np.abs(garbage).max() > 1e3  # the engine says nothing
    for wrong in (lambda: mine + theirs, lambda: decrypt(keys, theirs)):
        with pytest.raises(ValueError, match="do not belong together"):
            wrong()


def test_public_keys_cannot_hold_a_secret(keys):
    assert not keys.public.context.has_secret_key()
    with pytest.raises(ValueError, match="holds the secret key"):
        PublicKeys(parameters=SCORE, context=keys.context)


# On the wire


def test_messages_come_back_as_they_were_sent(keys):
    server = public_from(public_bytes(keys.public))
    assert server.fingerprint == keys.public.fingerprint
    assert server.rotates
    first, second = unpacked(server, packed(columns(keys.public, np.c_[A, B])))
    near(keys, first - second, A - B)


def test_ciphertexts_of_other_keys_are_refused(keys):
    message = packed([encrypt(new_keys(SCORE).public, A)])
    with pytest.raises(ValueError, match="ask the sender to encrypt with these"):
        unpacked(keys.public, message)


def test_changed_bytes_are_noticed(keys):
    message = packed([encrypt(keys.public, A)])
    for at in rng.integers(len(message), size=300):
        changed = bytearray(message)
        changed[at] ^= 1 << int(rng.integers(8))
        with pytest.raises(ValueError):  # noqa: PT011  the digest, or other keys
            unpacked(keys.public, bytes(changed))
    for cut in rng.integers(len(message), size=30):
        with pytest.raises(Tampered):
            unpacked(keys.public, message[:cut])


def forged(keys, part):
    """A message whose digest is right and whose ciphertext is not."""
    from privlab.he import wire

    return wire._message({"keys": keys.public.fingerprint}, [part])


def claiming(size, serialized):
    """The protocol buffer's first field, the number of values, rewritten."""
    assert serialized[:2] == b"\n\x02"
    count = b""
    while size >= 128:
        count, size = count + bytes([size % 128 + 128]), size // 128
    count += bytes([size])
    return b"\n" + bytes([len(count)]) + count + serialized[4:]


@pytest.mark.parametrize("size", [0, 2049, 10**7, 2**31])
def test_a_forged_length_never_reaches_the_interpreter(keys, size):
    part = claiming(size, encrypt(keys.public, A).data.serialize())
    with pytest.raises(Tampered):
        unpacked(keys.public, forged(keys, part))


def test_fuzzed_ciphertexts_with_a_right_digest_are_opened_or_refused(keys):
    """The reader may refuse or read another number; this process lives either way."""
    part = encrypt(keys.public, A).data.serialize()
    refused = 0
    for kind in range(12):
        changed = bytearray(part)
        for at in rng.integers([40, 200, len(part)][kind % 3], size=4):
            changed[at] = int(rng.integers(256))
        try:
            (got,) = unpacked(keys.public, forged(keys, bytes(changed)))
            assert len(decrypt(keys, got)) <= SCORE.slots
        except ValueError:
            refused += 1
    assert refused


def test_a_reader_that_dies_is_reported(keys, monkeypatch):
    def dies(*args, **kwargs):
        command = [sys.executable, "-c", "import os; os.abort()"]
        return subprocess.CompletedProcess(command, -6, b"", b"")

    monkeypatch.setattr(airlock.subprocess, "run", dies)
    with pytest.raises(Tampered, match="ended their reader"):
        unpacked(keys.public, packed([encrypt(keys.public, A)]))


def test_a_secret_key_sent_by_mistake_is_refused(keys):
    from dataclasses import asdict

    from privlab.he import wire

    leaking = keys.context.serialize(save_secret_key=True, save_galois_keys=False)
    message = wire._message({"parameters": asdict(SCORE)}, [leaking])
    with pytest.raises(Tampered, match="secret key"):
        public_from(message)


def test_a_context_of_other_parameters_is_refused(keys, deep):
    from dataclasses import asdict

    from privlab.he import wire

    message = wire._message(
        {"parameters": asdict(SCORE)}, [deep.public.context.serialize()]
    )
    with pytest.raises(Tampered, match="scale"):
        public_from(message)
    with pytest.raises(Tampered, match="no public keys"):
        public_from(packed([encrypt(keys.public, A)]))
