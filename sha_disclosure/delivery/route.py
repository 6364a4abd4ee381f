"""Where connections are opened: the service, or a proxy or TLS sidecar in front of it."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.settings import Settings

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy that opens tunnels with CONNECT; ``tls`` is set for an https proxy."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    authorization: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Route:
    """The route to one service: its origin, its TLS (None for plain HTTP), and any proxy."""

    url: httpx.URL
    tls: ssl.SSLContext | None
    proxy: Proxy | None = None
    sidecar: tuple[str, int] | None = None

    @property
    def host(self) -> str:
        """The service's host, as known to name servers and certificates."""
        return self.url.raw_host.decode("ascii")

    @property
    def port(self) -> int:
        """The service's port."""
        return self.url.port or _PORTS[self.url.scheme]

    @property
    def address(self) -> tuple[str, int]:
        """The host and port to connect to."""
        if self.proxy:
            return self.proxy.host, self.proxy.port
        return self.sidecar or (self.host, self.port)

    def leads_to(self, url: httpx.URL) -> bool:
        """Return whether a request for ``url`` takes this route."""
        return (url.scheme, url.raw_host, url.port) == (
            self.url.scheme,
            self.url.raw_host,
            self.url.port,
        )


def route_to(url: str, settings: Settings, tls: ssl.SSLContext | None) -> Route:
    """Return the route to a service according to the settings. Raises ConfigurationError."""
    sidecar = settings.tls.sidecar_address if settings.tls else None
    if sidecar and settings.proxy:
        raise ConfigurationError(message("connection.proxy_and_sidecar"))
    return Route(readable_url(url), tls, proxy_at(proxy_for(settings)), sidecar)


def proxy_for(settings: Settings) -> str | None:
    """Return the proxy of the settings; with ``environment``, that of the proxy variables."""
    named = settings.proxy.get_secret_value() if settings.proxy else None
    if named != "environment":
        return named
    if proxy_bypass(urlsplit(settings.base_url).hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get("https") or proxies.get("all")


@lru_cache(maxsize=8)  # organisations share one service
def readable_url(url: str) -> httpx.URL:
    """Return an address whose host is valid for a name server. Raises ConfigurationError."""
    try:
        made = httpx.URL(url)
        made.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError):
        made = httpx.URL()
    if not made.host:
        raise ConfigurationError(message("connection.host"))
    return made


def proxy_at(named: str | None) -> Proxy | None:
    """Return the proxy at a URL, or None if none is given. Raises ConfigurationError."""
    if named is None:
        return None
    # curl, requests and httpx accept a proxy without a scheme, so proxy variables often have none.
    text = named if "://" in named else f"http://{named}"
    proxy = None
    kind = ""
    try:
        parts = urlsplit(text)
        kind = parts.scheme
        if kind in _PORTS and parts.hostname:
            proxy = Proxy(
                parts.hostname,
                parts.port or _PORTS[kind],
                ssl.create_default_context() if kind == "https" else None,
                _basic(parts.username, parts.password),
            )
    except ValueError:
        pass
    if proxy is None:
        known = "connection.proxy_socks" if kind.startswith("socks") else "connection.proxy"
        raise ConfigurationError(message(known))
    return proxy


def _basic(user: str | None, password: str | None) -> str | None:
    if user is None:
        return None
    pair = f"{unquote(user)}:{unquote(password or '')}"
    return f"Basic {base64.b64encode(pair.encode('utf-8')).decode('ascii')}"
