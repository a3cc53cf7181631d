"""Who was in the training set? An overfitted model, and the same people privately."""

from dataclasses import dataclass, replace

import torch
from torch import nn

from privlab.attacks.membership import MembershipResult, loss_threshold
from privlab.experiments.private_training import (
    CAREFUL,
    Task,
    loss,
    network,
    task,
    trained,
)

PEOPLE = 599  # as many who train as who do not
WRONG_LABELS = 0.25


@dataclass(frozen=True, kw_only=True, eq=False)
class BeforeAndAfter:
    """The same attack on a model that learned by heart and on private ones."""

    attacks: dict[str, MembershipResult]
    accuracy: dict[str, float]

    @property
    def summary(self) -> str:
        each = (
            f"{name}: area {attack.auc:.2f}, {self.accuracy[name]:.0%} right"
            for name, attack in self.attacks.items()
        )
        return (
            f"Membership by the loss, {PEOPLE} in and {PEOPLE} out. {'; '.join(each)}."
        )


def before_and_after(*, epsilons: tuple[float, ...], seed: int) -> BeforeAndAfter:
    """Train on digits of which a quarter carry wrong labels, and attack by the loss.

    Wrong labels can only be learned by heart. Accuracy counts the true labels.
    """
    truth = _first(task("digits, edges", seed))
    typed = _mistyped(truth, seed)
    models = {"learned by heart": by_heart(typed, seed=seed)}
    for epsilon in epsilons:
        run = trained(typed, CAREFUL, epsilon=epsilon, seed=seed)
        models[f"ε = {epsilon:g}"] = run.model
    return BeforeAndAfter(
        attacks={name: attacked(model, typed) for name, model in models.items()},
        accuracy={name: truth.accuracy(model) for name, model in models.items()},
    )


def by_heart(of: Task, *, seed: int, steps=150) -> nn.Module:
    """A network trained without any privacy until it knows every label."""
    model = network(of, rng=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(model(of.x), of.y).mean().backward()
        optimizer.step()
    return model


def attacked(model: nn.Module, of: Task) -> MembershipResult:
    """The loss attack on those who trained and on those who did not."""
    with torch.no_grad():
        members, others = (
            loss(model(x), y).numpy() for x, y in ((of.x, of.y), (of.x_test, of.y_test))
        )
    return loss_threshold(members, others)


def _first(of: Task) -> Task:
    return replace(of, x=of.x[:PEOPLE], y=of.y[:PEOPLE])


def _mistyped(of: Task, seed: int) -> Task:
    """The same people; every fourth label, in or out, becomes another one."""
    rng = torch.Generator().manual_seed(seed)

    def mistyped(y):
        wrong = torch.rand(len(y), generator=rng) < WRONG_LABELS
        other = (y + torch.randint(1, of.classes, y.shape, generator=rng)) % of.classes
        return torch.where(wrong, other, y)

    return replace(of, y=mistyped(of.y), y_test=mistyped(of.y_test))
