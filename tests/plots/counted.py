"""What a drawn histogram holds."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import StepPatch


def counted(ax: Axes) -> float:
    """The sum of all bins of all histograms on ``ax``."""
    steps = [patch for patch in ax.patches if isinstance(patch, StepPatch)]
    assert steps, "no histogram"
    return float(np.sum([step.get_data().values for step in steps]))
