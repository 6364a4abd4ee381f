"""Finds the token, key and certificate of a URI, or reports what was found instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from cryptography import x509

from sha_disclosure.credentials.certificate import Chain
from sha_disclosure.credentials.keys.software import leaf_first
from sha_disclosure.credentials.keys.uri import TokenUri
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import Message, catalogue, message

if TYPE_CHECKING:
    from pkcs11 import PrivateKey, Session, Token
    from pkcs11._pkcs11 import lib as Library  # noqa: N812 - a class with a small initial


def token_of(library: Library, uri: TokenUri) -> Token:
    """Return the only token matching the URI. Raises Lost, and ConfigurationError for several."""
    there = list(_tokens(library))
    fitting = [token for token in there if _fits(token, uri)]
    if not fitting:
        seen = tuple(map(name_of, there)) or message("pkcs11.no_token_at_all")
        raise Lost(message("pkcs11.no_token", seen=seen))
    if len(fitting) > 1:
        seen = tuple(map(name_of, fitting))
        raise ConfigurationError(
            message("pkcs11.several_tokens", key=str(uri), count=len(fitting), seen=seen)
        )
    return fitting[0]


def _tokens(library: Library) -> Iterable[Token]:
    from pkcs11 import TokenFlag, TokenNotPresent, TokenNotRecognised  # noqa: PLC0415

    for slot in library.get_slots(token_present=True):
        with suppress(TokenNotPresent, TokenNotRecognised):
            token = slot.get_token()
            if token.flags & TokenFlag.TOKEN_INITIALIZED:
                yield token


def _fits(token: Token, uri: TokenUri) -> bool:
    wanted = (
        (uri.token, token.label),
        (uri.serial, serial_of(token)),
        (uri.manufacturer, token.manufacturer_id),
        (uri.model, token.model),
        (uri.slot_id, token.slot.slot_id),
    )
    return all(asked is None or asked == has for asked, has in wanted)


def serial_of(token: Token) -> str:
    """Return the serial number of a token."""
    return token.serial.decode("utf-8", "replace").rstrip("\0 ")


def name_of(token: Token) -> Message:
    """Return the name by which a person knows the token: its label and serial number."""
    return message("pkcs11.token_name", label=token.label, serial=serial_of(token))


def wants_login(token: Token) -> bool:
    """Return whether the token has a PIN at all."""
    from pkcs11 import TokenFlag  # noqa: PLC0415

    return bool(token.flags & TokenFlag.LOGIN_REQUIRED)


def keys_of(session: Session, uri: TokenUri) -> list[PrivateKey]:
    """Return the private keys in a session that match the URI."""
    from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415

    asked: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
    if uri.label is not None:
        asked[Attribute.LABEL] = uri.label
    if uri.id is not None:
        asked[Attribute.ID] = uri.id
    return cast("list[PrivateKey]", list(session.get_objects(asked)))


def only(found: Sequence[PrivateKey], uri: TokenUri, session: Session) -> PrivateKey:
    """Return the only key found. Raises Lost, and ConfigurationError for several."""
    if not found:
        others = keys_of(session, TokenUri(uri.name))
        seen = tuple(map(_key_name, others)) or message("pkcs11.no_key_at_all")
        raise Lost(message("pkcs11.no_key", seen=seen))
    if len(found) > 1:
        seen = tuple(map(_key_name, found))
        raise ConfigurationError(
            message("pkcs11.several_keys", key=str(uri), count=len(found), seen=seen)
        )
    return found[0]


def _key_name(key: PrivateKey) -> Message:
    escaped = "".join(f"%{byte:02x}" for byte in key.id or b"")
    return message("pkcs11.key_name", label=key.label or "", id=escaped)


def always_asks(key: PrivateKey) -> bool:
    """Return whether the key requires the PIN for each signature (CKA_ALWAYS_AUTHENTICATE)."""
    from pkcs11 import Attribute, PKCS11Error  # noqa: PLC0415

    with suppress(PKCS11Error):  # older modules do not support the attribute
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    return False


def chain_beside(key: PrivateKey, session: Session, name: str) -> Chain:
    """Return the certificate with the key's id, or else its label, and its issuers on the token.

    Empty if there is none. Raises ConfigurationError for several.
    """
    from pkcs11 import Attribute, ObjectClass, PKCS11Error  # noqa: PLC0415

    own: list[x509.Certificate] = []
    every: list[x509.Certificate] = []
    for held in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
        with suppress(PKCS11Error, ValueError):
            certificate = x509.load_der_x509_certificate(bytes(held[Attribute.VALUE]))
            every.append(certificate)
            beside = held[Attribute.ID] == key.id if key.id else held[Attribute.LABEL] == key.label
            if beside and certificate not in own:
                own.append(certificate)
    if len(own) > 1:
        raise ConfigurationError(message("pkcs11.several_certificates", key=name, count=len(own)))
    return leaf_first(own[0], every) if own else ()


_LOST = frozenset({
    "DeviceError", "DeviceMemory", "DeviceRemoved", "FunctionFailed", "GeneralError",
    "KeyHandleInvalid", "ObjectHandleInvalid", "OperationNotInitialized", "SessionClosed",
    "SessionHandleInvalid", "SlotIDInvalid", "TokenNotPresent", "TokenNotRecognised",
    "UserNotLoggedIn",
    "PKCS11Error",  # without a class of its own: the module was not initialised
})  # fmt: skip


class Lost(Exception):  # noqa: N818 - a signal inside this room, never seen outside
    """The token or the key was not found; it may be there when the module is asked again."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.message = why


def may_pass(error: Exception) -> bool:
    """Return whether a new session, or a restarted module, may succeed."""
    return isinstance(error, Lost) or type(error).__name__ in _LOST


def explained(error: Exception) -> Message:
    """Return what happened and what to do; never the text of the error itself."""
    if isinstance(error, Lost):
        return error.message
    known = message(f"token_error.{type(error).__name__}")
    if known.id in catalogue("en"):
        return known
    return message("pkcs11.failed", kind=type(error).__name__)
