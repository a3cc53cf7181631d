"""The prices on the scoreboard: answers, seconds and bytes of each defence."""

from time import perf_counter

import numpy as np

from privlab.experiments import board_models as models
from privlab.experiments.board_attacks import (
    DEFENCES,
    DP_1,
    DP_8,
    FL,
    HE,
    MASKS,
    MASKS_DP,
    ROUNDED,
    SCRUB,
    victim,
)
from privlab.fl.fixed_point import WeightedMean
from privlab.fl.masked_sum import masked_sum
from privlab.fl.noise_shares import NoiseShares
from privlab.fl.secagg import Setting
from privlab.he import vectors, wire
from privlab.he.context import NETWORK
from privlab.he.keyholder import new_keys

EPSILONS = {DP_8: 8.0, DP_1: 1.0, MASKS_DP: 8.0}
UNITS = {DP_8: "an image or a line", DP_1: "an image or a line", MASKS_DP: "a client"}
ROUND, QUESTION = "a client's update in a round", "a question of 1 to 4,096 images"
ONE_ANSWER, NOTHING = "an answer", "nothing more is sent"


def training_seconds(name: str, seed: int) -> float:
    """How long the target took to train, all clients on one processor."""
    return victim(DEFENCES[name].train, seed).seconds


def traffic(name: str) -> tuple[int, str]:
    """Bytes that the defence's way sends, and of what."""
    if name == FL:
        return 4 * models.weights(), ROUND
    if name in (MASKS, MASKS_DP):
        rng = np.random.default_rng(0)
        code = models.weighted() if name == MASKS else models.shares(8, rng=rng)
        return _masked_bytes(code), ROUND
    if name == HE:
        return encrypted_question()[1], QUESTION
    if name == SCRUB:
        return 0, NOTHING
    return 40 if name != ROUNDED else 10, ONE_ANSWER  # ten floats, or ten digits


def _masked_bytes(code: WeightedMean | NoiseShares) -> int:
    """What one client sends in a round: keys, letters, masked vector, shares."""
    vectors = [code.encode(np.zeros(models.weights()), 1)] * models.CLIENTS
    setting = Setting(
        clients=models.CLIENTS, threshold=models.THRESHOLD, bits=code.bits
    )
    return masked_sum(np.array(vectors), setting=setting).bytes_up(1)


def encrypted_question() -> tuple[float, int]:
    """Times the seconds of the same network on open numbers, and bytes both ways."""
    of = models.records(0)
    network = models.squares(of.test.x, of.test.y, seed=0)
    pixels = of.people.x.double().numpy()
    keys = new_keys(NETWORK)
    begun = perf_counter()
    sent = vectors.columns(keys.public, pixels)
    back = network.scores(sent)
    opened = np.stack([vectors.decrypt(keys, each) for each in back], axis=1)
    sealed = perf_counter() - begun
    begun = perf_counter()
    for _ in range(10):
        plain = np.stack(network.scores(list(pixels.T)), axis=1)
    in_the_open = (perf_counter() - begun) / 10
    if not np.allclose(opened, plain, atol=1e-2):
        raise ArithmeticError("the encrypted scores are not those of the open network")
    return sealed / in_the_open, len(wire.packed(sent)) + len(wire.packed(back))
