"""Which ground goes with which recipient: the table, the citations, and the rules from it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notices import GROUNDS, NOW, RECIPIENTS, ROLES, Data, full, ground, having, recipient

from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import DisclosureError, InvalidNotice
from sha_disclosure.law import Circumstances, check, check_data
from sha_disclosure.law.citations import Citation, citations, names_a_provision
from sha_disclosure.law.fitting import SEVERITIES
from sha_disclosure.law.grounds import BY_KIND, Row
from sha_disclosure.law.provisions import PROVISIONS
from sha_disclosure.law.recipients import CATEGORIES
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings

EDITION = load_edition()
GIVEN = Circumstances(now=NOW, environment="sandbox", wire=EDITION.wire)


def to(word: str, name: str = "Poliisilaitos") -> Data:
    """Return a recipient the table calls by a word."""
    if word == "client":
        return {"kind": "client"}
    if word in ROLES:
        return {"kind": "organisation", "name": name, "roles": [word]}
    relation = "other" if word == "other_person" else word
    return recipient("person", relation=relation)


def notice(basis: Data, receiver: Data) -> Data:
    return having(having(full(), ("ground",), basis), ("recipient",), receiver)


def cite(provision: str, word: str, name: str = "Poliisilaitos", **stated: str) -> Any:
    return judged(notice(ground("statute", provision=provision, **stated), to(word, name)))


def judged(data: Data) -> list[tuple[str, str, str]]:
    """Return rule, path and severity of what the rules on grounds say."""
    found = check(DisclosureNotice.model_validate(data), GIVEN)
    assert check_data(data, GIVEN) == found
    return [(p.rule, p.path, p.severity) for p in found if p.rule != "N15"]


def basis_of(row: Row) -> Data:
    return ground(row.kind, **({"provision": row.provision} if row.paragraph else {}))


@pytest.mark.accepts("N09", "N10", "N16", "N17", "N18", "N19", "N20", "N21", "N22", "N23", "N24")
@pytest.mark.refuses("N09", "N10", "N16", "N17", "N18", "N19", "N20", "N21", "N22", "N23")
@pytest.mark.parametrize("word", CATEGORIES)
@pytest.mark.parametrize("row", [*BY_KIND, *PROVISIONS], ids=lambda row: row.provision)
def test_the_rules_say_of_each_cell_what_the_table_says(row: Row, word: str) -> None:
    basis = basis_of(row)
    if row.kind == "information_request":
        basis["provision"] = "(EU) 2016/679 15 art."
    found = judged(notice(basis, to(word)))
    if word in row.known - row.necessity:
        assert found == []
    elif word in row.necessity:
        assert found == [("N20", "ground.necessity", "warning")]
        assert judged(notice({**basis, "necessity": "Tahdon selvittäminen"}, to(word))) == []
    elif word in row.doubtful:
        assert found == [(row.doubt.partition(".")[0], "recipient", "warning")]
    else:
        assert found == [(row.rule.partition(".")[0], "recipient", "objection")]


def test_each_way_not_to_fit_has_been_seen_above_or_below() -> None:
    rows = {row.rule for row in BY_KIND} | {row.rule for row in PROVISIONS}
    doubts = {row.doubt for row in (*BY_KIND, *PROVISIONS) if row.doubtful}
    below = {key for key in SEVERITIES if key.startswith("N24")} | {"N20.necessity", "N21.doubtful"}
    assert (rows - {"N18"}) | doubts | below == set(SEVERITIES)
    assert {key for key in SEVERITIES if key.startswith("N24")} == {key for _, key, _ in NO_GROUND}


@pytest.mark.refuses("N20")
@pytest.mark.parametrize(
    ("provision", "word", "found"),
    [
        ("703/2023 56 §", "other_person", [("N20", "ground.necessity", "warning")]),
        ("703/2023 56 § 1 mom. 2 kohta", "other", [("N20", "ground.necessity", "warning")]),
        ("703/2023 56 § 1 ja 3 mom.", "other_person", [("N20", "ground.necessity", "warning")]),
        ("703/2023 56 § 3 mom.", "health_care_provider", [("N20", "ground.necessity", "warning")]),
        (
            "703/2023 56 § 3 mom. ja 62 §",
            "other_person",
            [("N20", "ground.necessity", "warning")],
        ),
        ("703/2023 56 § 1 ja 2 mom.", "other", []),
        ("703/2023 56 § 2 mom.", "health_care_provider", []),
        ("703/2023 56 ja 52 §", "other_person", []),
        ("703/2023 56 §", "client", [("N20", "recipient", "objection")]),
        ("703/2023 56 §", "other_authority", []),
        ("703/2023 56 §", "health_care_provider", []),
    ],
)
def test_56_goes_to_private_persons_only_with_its_necessity(
    provision: str, word: str, found: list[Any]
) -> None:
    assert cite(provision, word) == found
    necessary = [each for each in found if each[1] != "ground.necessity"]
    assert cite(provision, word, necessity="Ei ollut muuta keinoa") == necessary


@pytest.mark.parametrize("text", ["Tieto on välttämätön", "Ei ollut välttämätöntä", "Nödvändigt"])
def test_words_of_a_text_state_no_necessity(text: str) -> None:
    data = notice(ground("statute", provision="703/2023 56 § 3 mom."), to("other_person"))
    assert judged({**data, "purpose": text}) == [("N20", "ground.necessity", "warning")]


@pytest.mark.refuses("N21")
def test_62_goes_to_the_police_and_asks_when_the_name_is_another() -> None:
    assert cite("703/2023 62 §", "other_authority", "Sisä-Suomen poliisilaitos") == []
    assert cite("703/2023 62 §", "other_authority", "Polisinrättningen i Österbotten") == []
    assert cite("703/2023 62 §", "other_authority", "Kela") == [("N21", "recipient", "warning")]
    assert cite("703/2023 62 §", "social_welfare_authority") == [("N21", "recipient", "objection")]


@pytest.mark.parametrize(
    ("cited", "word", "named"),
    [
        ("703/2023 49 § 1 mom.", "client", "703/2023 49 § 1 mom."),
        ("703/2023 49 § 1-2 mom.", "client", "703/2023 49 §"),
        ("703/2023 49 §", "client", "703/2023 49 §"),
        ("703/2023 49 § 1 mom. ja 62 §", "client", "703/2023 49 § 1 mom."),
        ("703/2023 50 § 1 mom.", "other", "703/2023 50 § 1 mom."),
        ("703/2023 63 § 3 mom.", "other", "703/2023 63 § 3 mom."),
        ("703/2023 56 §", "other_person", "703/2023 56 § 3 mom."),
        ("703/2023 62 §", "other_authority", "703/2023 62 §"),
        ("703/2023", "other", "703/2023"),
        ("703/2023 10 § 3 mom. ja 48 §", "other", "703/2023 48 §"),
        ("703/2023 58 § 6 mom.", "other", "703/2023 58 §"),
    ],
)
def test_a_mismatch_names_the_provision_it_was_found_by(cited: str, word: str, named: str) -> None:
    basis = ground("statute", provision=cited)
    found = check_data(notice(basis, to(word, "Kela")), GIVEN)
    assert [dict(each.parameters)["provision"] for each in found if each.rule != "N15"] == [named]


def test_a_recipient_with_several_roles_fits_by_one_of_them() -> None:
    both = {"kind": "organisation", "name": "X", "roles": ["other", "other_authority"]}
    assert judged(notice(ground("statute", provision="703/2023 63 § 2 mom."), both)) == []


NO_GROUND = [
    ("703/2023 64 §", "N24.acquisition", "warning"),
    ("703/2023 39 §", "N24.acquisition", "warning"),
    ("703/2023 76 §", "N24.through_kanta", "warning"),
    ("703/2023 48 § 1 mom. 1 kohta", "N24.cooperation", "warning"),
    ("asiakastietolaki 15 §", "N24.transfer", "warning"),
    ("703/2023 16 § 1 mom.", "N24.transfer", "warning"),
    ("703/2023 14 §", "N24.purchased_service", "warning"),
    ("703/2023 6 §", "N24.consent", "warning"),
    ("703/2023 11 §", "N24.log_data", "warning"),
    ("703/2023 10 § 3 mom. ja 48 §", "N24.cooperation", "warning"),
    ("703/2023", "N24.no_section", "warning"),
    ("Laki sosiaali- ja terveydenhuollon asiakastietojen käsittelystä (703/2023)",
     "N24.no_section", "warning"),
    ("703/2023 58 §", "N24", "objection"),
    ("703/2023 1 §", "N24", "objection"),
    ("703/2023 102 §", "N24", "objection"),
    ("703/2023 51 § 1 mom.", "N24", "objection"),
    ("703/2023 53 § 4 mom.", "N24", "objection"),
    ("703/2023 54 § 5 mom.", "N24", "objection"),
    ("703/2023 10 § 3 mom.", "N24", "objection"),
    ("703/2023 999 §", "N24.subsection", "objection"),
    ("703/2023 103 §", "N24.subsection", "objection"),
    ("703/2023 62 § 4 mom.", "N24.subsection", "objection"),
    ("703/2023 58 § 6 mom.", "N24.subsection", "objection"),
    ("703/2023 0 §", "N24.subsection", "objection"),
]  # fmt: skip


@pytest.mark.refuses("N24")
@pytest.mark.parametrize(("provision", "key", "severity"), NO_GROUND)
def test_a_provision_of_the_act_that_is_no_ground_is_found(
    provision: str, key: str, severity: str
) -> None:
    for kind in ("statute", "information_request"):
        data = notice(ground(kind, provision=provision), to("other_person"))
        found = [p for p in check(DisclosureNotice.model_validate(data), GIVEN) if p.rule != "N15"]
        assert [(p.key, p.path, p.severity) for p in found] == [(key, "ground.provision", severity)]


@pytest.mark.accepts("N24")
@pytest.mark.parametrize(
    "provision",
    ["703/2023 ja LSL 25 §", "703/2023 62 a §", "703/2023, JulkL 29 §", "Laki 417/2007 (703/2023)"],
)
def test_a_text_that_names_the_act_beside_another_is_left_alone(provision: str) -> None:
    assert cite(provision, "other_authority") == []


def test_the_gravest_mismatch_of_an_information_request_is_the_one_that_is_said() -> None:
    asked = ground("information_request", provision="703/2023 55 § 1 mom.")
    assert judged(notice(asked, to("other"))) == [("N19", "recipient", "objection")]
    asked["provision"] = "703/2023 50 §"
    assert judged(notice(asked, to("other"))) == [("N16", "recipient", "warning")]


@pytest.mark.parametrize(
    "provision",
    [
        "417/2007 25 §",
        "Lastensuojelulaki 25 §",
        "703/2023 62 § ja poliisilaki 872/2011 4 luvun 2 §",
        "(EU) 2016/679 6 artikla",
        "Tietosuoja-asetus 15 artikla",
        "703/2023 62 a §",
        "Oikeudenkäymiskaaren 17 luku 12 §",
        "LSL 63 §",
        "LSL 62 §",
        "LSL 25 §",
        "AdoptioL 53 §",
        "SHL 49 §",
        "JulkL 11 §",
        "HolhTL 91 §",
        "RL 15 luku 10 §",
        "UK 3 luku 64 §",
        "PL 111 §",
        "HL 34 §",
        "KL 62 §",
        "Lastensuojelulakiin 63 §",
        "lastensuojelulaissa 62 §",
        "holhoustoimilain 91 §",
        "Rikoslain 15 luvun 10 §",
        "ulosottokaaren 3 luvun 64 §",
        "perustuslakia 111 §",
        "laki potilaan asemasta ja oikeuksista 13 §",
        "Barnskyddslagen 25 §",
        "703/2023 63 § ja LSL 25 §",
        "asiakastietolaki 63 §, RL 15 luku 10 §",
        "703/2023 ja laki potilaan asemasta ja oikeuksista 13 §",
        "EU 2016/679 art. 6",
        "yleinen tietosuoja-asetus 15 artikla",
        "63 a §",
        "sopimuksen 63 §",
        "kirje 63 §",
    ],
)
def test_what_is_not_understood_is_never_judged(provision: str) -> None:
    assert citations(provision) == ()
    assert cite(provision, "client") == []


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("703/2023 62 §", [(62,)]),
        ("asiakastietolaki 62 §", [(62,)]),
        ("Asiakastietolain (703/2023) 63 §:n 1 momentti", [(63, 1)]),
        ("62 § 1 mom.", [(62, 1)]),
        ("62§", [(62,)]),
        ("63 § 1 ja 3 mom.", [(63, 1, 3)]),
        ("63 § 2–3 mom.", [(63, 2, 3)]),
        ("63.2 §", [(63, 2)]),
        ("56 § 1 mom. 3 kohta ja 3 mom.", [(56, 1, 3)]),
        ("55 § 2 mom. ja 56 § 1 mom. (703/2023)", [(55, 2), (56, 1)]),
        ("703/2023 49-50 §", [(49,), (50,)]),
        ("Laki sosiaali- ja terveydenhuollon asiakastietojen käsittelystä 703/2023, 63 §", [(63,)]),
        ("klientuppgiftslagen 63 § 1 mom.", [(63, 1)]),
        ("kunduppgiftslagen 63 § 1 mom.", [(63, 1)]),
        ("lagen om behandling av kunduppgifter inom social- och hälsovården 63 §", [(63,)]),
        ("asiakastietolakiin 63 §", [(63,)]),
        ("asiakastietolaissa 63 §:n 1 ja 2 momentti", [(63, 1, 2)]),
        ("asiakastietolain nojalla 62 §", [(62,)]),
        ("sosiaali- ja terveydenhuollon asiakastietojen käsittelystä annetun lain 63 §", [(63,)]),
        ("703/2023 63 § 1 mom., tuomioistuimen pyyntö", [(63, 1)]),
        ("63 §:n nojalla", [(63,)]),
    ],
)
def test_citations_are_read_as_people_write_them(text: str, cited: list[tuple[int, ...]]) -> None:
    assert citations(text) == tuple(Citation(first, moments) for first, *rest in cited
                                    for moments in [tuple(rest)])  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["703/2023 63 § " + "1," * 8000, "1," * 8000, "asiakastietojen " * 8000, "laki " * 20000,
     "63 § " * 8000, "703/2023 " * 8000, "(" * 30000, "1-" * 9000 + "§", "9" * 30000 + " §"],
    ids=range(9),
)  # fmt: skip
def test_a_long_text_is_read_in_linear_time(text: str) -> None:
    begun = time.process_time()
    citations(text)
    names_a_provision(text)
    assert time.process_time() - begun < 2


@given(
    kind=st.sampled_from(GROUNDS),
    receiver=st.sampled_from(RECIPIENTS),
    held=st.lists(st.sampled_from(ROLES), min_size=1, max_size=5),
    relation=st.sampled_from(["legal_representative", "close_person", "other"]),
    provision=st.one_of(
        st.text(min_size=1),
        st.builds(
            "{}{} §{} {} mom.".format,
            st.sampled_from(["703/2023 ", "", "asiakastietolaki ", "417/2007 "]),
            st.integers(0, 120),
            st.sampled_from(["", ":n", " 1 ja"]),
            st.sampled_from(["1", "2", "3", "9", "1-3", "0", "99"]),
        ),
    ),
)
def test_no_combination_of_ground_and_recipient_raises_anything_but_invalid_notice(
    kind: str, receiver: str, held: list[str], relation: str, provision: str
) -> None:
    data = full(kind, receiver)
    if "roles" in data["recipient"]:
        data["recipient"]["roles"] = held
    if "relation" in data["recipient"]:
        data["recipient"]["relation"] = relation
    if "provision" in data["ground"]:
        data["ground"]["provision"] = provision
    raised: list[DisclosureError] = []
    try:
        read = DisclosureNotice.model_validate(data)
        build([read], Setup(Settings.stand_in(), EDITION))
    except DisclosureError as error:
        raised.append(error)
    assert {type(error) for error in raised} <= {InvalidNotice}
