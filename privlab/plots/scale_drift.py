"""Drawing of a scale that drifts."""

import numpy as np
from matplotlib.axes import Axes

from privlab.experiments.scale_drift import ScaleDrift
from privlab.plots import style


def draw_scale_drift(result: ScaleDrift, ax: Axes) -> Axes:
    """Left what 1.0 becomes, right how far from 1 it is, after each multiplication."""
    left, right = style.panels(ax, 2)
    depths = np.arange(len(result.nominal))
    rows = (
        ("nominal scale", result.nominal, result.nominal_errors),
        ("exact scale", result.exact, result.exact_errors),
    )
    for index, (name, values, errors) in enumerate(rows):
        left.plot(depths, values, marker="os"[index], label=name, **style.line(index))
        right.semilogy(depths, errors, marker="os"[index], **style.line(index))
    left.set_ylim(0, 6.5)
    left.legend(loc="upper left")
    right.set_ylim(1e-9, 30)
    style.label(
        left,
        f"1.0 × 1.0 × …, {result.prime_bits}-bit primes",
        "multiplications (count)",
        "decrypted (no unit)",
    )
    style.label(
        right, "The worst slot's error", "multiplications (count)", "error (no unit)"
    )
    return ax
