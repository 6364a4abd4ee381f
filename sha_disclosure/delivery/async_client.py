"""AsyncKantaClient: the client for asyncio. ``client`` is its counterpart for threads."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self, Unpack

from tenacity import AsyncRetrying, retry_if_result

from sha_disclosure.boundary import boundary
from sha_disclosure.delivery.client_core import ClientCore, Options
from sha_disclosure.delivery.confirming import PROBE_HEADERS, bears_own_code, shows_the_root
from sha_disclosure.delivery.endpoint import AsyncEndpoint, AsyncTransport
from sha_disclosure.delivery.outcome import Failure
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.delivery.submission import Submission
from sha_disclosure.errors import Rejected
from sha_disclosure.events import Listener
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings


class AsyncKantaClient(ClientCore[AsyncEndpoint]):
    """KantaClient for asyncio: ``await submit``, ``async with``.

    ``prepare`` is not a coroutine: it takes as long as its signature, about a millisecond with a
    key in memory. For a key on a token or a smart card, use ``await prepare_async``.
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
        """Prepare in a thread, without blocking the loop; see ``prepare``."""
        return await asyncio.to_thread(self.prepare, notice)

    @boundary
    async def submit(
        self,
        prepared: PreparedNotice,
        *,
        listener: Listener | None = None,
        stop: asyncio.Event | None = None,
    ) -> Receipt:
        """Send a prepared notice; see ``KantaClient.submit``. May be cancelled at any time.

        A notice whose submission was cancelled may be stored: submit the same one again. ``stop``
        finishes the exchange in progress instead.
        """
        submission = self._submission(prepared, listener, stop)
        try:
            result = await self._attempt(submission)
            if submission.again(result):
                result = await self._retried(submission, stop)
        except BaseException as fault:
            submission.broken_off(fault)
            raise
        return submission.end(result)

    async def _attempt(self, submission: Submission) -> Receipt | Failure:
        if submission.stopped:
            return submission.stopped
        await self.renew_when_due()
        credentials, endpoint = self._connection(submission.organisation)
        return submission.judged(await endpoint.exchange(submission.request(credentials)))

    async def _retried(
        self, submission: Submission, stop: asyncio.Event | None
    ) -> Receipt | Failure:
        async def sleep(seconds: float) -> None:
            await self._wait(seconds, stop)

        await sleep(submission.wait())
        again = retry_if_result(submission.again)
        retrying = AsyncRetrying(retry=again, wait=submission.wait, sleep=sleep)
        return await retrying(self._attempt, submission)

    async def _wait(self, seconds: float, stop: asyncio.Event | None) -> None:
        """Sleep; the real ``sleep`` is cut short when ``stop`` is set."""
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
        """Return whether a refusal is known to be the service's; see ``KantaClient.confirms``."""
        self._require_open()
        return bears_own_code(refusal.outcome, self.edition.wire) or shows_the_root(
            await self._connections.endpoints()[0].ask(self._setup.probe, PROBE_HEADERS)
        )

    @boundary
    async def renew(self) -> bool:
        """Check the files immediately, in a thread; see ``KantaClient.renew``."""
        self._require_open()
        good = await asyncio.to_thread(self._store.renew)
        await self._retire()
        return good

    @boundary
    async def renew_when_due(self) -> None:
        """Do the same if ``renewal_s`` have passed; for a host that waits between notices."""
        if self._store.due():
            await asyncio.to_thread(self._store.renew_when_due)
        if self._connections.retired:
            await self._retire()

    def _renew_before_signing(self) -> None:
        # The loop must not wait for a key; the next notice uses it.
        if self._store.due():
            threading.Thread(target=self._store.renew_when_due, daemon=True).start()

    async def _retire(self) -> None:
        while self._connections.retired:
            await self._connections.retired.pop().retire()

    def _open(self, settings: Settings, tls: ssl.SSLContext) -> AsyncEndpoint:
        return AsyncEndpoint(self._setup.url, settings, tls, self._transport)

    async def aclose(self) -> None:
        """Close the connections; nothing can be prepared or sent afterwards."""
        self._closed = True
        await self._retire()
        for endpoint in self._connections.endpoints():
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
