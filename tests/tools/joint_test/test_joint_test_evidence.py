"""What the evidence holds, and what it never holds."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterator
from typing import Any

import pytest
from joint_test_parts import SECRETS, no_waiting, result_of, shipped_cases, texts

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.joint_test import (
    open_environment,
    open_folder,
    run_cases,
    write_evidence,
)
from sha_disclosure.tools.sandbox.store import Store
from tests.delivery.raw_service import RawService, answer


def test_what_was_recorded_is_what_the_service_received(kit):
    received = {each.notice_id: each for each in kit.received}
    compared = 0
    for result in kit.run.results:
        if result.execution.outcome == "stored":
            ids = {i for prepared in result.execution.prepared for i in prepared.notice_ids}
            bodies = {e.body for e in result.execution.exchanges}
            assert bodies == {received[notice_id].body for notice_id in ids}
            compared += len(ids)
    assert compared > len(kit.run.results) // 3


def test_a_refusal_is_seen_however_many_the_sandbox_has_made(kit, monkeypatch):
    wanted = ["altered-content", "expired-token", "foreign-certificate"]
    monkeypatch.setattr(Store.refusals, "__defaults__", (1,))  # it returns the last ones only
    with open_environment(None, no_waiting()) as environment:
        run = run_cases([shipped_cases()], environment, wanted=wanted)
    found = {each.case.id: each.service_checks for each in run.results}
    assert found == {name: result_of(kit.run, name).service_checks for name in wanted}
    assert all(any(c.severity != "passed" for c in found[name]) for name in wanted[:2])


class KeepingService(RawService):
    """Keeps every byte it reads."""

    kept = b""

    def _request(self, connection: Any) -> Any:
        service = self

        class Tap:
            def recv(self, size: int) -> bytes:
                part = connection.recv(size)
                service.kept += part
                return part

        tap: Any = Tap()
        return super()._request(tap)


def test_what_was_recorded_is_what_was_on_the_wire_byte_for_byte(other_sandbox):
    """A bare TLS service keeps the very bytes; the kit writes down the same."""
    settings = other_sandbox.settings()

    def refuse(connection):
        page = answer("400 Bad Request", b"<p>no", "Content-Type: text/html", "X-A: b")
        connection.sendall(page)

    service = KeepingService(refuse, folder=other_sandbox.folder)
    with service:
        settings = settings.model_copy(update={"base_url": service.url})
        with open_environment(settings, no_waiting()) as environment:
            run = run_cases([shipped_cases()], environment, wanted=["text-characters"])
        (exchange,) = run.results[0].execution.exchanges
    lines = [exchange.request_line, *(f"{n}: {v}" for n, v in exchange.headers), "", ""]
    assert service.kept == "\r\n".join(lines).encode() + exchange.body
    assert exchange.answer_body == b"<p>no"
    assert exchange.status_line == "HTTP/1.1 400 Bad Request"
    assert ("X-A", "b") in exchange.answer_headers
    assert run.results[0].state == "failed"


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (
            b'{"resourceType":"OperationOutcome",'
            b'"Salaisuusnimi":{"a":"\\ud800 Salaisuusnimi"},"n":77}',
            "passed",
        ),
        # Without an OperationOutcome no service has refused the message: the case is not passed.
        (b'{"a":' * 600 + b'"Salaisuusnimi"' + b"}" * 600, "failed"),
        (b"[" * 100_000, "failed"),
        (b"Salaisuusnimi \xff", "failed"),
    ],
    ids=["half a character", "deep", "too deep", "no text"],
)
def test_whatever_a_service_answers_can_be_written_down_and_redacted(
    other_sandbox, tmp_path, body, state
):
    def refuse(connection):
        connection.sendall(answer("422 Unprocessable Content", body, "Virtanen: Salaisuusnimi"))

    with RawService(refuse, folder=other_sandbox.folder) as service:
        settings = other_sandbox.settings().model_copy(update={"base_url": service.url})
        with open_environment(settings, no_waiting()) as environment:
            run = run_cases([shipped_cases()], environment, wanted=["altered-content"])
    write_evidence(run, open_folder(tmp_path / "whole"))
    write_evidence(run, open_folder(tmp_path / "redacted"), redact=True)
    (written,) = (tmp_path / "whole/cases/altered-content").glob("response-1.[!h]*")
    assert written.read_bytes() == body
    assert "Salaisuusnimi" not in "".join(texts(tmp_path / "redacted").values())
    assert run.results[0].state == state


def test_half_an_answer_is_kept_as_far_as_it_came(kit):
    first, second = result_of(kit.run, "half-answer").execution.exchanges
    assert 0 < len(first.answer_body) < len(second.answer_body)
    assert (first.fault, first.outcome) == ("RemoteProtocolError", "OutcomeUnknown")
    assert first.body == second.body


def test_each_case_has_a_folder_with_what_it_rests_on_and_every_byte(kit):
    for result in kit.run.results:
        folder = kit.whole / "cases" / result.case.id
        told = json.loads((folder / "case.json").read_text("utf-8"))
        assert told["purpose"] == {"en": result.case.purpose.en, "fi": result.case.purpose.fi}
        assert told["citation"] == result.case.citation
        for number, exchange in enumerate(result.execution.exchanges, 1):
            assert (folder / f"request-{number}.json").read_bytes() == exchange.body
            head = (folder / f"request-{number}.http").read_text("utf-8")
            assert head.startswith("POST /fhir/ HTTP/1.1\n")
            assert exchange.header("X-Request-Id") in head
            assert (folder / f"response-{number}.http").exists()
            claims = json.loads((folder / f"request-{number}-token.json").read_text("utf-8"))
            assert claims["claims"]["jti"]


def test_the_index_says_with_what_the_run_was_made(kit):
    index = kit.index()
    assert index["form"] == "sha-disclosure joint-test evidence 1"
    assert index["edition"]["name"] == "kanta-1.0.0"
    assert index["edition"]["unconfirmed"] == len(kit.run.edition.unconfirmed())
    assert set(index["certificates_sha256"]) == {"tls", "signing", "token"}
    stored = next(c for c in index["cases"] if c["id"] == "reset-after")
    assert stored["attempts"] == 2
    assert stored["exchanges"][1]["tls"].startswith("TLSv1.")
    assert len(stored["exchanges"][1]["server_certificate_sha256"]) == 64
    assert stored["receipts"][0]["possibly_duplicated"] is True
    assert stored["messages"][0]["signing_certificate_sha256"]


def test_the_index_names_every_file_with_its_digest(kit):
    files = kit.index()["files"]
    there = {str(p.relative_to(kit.whole)) for p in kit.whole.rglob("*") if p.is_file()}
    assert there == {*files, "report.json"}
    for name, digest in files.items():
        assert hashlib.sha256((kit.whole / name).read_bytes()).hexdigest() == digest


def test_only_the_owner_may_read_the_evidence(kit):
    for path in (kit.whole, *kit.whole.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_no_token_and_no_key_is_in_the_evidence(kit):
    written = "\n".join([*texts(kit.whole).values(), *texts(kit.redacted).values()])
    tokens = [
        e.header("Authorization").removeprefix("Bearer ")
        for r in kit.run.results
        for e in r.execution.exchanges
    ]
    assert len(tokens) > len(kit.run.results) * 2 // 3
    for token in tokens:
        assert token.rpartition(".")[2] not in written
        assert token.split(".")[1] not in written
    assert "PRIVATE KEY" not in written


def test_whole_evidence_shows_what_the_test_persons_notice_said(kit):
    """Without this the next test could pass for nothing."""
    written = texts(kit.whole)
    for secret in SECRETS:
        assert secret in written["cases/own-secrets/request-1.json"]
        assert secret in written["report.html"]
    assert SECRETS[0] in written["cases/own-refused-secrets/notice-1.json"]
    assert SECRETS[0] in written["cases/own-secrets/request-1-token.json"]


def test_nothing_of_a_person_is_left_in_redacted_evidence(kit):
    written = texts(kit.redacted)
    for name, text in written.items():
        for secret in SECRETS:
            assert secret not in text, name
    for result in kit.run.results:
        given = {text for notice in result.execution.notices for text in _personal(notice)}
        for name, text in written.items():
            if name.startswith(f"cases/{result.case.id}/") and not name.endswith("case.json"):
                found = [each for each in given if f'"{each}"' in text]
                assert not found, name


def _personal(notice) -> Iterator[str]:
    for part in ("client", "discloser", "recipient", "purpose", "ground", "disclosed_data"):
        yield from _leaves(notice.get(part), part)


def _leaves(value, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, name)
    elif isinstance(value, str) and name not in {
        "kind", "roles", "relation", "cause", "purpose_word", "given_by", "given_at", "system",
    } and value not in {"assess_need", "1"}:  # fmt: skip  # a purpose; a method's code
        yield value


def test_redacted_evidence_keeps_what_tells_how_the_message_was_built(kit):
    body = json.loads(texts(kit.redacted)["cases/own-secrets/request-1.json"])
    event = body["entry"][0]["resource"]
    assert event["resourceType"] == "AuditEvent"
    assert event["id"] == result_of(kit.run, "own-secrets").execution.prepared[0].notice_ids[0]
    names = {c["name"][0]["family"] for c in event["contained"] if isinstance(c.get("name"), list)}
    assert names == {"<family>"}
    assert body["signature"]["data"] == "<data>"
    claims = json.loads(texts(kit.redacted)["cases/own-secrets/request-1-token.json"])["claims"]
    assert claims["user"] == {"id": "***", "name": "***"}
    assert claims["system"]["id"] == "1.2.246.10.12345678.20.1"


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="not empty"):
        open_folder(tmp_path, overwrite=True)
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_an_index_cannot_have_files_outside_its_folder_removed(tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    folder = tmp_path / "evidence"
    folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a").write_text("mine")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    files = dict.fromkeys(["../outside.txt", str(outside), "link/a"], "")
    index = {"form": "sha-disclosure joint-test evidence 1", "files": files}
    (folder / "report.json").write_text(json.dumps(index))
    with pytest.raises(ConfigurationError, match="other files"):
        open_folder(folder, overwrite=True)
    assert outside.exists()
    assert (tmp_path / "elsewhere" / "a").exists()
