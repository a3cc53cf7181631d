"""Mechanisms that break their promise, each with two neighbours that show it.

Most have been published or shipped. None has a bug that a test of its accuracy would
find: the numbers look right, and only the odds are wrong.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from privlab.dp.mechanisms import Laplace
from privlab.dp.queries import Relation


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """A broken mechanism: ``release(value, rng=rng)`` claims ``epsilon`` (delta = 0).

    ``pair`` are two inputs that are neighbours under ``relation``, ``score`` turns an
    output into the number that an adversary looks at, ``fault`` says what is wrong.
    """

    name: str
    epsilon: float
    release: Callable
    relation: Relation
    pair: tuple
    fault: str
    score: Callable = float


def _array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


def clip_after_noise(values, *, rng):
    """The article's order: noise for values in [0, 100], and only then the clipping."""
    noisy = Laplace(epsilon=1, sensitivity=100 / len(values)).release(
        values.mean(), rng=rng
    )
    return np.clip(noisy, 0, 100)


def noise_after_the_step(values, *, rng):
    """The article's listing: the weight is updated, then the prediction gets noise."""
    weight = 0.1 * np.mean(values)  # one gradient step on (w - x)², from w = 0
    np.clip(weight + rng.normal(), -1, 1)  # a noisy prediction that nobody keeps
    return weight


def one_mask_for_all(values, *, rng):
    """The article's encryption: every value is XORed with the same secret number."""
    return np.asarray(values) ^ rng.integers(256)


def unbounded_margin(values, *, rng):
    """The article's classifier: sign(margin + noise), clamped to [-1, 1]."""
    margin = np.sum(values)  # every person adds what they like
    return np.clip(np.sign(margin + rng.laplace(scale=1)), -1, 1)


def divided_by_the_drawn_size(values, *, rng):
    """A noisy batch gradient, divided by how many examples were drawn."""
    drawn = values[rng.random(len(values)) < 0.9]
    noisy = np.clip(drawn, -1, 1).sum() + rng.laplace(scale=1)
    return noisy / max(len(drawn), 1)


def half_the_sensitivity(counts, *, rng):
    """A histogram under replace one, with noise for one moved count instead of two."""
    return Laplace(epsilon=1, sensitivity=1).release(counts, rng=rng)


def budget_spent_ten_times(count, *, rng):
    """Ten answers with epsilon = 1 each, sold as epsilon = 1, and their mean."""
    ten = Laplace(epsilon=1, sensitivity=1).release(np.full(10, count), rng=rng)
    return ten.mean()


def bounds_from_the_data(values, *, rng):
    """A mean whose noise fits bounds that were read off the data."""
    low, high = values.min(), values.max()
    scale = (high - low) / len(values)
    return values.mean() + rng.laplace(scale=scale)


def drawn_until_it_fits(count, *, rng):
    """Discrete Laplace noise, drawn again until the count lies in 0..4."""
    while True:
        up, down = rng.geometric(1 - math.exp(-1), size=2)
        if 0 <= count + up - down <= 4:
            return count + up - down


def same_seed_every_time(count, *, rng):
    """Noise from a seed in the code, which an adversary reads or guesses."""
    return Laplace(epsilon=1, sensitivity=1).release(
        count, rng=np.random.default_rng(42)
    )


def answers_without_noise(answers, *, rng):
    """A sparse vector as Stoddard et al. 2014 had it: only the threshold is noisy."""
    return np.asarray(answers) >= 0.5 + rng.laplace(scale=2)


def small_counts_suppressed(count, *, rng):
    """Exact where the count is "large enough to be anonymous"."""
    return count if count >= 10 else 0


def floating_point_laplace(value, *, rng):
    """Laplace noise as a textbook computes it, from one uniform number."""
    uniform = rng.random()
    sign = 1 if rng.random() < 0.5 else -1
    return value + sign * math.log(1 - uniform)


def off_the_grid(output: float) -> float:
    """Whether an output in (0, ½) is no multiple of 2⁻⁵³: sums with 1 always are."""
    return float(0 < output < 0.5 and output * 2**53 % 1 != 0)


def zoo() -> tuple[Specimen, ...]:
    """Every specimen; ``audit`` finds more than the claimed epsilon in each."""
    rich, poor = _array(*[40] * 9, 4000), _array(*[40] * 10)
    return (
        Specimen(
            name="clip after noise",
            epsilon=1,
            release=clip_after_noise,
            relation=Relation.REPLACE,
            pair=(rich, poor),
            fault="the mean's sensitivity is not bounded before the noise",
        ),
        Specimen(
            name="noise after the step",
            epsilon=1,
            release=noise_after_the_step,
            relation=Relation.REPLACE,
            pair=(_array(0, 1), _array(0, 0)),
            fault="the noise never reaches the weights that are released",
        ),
        Specimen(
            name="one mask for all",
            epsilon=1,
            release=one_mask_for_all,
            relation=Relation.REPLACE,
            pair=((5, 5), (5, 6)),
            score=lambda masked: float(masked[0] ^ masked[1]),
            fault="two values under one mask: their XOR is in the clear",
        ),
        Specimen(
            name="unbounded margin",
            epsilon=1,
            release=unbounded_margin,
            relation=Relation.REPLACE,
            pair=(_array(8), _array(-8)),
            fault="one person can move the margin by more than 1",
        ),
        Specimen(
            name="divided by the drawn size",
            epsilon=1,
            release=divided_by_the_drawn_size,
            relation=Relation.ADD_REMOVE,
            pair=(_array(0), _array(0, 1)),
            fault="the size of the noise tells how many were drawn",
        ),
        Specimen(
            name="half the sensitivity",
            epsilon=1,
            release=half_the_sensitivity,
            relation=Relation.REPLACE,
            pair=(_array(10, 5), _array(9, 6)),
            score=lambda counts: float(counts[0] - counts[1]),
            fault="a replaced person leaves one bin and enters another",
        ),
        Specimen(
            name="budget spent ten times",
            epsilon=1,
            release=budget_spent_ten_times,
            relation=Relation.ADD_REMOVE,
            pair=(43, 42),
            fault="ten answers cost ten times the budget",
        ),
        Specimen(
            name="bounds from the data",
            epsilon=1,
            release=bounds_from_the_data,
            relation=Relation.REPLACE,
            pair=(_array(*[40] * 9, 41), _array(*[40] * 10)),
            fault="the bounds, and with them the noise, depend on one person",
        ),
        Specimen(
            name="drawn until it fits",
            epsilon=1,
            release=drawn_until_it_fits,
            relation=Relation.ADD_REMOVE,
            pair=(0, 1),
            fault="how often it must be drawn again depends on the value",
        ),
        Specimen(
            name="same seed every time",
            epsilon=1,
            release=same_seed_every_time,
            relation=Relation.ADD_REMOVE,
            pair=(43, 42),
            fault="noise that is known can be subtracted",
        ),
        Specimen(
            name="answers without noise",
            epsilon=1,
            release=answers_without_noise,
            relation=Relation.REPLACE,
            pair=(_array(0, 1), _array(1, 0)),
            score=lambda above: float(above[1]) - float(above[0]),
            fault="above and below the one threshold tells which answer is larger",
        ),
        Specimen(
            name="small counts suppressed",
            epsilon=1,
            release=small_counts_suppressed,
            relation=Relation.ADD_REMOVE,
            pair=(10, 9),
            fault="there is no noise at all",
        ),
        Specimen(
            name="floating-point Laplace",
            epsilon=1,
            release=floating_point_laplace,
            relation=Relation.ADD_REMOVE,
            pair=(0.0, 1.0),
            score=off_the_grid,
            fault="the last bits of the result tell the true value",
        ),
    )
