"""What happened can be stored: shapes that say less, and what the law does not seem to support.

Each notice is judged, built, read by the independent verifier and read back equal.
"""

from __future__ import annotations

from typing import Any

import pytest
from notices import NOW, Data, full, ground, having, recipient, without

from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import Edition
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.law import Circumstances, check
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.verifier import check_structure

ONE_NAME = {"family_name": "Sukarno"}
NEWBORN = {"family_name": "Salo", "given_names": [], "birth_date": "2026-11-15"}
MIDNIGHT = "2026-11-14T22:30:00Z"  # half past midnight of the 15th in Finland


def data(*changes: tuple[str, Any], kind: str = "statute", to: str | None = None) -> Data:
    made = full(kind, to)
    for path, value in changes:
        steps = tuple(int(s) if s.isdigit() else s for s in path.split("."))
        made = without(made, steps) if value is ... else having(made, steps, value)
    return made


def permission(**changes: Any) -> Data:
    return {**full("permission"), "ground": ground("permission", **changes)}


SILENT: dict[str, Data] = {
    "a letter dated by day, the permission by the same day": {
        **permission(given_at="2026-11-15"), "disclosed_at": "2026-11-15",
    },
    "a letter dated by day, the permission given that day at noon": {
        **permission(given_at="2026-11-15T12:00:00+02:00"), "disclosed_at": "2026-11-15",
    },
    "a permission dated by day, the letter that day": permission(given_at="2026-11-15"),
    "a permission given in Kanta, dated by day": permission(
        given_at="2026-11-15", stored_in_kanta=True
    ),
    "recorded the day it was disclosed": data(("disclosed_at", "2026-11-15")),
    "a child born that day": data(("client", NEWBORN)),
    "a child born that day, after midnight in Finland and before it in UTC": data(
        ("client", {**NEWBORN, "given_names": ["Aava"]}), ("disclosed_at", MIDNIGHT)
    ),
    "a letter dated by the day of the birth": data(
        ("client", NEWBORN), ("disclosed_at", "2026-11-15")
    ),
    "a client with one name": data(("client", {**ONE_NAME, "birth_date": "1950-01-01"})),
    "an organisation without a person as discloser": data(
        ("discloser", {"unit": {"oid": "1.2.246.10.28777751.10.12", "name": "Kirjaamo"}})
    ),
    "a discloser of whom the surname is known": data(("discloser.given_names", ...)),
    "a professional of whom only the surname is known": data(
        ("recipient.given_names", ...), ("recipient.title", ...), ("recipient.unit.oid", ...),
        kind="broad_right", to="professional",
    ),
    "a person with one name": data(
        ("recipient.given_names", []), kind="information_request", to="person"
    ),
    "a permission given by an authorised person": permission(given_by="authorised_person"),
    "a permission given by a representative": permission(given_by="legal_representative"),
    "several purposes of an authority": data(
        ("ground.purpose", ["assess_need", "verify_information"]), kind="authority_right"
    ),
    "all conditions of the broad right": data(
        ("ground.cannot_judge_permission", True), ("ground.service_necessary", True),
        kind="broad_right",
    ),
    "all conditions of the authority's right": data(
        ("ground.essential_effect", True), ("ground.necessary_for_task", True),
        kind="authority_right",
    ),
    "56 § 3 mom. with its necessity": {
        **data(("recipient", recipient("person", relation="other"))),
        "ground": {
            "kind": "statute", "provision": "703/2023 56 § 3 mom.",
            "necessity": "Tahdon selvittämiseksi",
        },
    },
}  # fmt: skip


def _sent(notice: DisclosureNotice) -> Data:
    """What of a notice is sent: all but the health data and the cause of its event."""
    return notice.model_dump(exclude={"disclosed_data": True, "ground": {"cause": True}})


@pytest.mark.parametrize("name", SILENT)
@pytest.mark.accepts("N04", "N07", "N08", "N03", "N20", "N26")
def test_what_happened_is_stored_without_an_objection_and_reads_back_the_same(
    name: str, edition: Edition, settings: Settings, sources: Sources
) -> None:
    notice = DisclosureNotice.model_validate(SILENT[name])
    unsigned = build([notice], Setup(settings, edition, sources))
    assert {p.rule for p in unsigned.warnings} <= {"N15", "N26"}
    assert check_structure(unsigned.bundle, edition) == ()
    assert read_bundle(unsigned.bundle, edition.wire) == unsigned.notices
    assert _sent(unsigned.notices[0]) == _sent(notice)


@pytest.mark.parametrize(
    ("name", "entry", "path"),
    [
        ("a client with one name", "cardinality.given_names", "client.given_names"),
        ("recorded the day it was disclosed", "cardinality.time_of_disclosure", "disclosed_at"),
        (
            "an organisation without a person as discloser",
            "cardinality.discloser_person",
            "discloser",
        ),
    ],
)
@pytest.mark.refuses("N26")
def test_what_no_page_says_may_be_left_out_is_warned_of_and_an_edition_may_ask_for_it(
    name: str, entry: str, path: str, edition: Edition, settings: Settings
) -> None:
    notice = DisclosureNotice.model_validate(SILENT[name])
    given = Circumstances(
        now=NOW, environment="sandbox", wire=edition.wire, assumed=frozenset({entry})
    )

    def found(given: Circumstances) -> list[tuple[str, str, str]]:
        return [(p.key, p.path, p.severity) for p in check(notice, given) if p.rule == "N26"]

    assert found(given) == [("N26.assumed", path, "warning")]
    key = entry.partition(".")[2]
    whole = edition.wire.cardinality.model_copy(
        update={key: "1..*" if key == "given_names" else "1..1"}
    )
    strict = edition.wire.model_copy(update={"cardinality": whole})
    asked = Circumstances(now=NOW, environment="sandbox", wire=strict, assumed=given.assumed)
    assert found(asked) == [(f"N26.{key}", path, "error")]
    made = build([notice], Setup(settings, edition)).bundle
    stricter = Edition(edition.name, strict, edition.entries)
    assert check_structure(made, edition) == ()
    assert check_structure(made, stricter) != ()


BLOCKED: dict[str, tuple[Data, str, str]] = {
    "a letter to the wrong address": (
        data(("ground.provision", "Kirje lähti 3.4.2026 väärään osoitteeseen")),
        "N06.unrecognised", "objection",
    ),
    **{
        f"{name} is false": (
            data((f"ground.{name}", False), kind=kind), f"{rule}.{name}", "objection",
        )
        for rule, kind, name in (
            ("N09", "broad_right", "no_legal_representative"),
            ("N09", "broad_right", "cannot_judge_permission"),
            ("N09", "broad_right", "service_necessary"),
            ("N10", "authority_right", "essential_effect"),
            ("N10", "authority_right", "necessary_for_task"),
        )
    },
    "a letter dated by tomorrow": (
        without(data(("disclosed_at", "2026-11-23")), ("recorded_at",)), "N04.future", "error",
    ),
    "recorded the day before": (data(("disclosed_at", "2026-11-16")), "N04.order", "error"),
    "a child born the day after": (
        data(("client", {**NEWBORN, "birth_date": "2026-11-16"})), "N08.unborn", "error",
    ),
    "a permission given the day after": (
        permission(given_at="2026-11-16"), "N07.later", "objection",
    ),
    "a permission given that day, an hour after the letter": (
        permission(given_at="2026-11-15T12:00:00+02:00"), "N07.later", "objection",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BLOCKED)
def test_what_cannot_be_or_comes_too_late_is_still_found(name: str, edition: Edition) -> None:
    made, key, severity = BLOCKED[name]
    given = Circumstances(now=NOW, environment="sandbox", wire=edition.wire)
    found = check(DisclosureNotice.model_validate(made), given)
    assert [(p.key, p.severity) for p in found if p.blocks] == [(key, severity)]
