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
from typing import Any

import httpx

from sha_disclosure.delivery.bounded import BoundedTransport, Until
from sha_disclosure.settings import Timeouts
from sha_disclosure.sources import Sources

_BODY_MAX = 64 * 1024  # bytes; what the answer says is not looked at
_REQUEST = {"Accept": "application/fhir+json", "Connection": "close"}


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


class _EnoughError(Exception):
    """Ends an attempt after the handshake, before a byte of a request."""


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
        # A proxy's own TLS is told by other names than the service's within its tunnel.
        handshakes = ("connection.",) if self.proxy is None else ("proxy.", "socks.")

        def see(name: str, info: Mapping[str, Any]) -> None:
            made.connected |= name.endswith("connect_tcp.complete")
            if not name.startswith(handshakes):
                return
            made.greeted |= name.endswith("start_tls.started")
            if name.endswith("start_tls.complete"):
                made.peer = _peer(info["return_value"])
                if look_only:
                    info["return_value"].close()
                    raise _EnoughError

        began = self.sources.monotonic()
        ends_at = began + self.timeouts.attempt_s
        limit = {
            "connect": self.timeouts.connect_s,
            "read": self.timeouts.read_s,
            "write": self.timeouts.write_s,
            "pool": self.timeouts.connect_s,
        }
        extensions = {
            "trace": see,
            "timeout": {
                name: Until(seconds, ends_at, self.sources.monotonic)
                for name, seconds in limit.items()
            },
        }
        try:
            with BoundedTransport(context, self.proxy, self.sidecar) as transport:
                url = httpx.URL(f"{self.url.rstrip('/')}/metadata")
                response = transport.handle_request(
                    httpx.Request("GET", url, headers=_REQUEST, extensions=extensions)
                )
                try:
                    received_at = self.sources.clock()
                    took_s = self.sources.monotonic() - began
                    made.answer = Answer(
                        response.status_code, dict(response.headers), received_at, took_s
                    )
                    _read(response)
                finally:
                    response.close()
        except _EnoughError:
            pass
        except Exception as fault:  # noqa: BLE001 - whatever the libraries below let through
            made.fault = fault
        return made


def _read(response: httpx.Response) -> None:
    size = 0
    for part in response.iter_raw():
        size += len(part)
        if size > _BODY_MAX:
            return


def _peer(stream: Any) -> Peer | None:
    tls = stream.get_extra_info("ssl_object")
    certificate = tls.getpeercert(True) if tls else None
    if not certificate:
        return None
    suite = tls.cipher()
    return Peer(certificate, tls.version() or "", suite[0] if suite else "")
