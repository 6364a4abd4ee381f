"""The provisions of 703/2023 that let social welfare client data go, subsection by subsection.

The table of ``table`` goes on here. Law as of 21.2.2025: 703/2023 with 307/2024.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sha_disclosure.law.grounds.table import (
    AUTHORITY,
    CARE,
    HEALTH,
    NONE,
    OTHER,
    OTHER_PERSON,
    PERSONS,
    PROVIDER,
    REPRESENTED,
    ROLES,
    SOCIAL,
    SOCIAL_AUTHORITY,
    Row,
    Words,
)


def _section(  # noqa: PLR0913 - a row of the table, its cells
    paragraph: int,
    moment: int,
    rule: str,
    texts: tuple[str, str],
    known: Words,
    doubtful: Words = NONE,
    *,
    doubt: str = "",
    necessity: Words = NONE,
) -> Row:
    return Row(
        "statute",
        f"703/2023 {paragraph} § {moment} mom.",
        *texts,
        known,
        rule,
        doubtful,
        doubt or f"{rule}.doubtful",
        paragraph,
        moment,
        necessity,
    )


_REPRESENTATION = (
    "hearing and consent of a patient: legal representative, close person",
    "potilaan kuuleminen ja suostumus: laillinen edustaja, lähiomainen tai muu läheinen",
)
_JOINT = (
    "a joint service of social and health care: those who carry it out",
    "sosiaali- ja terveydenhuollon yhteinen palvelu: sen toteuttamiseen osallistuvat",
)
_PATIENT_DATA = (
    "patient data to a social welfare provider, by permission",
    "potilastiedot sosiaalihuollon palvelunantajalle luovutusluvalla",
)

PROVISIONS: tuple[Row, ...] = (
    _section(49, 1, "N23", _REPRESENTATION, REPRESENTED, OTHER_PERSON | ROLES),
    _section(
        49,
        2,
        "N23",
        ("a patient who is unconscious: close person", "tajuton potilas: läheinen"),
        REPRESENTED,
        OTHER_PERSON | ROLES,
    ),
    _section(
        49,
        3,
        "N23",
        (
            "making the client's plan and finding out the client's will: legal representative, "
            "close person",
            "suunnitelman tekeminen ja asiakkaan tahdon selvittäminen: laillinen edustaja, "
            "lähiomainen tai muu läheinen",
        ),
        REPRESENTED,
        OTHER_PERSON | ROLES,
    ),
    _section(
        50,
        1,
        "N23",
        (
            "acting for another: authorised person, guardian, custodian of a child",
            "toisen puolesta asiointi: valtuutettu, edunvalvoja, huoltaja",
        ),
        PERSONS,
        ROLES,
    ),
    _section(
        52,
        1,
        "N23",
        (
            "after death, on a reasoned written application: who needs the data for important "
            "interests or rights",
            "kuoleman jälkeen perustellusta kirjallisesta hakemuksesta: se, joka tarvitsee tietoja "
            "tärkeiden etujensa tai oikeuksiensa vuoksi",
        ),
        PERSONS | ROLES,
    ),
    _section(53, 1, "N19", _JOINT, CARE),
    _section(53, 2, "N19", _PATIENT_DATA, SOCIAL),
    _section(
        53,
        3,
        "N19",
        (
            "social welfare client data to a health-care provider, by itemised permission",
            "sosiaalihuollon asiakastiedot terveydenhuollon palvelunantajalle yksilöidyllä "
            "luovutusluvalla",
        ),
        HEALTH,
    ),
    _section(
        53,
        5,
        "N19",
        (
            "necessary patient data to a social welfare provider without permission; the "
            "authority's right towards health care",
            "välttämättömät potilastiedot sosiaalihuollon palvelunantajalle ilman luovutuslupaa; "
            "viranomaisen oikeus saada tietoja terveydenhuollosta",
        ),
        SOCIAL,
    ),
    _section(
        53,
        6,
        "N19",
        (
            "necessary social welfare client data to a health-care provider without permission",
            "välttämättömät sosiaalihuollon asiakastiedot terveydenhuollon palvelunantajalle "
            "ilman luovutuslupaa",
        ),
        HEALTH,
    ),
    _section(
        55,
        1,
        "N19",
        (
            "between social welfare providers, by permission",
            "sosiaalihuollon palvelunantajien välillä luovutusluvalla",
        ),
        SOCIAL,
    ),
    _section(
        55,
        2,
        "N19",
        (
            "the rights of 55 § 2 mom.: use the ground `broad_right` or `authority_right`",
            "55 §:n 2 momentin oikeudet: käytä perustetta `broad_right` tai `authority_right`",
        ),
        NONE,
        SOCIAL,
        doubt="N19.conditions",
    ),
    _section(
        55,
        3,
        "N19",
        (
            "by other means, when not through the national services",
            "muulla tavoin, kun tietoja ei saada valtakunnallisten palvelujen välityksellä",
        ),
        SOCIAL,
    ),
    _section(
        56,
        1,
        "N20",
        (
            "to secure care and welfare: permission cannot be had or is denied, and one of three "
            "cases is at hand",
            "hoidon ja huollon turvaaminen: luovutuslupaa ei voida saada tai luovutus kielletään, "
            "ja jokin kolmesta kohdasta täyttyy",
        ),
        CARE | AUTHORITY | OTHER | PERSONS,
        necessity=OTHER | PERSONS,
    ),
    _section(
        56,
        2,
        "N20",
        (
            "as 1 mom., to public providers, those who act for them, and authorities",
            "kuten 1 mom.: julkinen palvelunantaja, sen lukuun toimiva, viranomainen",
        ),
        SOCIAL | AUTHORITY | OTHER | OTHER_PERSON,
        HEALTH | REPRESENTED,
    ),
    _section(
        56,
        3,
        "N20",
        (
            "as 1 mom., to private providers for immediate care, and to other private persons and "
            "bodies when necessary",
            "kuten 1 mom.: yksityinen palvelunantaja välittömään hoitoon, muu yksityinen henkilö "
            "tai yhteisö, kun se on välttämätöntä",
        ),
        PROVIDER | HEALTH | OTHER | PERSONS,
        SOCIAL_AUTHORITY | AUTHORITY,
    ),
    _section(
        62,
        1,
        "N21",
        (
            "assessing a threat to life or health and preventing a threatening act: police",
            "henkeen tai terveyteen kohdistuvan uhkan arviointi ja uhkaavan teon estäminen: "
            "poliisi",
        ),
        AUTHORITY,
    ),
    _section(
        63,
        1,
        "N22",
        (
            "a matter of a court or authority that the provider may or must start or take part "
            "in; abuse of a benefit",
            "tuomioistuimen tai viranomaisen asia, jonka palvelunantaja saa tai joutuu panemaan "
            "vireille tai johon se osallistuu; etuuden väärinkäyttö",
        ),
        SOCIAL_AUTHORITY | AUTHORITY,
        PROVIDER | HEALTH | OTHER,
    ),
    _section(
        63,
        2,
        "N22",
        (
            "on request, to solve a serious crime: police, prosecutor, court",
            "pyynnöstä vakavan rikoksen selvittämiseksi: poliisi, syyttäjä, tuomioistuin",
        ),
        AUTHORITY,
    ),
    _section(
        63,
        3,
        "N22",
        (
            "on the provider's own initiative, on suspicion of a crime",
            "oma-aloitteisesti, kun epäillään rikosta",
        ),
        AUTHORITY,
        CARE | OTHER | PERSONS,
    ),
    _section(
        63,
        4,
        "N22",
        (
            "a public provider verifies information essential for its statutory task",
            "julkinen palvelunantaja tarkistaa laissa säädetyn tehtävänsä kannalta olennaista "
            "tietoa",
        ),
        ROLES,
        PERSONS,
    ),
)
"""The provisions of 703/2023 that let social welfare client data go, by subsection."""

NO_GROUNDS: Mapping[int, str] = MappingProxyType(
    {39: "N24.acquisition", 64: "N24.acquisition", 76: "N24.through_kanta"}
)
"""Paragraphs that are taken for grounds and are none past Kanta; all others: ``N24.doubtful``."""

LAST_PARAGRAPH = 102
"""No paragraph above this is of 703/2023."""
