"""Frozen data sets: three real ones that scikit-learn ships, and invented people."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache

import numpy as np

from privlab.core import checks


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """A table to learn from: ``features`` (n, d) float, ``target`` (n,).

    The arrays are read-only: an experiment that needs to change them copies them, so
    no cell of a lesson can spoil the data of the next.
    """

    name: str
    features: np.ndarray
    target: np.ndarray
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    source: str

    def __post_init__(self):
        features = checks.finite("features", self.features)
        if features.ndim != 2 or len(features) != len(self.target):
            raise ValueError(
                f"features of shape {features.shape} do not fit "
                f"{len(self.target)} targets: one row per target is needed"
            )
        object.__setattr__(self, "features", _read_only(features))
        object.__setattr__(self, "target", _read_only(self.target))

    def __len__(self) -> int:
        return len(self.target)

    def rows(self, index: np.ndarray) -> "Dataset":
        """The same data set with only the rows in ``index``."""
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        kept |= {"features": self.features[index], "target": self.target[index]}
        return Dataset(**kept)

    def split(
        self, test_fraction: float, *, rng: np.random.Generator
    ) -> tuple["Dataset", "Dataset"]:
        """Shuffle the rows and cut them: (training set, test set)."""
        fraction = checks.probability("test_fraction", test_fraction)
        order = rng.permutation(len(self))
        cut = len(self) - round(len(self) * fraction)
        return self.rows(order[:cut]), self.rows(order[cut:])


@cache
def digits() -> Dataset:
    """1,797 handwritten digits, 8x8 pixels of 0..16 (Alpaydin and Kaynak 1998)."""
    from sklearn.datasets import load_digits

    return _shipped("digits", load_digits, "UCI Optical Recognition, test part")


@cache
def breast_cancer() -> Dataset:
    """569 tumours, 30 measurements, malignant or benign (Wolberg et al. 1995)."""
    from sklearn.datasets import load_breast_cancer

    return _shipped("breast cancer", load_breast_cancer, "UCI Wisconsin Diagnostic")


@cache
def diabetes() -> Dataset:
    """442 patients, 10 measurements in their own units, progress after a year.

    Efron, Hastie, Johnstone and Tibshirani 2004. The target is a number, not a class.
    """
    from sklearn.datasets import load_diabetes

    def raw():
        return load_diabetes(scaled=False)

    return _shipped("diabetes", raw, "Least Angle Regression, Annals of Statistics")


def _shipped(name: str, load: Callable, source: str) -> Dataset:
    bunch = load()
    return Dataset(
        name=name,
        features=bunch.data,
        target=bunch.target,
        feature_names=tuple(map(str, bunch.feature_names)),
        target_names=tuple(map(str, bunch.get("target_names", ()))),
        source=source,
    )


SALARY_LIMITS = (10_000, 200_000)
DIAGNOSES = ("none", "flu", "asthma", "diabetes", "cancer")


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """Invented residents of one town, one entry of every array per person.

    ``postcode`` (100..149), ``birth_year`` (1940..2005), ``sex`` ("F" or "M"),
    ``salary`` (whole euros a year), ``diagnosis`` (one of ``DIAGNOSES``).
    """

    postcode: np.ndarray
    birth_year: np.ndarray
    sex: np.ndarray
    salary: np.ndarray
    diagnosis: np.ndarray

    def __post_init__(self):
        for field in fields(self):
            array = _read_only(getattr(self, field.name))
            object.__setattr__(self, field.name, array)

    def __len__(self) -> int:
        return len(self.salary)


def people(count: int, *, rng: np.random.Generator) -> People:
    """Draw ``count`` invented people; no entry depends on any real person.

    Postcodes are crowded at the low end (as town centres are), salaries are
    log-normal with median 36,000 cut to ``SALARY_LIMITS``, and the chance of a
    diagnosis other than "none" grows with age from 10 % to 60 %.
    """
    count = checks.whole("count", count)
    birth_year = rng.integers(1940, 2006, size=count)
    salary = rng.lognormal(np.log(36_000), 0.45, size=count)
    ill = rng.random(count) < np.interp(birth_year, [1940, 2005], [0.6, 0.1])
    which = rng.choice(DIAGNOSES[1:], p=[0.4, 0.25, 0.25, 0.1], size=count)
    return People(
        postcode=100 + (50 * rng.random(count) ** 2).astype(int),
        birth_year=birth_year,
        sex=rng.choice(["F", "M"], size=count),
        salary=np.clip(salary, *SALARY_LIMITS).round().astype(int),
        diagnosis=np.where(ill, which, "none"),
    )


def _read_only(values: np.ndarray) -> np.ndarray:
    array = np.array(values)
    array.setflags(write=False)
    return array
