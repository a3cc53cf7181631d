"""Signed keys and survivors: what a lying server can do without them, and not with."""

import numpy as np
import pytest

from privlab.experiments.lying_server import STORIES, checked_lie, unchecked_lie
from privlab.fl.secagg import (
    Refused,
    Setting,
    advertise_keys,
    mask_input,
    share_keys,
)
from privlab.fl.secagg_signed import (
    check_keys,
    new_signing_key,
    reveal_shares,
    signed_keys,
    signed_survivors,
    verifying_key,
)

FOUR = Setting(clients=4, threshold=3, bits=16)
EVERYBODY = (1, 2, 3, 4)
SIGNING = {u: new_signing_key() for u in EVERYBODY}
DIRECTORY = {u: verifying_key(key) for u, key in SIGNING.items()}


def masked_states():
    first = {u: advertise_keys(u) for u in EVERYBODY}
    keys = {u: state.keys for u, state in first.items()}
    shared = {u: share_keys(FOUR, first[u], keys) for u in EVERYBODY}
    post = {v: {u: shared[u][1][v] for u in EVERYBODY if u != v} for v in EVERYBODY}
    return keys, {
        u: mask_input(FOUR, shared[u][0], np.zeros(2, int), post[u])[0]
        for u in EVERYBODY
    }


KEYS, STATES = masked_states()


def answer(client, survivors, signed_lists, keys=KEYS, directory=DIRECTORY):
    signatures = {
        u: signed_survivors(keys, told, SIGNING[u]) for u, told in signed_lists.items()
    }
    return reveal_shares(
        FOUR,
        STATES[client],
        survivors,
        keys=KEYS,
        signatures=signatures,
        directory=directory,
    )


@pytest.mark.parametrize("seed", range(5))
def test_five_lists_open_the_sum_of_two_clients_unless_they_are_compared(seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(-1000, 1000, (5, 30))
    lie = unchecked_lie(values, rng=rng)
    assert lie.succeeded
    assert lie.refusals == ()
    checked = checked_lie(values, rng=rng)
    assert not checked.succeeded
    assert checked.opened is None
    assert checked.refusals == tuple(STORIES)


def test_clients_who_were_told_one_list_answer():
    survivors = (1, 2, 4)
    for client in survivors:
        found = answer(client, survivors, dict.fromkeys(survivors, survivors))
        assert set(found.secret_shares) == {3}
        assert set(found.seed_shares) == set(survivors)


def test_signatures_that_are_few_false_or_of_another_round_are_refused():
    survivors = (1, 2, 3)
    same = dict.fromkeys(survivors, survivors)
    other_round = {u: advertise_keys(u).keys for u in EVERYBODY}
    with pytest.raises(Refused, match="2 clients have signed"):
        answer(1, survivors, dict.fromkeys((1, 2), survivors))
    with pytest.raises(Refused, match="2 clients have signed"):
        answer(1, survivors, same | {3: (1, 2, 3, 4)})
    with pytest.raises(Refused, match="0 clients have signed"):
        answer(1, survivors, same, keys=other_round)
    with pytest.raises(Refused, match="2 clients have signed"):
        answer(1, survivors, same, directory={u: DIRECTORY[u] for u in (1, 2)})
    # a signature of somebody who is not on the list counts for nothing
    with pytest.raises(Refused, match="2 clients have signed"):
        answer(1, survivors, dict.fromkeys((1, 2, 4), survivors))


def test_swapped_keys_are_refused():
    states = {u: advertise_keys(u) for u in EVERYBODY}
    keys = {u: state.keys for u, state in states.items()}
    signatures = {u: signed_keys(state, SIGNING[u]) for u, state in states.items()}
    assert check_keys(keys, signatures, DIRECTORY) == keys
    in_the_middle = keys | {2: advertise_keys(2).keys}
    with pytest.raises(Refused, match="client 2 are not signed"):
        check_keys(in_the_middle, signatures, DIRECTORY)
    with pytest.raises(Refused, match="client 3 are not signed"):
        check_keys(keys, signatures | {3: signatures[4]}, DIRECTORY)
    # the same keys under another number are another statement
    moved = {1: keys[2]}
    with pytest.raises(Refused, match="client 1"):
        check_keys(moved, {1: signatures[2]}, {1: DIRECTORY[2]})
