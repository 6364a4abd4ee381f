"""What signs: a software key, or a callback to a hardware module, with its certificate.

A signature is the bytes of a JWS signature (RFC 7518): for RSA as the primitive gives it,
for elliptic curves R and S side by side, not DER.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Protocol, cast

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwcrypto import jwa, jwk

from sha_disclosure.errors import DisclosureError, KeyUnavailable

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
    except Exception as error:  # noqa: BLE001 - whatever a module or a service may raise
        fault = f"failed ({type(error).__name__})"
    else:
        if isinstance(signature, bytes) and signature:
            return signature
        fault = f"gave {type(signature).__name__} instead of the signature's bytes"
    raise KeyUnavailable(f"The signer {fault}; nothing was signed. Check the key's device and PIN.")
