"""What a curious server rebuilds from an update, from a sum, and from a noisy sum."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from flwr.app import ArrayRecord, Message, MetricRecord
from flwr.serverapp.strategy import FedAvg

from privlab.attacks.gradients import Inversion, linear_inputs
from privlab.core import progress
from privlab.dp.accounting import zcdp_epsilon
from privlab.experiments.federation import averaging
from privlab.fl.apps import client_app, digits_task
from privlab.fl.local import run
from privlab.fl.partition import Partition
from privlab.fl.private import clipped
from privlab.fl.tasks import Task
from privlab.fl.vectors import flat

HIDDEN, RATE = 128, 0.1
CLIPPING_NORM = 0.3  # near the length of one client's update
DELTA = 1e-5
DECIBELS = 30  # rebuilt: an error of 0.03 per pixel


@dataclass(frozen=True, kw_only=True, eq=False)
class SeenImages:
    """True images (m, 64), the best image found for each, and its quality in decibels.

    Choosing the best needs the truth: a server would look at all the images it found.
    """

    title: str
    truth: np.ndarray
    found: np.ndarray
    decibels: np.ndarray

    @property
    def rebuilt(self) -> float:
        """The share of images found with an error of 0.03 per pixel or less."""
        return float((self.decibels >= DECIBELS).mean())

    @property
    def summary(self) -> str:
        median = min(float(np.median(self.decibels)), 99.0)
        return (
            f"{self.title}: {self.rebuilt:.0%} of {len(self.truth)} images rebuilt, "
            f"median quality {median:.0f} dB."
        )


def local_epochs(*, images: int, epochs: int, seed: int) -> SeenImages:
    """The server divides what one client's whole local training did to the model."""
    task, rows = _people(1, images, seed)
    (update,) = updates(task, rows, epochs=epochs)
    title = f"{images} image{'s' * (images > 1)}, {epochs} local epochs"
    return _seen(title, found_in(update, task), task, rows)


def noisy_sum(
    *, clients: int, noise_multiplier: float, images: int, seed: int
) -> SeenImages:
    """The attack on the sum of clipped updates, with client-level noise in it.

    Epsilon is one round's, at ``DELTA``, with every client in it.
    """
    task, rows = _people(clients, images, seed)
    total = clipped(updates(task, rows), CLIPPING_NORM).sum(0)
    rng = np.random.default_rng(seed)
    noise = noise_multiplier * CLIPPING_NORM * rng.standard_normal(len(total))
    spent = zcdp_epsilon(
        noise_multiplier=noise_multiplier, sampling_rate=1, steps=1, delta=DELTA
    )
    title = f"{clients} clients, noise {noise_multiplier:g} S, ε = {spent:,.2g}"
    return _seen(title, found_in(total + noise, task), task, rows)


@dataclass(frozen=True, kw_only=True, eq=False)
class Crowds:
    """Share of images rebuilt (seeds, sizes) from the sum over so many ``clients``."""

    clients: tuple[int, ...]
    images: int
    rebuilt: np.ndarray

    @property
    def summary(self) -> str:
        means = zip(self.clients, self.rebuilt.mean(0), strict=True)
        found = ", ".join(f"{clients}: {share:.0%}" for clients, share in means)
        return f"Images rebuilt from the sum, by number of clients: {found}."


def crowds(*, clients: tuple[int, ...], images: int, seeds: tuple[int, ...]) -> Crowds:
    """Attack sums over more and more clients with ``images`` images each."""

    def share(count: int, seed: int) -> float:
        task, rows = _people(count, images, seed)
        total = updates(task, rows).sum(0)
        return _seen("", found_in(total, task), task, rows).rebuilt

    pairs = [[share(c, s) for c in clients] for s in progress.bar(seeds, "sums")]
    return Crowds(clients=clients, images=images, rebuilt=np.array(pairs))


class Watching(FedAvg):
    """FedAvg on a server that keeps what it is sent, and does all it should."""

    def aggregate_train(
        self, server_round: int, replies: Iterable[Message]
    ) -> tuple[ArrayRecord | None, MetricRecord | None]:
        replies = list(replies)
        by_client = sorted(replies, key=lambda reply: reply.metadata.src_node_id)
        self.kept = [reply.content["arrays"] for reply in by_client]
        return super().aggregate_train(server_round, replies)


def updates(task: Task, rows: tuple[np.ndarray, ...], *, epochs: int = 1) -> np.ndarray:
    """One round of a Flower app: what each client's training added, (clients, d)."""
    server = averaging(len(rows), Watching)
    app = client_app(task, Partition(rows))
    config = {"rate": RATE, "epochs": epochs, "batch": 0}
    setting = {"clients": len(rows), "rounds": 1, "evaluate": False}
    run(server, app, task, config=config, **setting)
    start = flat(ArrayRecord(task.model().state_dict()))
    return np.array([flat(arrays) - start for arrays in server.kept])


def found_in(update: np.ndarray, task: Task) -> Inversion:
    """The images that dividing the first layer of an update (d,) row by row gives."""
    pixels = task.train[0].shape[1]
    weights = torch.tensor(update[: HIDDEN * pixels]).reshape(HIDDEN, pixels)
    return linear_inputs(weights, torch.tensor(update[weights.numel() :][:HIDDEN]))


def _people(
    clients: int, images: int, seed: int
) -> tuple[Task, tuple[np.ndarray, ...]]:
    """The task at an untrained model, and rows (images,) for each client."""
    task = _task(seed)
    order = np.random.default_rng(seed).permutation(len(task.labels))
    return task, tuple(order[: clients * images].reshape(clients, images))


@cache
def _task(seed: int) -> Task:
    return digits_task(hidden=HIDDEN, seed=seed)


def _seen(
    title: str, found: Inversion, task: Task, rows: tuple[np.ndarray, ...]
) -> SeenImages:
    truth = task.train[0][torch.tensor(np.concatenate(rows))].double()
    images = found.images.nan_to_num().clamp(0, 1)
    near = Inversion(images=images, labels=found.labels, misfit=found.misfit)
    best = torch.cdist(truth, images).argmin(1)
    return SeenImages(
        title=title,
        truth=truth.numpy(),
        found=images[best].numpy(),
        decibels=near.quality(truth).numpy(),
    )
