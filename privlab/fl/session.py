"""What Flower keeps in global variables, set for a while and put back."""

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from flwr.supercore.task_identity import TaskIdentity

_LOGGER = logging.getLogger("flwr")


@contextmanager
def quiet() -> Iterator[None]:
    """Flower logs errors only: no lines about its rounds in a notebook."""
    level = _LOGGER.level
    _LOGGER.setLevel(logging.ERROR)
    try:
        yield
    finally:
        _LOGGER.setLevel(level)


@contextmanager
def pinned(seed: int) -> Iterator[None]:
    """Seed the generators of random, numpy and torch from which Flower's parts draw.

    ``sample_nodes`` draws from ``random``, the mods of differential privacy from numpy.
    """
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    with torch.random.fork_rng(devices=[]):
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        torch.manual_seed(seed)
        try:
            yield
        finally:
            random.setstate(before[0])
            np.random.set_state(before[1])  # noqa: NPY002


@contextmanager
def identity(*, run: int, node: int, task: int = 1) -> Iterator[None]:
    """Messages made inside come from ``node`` in ``run``: Flower's ``TaskIdentity``."""
    before = TaskIdentity._run_id, TaskIdentity._node_id, TaskIdentity._task_id
    TaskIdentity._run_id, TaskIdentity._node_id, TaskIdentity._task_id = run, node, task
    try:
        yield
    finally:
        (TaskIdentity._run_id, TaskIdentity._node_id, TaskIdentity._task_id) = before
