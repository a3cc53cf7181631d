"""A log of federated rounds, everything that can be done to it, and what is noticed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from privlab.core import checks
from privlab.experiments.federation import averaging, task
from privlab.fl.apps import client_app
from privlab.fl.ledger import Entry, Head, Ledger, checked, signed
from privlab.fl.local import run
from privlab.fl.logged import Logged
from privlab.fl.partition import iid
from privlab.fl.secagg_signed import new_signing_key, verifying_key

ROUNDS, CLIENTS = 12, 5
NO_HEAD, WITH_HEAD = "no head", "head of the last round"
HEADS = (NO_HEAD, WITH_HEAD)
CHECKS = ("name", "place", "chain", "signature", "head")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A log, its owner's signing key, and a key and a log of somebody else's."""

    ledger: Ledger
    key: bytes
    other_key: bytes
    other: Ledger

    @property
    def known(self) -> dict[str, bytes]:
        """What a reader brings along to check it."""
        return {"log": self.ledger.log, "verifying_key": verifying_key(self.key)}

    @property
    def head(self) -> Head:
        return self.ledger.head(self.key)


@cache
def federated_log(seed: int) -> Kept:
    """Five clients train a model of digits for twelve rounds; the server keeps the log.

    Its owner runs a second federation, logged with the same key. Keys are seeded, so
    that the lesson repeats; real ones come from the operating system.
    """
    rng = np.random.default_rng(seed)
    key, other_key = new_signing_key(rng=rng), new_signing_key(rng=rng)
    ledgers = [_trained(rng.bytes(32), key, seed=seed + i) for i in range(2)]
    return Kept(ledger=ledgers[0], key=key, other_key=other_key, other=ledgers[1])


def _trained(log: bytes, key: bytes, *, seed: int) -> Ledger:
    parts = iid(len(task().labels), CLIENTS, rng=np.random.default_rng(seed))
    server = Logged(averaging(CLIENTS), Ledger(log=log), key)
    setting = {"clients": CLIENTS, "rounds": ROUNDS, "seed": seed, "evaluate": False}
    run(server, client_app(task(), parts), task(), **setting)
    return server.ledger


# Each gets the log and a place, from 0, and gives the entries that are shown instead.


def untouched(kept: Kept, at: int) -> list[Entry]:
    return list(kept.ledger.entries)


def edited(kept: Kept, at: int) -> list[Entry]:
    entries = untouched(kept, at)
    entries[at] = replace(entries[at], payload=b'{"round": 0}')
    return entries


def forged(kept: Kept, at: int) -> list[Entry]:
    """Edited, chained and signed anew, with another key: all is consistent but that."""
    return _rewritten(kept, at, kept.other_key)


def dropped(kept: Kept, at: int) -> list[Entry]:
    entries = untouched(kept, at)
    del entries[at]
    return entries


def reordered(kept: Kept, at: int) -> list[Entry]:
    entries = untouched(kept, at)
    entries[at - 1 : at + 1] = entries[at], entries[at - 1]
    return entries


def swapped(kept: Kept, at: int) -> list[Entry]:
    """The contents of two entries change places; everything around them stays."""
    entries = untouched(kept, at)
    one, two = entries[at - 1], entries[at]
    entries[at - 1] = replace(one, payload=two.payload)
    entries[at] = replace(two, payload=one.payload)
    return entries


def truncated(kept: Kept, at: int) -> list[Entry]:
    return untouched(kept, at)[:at]


def replayed(kept: Kept, at: int) -> list[Entry]:
    """An entry that the owner did sign, at this place, in another log."""
    entries = untouched(kept, at)
    entries[at] = kept.other.entries[at]
    return entries


def doubled(kept: Kept, at: int) -> list[Entry]:
    entries = untouched(kept, at)
    return [*entries[: at + 1], *entries[at:]]


def rewritten(kept: Kept, at: int) -> list[Entry]:
    """The owner of the key changes the past, and chains and signs all of it anew."""
    return _rewritten(kept, at, kept.key)


def _rewritten(kept: Kept, at: int, key: bytes) -> list[Entry]:
    entries = edited(kept, at)
    for i in range(at, len(entries)):
        previous = entries[i - 1].hash if i else entries[i].previous
        entries[i] = signed(replace(entries[i], previous=previous), key)
    return entries


TAMPERINGS: dict[str, Callable[[Kept, int], list[Entry]]] = {
    "edit": edited,
    "forge with another key": forged,
    "drop": dropped,
    "reorder": reordered,
    "swap contents": swapped,
    "replay from another log": replayed,
    "double": doubled,
    "truncate": truncated,
    "rewrite by the owner": rewritten,
    "nothing": untouched,
}


@dataclass(frozen=True, kw_only=True)
class TamperedLog:
    """``good[check]`` says for each of the entries shown whether the check holds."""

    tampering: str
    at: int
    head: str
    good: dict[str, list[bool]]

    @property
    def caught(self) -> tuple[str, ...]:
        """The checks that notice."""
        return tuple(name for name in CHECKS if not all(self.good[name]))

    @property
    def summary(self) -> str:
        told = f"caught by {', '.join(self.caught)}" if self.caught else "not noticed"
        return f"{self.tampering.capitalize()} at entry {self.at}, {self.head}: {told}."


def tampered_log(*, tampering: str, at: int, head: str, seed: int) -> TamperedLog:
    """What a reader notices, with or without a head that was published before.

    ``at`` counts from 1. ``ValueError`` for a place that the tampering cannot have.
    """
    if tampering not in TAMPERINGS:
        raise ValueError(f"tampering={tampering!r} must be one of {list(TAMPERINGS)}")
    if not 2 <= checks.whole("at", at) <= ROUNDS:
        raise ValueError(f"at={at} must lie in 2 to {ROUNDS}")
    kept = federated_log(seed)
    entries = TAMPERINGS[tampering](kept, at - 1)
    shown = kept.head if head == WITH_HEAD else None
    good = checked(entries, head=shown, **kept.known)
    return TamperedLog(tampering=tampering, at=at, head=head, good=good)
