"""KantaClient and AsyncKantaClient: two thin shells over one way of sending."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self, TypedDict, Unpack

from tenacity import AsyncRetrying, Retrying

from sha_disclosure.codes import CodeLists
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.events import Announcer, Listener
from sha_disclosure.identity import Identity, load_identity
from sha_disclosure.jose.signer import SigningIdentity
from sha_disclosure.jose.token import TokenMaker
from sha_disclosure.keys import AskPin
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.prepare import PreparedNotice, Sender, build, sign
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.submission import AttemptFailed, Submission
from sha_disclosure.transport.experience import Experience
from sha_disclosure.transport.line import AsyncLine, Line
from sha_disclosure.transport.quota import RetryQuota
from sha_disclosure.transport.receipt import Receipt


class Options(TypedDict, total=False):
    """What both clients may be given besides the settings."""

    edition: Edition | None
    code_lists: CodeLists | None
    sources: Sources | None
    content_signer: SigningIdentity | None
    token_signer: SigningIdentity | None
    pin: AskPin | None
    listeners: Sequence[Listener]


class _Shell:
    """What both clients have: the sender, its keys, and preparing."""

    def __init__(  # noqa: PLR0913 - each keyword replaces one thing a client is made with
        self,
        settings: Settings,
        *,
        edition: Edition | None = None,
        code_lists: CodeLists | None = None,
        sources: Sources | None = None,
        content_signer: SigningIdentity | None = None,
        token_signer: SigningIdentity | None = None,
        pin: AskPin | None = None,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self.settings = settings
        self.edition = edition or load_edition(settings.edition)
        self._sources = sources or Sources()
        self._sender = Sender(settings, self.edition, self._sources, code_lists or CodeLists())
        refuse_unconfirmed(settings, self.edition)
        self._identity: Identity = load_identity(
            settings,
            self.edition,
            self._sources,
            content_signer=content_signer,
            token_signer=token_signer,
            ask_pin=pin,
        )
        self._tokens = TokenMaker(self._identity.token, self.edition)
        self._experience = Experience(RetryQuota(settings.retry.quota), Announcer(listeners))

    def __repr__(self) -> str:
        place = f"{self.settings.environment}, {self.settings.base_url}"
        return f"{type(self).__name__}({place}, edition {self.edition.name})"

    @property
    def clock_skew(self) -> timedelta | None:
        """How far the service's clock is ahead of this host's, by the last answer that told it."""
        return self._experience.clock_skew

    def prepare(self, notice: DisclosureNotice | Sequence[DisclosureNotice]) -> PreparedNotice:
        """Check, build and sign one notice, or several about the same client (one message).

        Nothing is sent. The result may be stored and submitted later, as often as needed.

        Raises InvalidNotice with every problem; SigningError when the key cannot sign.
        """
        notices = [notice] if isinstance(notice, DisclosureNotice) else list(notice or ())
        if not notices:
            raise ConfigurationError("prepare needs at least one notice")
        return sign(build(notices, self._sender), self._sender, self._identity.content)

    def _course(self, prepared: PreparedNotice, listener: Listener | None) -> Submission:
        return Submission(self._sender, self._tokens, prepared, self._experience, listener)


class KantaClient(_Shell):
    """Sends disclosure notices (luovutusilmoitus) to Kanta's log-register retention service.

    Loads keys once and keeps one connection alive. May be used by many threads. Close it,
    or use it in a ``with`` statement. ``listeners`` are told of events (see ``events``).

    Other keywords: ``edition`` and ``code_lists`` in place of the settings' own,
    ``content_signer`` and ``token_signer`` for keys the SDK never sees, ``pin`` to ask for the
    PIN of a token, ``sources`` for the clock and chance.

    Raises ConfigurationError when the settings, keys or edition are not fit for sending.
    """

    def __init__(self, settings: Settings, **options: Unpack[Options]) -> None:
        super().__init__(settings, **options)
        self._line = Line(self._sender.url, settings, self._identity.tls)

    def submit(self, prepared: PreparedNotice, *, listener: Listener | None = None) -> Receipt:
        """Send a prepared notice, trying again as the settings' ``retry`` says.

        ``listener`` hears the events of this submission only, after the client's own.

        Raises a SubmissionError: NotSent, OutcomeUnknown, Unavailable (submit the same again),
        Unauthorized, Rejected, UnexpectedAnswer (mend first); SigningError for the token.
        """
        course = self._course(prepared, listener)
        loop = Retrying(
            retry=course.again, wait=course.wait, sleep=self._sources.sleep, reraise=True
        )
        try:
            return loop(self._attempt, course)
        except AttemptFailed as fault:
            failure = fault.failure
        except BaseException as fault:
            course.broken_off(fault)
            raise
        raise course.error(failure)

    def _attempt(self, course: Submission) -> Receipt:
        return course.receipt(self._line.exchange(course.request()))

    def close(self) -> None:
        """Close the connections."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncKantaClient(_Shell):
    """The same as KantaClient for asyncio: ``await submit``, ``async with``.

    ``prepare`` is not a coroutine: it takes as long as its signature, about a millisecond.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(settings, **options)
        self._sleep = sleep
        self._line = AsyncLine(self._sender.url, settings, self._identity.tls)

    async def submit(
        self, prepared: PreparedNotice, *, listener: Listener | None = None
    ) -> Receipt:
        """Send a prepared notice; see ``KantaClient.submit``. May be cancelled at any moment.

        A notice whose submission was cancelled may be stored: submit the same again.
        """
        course = self._course(prepared, listener)
        loop = AsyncRetrying(retry=course.again, wait=course.wait, sleep=self._sleep, reraise=True)
        try:
            return await loop(self._attempt, course)
        except AttemptFailed as fault:
            failure = fault.failure
        except BaseException as fault:
            course.broken_off(fault)
            raise
        raise course.error(failure)

    async def _attempt(self, course: Submission) -> Receipt:
        return course.receipt(await self._line.exchange(course.request()))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._line.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()


def refuse_unconfirmed(settings: Settings, edition: Edition) -> None:
    """Refuse production while the edition has values that are only assumed.

    Raises ConfigurationError that names them.
    """
    open_entries = edition.assumed()
    if settings.environment != "production" or settings.accept_assumed or not open_entries:
        return
    named = ", ".join(entry.key for entry in open_entries[:5])
    raise ConfigurationError(
        f"Edition {edition.name}: {len(open_entries)} values are only assumed ({named}, ...), so "
        "nothing is sent to production. Compare them with Kela's documents (`sha-disclosure "
        "edition --unconfirmed`), mark them confirmed in an edition file of your own, or set "
        "accept_assumed = true to take the risk knowingly."
    )
