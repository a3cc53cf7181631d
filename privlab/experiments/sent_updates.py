"""What the update that a client sends to a server tells about its images."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from privlab.attacks.gradients import (
    Gradient,
    clipped,
    cosine_inversion,
    deep_leakage,
    gradient,
    linear_inputs,
    local_update,
    noisy,
)
from privlab.attacks.images import ssim
from privlab.core import progress
from privlab.experiments.trained_digits import CLASSES, SIDE, Images, part, untrained

DIVISION, DLG, COSINE = "division", "DLG", "cosine"
SEARCHES = (DIVISION, DLG, COSINE)
AS_SENT, CLIPPED, CLIPPED_AND_NOISED = "as it is", "clipped", "clipped and noised"
BOUND = 0.1  # the length to which an update is clipped
PROTECTIONS = (AS_SENT, CLIPPED, CLIPPED_AND_NOISED)


@dataclass(frozen=True, kw_only=True, eq=False)
class RebuiltBatch:
    """The client's images (n, 64), and the best image found for each of them."""

    noise: float
    truth: np.ndarray
    found: np.ndarray
    similarity: np.ndarray

    @property
    def recognisable(self) -> float:
        """The share of images rebuilt with an SSIM of 0.9 or more."""
        return float((self.similarity >= 0.9).mean())

    @property
    def summary(self) -> str:
        return (
            f"{len(self.truth)} images, update clipped, noise on each number "
            f"{self.noise:g} of its length: {self.recognisable:.0%} rebuilt, mean SSIM "
            f"{self.similarity.mean():.2f}."
        )


def rebuilt_batch(*, batch: int, noise: float, seed: int) -> RebuiltBatch:
    """Divide the first layer's clipped update row by row; keep each image's best row.

    Choosing the best needs the true images: a server would look at all the rows.
    """
    model, people = untrained(seed), part(seed, 0, batch)
    rng = torch.Generator().manual_seed(seed)
    update = gradient(model, people.x, people.y)
    sent = protected(update, CLIPPED_AND_NOISED, noise, rng=rng)
    found = linear_inputs(sent[0], sent[1]).images.clamp(0, 1)
    likeness = ssim(found[None], people.x[:, None])
    return RebuiltBatch(
        noise=noise,
        truth=people.x.numpy(),
        found=found[likeness.argmax(1)].numpy(),
        similarity=likeness.amax(1).numpy(),
    )


def protected(
    update: Gradient, protection: str, noise: float, *, rng: torch.Generator
) -> Gradient:
    """The update as the client sends it: noise has the deviation ``noise BOUND``."""
    if protection == AS_SENT:
        return update
    short = clipped(update, BOUND)
    return short if protection == CLIPPED else noisy(short, noise * BOUND, rng=rng)


@dataclass(frozen=True, kw_only=True, eq=False)
class FailureCases:
    """Mean SSIM (seeds,) of the images found by each search in each case.

    ``unseen`` (seeds,) is that of the average digit: a guess without any update.
    """

    similarity: dict[str, dict[str, np.ndarray]]
    unseen: np.ndarray

    def mean(self, case: str, search: str) -> float:
        return float(self.similarity[case][search].mean())

    @property
    def summary(self) -> str:
        each = "; ".join(
            f"{case}: " + ", ".join(f"{found[s].mean():.2f} {s}" for s in found)
            for case, found in self.similarity.items()
        )
        blind = f"{self.unseen.mean():.2f} without any update"
        return f"Mean likeness (SSIM) of what was rebuilt. {each}; {blind}."


def failure_cases(*, seeds: tuple[int, ...]) -> FailureCases:
    """An easy case and what makes it hard, each search, one update for each seed."""
    similarity = {case: {s: [] for s in SEARCHES} for case in CASES}
    for seed in progress.bar(seeds, "updates"):
        for case, build in CASES.items():
            model = untrained(seed)
            people, sent = build(model, seed)
            for search in SEARCHES:
                found = rebuilt(search, model, sent, people, seed=seed)
                similarity[case][search].append(likeness(found, people.x))
    return FailureCases(
        similarity={
            case: {search: np.array(found[search]) for search in found}
            for case, found in similarity.items()
        },
        unseen=np.array([_average_digit(seed) for seed in seeds]),
    )


def _average_digit(seed: int) -> float:
    everyone = part(seed, 0, None).x
    return likeness(everyone.mean(0, keepdim=True), everyone[:16])


def _case(batch=1, steps=1, protection=AS_SENT):
    """What a client sends in one of the cases, with the images behind it."""

    def build(model: nn.Module, seed: int) -> tuple[Images, Gradient]:
        people = part(seed, 0, batch)
        update = local_update(model, people.x, people.y, steps=steps, rate=0.5)
        rng = torch.Generator().manual_seed(seed)
        return people, protected(update, protection, noise=0.1, rng=rng)

    return build


CASES = {
    "1 image": _case(),
    "clipped": _case(protection=CLIPPED),
    "16 images": _case(batch=16),
    "16, 10 local steps": _case(batch=16, steps=10),
    "clipped and noised": _case(protection=CLIPPED_AND_NOISED),
}


def rebuilt(
    search: str, model: nn.Module, sent: Gradient, people: Images, *, seed: int
) -> Tensor:
    """The images that one of ``SEARCHES`` finds; the cosine search knows the labels."""
    rng = torch.Generator().manual_seed(seed)
    start = torch.rand(len(people), SIDE**2, generator=rng)
    if search == DIVISION:
        found = linear_inputs(sent[0], sent[1])
    elif search == DLG:
        setting = {"start": start, "classes": CLASSES, "rounds": 5, "rng": rng}
        found = deep_leakage(model, sent, **setting)
    else:
        found = cosine_inversion(model, sent, people.y, start=start, steps=100)
    return found.images.nan_to_num().clamp(0, 1)


def likeness(found: Tensor, truth: Tensor) -> float:
    """The mean, over the true images, of the SSIM of the best image found."""
    return float(ssim(found[None], truth[:, None]).amax(1).mean())
