"""What lesson 4.3 says of chance, with five seeds, and its formulas against runs."""

from functools import partial
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from privlab.core.datasets import diabetes
from privlab.experiments import fl_convergence as convergence
from privlab.experiments import two_valleys as valleys
from privlab.experiments.client_drift import client_drift
from privlab.experiments.client_sampling import (
    BY_SIZE,
    PLAIN,
    RATIO,
    SCALED,
    SCHEMES,
    client_sampling,
    moments,
    subsets,
    weights_of_drawn,
)
from privlab.experiments.sorted_digits import fedsgd_gap, sorted_digits
from privlab.experiments.ten_clients import (
    MEANS,
    SIGNS,
    STARTS,
    gradient_shares,
    local_models,
    ten_clients,
)
from privlab.experiments.tumour_clinics import least_loss, tumour_clinics, tumours
from privlab.experiments.uneven_splits import partly_sorted, rising_sizes
from privlab.experiments.weighted_mean import plain_deviation, weighted_mean

seeds = pytest.mark.parametrize("seed", range(5))


# Who holds what


@pytest.mark.parametrize("ratio", [1, 4, 20])
def test_rising_sizes_hold_everybody_and_rise_by_the_ratio(ratio):
    sizes = rising_sizes(10_000, 10, ratio)
    assert sizes.sum() == 10_000
    assert sizes[-1] / sizes[0] == pytest.approx(ratio, rel=0.02)
    with pytest.raises(ValueError, match=r"ratio=0\.5"):
        rising_sizes(10, 2, 0.5)


@seeds
def test_a_split_is_sorted_as_far_as_asked(seed):
    values, rng = np.arange(400) // 40, np.random.default_rng(seed)
    some, full, none = (
        values[partly_sorted(values, link, splits=3, rng=rng)] for link in (0.5, 1, 0)
    )
    assert (full == values).all()
    assert (np.sort(some, axis=1) == values).all()
    ties = [np.corrcoef(values, each)[0, 1] for each in (none[0], some[0], full[0])]
    assert abs(ties[0]) < 0.3  # six deviations
    assert ties[0] < ties[1] < ties[2]


@pytest.mark.parametrize("skew", [0, 0.5, 1])
def test_clinics_hold_every_tumour_once_and_their_loss_has_their_gradient(skew):
    clinics = tumour_clinics(skew=skew, ratio=3, seed=1)
    rows, labels = tumours()
    held = clinics.together.signed[0]
    mine = rows * labels[:, None]
    assert held[np.lexsort(held.T)] == pytest.approx(mine[np.lexsort(mine.T)])
    theta = np.random.default_rng(0).normal(size=31) / 5
    slope = approx_fprime(theta, clinics.loss, 1e-7)
    assert clinics.weights @ clinics.gradients(theta) == pytest.approx(slope, abs=1e-5)
    assert clinics.loss(theta) == pytest.approx(clinics.together.loss(theta))


def test_no_model_has_less_than_the_least_loss():
    clinics = tumour_clinics(skew=0, seed=0).together
    theta = clinics.local(np.zeros(31), steps=5_000, rate=0.5)[0]
    assert clinics.loss(theta) == pytest.approx(least_loss(), abs=1e-12)


# The weighted mean


@seeds
def test_the_plain_mean_is_off_where_size_and_illness_go_together(seed):
    linked = weighted_mean(ratio=4, link=0.5, seed=seed)
    assert linked.plain - linked.pooled == pytest.approx(linked.by_covariance)
    assert linked.weighted == pytest.approx(linked.pooled)
    assert linked.errors.mean() < -10
    by_chance = weighted_mean(ratio=4, link=0, seed=seed)
    spread = plain_deviation(diabetes().target, by_chance.sizes)
    assert abs(by_chance.errors.mean()) < 5 * spread / np.sqrt(300)
    # a standard error of 4 % for the deviation of 300; six of them
    assert by_chance.errors.std() == pytest.approx(spread, rel=0.25)
    equal = weighted_mean(ratio=1, link=0.5, seed=seed)
    assert np.abs(equal.errors).max() < 0.1


# One step, and several


@seeds
def test_fedsgd_is_the_pooled_step_and_more_steps_are_not(seed):
    clinics = tumour_clinics(skew=1, ratio=4, seed=seed)
    theta = np.random.default_rng(seed).normal(size=31)
    pooled = clinics.together.gradients(theta)[0]
    gradients, length = clinics.gradients(theta), np.linalg.norm(pooled)
    assert np.linalg.norm(clinics.weights @ gradients - pooled) < 1e-12 * length
    assert np.linalg.norm(gradients.mean(axis=0) - pooled) > 0.05 * length
    models = clinics.local(theta, steps=5, rate=0.1)
    mean = clinics.together.gradients(clinics.weights @ models)[0]
    article = clinics.weights @ clinics.gradients(models)
    assert np.linalg.norm(article - pooled) > 0.1 * length
    assert np.linalg.norm(article - mean) > 0.02 * length


@seeds
def test_flowers_round_of_one_step_is_the_pooled_step(seed):
    assert fedsgd_gap(epochs=1, seed=seed) < 1e-12
    assert fedsgd_gap(epochs=5, seed=seed) > 1e-3


@seeds
def test_drift_grows_with_steps_and_with_skew(seed):
    apart, mixed = (client_drift(skew=skew, steps=20, seed=seed) for skew in (1, 0))
    assert apart.gaps[0] < 1e-12
    assert (np.diff(apart.gaps) > 0).all()
    assert 0.01 < mixed.gap < apart.gap < 0.2


def test_the_plane_of_the_picture_is_orthonormal():
    plane = client_drift(skew=1, steps=5, seed=0).plane
    assert plane @ plane.T == pytest.approx(np.eye(2))


# Valleys


def any_valleys(seed):
    rng = np.random.default_rng(seed)
    curvatures, minima = rng.uniform(0.5, 9, 4), rng.normal(size=4)
    weights = rng.dirichlet(np.ones(4))
    return {"curvatures": curvatures, "minima": minima, "weights": weights}


@seeds
@pytest.mark.parametrize("steps", [1, 2, 7, 40])
def test_runs_settle_where_the_formulas_say(seed, steps):
    clients = any_valleys(seed)
    run = clients | {"rate": 0.1, "steps": steps}
    best = valleys.optimum(**clients)
    theta = valleys.settled(partial(valleys.fedavg_round, **run), 0.3)
    assert theta == pytest.approx(valleys.fedavg_limit(**run))
    if steps == 1:
        assert theta == pytest.approx(best)
    start = (0.3, np.zeros(4))
    theta, controls = valleys.settled(partial(valleys.scaffold_round, **run), start)
    assert theta == pytest.approx(best)
    slopes = clients["curvatures"] * (best - clients["minima"])
    assert controls == pytest.approx(slopes)


@seeds
def test_fedprox_goes_from_the_mean_of_minima_to_the_best_model(seed):
    clients = any_valleys(seed)
    a, c, w = clients.values()
    for mu in (0.1, 1, 30):
        theta = 0.3
        for _ in range(3_000):
            theta = w @ ((a * c + mu * theta) / (a + mu))
        assert theta == pytest.approx(valleys.fedprox_limit(**clients, mu=mu))
    assert valleys.fedprox_limit(**clients, mu=1e-9) == pytest.approx(w @ c)
    best = valleys.optimum(**clients)
    assert valleys.fedprox_limit(**clients, mu=1e9) == pytest.approx(best)


# The article's ten clients


@seeds
def test_each_repair_brings_the_article_nearer_to_the_best_model(seed):
    (plus, minus), (chain, common), (plain, weighted) = SIGNS, STARTS, MEANS
    run = partial(ten_clients, rate=1, seed=seed)
    written = run(sign=plus, start=chain, mean=plain)
    assert (np.diff(written.losses) > 0).all()
    assert run(sign=plus, start=common, mean=plain).excess > 1
    sign = run(sign=minus, start=chain, mean=plain).excess
    both = run(sign=minus, start=common, mean=plain).excess
    every = run(sign=minus, start=common, mean=weighted).excess
    assert 0.01 < sign < 0.1
    assert 0.001 < both < sign / 2
    assert 0 <= every < 1e-5
    slow = partial(ten_clients, sign=minus, rate=0.01, seed=seed)
    ahead = slow(start=chain, mean=plain).excess
    assert ahead < slow(start=common, mean=weighted).excess


@seeds
@pytest.mark.parametrize("start", STARTS)
def test_a_gradient_counts_as_often_as_its_share_says(seed, start):
    clinics = tumour_clinics(skew=0.5, ratio=3, seed=seed)
    weights = np.random.default_rng(seed).dirichlet(np.ones(10))
    models = local_models(clinics, np.zeros(31), sign=SIGNS[0], start=start, rate=1e-7)
    moved = weights @ models / 1e-7
    expected = gradient_shares(weights, start) @ clinics.gradients(np.zeros(31))
    assert moved == pytest.approx(expected, abs=1e-5)


def test_the_chains_plain_shares_fall_from_one_to_a_tenth():
    shares = gradient_shares(np.full(10, 0.1), STARTS[0])
    assert shares == pytest.approx(np.arange(10, 0, -1) / 10)


# How many local steps


@seeds
def test_local_steps_save_rounds_until_fedavg_no_longer_arrives(seed):
    found = convergence.rounds_needed(skew=1, seed=seed)
    one, five, twenty = (list(found.steps).index(count) for count in (1, 5, 20))
    avg, prox, scaffold = found.rounds.values()
    assert avg[one] == prox[one] == scaffold[one]
    assert avg[five] < avg[one] / 3
    assert np.isnan(avg[twenty])
    assert scaffold[twenty] <= 20
    assert prox[five] > avg[five]
    ends = {
        name: curve[-1]
        for name, curve in convergence.convergence(
            skew=1, steps=20, seed=seed
        ).excess.items()
    }
    assert ends["SCAFFOLD"] < 1e-8 < ends["FedProx"] < ends["FedAvg"]


def test_without_a_pull_fedprox_is_fedavg(monkeypatch):
    monkeypatch.setattr(convergence, "MU", 0.0)
    excess = convergence.convergence(skew=1, steps=4, seed=0).excess
    assert excess["FedProx"] == pytest.approx(excess["FedAvg"])


@seeds
def test_on_digits_through_flower_scaffold_is_ahead(seed):
    found = sorted_digits(skew=1, epochs=5, rounds=12, seed=seed)
    avg, prox, scaffold = found.accuracies.values()
    assert scaffold[6] > 0.8 > avg[10]
    assert scaffold[-1] > avg[-1] + 0.05
    assert prox[-1] < avg[-1] + 0.01


# Some of the clients


@pytest.mark.parametrize("drawn", [1, 3, 10])
def test_all_draws_are_there_once(drawn):
    rows = subsets(10, drawn)
    chosen = [tuple(np.flatnonzero(row)) for row in rows]
    assert chosen == list(combinations(range(10), drawn))
    with pytest.raises(ValueError, match="drawn=11"):
        subsets(10, 11)


@pytest.mark.parametrize("drawn", [1, 2, 5, 10])
@pytest.mark.parametrize("ratio", [1, 4, 20])
def test_the_bias_of_each_scheme_is_what_the_lesson_derives(drawn, ratio):
    world = client_sampling(drawn=drawn, ratio=ratio, model=100, seed=0)
    sizes, updates = world.sizes, world.updates
    bias = {name: world.bias[name][drawn - 1] for name in SCHEMES}
    target = sizes @ updates / sizes.sum()
    assert bias[BY_SIZE] == 0
    assert bias[SCALED] == pytest.approx(0, abs=1e-9)
    assert bias[PLAIN] == pytest.approx(updates.mean() - target)
    draws = subsets(10, drawn)
    ratios = weights_of_drawn(sizes, draws, RATIO) @ updates
    mean_size = draws @ sizes / drawn
    covariance = np.cov(ratios, mean_size, bias=True)[0, 1]
    assert bias[RATIO] == pytest.approx(-covariance / sizes.mean(), abs=1e-9)
    if drawn == 1:
        assert bias[RATIO] == pytest.approx(bias[PLAIN])


@seeds
def test_exact_moments_are_those_of_drawing(seed):
    rng = np.random.default_rng(seed)
    sizes, updates = rng.integers(5, 90, 8), rng.normal(size=8)
    weights, runs = sizes / sizes.sum(), 20_000
    by_size = updates[rng.choice(8, p=weights, size=(runs, 3))].mean(axis=1)
    drawn = (rng.random((runs, 8)).argsort(axis=1) < 3).astype(float)
    for scheme in SCHEMES:
        found = by_size
        if scheme != BY_SIZE:
            found = weights_of_drawn(sizes, drawn, scheme) @ updates
        bias, deviation = moments(sizes, updates, drawn=3, scheme=scheme)
        error = found.mean() - weights @ updates - bias
        assert abs(error) < 6 * deviation / np.sqrt(runs)
        assert found.std() == pytest.approx(deviation, rel=0.06)


def test_only_the_scaled_mean_minds_where_the_model_is():
    near, far = (
        client_sampling(drawn=3, ratio=4, model=model, seed=0) for model in (150, 0)
    )
    for scheme in (BY_SIZE, RATIO, PLAIN):
        assert near.error(scheme) == pytest.approx(far.error(scheme))
    assert far.deviation[SCALED][2] > 1.5 * far.deviation[BY_SIZE][2]
