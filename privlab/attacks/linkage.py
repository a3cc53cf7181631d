"""Tables without names: who fits which row, and what a crowd of k still tells.

A quasi-identifier (Dalenius 1986) is what others know too: postcode, birth year, sex.
Every table is a tuple of ``columns``, each (n,), one entry per row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privlab.core import checks

Columns = Sequence[np.ndarray]


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """Rows that share all their quasi-identifiers: ``of_row`` (n,), ``sizes`` (g,)."""

    of_row: np.ndarray
    sizes: np.ndarray

    @property
    def k(self) -> int:
        """The table is k-anonymous (Sweeney 2002, Definition 3): the smallest group."""
        return int(self.sizes.min())

    @property
    def crowd(self) -> np.ndarray:
        """For each row (n,), how many rows look like it, itself included."""
        return self.sizes[self.of_row]

    @property
    def unique(self) -> float:
        """The share of rows that look like no other."""
        return float((self.crowd == 1).mean())


def groups(columns: Columns) -> Groups:
    """Group the rows of a table by equal entries in all ``columns``, each (n,).

    ``ValueError`` for no column, no row, or columns of different lengths.
    """
    codes = np.zeros(_length("columns", columns), dtype=int)
    for column in columns:
        _, code = np.unique(column, return_inverse=True)
        _, codes = np.unique(codes * (code.max() + 1) + code, return_inverse=True)
    return Groups(of_row=codes, sizes=np.bincount(codes))


def banded(values: np.ndarray, width: int) -> np.ndarray:
    """Generalise: the lowest number of each value's band ``[j w, (j + 1) w)``."""
    width = checks.whole("width", width)
    return checks.integers("values", values) // width * width


@dataclass(frozen=True, kw_only=True, eq=False)
class Linkage:
    """``fits`` (m,): how many in the register fit each released row.

    ``name`` (m,): the register's row if only one fits, else -1.
    """

    fits: np.ndarray
    name: np.ndarray

    @property
    def named(self) -> float:
        """The share of released rows that got a name."""
        return float((self.fits == 1).mean())


def link(released: Columns, register: Columns) -> Linkage:
    """Look each released row up in a register with names (Sweeney 1997).

    Both hold the same quasi-identifiers in the same order: (m,) rows and (n,) rows.
    A name is certain only if the register holds everybody who may be in the table.
    """
    if len(released) != len(register):
        raise ValueError(
            f"released has {len(released)} columns, register {len(register)}: "
            "both must hold the same quasi-identifiers"
        )
    rows, people = _length("released", released), _length("register", register)
    both = [np.concatenate(pair) for pair in zip(released, register, strict=True)]
    of_row = groups(both).of_row
    of_person = of_row[rows:]
    fits = np.bincount(of_person, minlength=of_row.max() + 1)
    last = np.zeros(len(fits), dtype=int)
    last[of_person] = np.arange(people)
    found = fits[of_row[:rows]]
    return Linkage(fits=found, name=np.where(found == 1, last[of_row[:rows]], -1))


@dataclass(frozen=True, kw_only=True, eq=False)
class Inference:
    """What an adversary believes of each target: ``chances`` (targets, v), rows sum 1.

    Column j is the chance of ``values[j]``.
    """

    values: np.ndarray
    chances: np.ndarray

    @property
    def certain(self) -> np.ndarray:
        """Targets (targets,) for whom a single value is left."""
        return (self.chances > 0).sum(axis=1) == 1

    @property
    def guess(self) -> np.ndarray:
        """The likeliest value for each target; of equals the first."""
        return self.values[self.chances.argmax(axis=1)]

    def updated(self, weights: np.ndarray) -> "Inference":
        """Multiply the chances by ``weights`` (targets, v) >= 0: Bayes' rule.

        Background knowledge is weights of 0 and 1; another table's chances compose the
        two, as if independent (Ganta, Kasiviswanathan and Smith 2008).
        """
        return believe(self.values, self.chances * weights)


def infer(
    table: Columns, sensitive: np.ndarray, targets: Columns, *, values: Sequence
) -> Inference:
    """Read off the ``sensitive`` entries (n,) of the rows that look like each target.

    ``targets`` hold the same quasi-identifiers as ``table``, generalised in the same
    way; ``values`` are all that there might be. A target must be in the table: where no
    row fits, every value is equally likely.
    """
    rows = _length("table", [*table, sensitive])
    both = [np.concatenate(pair) for pair in zip(table, targets, strict=True)]
    of_row = groups(both).of_row
    counts = tally(of_row[:rows], sensitive, values, size=of_row.max() + 1)
    return believe(np.unique(values), counts[of_row[rows:]])


def tally(
    of_row: np.ndarray, sensitive: np.ndarray, values: Sequence, *, size: int
) -> np.ndarray:
    """How often each group has each value: (size, v), the values in sorted order."""
    values = np.unique(values)
    which = np.searchsorted(values, sensitive).clip(max=len(values) - 1)
    if (strange := values[which] != sensitive).any():
        unknown = np.asarray(sensitive)[strange][0]
        raise ValueError(f"sensitive contains {unknown}, which is not in values")
    counts = np.zeros((size, len(values)))
    np.add.at(counts, (of_row, which), 1)
    return counts


def believe(values: np.ndarray, weights: np.ndarray) -> Inference:
    """Chances in proportion to ``weights`` (targets, v): counts, exact or noisy.

    Noise may push a count below 0: nobody is there, it counts as 0. Where every weight
    is 0, every value is equally likely.
    """
    weights = np.clip(checks.finite("weights", weights), 0, None)
    if weights.ndim != 2 or weights.shape[1] != len(values):
        raise ValueError(f"weights {weights.shape} must be (targets, {len(values)})")
    weights[weights.sum(axis=1) == 0] = 1
    return Inference(
        values=values, chances=weights / weights.sum(axis=1, keepdims=True)
    )


def diversity(table: Groups, sensitive: np.ndarray) -> int:
    """Distinct values in the poorest group: distinct l-diversity.

    Machanavajjhala, Kifer, Gehrke and Venkitasubramaniam 2007. A value that is there
    once counts as much as one that fills the group, so their stronger forms weigh them.
    """
    distinct = groups([table.of_row, sensitive])
    group_of = np.zeros(len(distinct.sizes), dtype=int)
    group_of[distinct.of_row] = table.of_row
    return int(np.bincount(group_of).min())


def closeness(table: Groups, sensitive: np.ndarray) -> float:
    """The t of t-closeness: ``max over groups of 1/2 sum |p_group - p_table|``.

    Li, Li and Venkatasubramanian 2007, with equal distances between values; in [0, 1).
    """
    counts = tally(table.of_row, sensitive, sensitive, size=len(table.sizes))
    shares = counts / table.sizes[:, None]
    overall = counts.sum(axis=0) / len(sensitive)
    return float(np.abs(shares - overall).sum(axis=1).max() / 2)


def _length(name: str, columns: Columns) -> int:
    lengths = {len(column) for column in columns}
    if len(lengths) != 1 or 0 in lengths:
        raise ValueError(
            f"{name} has columns of lengths {sorted(lengths)}: "
            "at least one is needed, all of one length above 0"
        )
    return lengths.pop()
