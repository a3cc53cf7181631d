"""One entry proved to be in a log of many: what the proof holds, and what it weighs."""

from dataclasses import dataclass

from privlab.core import checks
from privlab.fl.merkle import WIDTH, inclusion_path, leaf_hash, merkle_root, root_from


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """The spans of entries, (first, end) from 0, whose hashes make the proof.

    ``shown`` are the spans of the nodes on the way up, the root last; ``accepted`` is
    what a verifier says to this entry, ``other`` to another record in its place.
    """

    size: int
    index: int
    spans: tuple[tuple[int, int], ...]
    shown: tuple[tuple[int, int], ...]
    accepted: bool
    other: bool

    @property
    def bytes(self) -> int:
        return WIDTH * len(self.spans)

    @property
    def summary(self) -> str:
        return (
            f"Entry {self.index + 1} of {self.size}: a proof of {len(self.spans)} "
            f"hashes, {self.bytes} bytes."
        )


def inclusion(*, size: int, entry: int) -> Inclusion:
    """The proof for ``entry``, from 1, in a log of ``size``; a later one is the last.

    The spans are those that RFC 6962 cuts at powers of two.
    """
    checks.whole("entry", entry)
    index = min(entry, checks.whole("size", size)) - 1
    leaves = [leaf_hash(b"%d" % i) for i in range(size)]
    root, path = merkle_root(leaves), inclusion_path(leaves, index)
    beside, way = _spans(0, size, index)
    accepted, other = (
        root_from(leaf, index, size, path) == root
        for leaf in (leaves[index], leaf_hash(b"another record"))
    )
    return Inclusion(
        size=size,
        index=index,
        spans=tuple(beside),
        shown=tuple(way),
        accepted=accepted,
        other=other,
    )


def _spans(first: int, end: int, index: int):
    """The spans beside the way to ``index`` and those on it, lowest first."""
    if end - first == 1:
        return [], [(first, end)]
    middle = first + (1 << ((end - first - 1).bit_length() - 1))
    halves = (first, middle), (middle, end)
    own, other = halves if index < middle else halves[::-1]
    beside, way = _spans(*own, index)
    return [*beside, other], [*way, (first, end)]
