"""The article's TensorFlow listing (5.2) in torch, line by line, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from privlab.experiments.patients import Patients

OUTPUTS = 10
BATCH = 32


Loss = Callable[[Tensor, Tensor, Tensor], Tensor]  # (logits, predictions, y) to loss


@dataclass(frozen=True, kw_only=True, eq=False)
class ListingRun:
    """What one run of the listing leaves behind.

    ``layer`` maps (n, d) to logits (n, 10); ``losses`` (steps,); of the last batch the
    ``predictions`` (n, 10) and the ``predictions_noisy``, which the article drops.
    """

    layer: nn.Linear
    losses: Tensor
    predictions: Tensor
    predictions_noisy: Tensor

    @property
    def weights(self) -> Tensor:
        """All 10 (d + 1) trained numbers in a row."""
        return torch.cat([p.detach().flatten() for p in self.layer.parameters()])


def as_written(logits: Tensor, predictions: Tensor, y: Tensor) -> Tensor:
    """A loss that expects logits is given predictions: softmax twice."""
    return F.cross_entropy(predictions, y)


def as_keras_runs_it(logits: Tensor, predictions: Tensor, y: Tensor) -> Tensor:
    """Keras notices, prints a warning, and goes back to the logits."""
    return F.cross_entropy(logits, y)


READINGS = {"as written": as_written, "as Keras runs it": as_keras_runs_it}


def article_listing(
    data: list[tuple[Tensor, Tensor]],
    *,
    rng: torch.Generator,
    noise_rng: torch.Generator,
    stddev: float = 1.0,
    epochs: int = 10,
    loss_fn: Loss = as_written,
) -> ListingRun:
    """Run the article's loop over batches (x, y); ``rng`` draws the first weights.

    TensorFlow 2.21 ends with the same weights to 1e-7, for both ``READINGS``: the
    second as it is, the first if Keras cannot see where the predictions come from.
    """
    layer = dense(data[0][0].shape[1], rng=rng)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.01)
    losses = []
    for _ in range(epochs):
        for x, y in data:
            logits = layer(x)
            predictions = logits.softmax(dim=1)
            loss = loss_fn(logits, predictions, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            noise = stddev * torch.randn(predictions.shape, generator=noise_rng)
            predictions_noisy = predictions + noise
            predictions_noisy = predictions_noisy.clamp(-1, 1)
    return ListingRun(
        layer=layer,
        losses=torch.stack(losses),
        predictions=predictions.detach(),
        predictions_noisy=predictions_noisy.detach(),
    )


def dense(features: int, *, rng: torch.Generator) -> nn.Linear:
    """Keras' ``Dense(10)``: uniform weights (Glorot and Bengio 2010), biases 0."""
    layer = nn.utils.skip_init(nn.Linear, features, OUTPUTS)
    nn.init.xavier_uniform_(layer.weight, generator=rng)
    nn.init.zeros_(layer.bias)
    return layer


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@dataclass(frozen=True, kw_only=True, eq=False)
class TenOutputs:
    """The mean prediction of each output, (2, 10), for test patients of each class."""

    reading: str
    epochs: int
    means: Tensor
    accuracy: float
    outside: float

    @property
    def summary(self) -> str:
        return (
            f"The listing {self.reading}, epochs: {self.epochs}; {self.accuracy:.0%} "
            f"right; {self.outside:.0%} of the predictions name a class that does not "
            "exist."
        )


def ten_outputs(data: Patients, *, reading: str, epochs: int, seed: int) -> TenOutputs:
    """Train on two classes with ten outputs, and look at what each output says."""
    run = article_listing(
        data.batches(BATCH),
        rng=seeded(seed),
        noise_rng=seeded(seed + 1),
        epochs=epochs,
        loss_fn=READINGS[reading],
    )
    with torch.no_grad():
        predictions = run.layer(data.test_x).softmax(dim=1)
    named = predictions.argmax(dim=1)
    classes = [predictions[data.test_y == c].mean(dim=0) for c in (0, 1)]
    return TenOutputs(
        reading=reading,
        epochs=epochs,
        means=torch.stack(classes),
        accuracy=float((named == data.test_y).float().mean()),
        outside=float((named > 1).float().mean()),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class NoiseEffect:
    """The same training with noise at one place, and without."""

    place: str
    stddev: float
    noisy: ListingRun
    quiet: ListingRun

    @property
    def different(self) -> int:
        """How many of the trained weights differ in at least one bit."""
        return int((self.noisy.weights != self.quiet.weights).sum())

    @property
    def summary(self) -> str:
        return (
            f"Noise of standard deviation {self.stddev:g} {self.place}: "
            f"{self.different} of {len(self.quiet.weights)} trained weights differ "
            "from those without noise."
        )


def noise_on_the_loss(logits, predictions, y, *, stddev, rng):
    """The article's formula (4.1.1): the loss plus a random number."""
    return F.cross_entropy(predictions, y) + stddev * torch.randn((), generator=rng)


def noise_on_the_predictions(logits, predictions, y, *, stddev, rng):
    """The noise of the listing, moved to where the loss can see it."""
    noise = stddev * torch.randn(predictions.shape, generator=rng)
    return F.cross_entropy(predictions + noise, y)


NOISY_LOSSES = {
    "on the loss": noise_on_the_loss,
    "on the predictions": noise_on_the_predictions,
}


def noise_effect(
    data: Patients, *, stddev: float, seed: int, place: str = "after the step"
) -> NoiseEffect:
    """Run the listing with noise at ``place`` and without, from the same start."""

    def run(stddev: float) -> ListingRun:
        loss_fn, noise_rng = as_written, seeded(seed + 1)
        if place in NOISY_LOSSES:
            loss_fn = partial(NOISY_LOSSES[place], stddev=stddev, rng=noise_rng)
        return article_listing(
            data.batches(BATCH),
            rng=seeded(seed),
            noise_rng=noise_rng,
            stddev=stddev,
            loss_fn=loss_fn,
        )

    return NoiseEffect(place=place, stddev=stddev, noisy=run(stddev), quiet=run(0.0))
