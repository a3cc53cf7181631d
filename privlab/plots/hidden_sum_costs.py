"""Drawing of what hiding the updates costs."""

from matplotlib.axes import Axes

from privlab.experiments.hidden_sum_costs import HiddenSumCosts, kilobytes
from privlab.plots import style


def draw_hidden_sum_costs(result: HiddenSumCosts, ax: Axes) -> Axes:
    """A client's kilobytes up and down on a logarithmic axis, each with its number."""
    sides = {
        "up, a round": [kilobytes(cost.up) for cost in result.costs],
        "down, a round": [kilobytes(cost.down) for cost in result.costs],
    }
    _bars(result, ax, sides, digits=2)
    ax.set_ylim(bottom=1)
    return _labelled(result, ax, "a client's bytes (kB)")


def draw_hidden_sum_seconds(result: HiddenSumCosts, ax: Axes) -> Axes:
    """One client's and the server's computing: times, never the same twice."""
    sides = {
        "one client": [cost.client_seconds for cost in result.costs],
        "server": [cost.server_seconds for cost in result.costs],
    }
    _bars(result, ax, sides, digits=1)
    return _labelled(result, ax, "computing a round (s)")


def _bars(
    result: HiddenSumCosts, ax: Axes, sides: dict[str, list[float]], digits: int
) -> None:
    places = range(len(result.costs))
    for index, (name, heights) in enumerate(sides.items()):
        at = [place + 0.4 * (index - 0.5) for place in places]
        bars = ax.bar(at, heights, 0.38, label=name, **style.fill(index))
        ax.bar_label(
            bars,
            [f"{float(f'{height:.{digits}g}'):g}" for height in heights],
            padding=2,
        )
    ax.set_yscale("log")
    ax.set_ylim(top=8 * ax.get_ylim()[1])
    ax.set_xticks(places, [cost.way for cost in result.costs])
    ax.legend(loc="upper left", ncols=2)


def _labelled(result: HiddenSumCosts, ax: Axes, y: str) -> Axes:
    title = f"{result.clients} clients, {result.numbers} numbers each"
    return style.label(ax, title, "how the sum is formed (way)", y)
