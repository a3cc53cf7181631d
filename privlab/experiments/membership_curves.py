"""Membership attacks as curves, before a defence and after, and one person's case."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import nn

from privlab.attacks.lira import mean_of, own_variance
from privlab.attacks.membership import MembershipResult, OperatingPoint, membership
from privlab.attacks.shadow import halves
from privlab.dp.accounting import rdp_epsilon
from privlab.dp.calibration import noise_multiplier
from privlab.dp.sgd import DPSGD, train
from privlab.experiments.shadow_digits import ATTACKS, Study, network, people, study

DELTA = 1e-4  # below one over the 898 people in a training set
SAMPLING, STEPS, PRIVATE_MODELS, PRIVATE_TARGETS = 0.25, 40, 12, 4
FEW = PRIVATE_MODELS - PRIVATE_TARGETS  # shadow models where each costs a DP-SGD run


@dataclass(frozen=True, kw_only=True, eq=False)
class Curves:
    """Several attacks on the same models."""

    training: str
    shadows: int
    accuracy: tuple[float, float]
    attacks: dict[str, MembershipResult]

    def at(self, asked: float) -> dict[str, OperatingPoint]:
        return {name: result.at(asked) for name, result in self.attacks.items()}

    @property
    def summary(self) -> str:
        each = (
            f"{name} {point.hits:.2%} ({point.hits_low:.2%} to {point.hits_high:.2%})"
            for name, point in self.at(0.001).items()
        )
        point = next(iter(self.at(0.001).values()))
        return (
            f"Trained {self.training}: members caught at 0.1% false alarms, "
            f"{point.members:,} in and {point.others:,} out: {'; '.join(each)}."
        )


def curves(
    *, training: str, attack: str, shadows: int, seed: int, beside=("loss threshold",)
) -> Curves:
    """One attack by ``shadows`` shadow models, and those it is set ``beside``."""
    return compared(study(training, seed=seed), (*beside, attack), shadows=shadows)


def compared(of: Study, attacks: tuple[str, ...], *, shadows: int) -> Curves:
    """The ``attacks`` on all targets of one study."""
    judged = {name: of.judged(ATTACKS[name](of, shadows)) for name in attacks}
    return Curves(
        training=of.training, shadows=shadows, accuracy=of.accuracy, attacks=judged
    )


def limits_by_people(
    of: Study, attack: str, *, shadows: int, asked: float, seed: int, draws: int = 200
) -> tuple[float, float]:
    """95 % limits of the hits when the people are drawn anew, each with all targets.

    The bootstrap, by people: it feels that one image's cases hang together, and that
    the others who set the threshold are a sample too.
    """
    scores, inside = ATTACKS[attack](of, shadows), of.inside[-of.targets :]
    rng = np.random.default_rng(seed)

    def hits() -> float:
        who = rng.integers(scores.shape[1], size=scores.shape[1])
        drawn, member = scores[:, who], inside[:, who]
        return membership(drawn[member], drawn[~member]).hits_at(asked)

    low, high = np.quantile([hits() for _ in range(draws)], [0.025, 0.975])
    return float(low), float(high)


@cache
def private_study(*, epsilon: float, seed: int) -> Study:
    """The same networks by DP-SGD: 8 shadow models and 4 targets, one by one."""
    x, y = people(seed)
    rng = torch.Generator().manual_seed(seed)
    inside = halves(PRIVATE_MODELS, len(x), rng=rng)
    logits = [
        _private_logits(x, y, members, epsilon=epsilon, rng=rng) for members in inside
    ]
    return Study(
        training=f"by DP-SGD, ε = {epsilon:g}",
        logits=torch.stack(logits).double().numpy(),
        labels=y.numpy(),
        inside=inside.numpy(),
        targets=PRIVATE_TARGETS,
    )


def _private_logits(x, y, members, *, epsilon: float, rng) -> torch.Tensor:
    model = network(rng=rng)
    run = {"steps": STEPS, "delta": DELTA, "accountant": rdp_epsilon}
    algorithm = DPSGD(
        noise_multiplier=_noise(epsilon), max_grad_norm=1.0, sampling_rate=SAMPLING
    )
    adam = torch.optim.Adam(model.parameters(), lr=0.05)
    loss = nn.CrossEntropyLoss(reduction="none")
    train(algorithm, model, loss, x[members], y[members], adam, rng=rng, **run)
    with torch.no_grad():
        return model(x)


@cache
def _noise(epsilon: float) -> float:
    return noise_multiplier(
        epsilon=epsilon,
        delta=DELTA,
        sampling_rate=SAMPLING,
        steps=STEPS,
        accountant=rdp_epsilon,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Defences:
    """LiRA at 0.1 % false alarms against several ways to train, with accuracies."""

    points: dict[str, OperatingPoint]
    accuracy: dict[str, float]
    shadows: int

    @property
    def summary(self) -> str:
        each = (
            f"{name}: {point.hits:.2%} caught ({point.hits_low:.2%} to "
            f"{point.hits_high:.2%}), {self.accuracy[name]:.0%} right"
            for name, point in self.points.items()
        )
        return f"LiRA with {self.shadows} shadow models. {'; '.join(each)}."


def defences(*, epsilon: float, seed: int) -> Defences:
    """The same attack with equally few shadow models, before and after each defence."""
    ways = ("to the end", "weight decay", "stopped early")
    studies = [study(way, seed=seed) for way in ways]
    studies.append(private_study(epsilon=epsilon, seed=seed))
    results = [compared(one, ("LiRA online",), shadows=FEW) for one in studies]
    return Defences(
        points={one.training: one.at(0.001)["LiRA online"] for one in results},
        accuracy={one.training: one.accuracy[1] for one in results},
        shadows=FEW,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class OnePerson:
    """``phi`` of one person in the shadow models with and without them, and targets'.

    ``with_them`` and ``without`` are (32,); ``targets`` (8,) with ``inside`` (8,).
    """

    training: str
    image: np.ndarray
    label: int
    with_them: np.ndarray
    without: np.ndarray
    targets: np.ndarray
    inside: np.ndarray

    @property
    def shift(self) -> float:
        """How far apart the two means are, in standard deviations without them."""
        gap = self.with_them.mean() - self.without.mean()
        return float(gap / self.without.std())

    @property
    def summary(self) -> str:
        return (
            f"A {self.label}, models trained {self.training}: mean φ "
            f"{self.with_them.mean():.1f} in models that learned from this image, "
            f"{self.without.mean():.1f} in others, {self.shift:.1f} standard "
            "deviations apart."
        )


def one_person(*, training: str, oddity: int, seed: int) -> OnePerson:
    """The person at the percentile ``oddity``: 0 is the easiest to do without, 99 odd.

    Odd is who gets a low mean phi from models that have not learned from them.
    """
    of = study(training, seed=seed)
    shadows = len(of.phi) - of.targets
    phi, inside = of.phi[:shadows], of.inside[:shadows]
    order = np.argsort(-mean_of(phi, ~inside))
    who = order[oddity * (len(order) - 1) // 99]
    x, y = people(seed)
    return OnePerson(
        training=training,
        image=x[who].reshape(8, 8).numpy(),
        label=int(y[who]),
        with_them=phi[inside[:, who], who],
        without=phi[~inside[:, who], who],
        targets=of.phi[shadows:, who],
        inside=of.inside[shadows:, who],
    )


def typical_shift(*, training: str, seed: int) -> np.ndarray:
    """For each person the distance of both means in deviations without them, (n,)."""
    of = study(training, seed=seed)
    phi, inside = of.phi[: -of.targets], of.inside[: -of.targets]
    gap = mean_of(phi, inside) - mean_of(phi, ~inside)
    return gap / np.sqrt(own_variance(phi, ~inside))
