"""Secure aggregation: the server learns the sum of the clients' vectors, nothing more.

Bonawitz et al. 2017, "Practical Secure Aggregation for Privacy-Preserving Machine
Learning" (CCS), Figure 4. Client u sends ``y_u = x_u + PRG(b_u) + sum over v of
±PRG(s_uv)``: the pairwise masks cancel in the sum; b_u protects u where its pairwise
masks have to be revealed because it was taken for lost.

A client is four functions, each from its state and a message to its next state and its
answer. Clients are numbers from 1 on, the x of their Shamir shares. The server follows
the protocol, but may remember all it sees and know fewer than t clients' secrets.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from privlab.core import checks
from privlab.core.masking import masked, total
from privlab.core.randomness import SYSTEM, RandomBytes
from privlab.fl.key_agreement import (
    KEY_BYTES,
    agreed,
    mask,
    new_secret_key,
    opened,
    public_key,
    sealed,
)
from privlab.fl.shamir import shares

SHARE_BYTES = 33  # one share: a number below 2^256 + 297
MASKS, LETTERS = b"privlab secagg masks", b"privlab secagg letters"


class Refused(ValueError):
    """A client does not answer: the answer would, or might, betray somebody."""


class TooFewClients(RuntimeError):
    """Fewer clients than the threshold are left, so the sum stays hidden for good."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """At most ``clients`` n, ``threshold`` t of whom must stay; sums modulo 2^bits.

    ``ValueError`` unless n/2 < t <= n. Below, a lying server could ask t clients for
    one kind of share of a victim and t others for the other kind. With c clients who
    work for the server, and give both kinds, choose t > (n + c)/2 (Bonawitz et al.
    2017).
    """

    clients: int
    threshold: int
    bits: int

    def __post_init__(self):
        checks.whole("clients", self.clients, low=2)
        if checks.whole("bits", self.bits, low=1) > 64:
            raise ValueError(f"bits={self.bits} must be <= 64")
        if not self.clients < 2 * self.threshold <= 2 * self.clients:
            raise ValueError(
                f"threshold={self.threshold} must be from {self.clients // 2 + 1} to "
                f"{self.clients}, more than half of the clients"
            )

    @property
    def word(self) -> np.dtype:
        """How a masked number travels: 4 bytes where they are enough, else 8."""
        return np.dtype("<u4" if self.bits <= 32 else "<u8")

    def require(self, stage: str, left: Collection[int]) -> None:
        """``TooFewClients`` where fewer than t are left."""
        if len(left) < self.threshold:
            raise TooFewClients(
                f"{stage}: {len(left)} clients are left, threshold={self.threshold} "
                "are needed; start again with those who are there, or agree on a lower "
                "threshold before the next round"
            )


@dataclass(frozen=True, kw_only=True)
class Advertised:
    """Client ``number`` has made two secret keys; ``keys`` are the public ones."""

    number: int
    mask_secret: bytes = field(repr=False)
    letter_secret: bytes = field(repr=False)

    @property
    def keys(self) -> bytes:
        return public_key(self.mask_secret) + public_key(self.letter_secret)


@dataclass(frozen=True, kw_only=True)
class Shared:
    """It knows everybody's ``keys``, and has a ``seed`` b_u and ``own`` shares."""

    number: int
    mask_secret: bytes = field(repr=False)
    letter_secret: bytes = field(repr=False)
    seed: bytes = field(repr=False)
    own: bytes = field(repr=False)
    keys: Mapping[int, bytes]


@dataclass(frozen=True, kw_only=True)
class Masked:
    """It has sent its vector, and holds a pair of shares of everybody in ``pairs``."""

    number: int
    pairs: Mapping[int, bytes] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Revealed:
    """For each client one share: of its secret key if it is gone, else of its seed."""

    secret_shares: Mapping[int, bytes]
    seed_shares: Mapping[int, bytes]


def advertise_keys(number: int, *, rng: RandomBytes = SYSTEM) -> Advertised:
    """Round 0: make two key pairs, send the public keys."""
    return Advertised(
        number=checks.whole("number", number),
        mask_secret=new_secret_key(rng=rng),
        letter_secret=new_secret_key(rng=rng),
    )


def share_keys(
    setting: Setting,
    state: Advertised,
    keys: Mapping[int, bytes],
    *,
    rng: RandomBytes = SYSTEM,
) -> tuple[Shared, dict[int, bytes]]:
    """Round 1: a sealed letter to each peer, with its shares of s_u and of b_u.

    ``keys`` are those of U_1, the clients who answered round 0. ``Refused`` where they
    are fewer than t, name a key twice, or not this client's own.
    """
    u = state.number
    places = range(1, setting.clients + 1)
    if len(keys) < setting.threshold or not set(keys) <= set(places):
        raise Refused(f"clients {sorted(keys)} are too few, or not among 1 to n")
    if keys.get(u) != state.keys or len(set(keys.values())) < len(keys):
        raise Refused(f"client {u}: the server's list of keys is not what was sent")
    seed = new_secret_key(rng=rng)
    ways = [
        shares(int.from_bytes(each), setting.clients, setting.threshold, rng=rng)
        for each in (state.mask_secret, seed)
    ]
    pairs = {
        v: b"".join(points[v - 1][1].to_bytes(SHARE_BYTES) for points in ways)
        for v in keys
    }
    letters = {
        v: sealed(_letter_key(state, keys[v]), pairs[v], _about(u, v), rng=rng)
        for v in keys
        if v != u
    }
    secrets = {"mask_secret": state.mask_secret, "letter_secret": state.letter_secret}
    return Shared(number=u, seed=seed, own=pairs[u], keys=keys, **secrets), letters


def mask_input(
    setting: Setting, state: Shared, values: np.ndarray, letters: Mapping[int, bytes]
) -> tuple[Masked, np.ndarray]:
    """Round 2: ``y_u = x_u + PRG(b_u) + sum_{v<u} PRG(s_uv) - sum_{v>u} PRG(s_uv)``.

    ``letters`` come from U_2, those who answered round 1; ``values`` are whole numbers
    (d,), the result is modulo 2^bits. ``Refused`` where a letter was tampered with.
    """
    u, peers = state.number, set(letters)
    if len(peers | {u}) < setting.threshold or not peers <= set(state.keys) - {u}:
        raise Refused(
            f"client {u}: letters from {sorted(peers)} are too few, or unasked"
        )
    pairs = {u: state.own}
    for v, letter in letters.items():
        try:
            pairs[v] = opened(_letter_key(state, state.keys[v]), letter, _about(v, u))
        except ValueError as error:
            raise Refused(f"client {u}, letter of client {v}: {error}") from error
    words = [mask(state.seed, len(values), setting.bits)]
    for v in peers:
        words.append(pair_mask(setting, u, v, state.mask_secret, state.keys, values))
    hidden = masked(values, total(np.stack(words), setting.bits), setting.bits)
    return Masked(number=u, pairs=pairs), hidden.astype(setting.word)


def reveal_shares(
    setting: Setting, state: Masked, survivors: Collection[int]
) -> Revealed:
    """Round 4: of each client one share, as U_3, the ``survivors``, decides.

    The server names only who answered round 2; all others of U_2 are gone. So nobody
    can be in both lists. Answer once, then forget the state: two answers to different
    lists give both shares of a client away. ``Refused`` where fewer than t survive or
    the list does not hold this client, who did answer.
    """
    alive = set(survivors)
    if len(alive) < setting.threshold or not alive <= set(state.pairs):
        raise Refused(f"survivors {sorted(alive)} are too few, or never took part")
    if state.number not in alive:
        raise Refused(f"client {state.number} answered, and is called lost")
    return Revealed(
        secret_shares={
            v: pair[:SHARE_BYTES] for v, pair in state.pairs.items() if v not in alive
        },
        seed_shares={
            v: pair[SHARE_BYTES:] for v, pair in state.pairs.items() if v in alive
        },
    )


def pair_mask(
    setting: Setting,
    u: int,
    v: int,
    secret: bytes,
    keys: Mapping[int, bytes],
    like: np.ndarray,
) -> np.ndarray:
    """What u adds for v: PRG(s_uv) if u > v, else minus it. ``secret`` is u's."""
    seed = agreed(secret, keys[v][:KEY_BYTES], MASKS)
    stream = mask(seed, len(like), setting.bits)
    return stream if u > v else -stream


def _letter_key(state: Advertised | Shared, keys: bytes) -> bytes:
    return agreed(state.letter_secret, keys[KEY_BYTES:], LETTERS)


def _about(sender: int, receiver: int) -> bytes:
    return sender.to_bytes(4) + receiver.to_bytes(4)
