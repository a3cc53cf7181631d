"""Robust rules: what hostile rows can and cannot do, and Flower's twins."""

import itertools

import numpy as np
import pytest
import torch
from flwr.serverapp.strategy import FedAvg, FedMedian, FedTrimmedAvg, Krum
from scipy import stats
from scripted import ALL, arrays, federated, reply, values

from privlab.fl import robust
from privlab.fl.vectors import flat, shaped, update

RNG = np.random.default_rng(0)
ROWS = RNG.standard_normal((9, 5))
WEIGHTS = np.arange(1.0, 10.0)


def test_the_mean_weighs_clients_by_their_examples():
    by_hand = sum(n * row for n, row in zip(WEIGHTS, ROWS, strict=True)) / WEIGHTS.sum()
    np.testing.assert_allclose(robust.mean(ROWS, WEIGHTS), by_hand, atol=1e-14)


def test_one_hostile_row_makes_the_mean_whatever_it_likes():
    wish = np.full(5, 1e6)
    others = WEIGHTS[1:] @ ROWS[1:]
    row = (WEIGHTS.sum() * wish - others) / WEIGHTS[0]
    got = robust.mean(np.vstack([row, ROWS[1:]]), WEIGHTS)
    np.testing.assert_allclose(got, wish)


HOLDING = [
    (robust.median, 4),
    (lambda rows: robust.trimmed_mean(rows, trim=4), 4),
    (lambda rows: robust.trimmed_mean(rows, trim=2), 2),
]


@pytest.mark.parametrize(("rule", "hostile"), HOLDING)
@pytest.mark.parametrize("size", [1.0, 1e3, -1e9])
def test_below_its_breakdown_point_a_rule_stays_among_the_honest(rule, hostile, size):
    honest = ROWS[hostile:]
    bad = size * (1 + RNG.random((hostile, 5)))
    got = rule(np.vstack([bad, honest]))
    assert (honest.min(0) <= got).all()
    assert (got <= honest.max(0)).all()


@pytest.mark.parametrize(("rule", "hostile"), HOLDING)
def test_at_its_breakdown_point_a_rule_follows_the_hostile(rule, hostile):
    honest = ROWS[hostile + 1 :]
    bad = np.full((hostile + 1, 5), 1e9)
    assert (rule(np.vstack([bad, honest])) > 1e6).all()


def test_trimmed_mean_is_scipys_and_spans_from_mean_to_median():
    got = robust.trimmed_mean(ROWS, trim=2)
    np.testing.assert_allclose(got, stats.trim_mean(ROWS, 2 / 9, axis=0), atol=1e-14)
    np.testing.assert_allclose(robust.trimmed_mean(ROWS, trim=0), ROWS.mean(0))
    np.testing.assert_array_equal(
        robust.trimmed_mean(ROWS, trim=4), robust.median(ROWS)
    )


def brute_force_scores(rows, hostile):
    """The least sum of squared distances to any n - f - 2 others, tried one by one."""
    n = len(rows)
    return [
        min(
            sum(np.sum((rows[i] - rows[j]) ** 2) for j in chosen)
            for chosen in itertools.combinations(
                [j for j in range(n) if j != i], n - hostile - 2
            )
        )
        for i in range(n)
    ]


@pytest.mark.parametrize("hostile", [0, 1, 2, 3])
def test_krum_takes_the_row_of_the_least_brute_force_score(hostile):
    for seed in range(5):
        rows = np.random.default_rng(seed).standard_normal((9, 4))
        scores = brute_force_scores(rows, hostile)
        np.testing.assert_allclose(robust.krum_scores(rows, hostile=hostile), scores)
        picked = robust.krum(rows, hostile=hostile)
        np.testing.assert_array_equal(picked, rows[int(np.argmin(scores))])


@pytest.mark.parametrize("far", [10.0, 1e8])
def test_krum_takes_an_honest_row_up_to_its_bound_and_a_hostile_one_past_it(far):
    for seed in range(5):
        rows = np.random.default_rng(seed).standard_normal((9, 4))
        rows[:3] = far  # three who agree perfectly: f = (9 - 3) / 2
        assert robust.krum(rows, hostile=3).max() < far
        rows[:5] = far  # n - f - 1 of them: each has n - f - 2 friends at distance 0
        assert robust.krum(rows, hostile=3).max() == far


def test_krum_sees_small_differences_between_large_rows():
    rows = 1e8 + np.array([[0.0], [0.1], [0.3], [5.0], [9.0]])
    np.testing.assert_allclose(robust.krum(rows, hostile=1), rows[1])


def test_clipping_shortens_long_rows_only_and_keeps_directions():
    rows = np.vstack([ROWS, 1000 * ROWS[:1]])
    bound = robust.norm_bound(np.linalg.norm(rows, axis=1), factor=1.5)
    got = robust.clipped(rows, factor=1.5)
    lengths = np.linalg.norm(rows, axis=1)
    short = lengths <= bound
    np.testing.assert_array_equal(got[short], rows[short])
    np.testing.assert_allclose(np.linalg.norm(got[~short], axis=1), bound)
    cosines = np.sum(got * rows, axis=1) / np.linalg.norm(got, axis=1) / lengths
    np.testing.assert_allclose(cosines, 1)


@pytest.mark.parametrize("n", range(2, 10))
def test_half_of_the_clients_cannot_raise_the_bound_past_an_honest_length(n):
    honest, hostile = np.linspace(1, 2, n - n // 2), np.full(n // 2, 1e12)
    assert robust.norm_bound(np.concatenate([hostile, honest]), factor=1) <= 2


@pytest.mark.parametrize("size", [0.0, 1.0, 1e-300, 1e200])
def test_length_neither_overflows_nor_underflows(size):
    assert robust.length(size * np.array([3.0, 4.0])) == pytest.approx(5 * size)


def test_rules_refuse_what_has_no_meaning():
    for rule in (robust.median, lambda r: robust.trimmed_mean(r, trim=1)):
        with pytest.raises(ValueError, match="nan"):
            rule(np.array([[np.nan], [1.0], [2.0]]))
        with pytest.raises(ValueError, match="shape"):
            rule(np.ones(3))
    with pytest.raises(ValueError, match="trim=5"):
        robust.trimmed_mean(ROWS, trim=5)
    with pytest.raises(ValueError, match="hostile=4 needs 11"):
        robust.krum(ROWS, hostile=4)
    with pytest.raises(ValueError, match="factor"):
        robust.clipped(ROWS, factor=0)


TWINS = [
    (FedAvg(**ALL), robust.mean),
    (FedMedian(**ALL), lambda u, n: robust.median(u)),
    (FedTrimmedAvg(beta=0.25, **ALL), lambda u, n: robust.trimmed_mean(u, trim=2)),
    (Krum(num_malicious_nodes=3, **ALL), lambda u, n: robust.krum(u, hostile=3)),
]


@pytest.mark.parametrize(
    ("flowers", "rule"), TWINS, ids=["mean", "median", "trim", "krum"]
)
def test_a_rule_as_a_strategy_gives_the_model_of_flowers_twin(flowers, rule):
    sent = arrays(np.ones((2, 2)), 3.0)
    answers = [
        reply(row[:4].reshape(2, 2), row[4], examples=int(n))
        for row, n in zip(ROWS, WEIGHTS, strict=True)
    ]
    expected = federated(flowers, answers, sent).arrays
    got = federated(robust.ByRule(rule, **ALL), answers, sent).arrays
    for mine, theirs in zip(values(got), values(expected), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-13)


def test_vectors_go_back_to_names_shapes_and_dtypes():
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 1))
    from privlab.fl.apps import arrays_of

    record = arrays_of(model)
    vector = flat(record)
    again = shaped(vector, like=record)
    assert vector.shape == (11,)
    assert list(again) == list(record)
    for name, array in record.items():
        np.testing.assert_array_equal(again[name].numpy(), array.numpy())
        assert again[name].dtype == array.dtype


def test_an_update_is_taken_by_name_not_by_order():
    sent, moved = arrays([1.0, 2.0], [3.0]), arrays([1.5, 2.0], [7.0])
    turned = type(moved)(dict(reversed(moved.items())))
    np.testing.assert_array_equal(update(turned, since=sent), [0.5, 0, 4])
    with pytest.raises(ValueError, match="shape"):
        update(arrays([1.0], [3.0]), since=sent)
    with pytest.raises(ValueError, match="named"):
        update(arrays([1.0, 2.0]), since=sent)
    with pytest.raises(TypeError, match="int64"):
        flat(arrays([1], dtype=np.int64))
    with pytest.raises(ValueError, match="vector"):
        shaped(np.ones(4), like=sent)
