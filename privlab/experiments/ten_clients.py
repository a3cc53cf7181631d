"""The article's ten clients (4.3.3): as written, and with each mistake repaired."""

from dataclasses import dataclass

import numpy as np

from privlab.core import checks
from privlab.experiments.tumour_clinics import Clinics, least_loss, tumour_clinics

PLUS, MINUS = "+ gradient", "− gradient"
CHAIN, COMMON = "client i − 1", "the server's model"
PLAIN, WEIGHTED = "1 / N", "n_k / n"
SIGNS, STARTS, MEANS = (PLUS, MINUS), (CHAIN, COMMON), (PLAIN, WEIGHTED)
ROUNDS = 30


def local_models(clinics: Clinics, theta, *, sign: str, start: str, rate: float):
    """The models (k, d) that ten clients send: one step each, from ``start``.

    Chained, client i steps from the model of client i - 1, and the first from the
    server's ``theta`` (d,).
    """
    slope = {PLUS: 1, MINUS: -1}[sign] * rate
    if start == COMMON:
        return theta + slope * clinics.gradients(theta)
    models = []
    for client in range(len(clinics.sizes)):
        one = clinics.only(client)
        theta = theta + slope * one.gradients(theta)[0]
        models.append(theta)
    return np.array(models)


def mean_weights(clinics: Clinics, mean: str) -> np.ndarray:
    """The weights (k,) of the server's mean."""
    count = len(clinics.sizes)
    return {PLAIN: np.full(count, 1 / count), WEIGHTED: clinics.weights}[mean]


def gradient_shares(weights: np.ndarray, start: str) -> np.ndarray:
    """How often each client's gradient is in the mean of the models: (k,).

    From a common start ``w_i``. In a chain it is in the models of all who follow:
    ``sum of w_j over j >= i``, for plain weights ``(N - i + 1) / N``.
    """
    checks.finite("weights", weights)
    return weights if start == COMMON else weights[::-1].cumsum()[::-1]


@dataclass(frozen=True, kw_only=True)
class TenClients:
    """The loss on all tumours before and after each round, and ``shares`` (k,)."""

    sign: str
    start: str
    mean: str
    rate: float
    losses: np.ndarray
    shares: np.ndarray

    @property
    def excess(self) -> float:
        """The last loss above the least that is possible."""
        return float(self.losses[-1]) - least_loss()

    @property
    def summary(self) -> str:
        low, high = self.shares.min(), self.shares.max()
        return (
            f"{self.sign}, from {self.start}, mean by {self.mean}, rate "
            f"{self.rate:g}: the loss goes from {self.losses[0]:.3f} to "
            f"{self.losses[-1]:.3g} in {ROUNDS} rounds; a client's gradient counts "
            f"{low:.2f} to {high:.2f} times."
        )


def ten_clients(
    *, sign: str, start: str, mean: str, rate: float, seed: int, ratio: float = 4
) -> TenClients:
    """Thirty rounds of ten clinics, sorted by label, the last ``ratio`` times larger.

    One step on all rows of a clinic each round, from the zero model.
    """
    clinics = tumour_clinics(skew=1, ratio=ratio, seed=seed)
    weights = mean_weights(clinics, mean)
    theta = np.zeros(clinics.signed.shape[2])
    losses = [clinics.loss(theta)]
    for _ in range(ROUNDS):
        models = local_models(clinics, theta, sign=sign, start=start, rate=rate)
        theta = weights @ models
        losses.append(clinics.loss(theta))
    return TenClients(
        sign=sign,
        start=start,
        mean=mean,
        rate=rate,
        losses=np.array(losses),
        shares=gradient_shares(weights, start),
    )
