"""The attacks on what is published or sent: two counts, and an update."""

from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from privlab.attacks.differencing import difference
from privlab.core.randomness import RandomBytes
from privlab.dp.accounting import zcdp_epsilon
from privlab.dp.discrete import DiscreteLaplace
from privlab.experiments import board_models as models
from privlab.experiments.board_attacks import (
    DP_1,
    DP_8,
    FL,
    HE,
    MASKS,
    MASKS_DP,
    NONE,
    ROUNDED,
)
from privlab.experiments.price_list import exact_noise
from privlab.experiments.seen_by_server import crowds, local_epochs, noisy_sum
from privlab.fl.masked_sum import masked_sum
from privlab.fl.noise_shares import NoiseShares
from privlab.fl.secagg import Setting
from privlab.he import vectors
from privlab.he.context import SCORE
from privlab.he.keyholder import new_keys

TRIALS, STEPS = 200, 16
ROUND_TO = 5
QUESTIONS = (1, 3, 10, 30)


def _exactly(counts: np.ndarray, *, rng) -> np.ndarray:
    return counts.sum(axis=0)


def _rounded(counts: np.ndarray, *, rng) -> np.ndarray:
    return _to(ROUND_TO, counts.sum(axis=0))


def _noisy(counts: np.ndarray, *, epsilon: float, rng) -> np.ndarray:
    """Half of epsilon for each of the two answers."""
    return DiscreteLaplace(epsilon=epsilon / 2).release(counts.sum(axis=0), rng=rng)


def _encrypted(counts: np.ndarray, *, rng) -> np.ndarray:
    """The clients encrypt, the server adds, whoever holds the key opens the sum."""
    keys = new_keys(SCORE)
    first, *others = (vectors.encrypt(keys.public, row) for row in counts)
    for each in others:
        first = first + each
    return vectors.decrypt(keys, first)


def _masked(counts: np.ndarray, *, rng: RandomBytes) -> np.ndarray:
    setting = Setting(clients=models.CLIENTS, threshold=models.THRESHOLD, bits=32)
    return masked_sum(counts, setting=setting, rng=rng).total


def _masked_and_noised(counts: np.ndarray, *, epsilon: float, rng) -> np.ndarray:
    """Each client adds its share of exact noise, in sixteenths, before the mask.

    epsilon is for one person, not for a client with several.
    """
    setting = {"sampling_rate": 1, "steps": 2}
    z = models.noise_for(epsilon, zcdp_epsilon, **setting)
    code = NoiseShares(
        clipping_norm=1,
        noise_multiplier=z,
        steps=STEPS,
        dimension=1,
        clients=models.CLIENTS,
        least=models.THRESHOLD,
        noise=partial(exact_noise, rng=rng),
    )
    noise = exact_noise(code.share, counts.size, rng=rng).reshape(counts.shape)
    return _masked(STEPS * counts + noise, rng=rng) / STEPS


RELEASES = {
    NONE: _exactly,
    ROUNDED: _rounded,
    DP_8: partial(_noisy, epsilon=8),
    DP_1: partial(_noisy, epsilon=1),
    HE: _encrypted,
    FL: _exactly,
    MASKS: _masked,
    MASKS_DP: partial(_masked_and_noised, epsilon=8),
}


def two_counts(name: str, seed: int) -> float:
    """How many of one digit there are, before and after somebody may have joined.

    In half of all cases the person did. The adversary subtracts, and says "joined" if
    more than half a person is left: true alarms minus false ones.
    """
    rng = np.random.default_rng(seed)
    counts = rng.poisson(3, size=(models.CLIENTS, TRIALS))
    joined = rng.permutation(np.arange(TRIALS) % 2 == 0)
    after = counts.copy()
    after[0] += joined
    first, second = (RELEASES[name](each, rng=rng) for each in (counts, after))
    said = difference(second, first).says_yes()
    return _gain(said, joined)


@cache
def update(name: str, seed: int) -> float:
    """Images that a server rebuilds, of four that each client has.

    It gets a client's bare update, or the sum over 20, bare inside or with noise.
    """
    if name == FL:
        return local_epochs(images=4, epochs=1, seed=seed).rebuilt
    if name == MASKS:
        sums = crowds(clients=(models.CLIENTS,), images=4, seeds=(seed,))
        return float(sums.rebuilt[0, 0])
    z = models.shares(8.0, rng=np.random.default_rng(seed)).noise_multiplier
    setting = {"clients": models.CLIENTS, "images": 4, "seed": seed}
    return noisy_sum(noise_multiplier=z, **setting).rebuilt


@dataclass(frozen=True, kw_only=True, eq=False)
class AskedAgain:
    """The gain (k,) from so many ``questions`` (k,) about groups that hold the person.

    ``rounded`` to a multiple of ``unit``, and ``noisy`` at ``epsilon`` for all
    questions together.
    """

    unit: int
    epsilon: float
    questions: tuple[int, ...]
    rounded: np.ndarray
    noisy: np.ndarray

    @property
    def summary(self) -> str:
        return (
            f"From 1 to {self.questions[-1]} questions: counts rounded to {self.unit} "
            f"give {self.rounded[0]:.2f}, then {self.rounded[-1]:.2f}; noise at ε = "
            f"{self.epsilon:g} in all {self.noisy[0]:.2f}, then {self.noisy[-1]:.2f}."
        )


def asked_again(*, unit: int, epsilon: float, seed: int, trials=60) -> AskedAgain:
    """Ask before and after somebody may have joined, about more and more groups.

    A rounded count that rose is proof. Of noisy ones the adversary takes the mean.
    """
    rng = np.random.default_rng(seed)
    gains = {"rounded": [], "noisy": []}
    for questions in QUESTIONS:
        counts = rng.poisson(60, size=(questions, trials))
        joined = rng.permutation(np.arange(trials) % 2 == 0)
        rose = _to(unit, counts + joined) > _to(unit, counts)
        gains["rounded"].append(_gain(rose.any(axis=0), joined))
        noise = DiscreteLaplace(epsilon=epsilon / (2 * questions))
        first, second = (noise.release(c, rng=rng) for c in (counts, counts + joined))
        guess = difference(second.mean(axis=0), first.mean(axis=0))
        gains["noisy"].append(_gain(guess.says_yes(), joined))
    found = {name: np.array(values) for name, values in gains.items()}
    return AskedAgain(unit=unit, epsilon=epsilon, questions=QUESTIONS, **found)


def _to(unit: int, counts: np.ndarray) -> np.ndarray:
    """The nearest multiple, halves up: as people round."""
    return unit * np.floor(counts / unit + 0.5)


def _gain(said: np.ndarray, joined: np.ndarray) -> float:
    """True alarms minus false ones."""
    return float(said[joined].mean() - said[~joined].mean())
