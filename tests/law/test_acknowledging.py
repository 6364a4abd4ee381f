"""Objections: open, acknowledged, only warned of; an acknowledgement lifts nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from notices import NOW, Data, Path, full, having, recipient

from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import Edition
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.findings import Problem
from sha_disclosure.law import Circumstances, check, check_data
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources

LATER: Path = ("ground", "given_at")


@pytest.fixture
def given(edition: Edition) -> Circumstances:
    return Circumstances(now=NOW, environment="sandbox", wire=edition.wire)


def late(*acknowledged: str) -> Data:
    """Return a notice whose permission was given after the disclosure."""
    data = having(full("permission"), LATER, "2026-11-16T09:00:00+02:00")
    return {**data, "acknowledged": list(acknowledged)} if acknowledged else data


def found(data: Data, given: Circumstances) -> tuple[Problem, ...]:
    problems = check(DisclosureNotice.model_validate(data), given)
    assert check_data(data, given) == problems
    return tuple(p for p in problems if p.rule != "N15")


def test_an_open_objection_blocks_and_says_how_to_store_what_happened(
    given: Circumstances,
) -> None:
    (objection,) = found(late(), given)
    assert (objection.key, objection.severity, objection.blocks) == (
        "N07.later", "objection", True
    )  # fmt: skip
    assert "list `N07.later` in `acknowledged`" in objection.text("en")
    assert "luettele `N07.later` kohdassa `acknowledged`" in objection.text("fi")
    assert "acknowledged" not in objection.to_dict() or not objection.acknowledged


@pytest.mark.parametrize("entry", ["N07", "N07.later"])
def test_a_rule_or_its_variant_acknowledges(entry: str, given: Circumstances) -> None:
    (objection,) = found(late(entry), given)
    assert (objection.severity, objection.acknowledged, objection.blocks) == (
        "objection", True, False
    )  # fmt: skip
    assert "acknowledged`" not in objection.text("en")
    assert objection.to_dict()["acknowledged"] is True


@pytest.mark.parametrize("entry", ["N10", "N07.breach", "N07.earlier", "N7", "later", "N99"])
@pytest.mark.refuses("N27")
def test_an_entry_that_objects_to_nothing_warns_and_lifts_nothing(
    entry: str, given: Circumstances
) -> None:
    objection, unused = found(late(entry), given)
    assert objection.blocks
    assert (unused.rule, unused.path, unused.severity) == ("N27", "acknowledged[0]", "warning")


@pytest.mark.accepts("N27")
def test_every_entry_that_is_used_is_silent(given: Circumstances) -> None:
    outside = recipient("organisation", roles=["other"])
    data = {**late("N07.later", "N17"), "recipient": outside}
    assert [(p.rule, p.acknowledged) for p in found(data, given)] == [("N07", True), ("N17", True)]


ERRORS: list[tuple[str, Path, Any]] = [
    ("N04", ("disclosed_at",), "2027-01-01T00:00:00Z"),
    ("N08", ("client", "birth_date"), "1990-01-01"),
    ("N11", ("purpose",), "Asiakas 010594Y9032"),
    ("N15", ("controller", "register"), "99"),
]


@pytest.mark.parametrize(("rule", "path", "value"), ERRORS)
def test_an_acknowledgement_never_lifts_an_error(
    rule: str, path: Path, value: object, given: Circumstances
) -> None:
    data = {**having(full(), path, value), "acknowledged": [rule]}
    problems = [
        p for p in check_data(data, given) if p.rule in {rule, "N27"} and not p.acknowledged
    ]
    assert {(p.rule, p.severity) for p in problems} >= {(rule, "error"), ("N27", "warning")}
    assert any(p.blocks for p in problems)


def test_objections_are_warnings_where_the_settings_say_so(given: Circumstances) -> None:
    warned = replace(given, objections="warn")
    (objection,) = found(late(), warned)
    assert (objection.severity, objection.blocks) == ("warning", False)
    (acknowledged,) = found(late("N07"), warned)
    assert acknowledged.acknowledged


def test_prepare_refuses_open_objections_together_with_errors(
    edition: Edition, settings: Settings, sources: Sources
) -> None:
    bad = having(late(), ("client", "birth_date"), "1990-01-01")
    with pytest.raises(InvalidNotice) as caught:
        build([DisclosureNotice.model_validate(bad)], Setup(settings, edition, sources))
    assert {(p.key, p.severity) for p in caught.value.problems} == {
        ("N07.later", "objection"),
        ("N08.contradiction", "error"),
    }


def test_the_message_names_what_its_notices_acknowledge_and_sends_none_of_it(
    edition: Edition, settings: Settings, sources: Sources
) -> None:
    notices = [
        DisclosureNotice.model_validate({**data, "id": f"1.2.246.1.{number}", "reference": "a-1"})
        for number, data in enumerate([late("N07"), full("permission")], 1)
    ]
    made = build(notices, Setup(settings, edition, sources))
    assert made.acknowledged == ("N07.later",)
    assert [p for p in made.warnings if p.severity != "warning"] == []
    assert "acknowledged" not in str(made.bundle)
    assert "a-1" not in str(made.bundle)


def test_the_settings_turn_objections_into_warnings(
    edition: Edition, settings: Settings, sources: Sources
) -> None:
    lenient = Settings.model_validate({**dict(settings), "rules": {"objections": "warn"}})
    made = build([DisclosureNotice.model_validate(late())], Setup(lenient, edition, sources))
    assert "N07.later" in {p.key for p in made.warnings}
    assert made.acknowledged == ()


# --- the caller's own key ------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["tapaus 2026/4711", "x" * 128, "ä/ö:1"])
def test_a_reference_is_the_callers_own_text(reference: str, given: Circumstances) -> None:
    assert not [p for p in found({**full(), "reference": reference}, given) if p.blocks]


@pytest.mark.parametrize(
    ("reference", "key"),
    [("x" * 129, "N14.reference"), ("010594Y9032", "N11"), (" ", "SHAPE.blank"), (7, "SHAPE.type")],
)
def test_a_reference_is_bounded_and_names_nobody(
    reference: object, key: str, given: Circumstances
) -> None:
    problems = check_data({**full(), "reference": reference}, given)
    assert [(p.key, p.path) for p in problems if p.blocks] == [(key, "reference")]
