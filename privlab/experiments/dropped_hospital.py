"""One week in six hospitals: what the coordinating server sees of the only patient."""

from dataclasses import dataclass

import numpy as np

from privlab.experiments.hospital_network import TUMOURS, gradients, network_of
from privlab.experiments.hospital_privacy import CLIPPING_NORM, multiplier
from privlab.fl.fixed_point import WeightedMean
from privlab.fl.masked_sum import MASK, Transcript, masked_sum
from privlab.fl.private import clipped
from privlab.fl.secagg import Setting

WEEK = (1, 4, 9, 16, 25, 40)  # new patients; the first hospital has only one
THRESHOLD, FRACTION_BITS, LARGEST = 4, 24, 200.0
EPSILON = 1.0  # for each patient, over ROUNDS of hospital_privacy, where noise is added
BARE, MASKED, SUM = "bare update", "masked update", "sum of all"
TWICE = "difference of two sums"
NOISY = "the same, with noise"
VIEWS = (BARE, MASKED, SUM, TWICE, NOISY)


@dataclass(frozen=True, kw_only=True, eq=False)
class ServerSees:
    """The ``patient`` (30,) of hospital 1, and what division makes of a ``view`` of it.

    In standard deviations of the measurements. ``error`` is how far the opened mean is
    from the survivors' true one, ``bound`` the most that it may be.
    """

    view: str
    lost: int
    patient: np.ndarray
    found: np.ndarray
    error: float
    bound: float

    @property
    def off(self) -> float:
        """The largest error of a measurement."""
        return float(np.abs(self.found - self.patient).max())

    @property
    def summary(self) -> str:
        told = (
            f"off by {self.off:.1g} at most" if self.off < 0.01 else "not the patient"
        )
        return (
            f"{self.view.capitalize()}: {told}. {len(WEEK) - self.lost} of {len(WEEK)} "
            f"hospitals stayed; the mean of what they sent is right to "
            f"{self.bound:.0e}."
        )


def server_sees(*, view: str, lost: int, seed: int) -> ServerSees:
    """All send ``n_k`` times their mean of clipped gradients at θ = 0, and ``n_k``.

    The last ``lost`` hospitals drop out after their masks are in all other vectors. For
    the difference, hospital 1 is missing from a second round at the same model. The
    masks come from ``seed``: a picture that can be drawn again, not a secret.
    """
    if view not in VIEWS:
        raise ValueError(f"view={view!r} must be one of {VIEWS}")
    network = network_of(illness=TUMOURS, sizes=WEEK, seed=seed)
    rng, theta = np.random.default_rng(seed), np.zeros(network.test_x.shape[1])
    rows = zip(network.x, network.y, strict=True)
    exact = np.array(
        [clipped(gradients(theta, x, y), CLIPPING_NORM).mean(0) for x, y in rows]
    )
    dropped = {len(WEEK) - i: MASK for i in range(lost)}
    sent = [exact + _shares(exact.shape, view, rng) for _ in range(2)]
    first = one_round(sent[0], lost=dropped, rng=rng)
    second = one_round(sent[1], lost=dropped | {1: MASK}, rng=rng)
    stayed = len(WEEK) - lost
    opened = CODE.decode(first.total, stayed)
    difference = CODE.products.decode(first.total - second.total)[:-1]
    seen = {BARE: exact[0], MASKED: _signed(first.masked[1][:-1]), SUM: opened}
    update = seen.get(view, difference)
    truth = np.average(sent[0][:stayed], axis=0, weights=WEEK[:stayed])
    return ServerSees(
        view=view,
        lost=lost,
        patient=network.x[0][0, :-1],
        found=update[:-1] / update[-1],
        error=float(np.abs(opened - truth).max()),
        bound=CODE.error,
    )


def _signed(words: np.ndarray) -> np.ndarray:
    """Words modulo 2^bits as numbers around 0, which is how the sum is read, too."""
    half = 2.0 ** (CODE.bits - 1)
    return (words.astype(float) + half) % (2 * half) - half


def _shares(shape: tuple[int, int], view: str, rng: np.random.Generator) -> np.ndarray:
    """Each hospital's share of the noise, over n_k: enough where THRESHOLD stay."""
    if view != NOISY:
        return np.zeros(shape)
    sigma = multiplier(EPSILON) * CLIPPING_NORM / np.sqrt(THRESHOLD)
    return sigma * rng.standard_normal(shape) / np.array(WEEK)[:, None]


CODE = WeightedMean(
    largest=LARGEST,
    most_examples=max(WEEK),
    fraction_bits=FRACTION_BITS,
    clients=len(WEEK),
)
SETTING = Setting(clients=len(WEEK), threshold=THRESHOLD, bits=CODE.bits)


def one_round(means: np.ndarray, *, lost: dict[int, str], rng) -> Transcript:
    """All that the server saw of the weighted mean of ``means`` (k, d).

    A server that would add up fewer than ``THRESHOLD`` gets ``TooFewClients``.
    """
    coded = [CODE.encode(mean, size) for mean, size in zip(means, WEEK, strict=True)]
    return masked_sum(np.array(coded), setting=SETTING, lost=lost, rng=rng)
