"""Two ways to put a table into slots: a row a ciphertext, or a column."""

import math
from dataclasses import dataclass

import numpy as np

from privlab.he.context import TRAINING

ROWS = np.unique(np.logspace(0, 4, 60).astype(int))


@dataclass(frozen=True, kw_only=True)
class Packing:
    """Ciphertexts to send, and products and rotations of one gradient, by ``rows``."""

    features: int
    patients: int
    rows: np.ndarray
    by_row: np.ndarray
    by_column: np.ndarray
    upload_by_row: float
    upload_by_column: float

    @property
    def summary(self) -> str:
        return (
            f"{self.patients} patients, {self.features} features: a ciphertext a row "
            f"sends {self.upload_by_row:,.1f} MB, a ciphertext a column "
            f"{self.upload_by_column:,.1f} MB."
        )


def operations_by_row(rows, features: int):
    """x·w with its rotations, sigmoid, the error spread over d slots, times x."""
    rotations = 2 * math.ceil(math.log2(max(features, 2)))
    return np.asarray(rows) * (1 + rotations + 2 + 1 + 1)


def operations_by_column(rows, features: int):
    """d products, sigmoid, d products, d sums over the slots; again when full."""
    batches = -(-np.asarray(rows) // TRAINING.slots)
    filled = np.minimum(np.asarray(rows), TRAINING.slots)
    rotations = np.ceil(np.log2(np.maximum(filled, 2)))
    return batches * (features + 2 + features + features * rotations)


def packing(*, patients: int, features: int) -> Packing:
    """Count the ciphertexts and the operations of one logistic step."""
    megabytes = TRAINING.ciphertext_bytes / 1e6
    batches = -(-patients // TRAINING.slots)
    return Packing(
        features=features,
        patients=patients,
        rows=ROWS,
        by_row=operations_by_row(ROWS, features),
        by_column=operations_by_column(ROWS, features),
        upload_by_row=2 * patients * megabytes,
        upload_by_column=(features + 1) * batches * megabytes,
    )
