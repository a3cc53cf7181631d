"""One federation in four ways: what each promises, to whom, and what it costs."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np

from privlab.core import progress
from privlab.core.randomness import RandomBytes
from privlab.dp.accounting import zcdp_epsilon
from privlab.dp.calibration import noise_multiplier
from privlab.dp.discrete import Blocks, discrete_gaussian
from privlab.experiments.federation import averaging, masking, task
from privlab.fl.apps import client_app
from privlab.fl.fixed_point import WeightedMean
from privlab.fl.local import run
from privlab.fl.noise_shares import NoiseShares
from privlab.fl.partition import iid
from privlab.fl.private import ClientLevel, DPFedAvg, clipping_mod

PLAIN, MASKED, NOISY, BOTH = "plain", "masks", "noise", "masks + noise"
WAYS = (PLAIN, MASKED, NOISY, BOTH)
CLIENTS, THRESHOLD, ROUNDS, DELTA = 20, 16, 5, 1e-5
CLIPPING_NORM, CONFIG = 1.0, {"rate": 0.5, "epochs": 3, "batch": 0}
STEPS = 2.0**12  # whole numbers to a unit of the update
masks = partial(masking, clients=CLIENTS, threshold=THRESHOLD)


@dataclass(frozen=True, kw_only=True)
class Price:
    """``messages`` to each client a round, final test ``accuracy``, and epsilon.

    ``to_server`` is the epsilon of a client against the server, infinite for bare
    updates; ``to_world`` against whoever sees the models.
    """

    way: str
    messages: int
    accuracy: float
    to_server: float
    to_world: float


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """The four ways, in the order of ``WAYS``."""

    prices: tuple[Price, ...]

    def of(self, way: str) -> Price:
        return self.prices[WAYS.index(way)]

    @property
    def summary(self) -> str:
        each = ", ".join(f"{price.way} {price.accuracy:.0%}" for price in self.prices)
        return f"{CLIENTS} clients, test digits right after {ROUNDS} rounds: {each}."


def price_list(*, epsilon: float, seed: int) -> PriceList:
    """Train all four ways; the private ones spend ``epsilon`` in all rounds together.

    Masks alone get infinite epsilons: they bound nothing that a sum tells. Masks and
    noise keep the promise as long as ``THRESHOLD`` honest clients stay.
    """
    z = noise_multiplier(
        epsilon=epsilon,
        delta=DELTA,
        sampling_rate=1,
        steps=ROUNDS,
        accountant=zcdp_epsilon,
    )
    rng = np.random.default_rng(seed)
    mechanism = ClientLevel(
        clipping_norm=CLIPPING_NORM,
        noise_multiplier=z,
        sampling_rate=1.0,
        clients=CLIENTS,
    )
    mean = WeightedMean(
        largest=4.0, most_examples=100, fraction_bits=20, clients=CLIENTS
    )
    runs = {
        PLAIN: (averaging(CLIENTS), ()),
        MASKED: masks(mean),
        NOISY: (DPFedAvg(mechanism, rng=rng), (clipping_mod(CLIPPING_NORM),)),
        BOTH: masks(noise_shares(z, rng=rng)),
    }
    spent = {PLAIN: (math.inf, math.inf), MASKED: (math.inf, math.inf)}
    spent |= {NOISY: (math.inf, epsilon), BOTH: (epsilon, epsilon)}
    return PriceList(
        prices=tuple(
            _price(way, *runs[way], *spent[way], seed=seed)
            for way in progress.bar(WAYS, "ways")
        )
    )


def noise_shares(z: float, *, rng: RandomBytes) -> NoiseShares:
    """A promise that holds while ``THRESHOLD`` clients stay, as the masks demand."""
    pixels = task().train[0].shape[1]
    return NoiseShares(
        clipping_norm=CLIPPING_NORM,
        noise_multiplier=z,
        steps=STEPS,
        dimension=(pixels + 1) * task().classes,
        clients=CLIENTS,
        least=THRESHOLD,
        noise=partial(exact_noise, rng=rng),
    )


def exact_noise(sigma: float, count: int, *, rng: RandomBytes) -> np.ndarray:
    """``count`` draws from the discrete Gaussian, int64."""
    variance, source = Fraction(sigma) ** 2, Blocks(rng)
    return np.array([discrete_gaussian(variance, rng=source) for _ in range(count)])


def _price(
    way: str, server, mods: tuple, to_server: float, to_world: float, *, seed: int
) -> Price:
    digits = task()
    parts = iid(len(digits.labels), CLIENTS, rng=np.random.default_rng(seed))
    app = client_app(digits, parts, mods=mods)
    setting = {"clients": CLIENTS, "rounds": ROUNDS, "config": CONFIG, "seed": seed}
    history = run(server, app, digits, **setting)
    return Price(
        way=way,
        messages=round(len(history.exchanges) / CLIENTS / ROUNDS),
        accuracy=float(history.accuracies[-1]),
        to_server=to_server,
        to_world=to_world,
    )
