"""The log-ratio of a release in two neighbouring worlds, for three densities."""

from dataclasses import dataclass

import numpy as np

DENSITIES = ("Laplace", "article's", "article's, centred on f(D)")
ANSWERS = (0.0, 1.0)  # f(D) and f(D'): a sensitivity of 1


@dataclass(frozen=True, kw_only=True)
class LogRatio:
    """Densities of ``outputs`` in both worlds; ``published`` is one of the outputs."""

    density: str
    epsilon: float
    published: float
    outputs: np.ndarray
    densities: tuple[np.ndarray, np.ndarray]
    log_ratio: np.ndarray
    at_published: float

    @property
    def largest(self) -> float:
        """The largest log-ratio, in absolute value, among the outputs."""
        return float(np.abs(self.log_ratio).max())

    @property
    def summary(self) -> str:
        return (
            f"{self.density}, ε = {self.epsilon:g}: publishing {self.published:g} has "
            f"a log-ratio of {self.at_published:.2f}; the largest between "
            f"{self.outputs[0]:g} and {self.outputs[-1]:g} is {self.largest:.2f}."
        )


def log_density(output, *, density: str, epsilon: float, answer: float):
    """``ln p(output)`` where the true answer is ``answer`` and the sensitivity is 1.

    Laplace: ``ln(e/2) - e |y - f|``. The article's (4.2.1): normal with variance 1/e
    around 0, whatever the data; centred: the same around f.
    """
    if density == "Laplace":
        return np.log(epsilon / 2) - epsilon * np.abs(output - answer)
    centre = answer if density == DENSITIES[2] else 0.0
    return np.log(epsilon / (2 * np.pi)) / 2 - epsilon / 2 * (output - centre) ** 2


def log_ratio_at(output, *, density: str, epsilon: float):
    """``ln p(output | D) - ln p(output | D')`` for f(D) = 0 and f(D') = 1."""
    first, second = (
        log_density(output, density=density, epsilon=epsilon, answer=answer)
        for answer in ANSWERS
    )
    return first - second


def log_ratio(*, density: str, epsilon: float, published: float) -> LogRatio:
    """Both densities and their log-ratio from -6 to 7, and at one output."""
    outputs = np.linspace(-6, 7, 1301)
    logs = [
        log_density(outputs, density=density, epsilon=epsilon, answer=answer)
        for answer in ANSWERS
    ]
    return LogRatio(
        density=density,
        epsilon=epsilon,
        published=published,
        outputs=outputs,
        densities=(np.exp(logs[0]), np.exp(logs[1])),
        log_ratio=logs[0] - logs[1],
        at_published=float(log_ratio_at(published, density=density, epsilon=epsilon)),
    )
