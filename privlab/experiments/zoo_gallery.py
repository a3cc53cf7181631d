"""The zoo of broken mechanisms: what each claims, and what an auditor proves."""

from dataclasses import dataclass

import numpy as np

from privlab.dp.audit import AuditResult, audit
from privlab.dp.zoo import Specimen, zoo

# The specimens that come from the article, with its section.
FROM_THE_ARTICLE = {
    "clip after noise": "3.2.1",
    "noise after the step": "5.2",
    "one mask for all": "4.3.2",
    "unbounded margin": "4.3.1",
}
NAMES = [specimen.name for specimen in zoo()]


@dataclass(frozen=True, kw_only=True, eq=False)
class SpecimenRuns:
    """One specimen's outputs on its two inputs, and the audit of others."""

    specimen: Specimen
    scores: tuple[np.ndarray, np.ndarray]
    audit: AuditResult

    @property
    def summary(self) -> str:
        return (
            f"{self.specimen.name.capitalize()}: ε = {self.specimen.epsilon:g} "
            f"claimed, ε ≥ {self.audit.epsilon_lower:.2f} proved; "
            f"{self.specimen.fault}."
        )


def specimen_runs(*, name: str, trials: int, seed: int) -> SpecimenRuns:
    """Audit the specimen ``name``, and keep 1,000 further outputs to look at."""
    specimen = zoo()[NAMES.index(name)]
    rng = np.random.default_rng(seed)
    found = audit(
        specimen.release, *specimen.pair, trials=trials, rng=rng, score=specimen.score
    )

    def scores(value) -> np.ndarray:
        runs = (specimen.release(value, rng=rng) for _ in range(1_000))
        return np.array([specimen.score(output) for output in runs], dtype=float)

    first, second = map(scores, specimen.pair)
    return SpecimenRuns(specimen=specimen, scores=(first, second), audit=found)


@dataclass(frozen=True, kw_only=True, eq=False)
class Gallery:
    """Claimed and measured epsilon of every specimen, the worst first."""

    names: tuple[str, ...]
    claimed: np.ndarray
    measured: np.ndarray

    @property
    def caught(self) -> int:
        return int((self.measured > self.claimed).sum())

    @property
    def summary(self) -> str:
        beyond = (self.measured - self.claimed)[self.measured > self.claimed]
        told = f", by {beyond.min():.1f} to {beyond.max():.1f}" if len(beyond) else ""
        return (
            f"{self.caught} of {len(self.names)} specimens are proved to exceed their "
            f"claimed ε{told}."
        )


def gallery(*, trials: int, seed: int) -> Gallery:
    """Audit the whole zoo."""
    found = [specimen_runs(name=name, trials=trials, seed=seed) for name in NAMES]
    found.sort(key=lambda runs: -runs.audit.epsilon_lower)
    return Gallery(
        names=tuple(runs.specimen.name for runs in found),
        claimed=np.array([runs.specimen.epsilon for runs in found], dtype=float),
        measured=np.array([runs.audit.epsilon_lower for runs in found]),
    )
