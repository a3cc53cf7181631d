"""Drawing of classical and exact Gaussian noise."""

from matplotlib.axes import Axes

from privlab.experiments.calibration import Calibration
from privlab.plots import style


def draw_calibration(result: Calibration, ax: Axes) -> Axes:
    """Left both standard deviations, right the delta that the classical one keeps."""
    left, right = style.panels(ax, 2)
    left.loglog(result.epsilons, result.classical, label="classical", **style.line(0))
    left.loglog(result.epsilons, result.exact, label="exact", **style.line(1))
    left.legend(loc="upper right")
    style.label(
        left,
        "Noise for sensitivity 1",
        "ε (no unit)",
        "standard deviation (units of f)",
    )
    kept = result.classical_delta.clip(result.delta * 1e-4)
    right.loglog(result.epsilons, kept, label="classical", **style.line(0))
    promised = {"color": style.BLACK, "linestyle": ":", "label": "promised"}
    right.axhline(result.delta, **promised)
    right.axvline(1, color=style.GREY, linewidth=1)
    right.annotate(
        "proved\nbelow 1",
        (1, 1),
        xytext=(-4, -4),
        textcoords="offset points",
        ha="right",
        va="top",
        xycoords=("data", "axes fraction"),
    )
    right.legend(loc="lower right")
    return style.label(
        right, "δ of the classical noise", "ε (no unit)", "true δ (no unit)"
    )
