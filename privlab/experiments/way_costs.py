"""The bill of a way to train and serve: bytes by the wire's own count, and seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.experiments.hospital_network import learned
from privlab.experiments.hospital_privacy import ROUNDS, STEPS
from privlab.experiments.shared_task import CLIENTS, Shared
from privlab.experiments.ways_to_serve import OPEN, SEALED, Way
from privlab.fl.fixed_point import WeightedMean
from privlab.fl.masked_sum import masked_sum
from privlab.fl.secagg import Setting
from privlab.he.context import SCORE
from privlab.he.keyholder import SecretKeys, new_keys_with_rotations
from privlab.he.vectors import decrypt, encrypt
from privlab.he.wire import packed

NUMBER = 8  # bytes
QUERIES, THRESHOLD = 10, 14
KB = 1000


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Bytes and seconds; ``undecided`` is the share of tests that noise could turn."""

    training_bytes: int
    query_bytes: int
    mask_seconds: float
    query_seconds: float
    undecided: float


def costs(data: Shared, way: Way, seed: int) -> Costs:
    """Training: records once to a centre, or models and updates in every round.

    A query in the open is its measurements and a number back. At home it is nothing.
    """
    people, d = int(data.clean.sizes.sum()), data.columns
    training, query = NUMBER * people * (data.raw + 1), 0
    mask_seconds = undecided = 0.0
    if way.federated:
        training = ROUNDS * CLIENTS * 2 * NUMBER * d
    if way.masked:
        round_bytes, round_seconds = mask_round(data, seed)
        training += ROUNDS * round_bytes
        mask_seconds = ROUNDS * round_seconds
    theta = _weights(data)
    query_seconds = seconds(lambda: data.clean.test_x[0] @ theta)
    if way.served == OPEN:
        query = NUMBER * (data.raw + 1)
    if way.served == SEALED:
        sealed = sealed_queries(data)
        query, query_seconds = sealed.query_bytes, sealed.query_seconds
        undecided = sealed.undecided
    return Costs(
        training_bytes=training,
        query_bytes=query,
        mask_seconds=mask_seconds,
        query_seconds=query_seconds,
        undecided=undecided,
    )


def seconds(run: Callable[[], object], *, times: int = 3) -> float:
    """The least of several times that ``run`` takes."""

    def once() -> float:
        start = time.perf_counter()
        run()
        return time.perf_counter() - start

    return min(once() for _ in range(times))


@cache
def _weights(data: Shared) -> np.ndarray:
    return learned(data.clean.pooled, rounds=ROUNDS, steps=STEPS, rate=1.0)


@dataclass(frozen=True, kw_only=True)
class SealedQueries:
    """Ten queries under CKKS: the largest ``error`` of a score, and their price."""

    error: float
    undecided: float
    query_bytes: int
    query_seconds: float


@cache
def sealed_queries(data: Shared) -> SealedQueries:
    """A client seals its record, the server scores it, the client opens one number.

    One ciphertext holds the record; times the weights, and a sum over slots by
    rotations (lesson 3.2). Bytes are to the kilobyte: compression varies by a few.
    """
    keys, theta = new_keys_with_rotations(SCORE), _weights(data)
    scale = float(np.abs(theta).sum())  # keeps every product and score below 2^5
    asked = data.clean.test_x[:QUERIES]
    times, errors, sizes = [], [], []
    for record in asked:
        start = time.perf_counter()
        found, size = _ask(keys, record, theta / scale)
        times.append(time.perf_counter() - start)
        errors.append(abs(found * scale - record @ theta))
        sizes.append(size)
    error, margin = max(errors), np.abs(data.clean.test_x @ theta)
    return SealedQueries(
        error=error,
        undecided=float((margin < 2 * error).mean()),
        query_bytes=round(max(sizes) / KB) * KB,
        query_seconds=float(np.median(times)),
    )


def _ask(keys: SecretKeys, record: np.ndarray, weights: np.ndarray):
    sealed = encrypt(keys.public, record)
    answer = (sealed * weights).sum()
    size = len(packed([sealed])) + len(packed([answer]))
    return decrypt(keys, answer)[0], size


@cache
def mask_round(data: Shared, seed: int) -> tuple[int, float]:
    """One real round of secure aggregation: its further bytes, its seconds.

    ``ValueError`` if the opened mean is not the weighted mean of the updates.
    """
    network = data.clean
    theta = np.zeros(data.columns)
    updates = network.updates(theta, steps=STEPS, rate=1.0)
    code = WeightedMean(
        largest=256.0, most_examples=256, fraction_bits=20, clients=CLIENTS
    )
    setting = Setting(clients=CLIENTS, threshold=THRESHOLD, bits=code.bits)
    start = time.perf_counter()
    pairs = zip(updates, network.sizes.tolist(), strict=True)
    coded = np.array([code.encode(update, size) for update, size in pairs])
    seen = masked_sum(coded, setting=setting, rng=np.random.default_rng(seed))
    spent = time.perf_counter() - start
    off = np.abs(
        code.decode(seen.total, CLIENTS)
        - np.average(updates, axis=0, weights=network.sizes)
    ).max()
    if off > code.error + 1e-12:
        raise ValueError(f"the opened mean is off by {off}, at most {code.error}")
    everyone = range(1, CLIENTS + 1)
    moved = sum(seen.bytes_up(u) + seen.bytes_down(u) for u in everyone)
    return moved - NUMBER * CLIENTS * data.columns, spent  # the vector is counted
