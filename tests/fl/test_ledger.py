"""The log and its Merkle tree: published vectors, laws, and each way to lie."""

from dataclasses import replace
from hashlib import sha256

import pytest

from privlab.core.randomness import SYSTEM
from privlab.fl.ledger import Ledger, commitment, faults, is_signed
from privlab.fl.merkle import (
    doubled_root,
    inclusion_path,
    leaf_hash,
    merkle_root,
    node_hash,
    root_from,
)
from privlab.fl.secagg_signed import new_signing_key, verifying_key

KEY, LOG = new_signing_key(), bytes(32)
KNOWN = {"log": LOG, "verifying_key": verifying_key(KEY)}


def ledger(n=5):
    log = Ledger(log=LOG)
    for i in range(n):
        log = log.appended(b"round %d" % i, KEY)
    return log


def test_hashes_are_those_of_rfc_6962():
    assert merkle_root([]) == sha256().digest()
    empty = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"").hex() == empty
    a, b, c = (leaf_hash(bytes([i])) for i in range(3))
    assert merkle_root([a, b, c]) == node_hash(node_hash(a, b), c)


@pytest.mark.parametrize("size", range(1, 40))
def test_a_proof_leads_to_the_root_from_its_own_place_alone(size):
    leaves = [leaf_hash(bytes([i])) for i in range(size)]
    root = merkle_root(leaves)
    for i in range(size):
        path = inclusion_path(leaves, i)
        assert len(path) <= (size - 1).bit_length()
        assert root_from(leaves[i], i, size, path) == root
        assert root_from(leaf_hash(b"other"), i, size, path) != root
        assert root_from(leaves[i], i, size, [*path, root]) != root
        assert all(root_from(leaves[i], j, size, path) != root for j in (-1, size, 40))
        if path:
            assert root_from(leaves[i], i, size, path[:-1]) != root


def test_pairing_with_itself_confuses_two_lists_and_our_tree_does_not():
    three = [leaf_hash(bytes([i])) for i in range(3)]
    four = [*three, three[-1]]
    assert doubled_root(three) == doubled_root(four)
    assert merkle_root(three) != merkle_root(four)


def test_an_honest_log_passes_and_may_grow_beyond_its_head():
    short = ledger(3)
    assert faults(short.entries, head=short.head(KEY), **KNOWN) == ()
    assert faults(ledger(5).entries, head=short.head(KEY), **KNOWN) == ()


@pytest.mark.parametrize(
    "change",
    [{"payload": b"other"}, {"index": 9}, {"log": bytes([1]) * 32}, {"previous": LOG}],
)
def test_every_field_is_signed(change):
    entry = ledger().entries[2]
    assert is_signed(entry, KNOWN["verifying_key"])
    assert not is_signed(replace(entry, **change), KNOWN["verifying_key"])


def test_a_head_of_another_key_or_log_is_none():
    entries, other = ledger().entries, new_signing_key()
    assert faults(entries, head=ledger().head(other), **KNOWN) == ("head",)
    elsewhere = replace(ledger().head(KEY), log=bytes([1]) * 32)
    assert faults(entries, head=elsewhere, **KNOWN) == ("head",)


def test_a_commitment_binds_value_and_salt_and_wants_a_whole_salt():
    salt = SYSTEM.bytes(32)
    assert commitment(b"a", salt) == commitment(b"a", salt)
    assert commitment(b"a", salt) != commitment(b"b", salt)
    assert commitment(b"a", salt) != commitment(b"a", SYSTEM.bytes(32))
    with pytest.raises(ValueError, match="salt has 3 bytes"):
        commitment(b"a", b"abc")
