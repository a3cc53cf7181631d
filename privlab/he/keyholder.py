"""Who holds which key: the key holder decrypts, everybody else only computes.

Real keys come from TenSEAL's own generator, seeded by the operating system.
"""

import hashlib
from dataclasses import dataclass, field

import tenseal as ts

from privlab.he.context import Parameters


@dataclass(frozen=True, kw_only=True, eq=False)
class PublicKeys:
    """All that a server needs to encrypt and to compute, and nothing that decrypts.

    ``fingerprint`` names the key pair: the start of the public key's SHA-256.
    """

    parameters: Parameters
    context: ts.Context = field(repr=False)

    def __post_init__(self):
        if self.context.has_secret_key():
            raise ValueError(
                "context holds the secret key: call make_context_public() on a copy "
                "before it leaves the key holder"
            )
        only_public = self.context.serialize(
            save_galois_keys=False, save_relin_keys=False
        )
        fingerprint = hashlib.sha256(only_public).hexdigest()[:16]
        object.__setattr__(self, "_fingerprint", fingerprint)

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def rotates(self) -> bool:
        """Whether the Galois keys, needed for sums over slots, are there."""
        return self.context.has_galois_keys()


@dataclass(frozen=True, kw_only=True, eq=False)
class SecretKeys:
    """The key holder's half; ``public`` is what may be given away."""

    public: PublicKeys
    context: ts.Context = field(repr=False)


def new_keys(parameters: Parameters) -> SecretKeys:
    """A fresh key pair without rotations: slot by slot arithmetic only."""
    return _pair(parameters, _context(parameters))


def new_keys_with_rotations(parameters: Parameters) -> SecretKeys:
    """A fresh key pair with Galois keys, which are by far the largest part."""
    context = _context(parameters)
    context.generate_galois_keys()
    return _pair(parameters, context)


def _context(parameters: Parameters) -> ts.Context:
    context = ts.context(
        ts.SCHEME_TYPE.CKKS,
        poly_modulus_degree=parameters.degree,
        coeff_mod_bit_sizes=list(parameters.prime_bits),
        n_threads=1,
    )
    context.global_scale = 2**parameters.scale_bits
    return context


def _pair(parameters: Parameters, context: ts.Context) -> SecretKeys:
    public = context.copy()
    public.make_context_public()
    keys = PublicKeys(parameters=parameters, context=public)
    return SecretKeys(public=keys, context=context)
