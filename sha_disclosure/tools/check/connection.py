"""The connection to the service: proxy, name, port, handshake, and then who is there.

One request that stores nothing is made (see ``attempt``); everything else is handshakes.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import httpx

from sha_disclosure.delivery.route import proxy_for
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.check.answer import check_answer
from sha_disclosure.tools.check.attempt import Attempt, Way
from sha_disclosure.tools.check.checks import failed, is_failed, not_run, passed, warned
from sha_disclosure.tools.check.loading import client_context
from sha_disclosure.tools.check.offline import Offline
from sha_disclosure.tools.check.server import Contexts, check_server, peer_unverified, trusting

_PROXY_VARIABLES = ("https_proxy", "all_proxy")
_SERVER = ("server.trust", "server.name", "server.dates")
_AFTER = ("handshake", *_SERVER, "client_certificate", "answer", "server.clock", "gateway")
_ALERTS_ON_OURS = {"access denied", "unknown ca"}  # those that do not say certificate
_PORT = 443


def check_online(
    offline: Offline, variables: Mapping[str, str], sources: Sources
) -> Iterator[Finding]:
    """Yield the checks of the way to the service. Stores nothing there, names nobody."""
    settings = offline.partial.settings
    if not offline.partial.valid("base_url", "proxy", "timeouts"):
        yield from _not_run(("proxy", "name", "connection", *_AFTER), "settings")
        return
    proxy = proxy_for(settings)
    yield _proxy(settings, proxy, variables)
    named = _name(settings, proxy)
    yield named
    if is_failed(named):
        yield from _not_run(("connection", *_AFTER), "name")
        return
    way = Way(settings.base_url, proxy, settings.timeouts, sources, _sidecar(settings))
    ours = _contexts(offline, sources)
    attempt = way.ask(ours())
    yield _connection(settings, attempt, proxy)
    if attempt.greeted:
        yield from _behind(offline, way, attempt, ours, sources)
    else:
        yield from _not_run(_AFTER, "connection")


def _not_run(checks: tuple[str, ...], first: str) -> Iterator[Finding]:
    return (not_run(check, first) for check in checks)


def _behind(
    offline: Offline, way: Way, attempt: Attempt, ours: Contexts, sources: Sources
) -> Iterator[Finding]:
    peer = attempt.peer or (None if attempt.late else peer_unverified(way, ours))
    # TLS 1.2 ends the handshake here; ours is sent only after the server's was accepted.
    on_ours = attempt.alert in _ALERTS_ON_OURS or "certificate" in attempt.alert
    first = ""
    if attempt.peer is None and on_ours:
        yield not_run("handshake", "client_certificate")
    elif peer is None or (attempt.peer is None and attempt.refusal is None):
        first = "handshake"
        yield _no_handshake(attempt)
    else:
        found = message("check.ok.handshake", version=peer.version, suite=peer.suite)
        yield passed("handshake", found)
    server = list(_not_run(_SERVER, first or "client_certificate"))
    if peer is not None:
        server = check_server(way, attempt, peer, offline.anchors, sources.clock())
    yield from server
    untrusted = next((each.path for each in server if is_failed(each)), "")
    yield from check_answer(offline, attempt, first or untrusted)


def _contexts(offline: Offline, sources: Sources) -> Contexts:
    def context() -> ssl.SSLContext:
        own = None
        if offline.has_client_certificate:
            own = client_context(offline.partial.settings, sources.clock())
        return own or trusting(offline.anchors)

    return context


def _proxy(settings: Settings, proxy: str | None, variables: Mapping[str, str]) -> Finding:
    if proxy is not None:
        return passed("proxy", message("check.ok.proxy", scheme=urlsplit(proxy).scheme))
    ignored = sorted(name for name in variables if name.lower() in _PROXY_VARIABLES)
    if settings.proxy is None and ignored:
        return warned("proxy", message("check.proxy_ignored", variables=tuple(ignored)))
    return passed("proxy", message("check.ok.no_proxy"))


def _sidecar(settings: Settings) -> tuple[str, int] | None:
    return settings.tls.sidecar_address if settings.tls else None


def _address(settings: Settings) -> tuple[str, int]:
    """Return where connections are opened: at the service, or at the TLS sidecar before it."""
    parts = urlsplit(settings.base_url)
    return _sidecar(settings) or (parts.hostname or "", parts.port or _PORT)


def _name(settings: Settings, proxy: str | None) -> Finding:
    host, port = _address(settings)
    if proxy is not None:
        return passed("name", message("check.ok.name_by_proxy"))
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return failed("name", message("check.name_unknown", host=host))
    known = {socket.AF_INET: "IPv4", socket.AF_INET6: "IPv6"}
    kinds = tuple(sorted({known[family] for family, *_ in found if family in known}))
    return passed("name", message("check.ok.name", host=host, kinds=kinds))


def _connection(settings: Settings, attempt: Attempt, proxy: str | None) -> Finding:
    place = ":".join(map(str, _address(settings)))
    if attempt.greeted:
        return passed("connection", message("check.ok.connection", place=place))
    if proxy is not None:
        return _no_tunnel(place, attempt)
    if attempt.late:
        seconds = f"{settings.timeouts.connect_s:g}"
        return failed("connection", message("check.port_silent", place=place, seconds=seconds))
    key = "check.sidecar_closed" if _sidecar(settings) else "check.port_closed"
    return failed("connection", message(key, place=place))


def _no_tunnel(place: str, attempt: Attempt) -> Finding:
    check = "connection"
    if not attempt.connected:
        return failed(check, message("check.proxy_unreachable"))
    status = str(attempt.fault)[:3] if isinstance(attempt.fault, httpx.ProxyError) else ""
    if status == "407":
        return failed(check, message("check.proxy_password", place=place))
    answer = f" ({status})" if status.isdigit() else ""
    return failed(check, message("check.proxy_refuses", place=place, answer=answer))


def _no_handshake(attempt: Attempt) -> Finding:
    check = "handshake"
    if attempt.late:
        return failed(check, message("check.handshake_silent"))
    if attempt.alert:
        return failed(check, message("check.handshake_alert", alert=attempt.alert))
    return failed(check, message("check.handshake_no_tls"))
