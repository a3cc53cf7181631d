"""The server of a secure aggregation: the sum it opens, and all that it ever saw."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from privlab.core.masking import total, unmasked
from privlab.core.randomness import SYSTEM, RandomBytes
from privlab.fl.key_agreement import KEY_BYTES, mask, public_key
from privlab.fl.secagg import (
    Revealed,
    Setting,
    advertise_keys,
    mask_input,
    pair_mask,
    reveal_shares,
    share_keys,
)
from privlab.fl.shamir import joined

ADVERTISE, SHARE, MASK, REVEAL = "keys", "letters", "masked vector", "shares"
STAGES = (ADVERTISE, SHARE, MASK, REVEAL)
NUMBER_BYTES = 8  # a client's number in a list of survivors


def opened_sum(
    setting: Setting,
    keys: Mapping[int, bytes],
    sharers: Collection[int],
    words: Mapping[int, np.ndarray],
    revealed: Mapping[int, Revealed],
) -> np.ndarray:
    """The server's last step: ``sum over U_3 of x_u``, signed int64 (d,).

    ``sharers`` is U_2, ``words`` the masked vectors of U_3, ``revealed`` the answers of
    U_4. Takes away PRG(b_u) of the survivors, and the masks that survivors share with
    the lost. ``TooFewClients`` for fewer than t shares of one of these secrets,
    ``ValueError`` for forged shares of a secret key. A forged share of a seed makes the
    sum wrong, unnoticed.
    """
    masks = []
    for u in words:
        held = {w: answer.seed_shares.get(u) for w, answer in revealed.items()}
        seed = _secret(setting, f"the seed of client {u}", held)
        masks.append(mask(seed, len(words[u]), setting.bits))
    for v in set(sharers) - set(words):
        held = {w: answer.secret_shares.get(v) for w, answer in revealed.items()}
        secret = _secret(setting, f"the secret key of client {v}", held)
        if public_key(secret) != keys[v][:KEY_BYTES]:
            raise ValueError(f"the shares of client {v} do not give its secret key")
        for u, word in words.items():
            # what u added for v: minus what v would have added for u
            masks.append(-pair_mask(setting, v, u, secret, keys, word))
    everything = total(np.stack(list(words.values())), setting.bits)
    return unmasked(everything, total(np.stack(masks), setting.bits), setting.bits)


@dataclass(frozen=True, kw_only=True, eq=False)
class Transcript:
    """What the server saw: nothing else ever reached it.

    ``keys`` of U_1; ``letters`` by (sender, receiver), sealed; the ``masked`` vectors
    of U_3; what U_4 ``revealed``; and the ``total`` that follows, int64 (d,).
    """

    setting: Setting
    keys: Mapping[int, bytes]
    letters: Mapping[tuple[int, int], bytes]
    masked: Mapping[int, np.ndarray]
    revealed: Mapping[int, Revealed]
    total: np.ndarray

    @property
    def survivors(self) -> tuple[int, ...]:
        """U_3: the clients whose vectors are in the sum."""
        return tuple(self.masked)

    @property
    def sharers(self) -> tuple[int, ...]:
        """U_2: the clients who sent letters."""
        return tuple(dict.fromkeys(sender for sender, _ in self.letters))

    def bytes_up(self, client: int) -> int:
        """What this client sent, without the frames of the messages."""
        letters = sum(len(x) for (u, _), x in self.letters.items() if u == client)
        vector = self.masked[client].nbytes if client in self.masked else 0
        answer = self.revealed.get(client)
        shares = (
            sum(
                map(len, [*answer.secret_shares.values(), *answer.seed_shares.values()])
            )
            if answer
            else 0
        )
        return len(self.keys.get(client, b"")) + letters + vector + shares

    def bytes_down(self, client: int) -> int:
        """What this client received before and after its vector, the model aside."""
        keys = sum(map(len, self.keys.values())) if client in self.keys else 0
        post = self.letters.items() if client in self.sharers else ()
        letters = sum(len(x) for (_, v), x in post if v == client)
        survivors = NUMBER_BYTES * len(self.masked) if client in self.masked else 0
        return keys + letters + survivors

    @property
    def summary(self) -> str:
        lost = len(self.keys) - len(self.masked)
        return (
            f"The server saw the keys of {len(self.keys)} clients, {len(self.letters)} "
            f"sealed letters, {len(self.masked)} masked vectors of {len(self.total)} "
            f"numbers modulo 2^{self.setting.bits}; {lost} were lost, one sum was "
            "opened."
        )


def masked_sum(
    values: np.ndarray,
    *,
    setting: Setting,
    lost: Mapping[int, str] | None = None,
    rng: RandomBytes = SYSTEM,
) -> Transcript:
    """The sum of the rows of ``values`` (n, d), whole numbers; row i is client i + 1.

    ``lost`` names clients and the stage of ``STAGES`` whose answer never comes. The sum
    is over those who sent their masked vector. ``TooFewClients`` when fewer than t are
    left at a stage. Pass a generator to repeat an experiment, never for real vectors.
    """
    inputs = dict(enumerate(np.atleast_2d(values), start=1))
    if len(inputs) > setting.clients:
        raise ValueError(f"{len(inputs)} rows for clients={setting.clients}")
    lost = lost or {}
    for u, stage in lost.items():
        if u not in inputs or stage not in STAGES:
            raise ValueError(f"lost={{{u}: {stage!r}}} must name a client and a stage")
    advertised = {u: advertise_keys(u, rng=rng) for u in inputs}
    keys = {u: advertised[u].keys for u in _left(inputs, ADVERTISE, setting, lost)}
    shared = {u: share_keys(setting, advertised[u], keys, rng=rng) for u in keys}
    sharers = _left(keys, SHARE, setting, lost)
    letters = {(u, v): shared[u][1][v] for u in sharers for v in keys if v != u}
    hidden = {
        u: mask_input(setting, shared[u][0], inputs[u], _post(letters, u, sharers))
        for u in sharers
    }
    survivors = _left(sharers, MASK, setting, lost)
    revealed = {
        u: reveal_shares(setting, hidden[u][0], survivors)
        for u in _left(survivors, REVEAL, setting, lost)
    }
    words = {u: hidden[u][1] for u in survivors}
    return Transcript(
        setting=setting,
        keys=keys,
        letters=letters,
        masked=words,
        revealed=revealed,
        total=opened_sum(setting, keys, sharers, words, revealed),
    )


def _post(
    letters: Mapping[tuple[int, int], bytes], receiver: int, senders: Collection[int]
) -> dict[int, bytes]:
    return {u: letters[u, receiver] for u in senders if u != receiver}


def _left(
    before: Collection[int], stage: str, setting: Setting, lost: Mapping[int, str]
) -> list[int]:
    left = [u for u in before if lost.get(u) != stage]
    setting.require(stage, left)
    return left


def _secret(setting: Setting, name: str, held: Mapping[int, bytes | None]) -> bytes:
    """The 32 bytes whose shares these clients gave; None where one gave none."""
    points = [(w, int.from_bytes(share)) for w, share in held.items() if share]
    setting.require(f"shares of {name}", points)
    found = joined(points)
    if found.bit_length() > 8 * KEY_BYTES:
        raise ValueError(f"the shares of {name} do not belong together")
    return found.to_bytes(KEY_BYTES)
