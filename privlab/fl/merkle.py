"""Merkle trees: one hash for many records, and a short proof that one is among them.

RFC 6962 (2013), section 2.1. Leaves and nodes are hashed behind different first bytes,
so that no node can be passed off as a record, and no leaf is ever counted twice.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from privlab.core import checks

LEAF, NODE = b"\x00", b"\x01"
WIDTH = 32  # bytes of a hash


def leaf_hash(record: bytes) -> bytes:
    return sha256(LEAF + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(NODE + left + right).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of none it is the hash of nothing.

    ``MTH(D) = H(1 | MTH(first k) | MTH(rest))``, k the largest power of two below n.
    """
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    k = _split(len(leaves))
    return node_hash(merkle_root(leaves[:k]), merkle_root(leaves[k:]))


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes beside the way from leaf ``index`` up to the root, lowest first.

    At most ``ceil(log2 n)`` of them: all that a verifier needs beside the record.
    """
    if checks.whole("index", index, low=0) >= len(leaves):
        raise ValueError(f"index={index} must be < {len(leaves)}, the number of leaves")
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if index < k:
        return [*inclusion_path(leaves[:k], index), merkle_root(leaves[k:])]
    return [*inclusion_path(leaves[k:], index - k), merkle_root(leaves[:k])]


def root_from(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root to which ``path`` leads from a leaf; b"" where index or length is wrong.

    RFC 9162, section 2.1.3.2: the place decides which hash goes left.
    """
    if not 0 <= index < size:
        return b""
    own, last, value = index, size - 1, leaf
    for beside in path:
        if last == 0:
            return b""
        if own % 2 or own == last:
            value = node_hash(beside, value)
            while own % 2 == 0 and own > 0:  # a lone node went up without a partner
                own, last = own // 2, last // 2
        else:
            value = node_hash(value, beside)
        own, last = own // 2, last // 2
    return value if last == 0 else b""


def doubled_root(
    leaves: Sequence[bytes], node: Callable[[bytes, bytes], bytes] = node_hash
) -> bytes:
    """The tempting wrong way: on each floor an odd last hash is paired with itself.

    So n = 3 and the same records with the last one twice have one root: CVE-2012-2459,
    a hole that Bitcoin had. Here to be attacked.
    """
    row = list(leaves)
    while len(row) > 1:
        row += row[-1:] * (len(row) % 2)
        row = [node(a, b) for a, b in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def _split(n: int) -> int:
    """The largest power of two below n."""
    return 1 << ((n - 1).bit_length() - 1)
