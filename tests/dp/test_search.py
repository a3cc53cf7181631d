"""The price of choosing the best of many runs: laws, and dp_accounting's figures."""

from functools import partial

import pytest
from dp_accounting import dp_event
from dp_accounting.rdp import RdpAccountant

from privlab.dp.calibration import noise_multiplier
from privlab.dp.rdp import ORDERS, rdp_epsilon
from privlab.dp.search import all_runs_epsilon, geometric_search_epsilon

RUN = {"noise_multiplier": 20.0, "sampling_rate": 1, "steps": 100, "delta": 1e-5}
SAMPLED = {"noise_multiplier": 2.0, "sampling_rate": 0.1, "steps": 50, "delta": 1e-6}

each_run = pytest.mark.parametrize("run", [RUN, SAMPLED], ids=["full", "sampled"])


def by_dp_accounting(run, runs):
    gaussian = dp_event.GaussianDpEvent(run["noise_multiplier"])
    step = dp_event.PoissonSampledDpEvent(run["sampling_rate"], gaussian)
    each = dp_event.SelfComposedDpEvent(step, run["steps"])
    whole = dp_event.RepeatAndSelectDpEvent(each, mean=runs, shape=1)
    return RdpAccountant(ORDERS).compose(whole).get_epsilon(run["delta"])


# Of sampled steps dp_accounting overstates the divergences of orders near 1, which the
# geometric bound takes twice; of whole-data steps both have the closed form.
@pytest.mark.parametrize("runs", [1, 3.5, 10, 300])
@pytest.mark.parametrize(("run", "off"), [(RUN, 1e-9), (SAMPLED, 5e-3)])
def test_the_price_of_a_geometric_search_is_that_of_dp_accounting(runs, run, off):
    peer = by_dp_accounting(run, runs)
    assert geometric_search_epsilon(runs=runs, **run) == pytest.approx(peer, rel=off)


@each_run
def test_a_search_costs_more_than_one_run_and_grows_with_the_runs(run):
    prices = [
        geometric_search_epsilon(runs=runs, **run) for runs in (1, 2, 10, 100, 1000)
    ]
    assert prices == sorted(prices)
    assert prices[0] >= rdp_epsilon(**run) * (1 - 1e-12)


@each_run
def test_many_runs_cost_far_less_than_publishing_all_of_them(run):
    all_of_them = all_runs_epsilon(runs=1000, **run)
    assert geometric_search_epsilon(runs=1000, **run) < all_of_them / 3


@each_run
def test_publishing_all_runs_is_one_long_run(run):
    assert all_runs_epsilon(runs=1, **run) == rdp_epsilon(**run)
    longer = {**run, "steps": 7 * run["steps"]}
    assert all_runs_epsilon(runs=7, **run) == rdp_epsilon(**longer)


def test_calibration_inverts_the_price():
    setting = {"sampling_rate": 1, "steps": 100, "delta": 1e-5}
    price = partial(geometric_search_epsilon, runs=10)
    noise = noise_multiplier(epsilon=3, accountant=price, **setting)
    assert 2.99 < price(noise_multiplier=noise, **setting) <= 3


@pytest.mark.parametrize("runs", [0, -1])
@pytest.mark.parametrize("search", [geometric_search_epsilon, all_runs_epsilon])
def test_fewer_than_one_run_is_refused(search, runs):
    with pytest.raises(ValueError, match="runs"):
        search(runs=runs, **RUN)


def test_delta_must_be_a_probability():
    with pytest.raises(ValueError, match="delta"):
        geometric_search_epsilon(runs=3, **{**RUN, "delta": 0.0})
