"""Who is who in a class federation: a certificate authority and the nodes' keys.

The class trusts one authority (认证机构), made for the lesson. It signs the certificate
of the teacher's SuperLink, by which a student's node knows whom it talks to. Each node
has a key pair of its own, by which the SuperLink knows the node.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from privlab.core import checks

CURVE = ec.SECP384R1  # the curve that Flower's own key generator uses
EARLIER = timedelta(hours=1)  # a student's clock may be a little slow


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: ``authority`` goes to everyone, ``server_key`` to nobody."""

    authority: Path
    server: Path
    server_key: Path

    @classmethod
    def within(cls, folder: Path) -> "Certificates":
        """Where ``make_certificates`` puts them."""
        names = ("authority.crt", "server.crt", "server.key")
        return cls(*(folder / name for name in names))

    @property
    def expiry(self) -> datetime:
        """When the server's certificate ends, in UTC."""
        return _read(self.server).not_valid_after_utc

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names and addresses that the server's certificate is good for."""
        names = _read(self.server).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        return tuple(str(name.value) for name in names.value)


def make_certificates(
    folder: Path, hosts: Sequence[str], *, days: int = 30, now: datetime | None = None
) -> Certificates:
    """A new authority and a certificate for the server at ``hosts`` (X.509, RFC 5280).

    ``hosts`` are names or IP addresses; ``localhost`` and ``127.0.0.1`` are added. Both
    certificates are good for ``days`` from ``now``. The authority's key signs this one
    certificate and is forgotten: nobody can forge another, and for a new address or
    after ``days`` everyone needs a new ``authority.crt``. Old files are replaced.
    """
    start = (now or datetime.now(UTC)) - EARLIER
    valid = (start, start + EARLIER + timedelta(days=checks.whole("days", days)))
    root_key, key = ec.generate_private_key(CURVE()), ec.generate_private_key(CURVE())
    root_name, name = _name("privlab class authority"), _name("privlab SuperLink")
    root = _draft(root_name, root_name, root_key, valid, authority=True)
    server = _draft(name, root_name, key, valid, authority=False)
    server = server.add_extension(_names([*hosts, "localhost", "127.0.0.1"]), False)
    server = server.add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False
    )
    server = server.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False
    )
    made = Certificates.within(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path, draft in ((made.authority, root), (made.server, server)):
        signed = draft.sign(root_key, hashes.SHA384())
        path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    made.server_key.unlink(missing_ok=True)
    _write_secret(made.server_key, _pem(key, serialization.PrivateFormat.PKCS8))
    return made


def make_node_key(path: Path) -> Path:
    """A node's key pair: the private half in ``path``, the public one beside it.

    The public file, ``path`` with ``.pub``, is returned: one line of text that the
    teacher registers. ``FileExistsError`` rather than overwrite a key.
    """
    key = ec.generate_private_key(CURVE())
    _write_secret(path, _pem(key, serialization.PrivateFormat.OpenSSH))
    public = path.with_suffix(".pub")
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
    )
    return public


def _write_secret(path: Path, content: bytes) -> None:
    """A new file that only its owner may read, from its first moment on.

    On Windows the mode has no effect: there the folder's rights protect the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)


def _pem(key: ec.EllipticCurvePrivateKey, form: serialization.PrivateFormat) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, form, serialization.NoEncryption()
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _names(hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_host(own) for own in dict.fromkeys(hosts)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _draft(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    valid: tuple[datetime, datetime],
    *,
    authority: bool,
) -> x509.CertificateBuilder:
    use = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    use |= {
        "digital_signature": not authority,
        "key_cert_sign": authority,
        "crl_sign": authority,
    }
    public = key.public_key()
    return (
        x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(authority, None), True)
        .add_extension(x509.KeyUsage(**use), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
    )


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())
