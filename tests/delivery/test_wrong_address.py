"""A wrong path in base_url parks a queue and never quarantines it; the address is the edition's."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from proofs import sample
from raw_service import HTML, RawService, answer

from sha_disclosure import Edition, KantaClient, Misdirected, Outbox, Rejected, load_edition
from sha_disclosure.errors import SubmissionError
from sha_disclosure.events import NoticeQuarantined
from sha_disclosure.tools.sandbox import Sandbox

FHIR = "Content-Type: application/fhir+json;charset=UTF-8"


def outcome(diagnostics: str, code: str = "processing") -> bytes:
    issue = {"severity": "error", "code": code, "diagnostics": diagnostics}
    return json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()


WRONG_PATHS = {
    "HAPI: no such resource type": answer(
        "404 Not Found",
        outcome("HAPI-0302: Unknown resource type 'vaara' - Server knows how to handle: [Bundle]"),
        FHIR, "X-Powered-By: HAPI FHIR 7.4.0 REST Server (FHIR Server; FHIR 4.0.1/R4)",
    ),
    "HAPI: no such resource": answer("404 Not Found", outcome("HAPI-2001: not known"), FHIR),
    "HAPI: no such method": answer(
        "405 Method Not Allowed", outcome("HAPI-0444: This method is not supported"), FHIR
    ),
    "HAPI: not acceptable": answer("406 Not Acceptable", outcome("HAPI-0307"), FHIR),
    "HAPI: media type": answer("415 Unsupported Media Type", outcome("HAPI-0448"), FHIR),
    "Tomcat": answer("404 Not Found", HTML, "Content-Type: text/html;charset=utf-8"),
    "Spring": answer(
        "404 Not Found", b'{"status":404,"error":"Not Found","path":"/x/"}',
        "Content-Type: application/json",
    ),
    "Firely": answer("404 Not Found", outcome("Unknown path", "not-found"), FHIR),
    "Kestrel": answer("404 Not Found"),
    "Go": answer("404 Not Found", b"404 page not found\n", "Content-Type: text/plain"),
    "IIS": answer("405 Method Not Allowed", HTML, "Content-Type: text/html", "Allow: GET, HEAD"),
    "a problem document": answer(
        "404 Not Found", b'{"type":"about:blank","title":"Not Found","status":404}',
        "Content-Type: application/problem+json",
    ),
    "an empty refusal of the gateway": answer("403 Forbidden"),
    "a resource server's": answer("422 Unprocessable Entity", b"422", "Content-Type: text/plain"),
}  # fmt: skip


@pytest.mark.parametrize(
    "said", sample((pytest.param(v, id=k) for k, v in WRONG_PATHS.items()), every=7)
)
def test_a_wrong_path_parks_every_notice_and_quarantines_none(
    shell, sandbox, tmp_path, notice, said
):
    with RawService(lambda c: c.sendall(said), folder=sandbox.folder) as service:
        settings = sandbox.settings().model_copy(update={"base_url": f"{service.url}/vaara"})
        kanta = shell.connect(settings)
        with pytest.raises(Misdirected) as caught:
            kanta.submit(kanta.prepare(notice))
        assert "base_url" in str(caught.value)
        assert caught.value.attempts == 1
        with KantaClient(settings) as client, Outbox(tmp_path / "outbox.sqlite") as outbox:
            for _ in range(5):
                outbox.add(client.prepare(notice))
            outbox.drain(client)
            counts = outbox.status().counts
            assert counts["quarantined"] == 0
            assert counts["parked"] + counts["pending"] == 5
    with KantaClient(sandbox.settings()) as right, Outbox(tmp_path / "outbox.sqlite") as outbox:
        outbox.retry(state="parked")
        assert outbox.drain(right).delivered == 5


BY_NAME = {
    "HAPI: below a resource type": (
        "400 Bad Request",
        outcome("HAPI-0450: Expected AuditEvent, found Bundle"),
    ),
    "HAPI: not of this type": ("422 Unprocessable Entity", outcome("HAPI-0574", "structure")),
    "HAPI: with codes of a validator": (
        "412 Precondition Failed",
        json.dumps({
            "resourceType": "OperationOutcome",
            "issue": [{
                "severity": "error", "code": "processing",
                "details": {"coding": [{
                    "system": "http://hl7.org/fhir/java-core-messageId",
                    "code": "Validation_VAL_Profile_Minimum",
                }]},
            }],
        }).encode(),
    ),
    "nothing at all": ("400 Bad Request", b""),
}  # fmt: skip


@pytest.mark.parametrize(("count", "named"), sample(itertools.product([1, 2, 5], BY_NAME), every=5))
def test_a_path_that_refuses_each_notice_by_name_quarantines_not_even_one(
    sandbox, tmp_path, notice, count, named
):
    """Its word is on the notice: only what else is at the address tells that it is wrong."""
    status, body = BY_NAME[named]
    said = answer(status, body, FHIR)
    with RawService(lambda c: c.sendall(said), folder=sandbox.folder) as service:
        settings = sandbox.settings().model_copy(update={"base_url": f"{service.url}/AuditEvent"})
        heard: list[object] = []
        with (
            KantaClient(settings) as client,
            Outbox(tmp_path / "outbox.sqlite", listeners=[heard.append]) as outbox,
        ):
            for number in range(count):
                client_of = notice.client.model_copy(
                    update={"family_name": f"Suku{'abcde'[number]}"}
                )
                outbox.add(client.prepare(notice.model_copy(update={"client": client_of})))
            report = outbox.drain(client)
            counts = outbox.status().counts
            assert (counts["quarantined"], counts["parked"]) == (0, count)
            assert (report.quarantined, report.parked) == (0, count)
            assert not [each for each in heard if isinstance(each, NoticeQuarantined)]
    with KantaClient(sandbox.settings()) as right, Outbox(tmp_path / "outbox.sqlite") as outbox:
        outbox.retry(state="parked")
        assert outbox.drain(right).delivered == count


@pytest.mark.parametrize("body", ["outcome", ""])
def test_a_refusal_of_a_service_at_its_root_is_its_word_on_the_notice(shell, sandbox, notice, body):
    kanta = shell.connect(sandbox.settings())
    sandbox.inject("status", status=422, body=body) if body else sandbox.inject(
        "status", status=422
    )
    with pytest.raises(Rejected) as caught:
        kanta.submit(kanta.prepare(notice))
    assert kanta.confirms(caught.value)


def test_a_code_of_the_services_own_confirms_a_refusal_by_itself(shell, sandbox, notice):
    code = load_edition("kanta-1.0.0").wire.outcome.invalid_message
    coding = {"system": code.system, "code": code.code}
    issue = {"severity": "error", "code": "invalid", "details": {"coding": [coding]}}
    body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]}).encode()
    said = answer("422 Unprocessable Entity", body, FHIR)
    with RawService(lambda c: c.sendall(said), folder=sandbox.folder) as service:
        settings = sandbox.settings().model_copy(update={"base_url": service.url})
        kanta = shell.connect(settings)
        with pytest.raises(Rejected) as caught:
            kanta.submit(kanta.prepare(notice))
        assert kanta.confirms(caught.value)
        assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("form", "paths"),
    [
        ("[base]/", {"/fhir": b"/fhir/", "/fhir/": b"/fhir/", "": b"/", "/a/r4": b"/a/r4/"}),
        ("[base]", {"/fhir": b"/fhir", "/fhir/": b"/fhir", "": b"/", "/a/r4": b"/a/r4"}),
    ],
)  # fmt: skip
def test_the_edition_says_where_a_transaction_is_posted(
    shell, sandbox, tmp_path, notice, form, paths
):
    ours = edition_with(tmp_path, form)
    say = answer("404 Not Found")
    for base, path in paths.items():
        with RawService(lambda c: c.sendall(say), folder=sandbox.folder, read="headers") as service:
            base_url = service.url.removesuffix("/fhir") + base
            settings = sandbox.settings().model_copy(update={"base_url": base_url})
            kanta = shell.connect(settings, edition=ours)
            with pytest.raises(SubmissionError):
                kanta.submit(kanta.prepare(notice))
            assert service.requests[0].split(b"\r\n")[0] == b"POST " + path + b" HTTP/1.1"


@pytest.mark.parametrize(("form", "other"), [("[base]", "[base]/"), ("[base]/", "[base]")])
def test_the_sandbox_takes_what_its_edition_says_and_nothing_else(
    shell, tmp_path, notice, form, other
):
    ours = edition_with(tmp_path, form)
    with Sandbox(tmp_path / "sandbox", edition=ours) as strict:
        kanta = shell.connect(strict.settings(), edition=ours)
        assert kanta.submit(kanta.prepare(notice)).status.startswith("201")
        kanta = shell.connect(strict.settings(), edition=edition_with(tmp_path, other))
        with pytest.raises(Misdirected):
            kanta.submit(kanta.prepare(notice))


def edition_with(folder: Path, form: str) -> Edition:
    file = folder / "ours.toml"
    value = f'name = "ours"\nbased_on = "kanta-1.0.0"\n[address.transaction]\nvalue = "{form}"\n'
    file.write_text(value, "utf-8")
    return load_edition(file)


def test_the_number_of_a_firewalls_page_stands_in_the_evidence(sandbox, tmp_path, notice):
    page = b"<html><body>The requested URL was rejected. Your support ID is: 1234567890123</body>"
    said = answer("403 Forbidden", page, "Content-Type: text/html")
    with RawService(lambda c: c.sendall(said), folder=sandbox.folder) as service:
        settings = sandbox.settings().model_copy(update={"base_url": service.url})
        with KantaClient(settings) as client, Outbox(tmp_path / "outbox.sqlite") as outbox:
            (notice_id,) = outbox.add(client.prepare(notice)).notice_ids
            outbox.drain(client)
            (attempt,) = outbox.evidence(notice_id)["attempts"]
            assert attempt["support_id"] == "1234567890123"
            assert attempt["requests"][-1]["support_id"] == "1234567890123"
