"""What a server reads of one person, however the model is trained and served."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.experiments.hospital_network import Network, descended, gradients
from privlab.experiments.hospital_privacy import CLIPPING_NORM, STEPS, multiplier
from privlab.experiments.shared_task import CLIENTS, Shared
from privlab.experiments.ways_to_serve import (
    HOME,
    NONE,
    OPEN,
    SERVER,
    SHARES,
    UNIT,
    Way,
)
from privlab.fl.private import clipped
from privlab.he.context import SCORE
from privlab.he.keyholder import new_keys
from privlab.he.vectors import encrypt

TARGETS = 40
NEAR = 0.1  # of a deviation: a record is read if no measurement is further off
LEAST = 16  # honest clients whose shares of noise must add up to all of it


@dataclass(frozen=True, kw_only=True)
class Views:
    """Shares of people whose record, or query, the server reads."""

    record: float
    two_sums: float
    query: float


def server_reads(data: Shared, way: Way, epsilon: float, seed: int) -> Views:
    """Forty people in turn are the only one of client 1, in the first round.

    A server that gets a vector divides it by its last entry, which belongs to the
    constant 1: of a bare update of one record that gives the record (lesson 6.2).
    """
    rng, people = np.random.default_rng(seed), range(TARGETS)
    seen = [_seen(data, i, way, epsilon, rng) for i in people]
    honest, lying = (
        np.mean([_near(view, data.x[i], data.raw) for i, view in enumerate(views)])
        for views in zip(*seen, strict=True)
    )
    return Views(record=float(honest), two_sums=float(lying), query=_query(data, way))


def _seen(data: Shared, i: int, way: Way, epsilon: float, rng) -> tuple:
    """What the honest and the lying server have of person i, as vectors (d,)."""
    if not way.federated:
        return data.x[i], data.x[i]
    sent = _sent(data, i, way)
    if not way.masked:
        return sent[0], sent[0]
    share = 0.0
    if way.noise != NONE:
        share = multiplier(epsilon) * CLIPPING_NORM / np.sqrt(LEAST)
    first, second = (
        (sent + share * rng.standard_normal(sent.shape)).sum(0),
        (sent + share * rng.standard_normal(sent.shape))[1:].sum(0),
    )
    return first, first - second


def _sent(data: Shared, i: int, way: Way) -> np.ndarray:
    """What every client puts into the first sum, (k, d): all but row 0 are cached."""
    others = _others(data.clean, way.noise)
    own = _contribution(data.x[i : i + 1], data.y[i : i + 1], way.noise)
    return np.vstack([own, others])


@cache
def _others(network: Network, noise: str) -> np.ndarray:
    parts = list(zip(network.x, network.y, strict=True))[1:CLIENTS]
    return np.array([_contribution(x, y, noise) for x, y in parts])


def _contribution(x: np.ndarray, y: np.ndarray, noise: str) -> np.ndarray:
    start = np.zeros(x.shape[1])
    if noise in (SERVER, SHARES):
        return clipped(gradients(start, x, y), CLIPPING_NORM).sum(0)
    update = descended(start, x, y, STEPS, 1.0)
    return clipped(update, CLIPPING_NORM) if noise == UNIT else len(y) * update


def _near(view: np.ndarray, record: np.ndarray, raw: int) -> bool:
    found = view / view[-1]
    scale = record[:raw].std()
    return bool(np.abs(found - record)[:raw].max() < NEAR * scale)


def _query(data: Shared, way: Way) -> float:
    """The share of queries in what the server receives: none at home."""
    if way.served == OPEN:
        return 1.0
    if way.served == HOME:
        return 0.0
    return _sealed_read(data)


@cache
def _sealed_read(data: Shared) -> float:
    """How many sealed queries a server opens with a secret key of its own making.

    Every key pair opens its own ciphertexts; with another key the engine gives noise.
    """
    client, server = new_keys(SCORE), new_keys(SCORE)
    stolen = server.context.secret_key()
    read = []
    for record in data.x[:TARGETS]:
        sealed = encrypt(client.public, record)
        found = np.array(sealed.data.decrypt(stolen))
        read.append(_near(np.append(found[:-1], 1.0), record, data.raw))
    return float(np.mean(read))
