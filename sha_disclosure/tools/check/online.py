"""The way to the service: proxy, name, port, handshake, certificates, answer, clock, gateway.

One request that stores nothing is made (see ``attempt``); everything else is handshakes.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import httpx

from sha_disclosure.delivery.route import proxy_for
from sha_disclosure.messages.words import Words
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.check.answer import inspect_answer
from sha_disclosure.tools.check.attempt import Attempt, Way
from sha_disclosure.tools.check.inspection import Inspection
from sha_disclosure.tools.check.material import client_context
from sha_disclosure.tools.check.peer import Contexts, inspect_server, met, trusting
from sha_disclosure.tools.check.result import Result, failed, not_run, passed, warned

_PROXY_VARIABLES = ("https_proxy", "all_proxy")
_SERVER = ("server.trust", "server.name", "server.dates")
_AFTER = ("handshake", *_SERVER, "client_certificate", "answer", "server.clock", "gateway")
_OF_OURS = {"access denied", "unknown ca"}  # alerts on our certificate that do not say the word
_PORT = 443


def inspect_line(
    found: Inspection, variables: Mapping[str, str], sources: Sources
) -> Iterator[Result]:
    """Yield the checks of the way to the service. Stores nothing there, names nobody."""
    settings = found.read.settings
    if {"base_url", "proxy", "timeouts"} & found.read.wanting:
        for check in ("proxy", "name", "connection", *_AFTER):
            yield not_run(check, "settings")
        return
    proxy = proxy_for(settings)
    yield _proxy(settings, proxy, variables)
    named = _name(settings, proxy)
    yield named
    if named.status == "failed":
        for check in ("connection", *_AFTER):
            yield not_run(check, "name")
        return
    way = Way(settings.base_url, proxy, settings.timeouts, sources, _sidecar(settings))
    ours = _contexts(found, sources)
    attempt = way.ask(ours())
    yield _connection(settings, attempt, proxy)
    if not attempt.greeted:
        for check in _AFTER:
            yield not_run(check, "connection")
        return
    yield from _behind(found, way, attempt, ours, sources)


def _behind(
    found: Inspection, way: Way, attempt: Attempt, ours: Contexts, sources: Sources
) -> Iterator[Result]:
    peer = attempt.peer or (None if attempt.late else met(way, ours))
    # TLS 1.2 ends the handshake here; ours is sent only after the server's was accepted.
    refused = attempt.peer is None and (attempt.alert in _OF_OURS or "certificate" in attempt.alert)
    first = ""
    if refused:
        yield not_run("handshake", "client_certificate")
    elif peer is None or (attempt.peer is None and attempt.refusal is None):
        first = "handshake"
        yield _no_handshake(attempt)
    else:
        told = f"{peer.version}, {peer.suite}"
        yield passed("handshake", Words(told, told))
    server = [not_run(check, first or "client_certificate") for check in _SERVER]
    if peer is not None:
        server = list(inspect_server(way, attempt, peer, found.anchors, sources.clock()))
    yield from server
    untrusted = next((r.check for r in server if r.status == "failed"), "")
    yield from inspect_answer(found, attempt, first or untrusted)


def _contexts(found: Inspection, sources: Sources) -> Contexts:
    def made() -> ssl.SSLContext:
        own = client_context(found.read.settings, sources.clock()) if found.client else None
        return own or trusting(found.anchors)

    return made


def _proxy(settings: Settings, proxy: str | None, variables: Mapping[str, str]) -> Result:
    ignored = [name for name in variables if name.lower() in _PROXY_VARIABLES]
    if proxy is not None:
        kind = urlsplit(proxy).scheme
        return passed("proxy", Words(f"one is used ({kind})", f"käytössä ({kind})"))
    if settings.proxy is None and ignored:
        named = ", ".join(sorted(ignored))
        return warned(
            "proxy",
            Words(f"none; {named} is set and ignored", f"ei käytössä; {named} ohitetaan"),
            Words(
                'right for a direct way; if the network wants its proxy, set proxy = "environment"',
                "oikein, jos yhteys on suora; jos verkko vaatii välityspalvelimen, aseta proxy = "
                '"environment"',
            ),
        )
    return passed("proxy", Words("none: a direct way", "ei käytössä: suora yhteys"))


def _sidecar(settings: Settings) -> tuple[str, int] | None:
    return settings.tls.sidecar_address if settings.tls else None


def _place(settings: Settings) -> tuple[str, int]:
    """Return where connections are opened: at the service, or at the TLS sidecar before it."""
    parts = urlsplit(settings.base_url)
    return _sidecar(settings) or (parts.hostname or "", parts.port or _PORT)


def _name(settings: Settings, proxy: str | None) -> Result:
    host, port = _place(settings)
    if proxy is not None:
        return passed("name", Words("the proxy looks it up", "välityspalvelin selvittää sen"))
    families: set[int] = set()
    try:
        told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        families = {family for family, *_ in told}
    except (OSError, UnicodeError):
        return failed(
            "name",
            Words(f"{host} is not known to the name server", f"nimipalvelu ei tunne nimeä {host}"),
            Words(
                "correct base_url, or have the name resolved on this network (DNS, hosts file)",
                "korjaa base_url tai järjestä nimi tunnetuksi tässä verkossa (DNS, hosts-tiedosto)",
            ),
        )
    kinds = "IPv4, IPv6" if len(families) > 1 else "IPv6"
    kinds = "IPv4" if families == {socket.AF_INET} else kinds
    return passed("name", Words(f"{host}: {kinds}", f"{host}: {kinds}"))


def _connection(settings: Settings, attempt: Attempt, proxy: str | None) -> Result:
    place = ":".join(map(str, _place(settings)))
    if attempt.greeted:
        return passed("connection", Words(f"open: {place}", f"auki: {place}"))
    if proxy is not None:
        return _no_tunnel(place, attempt)
    if attempt.late:
        seconds = f"{settings.timeouts.connect_s:g}"
        return failed(
            "connection",
            Words(f"{place} does not answer in {seconds} s", f"{place} ei vastaa: {seconds} s"),
            Words(
                "a firewall may drop it: have the way to this host and port opened",
                "palomuuri voi estää sen: pyydä avaamaan reitti tähän koneeseen ja porttiin",
            ),
        )
    mend = Words(
        "correct the port of base_url; see that the service runs and a firewall lets you pass",
        "korjaa osoitteen base_url portti; tarkista, että palvelu on käynnissä ja palomuuri "
        "päästää läpi",
    )
    if _sidecar(settings):
        mend = Words(
            "start the TLS sidecar, or correct tls.sidecar",
            "käynnistä TLS-välittäjä tai korjaa asetus tls.sidecar",
        )
    refused = Words(f"{place} refuses connections", f"{place} ei ota yhteyksiä")
    return failed("connection", refused, mend)


def _no_tunnel(place: str, attempt: Attempt) -> Result:
    if not attempt.connected:
        return failed(
            "connection",
            Words("the proxy cannot be reached", "välityspalvelimeen ei saada yhteyttä"),
            Words("correct proxy in the settings", "korjaa asetuksen proxy arvo"),
        )
    status = str(attempt.fault)[:3] if isinstance(attempt.fault, httpx.ProxyError) else ""
    told = f" ({status})" if status.isdigit() else ""
    mend = Words(
        "have the proxy allow CONNECT to this host and port",
        "pyydä sallimaan välityspalvelimessa CONNECT tähän koneeseen ja porttiin",
    )
    if status == "407":
        mend = Words(
            "put the proxy's user and password into proxy of the settings",
            "lisää välityspalvelimen tunnus ja salasana asetukseen proxy",
        )
    return failed(
        "connection",
        Words(
            f"the proxy opens no way to {place}{told}", f"välityspalvelin ei avaa: {place}{told}"
        ),
        mend,
    )


def _no_handshake(attempt: Attempt) -> Result:
    if not attempt.late:
        return _refused_handshake(attempt)
    return failed(
        "handshake",
        Words("the port says nothing to a TLS greeting", "portti ei vastaa TLS-tervehdykseen"),
        Words(
            "see that base_url names the TLS port of the service, and what stands between",
            "tarkista, että base_url nimeää palvelun TLS-portin, ja mitä välissä on",
        ),
    )


def _refused_handshake(attempt: Attempt) -> Result:
    if attempt.alert:
        return failed(
            "handshake",
            Words(
                f"the service broke it off (TLS alert: {attempt.alert})",
                f"palvelu keskeytti sen (TLS-hälytys: {attempt.alert})",
            ),
            Words(
                "ask the service which TLS versions, suites and client certificates it takes",
                "kysy palvelulta, mitkä TLS-versiot, salaukset ja asiakasvarmenteet kelpaavat",
            ),
        )
    return failed(
        "handshake",
        Words("the port does not speak TLS", "portti ei käytä TLS:ää"),
        Words(
            "see that base_url names the TLS port of the service, not a plain HTTP one",
            "tarkista, että base_url nimeää palvelun TLS-portin eikä salaamatonta HTTP-porttia",
        ),
    )
