"""Many counts over random groups of patients, and a linear program against them."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from privlab.attacks.reconstruction import (
    Reconstruction,
    least_absolute,
    random_questions,
)
from privlab.core.datasets import diabetes
from privlab.core.progress import bar
from privlab.dp.mechanisms import Gaussian

DELTA = 1e-5
SIZES = (16, 48, 128)
NOISES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


def fast_progress(count: int, *, rng: np.random.Generator) -> np.ndarray:
    """The secret of ``count`` real patients: 1 if the disease grew fast.

    Fast is above the median of the 442 diabetes patients of Efron et al. 2004.
    """
    target = diabetes().target
    return (rng.choice(target, count, replace=False) > np.median(target)).astype(int)


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """One attack on ``len(secret)`` patients, at noise ``noise`` times sqrt(n)."""

    secret: np.ndarray
    questions: int
    noise: float
    found: Reconstruction

    @property
    def right(self) -> float:
        return self.found.right(self.secret)

    @property
    def sigma(self) -> float:
        """The standard deviation of the noise on each count, in patients."""
        return self.noise * np.sqrt(len(self.secret))

    @property
    def summary(self) -> str:
        return (
            f"{self.questions} counts about {len(self.secret)} patients, each off by "
            f"about {self.sigma:.1f}: {self.right:.0%} of the secrets are right."
        )


def recovered(*, patients: int, each: int, noise: float, seed: int) -> Recovered:
    """Ask ``each`` random questions per patient; noise is in units of sqrt(n)."""
    rng = np.random.default_rng(seed)
    secret = fast_progress(patients, rng=rng)
    questions = random_questions(patients, each * patients, rng=rng)
    off = rng.normal(scale=noise * np.sqrt(patients), size=len(questions))
    return Recovered(
        secret=secret,
        questions=len(questions),
        noise=noise,
        found=least_absolute(questions, questions @ secret + off),
    )


@dataclass(frozen=True, kw_only=True)
class Phase:
    """Right secrets against the noise in units of sqrt(n), for several n."""

    sizes: tuple[int, ...]
    noises: np.ndarray
    right: np.ndarray

    @property
    def spread(self) -> float:
        """The most that two sizes differ at the same noise / sqrt(n)."""
        return float(np.ptp(self.right, axis=0).max())

    @property
    def summary(self) -> str:
        few, many = self.right.min(axis=0)[0], self.right.max(axis=0)[-1]
        return (
            f"For {', '.join(map(str, self.sizes))} patients alike: at "
            f"{self.noises[0]:g} √n at least {few:.0%} of the secrets are right, at "
            f"{self.noises[-1]:g} √n at most {np.ceil(10 * many):.0f} in 10."
        )


def phase(*, seed: int, patients: int = 384) -> Phase:
    """Reconstruct at every size and noise, with 4 questions per patient.

    Each point averages over attacks on about ``patients`` patients in all.
    """

    def average(size: int, noise: float) -> float:
        first = 1000 * seed
        runs = (
            recovered(patients=size, each=4, noise=noise, seed=first + run)
            for run in range(patients // size)
        )
        return float(np.mean([run.right for run in runs]))

    points = list(product(SIZES, NOISES))
    right = [average(*point) for point in bar(points, "reconstructing", unit="point")]
    return Phase(
        sizes=SIZES,
        noises=np.array(NOISES),
        right=np.reshape(right, (len(SIZES), len(NOISES))),
    )


@dataclass(frozen=True, kw_only=True)
class Defended:
    """Right secrets against epsilon, and the most that the promise allows."""

    patients: int
    questions: int
    epsilons: np.ndarray
    noises: np.ndarray
    right: np.ndarray

    @property
    def allowed(self) -> np.ndarray:
        """``(e^eps + delta) / (1 + e^eps)``: no adversary guesses a fair bit better.

        From the definition: right guesses p and wrong ones 1 - p of two neighbouring
        worlds satisfy ``p <= e^eps (1 - p) + delta``.
        """
        odds = np.exp(self.epsilons)
        return (odds + DELTA) / (1 + odds)

    @property
    def summary(self) -> str:
        strong = self.right[self.epsilons <= 1].max()
        return (
            f"{self.questions} counts about {self.patients} patients: at ε = "
            f"{self.epsilons[-1]:g} {self.right[-1]:.0%} of the secrets are right, at "
            f"ε = 1 and below at most {np.ceil(10 * strong):.0f} in 10."
        )


def defended(*, patients: int, each: int, seed: int, runs: int = 6) -> Defended:
    """Release all the counts at once with Gaussian noise, and attack them.

    Neighbours differ in one patient's secret. It is in at most every question, so the
    list of m counts moves by at most sqrt(m) in length.
    """
    rng = np.random.default_rng(seed)
    epsilons, m = np.array([0.5, 1, 2, 5, 10, 30, 100]), each * patients
    mechanisms = [
        Gaussian(epsilon=e, delta=DELTA, sensitivity=np.sqrt(m)) for e in epsilons
    ]

    def attacked(mechanism: Gaussian) -> float:
        secret = fast_progress(patients, rng=rng)
        questions = random_questions(patients, m, rng=rng)
        noisy = mechanism.release(questions @ secret, rng=rng)
        return least_absolute(questions, noisy).right(secret)

    return Defended(
        patients=patients,
        questions=m,
        epsilons=epsilons,
        noises=np.array([own.sigma for own in mechanisms]) / np.sqrt(patients),
        right=np.array(
            [np.mean([attacked(o) for _ in range(runs)]) for o in mechanisms]
        ),
    )
