"""The network library: which proxy it uses, and what its faults mean."""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from sha_disclosure.settings import Settings
from sha_disclosure.transport.outcome import Failure, not_sent, unknown

# Faults that come before a byte of the request is written.
_BEFORE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


# The asynchronous network library lets some TLS and socket faults through as they are.
NETWORK_FAULTS = (httpx.HTTPError, ssl.SSLError, OSError)


def proxy_for(settings: Settings) -> str | None:
    """Return the proxy of the settings; with ``environment``, what the proxy variables say."""
    named = settings.proxy.get_secret_value() if settings.proxy else None
    if named != "environment":
        return named
    if proxy_bypass(urlsplit(settings.base_url).hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get("https") or proxies.get("all")


def failure_of(fault: BaseException) -> Failure:
    """Return the verdict on a fault. Its own text is not used: it may hold addresses or more."""
    told = type(fault).__name__
    alert = _tls_alert(fault)
    if alert:
        # TLS 1.3 tells of a refused client certificate only after the client's first write;
        # the alert still means that no request was handed on.
        return not_sent(f"TLS: {alert}; check the certificates with both ends' CA files")
    if isinstance(fault, _BEFORE):
        return not_sent(told)
    return unknown(told)


def _tls_alert(fault: BaseException) -> str:
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"the service's certificate is not trusted ({seen.verify_message})"
        if isinstance(seen, ssl.SSLError) and "ALERT" in (seen.reason or ""):
            return str(seen.reason).lower().replace("_", " ")
        seen = seen.__cause__ or seen.__context__
    return ""
