"""One entry of a training record is hidden; does the model remember it?"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.optim import Adam

from privlab.attacks.inversion import AttributeResult, fits_label, infer_attribute
from privlab.attacks.shadow import halves, train_shadows
from privlab.core.models import mlp
from privlab.experiments.hidden_attribute import NAMES, private, probabilities, records


@dataclass(frozen=True, kw_only=True, eq=False)
class HiddenSex:
    """Sex guessed for ``members`` of a training set and for ``others``."""

    training: str
    accuracy: tuple[float, float]
    members: AttributeResult
    others: AttributeResult
    alone: AttributeResult

    @property
    def summary(self) -> str:
        return (
            f"{self.training.capitalize()}: members {self.members.right:.1%} right "
            f"with the model, {self.members.right_without:.1%} without; others "
            f"{self.others.right:.1%} and {self.others.right_without:.1%}."
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class HiddenSexes:
    """The same attack after several ways to train."""

    results: tuple[HiddenSex, ...]

    @property
    def summary(self) -> str:
        each = (
            f"{one.training}: {one.members.right:.1%} for members, "
            f"{one.others.right:.1%} for others"
            for one in self.results
        )
        without = self.results[0].members.right_without
        return f"Right guesses, {without:.1%} without the model. {'; '.join(each)}."


TRAININGS = ("by heart", "weight decay", "at ε = 2")
COPIES = 10  # models, each on a random half: 2,210 members in all


def hidden_sexes(*, seed: int) -> HiddenSexes:
    """All the ways to train, on the same patients."""
    every = tuple(hidden_sex(training=way, seed=seed) for way in TRAININGS)
    return HiddenSexes(results=every)


def hidden_sex(*, training: str, seed: int) -> HiddenSex:
    """Nine entries and the true outcome are known; which sex makes the model surer?"""
    data, sex = records(seed), NAMES.index("sex")
    x, y = data.tensors
    rng = torch.Generator().manual_seed(seed)
    inside = halves(COPIES, len(x), rng=rng)
    models = _models(training, x, y, inside, rng)

    def attack(rows: np.ndarray, from_rows: np.ndarray, predict, prior=None):
        asked, known = data.x[rows], data.x[from_rows]
        if prior is None:
            prior = _sex_guess(known, data.y[from_rows], asked, data.y[rows])
        return infer_attribute(
            fits_label(predict, data.y[rows]),
            asked,
            column=sex,
            candidates=np.unique(data.x[:, sex]),
            prior=prior,
            truth=(asked[:, sex] > 0).astype(int),
        )

    members, others, alone, right = [], [], [], []
    for predict, mask in zip(models, inside.numpy(), strict=True):
        ours, theirs = np.flatnonzero(mask), np.flatnonzero(~mask)
        members.append(attack(ours, theirs, predict))
        others.append(attack(theirs, ours, predict))
        flat = np.full((len(ours), 2), 0.5)
        alone.append(attack(ours, theirs, predict, prior=flat))
        correct = predict(data.x).argmax(axis=1) == data.y
        right.append((correct[mask].mean(), correct[~mask].mean()))
    return HiddenSex(
        training=training,
        accuracy=tuple(np.mean(right, axis=0).tolist()),
        members=_joined(members),
        others=_joined(others),
        alone=_joined(alone),
    )


def _models(training: str, x: Tensor, y: Tensor, inside: Tensor, rng) -> list:
    build = partial(mlp, 10, 64, 2)
    if training == "at ε = 2":
        return [
            probabilities(private(build(rng=rng), x[m], y[m], epsilon=2, rng=rng))
            for m in inside
        ]
    adam = partial(Adam, lr=0.01, weight_decay={"weight decay": 0.03}.get(training, 0))
    models = train_shadows(
        build, x, y, inside, optimizer=adam, epochs=400, size=len(x), rng=rng
    )
    return [probabilities(models.one(k)) for k in range(len(models))]


def _sex_guess(known, outcome, asked, asked_outcome) -> np.ndarray:
    """The honest baseline: a logistic regression on the rest of the record."""
    sex = NAMES.index("sex")

    def rest(x, y):
        return np.column_stack([np.delete(x, sex, axis=1), y])

    fit = LogisticRegression(max_iter=1000).fit(rest(known, outcome), known[:, sex] > 0)
    return fit.predict_proba(rest(asked, asked_outcome))


def _joined(results: list[AttributeResult]) -> AttributeResult:
    fields = ("posterior", "prior", "truth")
    return AttributeResult(
        **{f: np.concatenate([getattr(one, f) for one in results]) for f in fields}
    )
