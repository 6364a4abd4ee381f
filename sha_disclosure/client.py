"""KantaClient and AsyncKantaClient: two thin shells over one way of sending."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
from tenacity import AsyncRetrying, Retrying

from sha_disclosure.codes import CodeLists
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.identity import Identity, load_identity
from sha_disclosure.jose.signer import SigningIdentity
from sha_disclosure.jose.token import TokenMaker
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.prepare import PreparedNotice, Sender, build, sign
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.submission import AttemptFailed, Request, Submission
from sha_disclosure.transport.network import NETWORK_FAULTS, failure_of, proxy_for
from sha_disclosure.transport.outcome import Answer, unknown
from sha_disclosure.transport.receipt import Receipt

_ANSWER_LIMIT = 4 * 1024 * 1024  # bytes; far above any transaction-response of one message


class _Shell:
    """What both clients have: the sender, its keys, and preparing."""

    def __init__(
        self,
        settings: Settings,
        *,
        edition: Edition | None = None,
        code_lists: CodeLists | None = None,
        sources: Sources | None = None,
        content_signer: SigningIdentity | None = None,
        token_signer: SigningIdentity | None = None,
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
        )
        self._tokens = TokenMaker(self._identity.token, self.edition)
        self._url = httpx.URL(self._sender.url)  # read once: that costs as much as a signature
        times = settings.timeouts
        self._timeouts = {
            "connect": times.connect_s,
            "read": times.read_s,
            "write": times.write_s,
            "pool": times.connect_s,
        }

    def __repr__(self) -> str:
        place = f"{self.settings.environment}, {self.settings.base_url}"
        return f"{type(self).__name__}({place}, edition {self.edition.name})"

    def prepare(self, notice: DisclosureNotice | Sequence[DisclosureNotice]) -> PreparedNotice:
        """Check, build and sign one notice, or several about the same client (one message).

        Nothing is sent. The result may be stored and submitted later, as often as needed.

        Raises InvalidNotice with every problem; SigningError when the key cannot sign.
        """
        notices = [notice] if isinstance(notice, DisclosureNotice) else list(notice)
        if not notices:
            raise ConfigurationError("prepare needs at least one notice")
        return sign(build(notices, self._sender), self._sender, self._identity.content)

    def _request(self, request: Request) -> httpx.Request:
        return httpx.Request(
            "POST",
            self._url,
            headers=request.headers,
            content=request.body,
            extensions={"timeout": self._timeouts},
        )


class KantaClient(_Shell):
    """Sends disclosure notices (luovutusilmoitus) to Kanta's log-register retention service.

    Loads keys once and keeps one connection alive. May be used by many threads. Close it,
    or use it in a ``with`` statement.

    Raises ConfigurationError when the settings, keys or edition are not fit for sending.
    """

    def __init__(self, settings: Settings, **options: Any) -> None:
        super().__init__(settings, **options)
        # The transport alone, without httpx's client on top: no cookies, no redirects, no proxy
        # variables, no log of URLs, and a third less time for each message.
        tls, proxy = self._identity.tls, proxy_for(settings)
        self._http = httpx.HTTPTransport(verify=tls, trust_env=False, proxy=proxy)

    def submit(self, prepared: PreparedNotice) -> Receipt:
        """Send a prepared notice, trying again as the settings' ``retry`` says.

        Raises a SubmissionError: NotSent, OutcomeUnknown, Unavailable (submit the same again),
        Unauthorized, Rejected, UnexpectedAnswer (mend first); SigningError for the token.
        """
        course = Submission(self._sender, self._tokens, prepared)
        loop = Retrying(
            retry=course.again, wait=course.wait, sleep=self._sources.sleep, reraise=True
        )
        try:
            return loop(self._attempt, course)
        except AttemptFailed as fault:
            failure = fault.failure
        raise course.error(failure)

    def _attempt(self, course: Submission) -> Receipt:
        request = course.request()
        try:
            answer = self._exchange(request)
        except NETWORK_FAULTS as fault:
            failure = failure_of(fault)
        else:
            return course.receipt(answer)
        raise AttemptFailed(failure)

    def _exchange(self, request: Request) -> Answer:
        response = self._http.handle_request(self._request(request))
        body = bytearray()
        try:
            for part in response.iter_bytes():
                _add(body, part)
        finally:
            response.close()
        return _answer(response, body)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

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
        **options: Any,
    ) -> None:
        super().__init__(settings, **options)
        self._sleep = sleep
        tls, proxy = self._identity.tls, proxy_for(settings)
        self._http = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, proxy=proxy)

    async def submit(self, prepared: PreparedNotice) -> Receipt:
        """Send a prepared notice; see ``KantaClient.submit``."""
        course = Submission(self._sender, self._tokens, prepared)
        loop = AsyncRetrying(retry=course.again, wait=course.wait, sleep=self._sleep, reraise=True)
        try:
            return await loop(self._attempt, course)
        except AttemptFailed as fault:
            failure = fault.failure
        raise course.error(failure)

    async def _attempt(self, course: Submission) -> Receipt:
        request = course.request()
        try:
            answer = await self._exchange(request)
        except NETWORK_FAULTS as fault:
            failure = failure_of(fault)
        else:
            return course.receipt(answer)
        raise AttemptFailed(failure)

    async def _exchange(self, request: Request) -> Answer:
        response = await self._http.handle_async_request(self._request(request))
        body = bytearray()
        try:
            async for part in response.aiter_bytes():
                _add(body, part)
        finally:
            await response.aclose()
        return _answer(response, body)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

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
    open_entries = edition.unconfirmed()
    if settings.environment != "production" or settings.accept_assumed or not open_entries:
        return
    named = ", ".join(entry.key for entry in open_entries[:5])
    raise ConfigurationError(
        f"Edition {edition.name}: {len(open_entries)} values are only assumed ({named}, ...), so "
        "nothing is sent to production. Compare them with Kela's documents (`sha-disclosure "
        "edition --unconfirmed`), mark them confirmed in an edition file of your own, or set "
        "accept_assumed = true to take the risk knowingly."
    )


def _add(body: bytearray, part: bytes) -> None:
    body += part
    if len(body) > _ANSWER_LIMIT:
        raise AttemptFailed(unknown("the answer is too long to be one"))


def _answer(response: httpx.Response, body: bytearray) -> Answer:
    return Answer(response.status_code, response.headers, bytes(body))
