"""The errors: one tree, picklable, turned into plain values, with what to do next."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import timedelta

import pytest
from notices import NOW

from sha_disclosure import errors
from sha_disclosure.findings import problem
from sha_disclosure.operation_outcome import Diagnostics, Issue, OperationOutcome

PROBLEMS = [problem("N05", "purpose"), problem("SHAPE.json", "", expected="line 1, column 2")]
SENDING = {"notice_ids": ["1.2.3", "1.2.4"], "request_id": "r-1", "attempts": 3}
OUTCOME = OperationOutcome((Issue("error", "invalid", "4Y00007", Diagnostics("Zzmarker")),))

MADE: list[errors.DisclosureError] = [
    errors.DisclosureError("x"),
    errors.ConfigurationError("x"),
    errors.InvalidNotice(PROBLEMS),
    errors.InvalidAccessReason(PROBLEMS),
    errors.SigningError("x"),
    errors.KeyUnavailable("x"),
    errors.CertificateExpired("x"),
    errors.SubmissionError("x", **SENDING),  # type: ignore[arg-type]
    errors.NotSent("x", **SENDING),  # type: ignore[arg-type]
    errors.OutcomeUnknown("x"),
    errors.Unavailable("x", retry_at=NOW + timedelta(seconds=5), **SENDING),  # type: ignore[arg-type]
    errors.Unauthorized("x", **SENDING),  # type: ignore[arg-type]
    errors.Rejected("x", outcome=OUTCOME, **SENDING),  # type: ignore[arg-type]
    errors.Misdirected("x", **SENDING),  # type: ignore[arg-type]
    errors.UnexpectedAnswer("x", **SENDING),  # type: ignore[arg-type]
    errors.OutboxError("x"),
    errors.OutboxFull("x"),
    errors.OutboxBusy("x"),
    errors.ReferenceTaken("x"),
    errors.OutboxDamaged("x"),
]


def tree(kind: type) -> set[type]:
    return {kind, *(each for below in kind.__subclasses__() for each in tree(below))}


def test_every_public_class_of_the_tree_is_tried_here() -> None:
    of_errors = {k for k in tree(errors.DisclosureError) if k.__module__ == errors.__name__}
    assert {type(each) for each in MADE} == {k for k in of_errors if not k.__name__.startswith("_")}


@pytest.mark.parametrize("error", MADE, ids=lambda e: type(e).__name__)
def test_an_error_survives_pickle_and_copy_with_all_it_says(error: errors.DisclosureError) -> None:
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert again.args == error.args
        assert again.to_dict() == error.to_dict()
        kept = {name: value for name, value in vars(error).items() if name != "outcome"}
        assert {name: vars(again)[name] for name in kept} == kept


def test_a_pickle_keeps_the_codes_of_an_outcome_and_none_of_its_words() -> None:
    error = errors.Rejected("x", outcome=OUTCOME)
    pickled = pickle.dumps(error)
    assert b"Zzmarker" not in pickled
    (issue,) = pickle.loads(pickled).outcome.issues
    assert (str(issue), issue.diagnostics, issue.expression) == ("error invalid 4Y00007", None, ())
    for copied in (copy.copy(error), copy.deepcopy(error)):
        assert copied.outcome == OUTCOME
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(OUTCOME.issues[0].diagnostics)


@pytest.mark.parametrize("error", MADE, ids=lambda e: type(e).__name__)
def test_an_error_turns_into_json_without_personal_data(error: errors.DisclosureError) -> None:
    plain = json.loads(json.dumps(error.to_dict()))
    assert plain["error"] == type(error).__name__
    assert plain["message"]
    assert "Zzmarker" not in json.dumps(plain) + repr(error) + str(error)


def test_an_invalid_notice_lists_its_problems() -> None:
    error = errors.InvalidNotice(PROBLEMS)
    assert error.problems == tuple(PROBLEMS)
    assert "2 problem(s)" in str(error)
    assert f"\n  N05 purpose: {PROBLEMS[0].message}" in str(error)
    assert "\n  SHAPE (whole): " in str(error)
    assert error.to_dict()["problems"] == [
        {"rule": "N05", "path": "purpose", "message": PROBLEMS[0].message, "severity": "error"},
        {"rule": "SHAPE", "path": "", "message": PROBLEMS[1].message, "severity": "error"},
    ]


def test_a_failed_submission_tells_its_ids_and_the_earliest_next_moment() -> None:
    error = next(e for e in MADE if isinstance(e, errors.Unavailable))
    assert error.to_dict() == {
        "error": "Unavailable",
        "message": "x",
        "notice_ids": ["1.2.3", "1.2.4"],
        "request_id": "r-1",
        "attempts": 3,
        "retry_at": "2026-11-22T10:00:05+00:00",
        "outcome": None,
        "possibly_stored": False,
        "support_id": None,
    }


def test_a_refusal_tells_the_codes_of_its_outcome() -> None:
    error = next(e for e in MADE if isinstance(e, errors.Rejected))
    assert error.to_dict()["outcome"] == {
        "issues": [{"severity": "error", "code": "invalid", "detail_code": "4Y00007"}]
    }
    assert errors.Rejected("x").to_dict()["outcome"] is None


@pytest.mark.parametrize(
    ("kind", "above"),
    [
        (errors.KeyUnavailable, errors.SigningError),
        (errors.CertificateExpired, errors.SigningError),
        (errors.NotSent, errors.SubmissionError),
        (errors.OutcomeUnknown, errors.SubmissionError),
        (errors.Unavailable, errors.SubmissionError),
        (errors.Unauthorized, errors.SubmissionError),
        (errors.Rejected, errors.SubmissionError),
        (errors.Misdirected, errors.SubmissionError),
        (errors.UnexpectedAnswer, errors.SubmissionError),
        (errors.OutboxFull, errors.OutboxError),
        (errors.OutboxBusy, errors.OutboxError),
        (errors.ReferenceTaken, errors.OutboxError),
        (errors.OutboxDamaged, errors.OutboxError),
        (errors.SubmissionError, errors.DisclosureError),
        (errors.InvalidNotice, errors.DisclosureError),
        (errors.ConfigurationError, errors.DisclosureError),
    ],
)
def test_an_error_can_be_caught_by_the_group_it_belongs_to(kind: type, above: type) -> None:
    assert issubclass(kind, above)
