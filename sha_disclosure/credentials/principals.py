"""Principals: the organisations a client acts for, each with its settings, keys and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sha_disclosure.credentials import Identity, load_identity
from sha_disclosure.credentials.keys import AskPin
from sha_disclosure.credentials.signing import SigningIdentity
from sha_disclosure.delivery.prepare import Sender
from sha_disclosure.jose.token import TokenMaker
from sha_disclosure.settings import Settings

Use = Literal["tls", "signing", "token"]
"""The tables of the settings that name keys."""


@dataclass(frozen=True, eq=False, slots=True)
class Principal:
    """One organisation as the service sees it (toimija)."""

    settings: Settings = field(repr=False)
    identity: Identity = field(repr=False)
    tokens: TokenMaker


@dataclass(frozen=True, slots=True)
class Part:
    """One table of keys and what its files hold: the same twice is the same key."""

    use: Use
    table: Any = field(repr=False)  # KeyPair or Tls, or None where a signer stands in for it
    digest: str


Parts = tuple[Part, Part, Part]
"""Of one identity: TLS, signing, token."""


@dataclass(frozen=True, eq=False, slots=True)
class Held:
    """An identity in use and what it was read from."""

    identity: Identity
    tokens: TokenMaker
    parts: Parts

    def known(self) -> dict[Part, Any]:
        """Return what another identity with the same part can share."""
        tls, signing, token = self.parts
        identity = self.identity
        return {tls: identity, signing: identity.content, token: identity.token}


class Loader:
    """Loads identities; a part that is known already is shared, not loaded again.

    The signers stand in for the tables of the top level, wherever those are used.
    """

    def __init__(
        self,
        sender: Sender,
        content_signer: SigningIdentity | None,
        token_signer: SigningIdentity | None,
        pin: AskPin | None = None,
    ) -> None:
        self._sender = sender
        self._content_signer = content_signer
        self._token_signer = token_signer
        self._pin = pin

    def load(self, settings: Settings, parts: Parts, known: Mapping[Part, Any]) -> Held:
        """Load and check the identity of one organisation's settings, whole.

        Raises ConfigurationError, KeyUnavailable and CertificateExpired.
        """
        edition, top = self._sender.edition, self._sender.settings
        tls, signing, token = parts
        content_signer, token_signer = known.get(signing), known.get(token)
        if settings.signing == top.signing:
            content_signer = self._content_signer or content_signer
            if settings.token == top.token:
                token_signer = self._token_signer or token_signer
        identity = load_identity(
            settings,
            edition,
            self._sender.sources,
            content_signer=content_signer,
            token_signer=token_signer,
            tls_of=known.get(tls),
            ask_pin=self._pin,
        )
        return Held(identity, TokenMaker(identity.token, edition), parts)
