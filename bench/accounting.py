"""Epsilon of sampled Gaussian releases: ``pld_epsilon`` beside prv_accountant.

In every round both answer the same question, in an order that turns; times are medians,
the ratio is the median of the rounds' own. A setting that takes the peer long is asked
once. The peer is to find epsilon within 0.01, with an error in delta of a thousandth of
it; its negative estimates count as 0. Where the two are more than 1e-3 apart,
dp_accounting's upper bound on a grid of 1e-4 says which is nearer the truth.
"""

import os
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")

from dp_accounting.pld.privacy_loss_distribution import from_gaussian_mechanism
from prv_accountant import PoissonSubsampledGaussianMechanism, PRVAccountant

from bench._table import Row
from privlab.dp.accounting import Certified, pld_epsilon

ROUNDS, LONG = 7, 2.0  # and the seconds from which one round is enough
ERROR = 0.01  # of the peer's epsilon
SETTINGS = [  # sampling rate, steps, and two pairs of noise and delta
    (1e-4, 1, (0.5, 1e-8), (0.8, 1e-6)),
    (1e-4, 100, (1.0, 1e-5), (1.5, 1e-4)),
    (1e-4, 2_500, (2.0, 1e-3), (5.0, 1e-8)),
    (1e-4, 50_000, (10.0, 1e-6), (0.5, 1e-5)),
    (1e-3, 1, (0.8, 1e-4), (1.0, 1e-3)),
    (1e-3, 100, (1.5, 1e-8), (2.0, 1e-6)),
    (1e-3, 2_500, (5.0, 1e-5), (10.0, 1e-4)),
    (1e-3, 50_000, (0.5, 1e-3), (0.8, 1e-8)),
    (1e-2, 1, (1.0, 1e-6), (1.5, 1e-5)),
    (1e-2, 100, (2.0, 1e-4), (5.0, 1e-3)),
    (1e-2, 2_500, (10.0, 1e-8), (0.5, 1e-6)),
    (1e-2, 50_000, (2.0, 1e-5), (1.0, 1e-4)),
    (0.04, 2_250, (1.5, 1e-5), (0.8, 1e-7)),
    (0.1, 1, (1.5, 1e-3), (2.0, 1e-8)),
    (0.1, 100, (5.0, 1e-6), (10.0, 1e-5)),
    (0.1, 2_500, (2.0, 1e-5), (0.5, 1e-4)),
    (0.1, 50_000, (10.0, 1e-6), (5.0, 1e-8)),
    (0.5, 1, (1.0, 1e-6), (0.5, 1e-8)),
    (0.5, 100, (5.0, 1e-5), (1.0, 1e-5)),
    (0.999, 1, (2.0, 1e-5), (1.0, 1e-3)),
    (0.999, 100, (10.0, 1e-8), (5.0, 1e-4)),
    (1.0, 1, (2.0, 1e-5), (1.0, 1e-3)),
    (1.0, 100, (10.0, 1e-8), (5.0, 1e-4)),
]
ROW = "{:>5} {:>6} {:>6} {:>5}  {:>9} {:>9} {:>8}  {:>9} {:>9}  {:>8} {:>8} {:>7}"


@dataclass(frozen=True)
class Contest:
    """Our answer, the peer's (low, estimate, up), and (our, their) seconds by round."""

    ours: Certified
    theirs: tuple[float, float, float]
    seconds: list[tuple[float, float]]

    @property
    def gap(self) -> float:
        return abs(self.ours.estimate - max(self.theirs[1], 0))

    @property
    def ratio(self) -> float:
        return statistics.median(theirs / ours for ours, theirs in self.seconds)

    @property
    def outside(self) -> bool:
        low, _, up = self.theirs
        return not low <= self.ours.low <= self.ours.high <= up

    @property
    def cells(self) -> list[str]:
        low, estimate, up = self.theirs
        numbers = [self.ours.estimate, estimate, self.gap, low, up]
        times = [
            1e3 * statistics.median(each) for each in zip(*self.seconds, strict=True)
        ]
        shown = [f"{number:.5g}" for number in numbers]
        return shown + [f"{each:.3g}" for each in times] + [f"{self.ratio:.1f}"]


def main() -> list[Row]:
    warnings.filterwarnings("ignore")
    heads = "noise", "rate", "steps", "delta", "ours", "theirs", "apart"
    print(ROW.format(*heads, "low", "up", "ours, ms", "theirs", "ratio"))
    contests, failed = [], 0
    for rate, steps, *pairs in SETTINGS:
        for noise, delta in pairs:
            here = noise, rate, steps, delta
            try:
                contests.append(_contest(here))
            except RuntimeError as error:  # the peer's; ours would be a ValueError
                failed += 1
                cells, note = [f"{_ours(*here).estimate:.5g}", *[""] * 7], str(error)
            else:
                cells, note = contests[-1].cells, ""
                if contests[-1].gap > 1e-3:
                    note = f"referee: {_referee(*here):.5g}"
            print(ROW.format(*here, *cells), note, flush=True)
    return _report(contests, failed)


def _report(contests: list[Contest], failed: int) -> list[Row]:
    gaps = [each.gap for each in contests]
    ratios = [each.ratio for each in contests]
    print(
        f"{len(contests)} settings that both answer, {failed} where the peer fails; "
        f"outside its bounds: {sum(each.outside for each in contests)}; further than "
        f"1e-3 from its estimate: {sum(gap > 1e-3 for gap in gaps)}, at most "
        f"{max(gaps):.2g}; times faster: {statistics.median(ratios):.0f} in the "
        f"median, {min(ratios):.1f} at least"
    )
    spent = [zip(*each.seconds, strict=True) for each in contests]
    middle = [[statistics.median(own) for own in each] for each in spent]
    ours, theirs = (statistics.median(own) for own in zip(*middle, strict=True))
    return [
        Row(
            job=f"ε of {len(contests)} sampled Gaussian runs, the median one",
            ours=f"{1e3 * ours:.1f} ms",
            peer="prv_accountant",
            theirs=f"{1e3 * theirs:.0f} ms",
            ratio=f"{statistics.median(ratios):.0f} (least {min(ratios):.1f})",
        )
    ]


def _contest(here: tuple[float, float, int, float]) -> Contest:
    seconds, answers = [], {}
    for number in range(ROUNDS):
        order: list[Callable] = [_ours, _theirs] if number % 2 else [_theirs, _ours]
        spent = {}
        for ask in order:
            start = time.perf_counter()
            answers[ask] = ask(*here)
            spent[ask] = time.perf_counter() - start
        seconds.append((spent[_ours], spent[_theirs]))
        if spent[_theirs] > LONG:
            break
    return Contest(answers[_ours], answers[_theirs], seconds)


def _ours(noise: float, rate: float, steps: int, delta: float) -> Certified:
    return pld_epsilon(
        noise_multiplier=noise, sampling_rate=rate, steps=steps, delta=delta
    )


def _theirs(noise: float, rate: float, steps: int, delta: float):
    """Its lower bound, estimate and upper bound."""
    peer = PRVAccountant(
        prvs=PoissonSubsampledGaussianMechanism(
            sampling_probability=rate, noise_multiplier=noise
        ),
        max_self_compositions=steps,
        eps_error=ERROR,
        delta_error=delta / 1000,
    )
    return peer.compute_epsilon(delta, steps)


def _referee(noise: float, rate: float, steps: int, delta: float) -> float:
    """dp_accounting's upper bound."""
    one = from_gaussian_mechanism(
        noise, sampling_prob=rate, value_discretization_interval=1e-4
    )
    return one.self_compose(steps).get_epsilon_for_delta(delta)
