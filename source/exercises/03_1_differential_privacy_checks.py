"""Checks, hints and named mistakes of the exercises 03_1."""

import math

from privlab.course.exercise import Exercise, Mistake, expect, mistaken


def close(got: object, right: float) -> bool:
    """Whether ``got`` is a number within rounding of ``right``."""
    number = isinstance(got, int | float) and not isinstance(got, bool)
    return number and math.isclose(got, right, rel_tol=1e-9, abs_tol=1e-12)


# dp-01


def right_for_ten_salaries(answer, rng):
    """ten salaries clipped to [20 000, 120 000]"""
    got = answer(low=20_000, high=120_000, n=10)
    mistaken(close(got, 100_000), "sum-not-mean")
    mistaken(close(got, 12_000), "low-is-zero")
    mistaken(close(got, 100_000 / 9), "wrong-n")
    mistaken(close(got, 5_000), "half-range")
    expect(close(got, 10_000), f"you gave {got}")


def right_for_any_bounds(answer, rng):
    """any bounds and any number of people"""
    for _ in range(20):
        low, width, n = rng.normal(0, 1e4), rng.uniform(1, 1e5), int(rng.integers(1, 999))
        got = answer(low=low, high=low + width, n=n)
        expect(close(got, (low + width - low) / n), f"wrong for n={n}: you gave {got}")


dp_01 = Exercise(
    id="dp-01",
    title="How far can one person move a mean?",
    answer="sensitivity_of_mean",
    difficulty=1,
    minutes=5,
    points=1,
    hints=(
        "Write down the mean of ten salaries twice, with one salary changed. Subtract.",
        "Nine of the ten terms cancel. How large can the tenth difference be?",
        "The tenth salary moves from `low` to `high` at most, and is divided by n.",
    ),
    public=(right_for_ten_salaries,),
    hidden=(right_for_any_bounds,),
    mistakes={
        "sum-not-mean": Mistake(
            message="That is how far one person moves the sum. "
            "The mean divides the sum by n.",
            code="""
def sensitivity_of_mean(low, high, n):
    return high - low
""",
        ),
        "low-is-zero": Mistake(
            message="You let a salary change from 0 to high. "
            "Clipping also lifts small salaries: none counts as less than low.",
            code="""
def sensitivity_of_mean(low, high, n):
    return high / n
""",
        ),
        "wrong-n": Mistake(
            message="You divided by n - 1. Replacing a person does not change how "
            "many there are: both means divide by n.",
            code="""
def sensitivity_of_mean(low, high, n):
    return (high - low) / (n - 1)
""",
        ),
        "half-range": Mistake(
            message="You let the salary start in the middle of the range. "
            "Sensitivity is the worst case: from one end to the other.",
            code="""
def sensitivity_of_mean(low, high, n):
    return (high - low) / 2 / n
""",
        ),
    },
    also_right=(
        """
import numpy as np

def sensitivity_of_mean(low, high, n):
    return np.float64(abs(high / n - low / n))
""",
    ),
)
