"""A server that tells every client another list of survivors, without and with a check.

Five clients, threshold three. Each list has three names, so no client objects; but only
the two victims are on all of them, and so the others' pairwise masks can be opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from privlab.core.randomness import RandomBytes
from privlab.fl import secagg, secagg_signed
from privlab.fl.masked_sum import opened_sum
from privlab.fl.secagg import Refused, Revealed, Setting

CLIENTS, THRESHOLD, BITS = 5, 3, 20
VICTIMS = (1, 2)
STORIES = {1: (1, 2, 3), 2: (1, 2, 4), 3: (1, 2, 3), 4: (1, 2, 4), 5: (1, 2, 5)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Lie:
    """``opened`` (d,) is the sum that the server got out, None if it got none.

    ``victims`` (d,) is the two victims' true sum, ``refusals`` who would not answer.
    """

    opened: np.ndarray | None
    victims: np.ndarray
    refusals: tuple[int, ...]

    @property
    def succeeded(self) -> bool:
        return self.opened is not None and bool((self.opened == self.victims).all())

    @property
    def summary(self) -> str:
        if self.succeeded:
            return (
                f"No client noticed: the server has the sum of {len(VICTIMS)} clients, "
                f"though the threshold is {THRESHOLD}."
            )
        return f"{len(self.refusals)} of {CLIENTS} clients refused: nothing was opened."


def unchecked_lie(values: np.ndarray, *, rng: RandomBytes) -> Lie:
    """The five stories against clients who believe the server; ``values`` (5, d)."""
    room = _masked(values, rng)
    answers, refusals = {}, []
    for u, story in STORIES.items():
        try:
            answers[u] = secagg.reveal_shares(room.setting, room.states[u], story)
        except Refused:
            refusals.append(u)
    return _lie(room, values, answers, refusals)


def checked_lie(values: np.ndarray, *, rng: RandomBytes) -> Lie:
    """The same against clients who compare their signed lists (ConsistencyCheck)."""
    room = _masked(values, rng)
    signing = {u: secagg_signed.new_signing_key(rng=rng) for u in STORIES}
    directory = {u: secagg_signed.verifying_key(key) for u, key in signing.items()}
    signatures = {
        u: secagg_signed.signed_survivors(room.keys, story, signing[u])
        for u, story in STORIES.items()
    }
    proofs = {"keys": room.keys, "signatures": signatures, "directory": directory}
    answers, refusals = {}, []
    for u, story in STORIES.items():
        try:
            answers[u] = secagg_signed.reveal_shares(
                room.setting, room.states[u], story, **proofs
            )
        except Refused:
            refusals.append(u)
    return _lie(room, values, answers, refusals)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Room:
    """The clients and what the server has after round 2."""

    setting: Setting
    keys: Mapping[int, bytes]
    states: Mapping[int, secagg.Masked]
    words: Mapping[int, np.ndarray]


def _masked(values: np.ndarray, rng: RandomBytes) -> _Room:
    setting = Setting(clients=CLIENTS, threshold=THRESHOLD, bits=BITS)
    first = {u: secagg.advertise_keys(u, rng=rng) for u in STORIES}
    keys = {u: state.keys for u, state in first.items()}
    shared = {u: secagg.share_keys(setting, first[u], keys, rng=rng) for u in STORIES}
    post = {
        v: {u: letters[v] for u, (_, letters) in shared.items() if u != v}
        for v in STORIES
    }
    hidden = {
        u: secagg.mask_input(setting, shared[u][0], values[u - 1], post[u])
        for u in STORIES
    }
    states, words = ({u: pair[i] for u, pair in hidden.items()} for i in (0, 1))
    return _Room(setting=setting, keys=keys, states=states, words=words)


def _lie(
    room: _Room,
    values: np.ndarray,
    answers: Mapping[int, Revealed],
    refusals: list[int],
) -> Lie:
    """Put the shares of one kind together for each client, then open two vectors."""
    opened = None
    if len(answers) >= THRESHOLD:
        words = {u: room.words[u] for u in VICTIMS}
        opened = opened_sum(room.setting, room.keys, list(STORIES), words, answers)
    victims = values[[u - 1 for u in VICTIMS]].sum(axis=0)
    return Lie(opened=opened, victims=victims, refusals=tuple(refusals))
