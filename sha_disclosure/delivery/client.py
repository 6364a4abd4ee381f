"""KantaClient: the client for threads. ``async_client`` is the same for asyncio."""

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
        """Return whether a refusal is surely the service's word on the notice.

        It is when it bears a code of the service's own, or when ``base_url`` is the root of a
        FHIR service, of which the edition's ``address.probe`` is asked; else the address may be
        wrong, and every notice would be refused. Nothing is stored, nobody named.
        """
        self._require_open()
        return bears_own_code(refusal.outcome, self.edition.wire) or shows_the_root(
            self._connections.endpoints()[0].ask(self._setup.probe, PROBE_HEADERS)
        )

    @boundary
    def renew(self) -> bool:
        """Look at the files of keys and certificates at once, as after a SIGHUP.

        Returns whether what they hold is in use now; otherwise what was in use goes on, and
        a RenewalRefused event says why. By itself a client that is used looks every
        ``renewal_s`` of its settings. Call it from a thread, not within a signal handler.
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
        """Close the connections; nothing can be prepared or sent any more."""
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
