"""One attempt to reach the service: how far it got, who answered, and the answer.

The request is GET of the edition's ``address.probe``: reading the capability statement (FHIR R4
RESTful API, capabilities), safe by HTTP (RFC 9110 section 9.2.1). It has no body and no token,
so it can store nothing and names nobody.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx

from sha_disclosure.delivery.answer import Answer as Received
from sha_disclosure.delivery.channel import Outgoing
from sha_disclosure.delivery.lane import Clock, Stage
from sha_disclosure.delivery.route import Route
from sha_disclosure.delivery.thread_lane import ThreadLane
from sha_disclosure.settings import Timeouts
from sha_disclosure.sources import Sources

_HEADERS = (
    ("Accept", "application/fhir+json"),
    ("Accept-Encoding", "identity"),
    ("Connection", "close"),
)


@dataclass(frozen=True, slots=True)
class Peer:
    """The server as seen in the handshake: its certificate, the protocol and the cipher suite."""

    certificate: bytes
    version: str
    suite: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer, with the part of the body that was received, and when."""

    received: Received
    received_at: datetime
    took_s: float

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.received.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers by lower-case name."""
        return self.received.headers


@dataclass(slots=True)
class Attempt:
    """How far one attempt got. ``fault`` is what ended it.

    ``connected``: to the service or its proxy. ``greeted``: the TLS client hello was sent.
    """

    connected: bool = False
    greeted: bool = False
    peer: Peer | None = None
    answer: Answer | None = None
    fault: Exception | None = field(default=None, repr=False)

    @property
    def tls_fault(self) -> ssl.SSLError | None:
        """The TLS error that ended it, if any."""
        seen: BaseException | None = self.fault
        while seen is not None and not isinstance(seen, ssl.SSLError):
            seen = seen.__cause__ or seen.__context__
        return seen

    @property
    def refusal(self) -> int | None:
        """OpenSSL's reason for rejecting the server's certificate (X509_V_ERR_...)."""
        fault = self.tls_fault
        return fault.verify_code if isinstance(fault, ssl.SSLCertVerificationError) else None

    @property
    def alert(self) -> str:
        """The server's TLS alert (RFC 8446 section 6) in lower-case words, or empty."""
        fault = self.tls_fault
        reason = str(fault.reason or "") if fault else ""
        return reason.partition("ALERT_")[2].lower().replace("_", " ")

    @property
    def proxy_status(self) -> str:
        """The status with which the proxy refused the tunnel, or empty."""
        status = str(self.fault)[:3] if isinstance(self.fault, httpx.ProxyError) else ""
        return status if status.isdigit() else ""

    @property
    def late(self) -> bool:
        """Whether a timeout ended it."""
        return isinstance(self.fault, httpx.TimeoutException)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes attempts to reach a service, each on its own connection.

    ``route`` leads to the service's root and ``target`` is the path requested there; each attempt
    is given a TLS context.
    """

    route: Route
    target: str
    timeouts: Timeouts
    sources: Sources

    def ask(self, context: ssl.SSLContext) -> Attempt:
        """Make the request and return how far it got."""
        return self._attempt(context, request=True)

    def shake_hands(self, context: ssl.SSLContext) -> Attempt:
        """Only complete the handshake: sends no request to a server that may be the wrong one."""
        return self._attempt(context, request=False)

    def _attempt(self, context: ssl.SSLContext, *, request: bool) -> Attempt:
        attempt = Attempt()
        began = self.sources.monotonic()
        clock = Clock.start(self.timeouts)
        lane = ThreadLane(replace(self.route, tls=context))
        try:
            lane.open(clock)
            attempt.peer = _peer(lane.tls)
            if request:
                lane.exchange(self._request(), clock)
        except httpx.TransportError as fault:
            attempt.fault = fault
        finally:
            attempt.connected = lane.stage >= Stage.CONNECTED
            attempt.greeted = lane.stage >= Stage.GREETED
            lane.close()
        if lane.received is not None:  # even if it broke off: the header alone proves a lot
            took_s = self.sources.monotonic() - began
            attempt.answer = Answer(lane.received, self.sources.clock(), took_s)
            attempt.fault = None
        return attempt

    def _request(self) -> Outgoing:
        host = self.route.url.netloc.decode("ascii")
        return Outgoing("GET", self.target, [("Host", host), *_HEADERS])


def _peer(tls: ssl.SSLObject | None) -> Peer | None:
    certificate = tls.getpeercert(True) if tls else None
    if tls is None or not certificate:
        return None
    suite = tls.cipher()
    return Peer(certificate, tls.version() or "", suite[0] if suite else "")
