"""Training on ciphertexts: one function, in the open with numpy or encrypted.

A batch is packed by feature: slot i of every ciphertext belongs to patient i, so that
a gradient costs the same for one patient and for as many as there are slots.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from privlab.core import checks, progress
from privlab.he.keyholder import PublicKeys, SecretKeys
from privlab.he.levels import Circuit, LevelBudget
from privlab.he.vectors import Encrypted, columns, decrypt, encrypt

Column = np.ndarray | Encrypted  # slot i is patient i

# 1/2 + a z - b z^3 near the sigmoid on [-5, 5] (Chen et al. 2018; TenSEAL's tutorial)
A, B = 0.197, 0.004
SHRINK = B ** (1 / 3)  # with u = SHRINK z the cube needs no product with a plain number
SLOPE = A / SHRINK


def sigmoid(z: np.ndarray) -> np.ndarray:
    """The polynomial 1/2 + 0.197 z - 0.004 z^3 in place of the sigmoid."""
    return 0.5 + A * z - B * z**3


def linear_errors(prediction: Column, target: Column) -> Column:
    """prediction - target: the derivative of half the squared error."""
    return prediction - target


def logistic_errors(shrunk: Column, target: Column) -> Column:
    """sigmoid(z) - y from u = SHRINK z and y - 1/2: ``u (SLOPE - u^2) - target``."""
    return shrunk * (SLOPE - shrunk * shrunk) - target


@dataclass(frozen=True, kw_only=True)
class Model:
    """What tells linear from logistic regression.

    The server's weights are ``weight_factor`` times the real ones, its targets the
    real ones less ``target_shift``; ``circuit`` is one gradient.
    """

    errors: Callable[[Column, Column], Column]
    weight_factor: float
    target_shift: float
    circuit: Circuit


LINEAR = Model(
    errors=linear_errors,
    weight_factor=1.0,
    target_shift=0.0,
    circuit=Circuit(
        name="a linear step",
        steps=(("features × weights", 1), ("errors", 0), ("features × errors", 1)),
        largest=100.0,
    ),
)
LOGISTIC = Model(
    errors=logistic_errors,
    weight_factor=SHRINK,
    target_shift=0.5,
    circuit=Circuit(
        name="a logistic step",
        steps=(("features × weights", 1), ("sigmoid", 2), ("features × errors", 1)),
        largest=50.0,
    ),
)


def gradient(
    model: Model,
    features: Sequence[Column],
    target: Column,
    weights: Sequence[Column],
) -> list[Column]:
    """sum_i x_ij e_i for each feature j: what the server computes, whoever it is.

    ``features`` are d columns of n, each ``weights[j]`` one number in every slot, and
    e_i the error of patient i. All of them plain, or all encrypted.
    """
    prediction = sum_of(x * w for x, w in zip(features, weights, strict=True))
    errors = model.errors(prediction, target)
    return [(x * errors).sum() for x in features]


def sum_of(terms) -> Column:
    """The sum of one column or more (``sum`` would start from the number 0)."""
    terms = iter(terms)
    total = next(terms)
    for term in terms:
        total = total + term
    return total


@dataclass(frozen=True, kw_only=True, eq=False)
class EncryptedTable:
    """n patients in d + 1 ciphertexts; ``rows`` is n, which the server sees."""

    features: list[Encrypted] = field(repr=False)
    target: Encrypted = field(repr=False)
    rows: int


def encrypted_table(
    keys: PublicKeys, model: Model, features: np.ndarray, target: np.ndarray
) -> EncryptedTable:
    """Pack and encrypt features (n, d) and target (n,), if one step fits the keys.

    The features are divided by sqrt(n): sums over n patients then grow like sqrt(n),
    and must stay below 2^integer_bits. ``ValueError`` where the first gradient does
    not; later ones cannot be seen. ``fit_encrypted`` multiplies it back.
    ``LevelsExhausted`` names the set to take.
    """
    LevelBudget(parameters=keys.parameters).check(model.circuit)
    table, rows = checks.finite("features", features), len(target)
    if len(table) != rows:
        raise ValueError(f"features has {len(table)} rows, target {rows}")
    table = table / np.sqrt(rows)
    shifted = np.asarray(target, float) - model.target_shift
    largest, room = np.abs(shifted @ table).max(), 2**keys.parameters.integer_bits
    if largest >= room:
        raise ValueError(
            f"the first gradient reaches {largest:.3g} and must stay below {room}: "
            "scale the features down"
        )
    return EncryptedTable(
        features=columns(keys, table), target=encrypt(keys, shifted), rows=rows
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """The weights after each step, (steps + 1, d); the first row is 0."""

    path: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        return self.path[-1]


def fit_open(
    model: Model, features: np.ndarray, target: np.ndarray, *, steps: int, rate: float
) -> Fit:
    """Gradient descent in the open on the same polynomial: the yardstick."""
    rows = len(target)
    table = list(np.asarray(features, float).T / np.sqrt(rows))
    shifted = np.asarray(target, float) - model.target_shift

    def slopes(weights):
        return np.array(gradient(model, table, shifted, weights))

    return _descent(model, slopes, len(table), rows, steps, rate)


def fit_encrypted(
    model: Model, table: EncryptedTable, keys: SecretKeys, *, steps: int, rate: float
) -> Fit:
    """Gradient descent where the server sees ciphertexts only.

    At each step the key holder encrypts the weights, the server returns an encrypted
    gradient, and the key holder decrypts those d numbers and moves. This refreshes
    the levels; it also means that the key holder sees every gradient.
    """

    def slopes(weights):
        sent = [encrypt(keys.public, np.full(table.rows, w)) for w in weights]
        answer = gradient(model, table.features, table.target, sent)
        return np.array([decrypt(keys, slope)[0] for slope in answer])

    count = len(table.features)
    return _descent(model, slopes, count, table.rows, steps, rate)


def _descent(model, slopes, count: int, rows: int, steps: int, rate: float) -> Fit:
    """w <- w - rate/n sum_i x_i e_i, from 0; the server's weights carry sqrt(n)."""
    checks.whole("steps", steps)
    checks.positive("rate", rate)
    weights = np.zeros(count)
    path = [weights]
    for _ in progress.bar(range(steps), "training", unit="step"):
        sent = weights * np.sqrt(rows) * model.weight_factor
        weights = weights - rate * slopes(sent) / np.sqrt(rows)
        path.append(weights)
    return Fit(path=np.array(path))


def score(features: Sequence[Column], weights: Sequence, intercept) -> Column:
    """x · w + intercept for every row at once; depth 1.

    Features, weights and intercept may each be plain or encrypted: with encrypted
    ones the model, too, stays hidden from the server (not from the key holder).
    """
    terms = zip(features, weights, strict=True)
    return sum_of(x * w for x, w in terms) + intercept
