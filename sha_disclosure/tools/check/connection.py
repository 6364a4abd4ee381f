"""The connection to the service: proxy, name, port, handshake, and then the server.

Makes one request, which stores nothing (see ``attempt``); everything else is handshakes.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping

from sha_disclosure.delivery.route import Route, route_to
from sha_disclosure.editions.wire import address
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.settings import Settings, Timeouts
from sha_disclosure.sources import Sources
from sha_disclosure.tools.check.answer import check_answer
from sha_disclosure.tools.check.attempt import Attempt, Attempts
from sha_disclosure.tools.check.checks import failed, is_failed, not_run, passed, refusal, warned
from sha_disclosure.tools.check.offline import Offline, client_context
from sha_disclosure.tools.check.server import Contexts, check_server, peer_unverified, trusting

_PROXY_VARIABLES = ("https_proxy", "all_proxy")
_SERVER = ("server.trust", "server.name", "server.dates")
_AFTER = ("handshake", *_SERVER, "client_certificate", "answer", "root", "server.clock", "gateway")
_ALERTS_ON_OURS = {"access denied", "unknown ca"}  # besides those that mention a certificate


def check_online(
    offline: Offline, variables: Mapping[str, str], sources: Sources
) -> Iterator[Finding]:
    """Yield the checks of the connection. Stores nothing there and names nobody."""
    settings = offline.partial.settings
    if not offline.partial.valid("base_url", "proxy", "timeouts"):
        yield from _not_run(("proxy", "name", "connection", *_AFTER), "settings")
        return
    try:
        route = route_to(settings.base_url, settings, tls=None)
    except ConfigurationError as error:
        yield failed("proxy", refusal(error))
        yield from _not_run(("name", "connection", *_AFTER), "proxy")
        return
    yield _proxy(settings, route, variables)
    named = _name(route)
    yield named
    if is_failed(named):
        yield from _not_run(("connection", *_AFTER), "name")
        return
    target = address(offline.edition.wire.address.probe, route.url.raw_path.decode("ascii"))
    attempts = Attempts(route, target, settings.timeouts, sources)
    ours = _contexts(offline, sources)
    attempt = attempts.ask(ours())
    yield _connection(route, attempt, settings.timeouts)
    if attempt.greeted:
        yield from _behind(offline, attempts, attempt, ours)
    else:
        yield from _not_run(_AFTER, "connection")


def _not_run(checks: tuple[str, ...], first: str) -> Iterator[Finding]:
    return (not_run(check, first) for check in checks)


def _behind(
    offline: Offline, attempts: Attempts, attempt: Attempt, ours: Contexts
) -> Iterator[Finding]:
    peer = attempt.peer or (None if attempt.late else peer_unverified(attempts, ours))
    # TLS 1.2 ends the handshake here; our certificate is sent only after the server's is accepted.
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
        server = check_server(attempts, attempt, peer, offline.anchors)
    yield from server
    untrusted = next((each.path for each in server if is_failed(each)), "")
    yield from check_answer(offline, attempt, attempts.target, first or untrusted)


def _contexts(offline: Offline, sources: Sources) -> Contexts:
    def context() -> ssl.SSLContext:
        own = None
        if offline.has_client_certificate:
            own = client_context(offline.partial.settings, sources.clock())
        return own or trusting(offline.anchors)

    return context


def _proxy(settings: Settings, route: Route, variables: Mapping[str, str]) -> Finding:
    if route.proxy is not None:
        scheme = "https" if route.proxy.tls else "http"
        return passed("proxy", message("check.ok.proxy", scheme=scheme))
    ignored = sorted(name for name in variables if name.lower() in _PROXY_VARIABLES)
    if settings.proxy is None and ignored:
        return warned("proxy", message("check.proxy_ignored", variables=tuple(ignored)))
    return passed("proxy", message("check.ok.no_proxy"))


def _name(route: Route) -> Finding:
    if route.proxy is not None:
        return passed("name", message("check.ok.name_by_proxy"))
    host, port = route.address
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return failed("name", message("check.name_unknown", host=host))
    known = {socket.AF_INET: "IPv4", socket.AF_INET6: "IPv6"}
    kinds = tuple(sorted({known[family] for family, *_ in found if family in known}))
    return passed("name", message("check.ok.name", host=host, kinds=kinds))


def _connection(route: Route, attempt: Attempt, timeouts: Timeouts) -> Finding:
    check = "connection"
    host, port = route.sidecar or (route.host, route.port)
    address = f"{host}:{port}"
    if attempt.greeted:
        return passed(check, message("check.ok.connection", address=address))
    if route.proxy is not None:
        return _no_tunnel(address, attempt)
    if attempt.late:
        seconds = f"{timeouts.connect_s:g}"
        return failed(check, message("check.port_silent", address=address, seconds=seconds))
    key = "check.sidecar_closed" if route.sidecar else "check.port_closed"
    return failed(check, message(key, address=address))


def _no_tunnel(address: str, attempt: Attempt) -> Finding:
    check, status = "connection", attempt.proxy_status
    if not attempt.connected:
        return failed(check, message("check.proxy_unreachable"))
    if status == "407":
        return failed(check, message("check.proxy_password", address=address))
    answer = f" ({status})" if status else ""
    return failed(check, message("check.proxy_refuses", address=address, answer=answer))


def _no_handshake(attempt: Attempt) -> Finding:
    check = "handshake"
    if attempt.late:
        return failed(check, message("check.handshake_silent"))
    if attempt.alert:
        return failed(check, message("check.handshake_alert", alert=attempt.alert))
    return failed(check, message("check.handshake_no_tls"))
