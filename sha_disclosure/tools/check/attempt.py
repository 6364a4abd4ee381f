"""One attempt at the service: how far it came, whom it met, and what was answered.

The request is GET of ``metadata`` below the service's root: reading the capability statement
(FHIR R4 RESTful API, capabilities), safe by HTTP (RFC 9110 section 9.2.1). It has no body and
no token, so it can store nothing and names nobody.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from sha_disclosure.delivery.answer import Answer as Head
from sha_disclosure.delivery.channel import Outgoing
from sha_disclosure.delivery.lane import Clock, Lane, Stage
from sha_disclosure.delivery.route import Route, proxy_at, readable_url
from sha_disclosure.settings import Timeouts
from sha_disclosure.sources import Sources

_REQUEST = {
    "Accept": "application/fhir+json",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Peer:
    """The server as the handshake showed it: its certificate, the protocol and the suite."""

    certificate: bytes
    version: str
    suite: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers by their lower-case names, and when."""

    status: int
    headers: Mapping[str, str]
    received_at: datetime
    took_s: float


@dataclass(slots=True)
class Attempt:
    """How far one attempt came. ``fault`` is what ended it.

    ``connected``: to the service or its proxy. ``greeted``: the TLS greeting was sent.
    """

    connected: bool = False
    greeted: bool = False
    peer: Peer | None = None
    answer: Answer | None = None
    fault: Exception | None = field(default=None, repr=False)

    @property
    def tls_fault(self) -> ssl.SSLError | None:
        """The fault of TLS that ended it, if one did."""
        seen: BaseException | None = self.fault
        while seen is not None and not isinstance(seen, ssl.SSLError):
            seen = seen.__cause__ or seen.__context__
        return seen

    @property
    def refusal(self) -> int | None:
        """OpenSSL's reason why the server's certificate was not accepted (X509_V_ERR_...)."""
        fault = self.tls_fault
        return fault.verify_code if isinstance(fault, ssl.SSLCertVerificationError) else None

    @property
    def alert(self) -> str:
        """The server's TLS alert (RFC 8446 section 6), in plain letters, or nothing."""
        fault = self.tls_fault
        reason = str(fault.reason or "") if fault else ""
        return reason.partition("ALERT_")[2].lower().replace("_", " ")

    @property
    def late(self) -> bool:
        """Whether a time-out ended it."""
        return isinstance(self.fault, httpx.TimeoutException)


@dataclass(frozen=True, slots=True)
class Way:
    """Where to and how: the service's root, the proxy or TLS sidecar, the time-outs."""

    url: str
    proxy: str | None = field(repr=False)
    timeouts: Timeouts
    sources: Sources
    sidecar: tuple[str, int] | None = None

    def ask(self, context: ssl.SSLContext) -> Attempt:
        """Make the request and return how far it came."""
        return self._go(context, look_only=False)

    def look(self, context: ssl.SSLContext) -> Attempt:
        """Shake hands only: nothing is asked of a server that may be the wrong one."""
        return self._go(context, look_only=True)

    def _go(self, context: ssl.SSLContext, *, look_only: bool) -> Attempt:
        made = Attempt()
        began = self.sources.monotonic()
        clock = Clock.start(self.timeouts)
        url = readable_url(f"{self.url.rstrip('/')}/metadata")
        lane = Lane(Route(url, context, proxy_at(self.proxy), self.sidecar))
        try:
            lane.open(clock)
            made.peer = _peer(lane.tls)
            if not look_only:
                headers = [("Host", url.netloc.decode("ascii")), *_REQUEST.items()]
                request = Outgoing("GET", url.raw_path.decode("ascii"), headers, b"")
                incoming = lane.request(request, clock)
                answer = Head.head(incoming.status, incoming.headers)
                received_at, took_s = self.sources.clock(), self.sources.monotonic() - began
                made.answer = Answer(answer.status, answer.headers, received_at, took_s)
        except httpx.TransportError as fault:
            made.fault = fault
        finally:
            made.connected = lane.stage >= Stage.CONNECTED
            made.greeted = lane.stage >= Stage.GREETED
            lane.close()
        return made


def _peer(tls: ssl.SSLObject | None) -> Peer | None:
    certificate = tls.getpeercert(True) if tls else None
    if tls is None or not certificate:
        return None
    suite = tls.cipher()
    return Peer(certificate, tls.version() or "", suite[0] if suite else "")
