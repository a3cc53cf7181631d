"""What lesson 3.4 says of chance, with five seeds; and the laws it stands on."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from privlab.experiments import chooser, way_views
from privlab.experiments.chooser import (
    LATENCIES,
    SECRETS,
    TRUST,
    Case,
    chosen,
    recommend,
    verdicts,
)
from privlab.experiments.hospital_privacy import ROUNDS, multiplier
from privlab.experiments.medicine_plan import spent
from privlab.experiments.price_by_people import price_by_people
from privlab.experiments.shared_task import CLIENTS, TASKS, TUMOURS, shared_task
from privlab.experiments.six_ways import Table, membership, six_ways
from privlab.experiments.way_costs import mask_round, sealed_queries
from privlab.experiments.ways_to_serve import (
    DP,
    DP_HE,
    FL,
    FL_BOTH,
    FL_CLIENT,
    FL_DP,
    FL_MASKS,
    HE,
    PLAIN,
    WAYS,
)

SEEDS = range(10, 15)
tasks = pytest.mark.parametrize("task", TASKS)
seeds = pytest.mark.parametrize("seed", SEEDS)


@cache
def measured(task: str, seed: int) -> Table:
    return six_ways(task=task, epsilon=1.0, seed=seed)


# The task


@tasks
def test_the_test_is_nobodys_and_client_1_has_one_record(task):
    data = shared_task(task, 0)
    rows = np.concatenate([*data.clean.x, data.clean.test_x])
    assert len(np.unique(rows, axis=0)) == len(rows)
    assert data.clean.sizes[0] == 1
    assert len(data.clean.sizes) == CLIENTS
    assert data.clean.sizes.sum() == 250 + data.included.sum()


@tasks
def test_only_the_planted_have_wrong_labels(task):
    data = shared_task(task, 1)
    pairs = zip(data.clean.y, data.planted.y, strict=True)
    wrong = sum((a != b).sum() for a, b in pairs)
    assert wrong == data.included.sum()


def test_an_unknown_task_is_named():
    with pytest.raises(ValueError, match="task='faces'"):
        shared_task("faces", 0)


# The six ways


@tasks
@seeds
def test_each_method_stops_its_own_attack_and_no_other(task, seed):
    table = measured(task, seed)
    plain, dp, he, fl = (table.of(way) for way in (PLAIN, DP, HE, FL))
    assert he.membership == plain.membership > 0.3
    assert dp.membership < plain.membership / 2
    assert (dp.query, he.query, fl.query) == (1, 0, 0)
    assert (dp.record, he.record, fl.record) == (1, 1, 1)
    assert fl.membership > 0.5 * plain.membership


@tasks
@seeds
def test_masks_stop_the_honest_server_and_noise_the_lying_one(task, seed):
    ways = (PLAIN, FL_MASKS, FL_BOTH)
    plain, masks, both = (measured(task, seed).of(way) for way in ways)
    assert (masks.record, masks.two_sums) == (0, 1)
    assert (both.record, both.two_sums) == (0, 0)
    assert both.membership < plain.membership / 2


@tasks
@seeds
def test_the_bill(task, seed):
    table = measured(task, seed)
    plain, dp, he, fl = (table.of(way) for way in (PLAIN, DP, HE, FL))
    assert plain.accuracy - dp.accuracy > 0.04
    assert he.query_seconds > 1000 * plain.query_seconds
    assert he.query_bytes > 100 * plain.query_bytes
    assert fl.training_bytes > 10 * plain.training_bytes
    assert fl.accuracy > plain.accuracy - 0.03


@tasks
@seeds
def test_what_combining_buys(task, seed):
    table = measured(task, seed)
    assert table.of(DP_HE).membership < table.of(PLAIN).membership / 2
    assert (table.of(DP_HE).query, table.of(DP_HE).record) == (0, 1)
    assert table.of(FL_DP).record == 1
    assert table.of(FL_CLIENT).accuracy < table.of(FL_BOTH).accuracy


@tasks
def test_a_model_that_knows_nothing_gives_no_advantage(task):
    data = shared_task(task, 0)
    assert membership(np.zeros(data.columns), data) == 0


def test_shares_of_the_fewest_honest_keep_the_promise():
    """What LEAST honest clients add is the noise that the accountant asks for."""
    share = multiplier(1.0) / math.sqrt(way_views.LEAST)
    assert spent(share * math.sqrt(way_views.LEAST), ROUNDS) <= 1.0


def test_sealed_scores_are_right_and_masked_sums_too():
    data = shared_task(TUMOURS, 0)
    sealed = sealed_queries(data)
    assert sealed.undecided < 0.02
    moved, _ = mask_round(data, 0)  # raises if the opened mean is wrong
    assert moved > CLIENTS * (CLIENTS - 1) * 64  # every pair exchanges letters


@tasks
@seeds
def test_the_price_falls_with_people(task, seed):
    assert price_by_people(task=task, epsilon=1.0, seed=seed).falls


@seeds
def test_more_noise_costs_more(seed):
    strict, loose = (
        price_by_people(task=TUMOURS, epsilon=epsilon, seed=seed)
        for epsilon in (0.3, 8.0)
    )
    assert strict.price[-1] > loose.price[-1]


# The chooser


def case(trusted, *secrets, seconds=1.0, floor=0.5) -> Case:
    return Case(
        trusted=trusted, secrets=frozenset(secrets), seconds=seconds, floor=floor
    )


@seeds
@pytest.mark.parametrize(
    ("asked", "way"),
    [
        (case("server", "members", floor=0.75), DP),
        (case("its rules", "query", "model", floor=0.75), HE),
        (case("nobody", "records", "members", floor=0.75), FL_BOTH),
        (case("nobody", "members", "records", "query", "model"), None),
        (case("its rules", "query", "model", seconds=1e-3), None),
        (case("server", "members", floor=0.95), None),
        (case("its rules", "records"), FL_MASKS),
        (case("server"), PLAIN),
    ],
)
def test_what_is_recommended(seed, asked, way):
    assert recommend(measured(TUMOURS, seed), asked).way == way


@pytest.mark.parametrize("trusted", TRUST)
@pytest.mark.parametrize("secret", SECRETS)
def test_trust_less_or_ask_more_and_no_way_is_added(trusted, secret):
    table = measured(TUMOURS, 10)
    here = set(recommend(table, case(trusted, *SECRETS[secret])).meets)
    for other in TRUST[TRUST.index(trusted) :]:
        assert set(recommend(table, case(other, *SECRETS[secret])).meets) <= here
    for more in ("members", "records", "query", "model"):
        wider = case(trusted, *SECRETS[secret], more)
        assert set(recommend(table, wider).meets) <= here
    strict = case(trusted, *SECRETS[secret], floor=0.9, seconds=1e-3)
    assert set(recommend(table, strict).meets) <= here


def test_an_attack_that_fails_is_no_promise():
    row = replace(measured(TUMOURS, 10).of(PLAIN), membership=0.0)
    assert not verdicts(row, case("server", "members"))["members"].met


def test_nothing_says_why_for_each_way():
    found = recommend(measured(TUMOURS, 10), case("server", floor=1.0))
    assert found.way is None
    assert len(found.reasons) == len(WAYS)
    assert "Nothing here meets this, because plain fails accuracy" in found.summary


def test_the_words_of_the_widget_are_a_case():
    setting = {"task": TUMOURS, "epsilon": 1.0, "floor": 75, "seed": 10}
    words = {"trusted": "its rules", "secret": "query, model", "latency": "1 s"}
    found = chosen(**setting, **words)
    asked = case("its rules", "query", "model", floor=0.75)
    assert found == recommend(measured(TUMOURS, 10), asked)
    assert set(LATENCIES) == {"1 ms", "1 s", "any"}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"trusted": "me"}, "trusted='me'"), ({"secrets": {"name"}}, "secrets=")],
)
def test_what_is_no_case_is_named(wrong, named):
    right = {"trusted": "server", "secrets": frozenset(), "seconds": 1, "floor": 0}
    with pytest.raises(ValueError, match=named):
        chooser.Case(**right | wrong)
