"""Period finding, watched step by step, and how often a run of it factors."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from privlab.core import checks
from privlab.he.period_finding import PeriodFinding, fast_qft

ALL, SEEN, FOURIER = "1 all powers at once", "2 one value seen", "3 transformed"
STEPS = (ALL, SEEN, FOURIER)
AMPLITUDE = 16  # bytes of a complex number


@dataclass(frozen=True, kw_only=True, eq=False)
class PeriodStep:
    """The chance (Q,) of each reading of the counting register after ``step``."""

    run: PeriodFinding
    step: str
    chance: np.ndarray

    @property
    def period(self) -> int:
        return len(self.run.orbit)

    @property
    def success(self) -> float:
        """The chance that one run gives the factors."""
        return success(self.run)

    @property
    def summary(self) -> str:
        own = self.run
        told = f"N = {own.modulus}, a = {own.base}, step {self.step}: "
        if self.step == ALL:
            return f"{told}all {own.size} readings are equally likely."
        if self.step == SEEN:
            count = int((self.chance > 0).sum())
            return f"{told}{count} readings are left, {self.period} apart."
        return (
            f"{told}{self.period} peaks, {own.size / self.period:.4g} apart; a run "
            f"factors N with chance {self.success:.2f}."
        )


def period_step(*, modulus: int, base: int, step: str) -> PeriodStep:
    """The counting register of one run after one of ``STEPS``.

    In step 2 the other register is read. We show the case that it holds 1; for any
    other value the comb is shifted, and the transform does not see shifts.
    """
    if step not in STEPS:
        raise ValueError(f"step={step!r} must be one of {STEPS}")
    run = PeriodFinding(modulus=modulus, base=base)
    state = run.start()
    if step != ALL:
        state = state[:, :1] / np.linalg.norm(state[:, 0])
    if step == FOURIER:
        state = fast_qft(state)
    chance = (np.abs(state) ** 2).sum(axis=1)
    return PeriodStep(run=run, step=step, chance=chance)


@cache
def success(run: PeriodFinding) -> float:
    """The chance, exact to rounding, that one measurement factors the modulus."""
    return float(run.distribution()[run.succeeds()].sum())


@dataclass(frozen=True, kw_only=True)
class Factored:
    """What so many runs with random bases did to ``modulus``.

    ``by_luck`` drew a base that shares a factor, ``found`` the factors by their
    period; ``chance`` is what the exact distributions say about one run.
    """

    modulus: int
    runs: int
    by_luck: int
    found: int
    factors: tuple[int, int]
    chance: float

    @property
    def summary(self) -> str:
        first, second = self.factors
        factors = f"{first} × {second}" if self.found else "factors"
        return (
            f"{self.runs} runs on N = {self.modulus}: {self.found} found "
            f"{factors} by a period, {self.by_luck} by "
            f"luck; {self.chance:.1%} of the runs should by a period."
        )


def factored(*, modulus: int, runs: int, seed: int) -> Factored:
    """Shor's whole algorithm: a random base, one measurement, arithmetic; repeated."""
    rng = np.random.default_rng(seed)
    bases = rng.integers(2, modulus, checks.whole("runs", runs)).tolist()
    found, luck, factors = 0, 0, (1, modulus)
    for base in bases:
        if math.gcd(base, modulus) > 1:
            luck += 1
            continue
        run = PeriodFinding(modulus=modulus, base=base)
        period = int(run.periods(rng.choice(run.size, 1, p=_distribution(run)))[0])
        if own := run.factors(period):
            found, factors = found + 1, own
    return Factored(
        modulus=modulus,
        runs=runs,
        by_luck=luck,
        found=found,
        factors=factors,
        chance=mean_success(modulus),
    )


@cache
def mean_success(modulus: int) -> float:
    """The chance of success by a period, over the bases 2 to N - 1."""
    bases = range(2, modulus)
    coprime = [base for base in bases if math.gcd(base, modulus) == 1]
    each = []
    for base in coprime:
        run = PeriodFinding(modulus=modulus, base=base)
        each.append(_distribution(run)[run.succeeds()].sum())
    return float(np.sum(each) / len(bases))


def _distribution(run: PeriodFinding) -> np.ndarray:
    return by_period(run.size, len(run.orbit))


@cache
def by_period(size: int, period: int) -> np.ndarray:
    """(Q,) the chance of each outcome, which depends on the base by its period alone.

    Of the readings congruent to j mod r there are m, and they add up to
    ``sin^2(pi c r m / Q) / sin^2(pi c r / Q) / Q^2``: Shor 1997, before equation 5.7.
    """
    turn = np.pi * (np.arange(size) * period % size) / size
    still = turn == 0
    sine = np.where(still, 1, np.sin(turn))
    more, fewer = size // period + 1, size // period
    many = size % period  # so many residues have one reading more
    total = np.zeros(size)
    for count, terms in ((many, more), (period - many, fewer)):
        comb = np.where(still, terms**2, (np.sin(terms * turn) / sine) ** 2)
        total += count * comb
    return total / size**2


def memory(modulus: int) -> tuple[int, int]:
    """(qubits, bytes) of the counting register's state vector for a modulus."""
    qubits = (modulus**2 - 1).bit_length()
    return qubits, AMPLITUDE << qubits
