"""The class's authority, the server's certificate and the nodes' keys."""

import os
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    load_ssh_private_key,
    load_ssh_public_key,
)
from flwr.cli.supernode.register import try_load_public_key
from flwr.supercore.primitives.asymmetric import public_key_to_bytes

from privlab.experiments.handshake import handshake
from privlab.fl.certificates import make_certificates, make_node_key

HOST = "192.168.1.5"
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("own"), [HOST, "teacher.local"])


@pytest.mark.parametrize("host", [HOST, "teacher.local", "localhost", "127.0.0.1"])
def test_tls_accepts_each_named_host(made, host):
    assert host in made.hosts
    assert handshake(made.authority, made, host) == ""


def test_tls_refuses_another_host(made):
    assert "mismatch" in handshake(made.authority, made, "192.168.1.6")


def test_tls_refuses_another_authority_of_the_same_name(made, tmp_path):
    other = make_certificates(tmp_path, [HOST])
    assert handshake(other.authority, made, HOST) != ""


@pytest.mark.parametrize(
    ("now", "said"),
    [(NOW - timedelta(days=31), "expired"), (NOW + timedelta(days=1), "not yet valid")],
    ids=["old", "early"],
)
def test_tls_refuses_a_certificate_out_of_its_days(tmp_path, now, said):
    wrong = make_certificates(tmp_path, [HOST], days=30, now=now)
    assert said in handshake(wrong.authority, wrong, HOST)


def test_the_certificate_says_until_when(made):
    left = made.expiry - datetime.now(UTC)  # NOW may be long ago: it is the import's
    assert abs(left - timedelta(days=30)) < timedelta(minutes=5)


def test_the_server_cannot_sign_for_others(made):
    server = x509.load_pem_x509_certificate(made.server.read_bytes())
    constraints = server.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert not constraints.value.ca


def test_the_authoritys_key_is_nowhere(made):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for key in made.authority.parent.glob("*.key"):
        with pytest.raises(ssl.SSLError, match="mismatch"):
            context.load_cert_chain(made.authority, key)


def test_new_certificates_replace_old_ones(tmp_path):
    first = make_certificates(tmp_path, [HOST]).server.read_bytes()
    again = make_certificates(tmp_path, [HOST])
    assert again.server.read_bytes() != first
    assert handshake(again.authority, again, HOST) == ""


def test_flower_reads_the_nodes_keys_and_they_belong_together(tmp_path):
    public = make_node_key(tmp_path / "li.key")
    private = load_ssh_private_key((tmp_path / "li.key").read_bytes(), None)
    told = load_ssh_public_key(public.read_bytes())
    assert private.public_key().public_numbers() == told.public_numbers()
    assert try_load_public_key(public) == public_key_to_bytes(told)


def test_a_nodes_key_is_never_overwritten(tmp_path):
    make_node_key(tmp_path / "li.key")
    with pytest.raises(FileExistsError):
        make_node_key(tmp_path / "li.key")


@pytest.mark.skipif(os.name == "nt", reason="rights of the folder protect it there")
def test_private_keys_are_their_owners(made, tmp_path):
    make_node_key(tmp_path / "li.key")
    for key in (made.server_key, tmp_path / "li.key"):
        assert key.stat().st_mode & 0o777 == 0o600


def test_days_must_be_whole(tmp_path):
    with pytest.raises(ValueError, match="days=0"):
        make_certificates(tmp_path, [HOST], days=0)
