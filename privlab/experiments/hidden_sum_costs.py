"""What it costs to hide the updates: bytes and seconds, bare, masked and encrypted."""

import time
from dataclasses import dataclass

import numpy as np

from privlab.core import checks
from privlab.experiments.encrypted_updates import adding, decrypting, encrypting
from privlab.fl.fixed_point import FixedPoint
from privlab.fl.masked_sum import Transcript, masked_sum, opened_sum
from privlab.fl.secagg import (
    Setting,
    advertise_keys,
    mask_input,
    reveal_shares,
    share_keys,
)
from privlab.he import wire
from privlab.he.context import SCORE
from privlab.he.keyholder import new_keys

BARE, MASKED, ENCRYPTED = "bare", "masked", "encrypted"
FRACTION_BITS = 20
FLOAT_BYTES = 4
PARAMETERS = SCORE  # no multiplication is needed, so the smallest set will do


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One round: bytes ``up`` from and ``down`` to each client, ``once`` for its keys.

    ``client_seconds`` is one client's computing, ``server_seconds`` the server's, of
    which screening the ciphertexts' bytes is most. ``error`` is the largest of the sum.
    """

    way: str
    up: int
    down: int
    once: int
    client_seconds: float
    server_seconds: float
    error: float


@dataclass(frozen=True, kw_only=True)
class HiddenSumCosts:
    """The costs of summing ``numbers`` numbers of each of ``clients`` clients."""

    clients: int
    numbers: int
    costs: tuple[Cost, ...]

    def of(self, way: str) -> Cost:
        return next(cost for cost in self.costs if cost.way == way)

    @property
    def summary(self) -> str:
        each = ", ".join(f"{kilobytes(cost.up):g} kB {cost.way}" for cost in self.costs)
        return (
            f"{self.clients} clients, {self.numbers} numbers each; a client sends "
            f"in one round: {each}."
        )


def kilobytes(count: int) -> float:
    """Two digits of ``count / 1000``: compressed ciphertexts differ by a few bytes."""
    return float(f"{count / 1e3:.2g}")


def hidden_sum_costs(*, clients: int, numbers: int, seed: int) -> HiddenSumCosts:
    """Sum the same normal numbers in the three ways; seconds are of this machine."""
    checks.whole("clients", clients, low=2)
    values = np.random.default_rng(seed).normal(0, 0.1, (clients, numbers)).clip(-1, 1)
    costs = (_bare(values), _masked(values), _encrypted(values))
    return HiddenSumCosts(clients=clients, numbers=numbers, costs=costs)


def _bare(values: np.ndarray) -> Cost:
    start = time.perf_counter()
    first = values[0].astype(np.float32)
    written = time.perf_counter()
    sent = np.stack([first, *values[1:].astype(np.float32)])
    ready = time.perf_counter()
    total = sent.sum(axis=0)
    return Cost(
        way=BARE,
        up=first.nbytes,
        down=total.nbytes,
        once=0,
        client_seconds=written - start,
        server_seconds=time.perf_counter() - ready,
        error=_error(total, values),
    )


def _masked(values: np.ndarray) -> Cost:
    clients, numbers = values.shape
    code = FixedPoint(largest=1, fraction_bits=FRACTION_BITS, clients=clients)
    setting = Setting(clients=clients, threshold=clients // 2 + 1, bits=code.bits)
    seen = masked_sum(code.encode(values), setting=setting)
    start = time.perf_counter()
    opened_sum(setting, seen.keys, seen.sharers, seen.masked, seen.revealed)
    return Cost(
        way=MASKED,
        up=seen.bytes_up(1),
        down=seen.bytes_down(1) + FLOAT_BYTES * numbers,
        once=0,
        client_seconds=_client_seconds(code, values[0], seen),
        server_seconds=time.perf_counter() - start,
        error=_error(code.decode(seen.total), values),
    )


def _client_seconds(code: FixedPoint, values: np.ndarray, seen: Transcript) -> float:
    """All four answers of client 1 to peers as many as in the transcript."""
    setting = seen.setting
    peers = {u: advertise_keys(u) for u in seen.keys if u != 1}
    start = time.perf_counter()
    state = advertise_keys(1)
    keys = {1: state.keys} | {u: peers[u].keys for u in peers}
    shared, _ = share_keys(setting, state, keys)
    spent = time.perf_counter() - start
    letters = {u: share_keys(setting, peers[u], keys)[1][1] for u in peers}
    start = time.perf_counter()
    masked, _ = mask_input(setting, shared, code.encode(values), letters)
    reveal_shares(setting, masked, list(keys))
    return spent + time.perf_counter() - start


def _encrypted(values: np.ndarray) -> Cost:
    keys = new_keys(PARAMETERS)
    encrypt, add = encrypting(keys.public, clients=len(values)), adding(keys.public)
    start = time.perf_counter()
    first = encrypt(values[0])
    encrypted = time.perf_counter()
    letters = [first, *(encrypt(row) for row in values[1:])]
    ready = time.perf_counter()
    total = add(letters)
    added = time.perf_counter()
    opened = decrypting(keys)(total)
    return Cost(
        way=ENCRYPTED,
        up=len(first),
        down=len(total),
        once=len(wire.public_bytes(keys.public)),
        client_seconds=encrypted - start + time.perf_counter() - added,
        server_seconds=added - ready,
        error=_error(opened, values),
    )


def _error(total: np.ndarray, values: np.ndarray) -> float:
    return float(np.abs(total - values.sum(axis=0)).max())
