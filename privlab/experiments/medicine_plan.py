"""What a planned federation spends, in one call."""

from privlab.dp.accounting import rdp_epsilon
from privlab.experiments.hospital_privacy import DELTA


def spent(multiplier: float, rounds: int) -> float:
    """ε at δ = 1e-5 of ``rounds`` Gaussian sums with everybody in each.

    ``multiplier`` is the noise's standard deviation over the most that one unit can
    move the sum (Mironov 2017, Proposition 7 and Corollary 3, composed).
    """
    return rdp_epsilon(
        noise_multiplier=multiplier, sampling_rate=1.0, steps=rounds, delta=DELTA
    )
