"""Budgets are spent to the last bit and no further."""

import dataclasses
import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from privlab.core.privacy import Privacy
from privlab.dp.budget import Budget, Overspent, RenyiBudget
from privlab.dp.pld import composed_epsilon
from privlab.dp.rdp import rdp, renyi_epsilon
from privlab.dp.sampled_gaussian import SampledGaussian

laws = settings(deadline=None, derandomize=True)
LIMIT = Privacy(epsilon=1, delta=1e-5)
COSTS = st.lists(
    st.builds(Privacy, epsilon=st.floats(0, 2), delta=st.floats(0, 1e-5)), max_size=8
)


def gaussian_cost(noise: float, order: float) -> float:
    curve = rdp(noise_multiplier=noise, sampling_rate=1, steps=1, orders=[order])
    return float(curve[0])


# Epsilon and delta


@laws
@given(COSTS)
def test_what_is_spent_is_the_sum_and_never_above_the_limit(costs):
    budget, sum_epsilon, sum_delta = Budget(limit=LIMIT), 0.0, 0.0
    for cost in costs:
        try:
            budget = budget.spend(cost)
        except Overspent:
            assert (
                sum_epsilon + cost.epsilon > LIMIT.epsilon
                or sum_delta + cost.delta > LIMIT.delta
            )
        else:
            sum_epsilon, sum_delta = sum_epsilon + cost.epsilon, sum_delta + cost.delta
    assert budget.spent == Privacy(epsilon=sum_epsilon, delta=sum_delta)
    assert budget.spent.epsilon <= LIMIT.epsilon * (1 + 1e-12)
    assert budget.spent.delta <= LIMIT.delta * (1 + 1e-12)


@laws
@given(st.floats(0, 1), st.floats(0, 1e-5))
def test_what_is_left_can_be_spent_and_then_nothing_more(epsilon, delta):
    budget = Budget(limit=LIMIT).spend(Privacy(epsilon=epsilon, delta=delta))
    empty = budget.spend(budget.left)
    assert empty.left.epsilon <= 1e-15
    for more in (Privacy(epsilon=1e-9), Privacy(epsilon=0, delta=1e-14)):
        with pytest.raises(Overspent):
            empty.spend(more)


def test_ten_tenths_may_be_spent_of_one_and_not_an_eleventh():
    budget, tenth = Budget(limit=LIMIT), Privacy(epsilon=0.1, delta=1e-6)
    for _ in range(10):
        budget = budget.spend(tenth)
    message = r"\(0.1, 1e-06\)-DP is more than the .* left of \(1, 1e-05\)-DP"
    with pytest.raises(Overspent, match=message):
        budget.spend(tenth)


def test_a_refusal_leaves_the_budget_as_it_was():
    budget = Budget(limit=LIMIT)
    with pytest.raises(Overspent):
        budget.spend(Privacy(epsilon=2))
    assert budget == Budget(limit=LIMIT)
    with pytest.raises(dataclasses.FrozenInstanceError):
        budget.spent = LIMIT


def test_a_cost_is_a_promise_and_no_bare_number():
    with pytest.raises(TypeError):
        Budget(limit=LIMIT).spend(0.1)


# Renyi divergences


@laws
@given(st.floats(0.1, 10), st.floats(-9, -2), st.floats(0, 3))
def test_the_allowance_is_what_gives_the_limit(epsilon, log_delta, log_excess):
    order, delta = 1 + 10**log_excess, 10**log_delta
    assume(epsilon > renyi_epsilon(0.0, order=order, delta=delta))
    limit = Privacy(epsilon=epsilon, delta=delta)
    allowance = RenyiBudget(limit=limit, order=order).allowance
    reached = renyi_epsilon(allowance, order=order, delta=delta)
    assert reached == pytest.approx(epsilon, rel=1e-9)


@laws
@given(st.lists(st.floats(0, 0.3), max_size=8))
def test_divergences_add_up_to_the_allowance_and_no_further(costs):
    budget, total = RenyiBudget(limit=LIMIT, order=30.0), 0.0
    for cost in costs:
        try:
            budget = budget.spend(cost)
        except Overspent:
            assert total + cost > budget.allowance
        else:
            total += cost
    assert budget.spent == total <= budget.allowance * (1 + 1e-12)
    assert budget.left == pytest.approx(budget.allowance - total, abs=1e-15)
    assert budget.spend(budget.left).left <= 1e-15


def test_many_noisy_releases_are_far_cheaper_than_epsilon_by_epsilon():
    order, noise = 25.0, 40.0
    budget, releases = RenyiBudget(limit=LIMIT, order=order), 0
    while budget.left >= gaussian_cost(noise, order):
        budget = budget.spend(gaussian_cost(noise, order))
        releases += 1
    one = SampledGaussian(noise_multiplier=noise, sampling_rate=1, steps=1)
    each = composed_epsilon([one], delta=1e-5 / releases).high
    assert releases > 3 / each
    together = dataclasses.replace(one, steps=releases)
    assert composed_epsilon([together], delta=1e-5).high <= 1


def test_a_divergence_too_large_is_refused_and_named():
    budget = RenyiBudget(limit=LIMIT, order=25.0).spend(0.1)
    with pytest.raises(Overspent, match=r"cost=1 is more than the 0\.\d+ left of 0\."):
        budget.spend(1)
    assert issubclass(Overspent, ValueError)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RenyiBudget(limit=LIMIT, order=1.0), "order=1.0 must be > 1"),
        (lambda: RenyiBudget(limit=LIMIT, order=math.nan), "order=nan must be finite"),
        (lambda: RenyiBudget(limit=LIMIT, order=2.0), "order=2.0 leaves nothing"),
        (
            lambda: RenyiBudget(limit=Privacy(epsilon=1), order=9.0),
            "limit.delta=0.0 must lie strictly",
        ),
        (lambda: RenyiBudget(limit=LIMIT, order=30.0, spent=-1), "spent=-1 must be"),
        (lambda: RenyiBudget(limit=LIMIT, order=30.0).spend(-0.1), "cost=-0.1 must be"),
        (
            lambda: RenyiBudget(limit=LIMIT, order=30.0).spend(math.nan),
            "cost=nan must be finite",
        ),
    ],
)
def test_impossible_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
