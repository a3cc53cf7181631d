"""Drawing of what a server sees of one client under secure aggregation."""

from matplotlib.axes import Axes

from privlab.experiments.masked_sums import ServerView
from privlab.plots import style
from privlab.plots.digit_images import draw_digit


def draw_server_view(result: ServerView, ax: Axes) -> Axes:
    """The client's image, and what bare update, masked update and sum give of it."""
    image, update, masked, total = style.panels(ax, 4)
    draw_digit(image, result.image, f"image of client {result.client}")
    survivors = result.clients - result.lost
    rebuilt = {
        "bare update": (update, result.from_update),
        "masked update": (masked, result.from_masked),
        f"sum of {survivors}": (total, result.from_total),
    }
    for name, (panel, found) in rebuilt.items():
        title = f"{name}\nSSIM {result.likeness(found):.2f}"
        draw_digit(panel, found, title, low=found.min(), high=found.max())
    ax.figure.suptitle(
        f"What the server rebuilds; {result.clients} clients, {result.lost} lost",
        x=0.02,
        ha="left",
        fontsize=12,
    )
    ax.figure.set_size_inches(7.2, 2.8)
    return ax
