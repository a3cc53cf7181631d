"""Two banks look for fraud together: one has the labels, the other more columns."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from sklearn.metrics import roc_auc_score

from privlab.core.randomness import SYSTEM, RandomBytes
from privlab.dp.discrete import DiscreteLaplace
from privlab.fl.private_matching import match
from privlab.he.context import SHALLOW
from privlab.he.keyholder import SecretKeys, new_keys_with_rotations
from privlab.he.vectors import Encrypted, decrypt, encrypt

PEOPLE = 1_500
CAP = 10  # events a month that still count
FRAUD = 0.1
# events a month of honest customers and of fraudsters, for each column
CARDS = {"payments at night": (1.0, 2.0), "new shops": (2.0, 3.5)}
DEPOSITS = {"transfers from strangers": (0.5, 1.8), "cash within an hour": (0.3, 1.5)}
PREFIX = "1990000"  # no phone: 4 more digits make one of this page


@dataclass(frozen=True, kw_only=True, eq=False)
class Bank:
    """``phones`` (n,) and ``counts`` (n, d) of whole numbers up to ``CAP``."""

    phones: tuple[str, ...]
    counts: np.ndarray = field(repr=False)

    def rows(self, phones) -> np.ndarray:
        """The counts of these customers, in this order."""
        place = {phone: i for i, phone in enumerate(self.phones)}
        return self.counts[[place[phone] for phone in phones]]


@cache
def two_banks(*, seed: int) -> tuple[Bank, Bank, dict[str, int]]:
    """Each bank has 70 % of the people; the labels, by phone, are the first's."""
    rng = np.random.default_rng(seed)
    phones = [
        f"{PREFIX}{n:04d}" for n in rng.choice(10_000, PEOPLE, replace=False).tolist()
    ]
    fraud = (rng.random(PEOPLE) < FRAUD).astype(int)
    banks = []
    for columns in (CARDS, DEPOSITS):
        rate = np.array(list(columns.values()))[:, fraud].T
        counts = np.minimum(rng.poisson(rate), CAP)
        held = rng.permutation(PEOPLE)[: round(0.7 * PEOPLE)]
        mine = tuple(phones[i] for i in held.tolist())
        banks.append(Bank(phones=mine, counts=counts[held]))
    return *banks, dict(zip(phones, fraud.tolist(), strict=True))


@cache
def first_keys() -> SecretKeys:
    """The first bank's keys, with rotations: sums over customers need them."""
    return new_keys_with_rotations(SHALLOW)


def sealed_sums(
    labels: Encrypted, counts: np.ndarray, *, epsilon: float | None, rng: RandomBytes
) -> list[Encrypted]:
    """The second bank: ``sum_i y_i x_ij`` for each column, without seeing any y.

    With ``epsilon`` each sum gets exact discrete noise: epsilon-DP for a customer whose
    row is replaced, *if* every y is 0 or 1, which nobody can see here.
    """
    sums = [(labels * column.astype(float)).sum() for column in counts.T]
    if epsilon is None:
        return sums
    noise = DiscreteLaplace(epsilon=epsilon, sensitivity=CAP * counts.shape[1])
    drawn = noise.release(np.zeros(len(sums), dtype=int), rng=rng)
    return [each + float(z) for each, z in zip(sums, drawn, strict=True)]


def asked(
    y: np.ndarray,
    counts: np.ndarray,
    *,
    epsilon: float | None,
    rng: RandomBytes = SYSTEM,
) -> np.ndarray:
    """The first bank encrypts ``y``, the second sums, the first decrypts: (d,)."""
    keys = first_keys()
    sent = encrypt(keys.public, y.astype(float))
    answer = sealed_sums(sent, counts, epsilon=epsilon, rng=rng)
    return np.array([decrypt(keys, each)[0] for each in answer])


def weights(
    sums: np.ndarray, fraud: int, counts: np.ndarray, ridge: float = 0.05
) -> np.ndarray:
    """One weight for each column: the difference of class means over the variance.

    Fisher's discriminant with columns taken as uncorrelated. ``sums`` (d,) are over
    the ``fraud`` customers with label 1; all else the columns' owner knows itself.
    """
    n = len(counts)
    mean = sums / fraud
    other = (counts.sum(axis=0) - sums) / (n - fraud)
    return (mean - other) / (counts.var(axis=0) + ridge)


@dataclass(frozen=True, kw_only=True, eq=False)
class Together:
    """AUC of the first bank ``alone``, of both in one place, and of the exchange."""

    common: int
    epsilon: float
    alone: float
    pooled: float
    joint: float

    @property
    def summary(self) -> str:
        return (
            f"{self.common:,} common customers: the first bank alone has AUC "
            f"{self.alone:.2f}, both in one place {self.pooled:.2f}, by encrypted sums "
            f"with ε = {self.epsilon:.2g} {self.joint:.2f}."
        )


@cache
def matched(*, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels (n,) and both banks' counts of the common customers, privately matched."""
    first, second, fraud = two_banks(seed=seed)
    common = match(first.phones, second.phones).common
    y = np.array([fraud[phone] for phone in common])
    return y, first.rows(common), second.rows(common)


@cache
def fraud_together(*, epsilon: float, seed: int) -> Together:
    """Learn from one half of the common customers, test on the other."""
    y, cards, deposits = matched(seed=seed)
    half, rng = len(y) // 2, np.random.default_rng(seed)
    train, test = np.arange(len(y)) < half, np.arange(len(y)) >= half
    own = weights(y[train] @ cards[train], y[train].sum(), cards[train])
    auc = []
    for sums in (
        y[train] @ deposits[train],
        asked(y[train], deposits[train], epsilon=epsilon, rng=rng),
    ):
        other = weights(sums, y[train].sum(), deposits[train])
        both = cards[test] @ own + deposits[test] @ other
        auc.append(float(roc_auc_score(y[test], both)))
    return Together(
        common=len(y),
        epsilon=epsilon,
        alone=float(roc_auc_score(y[test], cards[test] @ own)),
        pooled=auc[0],
        joint=auc[1],
    )
