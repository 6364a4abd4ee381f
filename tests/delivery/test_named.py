"""What a service says of a stored notice is kept in its forms only."""

import json

import pytest
from raw_service import RawService, answer

from sha_disclosure import KantaClient, Outbox
from sha_disclosure.delivery.named import location, stored_status
from sha_disclosure.operation_outcome import token

CODE = "050594-903M"


@pytest.mark.parametrize(
    "value",
    [
        "AuditEvent/1",
        "AuditEvent/1/_history/1",
        "/fhir/AuditEvent/1",
        "https://kanta.example:8443/r4/fhir/AuditEvent/1.2.246.10/_history/2",
        "AuditEvent/3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    ],
)
def test_a_location_of_fhirs_form_is_kept(value: str) -> None:
    assert location(value) == value


@pytest.mark.parametrize(
    "value",
    [
        None, 5, "", "AuditEvent", "auditevent/1", f"AuditEvent/{CODE}", f"{CODE}/AuditEvent/1",
        "AuditEvent/1?name=Meikalainen", "AuditEvent/1#x", "AuditEvent/050594%2D903M",
        "AuditEvent/Matti Meikalainen", "AuditEvent/1\n", "AuditEvent/\x1b[31m1",
        "AuditEvent/1\u202e",
        "javascript:AuditEvent/1", "https://user:password@kanta.example/AuditEvent/1",
        "a/" * 400 + "AuditEvent/1",
    ],
)  # fmt: skip
def test_a_location_of_another_form_is_not_kept(value: object) -> None:
    assert location(value) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("201", "201"),
        ("201 Created", "201 Created"),
        ("200 ok", "200 ok"),
        (f"201 {CODE}", "201"),
        ("201 Created\x1b[2J", "201"),
        ("299 Something", "299"),
        ("200 ", "200"),
        ("404 Not Found", None),
        (201, None),
        (None, None),
    ],
)
def test_a_status_keeps_the_standards_own_phrase(given: object, kept: str | None) -> None:
    assert (stored_status(given) or "").strip() == (kept or "")


@pytest.mark.parametrize("value", [CODE, f"id-{CODE}", "a b", "\x1b[1m", "x" * 81, "", None, 7])
def test_an_id_of_another_form_is_not_kept(value: object) -> None:
    assert token(value) is None
    assert token("3f2504e0-4f89-11d3-9a0c-0305e82c3301") is not None


def test_an_identity_code_in_an_answer_reaches_neither_receipt_nor_evidence(
    sandbox, notice, tmp_path
):
    entry = {"response": {"status": f"201 {CODE}", "location": f"AuditEvent/{CODE}"}}
    body = {"resourceType": "Bundle", "type": "transaction-response", "entry": [entry, entry]}
    sent = answer("200 OK", json.dumps(body).encode(), f"X-Request-Id: {CODE}")
    with RawService(lambda c: c.sendall(sent), folder=sandbox.folder) as service:
        settings = sandbox.settings().model_copy(update={"base_url": service.url})
        with KantaClient(settings) as kanta, Outbox(tmp_path / "o.sqlite") as outbox:
            prepared = kanta.prepare(notice)
            outbox.add(prepared)
            outbox.drain(kanta, workers=1)
            evidence = outbox.evidence(prepared.notice_ids[0])
            assert evidence["state"] == "delivered"
            assert CODE not in json.dumps([evidence, *outbox.export()])
            receipt = outbox.add(prepared).receipt
    assert CODE not in repr(receipt)
