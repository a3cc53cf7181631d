"""Lesson 2: what depends on chance holds for five seeds; the formulas are right."""

import numpy as np
import pytest

from privlab.dp.discrete import DiscreteLaplace
from privlab.experiments.balance import balance, noise_size, right_guesses
from privlab.experiments.noise_where import noise_where
from privlab.experiments.protections import PROTECTIONS, protections
from privlab.experiments.protections import right_guesses as learned
from privlab.experiments.threat_model import (
    ADVERSARIES,
    DEFENCES,
    REACHES,
    threat_model,
)

each_seed = pytest.mark.parametrize("seed", range(5))


@each_seed
def test_what_the_envelopes_do(seed):
    found = {e: protections(epsilon=e, seed=seed).outcomes for e in (0.2, 1, 5)}
    for name, outcome in found[1].items():
        blind = "encrypted" in name or "sealed" in name
        expected = 0.5 if blind else outcome.reader
        assert abs(outcome.wire - expected) < 0.15
        assert outcome.accepted == (name in ("open", "encrypted", "noisy"))
        assert (outcome.error == 0) == (outcome.reader == 1) == ("noisy" not in name)
    strong, weak = found[0.2]["noisy, sealed"], found[5]["noisy, sealed"]
    assert strong.reader < 0.68
    assert 4 < strong.error < 6
    assert weak.reader > 0.96
    assert weak.error < 0.1
    assert found[1]["noisy, sealed"].reader < 0.85


def test_envelopes_give_back_what_was_sent():
    key, nonce = bytes(32), bytes(range(12))
    for envelope, _ in PROTECTIONS.values():
        for byte in (0, 127, 255):
            sent = envelope.seal(key, nonce, bytes([byte]))
            assert envelope.open(key, sent) == bytes([byte])


def test_the_adversary_finds_the_telling_byte_and_nothing_in_noise():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 2_000)
    seen = rng.integers(0, 256, (2_000, 5))
    assert abs(learned(seen, truth) - 0.5) < 0.1
    for low, high in ((7, 8), (8, 7), (0, 1), (255, 254)):
        seen[:, 3] = np.where(truth, high, low)
        assert learned(seen, truth) == 1


@pytest.mark.parametrize("epsilon", [0.3, 1, 3])
def test_the_balance_has_the_noise_and_the_odds_of_the_exact_mechanism(epsilon):
    rng = np.random.default_rng(1)
    noise = DiscreteLaplace(epsilon=epsilon, sensitivity=1)
    drawn = np.array([noise.release(0, rng=rng) for _ in range(20_000)])
    spread = drawn.std() / np.sqrt(len(drawn))
    assert abs(np.abs(drawn).mean() - noise_size(epsilon)) < 6 * spread
    right = (np.mean(drawn <= 0) + np.mean(drawn + 1 > 0)) / 2
    assert abs(right - right_guesses(epsilon)) < 6 * 0.5 / np.sqrt(len(drawn))


def test_a_crowd_tips_the_balance():
    few, many = balance(people=10, epsilon=1), balance(people=10_000, epsilon=1)
    assert few.chosen[0] == many.chosen[0]
    ratios = [b.chosen[1] / b.by_chance for b in (few, many)]
    assert ratios[0] / ratios[1] == pytest.approx(np.sqrt(1000))


@each_seed
def test_fresh_noise_wears_off_and_noise_in_the_training_does_not(seed):
    result = noise_where(epsilon=0.5, asked=300, seed=seed)
    assert result.in_predictions[-1] > 0.95
    assert result.in_training[-1] == result.in_training[0] < 0.7
    assert result.in_predictions[0] == result.in_training[0]


def test_every_pair_of_the_threat_model_has_its_sentence():
    for adversary in ADVERSARIES:
        for defence in DEFENCES:
            result = threat_model(adversary=adversary, defence=defence)
            assert adversary in result.summary
            row = result.reached[ADVERSARIES.index(adversary)]
            assert row[DEFENCES.index(defence)] in REACHES
