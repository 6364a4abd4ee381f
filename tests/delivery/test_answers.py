"""What an answer means, whether to try again, and what may be shown of it."""

from __future__ import annotations

import itertools
import json
import pickle
import ssl
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from notices import NOW, artificial_codes, json_values
from proofs import sample

from sha_disclosure.delivery.answer import Answer
from sha_disclosure.delivery.faults import failure_of
from sha_disclosure.delivery.outcome import (
    Failure,
    Stored,
    judge,
    not_sent,
    retry_after,
    unknown,
)
from sha_disclosure.delivery.receipt import Receipt, StoredNotice
from sha_disclosure.delivery.retry import Progress, decide
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import (
    Misdirected,
    NotSent,
    OutcomeUnknown,
    Rejected,
    SubmissionError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.messages import message
from sha_disclosure.operation_outcome import OperationOutcome
from sha_disclosure.settings import Retry

EDITION = load_edition()  # hypothesis would print the fixture in full


OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [
        {
            "severity": "error",
            "code": "invalid",
            "details": {"coding": [{"system": "urn:x", "code": "4Y00007"}], "text": "Zzmarker a"},
            "diagnostics": "Zzmarker b",
            "expression": ["Bundle.entry[0].Zzmarker"],
        }
    ],
}


def stored(*statuses: object, **more: object) -> dict[str, Any]:
    entries = [
        {"response": {"status": status, "location": f"X/{i}"}} for i, status in enumerate(statuses)
    ]
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries, **more}


def answer(status: int, body: object = b"", **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {n.replace("_", "-"): v for n, v in headers.items()}, data)


def verdict(
    given_: Answer, edition: Edition, ids: tuple[str, ...] = ("1.2.3",)
) -> Stored | Failure:
    return judge(given_, notice_ids=ids, now=NOW, wire=edition.wire)


# --- 2xx ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["201", "201 Created", "200 OK", "204"])
@pytest.mark.parametrize("code", [200, 201, 202])
def test_a_transaction_response_with_every_entry_stored_is_a_receipt(
    status: str, code: int, edition: Edition
) -> None:
    made = verdict(answer(code, stored(status, status), x_request_id="r-9"), edition)
    assert made == Stored((StoredNotice("1.2.3", status, "X/0", "X/1"),), "r-9")


def test_each_notice_of_a_message_gets_its_own_pair_of_entries(edition: Edition) -> None:
    made = verdict(answer(200, stored("201", "201", "200", "201")), edition, ("1.2.3", "1.2.4"))
    assert isinstance(made, Stored)
    assert made.response_id is None
    assert [(n.notice_id, n.status, n.location, n.provenance_location) for n in made.notices] == [
        ("1.2.3", "201", "X/0", "X/1"),
        ("1.2.4", "200", "X/2", "X/3"),
    ]


def test_a_receipt_needs_no_location(edition: Edition) -> None:
    body = stored("201", "201")
    del body["entry"][0]["response"]["location"]
    body["entry"][1]["response"]["location"] = 5
    made = verdict(answer(200, body), edition)
    assert made == Stored((StoredNotice("1.2.3", "201", None, None),), None)


HTML = b"<html><body>Zzmarker</body></html>"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        HTML,
        json.dumps(stored("201", "201")).encode()[:-5],
        OUTCOME,
        stored(),
        stored("201"),
        stored("201", "201", "201"),
        stored("201", "400 Bad Request"),
        stored("500", "201"),
        stored("201", None),
        stored("201", ""),
        stored("201", "201", type="batch-response"),
        stored("201", "201", resourceType="Parameters"),
        stored("201", "201", entry="x"),
        stored("201", "201", entry=[None, 5]),
        stored("201", "201", entry=None),
        stored("201", "201") | {"entry": [{"response": "201"}, {"response": []}]},
        [],
        5,
        None,
        b"\xff\xfe",
        b"[" * 100_000,
        b"1" * 5000,
    ],
)
def test_a_2xx_that_does_not_prove_storing_is_unexpected(body: object, edition: Edition) -> None:
    made = verdict(answer(200, body), edition)
    assert isinstance(made, Failure)
    assert made.kind is UnexpectedAnswer
    assert made.status == 200
    assert "Zzmarker" not in str(made.reason)


def test_an_entry_without_a_response_counts_as_an_entry(edition: Edition) -> None:
    body = stored("201", "201")
    body["entry"].insert(1, {"resource": {}})
    made = verdict(answer(200, body), edition)
    assert isinstance(made, Failure)
    assert made.kind is UnexpectedAnswer


@pytest.mark.parametrize("status", ["2", "20", "2000", "2nd", "299x"])
def test_an_entry_status_that_is_no_http_status_does_not_prove_storing(
    status: str, edition: Edition
) -> None:
    made = verdict(answer(200, stored("201", status)), edition)
    assert isinstance(made, Failure)
    assert made.kind is UnexpectedAnswer


# --- other statuses ----------------------------------------------------------------------------

TABLE = [
    (100, UnexpectedAnswer), (301, UnexpectedAnswer), (302, UnexpectedAnswer),
    (307, UnexpectedAnswer), (308, UnexpectedAnswer), (304, UnexpectedAnswer),
    (401, Unauthorized), (404, Misdirected), (405, Misdirected), (406, Misdirected),
    (415, Misdirected), (408, Unavailable), (425, Unavailable), (429, Unavailable),
    (500, Unavailable), (501, Unavailable), (502, Unavailable), (503, Unavailable),
    (504, Unavailable),
    (511, Unavailable),
]  # fmt: skip


BODIES = [b"", HTML, OUTCOME, b"{", stored("201", "201")]


@pytest.mark.parametrize(("row", "body"), sample(itertools.product(TABLE, BODIES), every=3))
def test_any_other_status_is_judged_by_the_status_whatever_the_body(
    row: tuple[int, type[SubmissionError]], body: object, edition: Edition
) -> None:
    status, kind = row
    made = verdict(answer(status, body), edition)
    assert isinstance(made, Failure)
    assert (made.kind, made.status) == (kind, status)
    assert f"HTTP {status}" in str(made.reason) or status == 401
    assert "Zzmarker" not in f"{made.reason}{made!r}"
    assert (made.outcome is not None) is (body is OUTCOME)
    assert made.retry_at is None


@pytest.mark.parametrize("status", [400, 402, 403, 409, 410, 412, 413, 422, 431, 451, 499])
@pytest.mark.parametrize("body", [b"", HTML, OUTCOME, b"{", b"RBAC: access denied", {"m": "No"}])
def test_a_refusal_without_an_outcome_is_not_the_services_word_on_the_notice(
    status: int, body: object, edition: Edition
) -> None:
    made = verdict(answer(status, body), edition)
    assert isinstance(made, Failure)
    empty_400 = status == 400 and body == b""
    assert made.kind is (Rejected if body is OUTCOME or empty_400 else Misdirected)
    assert (made.outcome is not None) is (body is OUTCOME)
    assert "Zzmarker" not in f"{made.reason}{made!r}"


@pytest.mark.parametrize("status", [404, 405, 406, 415])
def test_a_wrong_address_is_misdirected_even_with_an_outcome(status: int, edition: Edition) -> None:
    hapi = {**OUTCOME, "issue": [{"severity": "error", "code": "processing"}]}
    made = verdict(answer(status, hapi), edition)
    assert isinstance(made, Failure)
    assert made.kind is Misdirected
    assert made.outcome is not None


def with_answer(edition: Edition, **values: str) -> Edition:
    answers = edition.wire.answer.model_copy(update=values)
    return replace(edition, wire=edition.wire.model_copy(update={"answer": answers}))


def test_the_edition_says_what_a_400_without_a_body_means(edition: Edition) -> None:
    other = with_answer(edition, empty_400="Misdirected")
    for made, kind in ((edition, Rejected), (other, Misdirected)):
        found = verdict(answer(400), made)
        assert isinstance(found, Failure)
        assert found.kind is kind


@pytest.mark.parametrize("status", [200, 201, 204])
def test_the_edition_says_whether_a_2xx_without_a_body_counts(
    status: int, edition: Edition
) -> None:
    other = with_answer(edition, empty_success="Stored")
    assert isinstance(verdict(answer(status), edition), Failure)
    made = verdict(answer(status, x_request_id="r-9"), other, ("1.2.3", "1.2.4"))
    assert isinstance(made, Stored)
    assert made.response_id == "r-9"
    assert [(n.notice_id, n.status, n.location) for n in made.notices] == [
        ("1.2.3", str(status), None),
        ("1.2.4", str(status), None),
    ]
    assert isinstance(verdict(answer(status, b" "), other), Failure)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "identity, gzip", "zstd"])
def test_an_encoded_answer_proves_nothing_and_is_no_empty_one(
    encoding: str, edition: Edition
) -> None:
    lenient = with_answer(edition, empty_success="Stored")
    for status, kind in ((200, UnexpectedAnswer), (400, Misdirected), (503, Unavailable)):
        made = verdict(answer(status, b"", content_encoding=encoding), lenient)
        assert isinstance(made, Failure)
        assert made.kind is kind


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"<p>no", {"content_type": "TEXT/HTML; charset=UTF-8"}),
        (b"<p>no", {"content_type": "application/xhtml+xml"}),
        (b"<!DOCTYPE html><html>", {}),
        (b"\xef\xbb\xbf \n<!-- a --> <!-- b --><HTML>", {}),
    ],
)
def test_a_web_page_is_known_in_any_spelling(
    body: bytes, headers: dict[str, str], edition: Edition
) -> None:
    made = verdict(answer(403, body, **headers), edition)
    assert isinstance(made, Failure)
    assert "an HTML page" in str(made.reason)


@pytest.mark.parametrize("body", [b"<!--" * 1000, b"<!---->" * 500 + b"x", b"html", b""])
def test_what_is_no_web_page_is_not_called_one(body: bytes, edition: Edition) -> None:
    made = verdict(answer(403, body), edition)
    assert isinstance(made, Failure)
    assert "HTML" not in str(made.reason)


def test_the_gravest_issues_come_first(edition: Edition) -> None:
    severities = ("information", "warning", "error", "odd", "fatal")
    issues = [{"severity": each, "code": f"of-{each}"} for each in severities]
    made = verdict(answer(422, {"resourceType": "OperationOutcome", "issue": issues}), edition)
    assert isinstance(made, Failure)
    assert made.outcome is not None
    assert [i.severity for i in made.outcome.issues] == [
        "fatal",
        "error",
        "warning",
        "information",
        "odd",
    ]
    assert ": fatal of-fatal; error of-error; warning" in str(made.reason)


def test_a_refusal_shows_the_codes_of_its_outcome_and_keeps_its_words_hidden(
    edition: Edition,
) -> None:
    made = verdict(answer(400, OUTCOME), edition)
    assert isinstance(made, Failure)
    assert "error invalid 4Y00007" in str(made.reason)
    error = made.error(notice_ids=["1.2.3"], request_id="r-1", attempts=2)
    assert isinstance(error, Rejected)
    assert error.outcome is not None
    diagnostics = error.outcome.issues[0].diagnostics
    assert diagnostics is not None
    assert diagnostics.reveal() == "Zzmarker b; Zzmarker a"
    assert "Zzmarker" not in f"{error}{error!r}{error.outcome!r}{error.outcome}{error.to_dict()}"
    assert "attempts: 2" in str(error)
    assert "r-1" in str(error)


def test_a_web_page_is_told_to_come_from_a_gateway(edition: Edition) -> None:
    for status in (200, 403, 503):
        made = verdict(answer(status, HTML, content_type="text/html; charset=utf-8"), edition)
        assert isinstance(made, Failure)
        assert "gateway" in str(made.reason)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("Sun, 22 Nov 2026 10:01:00 GMT", 60), ("Sun, 22 Nov 2020 10:01:00 GMT", 0)],
)
def test_a_busy_service_is_asked_again_when_it_says(
    status: int, header: str, seconds: int, edition: Edition
) -> None:
    made = verdict(answer(status, b"", retry_after=header), edition)
    assert isinstance(made, Failure)
    assert made.retry_at == NOW + timedelta(seconds=seconds)
    error = made.error(notice_ids=["1.2.3"], request_id="r", attempts=1)
    assert error.retry_at == made.retry_at
    assert json.loads(json.dumps(error.to_dict()))["retry_at"] == made.retry_at.isoformat()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("+5", None),
        ("²", None),
        ("Wed, 99 Foo 2026", None),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
        ("0", NOW),
        (" 30 ", NOW + timedelta(seconds=30)),
        ("0000000000000005", NOW + timedelta(seconds=5)),
        ("9" * 10_000, NOW + timedelta(seconds=10**8)),
        ("Sun, 22 Nov 2026 12:01:00 +0200", NOW + timedelta(seconds=60)),
        ("Sunday, 22-Nov-26 10:01:00 GMT", NOW + timedelta(seconds=60)),
        ("Sun Nov 22 10:01:00 2026", NOW + timedelta(seconds=60)),
        ("Sun, 22 Nov 2026 09:59:59 GMT", NOW),
    ],
)
def test_retry_after_is_read_in_both_forms(text: str | None, moment: datetime | None) -> None:
    assert retry_after(text, NOW) == moment


@given(
    st.one_of(
        st.text(), st.from_regex(r"[A-Z][a-z]{2}, \d{1,4} [A-Z][a-z]{2} \d{1,6} [\d:]{1,9} \S{0,8}")
    )
)
def test_whatever_retry_after_says_it_is_read_or_passed_over(text: str) -> None:
    moment = retry_after(text, NOW)
    assert moment is None or moment >= NOW


@given(
    st.integers(100, 599),
    json_values,
    st.dictionaries(st.sampled_from(["retry-after", "content-type"]), st.text()),
)
def test_any_answer_is_judged_without_a_crash(
    status: int, body: object, headers: dict[str, str]
) -> None:
    made = judge(
        Answer(status, headers, json.dumps(body).encode()),
        notice_ids=["1"],
        now=NOW,
        wire=EDITION.wire,
    )
    assert isinstance(made, Failure)


@given(st.binary(max_size=40))
def test_any_bytes_are_judged_without_a_crash(body: bytes) -> None:
    assert isinstance(verdict(answer(200, body), EDITION), Failure)
    assert isinstance(verdict(answer(400, body), EDITION), Failure)


# --- the network -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [httpx.ConnectError("Zz"), httpx.ConnectTimeout("Zz"), httpx.PoolTimeout("Zz"),
     httpx.ProxyError("Zz"), httpx.UnsupportedProtocol("Zz")],
)  # fmt: skip
def test_a_fault_before_the_first_byte_means_that_nothing_was_sent(fault: httpx.HTTPError) -> None:
    made = failure_of(fault)
    assert made.kind is NotSent
    assert "Zz" not in str(made.reason)


@pytest.mark.parametrize(
    "fault",
    [httpx.ReadError("Zz"), httpx.ReadTimeout("Zz"), httpx.WriteError("Zz"),
     httpx.WriteTimeout("Zz"), httpx.RemoteProtocolError("Zz"), httpx.LocalProtocolError("Zz"),
     httpx.DecodingError("Zz"), httpx.CloseError("Zz")],
)  # fmt: skip
def test_a_fault_after_the_request_began_leaves_the_outcome_unknown(fault: httpx.HTTPError) -> None:
    made = failure_of(fault)
    assert made.kind is OutcomeUnknown
    assert "Zz" not in str(made.reason)


def test_a_tls_alert_in_the_first_answer_means_that_nothing_was_handed_on() -> None:
    cause = ssl.SSLError(1, "x")
    cause.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    fault = httpx.ReadError("Zz")
    fault.__cause__ = cause
    made = failure_of(fault)
    assert made.kind is NotSent
    assert "alert certificate required" in str(made.reason)


# --- retries -----------------------------------------------------------------------------------

POLICY = Retry(attempts=6, deadline_s=120, base_s=0.5, longest_s=20, retry_after_longest_s=60)
WHY = message("submission.unknown", what="x")
BUSY = Failure(Unavailable, WHY, 503)
fractions = st.floats(0, 1, exclude_max=True)


def waited(
    failure: Failure, attempts: int = 1, *, refused: int = 0, elapsed: float = 0
) -> float | None:
    progress = Progress(attempts, NOW - timedelta(seconds=elapsed), refused)
    return decide(POLICY, progress, failure, NOW, 0.5)


@pytest.mark.parametrize(
    "failure", [BUSY, not_sent("x"), unknown("x"), Failure(Unavailable, WHY, 429)]
)
def test_what_may_pass_is_tried_again_up_to_the_attempt_limit(failure: Failure) -> None:
    waits = [waited(failure, attempts) for attempts in range(1, 7)]
    assert waits == [0.25, 0.5, 1.0, 2.0, 4.0, None]


@pytest.mark.parametrize("kind", [Rejected, Misdirected, UnexpectedAnswer])
def test_what_will_not_pass_is_not_tried_again(kind: type[SubmissionError]) -> None:
    assert waited(Failure(kind, WHY, 400)) is None


def test_a_refused_token_is_renewed_once() -> None:
    refused = Failure(Unauthorized, WHY, 401)
    assert waited(refused, 1, refused=1) is not None
    assert waited(refused, 2, refused=2) is None


def test_a_service_that_fails_inside_is_tried_a_few_times_only() -> None:
    inside = Failure(Unavailable, WHY, 500)
    assert [waited(inside, n) is not None for n in (1, 2, 3, 4)] == [True, True, False, False]


def test_the_deadline_stops_before_a_wait_that_would_pass_it() -> None:
    assert waited(BUSY, 1, elapsed=119.75) == 0.25
    assert waited(BUSY, 1, elapsed=119.76) is None
    assert waited(BUSY, 1, elapsed=121) is None


def test_one_attempt_allowed_means_no_second() -> None:
    policy = Retry(attempts=1)
    assert decide(policy, Progress(1, NOW), BUSY, NOW, 0.0) is None


@given(st.integers(1, 5), fractions, st.floats(0.001, 100), st.floats(0.001, 100))
def test_the_wait_is_within_full_jitter(
    attempts: int, fraction: float, base: float, longest: float
) -> None:
    policy = Retry(attempts=6, deadline_s=1000, base_s=base, longest_s=longest)
    wait = decide(policy, Progress(attempts, NOW), BUSY, NOW, fraction)
    assert wait is not None
    assert 0 <= wait <= min(longest, base * 2 ** (attempts - 1))


@given(st.floats(0, 60), fractions, st.integers(1, 5))
def test_a_retry_after_within_the_cap_is_waited_for(
    asked: float, fraction: float, attempts: int
) -> None:
    retry_at = NOW + timedelta(seconds=asked)
    failure = Failure(Unavailable, WHY, 503, retry_at=retry_at)
    wait = decide(POLICY, Progress(attempts, NOW), failure, NOW, fraction)
    assert wait is not None
    assert wait >= (retry_at - NOW).total_seconds()


@pytest.mark.parametrize(("asked", "wait"), [(60, 60.0), (61, None), (10**8, None), (-5, 0.25)])
def test_a_retry_after_over_the_cap_stops(asked: int, wait: float | None) -> None:
    failure = Failure(Unavailable, WHY, 503, retry_at=NOW + timedelta(seconds=asked))
    assert waited(failure) == wait


def test_a_retry_after_past_the_deadline_stops() -> None:
    failure = Failure(Unavailable, WHY, 503, retry_at=NOW + timedelta(seconds=50))
    assert waited(failure, 1, elapsed=70) == 50
    assert waited(failure, 1, elapsed=71) is None


# --- OperationOutcome --------------------------------------------------------------------------


def read(*issues: object) -> OperationOutcome:
    made = OperationOutcome.read({"resourceType": "OperationOutcome", "issue": list(issues)})
    assert made is not None
    return made


@given(json_values)
def test_any_shape_of_outcome_is_read_without_a_crash(value: object) -> None:
    OperationOutcome.read(value)
    OperationOutcome.read({"resourceType": "OperationOutcome", "issue": value})
    for name in ("severity", "code", "details", "diagnostics", "expression", "location"):
        assert len(read({name: value}).issues) == 1
    for name in ("coding", "text"):
        assert len(read({"details": {name: value}}).issues) == 1
    assert len(read({"details": {"coding": [{"code": value}]}}).issues) == 1


@given(artificial_codes(), st.sampled_from(["{}", "-{}", "client:{}", "{}.", "hetu{}"]))
def test_an_identity_code_in_a_code_is_not_shown(code: str, form: str) -> None:
    text = form.format(code)
    made = read(
        {"severity": text, "code": text, "details": {"coding": [{"code": text}, {"code": "ok-1"}]}}
    )
    assert str(made.issues[0]) == "unknown unknown ok-1"
    assert code not in f"{made!r}{made}{made.to_dict()}"


@pytest.mark.parametrize("text", ["", "two words", "a" * 81, "a\nb", "ä", "<b>", 5, None, ["a"]])
def test_a_code_that_is_no_plain_word_is_not_shown(text: object) -> None:
    made = read({"severity": "error", "code": text, "details": {"coding": [{"code": text}]}})
    assert str(made.issues[0]) == "error unknown"


def test_places_and_words_of_an_issue_are_hidden_but_kept() -> None:
    issue = read(*OUTCOME["issue"]).issues[0]
    assert [p.reveal() for p in issue.expression] == ["Bundle.entry[0].Zzmarker"]
    assert "Zzmarker" not in f"{issue}{issue!r}{issue.diagnostics}{[issue]}"
    assert read(*OUTCOME["issue"]).to_dict() == {
        "issues": [{"severity": "error", "code": "invalid", "detail_code": "4Y00007"}]
    }
    located = read({"location": ["/f:Bundle"]}).issues[0]
    assert [p.reveal() for p in located.expression] == ["/f:Bundle"]


@pytest.mark.parametrize("value", [None, [], "x", {}, {"resourceType": "Bundle"}])
def test_what_is_no_outcome_is_none(value: object) -> None:
    assert OperationOutcome.read(value) is None


def test_an_outcome_survives_pickle_without_its_hidden_words() -> None:
    made = read(*OUTCOME["issue"])
    again = pickle.loads(pickle.dumps(made))
    assert again.to_dict() == made.to_dict()
    assert all(issue.diagnostics is None and not issue.expression for issue in again.issues)


# --- the receipt -------------------------------------------------------------------------------


def test_a_receipt_gives_one_record_for_each_notice() -> None:
    receipt = Receipt(
        notices=(
            StoredNotice("1.2.3", "201 Created", "AuditEvent/1", "Provenance/1"),
            StoredNotice("1.2.4", "200", None, None),
        ),
        request_id="r-1",
        response_id="a-1",
        attempts=2,
        received_at=NOW,
    )
    common = {"reference": None, "request_id": "r-1", "attempts": 2}
    assert receipt.to_dicts() == [
        {"notice_id": "1.2.3", "status": "201 Created", "location": "AuditEvent/1", **common},
        {"notice_id": "1.2.4", "status": "200", "location": None, **common},
    ]
    assert (receipt.notice_id, receipt.status, receipt.location) == (
        "1.2.3",
        "201 Created",
        "AuditEvent/1",
    )
    assert receipt.possibly_duplicated is False
    assert pickle.loads(pickle.dumps(receipt)) == receipt
