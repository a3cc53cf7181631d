"""A poisoned hospital, rules that survive it, and masks that hide it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from privlab.core import checks
from privlab.experiments.hospital_network import (
    HOSPITALS,
    Combine,
    Network,
    hospital_network,
    learned,
    plain_mean,
)
from privlab.fl.robust import krum, mean, median, trimmed_mean

FLIPPED, BACKWARDS, BOASTED = "flipped labels", "sign flip", "boasted size"
ATTACKS = (FLIPPED, BACKWARDS, BOASTED)
PREPARED, STRENGTH = 2, 10.0
SKEW, RATIO = 0.2, 3
GROUPS = (1, 2, 5, 10)  # divisors of 10: a group of one left over is not hidden
COUNTS = (0, 1, 2, 3)

RULES: dict[str, Combine] = {
    "weighted mean": mean,
    "plain mean": plain_mean,
    "median": lambda updates, sizes: median(updates),
    "trimmed mean": lambda updates, sizes: trimmed_mean(updates, trim=PREPARED),
    "Krum": lambda updates, sizes: krum(updates, hostile=PREPARED),
}


def poisoned(combine: Combine, attack: str, hostile: np.ndarray) -> Combine:
    """``combine`` after the ``hostile`` hospitals have changed what they send.

    Flipped labels are in the data (``mislabelled``), so nothing changes here.
    """

    def after(updates: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        updates, sizes = updates.copy(), sizes.astype(float)
        if attack == BACKWARDS:
            updates[hostile] *= -STRENGTH
        if attack == BOASTED:
            updates[hostile] *= -1
            sizes[hostile] = 100 * sizes.max()
        return combine(updates, sizes)

    return after


def mislabelled(network: Network, hostile: np.ndarray) -> Network:
    """The network in which these hospitals call the ill well, and the well ill."""
    y = [1 - y if k in hostile else y for k, y in enumerate(network.y)]
    return replace(network, y=tuple(y))


def grouped(rule: Callable, size: int) -> Combine:
    """``rule`` over the means of groups of ``size``: all that masked groups show.

    Groups are the hospitals in their order, the same in every round: changing groups
    would let the server subtract (Karimireddy, He and Jaggi 2022 shuffle them, without
    masks).
    """

    def combine(updates: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        cuts = range(size, len(updates), size)
        groups = np.split(updates, cuts)
        return rule(np.array([group.mean(axis=0) for group in groups]))

    return combine


@dataclass(frozen=True, kw_only=True, eq=False)
class Poisoned:
    """The share labelled rightly in the end, by rule, with ``hostile`` hospitals."""

    attack: str
    hostile: int
    right: dict[str, float]

    @property
    def summary(self) -> str:
        each = ", ".join(f"{rule} {share:.0%}" for rule, share in self.right.items())
        return f"{self.hostile} of {HOSPITALS} hostile ({self.attack}). Right: {each}."


def poisoned_hospitals(*, attack: str, hostile: int, seed: int) -> Poisoned:
    """Every rule against so many hostile hospitals, chosen by ``seed``."""
    return Poisoned(
        attack=attack,
        hostile=hostile,
        right={
            rule: _right(combine, attack, hostile, seed)
            for rule, combine in RULES.items()
        },
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Hidden:
    """Labelled rightly by the median of group means: ``right`` (counts, sizes).

    ``counts`` of hostile hospitals, ``sizes`` of a group.
    """

    attack: str
    counts: tuple[int, ...]
    sizes: tuple[int, ...]
    right: np.ndarray

    def at(self, hostile: int, size: int) -> float:
        row, column = self.counts.index(hostile), self.sizes.index(size)
        return float(self.right[row, column])

    @property
    def summary(self) -> str:
        each = ", ".join(f"{self.at(1, size):.0%} ({size})" for size in self.sizes)
        return (
            f"One of {HOSPITALS} hospitals hostile ({self.attack}): right by the "
            f"median over masked groups, by their size: {each}."
        )


def hidden_in_groups(*, attack: str, seed: int) -> Hidden:
    """Masks inside groups, the median over groups; groups of 1 are no masks at all."""
    right = [
        [_right(grouped(median, size), attack, count, seed) for size in GROUPS]
        for count in COUNTS
    ]
    return Hidden(attack=attack, counts=COUNTS, sizes=GROUPS, right=np.array(right))


def _right(combine: Combine, attack: str, hostile: int, seed: int) -> float:
    if attack not in ATTACKS:
        raise ValueError(f"attack={attack!r} must be one of {ATTACKS}")
    if checks.whole("hostile", hostile, low=0) > HOSPITALS:
        raise ValueError(f"hostile={hostile} must be <= {HOSPITALS}")
    network = hospital_network(skew=SKEW, ratio=RATIO, seed=seed)
    chosen = np.random.default_rng(seed).permutation(HOSPITALS)[:hostile]
    if attack == FLIPPED:
        network = mislabelled(network, chosen)
    return network.right(learned(network, poisoned(combine, attack, chosen)))
