"""Linear regression on data that whoever adds it up cannot read."""

from dataclasses import dataclass

import numpy as np

from privlab.core import progress
from privlab.core.datasets import Dataset
from privlab.core.randomness import RandomBytes
from privlab.he import ckks
from privlab.he.ckks_keys import Parameters, keys
from privlab.he.fixed_point import as_message, from_message, packed, unpacked
from privlab.he.paillier import PrivateKey


@dataclass(frozen=True, kw_only=True)
class EncryptedRegression:
    """Weights from encrypted sums beside those from the open data.

    ``sums_error`` is the largest error of a sum, ``bound`` what follows from it for
    every weight (units of the target per deviation of a feature).
    """

    scheme: str
    names: tuple[str, ...]
    plain: np.ndarray
    encrypted: np.ndarray
    sums_error: float
    bound: float
    messages: int

    @property
    def error(self) -> float:
        return float(np.abs(self.encrypted - self.plain).max())

    @property
    def summary(self) -> str:
        return (
            f"{self.scheme}: {self.messages} ciphertexts received; the weights differ "
            f"from those of the open data by at most {self.error:.0e}, the bound is "
            f"{self.bound:.0e}."
        )


def design(data: Dataset) -> np.ndarray:
    """Standardised features and a column of ones: (n, d + 1).

    The constants of the standardisation must be agreed on beforehand, in public.
    """
    features = (data.features - data.features.mean(0)) / data.features.std(0)
    return np.column_stack([features, np.ones(len(data))])


def with_paillier(
    data: Dataset,
    *,
    hospitals: int,
    key: PrivateKey,
    fraction_bits: int,
    rng: RandomBytes,
) -> EncryptedRegression:
    """Each hospital encrypts its own ``X'X`` and ``X'y``; a server adds ciphertexts.

    Packed, a ciphertext holds many sums. Only the owner of the key sees any, and only
    the totals. ``fraction_bits + 24`` bits a sum are enough for totals below 2^23.
    """
    form = {"fraction_bits": fraction_bits, "width": fraction_bits + 24}
    X, y, public = design(data), data.target, key.public
    tables = [
        _table(X[part], y[part])
        for part in np.array_split(np.arange(len(y)), hospitals)
    ]
    each = (public.n.bit_length() - 8) // form["width"]  # sums in one ciphertext
    groups = range(0, len(tables[0]), each)

    def upload(table):
        whole = [packed(table[start : start + each], **form) for start in groups]
        return [public.encrypt(as_message(w, public.n), rng=rng) for w in whole]

    totals = upload(tables[0])
    for table in progress.bar(tables[1:], "hospitals encrypt"):
        totals = [a + b for a, b in zip(totals, upload(table), strict=True)]

    whole = [from_message(key.decrypt(total), public.n) for total in totals]
    sums = np.concatenate([unpacked(w, each, **form) for w in whole])[: len(tables[0])]
    return _result("Paillier", data, sums, messages=hospitals * len(groups))


def with_ckks(
    data: Dataset, *, parameters: Parameters, rng: RandomBytes
) -> EncryptedRegression:
    """The server multiplies encrypted columns pair by pair, and adds up the slots.

    Slots hold blocks of one column each, so one multiplication makes the products of
    several pairs. Needs one level; nobody computes a product before encrypting.
    """
    rows = 1 << (len(data) - 1).bit_length()  # a block: a power of two
    blocks = parameters.slots // rows
    own = keys(
        parameters, rotations=[1 << k for k in range(rows.bit_length() - 1)], rng=rng
    )
    columns = np.zeros((design(data).shape[1] + 1, rows))
    columns[:, : len(data)] = np.column_stack([design(data), data.target / _UNIT]).T
    left, right = _pairs(len(columns) - 1)
    sums = []
    starts = range(0, len(left), blocks)
    for start in progress.bar(starts, "multiplying columns"):
        chosen = slice(start, start + blocks)
        x, y = (
            ckks.encrypt(own.public, columns[which[chosen]].ravel(), rng=rng)
            for which in (left, right)
        )
        product = ckks.times(x, y, own.evaluation)
        slots = ckks.decrypt(own.secret, ckks.total(product, rows, own.evaluation))
        sums.extend(slots[::rows][: len(left[chosen])])
    sums = np.array(sums)
    sums[right == len(columns) - 1] *= _UNIT
    return _result("CKKS", data, sums, messages=2 * len(starts))


_UNIT = 100.0  # targets are divided by this, so that all slots are of like size


def _pairs(d: int) -> tuple[np.ndarray, np.ndarray]:
    """The columns of each sum: all pairs of features, then each with the target d."""
    i, j = np.triu_indices(d)
    return np.append(i, np.arange(d)), np.append(j, np.full(d, d))


def _table(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The sums that regression needs, in the order of ``_pairs``."""
    columns = np.column_stack([X, y])
    i, j = _pairs(X.shape[1])
    return (columns[:, i] * columns[:, j]).sum(axis=0)


def _result(scheme, data: Dataset, sums: np.ndarray, *, messages: int):
    """Solve ``X'X w = X'y`` from both tables, and bound the difference.

    With ``A w = b`` and ``(A + E)(w + z) = b + f``, ``z = A^-1 (f - E (w + z))``: no
    weight is off by more than the largest row sum of ``|A^-1|`` times
    ``max |f| + max |E| |w + z|_1``.
    """
    exact = _table(design(data), data.target)
    d = design(data).shape[1]
    (A, b), (A_found, b_found) = _system(exact, d), _system(sums, d)
    plain, encrypted = np.linalg.solve(A, b), np.linalg.solve(A_found, b_found)
    E, f = np.abs(A_found - A).max(), np.abs(b_found - b).max()
    rows = np.abs(np.linalg.inv(A)).sum(axis=1).max()
    return EncryptedRegression(
        scheme=scheme,
        names=(*data.feature_names, "intercept"),
        plain=plain,
        encrypted=encrypted,
        sums_error=float(max(E, f)),
        bound=float(rows * (f + E * np.abs(encrypted).sum())),
        messages=messages,
    )


def _system(sums: np.ndarray, d: int) -> tuple[np.ndarray, np.ndarray]:
    A = np.zeros((d, d))
    A[np.triu_indices(d)] = sums[:-d]
    return A + np.triu(A, 1).T, sums[-d:]
