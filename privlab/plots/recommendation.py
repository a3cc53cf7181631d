"""The drawings of lesson 6.3: ratings that name people, and four ways to use them."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter

from privlab.experiments.encrypted_scores import SealedScores
from privlab.experiments.guessed_age import GuessedAge
from privlab.experiments.named_viewers import NamedViewers
from privlab.experiments.private_factors import FactorPrice, TwoAttacks
from privlab.experiments.stolen_scores import StolenFilms
from privlab.experiments.watched_counts import CountPrices, Popularity
from privlab.plots import style

MARKERS, FIRST = "osD^", 20


def draw_named(result: NamedViewers, ax: Axes) -> Axes:
    """Eccentricity of the best record, the target's or another one."""
    most = max(4.0, result.eccentricity.max())
    bins = np.linspace(0, math.ceil(most), 31)
    parts = [result.eccentricity[result.fits], result.eccentricity[~result.fits]]
    for index, (part, name) in enumerate(
        zip(parts, ("the right record", "another record"), strict=True)
    ):
        style.histogram(
            ax, part, bins, label=f"best is {name}", alpha=0.8, **style.fill(index)
        )
    ax.axvline(result.threshold, color=style.BLACK, label="named beyond this")
    ax.legend(loc="upper right")
    title = f"{result.known} films known, {result.published}: "
    title += f"{result.right:.0%} named rightly, {result.false:.0%} wrongly"
    x = "how far the best record stands out (standard deviations)"
    return style.label(ax, title, x, "people (count)")


def draw_guessed_age(result: GuessedAge, ax: Axes) -> Axes:
    """The score of the younger and of the older."""
    groups = (result.result.others, result.result.members)
    both = np.concatenate(groups)
    bins = np.linspace(both.min(), both.max(), 31)
    for index, (scores, name) in enumerate(
        zip(groups, ("younger", "older"), strict=True)
    ):
        style.histogram(ax, scores, bins, label=name, alpha=0.7, **style.fill(index))
    ax.legend(loc="upper right")
    title = f"{result.films} films seen ({result.what}): AUC {result.result.auc:.2f}"
    return style.label(ax, title, "score for older (log-odds)", "people (count)")


def draw_sealed(result: SealedScores, ax: Axes) -> Axes:
    """The open scores of the unwatched films; on the best, the encrypted rank."""
    order = np.argsort(-np.where(result.watched, -np.inf, result.open))
    order = order[: (~result.watched).sum()][:FIRST]
    ax.bar(range(len(order)), result.open[order], **style.fill(5) | {"hatch": ""})
    for rank, film in enumerate(result.best(result.sealed), start=1):
        place = int(np.flatnonzero(order == film)[0])
        ax.text(place, result.open[film] + 0.03, str(rank), ha="center")
    ax.set_xticks(range(len(order)), [str(film) for film in order])
    top = result.open[order].max()
    ax.set_ylim(result.open[order].min() - 0.4, top + 0.35)
    title = "Scores in the open; on top the rank after decryption"
    return style.label(ax, title, "film (number)", "predicted liking (stars)")


def draw_stolen(result: StolenFilms, ax: Axes) -> Axes:
    """Each entry of the server's matrix against what the asker worked out."""
    true, found = result.operator.ravel(), result.found.ravel()
    reach = 1.15 * np.abs(true).max()
    look = {"markersize": 2.5, "color": style.BLUE, "linestyle": "none"}
    ax.plot(true, found.clip(-reach, reach), "o", **look)
    ax.plot([-reach, reach], [-reach, reach], color=style.BLACK, linewidth=1)
    ax.set_xlim(-reach, reach)
    ax.set_ylim(1.05 * -reach, 1.05 * reach)
    title = f"{result.questions} questions, noise {result.noise:g}: off by "
    title += f"{result.off:.0%}, {result.kept:.0%} of the top ten kept"
    return style.label(
        ax, title, "entry of the server's matrix (no unit)", "worked out (no unit)"
    )


def draw_popularity(result: Popularity, ax: Axes) -> Axes:
    """True counts as bars, published ones as dots, the 20 most watched films."""
    order = np.argsort(-result.counts)[:FIRST]
    ax.bar(range(FIRST), result.counts[order], label="true", **style.fill(5))
    look = {"color": style.BLACK, "linestyle": "none", "markersize": 6}
    ax.plot(range(FIRST), result.published[order], "o", label="published", **look)
    ax.axhline(0, color=style.BLACK, linewidth=1)
    ax.set_xticks(range(FIRST), [str(film) for film in order])
    ax.legend(loc="upper right")
    title = f"{result.way.capitalize()}, ε = {result.epsilon:.2g}: "
    title += f"off by {result.error:,.0f} viewers"
    return style.label(ax, title, "film (number)", "viewers (count)")


def draw_count_prices(result: CountPrices, ax: Axes) -> Axes:
    """Errors by the number of viewers: lines are theory, marks were run."""
    for index, way in enumerate(result.theory):
        look = style.line(index)
        ax.loglog(result.users, result.theory[way], **look)
        marks = {"marker": MARKERS[index], "label": way, "markersize": 8}
        ax.loglog(
            result.users, result.measured[way], **look | marks | {"linestyle": ""}
        )
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(ScalarFormatter())
    ax.set_xticks(result.users, [f"{n:,}" for n in result.users])
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    title = f"ε = {result.epsilon:.2g}: the price of trusting nobody"
    return style.label(ax, title, "viewers (count)", "error of a count (viewers)")


def draw_factor_price(result: FactorPrice, ax: Axes) -> Axes:
    """RMSE against ε, with and without tastes; lines for no noise and film means."""
    for index, (errors, name) in enumerate(
        ((result.private, "tastes and means"), (result.biases, "means and mood only"))
    ):
        marks = {"marker": MARKERS[index], "label": f"{name}, private"}
        ax.semilogx(result.epsilons, errors, **style.line(index) | marks)
    levels = {"tastes, no noise": result.twin, "film means, no noise": result.means}
    for index, (name, level) in enumerate(levels.items(), start=2):
        ax.axhline(level, label=name, **style.line(index))
    ax.set_xticks(result.epsilons, [f"{epsilon:g}" for epsilon in result.epsilons])
    ax.minorticks_off()
    ax.set_ylim(0.5, 2)
    ax.legend(loc="upper right")
    title = f"{result.users:,} viewers, user-level promise"
    return style.label(ax, title, "ε (no unit)", "error on held-back ratings (stars)")


def draw_two_attacks(result: TwoAttacks, ax: Axes) -> Axes:
    """Both AUCs for each promise: a bar for the mean, a dot for each run."""
    place = np.arange(len(result.member))
    for index, (name, runs) in enumerate(
        (
            ("was this viewer in?", result.member),
            ("is this viewer older?", result.older),
        )
    ):
        at = place + 0.4 * index - 0.2
        means = [each.mean() for each in runs.values()]
        ax.bar(at, means, 0.38, label=name, **style.fill(index))
        for x, each in zip(at, runs.values(), strict=True):
            dots = {"color": style.BLACK, "markersize": 4, "linestyle": "none"}
            ax.plot(np.full(len(each), x), each, "o", **dots)
    ax.axhline(0.5, color=style.BLACK, linestyle=":", label="guessing")
    names = ["no noise" if math.isinf(e) else f"ε = {e:g}" for e in result.member]
    ax.set_xticks(place, names)
    ax.set_ylim(0.4, 1.12)
    ax.legend(loc="upper center", ncols=3)
    title = "Two attacks, by promise"
    return style.label(ax, title, "training (promise)", "AUC (no unit)")
