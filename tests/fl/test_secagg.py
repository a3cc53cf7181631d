"""Secure aggregation: exact sums under drop-outs, uniform views, refusals."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from privlab.core.masking import masked, total
from privlab.fl.fixed_point import WeightedMean
from privlab.fl.key_agreement import KEY_BYTES, mask
from privlab.fl.masked_sum import (
    ADVERTISE,
    MASK,
    REVEAL,
    SHARE,
    STAGES,
    masked_sum,
    opened_sum,
)
from privlab.fl.secagg import (
    SHARE_BYTES,
    Refused,
    Setting,
    TooFewClients,
    advertise_keys,
    mask_input,
    pair_mask,
    reveal_shares,
    share_keys,
)
from privlab.fl.shamir import joined

FIVE = Setting(clients=5, threshold=3, bits=16)
ALMOST_NEVER = 1e-7  # p-value: a right protocol fails once in ten million tests
INPUTS = np.arange(-10, 10).reshape(5, 4)


def joined_seeds(seen):
    """b_u of every survivor, as the server joins them."""
    found = {}
    for u in seen.survivors:
        points = [
            (v, int.from_bytes(answer.seed_shares[u]))
            for v, answer in seen.revealed.items()
        ]
        found[u] = joined(points).to_bytes(KEY_BYTES)
    return found


def without_self_masks(seen):
    """What is left of the vectors when the server takes away all it may: (n, d)."""
    bits = seen.setting.bits
    rows = [
        total(np.stack([words.astype(np.uint64), -mask(seed, len(words), bits)]), bits)
        for words, seed in zip(
            seen.masked.values(), joined_seeds(seen).values(), strict=True
        )
    ]
    return np.stack(rows)


def started(setting=FIVE, clients=5):
    """The clients after round 1: their states and all letters by receiver."""
    advertised = {u: advertise_keys(u) for u in range(1, clients + 1)}
    keys = {u: state.keys for u, state in advertised.items()}
    shared = {u: share_keys(setting, state, keys) for u, state in advertised.items()}
    letters = {
        v: {u: out[v] for u, (_, out) in shared.items() if u != v} for v in advertised
    }
    return {u: state for u, (state, _) in shared.items()}, letters


def masked_states():
    shared, letters = started()
    return {
        u: mask_input(FIVE, shared[u], INPUTS[u - 1], letters[u])[0] for u in shared
    }


# --- the sum


@pytest.mark.parametrize("bits", [8, 31, 32, 33, 63, 64])
def test_the_sum_is_exact_modulo_2_to_the_k(bits):
    half = 2 ** (bits - 1)
    rng = np.random.default_rng(bits)
    values = rng.integers(-half, half, (4, 6), dtype=np.int64)
    seen = masked_sum(values, setting=Setting(clients=4, threshold=3, bits=bits))
    exact = values.astype(object).sum(axis=0)
    assert seen.total.tolist() == ((exact + half) % (2 * half) - half).tolist()


@pytest.mark.parametrize("first", [None, *STAGES])
@pytest.mark.parametrize("second", [None, *STAGES])
def test_the_sum_is_over_those_who_sent_a_vector_whenever_others_leave(first, second):
    lost = {u: when for u, when in [(2, first), (5, second)] if when}
    seen = masked_sum(INPUTS, setting=FIVE, lost=lost)
    stay = [u for u in range(1, 6) if lost.get(u, REVEAL) == REVEAL]
    assert list(seen.survivors) == stay
    assert (seen.total == INPUTS[[u - 1 for u in stay]].sum(axis=0)).all()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    leaves=st.lists(st.sampled_from([None, None, *STAGES]), min_size=2, max_size=9),
    scale=st.floats(0.01, 2),
    seed=st.integers(0, 2**32),
)
def test_a_weighted_mean_is_exact_to_the_code_under_any_drop_outs(leaves, scale, seed):
    rng, n = np.random.default_rng(seed), len(leaves)
    code = WeightedMean(largest=2, most_examples=300, fraction_bits=16, clients=n)
    setting = Setting(clients=n, threshold=n // 2 + 1, bits=code.bits)
    updates, examples = rng.uniform(-scale, scale, (n, 5)), rng.integers(1, 301, n)
    codes = np.array([code.encode(*x) for x in zip(updates, examples.tolist())])  # noqa: B905
    lost = {u: when for u, when in enumerate(leaves, start=1) if when}
    if n - len(lost) < setting.threshold:
        with pytest.raises(TooFewClients, match=f"threshold={setting.threshold}"):
            masked_sum(codes, setting=setting, lost=lost)
        return
    seen = masked_sum(codes, setting=setting, lost=lost)
    stay = np.array(seen.survivors) - 1
    exact = np.average(updates[stay], axis=0, weights=examples[stay])
    assert (
        np.abs(code.decode(seen.total, len(stay)) - exact).max() <= code.error + 1e-13
    )


@pytest.mark.parametrize("stage", STAGES)
def test_too_few_clients_are_named_at_every_stage(stage):
    lost = dict.fromkeys([1, 2, 4], stage)
    with pytest.raises(TooFewClients, match="2 clients are left, threshold=3"):
        masked_sum(INPUTS, setting=FIVE, lost=lost)


@pytest.mark.parametrize("lost", [{1: "masks"}, {9: "share"}])
def test_losing_nobody_we_know_is_refused(lost):
    with pytest.raises(ValueError, match="must name a client and a stage"):
        masked_sum(INPUTS, setting=FIVE, lost=lost)


def test_fewer_clients_than_the_setting_allows_may_take_part():
    assert (masked_sum(INPUTS[:3], setting=FIVE).total == INPUTS[:3].sum(0)).all()
    with pytest.raises(ValueError, match="clients=5"):
        masked_sum(np.zeros((6, 2), int), setting=FIVE)


# --- what the server sees


@pytest.mark.parametrize("value", [0, 1, -128])
@pytest.mark.parametrize("lost", [{}, {4: MASK}])
def test_a_masked_vector_is_uniform_whatever_it_hides(value, lost):
    setting = Setting(clients=4, threshold=3, bits=8)
    seen = masked_sum(np.full((4, 25_600), value), setting=setting, lost=lost)
    for rows in (list(seen.masked.values()), without_self_masks(seen)):
        for row in rows[:3]:
            counts = np.bincount(row.astype(int), minlength=256)
            assert stats.chisquare(counts).pvalue > ALMOST_NEVER


def test_given_their_sum_any_two_of_three_vectors_are_uniform_and_independent():
    """All the server has, self masks removed: 8 x 8 cells for two rows, 4 inputs."""
    setting = Setting(clients=3, threshold=2, bits=3)
    for inputs in ([0, 0, 0], [3, -3, 0], [-4, 1, 3], [2, 2, -4]):
        values = np.repeat([inputs], 12_800, axis=0).T
        seen = masked_sum(values, setting=setting)
        rows = without_self_masks(seen).astype(int)
        assert (rows.sum(axis=0) % 8 == sum(inputs) % 8).all()
        for first, second in ((0, 1), (0, 2), (1, 2)):
            cells = np.bincount(8 * rows[first] + rows[second], minlength=64)
            assert stats.chisquare(cells).pvalue > ALMOST_NEVER


def test_the_test_of_uniformity_sees_a_mask_that_is_too_short():
    """Power: masks from 7 of 8 bits would be caught."""
    short = masked(np.full(25_600, 5), mask(bytes(32), 25_600, 7), 8)
    counts = np.bincount(short.astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue < ALMOST_NEVER


def test_a_late_vector_stays_uniform_when_its_pairwise_masks_are_known():
    """Why there are two masks: client 2 was called lost, its key was opened, and then
    its vector arrives."""
    setting, d = Setting(clients=3, threshold=2, bits=8), 25_600
    shared, letters = started(setting, clients=3)
    _, late = mask_input(setting, shared[2], np.full(d, 9), letters[2])
    pairwise = [
        pair_mask(setting, 2, v, shared[2].mask_secret, shared[2].keys, late)
        for v in (1, 3)
    ]
    bare = total(np.stack([late.astype(np.uint64), *(-m for m in pairwise)]), 8)
    counts = np.bincount(bare.astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue > ALMOST_NEVER
    own = mask(shared[2].seed, d, 8)  # with b_2, which nobody may have, all is open
    assert (total(np.stack([bare, -own]), 8) == 9).all()


def test_no_secret_of_a_survivor_is_among_all_that_the_server_got():
    seen = masked_sum(INPUTS, setting=FIVE, lost={2: MASK})
    for answer in seen.revealed.values():
        assert set(answer.secret_shares) == {2}
        assert set(answer.seed_shares) == {1, 3, 4, 5}
    assert all(
        len(letter) == 12 + 2 * SHARE_BYTES + 16 for letter in seen.letters.values()
    )


def test_bytes_are_those_of_the_messages():
    seen = masked_sum(np.zeros((5, 100), int), setting=FIVE)
    letter = 12 + 2 * SHARE_BYTES + 16
    assert seen.bytes_up(1) == 64 + 4 * letter + 4 * 100 + 5 * SHARE_BYTES
    assert seen.bytes_down(1) == 5 * 64 + 4 * letter + 5 * 8
    assert "100 numbers" in seen.summary
    lost = masked_sum(
        np.zeros((5, 100), int), setting=FIVE, lost={1: MASK, 2: ADVERTISE}
    )
    assert lost.bytes_up(1) == 64 + 3 * letter
    assert lost.bytes_up(2) == lost.bytes_down(2) == 0


def test_a_seed_repeats_the_transcript_and_the_system_does_not():
    first, again = (
        masked_sum(INPUTS, setting=FIVE, rng=np.random.default_rng(1)) for _ in range(2)
    )
    assert first.keys == again.keys
    assert first.letters == again.letters
    assert masked_sum(INPUTS, setting=FIVE).keys != first.keys


# --- what clients refuse


@pytest.mark.parametrize("survivors", [[1, 2], [1, 2, 3, 9], [], [2, 3, 4]])
def test_shares_are_refused_for_few_or_false_survivors(survivors):
    state = masked_states()[1]
    with pytest.raises(Refused):
        reveal_shares(FIVE, state, survivors)


@pytest.mark.parametrize("survivors", [[1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4, 5]])
def test_an_answer_never_has_both_shares_of_one_client(survivors):
    answer = reveal_shares(FIVE, masked_states()[1], survivors)
    assert set(answer.seed_shares) == set(survivors)
    assert set(answer.secret_shares) == set(range(1, 6)) - set(survivors)


def shares_of_client_2(setting, told, colluding=()):
    """A lying server tells each client that 2 is lost (0) or there (1); colluding ones
    answer both. How many shares of its key, and of its seed, does it get?"""
    shared, letters = started(setting)
    found = {"secret_shares": set(), "seed_shares": set()}
    for u in shared:
        state, _ = mask_input(setting, shared[u], INPUTS[u - 1], letters[u])
        for story in {told[u - 1]} if u not in colluding else {0, 1}:
            survivors = [v for v in shared if story or v != 2]
            try:
                answer = reveal_shares(setting, state, survivors)
            except Refused:
                continue
            for kind, holders in found.items():
                if 2 in getattr(answer, kind):
                    holders.add(u)
    return len(found["secret_shares"]), len(found["seed_shares"])


def test_two_stories_never_give_both_secrets_of_a_client():
    for told in product(range(2), repeat=5):
        assert min(shares_of_client_2(FIVE, told)) < FIVE.threshold


def test_one_client_that_helps_the_server_makes_two_stories_work_at_t_of_3():
    """2 t > n + colluding clients is needed (Bonawitz et al. 2017, section 6)."""
    told = (0, 1, 0, 1, 0)
    assert shares_of_client_2(FIVE, told, colluding={5}) == (3, 3)
    four = Setting(clients=5, threshold=4, bits=16)
    for told in product(range(2), repeat=5):
        assert min(shares_of_client_2(four, told, colluding={5})) < 4


@pytest.mark.parametrize("threshold", [0, 2, 6])
def test_a_threshold_of_half_or_less_is_refused(threshold):
    with pytest.raises(ValueError, match=f"threshold={threshold}"):
        Setting(clients=5, threshold=threshold, bits=8)


def test_false_lists_of_keys_are_refused():
    states = {u: advertise_keys(u) for u in range(1, 6)}
    keys = {u: state.keys for u, state in states.items()}
    lists = {
        "own key replaced": keys | {1: advertise_keys(1).keys},
        "own key left out": {u: keys[u] for u in (2, 3, 4)},
        "one key twice": keys | {3: keys[2]},
        "too few": {u: keys[u] for u in (1, 2)},
        "too many": keys | {6: advertise_keys(6).keys},
    }
    for told in lists.values():
        with pytest.raises(Refused):
            share_keys(FIVE, states[1], told)


def test_letters_that_are_few_false_or_changed_are_refused():
    shared, letters = started()
    _, others = started()
    changed = letters[1] | {2: bytes([letters[1][2][0] ^ 1]) + letters[1][2][1:]}
    swapped = letters[1] | {2: letters[1][3]}
    few = {2: letters[1][2]}
    for told in (changed, swapped, few, others[1], letters[2]):
        with pytest.raises(Refused):
            mask_input(FIVE, shared[1], INPUTS[0], told)


def test_the_server_notices_shares_that_were_changed():
    seen = masked_sum(INPUTS, setting=FIVE, lost={2: MASK})
    false = replace(seen.revealed[1], secret_shares={2: bytes(SHARE_BYTES)})
    forged = seen.revealed | {1: false}
    with pytest.raises(ValueError, match="shares"):
        opened_sum(FIVE, seen.keys, seen.sharers, seen.masked, forged)


def test_fewer_shares_than_the_threshold_open_nothing():
    seen = masked_sum(INPUTS, setting=FIVE)
    two = {u: seen.revealed[u] for u in (1, 2)}
    with pytest.raises(TooFewClients, match="threshold=3"):
        opened_sum(FIVE, seen.keys, seen.sharers, seen.masked, two)


def test_states_do_not_print_their_secrets():
    shared, _ = started()
    for secret in (shared[1].seed, shared[1].mask_secret, shared[1].own):
        assert repr(secret) not in repr(shared[1])
    assert SHARE not in repr(masked_states()[1])
    assert "pairs" not in repr(masked_states()[1])
