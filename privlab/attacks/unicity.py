"""How few known moments single a person out of a table without names."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from privlab.core import checks


@dataclass(frozen=True, kw_only=True, eq=False)
class Unicity:
    """``crowd`` (targets, p): how many fit the first 1 to p moments, target included.

    The unicity is the share of targets whom nobody else resembles.
    """

    crowd: np.ndarray

    @property
    def unique(self) -> np.ndarray:
        """The unicity for 1, ..., p known moments, (p,)."""
        return (self.crowd == 1).mean(axis=0)


def unicity(
    person: np.ndarray,
    moment: np.ndarray,
    *,
    points: int,
    targets: np.ndarray,
    rng: np.random.Generator,
) -> Unicity:
    """Who else was wherever a target was at up to ``points`` moments, drawn at random.

    ``person`` and ``moment`` (m,) are one visit each, ``moment`` a code of place and
    time. De Montjoye, Radaelli, Singh and Pentland 2015: in three months of 1.1
    million people's card payments, four of them were enough for 90 %. A target with
    fewer different moments is known by all it has; ``ValueError`` for one with none.
    """
    points = checks.whole("points", points)
    visits, visitors = defaultdict(set), defaultdict(set)
    for who, when in zip(np.asarray(person).tolist(), moment.tolist(), strict=True):
        visits[who].add(when)
        visitors[when].add(who)
    crowd = []
    for who in np.asarray(targets).tolist():
        seen = sorted(visits[who])
        if not seen:
            raise ValueError(f"targets holds {who}, who has no moment: leave it out")
        order = (seen[i] for i in rng.permutation(len(seen))[:points])
        fits, counts = visitors[next(order)], []
        counts.append(len(fits))
        for when in order:
            fits = fits & visitors[when]
            counts.append(len(fits))
        crowd.append(counts + counts[-1:] * (points - len(counts)))
    return Unicity(crowd=np.array(crowd))
