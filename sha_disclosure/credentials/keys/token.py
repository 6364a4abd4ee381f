"""A private key on a token (avain turvamoduulissa tai kortilla) through PKCS #11."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from pydantic import SecretStr

from sha_disclosure.credentials.certificate import Chain
from sha_disclosure.credentials.keys import token_search as search
from sha_disclosure.credentials.keys.module import Module, module_of
from sha_disclosure.credentials.keys.pin import AskPin, read_pin
from sha_disclosure.credentials.keys.token_search import Lost, explained, may_pass
from sha_disclosure.credentials.keys.uri import TokenUri
from sha_disclosure.errors import KeyUnavailable
from sha_disclosure.jose.signer import Kept
from sha_disclosure.messages import Message, message

if TYPE_CHECKING:
    from pkcs11 import PrivateKey, Session, SignMixin, Token

_T = TypeVar("_T")


class _Open(NamedTuple):
    """A session of one process and one generation of its module, and the key found in it."""

    generation: int
    token: Token
    session: Session
    key: PrivateKey
    always: bool


class TokenKey(Kept):
    """A private key that never leaves its token, which signs digests with it.

    Thread-safe and fork-safe. The next use recovers from a lost session, a removed and
    reinserted token, and a logout by another program; a wrong PIN is never tried again.
    """

    __slots__ = ("_ask", "_module", "_opened", "_uri")

    def __init__(self, uri: TokenUri, ask_pin: AskPin | None = None) -> None:
        self._uri = uri
        self._ask = ask_pin
        self._module: Module = module_of(uri)
        self._opened: _Open | None = None

    def __repr__(self) -> str:
        return f"TokenKey({self._uri})"

    @property
    def name(self) -> str:
        """The key's name in errors: its URI without the query."""
        return str(self._uri)

    def kind(self) -> str:
        """Return ``RSA`` or ``EC``, or the name of another kind of key.

        Locates the key and logs in if that has not been done. Raises KeyUnavailable, and
        ConfigurationError if the URI matches several keys.
        """
        return self._do(lambda opened: str(getattr(opened.key.key_type, "name", "other")))

    def certificates(self) -> Chain:
        """Return the certificate stored with the key on its token, and its issuers there.

        Empty if there is none. Raises KeyUnavailable and ConfigurationError.
        """
        return self._do(lambda opened: search.chain_beside(opened.key, opened.session, self.name))

    def sign(self, digest: bytes, mechanism: str, parameter: Any = None) -> bytes:
        """Return the token's signature of a digest by a PKCS #11 mechanism, such as ``ECDSA``.

        Raises KeyUnavailable and ConfigurationError.
        """
        from pkcs11 import Mechanism  # noqa: PLC0415 - an extra, and there by now

        def work(opened: _Open) -> bytes:
            by: dict[str, Any] = {
                "mechanism": Mechanism[mechanism],
                "mechanism_param": parameter,
            }
            key = cast("SignMixin", opened.key)
            if not opened.always:
                return bytes(key.sign(digest, **by))
            return self._with_pin(
                opened.token, lambda pin: bytes(key.sign(digest, pin=pin.get_secret_value(), **by))
            )

        return self._do(work)

    def _do(self, work: Callable[[_Open], _T]) -> _T:
        """Run ``work`` with the open key, and again after each recovery step that may help."""
        fault: Message | str = ""
        failure = self._module.error
        with self._module.turn():
            known = self._opened is not None
            for remedy in (None, self._close, self._module.restart)[: 3 if known else 1]:
                if remedy is not None:
                    remedy()
                try:
                    return work(self._current(login=remedy is not None))
                except (Lost, failure) as error:
                    fault = explained(error)
                    if not may_pass(error):
                        break
        raise KeyUnavailable(message("pkcs11.refused", key=self.name, why=fault))

    def _current(self, *, login: bool) -> _Open:
        opened = self._opened
        if opened is None or opened.generation != self._module.generation:
            opened = self._opened = self._open(login=login)
        return opened

    def _close(self) -> None:
        """Give up the session; those of other keys on the module may be lost as well."""
        opened = self._opened
        if opened is not None and opened.generation == self._module.generation:
            # Opened without a PIN, so closing it does not log out anyone.
            with suppress(self._module.error):
                opened.session.close()
        self._module.generation += 1

    def _open(self, *, login: bool) -> _Open:
        token = search.token_of(self._module.library, self._uri)
        session = token.open()
        try:
            key = self._found(token, session, login=login)
            always = search.always_asks(key)
        except BaseException:
            with suppress(self._module.error):
                session.close()
            raise
        return _Open(self._module.generation, token, session, key, always)

    def _found(self, token: Token, session: Session, *, login: bool) -> PrivateKey:
        found = search.keys_of(session, self._uri)
        # Keys are visible if this process is already logged in, by whatever means.
        if search.wants_login(token) and (login or not found):
            self._log_in(token)
            found = search.keys_of(session, self._uri)
        return search.only(found, self._uri, session)

    def _log_in(self, token: Token) -> None:
        from pkcs11 import UserAlreadyLoggedIn  # noqa: PLC0415 - an extra, and there by now

        with suppress(UserAlreadyLoggedIn):
            # Kept by the module until it ends: closing this session would log the process out.
            self._with_pin(token, lambda pin: token.open(user_pin=pin.get_secret_value()))

    def _with_pin(self, token: Token, use: Callable[[SecretStr], _T]) -> _T:
        from pkcs11 import PinIncorrect  # noqa: PLC0415 - an extra, and there by now

        name = search.name_of(token)
        pin = read_pin(self._uri.pin_source, self._ask, name)
        serial = search.serial_of(token)
        if self._module.refused(serial, pin):
            raise KeyUnavailable(message("pin.refused_before", token=name))
        try:
            return use(pin)
        except PinIncorrect:
            self._module.refuse(serial, pin)
            raise
