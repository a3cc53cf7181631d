"""Encrypted training and inference: ``privlab.he`` beside TenSEAL's own tutorials.

Training is one epoch of logistic regression on breast cancer. TenSEAL's tutorial
encrypts each patient by itself and takes its own parameters (21-bit primes); it runs on
the first ``TUTORIAL_PATIENTS``, and its gradient is that of those. Inference is a
64-16-10 network with squares on digits, a ciphertext an image against one a pixel.
Figures: time for each sample, the ratio, and how far the weights (scores) are from the
same polynomial in the open, relatively. Neither side's keys nor the encryption of the
data are counted. TenSEAL adds a plain list to the first slots only, but ``mm`` reads
their copies further on too: hence its error after a bias.
"""

import time

import numpy as np
import tenseal as ts
import torch

from bench._table import Row
from privlab.core.datasets import digits
from privlab.experiments.sealed_records import tumours
from privlab.he.context import NETWORK, TRAINING, TUTORIAL
from privlab.he.inference import fit_square_network
from privlab.he.keyholder import new_keys_with_rotations
from privlab.he.regression import (
    LOGISTIC,
    A,
    B,
    encrypted_table,
    fit_encrypted,
    fit_open,
    sigmoid,
)
from privlab.he.vectors import columns, decrypt

RATE, TUTORIAL_PATIENTS, TUTORIAL_IMAGES, ROUNDS = 0.2, 60, 10, 3
DECAY = 0.05  # the tutorial's shrinking of the weights


def main() -> list[Row]:
    torch.set_num_threads(1)
    return [
        _report("training", *_training()),
        _report("inference", *_inference()),
    ]


def _report(task: str, ours, theirs) -> Row:
    print(f"{task:12}{'ms a sample':>14}{'times less':>12}{'relative error':>16}")
    for name, (seconds, error) in {"privlab": ours, "tutorial": theirs}.items():
        ratio = theirs[0] / seconds
        print(f"{name:12}{1e3 * seconds:14.3f}{ratio:12.1f}{error:16.1e}", flush=True)
    return Row(
        job=f"Encrypted {task}, a sample",
        ours=f"{1e3 * ours[0]:.3g} ms, error {ours[1]:.0e}",
        peer="TenSEAL's tutorial",
        theirs=f"{1e3 * theirs[0]:.3g} ms, error {theirs[1]:.0e}",
        ratio=f"{theirs[0] / ours[0]:.0f}",
    )


def _relative(got, right) -> float:
    return float(np.linalg.norm(got - right) / np.linalg.norm(right))


def _training():
    x, y = tumours()
    keys = new_keys_with_rotations(TRAINING)
    table = encrypted_table(keys.public, LOGISTIC, x, y)
    ours, theirs = [], []
    tutorial = _Tutorial(x[:TUTORIAL_PATIENTS, :-1], y[:TUTORIAL_PATIENTS])
    for _ in range(ROUNDS):
        start = time.perf_counter()
        own = fit_encrypted(LOGISTIC, table, keys, steps=1, rate=RATE)
        ours.append((time.perf_counter() - start) / len(y))
        start = time.perf_counter()
        peer = tutorial.epoch()
        theirs.append((time.perf_counter() - start) / TUTORIAL_PATIENTS)
    right = fit_open(LOGISTIC, x, y, steps=1, rate=RATE).weights
    own_error = _relative(own.weights, right)
    long = fit_encrypted(LOGISTIC, table, keys, steps=4, rate=RATE).weights
    open_long = fit_open(LOGISTIC, x, y, steps=4, rate=RATE).weights
    own_error = max(own_error, _relative(long, open_long))
    peer_error = _relative(peer, tutorial.epoch_in_the_open())
    return (np.median(ours), own_error), (np.median(theirs), peer_error)


class _Tutorial:
    """The circuit of "Tutorial 1 - Training and Evaluation of Logistic Regression"."""

    def __init__(self, x: np.ndarray, y: np.ndarray):
        self.x, self.y = x, y
        self.start = np.random.default_rng(0).uniform(-0.3, 0.3, x.shape[1] + 1)
        self.keys = new_keys_with_rotations(TUTORIAL).context
        self.rows = [ts.ckks_vector(self.keys, row.tolist()) for row in x]
        self.labels = [ts.ckks_vector(self.keys, [float(label)]) for label in y]

    def epoch(self) -> np.ndarray:
        weight = ts.ckks_vector(self.keys, self.start[:-1].tolist())
        bias = ts.ckks_vector(self.keys, self.start[-1:].tolist())
        weight_change, bias_change = 0, 0
        for row, label in zip(self.rows, self.labels, strict=True):
            output = (row.dot(weight) + bias).polyval([0.5, A, 0, -B])
            error = output - label
            weight_change = weight_change + row * error
            bias_change = bias_change + error
        share = 1 / len(self.rows)
        weight = weight - (weight_change * share + weight * DECAY)
        bias = bias - bias_change * share
        return np.array([*weight.decrypt(), *bias.decrypt()])

    def epoch_in_the_open(self) -> np.ndarray:
        weight, bias = self.start[:-1], self.start[-1]
        error = sigmoid(self.x @ weight + bias) - self.y
        moved = weight - self.x.T @ error / len(self.y) - DECAY * weight
        return np.array([*moved, bias - error.mean()])


def _inference():
    data = digits()
    images = data.features / 16
    rng = torch.Generator().manual_seed(0)
    network = fit_square_network(images[:1200], data.target[:1200], hidden=16, rng=rng)
    keys = new_keys_with_rotations(NETWORK)
    pixels = columns(keys.public, images)
    alone = [
        ts.ckks_vector(keys.context, row.tolist()) for row in images[:TUTORIAL_IMAGES]
    ]
    right = np.array(network.scores(list(images.T))).T
    ours, theirs = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        scores = network.scores(pixels)
        ours.append((time.perf_counter() - start) / len(images))
        start = time.perf_counter()
        singly = [_one_image(network, image) for image in alone]
        theirs.append((time.perf_counter() - start) / len(alone))
    own = np.array([decrypt(keys, each) for each in scores]).T
    peer = np.array([each.decrypt() for each in singly])
    return (
        (np.median(ours), _relative(own, right)),
        (np.median(theirs), _relative(peer, right[:TUTORIAL_IMAGES])),
    )


def _one_image(network, image: ts.CKKSVector) -> ts.CKKSVector:
    """TenSEAL's way: vector times matrix by diagonals and rotations."""
    hidden = image.mm(network.first.tolist()) + network.first_bias.tolist()
    hidden.square_()
    return hidden.mm(network.second.tolist()) + network.second_bias.tolist()
