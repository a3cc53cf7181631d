"""Eight slots in one polynomial: what an operation does to both views."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from privlab.he import ckks
from privlab.he.ckks_keys import Keys, Parameters, keys

SIZE = 16
OPERATIONS = ("rotate", "square, then rotate", "add itself, then rotate")
VALUES = np.array([1.0, 0.2, 0.4, 0.6, 0.8, 0.3, 0.7, 0.5])


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Slots and coefficients (in units of the scale), before and after."""

    operation: str
    steps: int
    slots: tuple[np.ndarray, np.ndarray]
    coefficients: tuple[np.ndarray, np.ndarray]
    wanted: np.ndarray

    @property
    def error(self) -> float:
        return float(np.abs(self.slots[1] - self.wanted).max())

    @property
    def summary(self) -> str:
        return (
            f"{self.operation.capitalize()} by {self.steps}: all 8 slots hold what "
            f"the plain numbers give, off by about {self.error:.0e}."
        )


def slots_after(*, operation: str, steps: int) -> Slots:
    """Encrypt ``VALUES`` in a ring of 16, operate, and look at slots and polynomial."""
    own = _keys()
    before = ckks.encrypt(own.public, VALUES, rng=np.random.default_rng(3))
    after, plain = before, VALUES
    if operation.startswith("square"):
        after, plain = ckks.times(before, before, own.evaluation), VALUES**2
    elif operation.startswith("add"):
        after, plain = ckks.add(before, before), 2 * VALUES
    after = ckks.rotate(after, steps, own.evaluation) if steps else after
    both = (before, after)
    return Slots(
        operation=operation,
        steps=steps,
        slots=tuple(ckks.decrypt(own.secret, x) for x in both),
        coefficients=tuple(
            ckks.phase(own.secret, x).astype(float) / float(x.scale) for x in both
        ),
        wanted=np.roll(plain, -steps),
    )


@lru_cache
def _keys() -> Keys:
    parameters = Parameters(size=SIZE, lengths=(40, 30, 40), scale=2**30)
    rng = np.random.default_rng(2)
    return keys(parameters, rotations=range(1, parameters.slots), rng=rng)
