"""The network library: which proxy it uses, how far it came, and what its faults mean."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from sha_disclosure.delivery.outcome import Failure, not_sent, unknown
from sha_disclosure.settings import Settings

# Faults that come before a byte of the request is written.
_BEFORE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

# Alerts of a handshake (RFC 8446 section 6.2): after one no request is handed on. Others, such
# as internal_error, may come while a request is at work.
_OF_HANDSHAKE = (
    "ACCESS_DENIED",
    "CERTIFICATE",
    "DECRYPT_ERROR",
    "HANDSHAKE_FAILURE",
    "INSUFFICIENT_SECURITY",
    "NO_APPLICATION_PROTOCOL",
    "PROTOCOL_VERSION",
    "UNKNOWN_CA",
    "UNRECOGNIZED_NAME",
)
_SENDING = "send_request_headers.started"


class Watch:
    """Sees by the network library's own trace whether a byte of the request may have left.

    The kind of a fault does not tell that: an asynchronous socket's faults come through as they
    are, and a proxy that breaks its own answer fails as a service would.
    """

    __slots__ = ("_heard", "_sent")

    def __init__(self) -> None:
        self._heard = False
        self._sent = False

    @property
    def nothing_left(self) -> bool:
        """Whether the attempt certainly ended before the request began."""
        return self._heard and not self._sent

    def see(self, name: str, info: Mapping[str, Any]) -> None:
        """Take one event of httpcore's extension ``trace``."""
        self._heard = True
        if name.endswith(_SENDING) and info["request"].method != b"CONNECT":
            self._sent = True

    async def see_later(self, name: str, info: Mapping[str, Any]) -> None:
        """Do the same for the asynchronous library."""
        self.see(name, info)


def proxy_for(settings: Settings) -> str | None:
    """Return the proxy of the settings; with ``environment``, what the proxy variables say."""
    named = settings.proxy.get_secret_value() if settings.proxy else None
    if named != "environment":
        return named
    if proxy_bypass(urlsplit(settings.base_url).hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get("https") or proxies.get("all")


def failure_of(
    fault: BaseException, *, nothing_left: bool = False, overdue: bool = False
) -> Failure:
    """Return the verdict on a fault. Its own text is not used: it may hold addresses or more.

    ``nothing_left``: it came before the request began. ``overdue``: the attempt's whole time
    was over.
    """
    told = "AttemptTimeout" if overdue else type(fault).__name__
    refused = _refused_by_tls(fault)
    if refused:
        # TLS 1.3 tells of a refused client certificate only after the client's first write;
        # the alert still means that no request was handed on.
        return not_sent(f"TLS: {refused}; check the certificates with both ends' CA files")
    if nothing_left or isinstance(fault, _BEFORE):
        return not_sent(told)
    return unknown(told)


def _refused_by_tls(fault: BaseException) -> str:
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"the service's certificate is not trusted ({seen.verify_message})"
        reason = str(seen.reason or "") if isinstance(seen, ssl.SSLError) else ""
        if "ALERT" in reason and any(name in reason for name in _OF_HANDSHAKE):
            return reason.lower().replace("_", " ")
        seen = seen.__cause__ or seen.__context__
    return ""
