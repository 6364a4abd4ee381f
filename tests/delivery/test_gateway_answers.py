"""Answers of services and gateways as they come over the line: what each means."""

import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from proofs import proof, sample
from raw_service import HTML, OUTCOME, RawService, answer

from sha_disclosure import (
    Misdirected,
    Rejected,
    SubmissionError,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.settings import Retry

FHIR = "Content-Type: application/fhir+json;charset=UTF-8"
WEB = "Content-Type: text/html"


def http_date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.fixture
def told(shell, sandbox, notice, slept):
    """Return a function: the error of a submission to a service that always answers so."""

    def tell(reply: bytes, **retry) -> SubmissionError:
        with RawService(lambda c: c.sendall(reply), folder=sandbox.folder) as service:
            settings = sandbox.settings().model_copy(
                update={"base_url": service.url, "retry": Retry(**{"attempts": 3, **retry})}
            )
            kanta = shell.connect(settings)
            prepared = kanta.prepare(notice)
            with pytest.raises(SubmissionError) as caught:
                kanta.submit(prepared)
            assert len(service.requests) == caught.value.attempts
        return caught.value

    return tell


def test_a_400_without_a_body_is_the_services_refusal(told):
    error = told(answer("400 No"))
    assert (type(error), error.attempts, error.outcome) == (Rejected, 1, None)


def test_a_refusal_with_an_outcome_carries_it(told):
    error = told(answer("400 Bad Request", OUTCOME, FHIR))
    assert (type(error), error.attempts) == (Rejected, 1)
    assert error.outcome.issues[0].code == "invalid"


def test_a_gateway_that_dislikes_the_client_certificate_is_hinted_at(told):
    error = told(answer("400 Bad Request", HTML, WEB, "Connection: close"))
    assert (type(error), error.attempts, error.outcome) == (Misdirected, 1, None)
    assert "refuses the client certificate" in str(error)


TEXT, JSON = "Content-Type: text/plain; charset=utf-8", "Content-Type: application/json"
HAPI = b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"processing"}]}'


@pytest.mark.parametrize(
    "reply",
    sample(
        [
            pytest.param(answer("404 Not Found", b"404 page not found\n", TEXT), id="Traefik"),
            pytest.param(answer("404 Not Found", b"default backend - 404", TEXT), id="Kubernetes"),
            pytest.param(answer("404 Not Found", HAPI, FHIR), id="HAPI, wrong path"),
            pytest.param(answer("405 Method Not Allowed", HAPI, FHIR), id="HAPI, wrong method"),
            pytest.param(answer("404 Not Found"), id="404, empty"),
            pytest.param(answer("405 Method Not Allowed", b"", "Allow: GET"), id="405, empty"),
            pytest.param(answer("406 Not Acceptable", OUTCOME, FHIR), id="406"),
            pytest.param(answer("415 Unsupported Media Type", OUTCOME, FHIR), id="415"),
            pytest.param(answer("403 Forbidden", b"RBAC: access denied", TEXT), id="Envoy"),
            pytest.param(
                answer("403 Forbidden", b'{"message":"Forbidden"}', JSON), id="API gateway"
            ),
            pytest.param(
                answer("403 Forbidden", b'{"message":"no Route matched"}', JSON), id="Kong"
            ),
            pytest.param(answer("403 Forbidden"), id="load balancer"),
            pytest.param(answer("403 Forbidden", b"<!DOCTYPE html><html>No"), id="HTML, no type"),
            pytest.param(answer("400 Bad Request", HTML, "Content-Type: TEXT/HTML"), id="capitals"),
            pytest.param(answer("400 Bad Request", b"Client sent an HTTP request", TEXT), id="Go"),
            pytest.param(answer("421 Misdirected Request"), id="421"),
            pytest.param(answer("431 Request Header Fields Too Large"), id="431"),
            pytest.param(answer("413 Payload Too Large", HTML, WEB), id="413"),
            pytest.param(answer("407 Proxy Authentication Required"), id="407"),
            pytest.param(answer("495 SSL Certificate Error", HTML, WEB), id="nginx"),
            pytest.param(answer("422 Unprocessable", b'{"resourceType":"Bundle"}', FHIR), id="422"),
        ],
        every=4,
    ),
)
def test_what_answers_in_the_services_place_never_refuses_a_notice(told, reply):
    error = told(reply)
    assert (type(error), error.attempts) == (Misdirected, 1)
    assert "submit the same notice again" in str(error)
    assert "prepare a new" not in str(error)


REJECTED = (
    b"<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. "
    b"Please consult with your administrator.<br><br>Your support ID is: %s<br><br></body></html>"
)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("200 OK", UnexpectedAnswer),
        ("302 Found", UnexpectedAnswer),
        ("400 Bad Request", Misdirected),
        ("401 Unauthorized", Unauthorized),
        ("403 Forbidden", Misdirected),
        ("503 Service Unavailable", Unavailable),
    ],
)
@pytest.mark.parametrize(
    "headers",
    [(WEB,), *(proof(pytest.param(h)) for h in (("Content-Type: text/html; charset=utf-8",), ()))],
)
def test_a_firewall_s_support_id_is_kept(told, status, kind, headers):
    error = told(answer(status, REJECTED % b"12345678901234567890", *headers), attempts=1)
    assert type(error) is kind
    assert error.support_id == "12345678901234567890"
    assert error.to_dict()["support_id"] == "12345678901234567890"
    assert "12345678901234567890" in str(error)
    assert "tukitunnus 12345678901234567890" in error.text("fi")


@pytest.mark.parametrize(
    ("page", "number"),
    [
        (b"<html>Your support ID is: <b>98765</b>", "98765"),
        (b"<!DOCTYPE html>\n<p>your SUPPORT id is:\r\n 98765</p>", "98765"),
        (b"<html>Support ID: 98765.", "98765"),
        (b"<html>Support ID:&nbsp;98765<", "98765"),
        (b"<html>Your support ID is: abc", None),
        (b"<html>Please call support 98765", None),
        (b"<html>" + b"support id" * 6000, None),
    ],
)
def test_only_a_support_id_is_taken_for_one(told, page, number):
    assert told(answer("403 Forbidden", page, WEB)).support_id == number


@pytest.mark.parametrize("body", [b"Your support ID is: 98765", b'{"support id":"98765"}'])
def test_only_a_web_page_has_a_support_id(told, body):
    assert told(answer("403 Forbidden", body, "Content-Type: text/plain")).support_id is None


@pytest.mark.parametrize("status", [401, 429, 503])
def test_an_outcome_is_kept_whatever_the_status(told, status):
    error = told(answer(f"{status} No", OUTCOME, FHIR), attempts=1)
    assert error.outcome.issues[0].code == "invalid"
    assert error.to_dict()["outcome"]["issues"][0]["code"] == "invalid"


def test_an_encoded_answer_is_not_unpacked(told):
    bomb = zlib.compressobj(wbits=31)
    packed = bomb.compress(b" " * 60_000_000) + bomb.flush()
    reply = answer("200 OK", packed, FHIR, "Content-Encoding: gzip")
    tracemalloc.start()
    error = told(reply)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert type(error) is UnexpectedAnswer
    assert "compressed" in str(error)
    assert peak < 50_000_000


def test_a_refused_token_without_a_body_is_made_anew_once(told):
    error = told(answer("401 Unauthorized"))
    assert (type(error), error.attempts) == (Unauthorized, 2)


@pytest.mark.parametrize("status", [501, 599])
@pytest.mark.parametrize("body", [b"", OUTCOME, HTML])
def test_any_other_fault_of_a_server_is_tried_again(told, status, body):
    error = told(answer(f"{status} Oh", body, FHIR if body == OUTCOME else WEB))
    assert (type(error), error.attempts) == (Unavailable, 3)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("named", "least", "most"),
    [
        pytest.param("7", 7, 7, id="seconds"),
        pytest.param("0", 0, 1, id="no seconds"),
        pytest.param(lambda: http_date(7), 5, 7, id="a date"),
        pytest.param(lambda: http_date(-3600), 0, 1, id="a date in the past"),
        pytest.param("-5", 0, 1, id="a negative number"),
        pytest.param("1.5", 0, 1, id="a fraction"),
        pytest.param("soon", 0, 1, id="a word"),
        pytest.param("Fri, 99 Foo 2026 99:99:99 GMT", 0, 1, id="no date of any calendar"),
        pytest.param("", 0, 1, id="nothing"),
    ],
)
def test_a_retry_after_is_waited_for_or_passed_over(told, slept, status, named, least, most):
    named = named() if callable(named) else named
    error = told(answer(f"{status} Busy", b"", f"Retry-After: {named}"), attempts=2)
    assert (type(error), error.attempts) == (Unavailable, 2)
    assert least - 0.5 <= slept[0] <= most


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("named", "ahead_s"),
    [
        pytest.param("3600", 3600, id="an hour"),
        pytest.param("99999999999999999999", 10**8, id="more seconds than a date holds"),
        pytest.param(lambda: http_date(86400), 86400, id="tomorrow"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", None, id="the end of time"),
    ],
)
def test_a_far_retry_after_is_given_back_at_once(told, slept, status, named, ahead_s):
    named = named() if callable(named) else named
    error = told(answer(f"{status} Busy", b"", f"Retry-After: {named}"))
    assert (type(error), error.attempts, slept) == (Unavailable, 1, [])
    ahead = (error.retry_at - datetime.now(UTC)).total_seconds()
    assert ahead > 10**8 if ahead_s is None else abs(ahead - ahead_s) < 5


def test_a_date_to_come_back_at_is_read_by_the_services_own_clock(told, slept):
    """The service's clock is an hour ahead; it asks for nine seconds, not for an hour."""
    headers = (f"Date: {http_date(3600)}", f"Retry-After: {http_date(3609)}")
    told(answer("503 Busy", b"", *headers), attempts=2)
    assert 8 <= slept[0] <= 10


@pytest.mark.parametrize(
    ("reply", "hint"),
    [
        pytest.param(answer("302 Found", b"", "Location: /x"), "redirect", id="redirect"),
        pytest.param(answer("304 Not Modified"), "redirect", id="not modified"),
        pytest.param(answer("200 OK", HTML, WEB), "HTML page", id="web page"),
        pytest.param(answer("200 OK", OUTCOME, FHIR), "not a transaction-response", id="outcome"),
        pytest.param(answer("200 OK"), "not a transaction-response", id="empty"),
        pytest.param(answer("204 No Content"), "not a transaction-response", id="no content"),
        pytest.param(answer("200 OK", b"[" * 9999), "not a transaction-response", id="deep JSON"),
        pytest.param(answer("200 OK", b"\xff\xfe"), "not a transaction-response", id="bytes"),
    ],
)
def test_an_answer_that_proves_nothing_ends_the_submission(told, reply, hint):
    error = told(reply)
    assert (type(error), error.attempts) == (UnexpectedAnswer, 1)
    assert hint in str(error)
