"""Noise in the training, or noise in every prediction: what many answers tell."""

from dataclasses import dataclass

import numpy as np

from privlab.dp.mechanisms import Laplace

MOST = 300  # predictions
TRIALS = 1_000


@dataclass(frozen=True, kw_only=True)
class NoiseWhere:
    """How often an adversary is right about one person after 1, 2, ... predictions.

    ``in_training`` and ``in_predictions`` (MOST,) are shares from 0.5 to 1.
    """

    epsilon: float
    asked: int
    in_training: np.ndarray
    in_predictions: np.ndarray

    @property
    def summary(self) -> str:
        trained, predicted = (
            curve[self.asked - 1] for curve in (self.in_training, self.in_predictions)
        )
        return (
            f"After {self.asked} predictions at ε = {self.epsilon:g} each, the guess "
            f"about one person is right in {predicted:.0%}; with noise of that ε put "
            f"into the training once, in {trained:.0%}."
        )


def noise_where(*, epsilon: float, asked: int, seed: int) -> NoiseWhere:
    """A model of one number, which one person's record raises by 1 in half of all runs.

    Every prediction repeats the number: with fresh noise each time, or with the noise
    that was added once when it was trained. The adversary averages what it hears.
    """
    rng = np.random.default_rng(seed)
    member = np.arange(TRIALS) % 2
    noise = Laplace(epsilon=epsilon, sensitivity=1).release(
        np.zeros((TRIALS, MOST)), rng=rng
    )
    average = noise.cumsum(axis=1) / np.arange(1, MOST + 1)
    return NoiseWhere(
        epsilon=epsilon,
        asked=asked,
        in_training=_right(np.repeat(noise[:, :1], MOST, axis=1), member),
        in_predictions=_right(average, member),
    )


def _right(error: np.ndarray, member: np.ndarray) -> np.ndarray:
    """The share of runs, by column, in which ``member + error`` is nearer member."""
    heard = member[:, None] + error
    return ((heard > 0.5) == member[:, None]).mean(axis=0)
