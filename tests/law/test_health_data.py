"""The cause is health data: sent only where the edition says so, and in nothing else."""

from __future__ import annotations

import json
import logging
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from channels import frames_of_package
from notices import NOW, Data, having
from search_requests import CAUSES, request

from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import Edition
from sha_disclosure.errors import DisclosureError, InvalidAccessReason, InvalidNotice
from sha_disclosure.events import logging_listener
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.law.searches import CareSecuring, require_access_reason
from sha_disclosure.notice import Cause, DisclosureNotice
from sha_disclosure.outbox import Outbox
from sha_disclosure.settings import Settings
from sha_disclosure.tools.sandbox import Sandbox
from sha_disclosure.tools.verifier import check_structure

PLANTED = "Istutettu-Salaisuus"
SECRETS = ("memory_disease", "muistisairaus", "Muistisairaus", PLANTED)


def told(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def planted(notice_texts: dict[str, str]) -> Data:
    data = json.loads(notice_texts["broad-right"])
    return having(data, ("ground", "necessity"), f"{PLANTED}: hoivan järjestäminen")


def test_the_cause_of_a_notice_is_in_the_signed_content_and_nowhere_else(
    notice_texts: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    notice = DisclosureNotice.model_validate(planted(notice_texts))
    events: list[object] = []
    with (
        Sandbox() as sandbox,
        KantaClient(sandbox.settings(), listeners=[events.append, logging_listener()]) as kanta,
    ):
        sandbox.inject("status", status=503, retry_after=0)
        prepared = kanta.prepare(notice)
        receipt = kanta.submit(prepared)
        received = sandbox.received()[-1]
    assert PLANTED.encode() in prepared.body
    shown = (
        f"{notice!r}{notice}{notice.ground!r}{notice.ground}{vars(notice.ground)}"
        f"{prepared!r}{receipt!r}{received!r}{caplog.text}"
        f"{[vars(record) for record in caplog.records]}{events!r}"
    )
    assert len(events) >= 4
    assert told(shown) == []
    assert told(json.dumps(receipt.to_dicts())) == []


def test_the_cause_is_not_in_the_evidence_of_the_outbox(
    notice_texts: dict[str, str], tmp_path: Path
) -> None:
    notice = DisclosureNotice.model_validate(planted(notice_texts))
    with (
        Sandbox() as sandbox,
        KantaClient(sandbox.settings()) as kanta,
        Outbox(tmp_path / "outbox.sqlite") as outbox,
    ):
        prepared = kanta.prepare(notice)
        added = outbox.add(prepared)
        outbox.drain(kanta)
        evidence = outbox.evidence(prepared.notice_ids[0])
        shown = f"{added!r}{outbox!r}{outbox.status()!r}{json.dumps(evidence, default=str)}"
    assert told(shown) == []


def of_cause(edition: Edition, value: str) -> Edition:
    event = edition.wire.event.model_copy(update={"cause": value})
    return replace(edition, wire=edition.wire.model_copy(update={"event": event}))


@pytest.mark.parametrize("cause", CAUSES)
def test_the_cause_stays_with_the_caller_unless_the_edition_sends_it(
    cause: str, edition: Edition, notice_texts: dict[str, str]
) -> None:
    data = having(json.loads(notice_texts["broad-right"]), ("ground", "cause"), cause)
    notice = DisclosureNotice.model_validate(data)
    assert edition.wire.event.cause == "omitted"
    sending = of_cause(edition, "sent")
    omitted = build([notice], Setup(Settings.stand_in(), edition)).bundle
    sent = build([notice], Setup(Settings.stand_in(), sending)).bundle
    coding = getattr(edition.wire.cause, cause)
    assert coding.code not in json.dumps(omitted)
    assert coding.code in json.dumps(sent)
    assert [each.ground.cause for each in read_bundle(omitted, edition.wire)] == [None]
    assert [each.ground for each in read_bundle(sent, sending.wire)] == [notice.ground]
    assert check_structure(omitted, edition) == check_structure(omitted, sending) == ()
    assert check_structure(sent, sending) == ()
    assert {each.id for each in check_structure(sent, edition)} == {"verifier.other_part"}


def test_a_cause_that_was_none_of_the_four_is_sent_by_no_edition(
    edition: Edition, notice_texts: dict[str, str]
) -> None:
    data = json.loads(notice_texts["broad-right"]) | {"acknowledged": ["N09.no_cause"]}
    del data["ground"]["cause"]
    notice = DisclosureNotice.model_validate(data)
    sending = of_cause(edition, "sent")
    made = build([notice], Setup(Settings.stand_in(), sending))
    assert made.acknowledged == ("N09.no_cause",)
    assert check_structure(made.bundle, sending) == ()
    assert [each.ground for each in read_bundle(made.bundle, sending.wire)] == [notice.ground]


BROKEN: list[tuple[tuple[str, ...], Any]] = [
    (("ground", "cause"), PLANTED),
    (("ground", "no_legal_representative"), PLANTED),
    (("ground", "kind"), PLANTED),
    (("ground", PLANTED), "memory_disease"),
    (("recipient", "roles"), ["other"]),
    (("disclosed_at",), "2099-01-01T00:00:00Z"),
]


@pytest.mark.parametrize(("path", "value"), BROKEN)
def test_no_error_of_a_notice_tells_the_cause(
    path: tuple[str, ...], value: Any, edition: Edition, notice_texts: dict[str, str]
) -> None:
    data = having(planted(notice_texts), path, value)
    setup = Setup(Settings.stand_in(), edition)
    with pytest.raises(InvalidNotice) as caught:
        build([DisclosureNotice.model_validate(data)], setup)
    assert told(everything_of(caught.value)) == []


@pytest.mark.parametrize("cause", CAUSES)
def test_a_search_and_its_log_entry_never_tell_the_cause(
    cause: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    data = request(justification=f"{PLANTED} {cause}")
    made = require_access_reason(having(data, ("right", "cause"), cause), now=NOW)
    entry = made.log_entry()
    shown = (
        f"{made!r}{made}{made.right!r}{made.request!r}{made.coding!r}{made.justification!r}"
        f"{made.warnings!r}{entry!r}{entry.to_dict()}{entry.reveal()}{caplog.text}"
    )
    assert cause not in shown
    assert PLANTED not in shown


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("right", "cause"), PLANTED),
        (("right", "no_legal_representative"), PLANTED),
        (("right", "kind"), PLANTED),
        (("relationship", "verified"), False),
        (("asked_at",), PLANTED),
        (("unit", "roles"), ["health_care_provider"]),
    ],
)
def test_no_error_of_a_search_tells_the_cause_nor_does_its_traceback(
    path: tuple[str, ...], value: Any
) -> None:
    data = having(request(justification=PLANTED), path, value)
    with pytest.raises(InvalidAccessReason) as caught:
        require_access_reason(data, now=NOW)
    assert told(everything_of(caught.value)) == []
    assert frames_of_package(caught.value) == []


def test_no_error_of_56_tells_the_cause() -> None:
    data = {"obstacle": {"kind": "not_obtainable", "cause": "memory_disease"}, "need": PLANTED}
    with pytest.raises(InvalidAccessReason) as caught:
        CareSecuring.model_validate(data)
    assert told(everything_of(caught.value)) == []


def test_a_cause_is_hidden_in_every_form_but_reveal() -> None:
    cause = Cause("memory_disease")
    assert told(f"{cause}{cause!r}{cause:>20}{[cause]}") == []
    assert cause.reveal() == "memory_disease"


def everything_of(error: DisclosureError) -> str:
    """Return whatever an error shows of itself, also after a pickle's round trip."""
    copy = pickle.loads(pickle.dumps(error))
    chain = (error.__context__, error.__cause__)
    return without_rule_words(
        f"{error!r}{error}{error.to_dict()}{vars(error)}{copy!r}{copy}{chain}"
    )


def without_rule_words(text: str) -> str:
    """Return a text without the lists of all four causes, which a rule's own words have."""
    codes = "memory_disease, mental_disorder, intellectual_disability, similar_cause"
    return text.replace(codes, "").replace("muistisairaus, mielenterveyden häiriö", "")
