"""Signers with their certificates: a software key, or a callback to a hardware module.

A signature is the bytes of a JWS signature (RFC 7518): for RSA as the primitive returns it,
for elliptic curves R and S concatenated, not DER.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

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
    """A signer with the values of its protected header (RFC 7515 section 4.1).

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
        """The SHA-256 of the leaf."""

    def require_valid(self, at: datetime) -> None:
        """Raise a SigningError if the signer may not sign at ``at``."""


class SignatureCheck:
    """Verifies JWS signatures with one public key and algorithm, and nothing else of a message."""

    __slots__ = ("_verify",)

    def __init__(self, key: PublicKey, algorithm: str) -> None:
        self._verify = _verification(key, algorithm)

    def passes(self, data: bytes, signature: bytes) -> bool:
        """Return whether the key made ``signature`` over ``data``."""
        try:
            self._verify(signature, data)
        except InvalidSignature:
            return False
        return True


class Kept:
    """Base of signers that cannot be pickled, since a pickle would carry a key or a PIN."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} cannot be pickled or copied: it holds a key")


class KeySigner(Kept):
    """Signs with a private key in memory (ohjelmistoavain), by RS256, PS256, ES256 or ES384.

    Its first signature is verified before it is used: it shows that the key is whole (see
    ``credentials.keys.software``).

    Raises ValueError if the algorithm does not match the kind of key.
    """

    __slots__ = ("_algorithm", "_key", "_made", "_proven")

    def __init__(self, key: PrivateKey, algorithm: str) -> None:
        self._algorithm = algorithm
        self._key = key
        self._made = _primitive(key, algorithm)
        self._proven = False

    def using(self, algorithm: str) -> KeySigner:
        """Return a signer with the same loaded key for another algorithm."""
        return KeySigner(self._key, algorithm)

    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of ``data``. Raises KeyUnavailable for a damaged key."""
        signature = self._made(data)
        if not self._proven:
            check = SignatureCheck(self._key.public_key(), self._algorithm)
            if not check.passes(data, signature):
                raise KeyUnavailable(message("signer.key_damaged"))
            self._proven = True
        return signature

    def __repr__(self) -> str:
        return f"KeySigner({self._algorithm})"


_SHA256 = hashes.SHA256()
_PADDINGS: Mapping[str, padding.AsymmetricPadding] = {
    "RS256": padding.PKCS1v15(),
    "PS256": padding.PSS(padding.MGF1(_SHA256), _SHA256.digest_size),
}
_CURVES: Mapping[str, tuple[type[ec.EllipticCurve], ec.ECDSA]] = {
    "ES256": (ec.SECP256R1, ec.ECDSA(_SHA256)),
    "ES384": (ec.SECP384R1, ec.ECDSA(hashes.SHA384())),
}


def _primitive(key: PrivateKey, algorithm: str) -> Callable[[bytes], bytes]:
    """Return a function that signs data as JWS (RFC 7518 sections 3.3-3.5) with a key."""
    if isinstance(key, rsa.RSAPrivateKey) and algorithm in _PADDINGS:
        pad = _PADDINGS[algorithm]
        return lambda data: key.sign(data, pad, _SHA256)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        how, size = _curve(key, algorithm)
        return lambda data: _side_by_side(key.sign(data, how), size)
    raise ValueError(f"{algorithm} does not sign with this kind of key")


def _verification(key: PublicKey, algorithm: str) -> Callable[[bytes, bytes], None]:
    """Return a function that verifies a JWS signature with a key, or raises InvalidSignature."""
    if isinstance(key, rsa.RSAPublicKey) and algorithm in _PADDINGS:
        pad = _PADDINGS[algorithm]
        return lambda signature, data: key.verify(signature, data, pad, _SHA256)
    if isinstance(key, ec.EllipticCurvePublicKey):
        how, size = _curve(key, algorithm)
        return lambda signature, data: key.verify(_der(signature, size), data, how)
    raise ValueError(f"{algorithm} does not verify with this kind of key")


def _curve(
    key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey, algorithm: str
) -> tuple[ec.ECDSA, int]:
    """Return the ECDSA scheme of an algorithm on a key's curve, and the octets of R and of S."""
    curve, how = _CURVES.get(algorithm, (None, None))
    if curve is None or how is None or not isinstance(key.curve, curve):
        raise ValueError(f"{algorithm} does not go with this kind of key")
    return how, (key.curve.key_size + 7) // 8


def _der(signature: bytes, size: int) -> bytes:
    if len(signature) != 2 * size:
        raise InvalidSignature
    r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
    return encode_dss_signature(r, s)


def _side_by_side(der: bytes, size: int) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(size) + s.to_bytes(size)


class CallbackSigner(Kept):
    """Signs by calling ``function(data)``, for example one that uses a hardware module (HSM).

    Any exception of the function becomes KeyUnavailable with only its class name: such errors
    may quote a PIN or the content.
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
    """Return the signature a function makes of ``data``. Raises KeyUnavailable."""
    signature: Any = None
    try:
        signature = function(data)
    except DisclosureError:
        raise
    except Exception as error:  # a module or a service may raise anything
        if raised_by_signal_handler(error):
            raise
        fault = message("signer.failed", kind=type(error).__name__)
    else:
        if isinstance(signature, bytes) and signature:
            return signature
        fault = message("signer.no_bytes", kind=type(signature).__name__)
    raise KeyUnavailable(fault)
