"""Two processes: the server scores, and holds nothing that decrypts."""

import http.client

import numpy as np
import pytest

from privlab.he.context import SCORE
from privlab.he.keyholder import new_keys
from privlab.he.service import LOCAL, MOST_BYTES, Client, server
from privlab.he.vectors import columns, decrypt
from privlab.he.wire import packed, unpacked

rng = np.random.default_rng(32)
WEIGHTS, X = rng.uniform(-0.5, 0.5, 5), rng.normal(size=(200, 5))
WINDOW = 32  # bytes: 2^-256 that a stretch of the key is found by chance


@pytest.fixture(scope="module")
def transcript(tmp_path_factory):
    return tmp_path_factory.mktemp("received")


@pytest.fixture(scope="module")
def client(transcript):
    with server(WEIGHTS, 0.25, transcript) as port:
        client = Client(keys=new_keys(SCORE), port=port)
        client.send_keys()
        yield client


def secret_bytes(keys, tmp_path):
    """The secret key as the engine stores it."""
    path = tmp_path / "secret"
    keys.context.secret_key().data.save(str(path))
    return path.read_bytes()


def leaks(received, secret):
    """Whether any full window of the secret key, aligned anywhere, was received."""
    windows = [secret[i : i + WINDOW] for i in range(0, len(secret) - WINDOW, WINDOW)]
    return any(w in message for w in windows[8:] for message in received)


def test_scores_come_back_right(client):
    assert client.score(X) == pytest.approx(X @ WEIGHTS + 0.25, abs=1e-3)


def test_nothing_the_server_received_holds_a_piece_of_the_secret_key(
    client, transcript, tmp_path
):
    client.score(X)
    received = [path.read_bytes() for path in transcript.iterdir()]
    assert sum(map(len, received)) > 10**6
    secret = secret_bytes(client.keys, tmp_path)
    assert len(secret) > 50_000
    assert not leaks(received, secret)
    # the search would find it: this is what a careless client sends
    careless = client.keys.context.serialize(save_secret_key=True)
    assert leaks([careless], secret)


def test_the_server_fails_to_decrypt(client):
    message = packed(columns(client.keys.public, X))
    with pytest.raises(ValueError, match=r"400: .*doesn't hold a secret_key"):
        client.post("/decrypt", message)


def test_a_key_of_the_servers_own_decrypts_to_garbage(client):
    keys = client.keys.public
    (column,) = unpacked(keys, packed(columns(keys, X[:, :1])))
    guess = np.array(column.data.decrypt(new_keys(SCORE).context.secret_key()))
    assert np.abs(guess).max() > 1e3
    assert decrypt(client.keys, column) == pytest.approx(X[:, 0], abs=1e-3)


@pytest.mark.parametrize("message", [b"", b"{}\n", b"\x00" * 1000, b"[" * 10**5])
def test_nonsense_is_refused_and_the_server_lives(client, message):
    for path in ("/keys", "/score", "/decrypt"):
        with pytest.raises(ValueError, match="400: "):
            client.post(path, message)
    assert len(client.score(X[:3])) == 3


def test_a_model_of_another_width_is_named(client):
    with pytest.raises(ValueError, match="4 columns came, the model has 5"):
        client.score(X[:, :4])


def test_unknown_paths_and_too_long_messages_are_refused_unread(client):
    with pytest.raises(ValueError, match="404: "):
        client.post("/../secrets", b"")
    line = http.client.HTTPConnection(LOCAL, client.port, timeout=20)
    line.putrequest("POST", "/score")
    line.putheader("Content-Length", str(MOST_BYTES + 1))
    line.endheaders()
    assert line.getresponse().status == 413
    line.close()


def test_the_server_needs_keys_first_and_ends_with_its_block(tmp_path):
    with server(WEIGHTS, 0.0, tmp_path) as port:
        fresh = Client(keys=new_keys(SCORE), port=port)
        with pytest.raises(ValueError, match="POST the public keys to /keys first"):
            fresh.score(X)
    with pytest.raises(OSError):  # noqa: PT011  refused or reset, as the system says
        fresh.send_keys()
