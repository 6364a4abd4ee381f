"""KantaClient and AsyncKantaClient: two thin shells over one way of sending."""

from __future__ import annotations

import asyncio
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypedDict, TypeVar, Unpack

from tenacity import AsyncRetrying, Retrying

from sha_disclosure.arguments import require
from sha_disclosure.boundary import boundary
from sha_disclosure.codes import CodeLists
from sha_disclosure.credentials import AskPin, CertifiedSigner, Credentials, OwnSigners
from sha_disclosure.credentials.store import CredentialStore
from sha_disclosure.delivery.confirming import PROBE_HEADERS, bears_own_code, shows_the_root
from sha_disclosure.delivery.endpoint import AsyncEndpoint, AsyncTransport, Endpoint, Transport
from sha_disclosure.delivery.prepare import PreparedNotice, Setup, build, sign
from sha_disclosure.delivery.quota import RetryQuota
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.delivery.shared_state import SharedState
from sha_disclosure.delivery.submission import AttemptFailed, Stop, Submission
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError, Rejected
from sha_disclosure.events import Listener, Listeners
from sha_disclosure.messages import message
from sha_disclosure.notice import DisclosureNotice, Part
from sha_disclosure.settings import Settings
from sha_disclosure.settings.organisations import refuse_brokering
from sha_disclosure.sources import Sources


class Options(TypedDict, total=False):
    """What both clients may be given besides the settings."""

    edition: Edition | None
    code_lists: CodeLists | None
    sources: Sources | None
    content_signer: CertifiedSigner | None
    token_signer: CertifiedSigner | None
    pin: AskPin | None
    listeners: Sequence[Listener]


_E = TypeVar("_E", Endpoint, AsyncEndpoint)


class _Connection(NamedTuple, Generic[_E]):
    """An organisation's credentials with the endpoint its notices go to."""

    credentials: Credentials
    endpoint: _E


class _Client(ABC, Generic[_E]):
    """What both clients have: the organisations' credentials and connections, and preparing."""

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
        refuse_unconfirmed(settings, self.edition)
        refuse_brokering(settings, self.edition)
        notified = Listeners(listeners)
        self._shared = SharedState(RetryQuota(settings.retry.quota), notified)
        self._connections: Mapping[str, _Connection[_E]] = {}
        self._retired: list[_E] = []
        own = OwnSigners(content_signer, token_signer, pin)
        self._store = CredentialStore(
            settings, self.edition, self._sources, own, notified, self._use
        )

    def __repr__(self) -> str:
        place = f"{self.settings.environment}, {self.settings.base_url}"
        return f"{type(self).__name__}({place}, edition {self.edition.name})"

    @property
    def clock_skew(self) -> timedelta | None:
        """How far the service's clock is ahead of this host's, by the last answer that told it."""
        return self._shared.clock_skew

    @boundary
    def prepare(self, notice: DisclosureNotice | Sequence[DisclosureNotice]) -> PreparedNotice:
        """Check, build and sign one notice, or several about the same client (one message).

        Nothing is sent. The result may be stored and submitted later, as often as needed.

        Raises InvalidNotice with every problem; SigningError when the key cannot sign.
        """
        self._require_open()
        notices = _listed(notice)
        self._renew_before_signing()
        unsigned = build(notices, self._setup)
        credentials, _ = self._connection(unsigned.organisation)
        return sign(unsigned, self._setup, credentials.content)

    def _submission(
        self,
        prepared: PreparedNotice,
        listener: Listener | None,
        stop: Stop | None = None,
    ) -> Submission:
        self._require_open()
        require(prepared, PreparedNotice, "submit")
        return Submission(self._setup, prepared, self._shared, listener, stop)

    def _require_open(self) -> None:
        if self._closed:
            raise ConfigurationError(message("arguments.closed"))

    def _connection(self, organisation: str = "") -> _Connection[_E]:
        """Return an organisation's credentials and endpoint as they are now."""
        requester = organisation or str(self.settings.requester.id)
        connection = self._connections.get(requester)
        if connection is None:
            self._store.require(requester)
            raise ConfigurationError(message("client.no_organisation", requester=requester))
        return connection

    def _use(self, credentials: Mapping[str, Credentials]) -> None:
        """Use these from now on; what is under way ends where it began.

        Organisations with the same TLS client share one endpoint.
        """
        before = {each.credentials.tls: each.endpoint for each in self._connections.values()}
        endpoints: dict[ssl.SSLContext, _E] = {}
        for requester, each in credentials.items():
            if each.tls not in endpoints:
                settings = self._setup.organisations[requester]
                endpoints[each.tls] = before.get(each.tls) or self._open(settings, each.tls)
        # One assignment: every thread sees the old ones or the new ones.
        self._connections = {
            requester: _Connection(each, endpoints[each.tls])
            for requester, each in credentials.items()
        }
        self._retired += [endpoint for tls, endpoint in before.items() if tls not in endpoints]

    def _endpoints(self) -> list[_E]:
        """Return every endpoint once."""
        return list(
            {id(each.endpoint): each.endpoint for each in self._connections.values()}.values()
        )

    @abstractmethod
    def _open(self, settings: Settings, tls: ssl.SSLContext) -> _E:
        """Return a new endpoint for an organisation's TLS client."""

    @abstractmethod
    def _renew_before_signing(self) -> None:
        """Take renewed keys into use when it is time to look for them."""


class KantaClient(_Client[Endpoint]):
    """Sends disclosure notices (luovutusilmoitus) to Kanta's log-register retention service.

    Loads keys once and keeps one connection alive. May be used by many threads. Close it,
    or use it in a ``with`` statement. ``listeners`` are called with events (see ``events``).
    Renewed keys and certificates are taken into use by themselves (see ``renew``).

    ``transport`` is an ``httpx.BaseTransport`` that takes every request in place of the client's
    own connections, or a function that is given the client's transport and returns one around
    it, as a recorder does; ``close`` closes it.

    Other keywords: ``edition`` and ``code_lists`` in place of the settings' own,
    ``content_signer`` and ``token_signer`` for keys the SDK never sees, ``pin`` to ask for the
    PIN of a token, ``sources`` for the clock and chance.

    Raises ConfigurationError when the settings, keys or edition are not fit for sending.
    """

    @boundary
    def __init__(
        self,
        settings: Settings,
        *,
        transport: Transport | None = None,
        **options: Unpack[Options],
    ) -> None:
        self._transport = transport
        super().__init__(settings, **options)

    @boundary
    def submit(
        self,
        prepared: PreparedNotice,
        *,
        listener: Listener | None = None,
        stop: threading.Event | None = None,
    ) -> Receipt:
        """Send a prepared notice, trying again as the settings' ``retry`` says.

        ``listener`` hears the events of this submission only, after the client's own. Once
        ``stop`` is set no further attempt is made: an exchange under way is finished, a wait for
        the next attempt ends at once, and ``retry_at`` of the error is when that one was due.

        Raises a SubmissionError: NotSent, OutcomeUnknown, Unavailable (submit the same again),
        Unauthorized, Rejected, UnexpectedAnswer (fix it first); SigningError for the token.
        """
        submission = self._submission(prepared, listener, stop)

        def sleep(seconds: float) -> None:
            self._sources.wait(seconds, stop)
            submission.waited()

        loop = Retrying(retry=submission.again, wait=submission.wait, sleep=sleep, reraise=True)
        try:
            return loop(self._attempt, prepared, submission)
        except AttemptFailed as fault:
            failure = fault.failure
        except BaseException as fault:
            submission.broken_off(fault)
            raise
        raise submission.error(failure)

    def _attempt(self, prepared: PreparedNotice, submission: Submission) -> Receipt:
        self.renew_when_due()
        credentials, endpoint = self._connection(prepared.organisation)
        return submission.receipt(endpoint.exchange(submission.request(credentials)))

    @boundary
    def confirms(self, refusal: Rejected) -> bool:
        """Return whether a refusal is surely the service's word on the notice.

        It is when it bears a code of the service's own, or when ``base_url`` is the root of a
        FHIR service, of which the edition's ``address.probe`` is asked; else the address may be
        wrong, and every notice would be refused. Nothing is stored, nobody named.
        """
        return bears_own_code(refusal.outcome, self.edition.wire) or shows_the_root(
            self._endpoints()[0].ask(self._setup.probe, PROBE_HEADERS)
        )

    @boundary
    def renew(self) -> bool:
        """Look at the files of keys and certificates at once, as after a SIGHUP.

        Returns whether what they hold is in use now; otherwise what was in use goes on, and
        a RenewalRefused event says why. By itself a client that is used looks every
        ``renewal_s`` of its settings. Call it from a thread, not within a signal handler.
        """
        good = self._store.renew()
        self._retire()
        return good

    @boundary
    def renew_when_due(self) -> None:
        """Do the same if ``renewal_s`` have passed; for a host that waits between notices."""
        if self._store.due():
            self._store.renew_when_due()
            self._retire()

    def _renew_before_signing(self) -> None:
        self.renew_when_due()

    def _retire(self) -> None:
        while self._retired:
            with suppress(IndexError):  # another thread retires it
                self._retired.pop().retire()

    def _open(self, settings: Settings, tls: ssl.SSLContext) -> Endpoint:
        return Endpoint(self._setup.url, settings, tls, self._transport)

    def close(self) -> None:
        """Close the connections; nothing can be prepared or sent any more."""
        self._closed = True
        self._retire()
        for endpoint in self._endpoints():
            endpoint.close()

    def __enter__(self) -> Self:
        self._require_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncKantaClient(_Client[AsyncEndpoint]):
    """The same as KantaClient for asyncio: ``await submit``, ``async with``.

    ``prepare`` is not a coroutine: it takes as long as its signature, about a millisecond with a
    key in memory. Where the key is on a token or a smart card, ``await prepare_async``.
    """

    @boundary
    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        transport: AsyncTransport | None = None,
        **options: Unpack[Options],
    ) -> None:
        self._transport = transport
        super().__init__(settings, **options)
        self._sleep = sleep

    @boundary
    async def prepare_async(
        self, notice: DisclosureNotice | Sequence[DisclosureNotice]
    ) -> PreparedNotice:
        """Prepare in a thread beside the loop, which goes on meanwhile; see ``prepare``."""
        return await asyncio.to_thread(self.prepare, notice)

    @boundary
    async def submit(
        self,
        prepared: PreparedNotice,
        *,
        listener: Listener | None = None,
        stop: asyncio.Event | None = None,
    ) -> Receipt:
        """Send a prepared notice; see ``KantaClient.submit``. May be cancelled at any moment.

        A notice whose submission was cancelled may be stored: submit the same again. ``stop``
        finishes the exchange under way instead.
        """
        submission = self._submission(prepared, listener, stop)

        async def sleep(seconds: float) -> None:
            await self._wait(seconds, stop)
            submission.waited()

        loop = AsyncRetrying(
            retry=submission.again, wait=submission.wait, sleep=sleep, reraise=True
        )
        try:
            return await loop(self._attempt, prepared, submission)
        except AttemptFailed as fault:
            failure = fault.failure
        except BaseException as fault:
            submission.broken_off(fault)
            raise
        raise submission.error(failure)

    async def _attempt(self, prepared: PreparedNotice, submission: Submission) -> Receipt:
        await self.renew_when_due()
        credentials, endpoint = self._connection(prepared.organisation)
        return submission.receipt(await endpoint.exchange(submission.request(credentials)))

    async def _wait(self, seconds: float, stop: asyncio.Event | None) -> None:
        """Sleep, with the real ``sleep`` no longer than until ``stop`` is set."""
        if stop is None or self._sleep is not asyncio.sleep:
            await self._sleep(seconds)
            return
        bound = asyncio.timeout(seconds)
        try:
            async with bound:
                await stop.wait()
        except TimeoutError:
            if not bound.expired():
                raise

    @boundary
    async def confirms(self, refusal: Rejected) -> bool:
        """Return whether a refusal is surely the service's; see ``KantaClient.confirms``."""
        return bears_own_code(refusal.outcome, self.edition.wire) or shows_the_root(
            await self._endpoints()[0].ask(self._setup.probe, PROBE_HEADERS)
        )

    @boundary
    async def renew(self) -> bool:
        """Look at the files at once, in a thread beside the loop; see ``KantaClient.renew``."""
        good = await asyncio.to_thread(self._store.renew)
        await self._retire()
        return good

    @boundary
    async def renew_when_due(self) -> None:
        """Do the same if ``renewal_s`` have passed; for a host that waits between notices."""
        if self._store.due():
            await asyncio.to_thread(self._store.renew_when_due)
        if self._retired:
            await self._retire()

    def _renew_before_signing(self) -> None:
        # The loop must not wait for a key; the next notice gets it.
        if self._store.due():
            threading.Thread(target=self._store.renew_when_due, daemon=True).start()

    async def _retire(self) -> None:
        while self._retired:
            await self._retired.pop().retire()

    def _open(self, settings: Settings, tls: ssl.SSLContext) -> AsyncEndpoint:
        return AsyncEndpoint(self._setup.url, settings, tls, self._transport)

    async def aclose(self) -> None:
        """Close the connections; nothing can be prepared or sent any more."""
        self._closed = True
        await self._retire()
        for endpoint in self._endpoints():
            await endpoint.aclose()

    async def __aenter__(self) -> Self:
        self._require_open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


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


def refuse_unconfirmed(settings: Settings, edition: Edition) -> None:
    """Refuse production while the edition has values that are only assumed.

    Raises ConfigurationError that names them.
    """
    open_entries = edition.assumed_in_notices()
    if settings.environment != "production" or settings.accept_assumed or not open_entries:
        return
    named = ", ".join(entry.key for entry in open_entries[:5])
    raise ConfigurationError(
        message("client.assumed", edition=edition.name, count=len(open_entries), named=named)
    )
