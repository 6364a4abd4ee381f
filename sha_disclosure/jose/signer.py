"""What signs: a software key, or a callback to a hardware module, with its certificate.

A signature is the bytes of a JWS signature (RFC 7518): for RSA as the primitive gives it,
for elliptic curves R and S side by side, not DER.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn, Protocol, cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from jwcrypto import jwa, jwk

from sha_disclosure.errors import CertificateExpired, DisclosureError, KeyUnavailable
from sha_disclosure.jose.certificate import self_issued, signature_length, thumbprint
from sha_disclosure.jose.chain import date_faults

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Signer(Protocol):
    """Anything that signs (allekirjoittaja): a key in memory, a hardware module, a service."""

    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of ``data`` (RFC 7518), or raise KeyUnavailable."""


class _Algorithm(Protocol):
    """The part of a jwcrypto algorithm used here, which its type stubs leave out."""

    def sign(self, key: jwk.JWK, payload: bytes) -> bytes: ...

    def verify(self, key: jwk.JWK, payload: bytes, signature: bytes) -> None: ...


def algorithm_named(name: str) -> _Algorithm:
    """Return jwcrypto's implementation of a JWS algorithm (RFC 7518 section 3.1)."""
    return cast("_Algorithm", jwa.JWA.signing_alg(name))


class Kept:
    """Base of signers: stays in its process, since a pickle would carry a key or a PIN."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} cannot be pickled or copied: it holds a key")


class KeySigner(Kept):
    """Signs with a private key in memory (ohjelmistoavain).

    The key is made ready here, once: for RSA that costs a hundred signatures.
    """

    __slots__ = ("_algorithm", "_key", "_name")

    def __init__(self, key: PrivateKey, algorithm: str) -> None:
        self._prepare(jwk.JWK.from_pyca(key), algorithm)

    def _prepare(self, key: jwk.JWK, algorithm: str) -> None:
        self._name = algorithm
        self._algorithm = algorithm_named(algorithm)
        self._key = key
        # jwcrypto keeps the key it derives at the first use; threads then only read it.
        key.get_op_key("sign", key.get("crv"))

    def using(self, algorithm: str) -> KeySigner:
        """Return a signer of the same loaded key for another algorithm."""
        other = KeySigner.__new__(KeySigner)
        other._prepare(self._key, algorithm)  # noqa: SLF001 - the same class
        return other

    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of ``data``."""
        return self._algorithm.sign(self._key, data)

    def __repr__(self) -> str:
        return f"KeySigner({self._name})"


class CallbackSigner(Kept):
    """Signs by calling ``function(data)``, such as one that asks a hardware module (HSM).

    Whatever the function raises becomes KeyUnavailable with the name of its class only:
    such errors may quote a PIN or the content.
    """

    __slots__ = ("_function",)

    def __init__(self, function: Callable[[bytes], bytes]) -> None:
        self._function = function

    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of ``data``. Raises KeyUnavailable."""
        return _asked(self._function, data)

    def __repr__(self) -> str:
        return "CallbackSigner()"


def _asked(function: Callable[[bytes], bytes], data: bytes) -> bytes:
    signature: Any = None
    try:
        signature = function(data)
    except DisclosureError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a module or a service may raise
        fault = f"failed ({type(error).__name__})"
    else:
        if isinstance(signature, bytes) and signature:
            return signature
        fault = f"gave {type(signature).__name__} instead of the signature's bytes"
    raise KeyUnavailable(f"The signer {fault}; nothing was signed. Check the key's device and PIN.")


@dataclass(frozen=True, eq=False, repr=False)
class SigningIdentity:
    """A signer with its certificate chain (allekirjoitusvarmenne), leaf first.

    ``algorithm`` is the JWS name (RFC 7518), ``x5c`` the chain as RFC 7515 4.1.6 carries it
    without the root, ``thumbprint`` the SHA-256 of the leaf in hexadecimal.
    """

    signer: Signer
    algorithm: str
    chain: tuple[x509.Certificate, ...]
    x5c: tuple[str, ...] = field(init=False)
    thumbprint: str = field(init=False)
    _length: int = field(init=False)
    _window: tuple[datetime, datetime] = field(init=False)

    def __post_init__(self) -> None:
        leaf, *issuers = self.chain
        sent = (leaf, *(c for c in issuers if not self_issued(c)))
        texts = tuple(base64.b64encode(c.public_bytes(Encoding.DER)).decode("ascii") for c in sent)
        window = (
            max(c.not_valid_before_utc for c in self.chain),
            min(c.not_valid_after_utc for c in self.chain),
        )
        made = {
            "x5c": texts,
            "thumbprint": thumbprint(leaf),
            "_length": signature_length(leaf),
            "_window": window,
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"SigningIdentity({self.algorithm}, sha256={self.thumbprint})"

    @property
    def leaf(self) -> x509.Certificate:
        """The signer's own certificate."""
        return self.chain[0]

    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of ``data``, of the length the certificate's key has.

        Raises KeyUnavailable.
        """
        signature = _asked(self.signer.sign, data)
        if len(signature) != self._length:
            raise KeyUnavailable(
                f"The signer gave {len(signature)} bytes where {self.algorithm} with this "
                f"certificate has {self._length}. Elliptic-curve signatures are R and S side by "
                "side (RFC 7518 section 3.4), not DER; else key and certificate are of two pairs."
            )
        return signature

    def require_valid(self, at: datetime) -> None:
        """Return when the whole chain is valid at ``at``. Raises CertificateExpired."""
        start, end = self._window
        if not start <= at <= end:
            told = "; ".join(fault.en for fault in date_faults(self.chain, at))
            raise CertificateExpired(f"Signing certificate sha256={self.thumbprint}: {told}")
