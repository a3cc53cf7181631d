"""What a batch's size does to the noise, when epsilon and the steps are held."""

from dataclasses import dataclass

import numpy as np

from privlab.experiments.private_training import noise_for

RATES = (0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchNoise:
    """For each of ``RATES``: the noise multiplier, and the noise on the mean gradient.

    The latter, ``sigma / (q n)``, is in units of the clipping norm.
    """

    epsilon: float
    steps: int
    people: int
    multipliers: np.ndarray

    @property
    def on_the_mean(self) -> np.ndarray:
        return self.multipliers / (np.array(RATES) * self.people)

    @property
    def summary(self) -> str:
        return (
            f"ε = {self.epsilon:g} in {self.steps} steps: the noise on the mean "
            f"gradient is {self.on_the_mean[0]:.3f} C for batches of {RATES[0]:.0%}, "
            f"{self.on_the_mean[-1]:.3f} C with everybody."
        )


def batch_noise(*, epsilon: float, steps: int, people: int) -> BatchNoise:
    """The least noise for each sampling rate, at ``DELTA``."""
    each = [noise_for(epsilon=epsilon, sampling_rate=q, steps=steps) for q in RATES]
    return BatchNoise(
        epsilon=epsilon, steps=steps, people=people, multipliers=np.array(each)
    )
