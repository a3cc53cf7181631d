"""Real patients behind encryption: training, prying, and what still leaks."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from privlab.core.datasets import breast_cancer, diabetes
from privlab.he.context import SCORE
from privlab.he.keyholder import new_keys
from privlab.he.regression import LOGISTIC, fit_open, sigmoid
from privlab.he.vectors import encrypt

MEASURES = 8


def standard(table: np.ndarray) -> np.ndarray:
    """Each column with mean 0 and deviation 1."""
    return (table - table.mean(axis=0)) / table.std(axis=0)


def tumours(*, measures: int = MEASURES) -> tuple[np.ndarray, np.ndarray]:
    """Standardised measurements and a column of ones; 1 for malignant."""
    data = breast_cancer()
    features = standard(data.features[:, :measures])
    return np.column_stack([features, np.ones(len(data))]), 1 - data.target


def progressing() -> tuple[np.ndarray, np.ndarray]:
    """Diabetes patients: ten standardised measurements, standardised progress."""
    data = diabetes()
    return standard(data.features), standard(data.target)


@dataclass(frozen=True, kw_only=True)
class Sigmoids:
    """The polynomial beside the sigmoid, and the z that training reached."""

    rate: float
    steps: int
    z: np.ndarray
    true: np.ndarray
    polynomial: np.ndarray
    largest: float
    accuracy: float

    @property
    def summary(self) -> str:
        if not np.isfinite(self.largest) or self.largest > 1e6:
            return (
                f"At rate {self.rate:g} the polynomial drives the weights to infinity."
            )
        return (
            f"At rate {self.rate:g}, {self.steps} steps reach |z| = {self.largest:.1f} "
            f"and read {self.accuracy:.0%} of the tumours rightly."
        )


def sigmoids(*, rate: float, steps: int) -> Sigmoids:
    """Train in the open on the polynomial, and see where its z ends up."""
    x, y = tumours()
    with np.errstate(all="ignore"):
        weights = fit_open(LOGISTIC, x, y, steps=steps, rate=rate).weights
        reached = x @ weights
    z = np.linspace(-9, 9, 181)
    return Sigmoids(
        rate=rate,
        steps=steps,
        z=z,
        true=1 / (1 + np.exp(-z)),
        polynomial=sigmoid(z),
        largest=float(np.abs(reached).max()),
        accuracy=float(((reached > 0) == y).mean()),
    )


@dataclass(frozen=True, kw_only=True)
class Prying:
    """How often a server guesses right who is ill: hits in ``tries``."""

    open_hits: int
    sealed_hits: int
    repeats: int
    tries: int

    @property
    def summary(self) -> str:
        return (
            f"From open records {self.open_hits / self.tries:.0%} right, from "
            f"ciphertexts {self.sealed_hits / self.tries:.0%}; a second encryption "
            f"gave the same bytes {self.repeats} times."
        )


def prying(*, tries: int = 200, rng: np.random.Generator) -> Prying:
    """A server that has seen labelled examples guesses from what it receives.

    Half of ``2 tries`` patients, as many ill as not, are its examples. In the open it
    learns from the measurements; from ciphertexts, of how often each byte occurs and
    of the length. It also encrypts each test record itself and compares.
    """
    x, y = tumours()
    half = [rng.choice(np.flatnonzero(y == c), tries, replace=False) for c in (0, 1)]
    chosen = rng.permutation(np.concatenate(half))
    x, y = x[chosen], y[chosen]
    keys = new_keys(SCORE)
    sealed = [encrypt(keys.public, row).data.serialize() for row in x]
    again = [encrypt(keys.public, row).data.serialize() for row in x[tries:]]
    traits = np.array([[*_frequencies(message), len(message)] for message in sealed])
    return Prying(
        open_hits=_hits(x, y, tries),
        sealed_hits=_hits(standard(traits), y, tries),
        repeats=sum(a == b for a, b in zip(sealed[tries:], again, strict=True)),
        tries=tries,
    )


def _frequencies(message: bytes) -> np.ndarray:
    return np.bincount(np.frombuffer(message, np.uint8), minlength=256)


def _hits(traits: np.ndarray, y: np.ndarray, tries: int) -> int:
    learner = LogisticRegression(max_iter=200).fit(traits[:tries], y[:tries])
    return int((learner.predict(traits[tries:]) == y[tries:]).sum())
