"""KantaClient: the client for threads. ``async_client`` is its counterpart for asyncio."""

from __future__ import annotations

import ssl
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self, Unpack

from tenacity import Retrying, retry_if_result

from sha_disclosure.boundary import boundary
from sha_disclosure.delivery.client_core import ClientCore, Options
from sha_disclosure.delivery.confirming import PROBE_HEADERS, bears_own_code, shows_the_root
from sha_disclosure.delivery.endpoint import Endpoint, Transport
from sha_disclosure.delivery.outcome import Failure
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.delivery.submission import Submission
from sha_disclosure.errors import Rejected
from sha_disclosure.events import Listener
from sha_disclosure.settings import Settings


class KantaClient(ClientCore[Endpoint]):
    """Sends disclosure notices (luovutusilmoitus) to Kanta's log-register retention service.

    Loads keys once and keeps one connection alive. Thread-safe. Close it, or use it in a
    ``with`` statement. ``listeners`` are called with events (see ``events``).
    Renewed keys and certificates are used automatically (see ``renew``).

    ``transport`` is an ``httpx.BaseTransport`` that replaces the client's own connections, or a
    function that wraps the client's transport in another one, such as a recorder; ``close`` closes
    it.

    Other keyword arguments: ``edition`` and ``code_lists`` replace those of the settings,
    ``content_signer`` and ``token_signer`` are for keys the SDK never sees, ``pin`` returns the
    PIN of a token, ``sources`` provide clock and randomness.

    Raises ConfigurationError if the settings, keys or edition cannot be used for sending.
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
        """Send a prepared notice, retrying according to the ``retry`` settings.

        ``listener`` receives the events of this submission only, after the client's own. Once
        ``stop`` is set no further attempt is made: an exchange in progress is finished, a wait for
        the next attempt ends immediately, and ``retry_at`` of the error is when that one was due.

        Raises a SubmissionError: NotSent, OutcomeUnknown, Unavailable (submit the same again),
        Unauthorized, Rejected, UnexpectedAnswer (fix it first); SigningError for the token.
        """
        submission = self._submission(prepared, listener, stop)
        try:
            result = self._attempt(submission)
            if submission.again(result):
                result = self._retried(submission, stop)
        except BaseException as fault:
            submission.broken_off(fault)
            raise
        return submission.end(result)

    def _attempt(self, submission: Submission) -> Receipt | Failure:
        if submission.stopped:
            return submission.stopped
        self._renew_before_signing()
        credentials, endpoint = self._connection(submission.organisation)
        return submission.judged(endpoint.exchange(submission.request(credentials)))

    def _retried(self, submission: Submission, stop: threading.Event | None) -> Receipt | Failure:
        def sleep(seconds: float) -> None:
            self._sources.wait(seconds, stop)

        sleep(submission.wait())
        again = retry_if_result(submission.again)
        return Retrying(retry=again, wait=submission.wait, sleep=sleep)(self._attempt, submission)

    @boundary
    def confirms(self, refusal: Rejected) -> bool:
        """Return whether a refusal is confirmed to be the service's decision on the notice.

        It is if it has one of the service's own codes, or if ``base_url`` is the root of a
        FHIR service, as shown by the edition's ``address.probe``; otherwise the address may be
        wrong, so that every notice would be refused. Stores nothing and names nobody.
        """
        self._require_open()
        return bears_own_code(refusal.outcome, self.edition.wire) or shows_the_root(
            self._connections.endpoints()[0].ask(self._setup.probe, PROBE_HEADERS)
        )

    @boundary
    def renew(self) -> bool:
        """Check the files of keys and certificates immediately, for example after a SIGHUP.

        Returns whether their contents are now in use; otherwise the old ones stay in use, and a
        RenewalRefused event gives the reason. A client in use also checks automatically every
        ``renewal_s`` of its settings. Call it from a thread, not from a signal handler.
        """
        self._require_open()
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
        if self._store.due():
            self.renew_when_due()

    def _retire(self) -> None:
        retired = self._connections.retired
        while retired:
            with suppress(IndexError):  # another thread retires it
                retired.pop().retire()

    def _open(self, settings: Settings, tls: ssl.SSLContext) -> Endpoint:
        return Endpoint(self._setup.url, settings, tls, self._transport)

    def close(self) -> None:
        """Close the connections; nothing can be prepared or sent afterwards."""
        self._closed = True
        self._retire()
        for endpoint in self._connections.endpoints():
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
