"""The clipped gradient of 256 people: ``bookkeeping`` beside opacus and plain SGD.

The job is one gradient, clipped except for plain SGD; "whole step" adds the noise and
the optimizer. The contestants take turns, in an order that turns; every figure is a
median, in brackets that of the ratios to plain SGD. opacus gets its own attention
layer: it refuses torch's.
"""

import copy
import statistics
import time
import warnings
from collections.abc import Callable

import torch
import torch.nn.functional as F
from opacus.grad_sample import GradSampleModule, GradSampleModuleFastGradientClipping
from opacus.layers import DPMultiheadAttention
from opacus.optimizers import DPOptimizer, DPOptimizerFastGradientClipping
from opacus.utils.fast_gradient_clipping_utils import DPLossFastGradientClipping
from torch import Tensor, nn

from bench._table import Row
from privlab.core.models import mlp
from privlab.dp.sgd import DPSGD

PEOPLE, LENGTH, WIDTH, WORDS = 256, 32, 64, 64
ROUNDS, WARM_UP, THREADS = 9, 2, 1
OPACUS = {"noise_multiplier": 1.0, "max_grad_norm": 1.0, "expected_batch_size": PEOPLE}
Jobs = tuple[Callable[[], object], Callable[[], object]]  # the gradient, the whole step


def main() -> list[Row]:
    warnings.filterwarnings("ignore", message="Full backward hook is firing")
    torch.manual_seed(0)
    torch.set_num_threads(THREADS)
    header = "".join(f"{name:>16}" for name in CONTESTANTS)
    print(f"{f'ms, {THREADS} thread':24}{header}")
    rows = []
    for task, jobs in _tasks().items():
        seconds = _rounds(jobs)
        cells = [_cell(each, seconds[0]) for each in seconds]
        print(f"{task:24}" + "".join(f"{cell:>16}" for cell in cells), flush=True)
        if task.endswith("whole step"):
            rows += _rows(task, seconds)
    return rows


def _rows(task: str, seconds: list[list[float]]) -> list[Row]:
    """Ours beside each contestant that clips as well."""
    _, ours, *peers = seconds
    names = list(CONTESTANTS)[2:]
    return [
        Row(
            job=f"A private step, {PEOPLE} people, {task.removesuffix(', whole step')}",
            ours=f"{1e3 * statistics.median(ours):.1f} ms",
            peer=name,
            theirs=f"{1e3 * statistics.median(theirs):.1f} ms",
            ratio=f"{_median_ratio(theirs, ours):.2f}",
        )
        for name, theirs in zip(names, peers, strict=True)
    ]


def _median_ratio(theirs: list[float], ours: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(theirs, ours, strict=True))


def _cell(seconds: list[float], floor: list[float]) -> str:
    """The median time, and the median of its ratios to the floor, round by round."""
    ratio = _median_ratio(seconds, floor)
    return f"{1e3 * statistics.median(seconds):8.1f} ({ratio:5.2f})"


def _rounds(jobs: list[Callable[[], object]]) -> list[list[float]]:
    """The seconds of each job in each round."""
    seconds: list[list[float]] = [[] for _ in jobs]
    for number in range(WARM_UP + ROUNDS):
        order = range(len(jobs)) if number % 2 else reversed(range(len(jobs)))
        for k in order:
            start = time.perf_counter()
            jobs[k]()
            seconds[k].append(time.perf_counter() - start)
    return [each[WARM_UP:] for each in seconds]


def _tasks() -> dict[str, list[Callable[[], object]]]:
    network = mlp(784, 256, 10, rng=torch.Generator().manual_seed(0))
    classes = torch.randint(10, (PEOPLE,))
    words = torch.randint(WORDS, (PEOPLE, LENGTH))
    settings = {
        "MLP": (network, network, torch.randn(PEOPLE, 784), classes),
        "CNN": (_cnn(), _cnn(), torch.randn(PEOPLE, 1, 28, 28), classes),
        "transformer": (
            _Transformer(nn.MultiheadAttention),
            _Transformer(DPMultiheadAttention),
            words,
            words.roll(-1, 1),
        ),
    }
    jobs = {}
    for name, (model, peer, x, y) in settings.items():
        each = [
            contest(copy.deepcopy(peer if theirs else model), x, y)
            for contest, theirs in CONTESTANTS.values()
        ]
        size = sum(p.numel() for p in model.parameters())
        jobs[f"{name}, {size:,}"] = [gradient for gradient, _ in each]
        jobs[f"{name}, whole step"] = [step for _, step in each]
    return jobs


def _loss(outputs: Tensor, y: Tensor) -> Tensor:
    """One number per person: the mean over the positions of a sequence."""
    return F.cross_entropy(outputs, y, reduction="none").reshape(len(y), -1).mean(dim=1)


def _plain(model: nn.Module, x: Tensor, y: Tensor) -> Jobs:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def gradient():
        optimizer.zero_grad()
        _loss(model(x), y).mean().backward()

    def step():
        gradient()
        optimizer.step()

    return gradient, step


def _privlab(model: nn.Module, x: Tensor, y: Tensor) -> Jobs:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    rng = torch.Generator().manual_seed(0)
    algorithm = DPSGD(noise_multiplier=1.0, max_grad_norm=1.0, sampling_rate=1.0)

    def gradient():
        algorithm.clipped(model, _loss, x, y)

    def step():
        algorithm.step(model, _loss, x, y, optimizer, rng=rng)

    return gradient, step


class _Reducible:
    """``_loss`` as opacus wants it: with a ``reduction`` to set."""

    reduction = "mean"

    def __call__(self, outputs: Tensor, y: Tensor) -> Tensor:
        return _loss(outputs, y)


def _ghost(model: nn.Module, x: Tensor, y: Tensor) -> Jobs:
    peer = GradSampleModuleFastGradientClipping(model, max_grad_norm=1.0)
    sgd = torch.optim.SGD(peer.parameters(), lr=0.01)
    optimizer = DPOptimizerFastGradientClipping(sgd, **OPACUS)
    loss = DPLossFastGradientClipping(peer, optimizer, _Reducible())

    def gradient():
        optimizer.zero_grad()
        loss(peer(x), y).backward()

    def step():
        gradient()
        optimizer.step()

    return gradient, step


def _hooks(model: nn.Module, x: Tensor, y: Tensor) -> Jobs:
    peer = GradSampleModule(model)
    optimizer = DPOptimizer(torch.optim.SGD(peer.parameters(), lr=0.01), **OPACUS)

    def backward():
        optimizer.zero_grad()
        _loss(peer(x), y).mean().backward()

    def gradient():
        backward()
        optimizer.clip_and_accumulate()

    def step():
        backward()
        optimizer.step()

    return gradient, step


CONTESTANTS = {  # and whether their model has opacus's attention
    "plain SGD": (_plain, False),
    "privlab": (_privlab, False),
    "opacus ghost": (_ghost, True),
    "opacus hooks": (_hooks, True),
}


def _cnn() -> nn.Sequential:
    """The network of opacus's own MNIST example."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 8, 2, padding=3), nn.ReLU(), nn.MaxPool2d(2, 1)),
        *(nn.Conv2d(16, 32, 4, 2), nn.ReLU(), nn.MaxPool2d(2, 1), nn.Flatten()),
        *(nn.Linear(512, 32), nn.ReLU(), nn.Linear(32, 10)),
    )


class _Transformer(nn.Module):
    """One encoder block between embeddings and an output layer."""

    def __init__(self, attention: type[nn.Module]):
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.positions = nn.Embedding(LENGTH, WIDTH)
        self.norms = nn.ModuleList([nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)])
        self.attention = attention(WIDTH, 4, batch_first=True)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, WORDS)

    def forward(self, x: Tensor) -> Tensor:
        h = self.words(x) + self.positions(torch.arange(LENGTH).repeat(len(x), 1))
        z = self.norms[0](h)
        h = h + self.attention(z, z, z, need_weights=False)[0]
        h = h + self.down(F.gelu(self.up(self.norms[1](h))))
        return self.output(h).transpose(1, 2)
