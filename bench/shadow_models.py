"""64 shadow models on digits: all at once as one batched model, beside one by one.

The job is the membership lesson's: ``EPOCHS`` epochs of Adam on half of the digits, for
each of 64 networks. One by one they are ordinary modules in an ordinary loop over the
same batches. ``SINGLES`` of them are timed, one after another, and that is multiplied;
rounds of both take turns. The seconds are the processor's, on one thread: on an idle
machine those of the clock, on a busy one steadier. "apart" is the largest difference
of two logits.
"""

import statistics
import time
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from bench._table import Row
from privlab.attacks.shadow import batches, halves, train_shadows
from privlab.core.datasets import digits
from privlab.core.models import mlp

MODELS, HIDDEN, EPOCHS, SIZE = 64, 32, 30, 32
SINGLES, ROUNDS, THREADS = 4, 5, 1
build = partial(mlp, 64, HIDDEN, 10)
optimizer = partial(torch.optim.Adam, lr=0.01)


def main() -> list[Row]:
    torch.set_num_threads(THREADS)
    data = digits()
    x = torch.tensor(data.features / 16, dtype=torch.float32)[:1796]
    y = torch.tensor(data.target)[:1796]
    inside = halves(MODELS, len(x), rng=_rng())
    together, alone, apart = zip(
        *(_round(x, y, inside) for _ in range(ROUNDS)), strict=True
    )
    ratios = [one / all_ for one, all_ in zip(alone, together, strict=True)]
    print(
        f"{MODELS} models, {EPOCHS} epochs, {THREADS} thread, median of {ROUNDS} rounds"
    )
    print(f"all at once   {statistics.median(together):8.1f} s")
    print(f"one by one    {statistics.median(alone):8.1f} s, from {SINGLES} of them")
    print(f"times faster  {statistics.median(ratios):8.1f}   least {min(ratios):.1f}")
    print(f"apart         {max(apart):8.1g}")
    return [
        Row(
            job=f"{MODELS} shadow models",
            ours=f"{statistics.median(together):.1f} s",
            peer="one by one in torch",
            theirs=f"{statistics.median(alone):.0f} s",
            ratio=f"{statistics.median(ratios):.1f} (least {min(ratios):.1f})",
        )
    ]


def _rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def _round(x: Tensor, y: Tensor, inside: Tensor) -> tuple[float, float, float]:
    start = time.process_time()
    shadows = train_shadows(
        build, x, y, inside, optimizer=optimizer, epochs=EPOCHS, size=SIZE, rng=_rng()
    )
    together = time.process_time() - start
    rng = _rng()
    models = [build(rng=rng) for _ in range(MODELS)][:SINGLES]
    work = [
        (rows[:SINGLES], weights[:SINGLES].bool())
        for rows, weights in batches(inside, size=SIZE, epochs=EPOCHS, rng=rng)
    ]
    start = time.process_time()
    for k, model in enumerate(models):
        _train(model, x, y, [rows[k][member[k]] for rows, member in work])
    alone = (time.process_time() - start) * MODELS / SINGLES
    with torch.no_grad():
        apart = max(
            float((model(x) - shadows.one(k)(x)).abs().max())
            for k, model in enumerate(models)
        )
    return together, alone, apart


def _train(model: torch.nn.Module, x: Tensor, y: Tensor, work: list[Tensor]) -> None:
    steps = optimizer(model.parameters())
    for rows in work:
        steps.zero_grad()
        F.cross_entropy(model(x[rows]), y[rows]).backward()
        steps.step()
