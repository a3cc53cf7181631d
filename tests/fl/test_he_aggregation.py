"""Aggregation under CKKS: FedAvg's model, and a server that holds bytes only."""

import numpy as np
import pytest
import tenseal as ts
from flwr.app import Array, ArrayRecord
from flwr.serverapp.strategy import FedAvg

from privlab.experiments.encrypted_updates import adding, decrypting, encrypting
from privlab.fl.apps import arrays_of, client_app
from privlab.fl.failures import Failures
from privlab.fl.he_aggregation import EncryptedFedAvg, encrypted_mod, opened_model
from privlab.fl.local import run
from privlab.fl.partition import quantity
from privlab.fl.tasks import tumours_task
from privlab.fl.vectors import flat
from privlab.he import wire
from privlab.he.airlock import Tampered
from privlab.he.context import SCORE
from privlab.he.keyholder import new_keys

CLIENTS, ROUNDS, MOST = 3, 2, 456
TASK = tumours_task().double()
LIKE = arrays_of(TASK.model())
SPLIT = quantity(len(TASK.labels), CLIENTS, alpha=3, rng=np.random.default_rng(2))
ALL = {
    "fraction_evaluate": 0.0,
    "min_train_nodes": CLIENTS,
    "min_available_nodes": CLIENTS,
}
LOST = Failures(dropped=lambda number, client: (number, client) == (2, 1))
OPTIONS = {"clients": CLIENTS, "rounds": ROUNDS, "evaluate": False, "failures": LOST}


@pytest.fixture(scope="module")
def keys():
    return new_keys(SCORE)


@pytest.fixture(scope="module")
def seen():
    """All that ever reaches the server's own code."""
    return []


@pytest.fixture(scope="module")
def history(keys, seen):
    add = adding(keys.public)

    def watched(messages):
        seen.append(list(messages))
        return add(messages)

    mod = encrypted_mod(
        encrypting(keys.public, clients=CLIENTS),
        decrypting(keys),
        like=LIKE,
        most_examples=MOST,
    )
    app = client_app(TASK, SPLIT, mods=[mod])
    return run(EncryptedFedAvg(watched, **ALL), app, TASK, **OPTIONS)


def test_the_opened_model_is_fedavgs_within_the_schemes_noise(history, keys):
    expected = run(FedAvg(**ALL), client_app(TASK, SPLIT), TASK, **OPTIONS).arrays
    opened = opened_model(history.arrays, decrypting(keys), like=LIKE)
    # the sum of 3 ciphertexts' noise over the sum of weights, at least 1/MOST each
    shares = np.array(SPLIT.sizes) / MOST
    bound = 18 * CLIENTS * SCORE.noise(0) / shares[[0, 2]].sum() * 3 * ROUNDS
    assert np.abs(flat(opened) - flat(expected)).max() < bound < 1e-3


def test_the_server_gets_ciphertexts_and_counts_their_bytes(history, seen):
    assert [len(messages) for messages in seen] == [3, 2]
    assert set(history.arrays) == {"ciphertext"}
    sizes = [sum(map(len, messages)) for messages in seen]
    assert all(0 <= up - size < 3000 for up, size in zip(history.bytes_up, sizes))  # noqa: B905
    assert all(50_000 < size < 2.2 * SCORE.ciphertext_bytes * 3 for size in sizes)


def test_the_servers_keys_decrypt_nothing(history, seen, keys):
    assert not keys.public.context.has_secret_key()
    (vector,) = wire.unpacked(keys.public, seen[0][0])
    with pytest.raises(ValueError, match="secret"):
        ts.ckks_vector_from(keys.public.context, vector.data.serialize()).decrypt()
    other = new_keys(SCORE)
    with pytest.raises(ValueError, match="under keys"):
        decrypting(other)(seen[0][0])


def test_two_encryptions_of_one_vector_differ(keys):
    encrypt = encrypting(keys.public, clients=2)
    assert encrypt(np.ones(4)) != encrypt(np.ones(4))


@pytest.mark.parametrize("count", [1, SCORE.slots, SCORE.slots + 1])
def test_sums_are_those_of_the_numbers_over_several_ciphertexts_too(keys, count):
    rng = np.random.default_rng(count)
    first, second = rng.uniform(-1, 1, (2, count))
    encrypt = encrypting(keys.public, clients=2)
    total = adding(keys.public)([encrypt(first), encrypt(second)])
    found = decrypting(keys)(total)
    assert found.shape == (count,)
    assert np.abs(found - first - second).max() < 2 * 18 * SCORE.noise(0)


def test_a_sum_that_would_wrap_around_is_refused_by_every_client(keys):
    encrypt = encrypting(keys.public, clients=4)
    with pytest.raises(ValueError, match=r"beyond 8.*sum of 4"):
        encrypt(np.array([0.0, 8.0]))
    encrypt(np.array([7.9]))


def test_bytes_that_are_no_ciphertext_never_reach_the_engine(keys):
    encrypt, add = encrypting(keys.public, clients=2), adding(keys.public)
    good = encrypt(np.ones(3))
    with pytest.raises(Tampered):
        add([good, good[:-1] + bytes([good[-1] ^ 1])])
    with pytest.raises(Tampered):
        add([b"not a message"])


def test_too_many_examples_are_refused(keys):
    encrypt = encrypting(keys.public, clients=CLIENTS)
    mod = encrypted_mod(encrypt, decrypting(keys), like=LIKE, most_examples=2)
    app = client_app(TASK, SPLIT, mods=[mod])
    history = run(EncryptedFedAvg(adding(keys.public), **ALL), app, TASK, **OPTIONS)
    assert all(e.outcome in ("crashed", "dropped") for e in history.exchanges)


def test_a_message_that_is_no_sum_of_weights_is_refused(keys):
    message = encrypting(keys.public, clients=2)(-np.ones(len(flat(LIKE)) + 1))
    carried = ArrayRecord({"ciphertext": Array(np.frombuffer(message, np.uint8))})
    with pytest.raises(ValueError, match="no sum of ours"):
        opened_model(carried, decrypting(keys), like=LIKE)
