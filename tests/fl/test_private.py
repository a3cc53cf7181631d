"""Laws of client-level privacy: bounded steps, exact noise; and what Flower's does."""

import math

import numpy as np
import pytest
import torch
from flwr.app import (
    Array,
    ArrayRecord,
    ConfigRecord,
    Error,
    Message,
    MetricRecord,
    RecordDict,
)
from flwr.serverapp.strategy import (
    DifferentialPrivacyServerSideFixedClipping,
    FedAvg,
)
from scipy import stats

from privlab.fl.apps import client_app, tumours_task
from privlab.fl.failures import Failures
from privlab.fl.local import run
from privlab.fl.noise_shares import NoiseShares
from privlab.fl.partition import iid
from privlab.fl.private import ClientLevel, DPFedAvg, clipped, clipping_mod
from privlab.fl.secagg import Setting
from privlab.fl.secagg_client import secagg_mod
from privlab.fl.secagg_strategy import SecAgg
from privlab.fl.session import identity, quiet
from privlab.fl.vectors import flat

ROUND = ClientLevel(
    clipping_norm=0.5, noise_multiplier=1.0, sampling_rate=0.5, clients=8
)


def silent(**changes):
    """The same rounds without noise: what the clients alone do to the model."""
    setting = vars(ROUND) | {"noise_multiplier": 0.0, "sampling_rate": 1.0} | changes
    return ClientLevel(**setting)


# Clipping


@pytest.mark.parametrize("length", [0.0, 1e-9, 0.3, 0.5, 2.0, 1e12, 1e200])
def test_clipping_keeps_directions_and_ends_lengths(length):
    direction = np.array([0.6, -0.8, 0.0])
    short = clipped(length * direction, 0.5)
    assert np.allclose(short, min(length, 0.5) * direction, rtol=1e-12, atol=0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_update_that_is_no_number_counts_as_zero(bad):
    updates = np.array([[bad, 1.0], [0.3, 0.4]])
    assert np.array_equal(clipped(updates, 9), [[0, 0], [0.3, 0.4]])


# The release


def test_one_client_moves_the_sum_by_the_clipping_norm_at_most():
    rng = np.random.default_rng(0)
    mechanism = silent()
    worst = 0.0
    for _ in range(200):
        scale = 10.0 ** rng.uniform(-3, 6)
        updates = scale * rng.standard_normal((8, 5))
        gone = np.delete(updates, rng.integers(8), 0)
        moved = mechanism.release(updates, rng=rng) - mechanism.release(gone, rng=rng)
        worst = max(worst, np.linalg.norm(moved) * mechanism.expected)
    assert 0.49 < worst <= 0.5 * (1 + 1e-9)


@pytest.mark.parametrize("drawn", [0, 1, 8])
def test_noise_is_calibrated_to_the_bound_whoever_was_drawn(drawn):
    mechanism = ROUND
    noise = mechanism.release(np.zeros((drawn, 20_000)), rng=np.random.default_rng(1))
    expected = stats.norm(scale=1.0 * 0.5 / (0.5 * 8))
    assert stats.kstest(noise, expected.cdf).pvalue > 1e-7
    assert mechanism.sigma == expected.std()


def test_each_client_is_drawn_independently_at_the_rate():
    rng, nodes = np.random.default_rng(2), list(range(30))
    sizes = [len(ROUND.draw(nodes, rng=rng)) for _ in range(2000)]
    variance = np.var(sizes)
    assert abs(np.mean(sizes) - 15) < 6 * math.sqrt(7.5 / 2000)
    # A fixed sample would have variance 0; the binomial's is known within 3.2 % (1 sd).
    assert 0.8 < variance / 7.5 < 1.2


def test_the_accountant_gets_the_setting():
    seen = []

    def account(**setting):
        seen.append(setting)
        return 2.5

    assert ROUND.epsilon(account, rounds=7, delta=1e-5) == 2.5
    expected = {"noise_multiplier": 1.0, "sampling_rate": 0.5, "steps": 7}
    assert seen == [expected | {"delta": 1e-5}]
    assert silent().epsilon(account, rounds=7, delta=1e-5) == math.inf


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clipping_norm", 0),
        ("noise_multiplier", -1),
        ("sampling_rate", 1.1),
        ("clients", 0),
    ],
)
def test_bad_settings_are_named(name, value):
    with pytest.raises(ValueError, match=f"{name}={value}"):
        ClientLevel(**vars(ROUND) | {name: value})


# As a Flower strategy


@pytest.fixture(scope="module")
def task():
    return tumours_task().double()


def parted(task, clients=8):
    rng = np.random.default_rng(3)
    return iid(len(task.labels), clients, rng=rng)


def trained(task, strategy, *, mods=(), **setting):
    app = client_app(task, parted(task), mods=mods)
    return run(strategy, app, task, clients=8, **{"rounds": 3, **setting})


def test_without_noise_and_with_a_wide_bound_it_is_fedavg(task):
    """Equal sizes: then Flower's weights and the equal ones agree."""
    wide = DPFedAvg(silent(clipping_norm=1e6), rng=np.random.default_rng(0))
    ours = trained(task, wide)
    flowers = trained(task, FedAvg(fraction_evaluate=0.0, min_evaluate_nodes=0))
    assert np.allclose(flat(ours.arrays), flat(flowers.arrays), rtol=0, atol=1e-12)


def test_a_client_that_clips_itself_gives_the_same(task):
    same = [
        trained(task, DPFedAvg(silent(), rng=np.random.default_rng(0)), mods=mods)
        for mods in ((), (clipping_mod(0.5),))
    ]
    first, second = (flat(history.arrays) for history in same)
    assert np.allclose(first, second, rtol=0, atol=1e-12)
    assert np.linalg.norm(first) > 0.1


def test_no_client_moves_the_model_further_than_promised(task):
    """One client sends a thousandfold update, drops out, or crashes: bounded all."""

    def hostile(message, context, call_next):
        reply = call_next(message, context)
        if context.node_config["partition-id"] == 3:
            arrays = reply.content["arrays"].to_numpy_ndarrays()
            names = reply.content["arrays"].keys()
            wild = {
                n: torch.tensor(1000 * a) for n, a in zip(names, arrays, strict=True)
            }
            reply.content["arrays"] = ArrayRecord(wild)
        return reply

    def only_third(server_round, client):
        return client == 3

    def after(mods=(), failures=Failures()):  # noqa: B008
        strategy = DPFedAvg(silent(), rng=np.random.default_rng(0))
        history = trained(task, strategy, rounds=1, mods=mods, failures=failures)
        return flat(history.arrays)

    honest = after()
    dropped = after(failures=Failures(dropped=only_third))
    crashed = after(failures=Failures(crashed=only_third))
    wild = after(mods=(hostile,))
    assert np.array_equal(dropped, crashed)
    for world in (dropped, wild):
        assert 0 < np.linalg.norm(world - honest) <= 2 * 0.5 / 8 * (1 + 1e-12)
    assert np.linalg.norm(honest - dropped) <= 0.5 / 8 * (1 + 1e-12)


def replies(strategy, start, updates, sizes):
    """Answers of clients whose training moved ``start`` by ``updates``."""
    with identity(run=1, node=1):
        sent = ArrayRecord({"w": torch.tensor(start)})
        nodes = Nodes(len(updates))
        asked = list(strategy.configure_train(1, sent, ConfigRecord(), nodes))
        return [
            Message(
                RecordDict(
                    {
                        "arrays": ArrayRecord({"w": torch.tensor(start + update)}),
                        "metrics": MetricRecord({"num-examples": size}),
                    }
                ),
                reply_to=numbered(message),
            )
            for message, update, size in zip(asked, updates, sizes, strict=True)
        ]


def numbered(message):
    message.metadata.__dict__["_message_id"] = "asked"
    return message


def forged(data):
    return Array(dtype="float64", shape=(3,), stype="numpy.ndarray", data=data)


@pytest.mark.parametrize("kind", ["error", "nan", "shape", "empty", "junk", "longer"])
def test_replies_that_fit_nothing_count_as_none(kind):
    strategy = DPFedAvg(silent(clients=1), rng=np.random.default_rng(0))
    start = np.zeros(3)
    with identity(run=1, node=1):
        sent = ArrayRecord({"w": torch.tensor(start)})
        (asked,) = strategy.configure_train(1, sent, ConfigRecord(), Nodes(1))
        bad = {
            "error": Error(0, "crash"),
            "nan": RecordDict({"arrays": ArrayRecord({"w": torch.full((3,), np.nan)})}),
            "shape": RecordDict({"arrays": ArrayRecord({"w": torch.ones(4)})}),
            "empty": RecordDict({"metrics": MetricRecord({"loss": 1.0})}),
            "junk": RecordDict({"arrays": ArrayRecord({"w": forged(b"junk")})}),
            "longer": RecordDict(
                {"arrays": ArrayRecord({"w": forged(Array(np.ones(5)).data)})}
            ),
        }[kind]
        reply = Message(bad, reply_to=numbered(asked))
    arrays, metrics = strategy.aggregate_train(1, [reply])
    assert np.array_equal(flat(arrays), start)
    assert metrics is None


class Nodes:
    def __init__(self, count):
        self.count = count

    def get_node_ids(self):
        return list(range(self.count))


def test_a_round_with_nobody_in_it_releases_noise(task):
    rare = ClientLevel(**vars(ROUND) | {"sampling_rate": 1e-9})
    history = trained(task, DPFedAvg(rare, rng=np.random.default_rng(4)), rounds=2)
    assert not history.exchanges
    assert np.std(flat(history.arrays)) / rare.sigma > 1


def test_only_noisy_arrays_come_back(task):
    """No losses of clients: those have no noise."""
    history = trained(task, DPFedAvg(ROUND, rng=np.random.default_rng(5)))
    assert np.isnan(history.train_losses).all()
    assert {exchange.kind for exchange in history.exchanges} == {"train"}


# What Flower's own strategy divides by


SIZES = (997, 1, 1, 1)


def swing(strategy):
    """How far the new model moves, in units of S / clients, if client 0's turns round.

    Half of it is what the client's presence can change.
    """
    ends = []
    for sign in (1.0, -1.0):
        updates = np.zeros((4, 3)) + 1e-9
        updates[0] = [sign * 7.0, 0, 0]
        with quiet():
            got = replies(strategy, np.zeros(3), updates, SIZES)
            arrays, _ = strategy.aggregate_train(1, got)
        ends.append(flat(arrays))
    return np.linalg.norm(ends[0] - ends[1]) / 2 / (0.5 / 4)


def flowers(noise_multiplier=1e-12):
    return DifferentialPrivacyServerSideFixedClipping(
        FedAvg(min_train_nodes=4), noise_multiplier, 0.5, num_sampled_clients=4
    )


def test_flowers_noise_is_sized_for_equal_weights_that_its_mean_does_not_have():
    """Its sigma is z S / 4; who has 997 of 1,000 rows moves the mean by 0.997 S."""
    ours = DPFedAvg(silent(clients=4), rng=np.random.default_rng(0))
    assert swing(ours) == pytest.approx(1, abs=1e-9)
    assert swing(flowers()) == pytest.approx(4 * 0.997, abs=1e-6)


def test_with_equal_sizes_flowers_mean_is_ours(monkeypatch):
    monkeypatch.setattr("test_private.SIZES", (5, 5, 5, 5))
    assert swing(flowers()) == pytest.approx(1, abs=1e-6)


def test_flower_adds_the_same_noise_to_equal_clients():
    strategy, start = flowers(noise_multiplier=2.0), np.zeros(20_000)
    with quiet():
        got = replies(strategy, start, np.full((4, 20_000), 1e-12), (5, 5, 5, 5))
        noise = flat(strategy.aggregate_train(1, got)[0])
    ours = silent(clients=4, noise_multiplier=2.0)
    assert stats.kstest(noise, stats.norm(scale=ours.sigma).cdf).pvalue > 1e-7


def test_flower_lets_an_update_through_that_is_no_number():
    updates = np.full((4, 3), 0.1)
    updates[2, 0] = np.nan
    found = {}
    for name, strategy in {
        "Flower's": flowers(),
        "ours": DPFedAvg(silent(clients=4), rng=np.random.default_rng(0)),
    }.items():
        with quiet():
            got = replies(strategy, np.zeros(3), updates, (5, 5, 5, 5))
            found[name] = flat(strategy.aggregate_train(1, got)[0])
    assert np.isnan(found["Flower's"]).any()
    assert np.allclose(found["ours"], 0.075)


def test_flower_cannot_clip_an_update_of_zero():
    strategy = flowers()
    with quiet():
        got = replies(strategy, np.zeros(3), np.zeros((4, 3)), (5, 5, 5, 5))
        with pytest.raises(ZeroDivisionError):
            strategy.aggregate_train(1, got)


# Distributed noise


def none(sigma, count):
    return np.zeros(count, dtype=np.int64)


SETTING = {"clipping_norm": 1.0, "noise_multiplier": 1.0, "steps": 8.0, "dimension": 4}
SHARES = NoiseShares(**SETTING, clients=50, least=3, noise=none)


def test_codes_decode_to_the_clipped_mean_within_rounding():
    rng = np.random.default_rng(6)
    updates = 2 * rng.standard_normal((50, 4))
    codes = np.array([SHARES.encode(update, examples=7) for update in updates])
    assert codes.dtype == np.int64
    mean = SHARES.decode(codes.sum(0), clients=50)
    assert np.abs(mean - clipped(updates, 1.0).mean(0)).max() <= 0.5 / 8


def test_no_code_is_longer_than_the_sensitivity():
    rng = np.random.default_rng(7)
    worst = max(
        np.linalg.norm(SHARES.encode(9 * rng.standard_normal(4))) for _ in range(500)
    )
    assert 8 < worst <= SHARES.sensitivity == 8 + math.sqrt(4) / 2


def test_the_shares_of_the_least_number_make_the_promised_noise():
    assert SHARES.share * math.sqrt(3) == pytest.approx(SHARES.sensitivity)
    assert SHARES.multiplier(3) == pytest.approx(1, rel=1e-9)


def test_every_drop_out_takes_noise_along():
    multipliers = [SHARES.multiplier(k) for k in (1, 2, 3, 4, 8)]
    assert multipliers == sorted(multipliers)
    assert multipliers[0] == pytest.approx(1 / math.sqrt(3), rel=1e-9)
    assert multipliers[1] < 1 < multipliers[3]


def pmf_of_sum(sigma, clients):
    """The law of a sum of discrete Gaussians, by convolution, and where it starts."""
    reach = math.ceil(20 + 12 * sigma)
    z = np.arange(-reach, reach + 1)
    one = np.exp(-((z / sigma) ** 2) / 2)
    one /= one.sum()
    total = one
    for _ in range(clients - 1):
        total = np.convolve(total, one)
    return total


@pytest.mark.parametrize("sigma", [0.5, 0.6, 0.8, 1.5])
@pytest.mark.parametrize("clients", [1, 2, 5, 20])
def test_the_multiplier_bounds_the_exact_divergences(sigma, clients):
    """Renyi divergences of the exact law, shifted by the longest code, d = 1."""
    # steps S + 1/2 = 3, and z such that a share has this sigma.
    multiplier = sigma * math.sqrt(clients) / 3
    shares = NoiseShares(
        clipping_norm=1,
        noise_multiplier=multiplier,
        steps=2.5,
        dimension=1,
        clients=clients,
        least=clients,
        noise=none,
    )
    assert shares.share == pytest.approx(sigma)
    law = pmf_of_sum(sigma, clients)
    p, q = law[3:], law[:-3]
    seen = (p > 1e-250) & (q > 1e-250)
    rho = 1 / (2 * shares.multiplier(clients) ** 2)
    for order in (1.5, 2, 3, 4):
        logs = order * np.log(p[seen]) + (1 - order) * np.log(q[seen])
        divergence = np.logaddexp.reduce(logs) / (order - 1)
        assert divergence <= order * rho * (1 + 1e-9)


def test_shares_too_small_to_be_like_a_gaussian_are_refused():
    few = SETTING | {"steps": 0.5, "noise_multiplier": 0.1}
    with pytest.raises(ValueError, match=r"steps=0\.5 makes shares"):
        NoiseShares(**few, clients=9, least=9, noise=none)


def test_more_than_all_cannot_stay():
    with pytest.raises(ValueError, match="least=4 must be <= clients=3"):
        NoiseShares(**SETTING, clients=3, least=4, noise=none)


def test_a_sum_of_too_few_is_refused():
    with pytest.raises(ValueError, match="clients=2 must be >= least=3"):
        SHARES.decode(np.zeros(4), 2)


def test_the_modulus_has_room_for_every_code_and_ten_sigma():
    codes, noise = 50 * SHARES.sensitivity, 10 * SHARES.share * math.sqrt(50)
    assert 2 ** (SHARES.bits - 2) < codes + noise <= 2 ** (SHARES.bits - 1)


def rounded_normal(rng):
    """Near enough to a discrete Gaussian for sigma above 2, and fast."""

    def draw(sigma, count):
        return np.rint(sigma * rng.standard_normal(count)).astype(np.int64)

    return draw


def test_under_masks_only_the_noisy_sum_comes_out(task):
    """The whole way: clip, share of noise, mask, Flower, sum. Noise as promised."""
    dimension = 2 * 31
    shares = NoiseShares(
        clipping_norm=0.5,
        noise_multiplier=2.0,
        steps=1024.0,
        dimension=dimension,
        clients=8,
        least=8,
        noise=rounded_normal(np.random.default_rng(8)),
    )
    setting = Setting(clients=8, threshold=5, bits=shares.bits)
    inner = FedAvg(fraction_evaluate=0.0, min_train_nodes=8)
    noisy = trained(
        task,
        SecAgg(inner, setting=setting, code=shares),
        mods=(secagg_mod(setting, shares),),
        rounds=1,
    )
    bare = DPFedAvg(silent(), rng=np.random.default_rng(0))
    noise = flat(noisy.arrays) - flat(trained(task, bare, rounds=1).arrays)
    sigma = 2.0 * shares.sensitivity / 1024 / 8
    assert stats.kstest(noise, stats.norm(scale=sigma).cdf).pvalue > 1e-7
