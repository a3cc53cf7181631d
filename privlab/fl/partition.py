"""Who holds which rows: ways to divide a data set among clients."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from privlab.core import checks


@dataclass(frozen=True, eq=False)
class Partition:
    """``rows[k]`` are the row numbers of client k; nobody else holds them.

    A row held twice is a ``ValueError``. A client may hold none.
    """

    rows: tuple[np.ndarray, ...]

    def __post_init__(self):
        checks.whole("clients", len(self.rows))
        rows = tuple(_read_only(each) for each in self.rows)
        found, times = np.unique(np.concatenate(rows), return_counts=True)
        if (found < 0).any():
            raise ValueError(f"rows holds {found[0]}, must be >= 0")
        if (times > 1).any():
            raise ValueError(f"rows holds row {found[times > 1][0]} more than once")
        object.__setattr__(self, "rows", rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def sizes(self) -> np.ndarray:
        """n_k, the rows of each client: (clients,)."""
        return np.array([len(each) for each in self.rows])

    def counts(self, labels: np.ndarray, classes: int) -> np.ndarray:
        """How many rows of each label each client holds: (clients, classes)."""
        return np.stack(
            [np.bincount(labels[each], minlength=classes) for each in self.rows]
        )

    @property
    def summary(self) -> str:
        sizes = self.sizes
        return (
            f"{sizes.sum()} rows among {len(sizes)} clients, "
            f"{sizes.min()} to {sizes.max()} each."
        )


def iid(n: int, clients: int, *, rng: np.random.Generator) -> Partition:
    """``n`` rows shuffled and dealt out; the sizes differ by one at most."""
    _enough(n, clients)
    return Partition(tuple(np.array_split(rng.permutation(n), clients)))


def dirichlet(
    labels: np.ndarray, clients: int, *, alpha: float, rng: np.random.Generator
) -> Partition:
    """Label skew: the rows of each class are cut in shares p ~ Dirichlet(alpha, ...).

    A small ``alpha`` gives most of a class to few clients; as it grows, each client's
    labels are mixed like all (Hsu, Qi and Brown 2019 draw the labels of each client
    instead; this form is that of Yurochkin et al. 2019). ``labels`` (n,) are whole
    numbers. A small ``alpha`` may leave a client without any row.
    """
    labels = checks.integers("labels", labels)
    _enough(len(labels), clients)
    alpha = checks.positive("alpha", alpha)
    held: list[list[np.ndarray]] = [[] for _ in range(clients)]
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        shares = rng.dirichlet(np.full(clients, alpha))
        for mine, part in zip(held, _cut(rows, shares), strict=True):
            mine.append(part)
    return Partition(tuple(np.concatenate(parts) for parts in held))


def quantity(
    n: int, clients: int, *, alpha: float, rng: np.random.Generator
) -> Partition:
    """Size skew: ``n`` shuffled rows cut in shares p ~ Dirichlet(alpha, ..., alpha).

    Every client gets one row first, so that none is empty.
    """
    _enough(n, clients)
    alpha = checks.positive("alpha", alpha)
    rows = rng.permutation(n)
    first, others = rows[:clients, None], rows[clients:]
    shares = _cut(others, rng.dirichlet(np.full(clients, alpha)))
    return Partition(tuple(map(np.concatenate, zip(first, shares, strict=True))))


def by_feature(values: np.ndarray, clients: int) -> Partition:
    """Feature skew: the rows sorted by one column, ``values`` (n,), and cut evenly."""
    values = checks.finite("values", values)
    _enough(len(values), clients)
    return Partition(tuple(np.array_split(values.argsort(kind="stable"), clients)))


def _cut(rows: np.ndarray, shares: np.ndarray) -> list[np.ndarray]:
    """``rows`` in consecutive pieces of about these shares, none lost by rounding."""
    ends = np.round(np.cumsum(shares)[:-1] * len(rows)).astype(int)
    return np.split(rows, ends)


def _enough(n: int, clients: int) -> None:
    if checks.whole("n", n) < checks.whole("clients", clients):
        raise ValueError(f"clients={clients} must be <= {n}, the number of rows")


def _read_only(rows: Iterable[int]) -> np.ndarray:
    array = np.array(checks.integers("rows", rows))
    array.setflags(write=False)
    return array
