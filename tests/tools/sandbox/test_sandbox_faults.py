"""Every fault a test can ask for, as a client sees it."""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest
import wire_messages as m
from pydantic import ValidationError


def test_a_status_comes_as_often_as_asked(caller, shared):
    shared.inject("status", times=2, status=503)
    assert [caller.post().status_code for _ in range(3)] == [503, 503, 200]


def test_faults_come_in_their_order(caller, shared):
    shared.inject("status", status=503)
    shared.inject("status", status=500, body="empty")
    answers = [caller.post(), caller.post()]
    assert [a.status_code for a in answers] == [503, 500]
    assert answers[0].json()["resourceType"] == "OperationOutcome"
    assert answers[1].content == b""


def test_nothing_is_stored_when_a_status_stands_instead(caller, shared):
    before = len(shared.received())
    shared.inject("status", status=500)
    caller.post()
    assert len(shared.received()) == before


@pytest.mark.parametrize("form", ["seconds", "date", "nonsense"])
def test_retry_after_comes_in_each_form(caller, shared, form):
    shared.inject("status", status=429, retry_after=7, retry_after_form=form)
    value = caller.post().headers["Retry-After"]
    if form == "seconds":
        assert value == "7"
    elif form == "date":
        assert 0 < (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds() <= 7
    else:
        assert not value[0].isdigit()


def test_an_answer_can_be_delayed(caller, shared):
    shared.inject("delay", seconds=0.3)
    start = time.perf_counter()
    assert caller.post().status_code == 200
    assert time.perf_counter() - start >= 0.3


def test_a_reset_before_processing_stores_nothing(caller, shared):
    before = len(shared.received())
    shared.inject("reset_before")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        caller.post()
    assert len(shared.received()) == before


def test_a_reset_after_processing_has_stored_the_notice(caller, shared):
    content = m.bundle()
    before = len(shared.received())
    shared.inject("reset_after")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        caller.post(content)
    assert len(shared.received()) == before + 1
    assert caller.post(content).status_code == 200
    assert shared.received()[-1].deliveries == 2


def test_half_an_answer_is_seen_as_such(caller, shared):
    before = len(shared.received())
    shared.inject("half_body")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        caller.post()
    assert len(shared.received()) == before + 1


@pytest.mark.parametrize("status", [200, 400])
def test_a_gateway_may_answer_in_html(caller, shared, status):
    shared.inject("html", status=status)
    answer = caller.post()
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")


def test_a_redirect_names_another_address(caller, shared):
    shared.inject("redirect", status=302, location="https://example.fi/")
    answer = caller.post()
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://example.fi/")


def test_an_answer_can_drip(caller, shared):
    shared.inject("slow_drip", seconds=0.05)
    start = time.perf_counter()
    answer = caller.post()
    assert answer.json()["type"] == "transaction-response"
    assert time.perf_counter() - start >= 0.3


def test_a_client_that_leaves_a_dripping_answer_does_no_harm(caller, shared):
    shared.inject("slow_drip", seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        caller.http.post(
            shared.base_url + "/",
            json=m.sign(m.bundle(), shared.pki.signing),
            headers=m.headers(m.token(caller.claims(), shared.pki.signing)),
            timeout=0.1,
        )
    assert caller.post().status_code == 200


def test_the_date_can_be_wrong(caller, shared):
    shared.inject("wrong_date", seconds=-3600)
    answer = caller.post()
    off = parsedate_to_datetime(answer.headers["Date"]) - datetime.now(UTC)
    assert answer.status_code == 200
    assert -3610 < off.total_seconds() < -3590


def test_an_entry_of_the_answer_can_be_missing(caller, shared):
    shared.inject("few_entries")
    assert len(caller.post().json()["entry"]) == 1


def test_an_entry_of_the_answer_can_have_failed(caller, shared):
    shared.inject("failed_entry")
    statuses = [entry["response"]["status"] for entry in caller.post().json()["entry"]]
    assert statuses == ["201 Created", "422 Unprocessable Entity"]


def test_an_outcome_may_come_with_200(caller, shared):
    shared.inject("outcome_with_200")
    answer = caller.post()
    assert (answer.status_code, answer.json()["resourceType"]) == (200, "OperationOutcome")


def test_faults_that_wait_can_be_forgotten(caller, shared):
    shared.inject("status", times=9)
    shared.clear_faults()
    assert caller.post().status_code == 200


def test_an_unknown_fault_is_refused(shared):
    with pytest.raises(ValidationError):
        shared.inject("explode")


def test_faults_can_be_asked_for_over_http(caller, shared):
    address = shared.admin_url + "/admin/faults"
    with httpx.Client(trust_env=False, timeout=60) as http:
        asked = http.post(address, json={"fault": "status", "times": 2, "status": 502})
        assert asked.status_code == 201
        assert caller.post().status_code == 502
        assert [f["times"] for f in http.get(address).json()] == [1]
        assert http.delete(address).status_code == 204
        assert caller.post().status_code == 200
        assert http.post(address, json={"fault": "explode"}).status_code == 400
        assert http.post(address, content=b"{").status_code == 415
