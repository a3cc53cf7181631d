"""One person between two answers, and how to get answers that are refused."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from privlab.core import checks

# Takes a condition (n,), true or false for each person; None is a refusal.
Ask = Callable[[np.ndarray], float | None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Difference:
    """What the one person contributes, ``guess``: a number, or an array of runs."""

    guess: float | np.ndarray

    def says_yes(self) -> np.ndarray:
        """Read as yes or no, where the answers are counts: the nearer of 0 and 1."""
        return np.asarray(self.guess) > 0.5


def difference(with_one, without_one) -> Difference:
    """Subtract two sums, or counts, over people who differ in one (Denning 1980).

    ``f(D) - f(D without one)`` is that person's own value. A mean is a sum divided by
    a head count: multiply first. Noisy answers give a noisy guess.
    """
    first = checks.finite("with_one", with_one)
    second = checks.finite("without_one", without_one)
    if first.shape != second.shape:
        raise ValueError(
            f"with_one has shape {first.shape}, without_one {second.shape}: "
            "both must be one number, or as many runs"
        )
    return Difference(guess=first - second)


class Refused(Exception):
    """The curator does not answer this question; the text says which."""


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """The count behind a refusal, and the four ``answers`` that gave it."""

    count: float
    answers: tuple[float, float, float, float]


def tracker(ask: Ask, target: np.ndarray, helper: np.ndarray) -> Tracked:
    """Find out a refused count by four permitted ones, the general tracker.

    ``q(C) = q(C or T) + q(C or not T) - q(T) - q(not T)`` for every helper T: Denning,
    Denning and Schwartz 1979. Where counts below k and above n - k are refused, a T of
    size 2k to n - 2k is never refused, whatever C of fewer than k people is asked for.
    ``Refused`` if one of the four is.
    """
    target, helper = _condition("target", target), _condition("helper", helper)
    if target.shape != helper.shape:
        raise ValueError(f"target {target.shape}, helper {helper.shape}: same people")
    asked = {
        "target or helper": target | helper,
        "target or not helper": target | ~helper,
        "helper": helper,
        "not helper": ~helper,
    }
    answers = {name: ask(condition) for name, condition in asked.items()}
    refused = [name for name, answer in answers.items() if answer is None]
    if refused:
        raise Refused(
            f"refused: {', '.join(refused)}; take a helper nearer to half, or, if the "
            "target is nearly everybody, ask for all the others"
        )
    first, second, third, fourth = answers.values()
    return Tracked(
        count=first + second - third - fourth, answers=tuple(answers.values())
    )


def _condition(name: str, values: np.ndarray) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype != bool or array.ndim != 1:
        raise TypeError(f"{name} must be true or false for each person, (n,)")
    return array
