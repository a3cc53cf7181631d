"""What lesson 3.3 says of chance, and every epsilon of it attacked."""

import math

import numpy as np
import pytest
import torch
from flwr.app import ArrayRecord, ConfigRecord, Message, MetricRecord, RecordDict
from flwr.serverapp.strategy import (
    DifferentialPrivacyServerSideFixedClipping,
    FedAvg,
)

from privlab.dp.accounting import rdp_epsilon, zcdp_epsilon
from privlab.dp.audit import audit
from privlab.experiments.federated_privacy import (
    CrowdPrivacy,
    client_level,
    example_level,
    round_for,
)
from privlab.experiments.federation import skewed_federation
from privlab.experiments.masked_sums import server_view
from privlab.experiments.poisoned_clients import BACKWARDS, poisoned_run
from privlab.experiments.price_list import WAYS, exact_noise, noise_shares, price_list
from privlab.experiments.seen_by_server import crowds, local_epochs, noisy_sum
from privlab.fl.private import ClientLevel
from privlab.fl.session import identity, quiet
from privlab.fl.vectors import flat

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)


# Label skew


@seeds
def test_together_beats_every_office_alone_if_labels_are_skewed(seed):
    even = skewed_federation(alpha=100.0, seed=seed)
    skew = skewed_federation(alpha=0.1, seed=seed)
    assert even.together > 0.87
    assert skew.together > skew.alone.max() + 0.1
    assert skew.together < skew.pooled


# What the server sees


@seeds
@pytest.mark.parametrize("epochs", [1, 20])
def test_a_lone_image_comes_back_after_any_number_of_epochs(seed, epochs):
    seen = local_epochs(images=1, epochs=epochs, seed=seed)
    assert seen.decibels[0] > 60


def test_company_hides_images_and_epochs_do_not():
    shares = {
        (images, epochs): np.mean(
            [local_epochs(images=images, epochs=epochs, seed=s).rebuilt for s in SEEDS]
        )
        for images in (4, 64)
        for epochs in (1, 20)
    }
    assert shares[4, 1] > 0.6
    assert shares[4, 20] > 0.6
    assert shares[64, 1] < 0.2
    assert shares[64, 20] < 0.2


@seeds
def test_masks_leave_the_sum_and_nothing_of_an_update(seed):
    view = server_view(clients=10, lost=2, client=1, seed=seed)
    assert view.likeness(view.from_update) > 0.99
    assert view.likeness(view.from_masked) < 0.4
    assert view.error <= view.bound


def test_small_sums_give_images_away_and_large_ones_hardly_any():
    result = crowds(clients=(4, 128), images=1, seeds=tuple(SEEDS))
    assert result.rebuilt[:, 0].mean() > 0.6
    assert (result.rebuilt[:, 1] < 0.1).all()


@seeds
def test_noise_of_a_promise_hides_every_image_and_a_trace_of_noise_none(seed):
    quiet_sum = noisy_sum(clients=4, noise_multiplier=1e-4, images=1, seed=seed)
    loud = noisy_sum(clients=4, noise_multiplier=1.0, images=1, seed=seed)
    assert quiet_sum.rebuilt >= 0.5
    assert loud.decibels.max() < 15


# Prices


@seeds
def test_crowds_pay_less(seed):
    few = client_level(clients=10, epsilon=4.0, seed=seed)
    assert few < 0.6
    assert client_level(clients=60, epsilon=4.0, seed=seed) > 0.7
    assert client_level(clients=300, epsilon=1.0, seed=seed) > 0.6
    assert example_level(clients=10, epsilon=4.0, seed=seed) > max(0.6, few + 0.1)


@pytest.mark.parametrize("epsilon", [1.0, 4.0])
@pytest.mark.parametrize("clients", [10, 60, 300])
def test_the_rounds_spend_what_they_promise(clients, epsilon):
    mechanism = round_for(clients=clients, epsilon=epsilon)
    spent = mechanism.epsilon(rdp_epsilon, rounds=8, delta=1e-5)
    assert spent <= epsilon < spent * 1.01
    assert round_for(clients=clients, epsilon=math.inf).noise_multiplier == 0


def test_masks_change_no_digit_and_only_both_promise_against_the_server():
    prices = price_list(epsilon=8.0, seed=0)
    plain, masked = prices.of("plain").accuracy, prices.of("masks").accuracy
    assert abs(plain - masked) < 0.01
    assert [prices.of(way).messages for way in WAYS] == [1, 4, 1, 4]
    assert [way for way in WAYS if prices.of(way).to_server < math.inf] == [WAYS[3]]
    assert prices.of("masks + noise").accuracy > 0.4


def test_drop_outs_down_to_the_threshold_keep_the_promise():
    shares = noise_shares(2.0, rng=np.random.default_rng(0))

    def spent(survivors):
        return zcdp_epsilon(
            noise_multiplier=shares.multiplier(survivors),
            sampling_rate=1,
            steps=5,
            delta=1e-5,
        )

    promised = zcdp_epsilon(noise_multiplier=2.0, sampling_rate=1, steps=5, delta=1e-5)
    assert spent(20) < promised
    assert spent(16) == pytest.approx(promised, rel=1e-6)
    assert spent(15) > promised * 1.01


def test_shares_are_whole_numbers_of_the_deviation_asked_for():
    draws = exact_noise(40.0, 4000, rng=np.random.default_rng(1))
    assert draws.dtype.kind == "i"
    # The deviation of 4000 draws is known within 1.2 % (1 sd).
    assert abs(draws.std() / 40 - 1) < 0.07


@seeds
def test_two_of_fifteen_ruin_a_mean_and_no_median(seed):
    ruined = poisoned_run(rule="mean", attack=BACKWARDS, hostile=2, seed=seed)
    robust = poisoned_run(rule="median", attack=BACKWARDS, hostile=2, seed=seed)
    assert ruined.accuracies[-1] < 0.4
    assert robust.accuracies[-1] > 0.75


def test_summaries_are_one_line():
    accuracies = np.array([[0.1, 0.9]])
    crowd = CrowdPrivacy(clients=(7,), epsilons=(1.0, math.inf), accuracies=accuracies)
    assert crowd.summary == "Test digits right: 7 clients 10% at ε = 1, 90% at ε = inf."


# Audits. One audit is wrong with probability 1e-6 at most.


@pytest.mark.parametrize("rate", [0.5, 1.0])
def test_what_an_audit_proves_stays_below_the_claim(rate):
    mechanism = ClientLevel(
        clipping_norm=0.5, noise_multiplier=1.0, sampling_rate=rate, clients=5
    )

    def release(updates, *, rng):
        drawn = mechanism.draw(range(len(updates)), rng=rng)
        return mechanism.release(updates[drawn], rng=rng)[0]

    others = np.tile([0.2, -0.1], (4, 1))
    with_one = np.vstack([others, [[900.0, 0.0]]])
    found = audit(
        release,
        with_one,
        others,
        trials=20_000,
        delta=1e-5,
        rng=np.random.default_rng(3),
        confidence=1 - 1e-6,
    )
    claimed = mechanism.epsilon(rdp_epsilon, rounds=1, delta=1e-5)
    assert 0.3 < found.epsilon_lower <= claimed


def test_flowers_weighted_mean_breaks_the_promise_of_its_noise():
    """Four clients, one with 997 of 1,000 rows, noise multiplier 2."""
    with quiet():
        strategy = DifferentialPrivacyServerSideFixedClipping(
            FedAvg(min_train_nodes=4), 2.0, 0.5, num_sampled_clients=4
        )
        state = np.random.get_state()  # noqa: NPY002
        # Clipping them again, in every trial, changes nothing.
        sent = {first: answers(strategy, first) for first in (7.0, 1e-9)}

        def release(first, *, rng):
            np.random.seed(int(rng.integers(2**32)))  # noqa: NPY002
            got = sent[first]
            return flat(strategy.aggregate_train(1, got)[0])[0]

        found = audit(
            release,
            7.0,
            1e-9,
            trials=3000,
            delta=1e-5,
            rng=np.random.default_rng(4),
            confidence=1 - 1e-6,
        )
        np.random.set_state(state)  # noqa: NPY002
    claimed = zcdp_epsilon(noise_multiplier=2.0, sampling_rate=1, steps=1, delta=1e-5)
    assert found.epsilon_lower > claimed * 1.1


def answers(strategy, first):
    """Four clients' models; the first, with 997 rows, moved by ``first``."""
    with identity(run=1, node=1):
        sent = ArrayRecord({"w": torch.zeros(1, dtype=torch.float64)})
        replies = []
        strategy.current_arrays = sent
        for size, moved in ((997, first), (1, 1e-9), (1, 1e-9), (1, 1e-9)):
            asked = Message(RecordDict({"config": ConfigRecord()}), 1, "train")
            asked.metadata.__dict__["_message_id"] = "asked"
            arrays = ArrayRecord({"w": torch.tensor([moved], dtype=torch.float64)})
            metrics = MetricRecord({"num-examples": size})
            content = RecordDict({"arrays": arrays, "metrics": metrics})
            replies.append(Message(content, reply_to=asked))
        return replies
