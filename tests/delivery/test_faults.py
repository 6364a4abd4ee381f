"""Each fault of network, gateway and service ends in the error that says what to do."""

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sha_disclosure import (
    Misdirected,
    NotSent,
    OutcomeUnknown,
    Rejected,
    Unauthorized,
    Unavailable,
    UnexpectedAnswer,
)
from sha_disclosure.credentials import load_credentials
from sha_disclosure.credentials.signing import CertifiedSigner
from sha_disclosure.jose.signer import KeySigner
from sha_disclosure.settings import Retry


def with_retry(sandbox, **policy):
    return sandbox.settings().model_copy(update={"retry": Retry(**policy)})


def test_a_lost_answer_is_retried_with_the_same_bytes_and_new_ids(kanta, sandbox, notice):
    sandbox.inject("reset_after")
    prepared = kanta.prepare(notice)
    receipt = kanta.submit(prepared)
    assert receipt.attempts == 2
    assert receipt.possibly_duplicated
    bodies = [r.body for r in sandbox.received() if r.notice_id == prepared.notice_ids[0]]
    assert set(bodies) == {prepared.body}


def test_a_reset_before_the_service_acts_is_an_unknown_outcome(shell, sandbox, notice):
    kanta = shell.connect(with_retry(sandbox, attempts=2))
    sandbox.inject("reset_before", times=2)
    with pytest.raises(OutcomeUnknown) as caught:
        kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 2


def test_half_an_answer_is_an_unknown_outcome(shell, sandbox, notice):
    kanta = shell.connect(with_retry(sandbox, attempts=1))
    sandbox.inject("half_body")
    with pytest.raises(OutcomeUnknown):
        kanta.submit(kanta.prepare(notice))


def test_a_read_timeout_is_an_unknown_outcome(shell, sandbox, notice):
    settings = with_retry(sandbox, attempts=1)
    timeouts = settings.timeouts.model_copy(update={"read_s": 0.2})
    kanta = shell.connect(settings.model_copy(update={"timeouts": timeouts}))
    sandbox.inject("delay", seconds=1.0)
    with pytest.raises(OutcomeUnknown, match="ReadTimeout"):
        kanta.submit(kanta.prepare(notice))


@pytest.mark.parametrize("status", [408, 425, 429, 502, 503, 504])
def test_a_service_that_is_busy_is_asked_again(kanta, sandbox, notice, slept, status):
    sandbox.inject("status", status=status, times=2)
    assert kanta.submit(kanta.prepare(notice)).attempts == 3
    assert len(slept) == 2
    assert all(0 <= wait <= 1.0 for wait in slept)


def test_an_error_inside_the_service_is_asked_again_only_a_few_times(kanta, sandbox, notice):
    sandbox.inject("status", status=500, times=10)
    with pytest.raises(Unavailable) as caught:
        kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_retry_after_within_the_cap_is_waited_for(kanta, sandbox, notice, slept, form):
    sandbox.inject("status", status=503, retry_after=7, retry_after_form=form)
    kanta.submit(kanta.prepare(notice))
    assert 5.5 <= slept[0] <= 7


def test_a_retry_after_beyond_the_cap_is_given_back(kanta, sandbox, notice, slept):
    sandbox.inject("status", status=503, retry_after=3600)
    with pytest.raises(Unavailable) as caught:
        kanta.submit(kanta.prepare(notice))
    assert slept == []
    assert caught.value.attempts == 1
    ahead = caught.value.retry_at - kanta.client._sources.clock()
    assert timedelta(minutes=58) < ahead <= timedelta(hours=1)


def test_a_retry_after_that_is_nonsense_is_passed_over(kanta, sandbox, notice):
    sandbox.inject("status", status=503, retry_after=9, retry_after_form="nonsense")
    assert kanta.submit(kanta.prepare(notice)).attempts == 2


def test_the_attempts_end_at_the_limit(shell, sandbox, notice):
    kanta = shell.connect(with_retry(sandbox, attempts=4))
    sandbox.inject("status", status=503, times=10)
    with pytest.raises(Unavailable) as caught:
        kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 4
    assert caught.value.notice_ids


def test_a_refused_token_is_made_anew_once(kanta, sandbox, notice):
    sandbox.inject("status", status=401, body="empty")
    assert kanta.submit(kanta.prepare(notice)).attempts == 2
    sandbox.inject("status", status=401, body="empty", times=5)
    with pytest.raises(Unauthorized) as caught:
        kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 2


@pytest.mark.parametrize("status", [400, 403, 409, 413, 422])
@pytest.mark.parametrize("body", ["outcome", "empty"])
def test_a_refusal_ends_the_submission_at_once(kanta, sandbox, notice, status, body):
    sandbox.inject("status", status=status, body=body)
    kind = Rejected if body == "outcome" or status == 400 else Misdirected
    with pytest.raises(kind) as caught:
        kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 1
    assert (caught.value.outcome is not None) == (body == "outcome")


def test_a_web_page_with_400_hints_at_the_gateway(kanta, sandbox, notice):
    sandbox.inject("html", status=400)
    with pytest.raises(Misdirected, match="HTML page"):
        kanta.submit(kanta.prepare(notice))


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("html", "not a transaction-response"),
        ("redirect", "redirect"),
        ("few_entries", "a different number of entries"),
        ("failed_entry", "not stored"),
        ("outcome_with_200", "not a transaction-response"),
    ],
)
def test_an_answer_that_proves_nothing_is_unexpected(kanta, sandbox, notice, fault, told):
    sandbox.inject(fault)
    with pytest.raises(UnexpectedAnswer, match=told) as caught:
        kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 1


def test_a_closed_port_is_not_sent(shell, sandbox, notice):
    settings = with_retry(sandbox, attempts=2)
    settings = settings.model_copy(update={"base_url": "https://127.0.0.1:9/fhir"})
    kanta = shell.connect(settings)
    with pytest.raises(NotSent) as caught:
        kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 2


def test_a_name_that_does_not_resolve_is_not_sent(shell, sandbox, notice):
    settings = with_retry(sandbox, attempts=1)
    kanta = shell.connect(settings.model_copy(update={"base_url": "https://kanta.invalid/fhir"}))
    with pytest.raises(NotSent):
        kanta.submit(kanta.prepare(notice))


def test_what_the_service_says_of_a_refusal_is_there_but_hidden(shell, sandbox, notice):
    kanta = shell.connect(sandbox.settings())
    prepared = kanta.prepare(notice)
    altered = replace(
        prepared, body=prepared.body.replace(b'"requestor":true', b'"requestor":false')
    )
    with pytest.raises(Rejected) as caught:
        kanta.submit(altered)
    issues = caught.value.outcome.issues
    assert len(issues) >= 2
    assert any("requestor" in i.diagnostics.reveal() for i in issues)
    assert "requestor" not in repr(issues)
    assert "requestor" not in str(caught.value)


def test_errors_cross_process_boundaries_and_carry_no_cause(kanta, sandbox, notice):
    sandbox.inject("status", status=422)
    with pytest.raises(Rejected) as caught:
        kanta.submit(kanta.prepare(notice))
    error = caught.value
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is Rejected
    assert again.to_dict() == error.to_dict()
    assert error.__context__ is None
    assert error.__cause__ is None


def test_a_signer_of_ones_own_signs_content_and_token(shell, sandbox, notice):
    settings = sandbox.settings()
    edition = shell.connect(settings).client.edition
    loaded = load_credentials(settings, edition, datetime.now(UTC)).content
    calls = []

    class Device:
        def sign(self, data: bytes) -> bytes:
            calls.append(len(data))
            return loaded.signer.sign(data)

    assert isinstance(loaded.signer, KeySigner)
    own = CertifiedSigner(Device(), loaded.algorithm, loaded.chain)
    kanta = shell.connect(settings, content_signer=own, token_signer=own)
    assert kanta.submit(kanta.prepare(notice)).attempts == 1
    assert len(calls) == 2
