"""One task under every defence: digits of which some were recorded with a wrong label.

What each defence gives to whoever asks is ``Answers``: pixels in, scores out. The
attacks of ``board_attacks`` see no more of it.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import torch
from torch import Tensor, nn

from privlab.attacks.poisoning import flip_labels
from privlab.core.models import mlp
from privlab.core.training import fit
from privlab.dp.accounting import zcdp_epsilon
from privlab.dp.calibration import noise_multiplier
from privlab.dp.rdp import rdp_epsilon
from privlab.dp.sgd import DPSGD, train
from privlab.experiments.federation import averaging, masking
from privlab.experiments.price_list import exact_noise
from privlab.experiments.trained_digits import CLASSES, SIDE, Images, part
from privlab.fl.apps import client_app, load_into
from privlab.fl.fixed_point import WeightedMean
from privlab.fl.local import run
from privlab.fl.noise_shares import NoiseShares
from privlab.fl.partition import iid
from privlab.fl.private import ClientLevel, DPFedAvg
from privlab.fl.tasks import Task
from privlab.he import vectors
from privlab.he.context import NETWORK
from privlab.he.inference import fit_square_network
from privlab.he.keyholder import new_keys

PEOPLE, WRONG, HIDDEN = 1200, 0.1, 32
DELTA = 1e-4  # below one over the 600 people who train
CLIENTS, THRESHOLD, ROUNDS, NOISY_ROUNDS = 20, 16, 12, 5
CONFIG = {"rate": 0.5, "epochs": 10, "batch": 0}
NORM, STEPS = 1.5, 2.0**12  # client-level clipping, and whole numbers to a unit
Answers = Callable[[Tensor], np.ndarray]  # pixels (n, 64) to scores (n, 10)
Train = Callable[..., Answers]  # (x, y, *, seed)
masks = partial(masking, clients=CLIENTS, threshold=THRESHOLD)


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """``people`` with the labels as recorded, ``odd`` (n,) where wrong; ``test``.

    The test's labels are right.
    """

    people: Images
    odd: np.ndarray
    test: Images


@cache
def records(seed: int) -> Records:
    """1,200 digits, a tenth of them with a wrong label, and 597 others."""
    all_right, rng = part(seed, 0, PEOPLE), torch.Generator().manual_seed(seed)
    wrong = flip_labels(all_right.x, all_right.y, share=WRONG, classes=CLASSES, rng=rng)
    odd = np.zeros(PEOPLE, dtype=bool)
    odd[wrong.rows] = True
    return Records(
        people=Images(x=wrong.x, y=wrong.y), odd=odd, test=part(seed, PEOPLE, None)
    )


def answers_of(model: nn.Module) -> Answers:
    """The scores of a torch model, in float64."""

    def answer(x: Tensor) -> np.ndarray:
        with torch.no_grad():
            return model(x).double().numpy()

    return answer


def start(seed: int) -> nn.Module:
    """64 pixels, 32 hidden units, 10 classes, untrained."""
    rng = torch.Generator().manual_seed(seed)
    return mlp(SIDE**2, HIDDEN, CLASSES, rng=rng)


def open_model(x: Tensor, y: Tensor, *, seed: int) -> nn.Module:
    """The network trained to the end: it learns wrong labels by heart."""
    rng = torch.Generator().manual_seed(seed)
    return fit(start(seed), x, y, steps=800, batch=128, rng=rng)


def openly(x: Tensor, y: Tensor, *, seed: int) -> Answers:
    return answers_of(open_model(x, y, seed=seed))


def privately(x: Tensor, y: Tensor, *, epsilon: float, seed: int) -> Answers:
    """The same network by DP-SGD: (epsilon, ``DELTA``) for each example."""
    model, rng = start(seed), torch.Generator().manual_seed(seed)
    setting = {"sampling_rate": 0.5, "steps": 40}
    algorithm = DPSGD(
        noise_multiplier=noise_for(epsilon, rdp_epsilon, **setting),
        max_grad_norm=0.5,
        sampling_rate=setting["sampling_rate"],
    )
    loss = nn.CrossEntropyLoss(reduction="none")
    run_of = {"steps": setting["steps"], "delta": DELTA, "accountant": rdp_epsilon}
    adam = torch.optim.Adam(model.parameters(), lr=0.03)
    train(algorithm, model, loss, x, y, adam, rng=rng, **run_of)
    return answers_of(model)


@cache
def noise_for(epsilon: float, accountant, **setting) -> float:
    return noise_multiplier(
        epsilon=epsilon, delta=DELTA, accountant=accountant, **setting
    )


def squares(x: Tensor, y: Tensor, *, seed: int):
    """A network that encryption can compute: squares for ReLU, trained in the open."""
    rng, pixels = torch.Generator().manual_seed(seed), x.double().numpy()
    return fit_square_network(pixels, y.numpy(), hidden=HIDDEN, steps=800, rng=rng)


def squares_in_the_open(x: Tensor, y: Tensor, *, seed: int) -> Answers:
    network = squares(x, y, seed=seed)
    return lambda x: np.stack(network.scores(list(x.double().numpy().T)), axis=1)


def under_encryption(x: Tensor, y: Tensor, *, seed: int) -> Answers:
    """The client encrypts all its images, the server scores them, the client opens."""
    network, keys = squares(x, y, seed=seed), new_keys(NETWORK)

    def answer(x: Tensor) -> np.ndarray:
        sealed = network.scores(vectors.columns(keys.public, x.double().numpy()))
        return np.stack([vectors.decrypt(keys, each) for each in sealed], axis=1)

    return answer


def federated(x: Tensor, y: Tensor, *, seed: int) -> Answers:
    """Twenty clients and FedAvg, every update bare."""
    return _federation(averaging(CLIENTS), (), x, y, rounds=ROUNDS, seed=seed)


def masked(x: Tensor, y: Tensor, *, seed: int) -> Answers:
    """The same, each round one secure sum of weighted updates."""
    return _federation(*masks(weighted()), x, y, rounds=ROUNDS, seed=seed)


def weighted() -> WeightedMean:
    """Updates times examples as whole numbers; their sum fits into 32 bits."""
    return WeightedMean(largest=8, most_examples=100, fraction_bits=17, clients=CLIENTS)


def masked_and_noised(x: Tensor, y: Tensor, *, epsilon: float, seed: int) -> Answers:
    """Secure sums with a share of exact noise from each client.

    (epsilon, ``DELTA``) for each client, over all ``NOISY_ROUNDS``.
    """
    code = shares(epsilon, rng=np.random.default_rng(seed))
    return _federation(*masks(code), x, y, rounds=NOISY_ROUNDS, seed=seed)


def noised(x: Tensor, y: Tensor, *, epsilon: float, seed: int) -> Answers:
    """The same from a trusted server, cheap enough for shadow models.

    Its noise is that of ``THRESHOLD`` shares; where all clients stay, the sum of their
    shares is wider by ``sqrt(CLIENTS / THRESHOLD)``.
    """
    z = shares(epsilon, rng=np.random.default_rng(seed)).noise_multiplier
    mechanism = ClientLevel(
        clipping_norm=NORM, noise_multiplier=z, sampling_rate=1.0, clients=CLIENTS
    )
    server = DPFedAvg(mechanism, rng=np.random.default_rng(seed))
    return _federation(server, (), x, y, rounds=NOISY_ROUNDS, seed=seed)


def shares(epsilon: float, *, rng: np.random.Generator) -> NoiseShares:
    """Clip to ``NORM``, and noise that suffices while ``THRESHOLD`` clients stay."""
    setting = {"sampling_rate": 1, "steps": NOISY_ROUNDS}
    return NoiseShares(
        clipping_norm=NORM,
        noise_multiplier=noise_for(epsilon, zcdp_epsilon, **setting),
        steps=STEPS,
        dimension=weights(),
        clients=CLIENTS,
        least=THRESHOLD,
        noise=partial(exact_noise, rng=rng),
    )


def weights() -> int:
    """How many numbers an update has."""
    return sum(each.numel() for each in start(0).parameters())


def _federation(strategy, mods, x: Tensor, y: Tensor, *, rounds: int, seed: int):
    task = Task("digits", partial(deepcopy, start(seed)), (x, y), (x[:1], y[:1]))
    parts = iid(len(y), CLIENTS, rng=np.random.default_rng(seed))
    setting = {"clients": CLIENTS, "rounds": rounds, "config": CONFIG, "seed": seed}
    app = client_app(task, parts, mods=mods)
    done = run(strategy, app, task, evaluate=False, **setting)
    return answers_of(load_into(task.model(), done.arrays))
