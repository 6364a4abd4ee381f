"""The quick look at a notice and the full judgement agree: on whole, broken and odd notices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path as FilePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notices import (
    GROUNDS,
    NOW,
    RECIPIENTS,
    Data,
    Path,
    at,
    coding,
    full,
    ground,
    having,
    identity_code,
    notices,
    places,
    recipient,
    without,
)
from proofs import examples

from sha_disclosure.codes import CodeLists, ListedCode, sample_code_lists
from sha_disclosure.editions import load_edition
from sha_disclosure.editions.wire import Limit
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.law import Circumstances, check, keeps_every_rule
from sha_disclosure.law.rules import RULES
from sha_disclosure.notice import DisclosureNotice, read_partly, written_texts
from sha_disclosure.values import PersonalId

WIRE = load_edition().wire.model_copy(update={"limit": Limit(text=300)})
SYSTEMS = WIRE.code_system
CODE = identity_code(date(1994, 5, 1), 903, "Y")
CHILD = identity_code(date(2012, 5, 1), 903, "A")
REAL = identity_code(date(1994, 5, 1), 123, "Y")
ORIGINAL = SYSTEMS.original_service_task[0]
ODD_CODES = {
    "closed": ListedCode("closed", valid_to=date(2020, 1, 1)),
    "deleted": ListedCode("deleted", status="DELETED"),
    "proposal": ListedCode("proposal", status="PROPOSAL"),
}


def known_lists() -> CodeLists:
    """Return lists with every code of ``full``, of each kind of ground, and some odd ones."""
    used = {
        "urn:oid:1.2.246.1": ["esim-arvio"],
        SYSTEMS.document_type: ["esim-arvio"],
        SYSTEMS.specific_document_type: ["esim-pta"],
        SYSTEMS.service_task: ["esim-iakkaat"],
        ORIGINAL: ["esim-vanha", "esim-iakkaat"],
        SYSTEMS.type_of_disclosure: ["kirje"],
        SYSTEMS.access_reason: ["1", "2"],
        SYSTEMS.authentication_method: ["CUT"],
    }
    return CodeLists.of(
        {uri: [*map(ListedCode, codes), *ODD_CODES.values()] for uri, codes in used.items()}
    )


USUAL = Circumstances(now=NOW, environment="sandbox", wire=WIRE, code_lists=known_lists())


def wire_asking(**cardinalities: str) -> Circumstances:
    asked = WIRE.cardinality.model_copy(update=cardinalities)
    return replace(USUAL, wire=WIRE.model_copy(update={"cardinality": asked}))


CIRCUMSTANCES = (
    USUAL,
    replace(USUAL, environment="production"),
    replace(USUAL, environment="production", allow_artificial_ids=True, objections="warn"),
    replace(USUAL, environment="at", test_personal_ids=(PersonalId(REAL),)),
    replace(USUAL, now=NOW - timedelta(days=7), clock_skew_s=0),
    replace(USUAL, now=NOW - timedelta(days=7, minutes=57, seconds=30)),
    replace(USUAL, organisations={"1.2.246.10.28777751.19.1": "1.2.246.10.28777751.10.0"}),
    replace(USUAL, code_lists=replace(known_lists(), incomplete=frozenset(known_lists().lists))),
    replace(USUAL, code_lists=CodeLists()),
    replace(USUAL, wire=WIRE.model_copy(update={"ground": {}})),
    wire_asking(given_names="1..*", discloser_person="1..1", time_of_disclosure="1..1"),
    wire_asking(type_of_disclosure="1..1", client_identifier="1..1"),
    replace(
        USUAL,
        assumed=frozenset(
            f"cardinality.{name}"
            for name in ("given_names", "discloser_person", "time_of_disclosure")
        ),
    ),
)

TEXTS = (
    CODE,
    " ".join(CODE),
    "x" * (WIRE.limit.text + 1),
    " a",
    "a\u00a0b",
    "Aino ja Eero",
    "Salolle",
    "tarpeen",
    *("703/2023 62 §", "703/2023 56 § 3 mom.", "703/2023 999 §", "703/2023 63 § 9 mom."),
    *("asiakastietolaki", "417/2007 26 §"),
)
TIMES = (
    *("2026-11-15T12:00:00+02:00", "2026-11-22T12:00:30+02:00", "2027-01-01T00:00:00Z"),
    *("2026-11-15", "2026-11-14T11:00:00+02:00", "2023-12-31T11:00:00+02:00"),
)
UNIT = {"unit": {"oid": "1.2.246.10.28777751.10.12", "name": "Yksikkö"}}
VALUES: dict[str, tuple[object, ...]] = {
    "personal_id": (CODE, CHILD, REAL),
    "birth_date": ("1994-05-02", "2030-01-01"),
    **dict.fromkeys(("disclosed_at", "recorded_at", "given_at"), TIMES),
    "ground": tuple(map(ground, GROUNDS)),
    "recipient": (
        *map(recipient, RECIPIENTS),
        recipient("person", relation="legal_representative"),
    ),
    "roles": (["health_care_provider"], ["other"], ["other_authority"]),
    "given_names": ([], ["Aino & Eero"]),
    "code": (*ODD_CODES, "unheard-of"),
    "service_tasks": ([coding("esim-iakkaat", system=ORIGINAL)],),
    "original_service_tasks": ([coding("esim-vanha", system=SYSTEMS.service_task)],),
    "disclosed_data": ([{"service_tasks": [coding("esim-iakkaat")]}],),
    "discloser": (UNIT,),
    "register": ("1", "77"),
    "purpose": (*TEXTS, "assess_need"),
    "cause": (None, "memory_disease"),
}
ADDED: tuple[tuple[Path, object], ...] = (
    (("acknowledged",), ["N07.later"]),
    *((("ground", name), value) for name in ("stored_in_kanta", "no_legal_representative")
      for value in (True, False)),
    *((("ground", name), value) for value in (True, False) for name in (
        "cannot_judge_permission", "service_necessary", "essential_effect", "necessary_for_task",
    )),
)  # fmt: skip


LEFT_OUT = object()


def changes(data: Data) -> Iterator[tuple[Path, object]]:
    """Yield what may be changed about a notice: a place, and what then stands there."""
    yield from ADDED
    for path in places(data):
        yield path, LEFT_OUT
        texts = TEXTS if isinstance(at(data, path), str) else ()
        yield from ((path, value) for value in VALUES.get(str(path[-1]), texts))


def changed(data: Data, path: Path, value: object) -> Data:
    return without(data, path) if value is LEFT_OUT else having(data, path, value)


def wholes() -> Iterator[Data]:
    """Yield a notice on each ground to each recipient, whole and with as little as may be."""
    for kind in GROUNDS:
        for to in RECIPIENTS:
            yield full(kind, to)
    for kind in ("permission", "consent"):
        held = {"kind": kind, "stored_in_kanta": True}
        care = recipient("organisation", roles=["health_care_provider"])
        for to in (recipient("client"), care):
            yield full(kind, ground=held, recipient=to, discloser=UNIT, disclosed_at=TIMES[3])
    born = {"birth_date": "1994-05-01", "family_name": "Asiakas", "given_names": []}
    yield full(client=born)
    young = {"personal_id": CHILD, "family_name": "Asiakas", "given_names": ["Testi"]}
    representative = recipient("person", relation="legal_representative")
    yield full("information_request", client=young, recipient=representative)


def agreed(data: Data, *each: Circumstances) -> set[str]:
    """Return the keys of what is found, and check that a quick look lets none of it pass."""
    try:
        notice = DisclosureNotice.model_validate(data)
    except InvalidNotice:
        return set()
    keys: set[str] = set()
    for given_ in each:
        found = check(notice, given_)
        assert not (found and keeps_every_rule(notice, given_, written_texts(notice)))
        keys |= {problem.key for problem in found}
    return keys


@settings(max_examples=examples(20, 3000))
@given(data=notices(), given_=st.sampled_from(CIRCUMSTANCES))
def test_a_quick_look_lets_no_generated_notice_pass_that_breaks_a_rule(
    data: Data, given_: Circumstances
) -> None:
    agreed(data, given_)


@settings(max_examples=examples(15, 1000))
@given(draw=st.data(), data=st.sampled_from(list(wholes())))
def test_a_quick_look_lets_no_changed_notice_pass_that_breaks_a_rule(
    draw: st.DataObject, data: Data
) -> None:
    for _ in range(draw.draw(st.integers(1, 3))):
        data = changed(data, *draw.draw(st.sampled_from(list(changes(data)))))
    agreed(data, *CIRCUMSTANCES)


@pytest.mark.proof
def test_no_rule_can_be_broken_that_a_quick_look_passes_over() -> None:
    broken: set[str] = set()
    for data in wholes():
        broken |= agreed(data, *CIRCUMSTANCES)
        for (path, value), given_ in zip(changes(data), cycle(CIRCUMSTANCES), strict=False):
            broken |= agreed(changed(data, path, value), USUAL, given_)
    assert {rule.key for rule in RULES} - broken == set()


@pytest.mark.parametrize("kind", GROUNDS)
def test_a_quick_look_is_enough_for_a_notice_that_keeps_every_rule(kind: str) -> None:
    notice = DisclosureNotice.model_validate(full(kind))
    enough = keeps_every_rule(notice, USUAL, written_texts(notice))
    assert enough == (check(notice, USUAL) == ())


@pytest.mark.parametrize(
    "file", sorted((FilePath(__file__).parents[2] / "examples" / "notices").glob("*.json")), ids=str
)
def test_a_quick_look_is_enough_for_the_examples_without_a_warning(file: FilePath) -> None:
    given_ = replace(USUAL, code_lists=sample_code_lists())
    notice = DisclosureNotice.model_validate(json.loads(file.read_text("utf-8")))
    enough = keeps_every_rule(notice, given_, written_texts(notice))
    assert enough == (check(notice, given_) == ())


def passes(data: Data, given_: Circumstances) -> bool:
    """Return whether a quick look lets a notice pass."""
    notice = DisclosureNotice.model_validate(data)
    passed = keeps_every_rule(notice, given_, written_texts(notice))
    assert not (passed and check(notice, given_))
    return passed


NAMELESS = {"family_name": "Asiakas", "given_names": []}
PROFESSIONAL = full("statute", "professional")
STORED = {"kind": "permission", "stored_in_kanta": True}
LEAST = wire_asking(type_of_disclosure="1..1", client_identifier="1..1")
BORN = {"birth_date": "1994-05-01", "family_name": "Asiakas", "given_names": ["Testi"]}


@pytest.mark.parametrize(
    ("key", "data", "given_"),
    [
        ("N01.nothing", having(full(), ("disclosed_data",), VALUES["disclosed_data"][0]), USUAL),
        ("N02.system", having(full(), ("disclosed_data", 0, "service_tasks"),
                              VALUES["service_tasks"][0]), USUAL),
        ("N02.original", having(full(), ("disclosed_data", 0, "original_service_tasks"),
                                VALUES["original_service_tasks"][0]), USUAL),
        ("N07.itemised", full("permission", ground=STORED, recipient=recipient(
            "organisation", roles=["health_care_provider"])), USUAL),
        ("N07.national", full("consent", ground=STORED | {"kind": "consent"},
                              recipient=recipient("person")), USUAL),
        ("N07.later", having(full("permission"), ("ground", "given_at"), TIMES[0]), USUAL),
        ("N08.unborn", full(client=BORN | {"birth_date": "2030-01-01"}), USUAL),
        ("N25", full(), replace(USUAL, organisations={"1.2.3": "1.2.4"})),
        ("N26.assumed", full(client=BORN | NAMELESS), CIRCUMSTANCES[-1]),
        ("N26.assumed", without(full(), ("discloser", "given_names")), CIRCUMSTANCES[-1]),
        ("N26.assumed", full(discloser=UNIT), CIRCUMSTANCES[-1]),
        ("N26.assumed", without(PROFESSIONAL, ("recipient", "given_names")), CIRCUMSTANCES[-1]),
        ("N26.client_identifier", full(client=BORN), LEAST),
        ("N26.type_of_disclosure", without(full(), ("type_of_disclosure",)), LEAST),
    ],
)  # fmt: skip
def test_a_quick_look_does_not_let_pass_what_breaks_a_rule(
    key: str, data: Data, given_: Circumstances
) -> None:
    assert not passes(data, given_)
    assert key in [p.key for p in check(DisclosureNotice.model_validate(data), given_)]


SENT = replace(USUAL, organisations={str(full()["controller"]["oid"]): "1.2.246.10.1"})
NOW_TEXT = NOW.isoformat()


@pytest.mark.parametrize(
    ("data", "given_"),
    [
        (full(), USUAL),
        (full(), SENT),
        (full(), LEAST),
        (full(disclosed_at=NOW_TEXT, recorded_at=NOW_TEXT), USUAL),
        (full(disclosed_at="2024-01-01T00:00:00+02:00"), USUAL),
        (full(client=BORN), USUAL),
        (full(client=BORN | {"temporary_id": full()["client"]["temporary_id"]}), LEAST),
        (having(full(), ("client", "personal_id"), REAL), replace(USUAL, environment="production")),
    ],
)  # fmt: skip
def test_a_quick_look_is_enough_at_the_limits_of_the_rules(
    data: Data, given_: Circumstances
) -> None:
    assert check(DisclosureNotice.model_validate(data), given_) == ()
    assert passes(data, given_)


@pytest.mark.parametrize("part", ["client", "recipient", "disclosed_at", "ground"])
def test_a_quick_look_is_never_enough_where_a_part_could_not_be_read(part: str) -> None:
    notice, shape = read_partly(DisclosureNotice, full() | {part: 5})
    assert shape
    assert not keeps_every_rule(notice, USUAL, [])
