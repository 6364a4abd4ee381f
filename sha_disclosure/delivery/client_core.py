"""The common part of both clients: settings, credentials with their connections, preparing."""

from __future__ import annotations

import ssl
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Generic, TypedDict

from sha_disclosure.arguments import require
from sha_disclosure.boundary import boundary
from sha_disclosure.codes import CodeLists
from sha_disclosure.credentials import AskPin, CertifiedSigner, OwnSigners
from sha_disclosure.credentials.store import CredentialStore
from sha_disclosure.delivery.connections import Connection, Connections, E
from sha_disclosure.delivery.prepare import PreparedNotice, Setup, build, sign
from sha_disclosure.delivery.quota import RetryQuota
from sha_disclosure.delivery.shared_state import SharedState
from sha_disclosure.delivery.submission import Stop, Submission
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.events import Listener, Listeners
from sha_disclosure.jose.token import TokenFacts
from sha_disclosure.messages import message
from sha_disclosure.notice import DisclosureNotice, Part
from sha_disclosure.settings import Settings
from sha_disclosure.settings.organisations import refuse_brokering
from sha_disclosure.sources import Sources


class Options(TypedDict, total=False):
    """The options of both clients besides the settings."""

    edition: Edition | None
    code_lists: CodeLists | None
    sources: Sources | None
    content_signer: CertifiedSigner | None
    token_signer: CertifiedSigner | None
    pin: AskPin | None
    listeners: Sequence[Listener]


class ClientCore(ABC, Generic[E]):
    """The part of a client that neither waits nor sends."""

    def __init__(  # noqa: PLR0913 - each keyword replaces one thing a client is made with
        self,
        settings: Settings,
        *,
        edition: Edition | None = None,
        code_lists: CodeLists | None = None,
        sources: Sources | None = None,
        content_signer: CertifiedSigner | None = None,
        token_signer: CertifiedSigner | None = None,
        pin: AskPin | None = None,
        listeners: Sequence[Listener] = (),
    ) -> None:
        require(settings, Settings, "settings")
        self.settings = settings
        self._closed = False
        self.edition = edition or load_edition(settings.edition)
        self._sources = sources or Sources()
        self._setup = Setup(settings, self.edition, self._sources, code_lists)
        _refuse_unconfirmed(settings, self.edition)
        refuse_brokering(settings, self.edition)
        notified = Listeners(listeners)
        facts = {
            requester: TokenFacts(each.system, each.subscriber, each.requester, each.base_url)
            for requester, each in self._setup.organisations.items()
        }
        self._shared = SharedState(RetryQuota(settings.retry.quota), notified, facts)
        self._connections: Connections[E] = Connections(self._endpoint)
        own = OwnSigners(content_signer, token_signer, pin)
        self._store = CredentialStore(
            settings, self.edition, self._sources, own, notified, self._connections.use
        )

    def __repr__(self) -> str:
        place = f"{self.settings.environment}, {self.settings.base_url}"
        return f"{type(self).__name__}({place}, edition {self.edition.name})"

    @property
    def clock_skew(self) -> timedelta | None:
        """How far the service's clock is ahead of ours, by the last answer that showed it."""
        return self._shared.clock_skew

    @boundary
    def prepare(self, notice: DisclosureNotice | Sequence[DisclosureNotice]) -> PreparedNotice:
        """Check, build and sign one notice, or several about the same client (one message).

        Nothing is sent. The result may be stored and submitted later, any number of times.

        Raises InvalidNotice with every problem; SigningError if the key cannot sign.
        """
        self._require_open()
        notices = _listed(notice)
        self._renew_before_signing()
        unsigned = build(notices, self._setup)
        credentials, _ = self._connection(unsigned.organisation)
        return sign(unsigned, self._setup, credentials.bundles)

    def _submission(
        self, prepared: PreparedNotice, listener: Listener | None, stop: Stop | None
    ) -> Submission:
        self._require_open()
        require(prepared, PreparedNotice, "submit")
        return Submission(self._setup, prepared, self._shared, listener, stop)

    def _require_open(self) -> None:
        if self._closed:
            raise ConfigurationError(message("arguments.closed"))

    def _connection(self, organisation: str = "") -> Connection[E]:
        """Return an organisation's current credentials and endpoint."""
        requester = organisation or str(self.settings.requester.id)
        connection = self._connections.of(requester)
        if connection is None:
            self._store.require(requester)
            raise ConfigurationError(message("client.no_organisation", requester=requester))
        return connection

    def _endpoint(self, requester: str, tls: ssl.SSLContext) -> E:
        return self._open(self._setup.organisations[requester], tls)

    @abstractmethod
    def _open(self, settings: Settings, tls: ssl.SSLContext) -> E:
        """Return a new endpoint for an organisation's TLS client."""

    @abstractmethod
    def _renew_before_signing(self) -> None:
        """Use renewed keys if a check is due."""


def _listed(given: DisclosureNotice | Iterable[DisclosureNotice]) -> list[DisclosureNotice]:
    """Return the notices given to ``prepare``. Raises ConfigurationError."""
    if isinstance(given, DisclosureNotice):
        return [given]
    if isinstance(given, Part | str | bytes | Mapping) or not isinstance(given, Iterable):
        require(given, DisclosureNotice, "prepare")
    notices = list(given)
    if not notices:
        raise ConfigurationError(message("client.no_notice"))
    for notice in notices:
        require(notice, DisclosureNotice, "prepare")
    return notices


def _refuse_unconfirmed(settings: Settings, edition: Edition) -> None:
    """Refuse production while the edition has values that are only assumed.

    Raises ConfigurationError, which lists them.
    """
    open_entries = edition.assumed_in_notices()
    if settings.environment != "production" or settings.accept_assumed or not open_entries:
        return
    named = ", ".join(entry.key for entry in open_entries[:5])
    raise ConfigurationError(
        message("client.assumed", edition=edition.name, count=len(open_entries), named=named)
    )
