"""Disclosures as social welfare makes them: what the rules say of each, and that it is stored."""

from __future__ import annotations

from typing import Any

import pytest
from notices import NOW, Data, full, ground, recipient

from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import Edition
from sha_disclosure.law import Circumstances, check
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources

OBJECTED = {
    "N06.unrecognised", "N07.later", "N09.no_cause", "N09.recipient", "N10.recipient", "N17",
    "N19", "N20", "N21", "N22", "N23", "N24", "N24.subsection",
}  # fmt: skip


def body(name: str, *roles: str) -> Data:
    return {"kind": "organisation", "name": name, "roles": list(roles)}


def authority(name: str) -> Data:
    return body(name, "other_authority")


def other(name: str) -> Data:
    return body(name, "other")


def person(relation: str) -> Data:
    return recipient("person", relation=relation)


def by(provision: str, receiver: Data, **more: Any) -> Data:
    return {
        **full(),
        "ground": ground("statute", provision=provision),
        "recipient": receiver,
        **more,
    }


def on(basis: Data, receiver: Data, **more: Any) -> Data:
    return {**full(), "ground": basis, "recipient": receiver, **more}


def needed(provision: str, receiver: Data) -> Data:
    basis = ground("statute", provision=provision, necessity="Hoivaa ei voitu muuten toteuttaa")
    return on(basis, receiver)


def asked(provision: str, receiver: Data) -> Data:
    return on(ground("information_request", provision=provision), receiver)


CLIENT: Data = {"kind": "client"}
COUNTY = body("Toinen hyvinvointialue", "social_welfare_authority")
BOTH = body("Helsingin kaupunki", "social_welfare_authority", "social_welfare_provider")
CARE_HOME = body("Hoivakoti Oy", "social_welfare_provider")
HOSPITAL = body("Keskussairaala", "health_care_provider")
CLINIC = body("Lääkärikeskus Oy", "health_care_provider")
POLICE = authority("Helsingin poliisilaitos")
GUARDIAN = person("legal_representative")
RELATIVE = person("close_person")
STRANGER = person("other")
IN_KANTA = {"kind": "permission", "stored_in_kanta": True}
CONSENT_IN_KANTA = {"kind": "consent", "stored_in_kanta": True}
WITHOUT_CAUSE = {
    "kind": "broad_right", "no_legal_representative": True, "necessity": "Hoivan järjestäminen",
}  # fmt: skip

SITUATIONS: dict[str, tuple[Data, list[str]]] = {
    # an authority that provides or arranges services is a provider too (3 § 11 kohta)
    "the broad right, to a county that is an authority": (on(ground("broad_right"), COUNTY), []),
    "the broad right, to a care home": (on(ground("broad_right"), CARE_HOME), []),
    "the broad right, to a hospital": (on(ground("broad_right"), HOSPITAL), ["N09.recipient"]),
    "the broad right for old age": (on(WITHOUT_CAUSE, CARE_HOME), ["N09.no_cause"]),
    "the authority's right, to a county": (on(ground("authority_right"), COUNTY), []),
    "the authority's right, to a care home": (
        on(ground("authority_right"), CARE_HOME), ["N10.recipient"],
    ),
    # patient data
    "49 § 1 mom. to a representative": (by("703/2023 49 § 1 mom.", GUARDIAN), ["N23.patient"]),
    "49 § 2 mom. to a relative": (by("703/2023 49 § 2 mom.", RELATIVE), ["N23.patient"]),
    "49 § 2 mom. to a representative": (by("703/2023 49 § 2 mom.", GUARDIAN), ["N23.patient"]),
    "49 § 3 mom. to a relative": (by("703/2023 49 § 3 mom.", RELATIVE), []),
    "49 § to a relative": (by("703/2023 49 §", RELATIVE), []),
    "53 § 2 mom. to a county": (by("703/2023 53 § 2 mom.", COUNTY), ["N19.patient"]),
    "53 § 5 mom. to a county": (by("703/2023 53 § 5 mom.", BOTH), ["N19.patient"]),
    # a party's representative, and work across sectors
    "51 § 2 mom. to a custodian": (by("703/2023 51 § 2 mom.", GUARDIAN), []),
    "51 § to a custodian": (by("703/2023 51 §", GUARDIAN), []),
    "51 § 2 mom. to a guardianship office": (
        by("703/2023 51 § 2 mom.", authority("Edunvalvontatoimisto")), ["N23.doubtful"],
    ),
    "51 § 2 mom. to the client": (by("703/2023 51 § 2 mom.", CLIENT), ["N23"]),
    "work across sectors with a school": (
        by("703/2023 48 § 1 mom.", other("Peruskoulu")), ["N24.cooperation"],
    ),
    "work across sectors with youth work": (
        by("703/2023 48 §", authority("Nuorisotoimi")), ["N24.cooperation"],
    ),
    "a service moves to another county": (by("703/2023 15 § 1 mom.", BOTH), ["N24.transfer"]),
    "a provider ends": (by("703/2023 16 § 1 mom.", COUNTY), ["N24.transfer"]),
    # 63 §
    "suspected abuse, to a pension institution": (
        by("703/2023 63 § 1 mom.", other("Eläkevakuutusyhtiö")), [],
    ),
    "suspected abuse, to Kela": (by("703/2023 63 § 1 mom.", authority("Kela")), []),
    "custody matter, to a district court": (
        by("703/2023 63 § 1 mom.", authority("Käräjäoikeus")), [],
    ),
    "a foreign court": (by("703/2023 63 § 1 mom.", authority("Amtsgericht")), []),
    "a serious crime, to the police": (by("703/2023 63 § 2 mom.", POLICE), []),
    "a serious crime, to a newspaper": (by("703/2023 63 § 2 mom.", other("Lehti")), ["N22"]),
    "suspicion of a crime, to a school": (
        by("703/2023 63 § 3 mom.", other("Koulu")), ["N22.doubtful"],
    ),
    "verifying information at a bank": (by("703/2023 63 § 4 mom.", other("Pankki")), []),
    "63 § to the client": (by("703/2023 63 §", CLIENT), ["N22"]),
    # 56 §
    "securing care, to a public hospital": (by("703/2023 56 § 2 mom.", HOSPITAL), []),
    "securing care, to a foreign authority": (
        by("703/2023 56 § 2 mom.", authority("Socialnämnden")), [],
    ),
    "securing care, to one that acts for a county": (
        by("703/2023 56 § 2 mom.", other("Järjestö")), [],
    ),
    "securing care, to a clinic, necessity stated": (needed("703/2023 56 § 3 mom.", CLINIC), []),
    "securing care, to a clinic": (by("703/2023 56 § 3 mom.", CLINIC), ["N20.necessity"]),
    "securing care, to a neighbour": (by("703/2023 56 §", STRANGER), ["N20.necessity"]),
    "securing care, to a neighbour, necessity stated": (needed("703/2023 56 §", STRANGER), []),
    "securing care, to a landlord": (
        by("703/2023 56 § 1 mom. 3 kohta", other("Vuokranantaja")), ["N20.necessity"],
    ),
    "securing care, to the client": (by("703/2023 56 §", CLIENT), ["N20"]),
    # 55 § and 53 § without a permission's data
    "55 § 1 mom. as a mere provision": (by("703/2023 55 § 1 mom.", COUNTY), ["N19.permission"]),
    "55 § as a mere provision": (by("703/2023 55 §", COUNTY), ["N19.permission"]),
    "55 § 2 mom. as a mere provision": (by("703/2023 55 § 2 mom.", COUNTY), ["N19.conditions"]),
    "55 § 3 mom., a manner of access": (by("703/2023 55 § 3 mom.", COUNTY), ["N19.manner"]),
    "53 § 3 mom. as a mere provision": (by("703/2023 53 § 3 mom.", HOSPITAL), ["N19.permission"]),
    "53 § 6 mom. to a hospital": (by("703/2023 53 § 6 mom.", HOSPITAL), []),
    "53 § 1 mom. to a family centre": (by("703/2023 53 § 1 mom.", HOSPITAL), []),
    "55 § 1 mom. to a hospital": (by("703/2023 55 § 1 mom.", HOSPITAL), ["N19"]),
    # permission and consent
    "a permission in Kanta, to a county": (on(IN_KANTA, COUNTY), []),
    "a permission in Kanta, to a hospital, nothing said": (
        on(IN_KANTA, HOSPITAL), ["N07.itemised"],
    ),
    "a permission in Kanta, to a hospital, with its scope": (
        on({**IN_KANTA, "scope": "Palvelutarpeen arvio"}, HOSPITAL), [],
    ),
    "a permission in Kanta, to a hospital, with its document": (
        on({**IN_KANTA, "document_id": "1.2.246.10.1.14.2026.1"}, HOSPITAL), [],
    ),
    "a consent in Kanta, to an insurer, nothing said": (
        on(CONSENT_IN_KANTA, other("Vakuutusyhtiö")), ["N07.national"],
    ),
    "a consent in Kanta, to an insurer, with its day": (
        on({**CONSENT_IN_KANTA, "given_at": "2026-11-02"}, other("Vakuutusyhtiö")), [],
    ),
    "a consent, to an insurer": (on(ground("consent"), other("Vakuutusyhtiö")), []),
    "a consent, to a school": (on(ground("consent"), authority("Koulu")), []),
    "a consent, to a relative": (on(ground("consent"), RELATIVE), []),
    "a consent, to a county": (on(ground("consent"), COUNTY), ["N18.doubtful"]),
    "a consent, to the client": (on(ground("consent"), CLIENT), ["N18.doubtful"]),
    "a permission, to a school": (on(ground("permission"), other("Koulu")), ["N17"]),
    "a consent cited as 6 §": (by("703/2023 6 §", other("Vakuutusyhtiö")), ["N24.consent"]),
    # information requests
    "the client's own request": (asked("(EU) 2016/679 15 art.", CLIENT), []),
    "a party's request": (asked("JulkL 11 §", CLIENT), []),
    "a custodian's request": (asked("703/2023 50 §", GUARDIAN), []),
    "a law firm's request": (asked("JulkL 11 §", other("Asianajotoimisto")), ["N16"]),
    "a guardianship office's request": (
        asked("703/2023 50 §", authority("Edunvalvontatoimisto")), ["N16"],
    ),
    "an estate's request": (asked("703/2023 52 §", other("Kuolinpesä")), ["N16"]),
    "a company as a party": (asked("621/1999 11 §", other("Yhtiö Oy")), ["N16"]),
    "an heir after death": (asked("703/2023 52 §", RELATIVE), []),
    # the police
    "a threat, to the police": (by("703/2023 62 §", POLICE), []),
    "a threat, to an emergency centre": (
        by("703/2023 62 §", authority("Hätäkeskuslaitos")), ["N21.doubtful"],
    ),
    "a threat, to a school": (by("703/2023 62 §", other("Koulu")), ["N21"]),
    # other acts are left alone
    "child welfare notification": (by("LSL 25 §", COUNTY), []),
    "enforcement officer": (by("UK 3 luku 64 §", authority("Ulosottolaitos")), []),
    "guardianship authority": (by("HolhTL 91 §", authority("Digi- ja väestötietovirasto")), []),
    "parliamentary ombudsman": (by("PL 111 §", authority("Eduskunnan oikeusasiamies")), []),
    "supervisory authority": (by("741/2023 22 §", authority("Lupa- ja valvontavirasto")), []),
    "researcher": (by("JulkL 28 §", other("Yliopisto")), []),
    "secondary use": (by("552/2019 44 §", authority("Findata")), []),
    "debt counselling": (on(ground("consent"), authority("Oikeusaputoimisto")), []),
    "a care provider abroad": (by("(EU) 2019/1111 80 artikla", authority("Jugendamt")), []),
    # what the law knows nothing of
    "a letter to the wrong address": (by("Kirje väärin", STRANGER), ["N06.unrecognised"]),
    "a telephone call in an emergency": (by("Pakkotila", HOSPITAL), ["N06.unrecognised"]),
    "an act without a section": (by("Lastensuojelulaki", COUNTY), ["N06.unrecognised"]),
    "the act without a section": (by("703/2023", COUNTY), ["N24.no_section"]),
    "the act by its short name alone": (by("asiakastietolaki", COUNTY), ["N06.unrecognised"]),
    "a chapter of the act": (by("703/2023 8 luku", COUNTY), ["N24.no_section"]),
    "a section that gives no right": (by("703/2023 58 §", COUNTY), ["N24"]),
    "a section that is not": (by("703/2023 163 §", COUNTY), ["N24.subsection"]),
    # before the act was in force
    "63 § before it was in force": (
        by("703/2023 63 § 1 mom.", authority("Kela"), disclosed_at="2023-12-31"),
        ["N24.not_in_force"],
    ),
    "63 § on its first day": (
        by("703/2023 63 § 1 mom.", authority("Kela"), disclosed_at="2024-01-01T00:30:00+02:00"), [],
    ),
    "the broad right before it was in force": (
        on(ground("broad_right"), CARE_HOME, disclosed_at="2023-06-01"), ["N24.not_in_force"],
    ),
    "the earlier act of the same short name": (
        by("asiakastietolaki 784/2021 20 §", authority("Kela"), disclosed_at="2023-12-31"), [],
    ),
    "a section that gives no right, before it was in force": (
        by("703/2023 58 §", CLIENT, disclosed_at="2023-12-31"), ["N24.not_in_force"],
    ),
    "another act before 703/2023 was in force": (
        by("812/2000 18 §", authority("Kela"), disclosed_at="2023-12-31"), [],
    ),
}  # fmt: skip


@pytest.mark.accepts("N06", "N07", "N09", "N10", "N16", "N18", "N19", "N20", "N21", "N22", "N23")
@pytest.mark.refuses("N06", "N07", "N09", "N10", "N17", "N18", "N19", "N20", "N21", "N22", "N23")
@pytest.mark.parametrize("name", SITUATIONS)
def test_the_rules_say_what_the_law_says_and_the_event_is_stored(
    name: str, edition: Edition, settings: Settings, sources: Sources
) -> None:
    data, keys = SITUATIONS[name]
    given = Circumstances(now=NOW, environment="sandbox", wire=edition.wire)
    found = [p for p in check(DisclosureNotice.model_validate(data), given) if p.rule != "N15"]
    assert [p.key for p in found] == keys
    assert {p.key for p in found if p.severity == "objection"} == set(keys) & OBJECTED
    assert not [p for p in found if p.severity == "error"]
    confirmed = {**data, "acknowledged": sorted(set(keys) & OBJECTED)}
    made = build([DisclosureNotice.model_validate(confirmed)], Setup(settings, edition, sources))
    assert set(made.acknowledged) == set(keys) & OBJECTED
