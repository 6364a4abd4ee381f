"""Whether base_url is the root of a FHIR service, by an answer to what stores nothing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from set_up import run

from sha_disclosure.sources import Sources
from sha_disclosure.tools.check import check_offline, check_online
from sha_disclosure.tools.sandbox import Sandbox
from tests.delivery.raw_service import HTML, RawService, answer

CAPABILITIES = b'{"resourceType":"CapabilityStatement","status":"active","kind":"instance"}'
HAPI_404 = json.dumps(
    {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "processing",
                "diagnostics": "HAPI-0302: Unknown resource type 'vaara'",
            }
        ],
    }
).encode()
FHIR, PAGE, JSON = (
    f"Content-Type: {t}" for t in ("application/fhir+json", "text/html", "application/json")
)
SPRING = (
    b'{"timestamp":"2026-11-26T10:00:00Z","status":404,"error":"Not Found","path":"/x/metadata"}'
)
SUPPORT = (
    b"<html><head><title>Request Rejected</title></head><body>Your support ID is: 1</body></html>"
)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@dataclass
class Root:
    """What was found of the path of base_url, and by which request."""

    severity: str
    found: str
    fix: str
    fix_fi: str
    request: bytes = b""


def check(sandbox: Sandbox, base_url: str, edition: str = "kanta-1.0.0") -> Root:
    lines = sandbox.settings_file.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("base_url", "edition"))]
    place = Path(sandbox.folder) / "other.toml"
    head = [f'base_url = "{base_url}"', f'edition = "{edition}"']
    place.write_text("\n".join([*head, *kept]), "utf-8")
    offline = check_offline(place, {}, Sources())
    findings = list(check_online(offline, {}, Sources()))
    assert not [each for each in findings if each.severity == "error"]
    (found,) = (each for each in findings if each.path == "root")
    fixes = (
        ("", "")
        if found.severity == "passed"
        else (found.part("fix", "en"), found.part("fix", "fi"))
    )
    return Root(found.severity, found.text("en"), *fixes)


def checked(sandbox: Sandbox, said: bytes) -> Root:
    def say(connection) -> None:
        date = datetime.now(UTC).strftime("Date: %a, %d %b %Y %H:%M:%S GMT\r\n").encode()
        head, rest = said.split(b"\r\n", 1)
        with contextlib.suppress(OSError):
            connection.sendall(head + b"\r\n" + date + rest)
            connection.close()

    with RawService(say, folder=sandbox.folder, read="headers") as service:
        found = check(sandbox, service.url)
        return replace(found, request=service.requests[-1])


@pytest.mark.parametrize(
    "said",
    [
        answer("200 OK", CAPABILITIES, FHIR),
        answer("200 OK", CAPABILITIES, JSON),
        answer("400 Bad Request", HAPI_404.replace(b"0302", b"0389"), FHIR),
        answer("401 Unauthorized", HAPI_404, FHIR),
        answer("403 Forbidden", HAPI_404, FHIR),
    ],
    ids=["capabilities", "capabilities as JSON", "a refusal", "no token", "no right"],
)
def test_the_answer_of_a_fhir_service_passes(sandbox, said):
    found = checked(sandbox, said)
    assert found.severity == "passed"
    assert found.request.startswith(b"GET /fhir/metadata HTTP/1.1")
    assert b"authorization" not in found.request.lower()


WRONG = {
    "HAPI below the servlet": answer("404 Not Found", HAPI_404, FHIR),
    "Tomcat": answer("404 Not Found", HTML, "Content-Type: text/html;charset=utf-8"),
    "Spring": answer("404 Not Found", SPRING, JSON),
    "nothing at all": answer("404 Not Found"),
    "Kestrel": answer("405 Method Not Allowed", b"", "Allow: POST"),
    "gone, in FHIR's form": answer("410 Gone", HAPI_404, FHIR),
    "a text": answer("404 Not Found", b"404 page not found\n", "Content-Type: text/plain"),
    "a web application for every path": answer("200 OK", HTML, PAGE),
    "a web application without a type": answer("200 OK", b"<!DOCTYPE html><p>Tervetuloa"),
    "a page in capital letters": answer("200 OK", HTML, "content-type: TEXT/HTML"),
    "a firewall": answer("200 OK", SUPPORT, PAGE),
    "another resource": answer("200 OK", b'{"resourceType":"Patient"}', FHIR),
    "capabilities of an error": answer("404 Not Found", CAPABILITIES, FHIR),
    "a list": answer("200 OK", b"[]", JSON),
    "nothing with success": answer("204 No Content"),
    "an encoded answer": answer("200 OK", CAPABILITIES, FHIR, "Content-Encoding: gzip"),
    "half an answer": answer("200 OK", CAPABILITIES[:30], FHIR, length=5000),
    "not JSON": answer("200 OK", b'{"resourceType":', FHIR),
    "a type that is none": answer("200 OK", b'{"resourceType":["CapabilityStatement"]}', FHIR),
}


@pytest.mark.parametrize("said", WRONG.values(), ids=WRONG)
def test_another_answer_says_that_the_path_is_probably_wrong(sandbox, said):
    root = checked(sandbox, said)
    assert root.severity == "warning"
    assert "GET /fhir/metadata" in root.found
    assert "probably wrong" in root.fix
    assert "luultavasti väärä" in root.fix_fi


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_closed_door_proves_nothing(sandbox, status):
    root = checked(sandbox, answer(status))
    assert root.severity == "warning"
    assert "not proven" in root.found


def test_a_wrong_path_at_the_sandbox_is_found_and_its_root_passes(sandbox):
    assert check(sandbox, sandbox.base_url).severity == "passed"
    assert check(sandbox, sandbox.base_url + "/").severity == "passed"
    for path in ("/", "/fhir/r4", "/fhir/AuditEvent", "/fihr"):
        wrong = check(sandbox, sandbox.base_url.removesuffix("/fhir") + path)
        assert wrong.severity == "warning", path
    assert not sandbox.received()


def test_the_command_says_so_and_goes_on(sandbox, monkeypatch):
    check(sandbox, sandbox.base_url + "/vaara")
    told = run(Path(sandbox.folder) / "other.toml", monkeypatch, None, "--connect")
    assert told.code == 0
    assert "probably wrong" in told.of("root")["mend"]


def test_an_edition_names_what_may_be_asked(sandbox):
    edition = Path(sandbox.folder) / "ours.toml"
    edition.write_text(
        'name = "ours"\nbased_on = "kanta-1.0.0"\n[address.probe]\nvalue = "[base]/tila?oma=1"\n',
        "utf-8",
    )

    def say(connection) -> None:
        connection.sendall(answer("200 OK", CAPABILITIES, FHIR))
        connection.close()

    with RawService(say, folder=sandbox.folder, read="headers") as service:
        assert check(sandbox, service.url, str(edition)).severity == "passed"
        assert service.requests[-1].startswith(b"GET /fhir/tila?oma=1 HTTP/1.1")
