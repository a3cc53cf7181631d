"""Lesson 5.1 against TensorFlow, autograd and DP-SGD, and over five seeds."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from privlab.dp.mechanisms import Gaussian
from privlab.dp.per_example import clipped_sum
from privlab.experiments import listing, training_loops
from privlab.experiments.listing import (
    BATCH,
    NOISY_LOSSES,
    READINGS,
    article_listing,
    noise_effect,
    seeded,
    ten_outputs,
)
from privlab.experiments.misdiagnosed import (
    before_after,
    listing_attacked,
    misdiagnosed,
    with_products,
)
from privlab.experiments.noisy_answers import noisy_answers
from privlab.experiments.patients import patients
from privlab.experiments.repairs import TWO_OUTPUTS, audited, ladder
from privlab.experiments.softmax_twice import softmax_twice
from privlab.experiments.training_loops import Loop, trained, unusual_last, with_one
from privlab.experiments.zoo_gallery import FROM_THE_ARTICLE, NAMES, gallery

seeds = pytest.mark.parametrize("seed", range(5))

# The ten biases after ten epochs in TensorFlow 2.21 with Keras 3.15, from these batches
# and first weights: the listing as it is, and with tf.identity around the predictions,
# which hides from Keras that they come from a softmax.
TENSORFLOW = {
    "as Keras runs it": (
        *(0.218928, 0.467778, -0.078008, -0.109482, -0.104827),
        *(-0.071806, -0.090488, -0.06486, -0.085111, -0.082125),
    ),
    "as written": (
        *(0.045231, 0.090282, -0.019287, -0.020209, -0.017282),
        *(-0.014837, -0.011648, -0.012166, -0.02247, -0.017613),
    ),
}


@pytest.mark.parametrize("reading", READINGS)
def test_the_port_trains_as_tensorflow_does(reading):
    data = patients(398, seed=51)
    run = article_listing(
        data.batches(BATCH),
        rng=seeded(51),
        noise_rng=seeded(1),
        loss_fn=READINGS[reading],
    )
    bias = run.layer.bias.tolist()
    assert bias == pytest.approx(TENSORFLOW[reading], abs=1e-5)


def test_patients_are_scaled_by_the_others_alone():
    data = patients(100, seed=3)
    assert (len(data.x), len(data.test_x)) == (100, 469)
    assert data.test_x.mean(dim=0).abs().max() < 1e-5
    assert data.test_x.std(dim=0, correction=0).numpy() == pytest.approx(1, abs=1e-5)
    sizes = [len(y) for _, y in data.batches(32)]
    assert sizes == [32, 32, 32, 4]


@seeds
def test_ten_outputs_name_classes_that_do_not_exist(seed):
    data = patients(398, seed=seed)
    ten = ten_outputs(data, reading="as written", epochs=10, seed=seed)
    keras = ten_outputs(data, reading="as Keras runs it", epochs=10, seed=seed)
    assert ten.outside > 1 / 3
    assert ten.accuracy < 0.5 < keras.accuracy - 0.2
    assert ten.means.sum(dim=1).numpy() == pytest.approx(1, abs=1e-5)


@seeds
@pytest.mark.parametrize("stddev", [1.0, 1000.0])
@pytest.mark.parametrize("place", ["after the step", *NOISY_LOSSES])
def test_only_noise_before_a_bend_reaches_the_weights(seed, stddev, place):
    data = patients(100, seed=seed)
    effect = noise_effect(data, stddev=stddev, seed=seed, place=place)
    assert (effect.different == 0) == (place != "on the predictions")
    assert (effect.noisy.losses != effect.quiet.losses).any() == (place in NOISY_LOSSES)


def test_noise_is_made_and_clipped_where_nobody_reads_it():
    effect = noise_effect(patients(100, seed=1), stddev=1000.0, seed=1)
    noisy = effect.noisy.predictions_noisy
    assert (noisy.abs() == 1).float().mean() > 0.99
    assert float(noisy.abs().max()) <= 1


@pytest.mark.parametrize("outputs", [2, 10, 1000])
def test_softmax_twice_keeps_the_loss_between_its_ends_and_loses_the_pull(outputs):
    result = softmax_twice(outputs=outputs)
    once, twice = result.losses
    assert result.floor == pytest.approx(math.log(math.e + outputs - 1) - 1)
    assert float(twice.min()) == pytest.approx(result.floor, abs=1e-4)
    assert float(twice.min()) > result.floor
    assert float(twice.max()) == pytest.approx(result.floor + 1, abs=1e-4)
    assert once.numpy() == pytest.approx(np.log1p(np.exp(-result.lead.numpy())))
    pulls = result.pulls[:, 0]  # the right output 12 logits behind
    assert float(pulls[0]) == pytest.approx(math.sqrt(2), abs=1e-4)
    assert float(pulls[1]) < 1e-4


# The attack


def test_products_are_all_and_once():
    rows = torch.tensor([[2.0, 3.0], [5.0, 7.0]])
    assert with_products(rows).tolist() == [[2, 3, 4, 6, 9], [5, 7, 25, 35, 49]]


def test_the_wards_hold_whom_they_say():
    ward = misdiagnosed(seed=2)
    n = len(ward.people.x)
    assert n == 250 + ward.included.sum()
    assert ward.x.shape == (150, 495)

    def inside(x):
        return bool((ward.people.x == x).all(dim=1).any())

    assert [inside(x) for x in ward.x] == ward.included.tolist()


@seeds
def test_the_attack_on_the_listing_does_not_hear_the_noise(seed):
    ward = misdiagnosed(seed=seed)
    found = [
        listing_attacked(ward, epochs=100, stddev=stddev, seed=seed)
        for stddev in (0.0, 1.0, 1000.0)
    ]
    for one in found[1:]:
        assert (one.attack.members == found[0].attack.members).all()
        assert (one.attack.others == found[0].attack.others).all()
    assert found[0].attack.auc > 0.6


def test_dp_sgd_takes_the_leak_away_and_keeps_its_word():
    result = before_after(epsilon=3, seeds=range(5, 10))  # not the lesson's five
    accuracy, auc = result.accuracy.mean(axis=0), result.auc.mean(axis=0)
    assert auc[1] > auc[0] + 0.05
    assert auc[2] < auc[1] - 0.1
    assert accuracy[2] > accuracy[1]
    assert result.claimed[2] == pytest.approx(3, rel=1e-3)
    assert result.measured[:, 2].max() <= result.claimed[2]


# The kind reading


@seeds
def test_noisy_answers_are_useless_once_and_naked_often(seed):
    data = patients(398, seed=seed)
    once = noisy_answers(data, stddev=1.0, answers=1, seed=seed)
    often = noisy_answers(data, stddev=1.0, answers=400, seed=seed)
    assert once.accuracy(once.medians) < 0.5
    assert often.accuracy(often.medians) > often.accuracy(often.predictions) - 0.1
    assert once.epsilon > 6
    assert often.epsilon > 100


def test_an_answer_costs_what_the_gaussian_mechanism_says():
    once = noisy_answers(patients(398, seed=0), stddev=3.0, answers=1, seed=0)
    twin = Gaussian(epsilon=once.epsilon, delta=1e-5, sensitivity=math.sqrt(2))
    assert twin.sigma == pytest.approx(3, rel=1e-6)


# The loops


def test_the_articles_loop_is_the_listing(monkeypatch):
    people, loop = unusual_last(24, seed=4), Loop()
    first = training_loops.start(30, loop)

    def same_start(features, *, rng):
        layer = nn.Linear(features, 10)
        layer.load_state_dict({"weight": first[:-1].T.clone(), "bias": first[-1]})
        return layer

    monkeypatch.setattr(listing, "dense", same_start)
    run = article_listing(people.batches(2), rng=seeded(0), noise_rng=seeded(0))
    mine = trained(loop, people, True, runs=3, rng=seeded(1)).weights
    theirs = torch.cat([run.layer.weight.T, run.layer.bias[None]]).detach()
    for weights in mine:
        assert weights.numpy() == pytest.approx(theirs.numpy(), abs=1e-5)


def test_the_repaired_loop_sums_what_dp_sgd_clips():
    people = unusual_last(24, seed=4)
    loop = Loop(**TWO_OUTPUTS, max_grad_norm=0.5)
    model = nn.Linear(30, 2)
    weights = torch.cat([model.weight.T, model.bias[None]]).detach()[None]
    x = with_one(people.x)
    g = loop.at_outputs(weights, x, people.y, rng=seeded(0))
    mine = loop.total(x, g, torch.ones(1, 24))[0]
    loss = nn.CrossEntropyLoss(reduction="none")
    peer = clipped_sum(model, loss, people.x, people.y, 0.5).gradient
    theirs = torch.cat([peer["weight"].T, peer["bias"][None]])
    assert mine.numpy() == pytest.approx(theirs.numpy(), abs=1e-5)


@pytest.mark.parametrize("scores", ["softmax", "logits"])
def test_gradients_of_the_loop_are_autograds(scores):
    people = unusual_last(6, seed=4)
    loop, x = Loop(scores=scores), with_one(people.x)
    weights = training_loops.start(30, loop).requires_grad_()
    given = x @ weights
    given = given.softmax(dim=1) if scores == "softmax" else given
    F.cross_entropy(given, people.y, reduction="sum").backward()
    g = loop.at_outputs(weights.detach()[None], x, people.y, rng=seeded(0))
    total = loop.total(x, g, torch.ones(1, 6))[0]
    assert total.numpy() == pytest.approx(weights.grad.numpy(), abs=1e-5)


def test_batches_in_order_hold_everybody_once_and_coins_nobody_for_sure():
    loop = Loop(batch_size=5)
    rows = [loop.batch(step, 12).tolist() for step in range(3)]
    assert [len(batch) for batch in rows] == [5, 5, 2]
    assert np.concatenate(rows).tolist() == list(range(12))
    coins = replace(loop, batches="Poisson")
    assert len(coins.batch(1, 12)) == 12
    drawn = coins.drawn(20_000, 12, 12, rng=seeded(0))
    # 240,000 coins: a standard error of 0.001
    assert float(drawn.mean()) == pytest.approx(5 / 12, abs=0.006)
    assert len(drawn.sum(dim=1).unique()) > 5


def test_noise_on_the_gradient_has_its_size_in_units_of_the_bound():
    loop = Loop(**TWO_OUTPUTS, noise_on="on the gradient", noise=3.0, max_grad_norm=0.5)
    total = loop.noisy(torch.zeros(4_000, 5, 2), rng=seeded(0))
    assert float(total.std()) == pytest.approx(1.5, rel=0.03)  # 40,000 draws: 8 s.e.
    present = torch.ones(4_000, 3)
    assert torch.equal(loop.mean(total, present), total / 3)
    expected = replace(loop, divisor="expected size", batch_size=4)
    assert torch.equal(expected.mean(total, present), total / 4)


# The audits


@seeds
def test_no_noise_of_the_listing_changes_its_audit(seed):
    people = unusual_last(24, seed=seed)
    loops = [Loop(noise=stddev) for stddev in (0.0, 1.0, 1000.0)]
    loops.append(Loop(noise_on="on the loss", noise=1000.0))
    found = {audited(loop, people, seed=seed, runs=500).measured for loop in loops}
    assert len(found) == 1
    assert found.pop() > 3


@seeds
def test_each_missing_repair_is_felt_and_the_last_loop_keeps_its_word(seed):
    people = unusual_last(24, seed=seed)
    steps = ladder(people, noise=2.0, seed=seed, runs=2000).steps
    as_is, outputs, noise, clip, _, poisson = steps
    assert as_is.claimed == outputs.claimed == math.inf
    assert min(as_is.measured, outputs.measured) > 4
    assert min(noise.measured, clip.measured) > 1.5 > noise.claimed == clip.claimed
    assert poisson.measured <= poisson.claimed
    in_order = audited(steps[4].loop, people, seed=seed + 100, runs=8000)
    assert in_order.measured > in_order.claimed + 0.2


def test_batches_in_order_are_worth_what_ten_gaussian_steps_are():
    """Ten epochs are ten steps for each patient, and no auditor finds more."""
    people = unusual_last(24, seed=0)
    loop = Loop(
        **TWO_OUTPUTS,
        max_grad_norm=0.5,
        noise_on="on the gradient",
        noise=2.0,
        divisor="expected size",
    )
    with_patient, without = audited(loop, people, seed=7, runs=8000).scores
    spread = without.std(ddof=1)
    mu = (with_patient.mean() - without.mean()) / spread
    # sqrt(10) / 2 = 1.58; a gradient may turn or end below the bound, so a little less
    assert mu < math.sqrt(10) / 2 + 6 * math.sqrt(2 / 8000)
    assert mu > 1.2


# The zoo


def test_the_articles_own_specimens_are_in_the_zoo():
    assert set(FROM_THE_ARTICLE) < set(NAMES)


@pytest.mark.parametrize("seed", range(3))
def test_the_whole_zoo_is_caught(seed):
    animals = gallery(trials=20_000, seed=seed)
    assert animals.caught == len(NAMES)
    assert list(animals.measured) == sorted(animals.measured, reverse=True)
