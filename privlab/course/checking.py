"""What checks of answers share: comparing, reading as a number, laws of chance."""

import math
import sys
from reprlib import repr as shortened

import numpy as np
from scipy import stats

from privlab.course.exercise import Exercise, Wrong, expect, mistaken


def close(got: object, right: object) -> bool:
    """Whether ``got`` is ``right`` within rounding, in the same shape."""
    try:
        got = np.asarray(got)
    except ValueError:  # lists of different lengths
        return False
    same_shape = got.dtype.kind in "iuf" and got.shape == np.shape(right)
    return bool(same_shape and np.allclose(got, right, rtol=1e-9, atol=1e-12))


def number(got: object) -> float:
    """``got`` as one finite number, or ``Wrong``."""
    one = isinstance(got, int | float) and not isinstance(got, bool)
    finite = one and abs(got) <= sys.float_info.max  # nan compares as false
    expect(finite, f"one number is needed, you gave {shown(got)}")
    return float(got)


def shown(value: object) -> str:
    """``value`` as a learner reads it in a message: short."""
    return f"{value:.6g}" if isinstance(value, float) else shortened(value)


def defined(exercise: Exercise, code: str):
    """The function that ``code`` defines."""
    namespace = {}
    exec(code, namespace)
    return namespace[exercise.answer]


def compare(answer, exercise: Exercise, right, cases: list[dict]) -> None:
    """Hold the answer against ``right``; a wrong one against each mistake's code."""
    compare_results(answer.each(cases), exercise, right, cases)


def compare_results(given: list, exercise: Exercise, right, cases: list[dict]) -> None:
    """``compare`` for what an answer has given, one result for each case."""

    def agrees(function) -> bool:
        pairs = zip(given, cases, strict=True)
        return all(close(got, function(**case)) for got, case in pairs)

    if agrees(right):
        return
    for name, mistake in exercise.mistakes.items():
        mistaken(agrees(defined(exercise, mistake.code)), name)
    for got, case in zip(given, cases, strict=True):
        inputs = ", ".join(f"{name}={shown(value)}" for name, value in case.items())
        true = right(**case)
        if not close(got, true):
            raise Wrong(f"for {inputs} you gave {shown(got)}{_where(got, true)}")


def _where(got: object, right: object) -> str:
    """What is wrong with an array: its shape, or the first wrong place."""
    try:
        got = np.asarray(got)
    except ValueError:  # lists of different lengths
        return ""
    if got.shape != np.shape(right):
        return f", of shape {got.shape}"
    if not got.ndim or got.dtype.kind not in "iuf":
        return ""
    wrong = ~np.isclose(got, right, rtol=1e-9, atol=1e-12)
    return f"; the first wrong number is at {np.argwhere(wrong)[0].tolist()}"


def follows(sample: np.ndarray, law) -> bool:
    """Whether ``sample`` may come from the continuous ``law``; false-fail rate 1e-7.

    Dvoretzky-Kiefer-Wolfowitz with Massart's constant: the shares below any levels are
    off by more than t with probability at most ``2 exp(-2 n t^2)``, for every n.
    """
    levels = np.arange(1, 100) / 100
    below = np.searchsorted(np.sort(sample), law.ppf(levels)) / len(sample)
    allowed = math.sqrt(math.log(2 / 1e-7) / (2 * len(sample)))
    return bool(np.abs(below - levels).max() <= allowed)


def as_often(hits: int, runs: int, chance: float) -> bool:
    """Whether a chance may give ``hits`` in ``runs``; false-fail rate 1e-7, exact."""
    return bool(stats.binomtest(int(hits), runs, chance).pvalue >= 1e-7)
