"""The same question every day: fresh noise, one stored report, or both in turn."""

from dataclasses import dataclass

import numpy as np

from privlab.dp.local import KaryRandomizedResponse

HABITS = ("fresh every day", "stored report", "stored, then fresh")


def daily_reports(habit: str, values, *, epsilon: float, size: int, days: int, rng):
    """Reports (n, days) of n people whose ``values`` (n,) never change.

    "fresh every day" randomises the value anew each day: ``days * epsilon`` in all.
    "stored report" draws one report and repeats it: epsilon for ever. "stored, then
    fresh" randomises the stored report again each day: at most epsilon for ever, and
    one day's report is harder to link to the next. The last two are the memoisation of
    RAPPOR (Erlingsson, Pihur & Korolova 2014), here for k-ary answers.
    """
    local = KaryRandomizedResponse(epsilon=epsilon, size=size)
    every_day = np.repeat(np.asarray(values)[:, None], days, axis=1)
    if habit == "fresh every day":
        return local.release(every_day, rng=rng)
    stored = local.release(every_day[:, :1], rng=rng).repeat(days, axis=1)
    if habit == "stored report":
        return stored
    if habit == "stored, then fresh":
        return local.release(stored, rng=rng)
    raise ValueError(f"habit={habit!r} must be one of {HABITS}")


def right_guesses(reports: np.ndarray, values, *, size: int) -> np.ndarray:
    """The share of people whose value is named right after each day (days,).

    The collector names the value reported most often so far, which is the likeliest
    where all values were equally likely before; of several, a share counts.
    """
    counts = (reports[..., None] == np.arange(size)).cumsum(axis=1)
    best = counts == counts.max(axis=2, keepdims=True)
    own = best[np.arange(len(reports)), :, values]
    return (own / best.sum(axis=2)).mean(axis=0)


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """The collector's right guesses by day, for each habit; ``allowed`` by one report.

    ``right`` maps each of ``HABITS`` to an array (days,).
    """

    epsilon: float
    size: int
    days: int
    right: dict[str, np.ndarray]

    @property
    def allowed(self) -> float:
        """``e^eps / (e^eps + size - 1)``: the most that one epsilon-DP report gives."""
        return KaryRandomizedResponse(epsilon=self.epsilon, size=self.size).support

    @property
    def summary(self) -> str:
        fresh, stored, both = (self.right[habit][-1] for habit in HABITS)
        return (
            f"After {self.days} days the collector names {fresh:.0%} of people's "
            f"values from fresh reports, {stored:.0%} from stored and {both:.0%} from "
            f"stored, then fresh ones; one report at ε = {self.epsilon:g} allows "
            f"{self.allowed:.0%}."
        )


def repetition(*, epsilon: float, size: int, days: int, seed: int, people=2_000):
    """Collect reports every day from people with values that never change."""
    rng = np.random.default_rng(seed)
    values = rng.integers(size, size=people)

    def right(habit: str) -> np.ndarray:
        reports = daily_reports(
            habit, values, epsilon=epsilon, size=size, days=days, rng=rng
        )
        return right_guesses(reports, values, size=size)

    return Repetition(
        epsilon=epsilon,
        size=size,
        days=days,
        right={habit: right(habit) for habit in HABITS},
    )
