"""What signs: a software key, or a callback to a hardware module, with its certificate.

A signature is the bytes of a JWS signature (RFC 7518): for RSA as the primitive gives it,
for elliptic curves R and S side by side, not DER.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn, Protocol, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwcrypto import jwa, jwk
from jwcrypto.common import JWException

from sha_disclosure.boundary import boundary
from sha_disclosure.errors import DisclosureError, KeyUnavailable
from sha_disclosure.messages import message
from sha_disclosure.process import raised_by_signal_handler

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class Signer(Protocol):
    """Anything that signs (allekirjoittaja): a key in memory, a hardware module, a service."""

    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of ``data`` (RFC 7518), or raise KeyUnavailable."""


class JwsSigner(Signer, Protocol):
    """A signer with what the protected header says of it (RFC 7515 section 4.1).

    ``algorithm`` is the JWS name (RFC 7518), ``x5c`` the certificate chain as base64 DER, leaf
    first, ``thumbprint`` the SHA-256 of the leaf in hexadecimal.
    """

    @property
    def algorithm(self) -> str:
        """The name of the algorithm."""

    @property
    def x5c(self) -> tuple[str, ...]:
        """The chain."""

    @property
    def thumbprint(self) -> str:
        """The name of the leaf."""

    def require_valid(self, at: datetime) -> None:
        """Return when it may sign at ``at``. Raises a SigningError."""


class _Algorithm(Protocol):
    """The part of a jwcrypto algorithm used here, which its type stubs leave out."""

    def sign(self, key: jwk.JWK, payload: bytes) -> bytes: ...

    def verify(self, key: jwk.JWK, payload: bytes, signature: bytes) -> None: ...


def algorithm_named(name: str) -> _Algorithm:
    """Return jwcrypto's implementation of a JWS algorithm (RFC 7518 section 3.1)."""
    return cast("_Algorithm", jwa.JWA.signing_alg(name))


class SignatureCheck:
    """Checks JWS signatures by one public key and algorithm, and nothing else of a message."""

    __slots__ = ("_algorithm", "_key")

    def __init__(self, key: PublicKey, algorithm: str) -> None:
        self._key = jwk.JWK.from_pyca(key)
        self._algorithm = algorithm_named(algorithm)

    def passes(self, data: bytes, signature: bytes) -> bool:
        """Return whether the key made ``signature`` over ``data``."""
        try:
            self._algorithm.verify(self._key, data, signature)
        except (InvalidSignature, JWException, ValueError):
            return False
        return True


class Kept:
    """Base of signers: stays in its process, since a pickle would carry a key or a PIN."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} cannot be pickled or copied: it holds a key")


class KeySigner(Kept):
    """Signs with a private key in memory (ohjelmistoavain).

    The key is tried here, once: jwcrypto makes it ready at its first signature, which for RSA
    costs a hundred others.
    """

    __slots__ = ("_algorithm", "_key", "_name")

    def __init__(self, key: PrivateKey | jwk.JWK, algorithm: str) -> None:
        self._name = algorithm
        self._algorithm = algorithm_named(algorithm)
        self._key = key if isinstance(key, jwk.JWK) else jwk.JWK.from_pyca(key)
        self.sign(b"sha-disclosure: trial of the key")

    def using(self, algorithm: str) -> KeySigner:
        """Return a signer of the same loaded key for another algorithm."""
        return KeySigner(self._key, algorithm)

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

    @boundary
    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of ``data``. Raises KeyUnavailable."""
        return signature_of(self._function, data)

    def __repr__(self) -> str:
        return "CallbackSigner()"


def signature_of(function: Callable[[bytes], bytes], data: bytes) -> bytes:
    """Return what a signing function makes of ``data``. Raises KeyUnavailable."""
    signature: Any = None
    try:
        signature = function(data)
    except DisclosureError:
        raise
    except Exception as error:  # whatever a module or a service may raise
        if raised_by_signal_handler(error):
            raise
        fault = message("signer.failed", kind=type(error).__name__)
    else:
        if isinstance(signature, bytes) and signature:
            return signature
        fault = message("signer.no_bytes", kind=type(signature).__name__)
    raise KeyUnavailable(fault)
