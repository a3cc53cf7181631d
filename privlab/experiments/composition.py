"""The cost of many steps as each accountant has it."""

from dataclasses import dataclass

import numpy as np

from privlab.core.progress import bar
from privlab.dp import accounting

STEPS = (1, 10, 100, 1000, 10_000)


@dataclass(frozen=True, kw_only=True)
class Composition:
    """Epsilon at ``delta`` after each of ``steps``, by six accountants, (m,) each.

    ``low`` and ``high`` are the certified bounds that contain the true epsilon.
    """

    noise_multiplier: float
    sampling_rate: float
    delta: float
    steps: np.ndarray
    basic: np.ndarray
    advanced: np.ndarray
    zcdp: np.ndarray
    rdp: np.ndarray
    low: np.ndarray
    high: np.ndarray
    estimate: np.ndarray

    @property
    def summary(self) -> str:
        return (
            f"Noise {self.noise_multiplier:g}, sampling rate {self.sampling_rate:g}: "
            f"after {self.steps[-1]:,} steps ε is {self.basic[-1]:.3g} by addition, "
            f"{self.rdp[-1]:.3g} by Rényi, {self.high[-1]:.3g} exactly, and the "
            f"central limit says {self.estimate[-1]:.3g}."
        )


def composition(
    *, noise_multiplier: float, sampling_rate: float, steps=STEPS, delta=1e-5
) -> Composition:
    """Every accountant of ``privlab.dp.accounting`` on one noisy training run.

    zCDP gains nothing from sampling, so its bound is that of sums over everybody,
    which a sum over a sample never exceeds.
    """
    settings = [
        {
            "noise_multiplier": noise_multiplier,
            "sampling_rate": sampling_rate,
            "steps": each,
            "delta": delta,
        }
        for each in steps
    ]

    def curve(accountant, **instead) -> np.ndarray:
        return np.array([accountant(**setting | instead) for setting in settings])

    work = bar(settings, "exact accounting", unit="setting")
    exact = [accounting.pld_epsilon(**setting) for setting in work]
    return Composition(
        noise_multiplier=noise_multiplier,
        sampling_rate=sampling_rate,
        delta=delta,
        steps=np.array(steps),
        basic=curve(accounting.basic_epsilon),
        advanced=curve(accounting.advanced_epsilon),
        zcdp=curve(accounting.zcdp_epsilon, sampling_rate=1),
        rdp=curve(accounting.rdp_epsilon),
        low=np.array([certified.low for certified in exact]),
        high=np.array([certified.high for certified in exact]),
        estimate=curve(accounting.gdp_epsilon_estimate),
    )
