"""Prepared faults of the network and of what stands at its other end: real ports, real TLS."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from proofs import sample
from set_up import PROXY, Told, run
from sockets import free_port

from sha_disclosure.settings import Settings
from sha_disclosure.tools.sandbox import Pki, Sandbox
from tests.delivery.raw_service import HTML, RawService, answer

ASSUMED = {"edition.assumed", "oids"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """The PKI of a box that answers in the service's place."""
    return Pki(tmp_path_factory.mktemp("box"))


@dataclass
class Bench:
    """What a fault is prepared with."""

    sandbox: Sandbox
    box: Pki
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    stack: contextlib.ExitStack
    changes: dict[str, Any] = dataclasses.field(default_factory=dict)
    now: datetime | None = None

    @property
    def pki(self) -> Pki:
        return self.sandbox.pki

    def serve(self, behave: Callable[[socket.socket], None], **options: Any) -> RawService:
        options.setdefault("folder", self.pki.folder)
        options.setdefault("read", "headers")
        service = self.stack.enter_context(RawService(behave, **options))
        self.changes["base_url"] = service.url
        return service

    def check(self) -> Told:
        text = self.sandbox.settings_file.read_text("utf-8")
        changes = {"base_url": self.sandbox.base_url, **self.changes}
        lines = [li for li in text.splitlines() if li.partition(" ")[0] not in changes]
        head = [f"{k} = {json.dumps(v)}" for k, v in changes.items() if not isinstance(v, dict)]
        tail = []
        for name, table in changes.items():
            if isinstance(table, dict):
                tail += [f"[{name}]", *(f"{k} = {json.dumps(v)}" for k, v in table.items())]
        path = self.pki.folder / f"{self.folder.name}.toml"
        path.write_text("\n".join([*head, *lines, *tail]), "utf-8")
        return run(path, self.monkeypatch, self.now, "--connect")


@pytest.fixture
def bench(
    sandbox: Sandbox, box: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    with contextlib.ExitStack() as stack:
        yield Bench(sandbox, box, tmp_path, monkeypatch, stack)


def says(*parts: bytes) -> Callable[[socket.socket], None]:
    """Return a behaviour that answers and closes."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(b"".join(parts))
        connection.close()

    return behave


def nothing(connection: socket.socket) -> None:
    """Say nothing until the other end gives up."""
    with contextlib.suppress(OSError):
        while connection.recv(4096):
            pass


def after_hearing(part: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(part)

    return behave


CAPABILITIES = b'{"resourceType":"CapabilityStatement","status":"active"}'
OK = answer("200 OK", CAPABILITIES, "Content-Type: application/fhir+json", "Connection: close")


def closed_port(bench: Bench) -> None:
    bench.changes["base_url"] = f"https://127.0.0.1:{free_port()}/fhir"


def silent_port(bench: Bench) -> None:
    bench.serve(nothing, read="nothing")
    bench.changes["timeouts"] = {"connect_s": 0.1}


def other_ca(bench: Bench) -> None:
    bench.serve(says(OK), folder=bench.box.folder)


def inspecting_box(bench: Bench) -> None:
    other_ca(bench)
    bench.monkeypatch.setenv("SSL_CERT_FILE", str(bench.box.folder / "ca.crt"))


def other_name(bench: Bench) -> None:
    nameless = bench.pki.issue("x", "client", extended=(ExtendedKeyUsageOID.SERVER_AUTH,))
    nameless.write(bench.pki.folder, "nameless")
    bench.serve(says(OK), certificate="nameless")


def no_server(bench: Bench) -> None:
    bench.serve(says(OK), certificate="tls")


def stale_server(bench: Bench) -> None:
    past = datetime.now(UTC) - timedelta(hours=1)
    begins = past - timedelta(hours=1)
    stale = bench.pki.issue("localhost", "server", begins=begins, ends=past)
    stale.write(bench.pki.folder, "stale")
    bench.serve(says(OK), certificate="stale")


def strange_client(bench: Bench) -> None:
    strange = bench.pki.issue("Client", "client", issuer=bench.pki.rogue())
    strange.write(bench.pki.folder, "strange")
    for name in ("certificate", "key"):
        ending = {"certificate": "crt", "key": "key"}[name]
        path = str(bench.pki.folder / f"strange.{ending}")
        bench.monkeypatch.setenv(f"SHA_DISCLOSURE__TLS__{name.upper()}", path)


def strange_client_of_tls_1_2(bench: Bench) -> None:
    strange_client(bench)
    service = bench.serve(says(OK))
    service._tls.maximum_version = ssl.TLSVersion.TLSv1_2
    service._tls.load_verify_locations(bench.pki.folder / "ca.crt")
    service._tls.verify_mode = ssl.CERT_REQUIRED


def weak_suites(bench: Bench) -> None:
    service = bench.serve(says(OK))
    service._tls.maximum_version = ssl.TLSVersion.TLSv1_2
    service._tls.set_ciphers("ECDHE-ECDSA-AES128-SHA256")


def clock_ahead(bench: Bench) -> None:
    bench.now = datetime.now(UTC) + timedelta(minutes=10)


def through_proxy(bench: Bench, behave: Callable[[socket.socket], None]) -> None:
    proxy = bench.serve(behave, read="nothing")
    port = proxy.url.rpartition(":")[2].partition("/")[0]
    bench.changes |= {
        "base_url": bench.sandbox.base_url,
        "proxy": f"http://kayttaja:{PROXY}@127.0.0.1:{port}",
    }


def no_proxy_there(bench: Bench) -> None:
    closed_port(bench)
    port = bench.changes.pop("base_url").rpartition(":")[2].partition("/")[0]
    bench.changes["proxy"] = f"http://kayttaja:{PROXY}@127.0.0.1:{port}"


def silent_service(bench: Bench) -> None:
    bench.serve(nothing)
    bench.changes["timeouts"] = {"attempt_s": 0.3}


def unknown_host(bench: Bench) -> None:
    bench.changes["base_url"] = "https://kanta.invalid/fhir"


@dataclass(frozen=True)
class Fault:
    """A fault: how it is made, the check that fails, what is told in English and Finnish."""

    name: str
    make: Callable[[Bench], object]
    failed: str
    found: tuple[str, str]
    mend: tuple[str, str]


FAULTS = [
    Fault("the host has no name", unknown_host, "name",
          ("kanta.invalid is not known", "ei tunne nimeä kanta.invalid"), ("DNS", "DNS")),
    Fault("the port is closed", closed_port, "connection",
          ("refuses connections", "ei ota yhteyksiä"), ("correct the port", "korjaa")),
    Fault("the port does not answer", silent_port, "handshake",
          ("does not answer a TLS client hello", "ei vastaa TLS-tervehdykseen"),
          ("TLS port", "TLS-portin")),
    Fault("the port speaks plain HTTP", lambda b: b.serve(
          after_hearing(answer("400 Bad Request")), read="nothing"), "handshake",
          ("does not speak TLS", "ei käytä TLS:ää"), ("not a plain HTTP one", "salaamatonta")),
    Fault("the service has old suites only", weak_suites, "handshake",
          ("TLS alert: handshake failure", "TLS-hälytys: handshake failure"),
          ("which TLS versions, suites", "mitkä TLS-versiot, salaukset")),
    Fault("a box inspects TLS", inspecting_box, "server.trust",
          ("looks like a TLS-inspecting proxy", "tarkastavalta välityspalvelimelta"),
          ("never add its CA to the CA file", "älä koskaan lisää")),
    Fault("the server is of another CA", other_ca, "server.trust",
          ("neither the CA file nor the operating system", "CA-tiedosto eikä käyttöjärjestelmä"),
          ("compare base_url and the CA file", "vertaa osoitetta base_url")),
    Fault("the server has another name", other_name, "server.name",
          ("does not name the host", "koneen nimeä ei ole siinä"),
          ("the name Kela gave you", "Kelalta saadulla nimellä")),
    Fault("the server's certificate is a client's", no_server, "server.trust",
          ("not for servers", "ei ole palvelimen"), ("check base_url", "tarkista base_url")),
    Fault("the server's certificate has expired", stale_server, "server.dates",
          ("expired at", "vanheni"), ("report it to the service", "ilmoita palvelulle")),
    Fault("the service refuses our certificate", strange_client, "client_certificate",
          ("TLS alert: unknown ca", "TLS-hälytys: unknown ca"),
          ("the environment's hierarchy", "ympäristön hierarkian")),
    Fault("a TLS 1.2 service refuses our certificate", strange_client_of_tls_1_2,
          "client_certificate", ("TLS alert: unknown ca", "TLS-hälytys: unknown ca"),
          ("liityntäpiste", "liityntäpiste")),
    Fault("a gateway refuses our certificate with a page", lambda b: b.serve(says(
          answer("400 Bad Request", HTML, "Content-Type: text/html", "Server: nginx"))),
          "client_certificate", ("HTTP 400 with an HTML page", "HTTP 400 ja HTML-sivu"),
          ("whole chain", "koko ketjuineen")),
    Fault("the service says nothing after the handshake", silent_service, "answer",
          ("none in time", "ei ajoissa"), ("try again", "yritä uudelleen")),
    Fault("the service closes after the handshake", lambda b: b.serve(says()), "answer",
          ("closed after the handshake", "katkesi kättelyn jälkeen"), ("ask the service", "kysy")),
    Fault("the clock is ahead", clock_ahead, "server.clock",
          ("s ahead of the service", "palvelua edellä"), ("NTP", "NTP")),
    Fault("the proxy wants a password", lambda b: through_proxy(b, after_hearing(
          answer("407 Proxy Authentication Required"))), "connection",
          ("(407)", "(407)"), ("user and password", "tunnus ja salasana")),
    Fault("the proxy forbids the way", lambda b: through_proxy(b, after_hearing(
          answer("403 Forbidden"))), "connection",
          ("the proxy opens no way", "välityspalvelin ei avaa"), ("CONNECT", "CONNECT")),
    Fault("there is no proxy", no_proxy_there, "connection",
          ("the proxy cannot be reached", "välityspalvelimeen ei saada"), ("correct", "korjaa")),
]  # fmt: skip


@pytest.mark.parametrize("fault", sample((pytest.param(f, id=f.name) for f in FAULTS), every=4))
def test_a_fault_of_the_line_is_named_in_both_languages_and_no_other(
    fault: Fault, bench: Bench
) -> None:
    fault.make(bench)
    told = bench.check()
    assert told.checks("failed") == {fault.failed}
    assert told.code == 4
    for language, at in (("en", 0), ("fi", 1)):
        result = told.of(fault.failed, language)
        assert fault.found[at] in result["found"]
        assert fault.mend[at] in result["mend"]
    for secret in (PROXY, "kayttaja", "PRIVATE KEY", str(bench.pki.folder.parent)):
        assert secret not in told.printed
    assert not bench.sandbox.received()


def test_a_right_line_has_no_fault(bench: Bench) -> None:
    told = bench.check()
    assert told.code == 0
    assert told.checks("failed") == told.checks("not_run") == set()
    assert told.checks("warning") == ASSUMED
    handshake = next(r for r in told.en if r["check"] == "handshake")
    assert handshake["found"].startswith("TLSv1.3")
    assert not bench.sandbox.received()


def test_all_that_is_asked_is_one_get_without_token_or_body(bench: Bench) -> None:
    service = bench.serve(says(OK))
    assert bench.check().code == 0
    (request,) = service.requests
    assert request.startswith(b"GET /fhir/metadata HTTP/1.1\r\n")
    assert b"authorization" not in request.lower()
    assert b"content-length" not in request.lower()


def test_nothing_is_asked_of_a_server_that_is_not_trusted(bench: Bench) -> None:
    service = bench.serve(says(OK), folder=bench.box.folder)
    bench.check()
    assert service.requests == []


def test_the_inspecting_box_is_named_by_thumbprint_and_issuer(bench: Bench) -> None:
    inspecting_box(bench)
    found = bench.check().of("server.trust")["found"]
    assert bench.box.server.sha256 in found
    assert "issued by Sandbox issuing CA" in found


WARNINGS = [
    ("a redirect", answer("302 Found", b"", "Location: https://other.example/"), "answer",
     "correct base_url"),
    ("a fault of the service", answer("503 Service Unavailable"), "answer", "try again later"),
    ("a page", answer("403 Forbidden", HTML, "Content-Type: text/html"), "gateway", "a gateway"),
    ("a proxy within", answer("200 OK", CAPABILITIES, "Via: 1.1 valissa"), "gateway",
     "the service's"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "check", "mend"), [w[1:] for w in WARNINGS], ids=[w[0] for w in WARNINGS]
)
def test_an_answer_of_another_kind_is_a_warning(
    said: bytes, check: str, mend: str, bench: Bench
) -> None:
    date = datetime.now(UTC).strftime("Date: %a, %d %b %Y %H:%M:%S GMT\r\n").encode()
    head, rest = said.split(b"\r\n", 1)
    bench.serve(says(head, b"\r\n", date, rest))
    told = bench.check()
    assert told.code == 0
    assert told.checks("warning") - {"root"} == {check} | ASSUMED
    assert mend in told.of(check)["mend"]


def test_an_answer_without_date_leaves_the_clock_unproven(bench: Bench) -> None:
    bench.serve(says(OK))
    assert "server.clock" in bench.check().checks("warning")


def test_ignored_proxy_variables_are_named_without_their_values(bench: Bench) -> None:
    bench.monkeypatch.setenv("HTTPS_PROXY", f"http://kayttaja:{PROXY}@127.0.0.1:1")
    told = bench.check()
    assert told.checks("warning") == {"proxy"} | ASSUMED
    assert "HTTPS_PROXY" in told.of("proxy")["found"]
    assert PROXY not in told.printed


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"proxy": f"socks5://kayttaja:{PROXY}@127.0.0.1:1"}, "SOCKS"),
        ({"proxy": "http://127.0.0.1:1", "tls": "sidecar"}, "sidecar"),
    ],
    ids=["a SOCKS proxy", "a proxy and a sidecar"],
)
def test_a_proxy_that_cannot_be_used_is_a_finding(
    changes: dict[str, str], found: str, bench: Bench
) -> None:
    bench.changes["proxy"] = changes["proxy"]
    if "tls" in changes:
        bench.monkeypatch.setenv("SHA_DISCLOSURE__TLS__SIDECAR", "127.0.0.1:1")
    told = bench.check()
    assert "proxy" in told.checks("failed")
    assert found in told.of("proxy")["found"]
    assert "connection" in told.checks("not_run")
    assert PROXY not in told.printed


def test_the_line_is_seen_through_a_proxy(bench: Bench) -> None:
    port = int(bench.sandbox.base_url.rpartition(":")[2].partition("/")[0])

    def tunnel(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as onward:
            back = threading.Thread(target=pass_on, args=(onward, connection))
            back.start()
            pass_on(connection, onward)
            with contextlib.suppress(OSError):
                onward.shutdown(socket.SHUT_RDWR)
            back.join(5)

    through_proxy(bench, tunnel)
    told = bench.check()
    assert told.checks("failed") == told.checks("not_run") == set()
    assert told.checks("warning") == ASSUMED


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)


def test_the_server_is_still_looked_at_when_our_key_is_wrong(bench: Bench) -> None:
    settings = Settings.load(bench.sandbox.settings_file, variables={})
    assert settings.signing
    bench.monkeypatch.setenv("SHA_DISCLOSURE__TLS__KEY", str(settings.signing.key))
    told = bench.check()
    assert told.checks("failed") == {"tls.match"}
    assert "server.trust" in told.checks("ok")
    assert "client_certificate" in told.checks("not_run")


def test_a_server_whose_handshake_failed_is_still_held_against_the_ca_file(bench: Bench) -> None:
    weak_suites(bench)
    told = bench.check()
    assert {"server.trust", "server.name", "server.dates"} <= told.checks("ok")
    service = bench.serve(says(OK), folder=bench.box.folder)
    service._tls.maximum_version = ssl.TLSVersion.TLSv1_2
    service._tls.set_ciphers("ECDHE-ECDSA-AES128-SHA256")
    assert bench.check().checks("failed") == {"handshake", "server.trust"}
