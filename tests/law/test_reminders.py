"""Reminders: the recipient's name in a text, a minor's denial, one notice for each (N28-N30)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from notices import NOW, Data, Path, full, having, recipient, without
from proofs import sample

from sha_disclosure.editions import Edition
from sha_disclosure.law import Circumstances, check_data


def reminded(data: Data, edition: Edition) -> list[tuple[str, str]]:
    given = Circumstances(now=NOW, environment="sandbox", wire=edition.wire)
    found = [p for p in check_data(data, given) if p.rule in {"N28", "N29", "N30"}]
    assert {p.severity for p in found} <= {"warning"}
    return [(p.rule, p.path) for p in found]


def to_salo(path: Path, text: str, kind: str = "statute", to: str = "person") -> Data:
    return having(full(kind, to), path, text)


TEXTS: list[tuple[Path, str]] = [
    (("purpose",), "statute"),
    (("ground", "provision"), "statute"),
    (("ground", "necessity"), "statute"),
    (("ground", "scope"), "consent"),
    (("ground", "statutory_task"), "authority_right"),
    (("disclosed_data", 0, "description"), "statute"),
]


@pytest.mark.refuses("N28")
@pytest.mark.parametrize(
    ("place", "text", "to"),
    sample(
        itertools.product(
            TEXTS,
            ["Sofia Salo pyysi", "Salolle 63 §", "Salon pyyntö", "(Salo)"],
            ["person", "professional"],
        ),
        every=5,
    ),
)
def test_the_recipients_name_in_a_text_is_a_reminder(
    place: tuple[Path, str], text: str, to: str, edition: Edition
) -> None:
    path, kind = place
    where = ".".join(map(str, path)).replace(".0", "[0]")
    assert ("N28", where) in reminded(to_salo(path, text, kind, to), edition)


@pytest.mark.accepts("N28")
@pytest.mark.parametrize("text", ["Salossa", "salonki", "Salomonin pyyntö", "salo", "Asia"])
def test_another_word_is_no_name(text: str, edition: Edition) -> None:
    found = reminded(to_salo(("purpose",), text), edition)
    assert found == ([("N28", "purpose")] if text == "Salossa" else [])


@pytest.mark.accepts("N28")
@pytest.mark.parametrize("to", ["organisation", "client"])
def test_a_recipient_without_a_name_of_its_own_is_in_no_text(to: str, edition: Edition) -> None:
    assert reminded(to_salo(("purpose",), "Sofia Salo pyysi", "statute", to), edition) == []


def of_child(born: str, relation: str = "legal_representative", **more: Any) -> Data:
    data = without(full(), ("client", "personal_id"))
    data = having(data, ("recipient",), recipient("person", relation=relation))
    return having(data, ("client", "birth_date"), born) | more


@pytest.mark.refuses("N29")
@pytest.mark.parametrize("born", ["2008-11-16", "2011-02-01", "2014-11-15"])
def test_a_minors_data_to_a_representative_is_a_reminder(born: str, edition: Edition) -> None:
    assert reminded(of_child(born), edition) == [("N29", "recipient")]


@pytest.mark.accepts("N29")
@pytest.mark.parametrize(
    ("born", "relation"),
    [
        ("2008-11-15", "legal_representative"),
        ("1950-01-01", "legal_representative"),
        ("2014-11-16", "legal_representative"),
        ("2026-11-15", "legal_representative"),
        ("2011-02-01", "close_person"),
    ],
)
def test_an_adults_a_small_childs_or_another_recipients_is_none(
    born: str, relation: str, edition: Edition
) -> None:
    assert reminded(of_child(born, relation), edition) == []


@pytest.mark.refuses("N30")
@pytest.mark.parametrize("name", ["Salo ja Virtanen", "Salo & Aho", "Salo/Aho", "Ek och Alm"])
@pytest.mark.parametrize(
    "path",
    [
        ("recipient", "family_name"),
        ("recipient", "given_names", 0),
        ("client", "family_name"),
        ("client", "given_names", 1),
    ],
)
def test_a_name_of_several_is_a_reminder_of_one_notice_for_each(
    path: Path, name: str, edition: Edition
) -> None:
    where = f"{path[0]}.{path[1]}" + (f"[{path[2]}]" if path[2:] else "")
    assert reminded(to_salo(path, name), edition) == [("N30", where)]


@pytest.mark.accepts("N30")
@pytest.mark.parametrize(
    "name", ["Salo-Virtanen", "af Enehjelm", "Jaakkola", "O'Brien", "van der Och"]
)
def test_one_persons_name_is_none(name: str, edition: Edition) -> None:
    for path in (("recipient", "family_name"), ("client", "family_name")):
        assert reminded(to_salo(path, name), edition) == []
