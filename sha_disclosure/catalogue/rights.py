"""The words of the rules on the rights of 55 § and the information request (N09, N10, N16)."""

from __future__ import annotations

from sha_disclosure.catalogue.entry import RuleEntry

ENTRIES = (
    RuleEntry(
        "N09",
        "703/2023 55 § 2 mom. 1. virke",
        "The broad right of access: one of the four causes, no legal representative, necessity; "
        "the recipient is a social welfare provider.",
        "Laaja tiedonsaantioikeus: jokin neljästä syystä, ei laillista edustajaa, "
        "välttämättömyys; luovutuksensaaja on sosiaalihuollon palvelunantaja.",
        {
            "recipient": (
                "The broad right of access is a social welfare provider's: add the role "
                "`social_welfare_provider` to the recipient if it is one. A health-care "
                "provider's like right is in 53 § 6 mom.: cite it as ground `statute`. Otherwise "
                "use another ground.",
                "Laaja tiedonsaantioikeus on sosiaalihuollon palvelunantajalla: lisää "
                "luovutuksensaajalle rooli `social_welfare_provider`, jos se on sellainen. "
                "Terveydenhuollon palvelunantajan vastaavasta oikeudesta säädetään 53 §:n 6 "
                "momentissa: ilmoita se säännöksenä (`statute`). Muuten käytä muuta perustetta.",
            ),
            "cause": (
                "The broad right of access rests on one of four causes for which the client "
                "cannot judge the meaning of a permission: memory disease, mental disorder, "
                "intellectual disability or a similar cause. Name it in `cause`, or use another "
                "ground.",
                "Laaja tiedonsaantioikeus edellyttää, ettei asiakkaalla ole muistisairauden, "
                "mielenterveyden häiriön, kehitysvammaisuuden tai vastaavan syyn takia "
                "edellytyksiä arvioida luovutusluvan merkitystä. Ilmoita syy kohdassa `cause` "
                "tai käytä muuta perustetta.",
            ),
            "no_legal_representative": (
                "The broad right of access exists only when the client has no legal "
                "representative: state `no_legal_representative: true` if that is so; otherwise "
                "ask the representative, or use another ground.",
                "Laaja tiedonsaantioikeus edellyttää, ettei asiakkaalla ole laillista edustajaa: "
                "ilmoita `no_legal_representative: true`, jos näin on; muuten pyydä lupa "
                "edustajalta tai käytä muuta perustetta.",
            ),
            "necessity": (
                "The broad right of access covers only data that is necessary to arrange or "
                "carry out a necessary social service: say in `necessity` why it is, or use "
                "another ground.",
                "Laaja tiedonsaantioikeus koskee vain tietoja, jotka ovat välttämättömiä "
                "välttämättömän sosiaalipalvelun järjestämiseksi tai toteuttamiseksi: perustele "
                "välttämättömyys kohdassa `necessity` tai käytä muuta perustetta.",
            ),
        },
    ),
    RuleEntry(
        "N10",
        "703/2023 55 § 2 mom. 2. virke",
        "The authority's right of access: one of the three purposes and a statutory task; the "
        "recipient is a social welfare authority.",
        "Viranomaisen tiedonsaantioikeus: jokin kolmesta käyttötarkoituksesta ja laissa säädetty "
        "tehtävä; luovutuksensaaja on sosiaalihuollon viranomainen.",
        {
            "recipient": (
                "The authority's right of access is a social welfare authority's: add the role "
                "`social_welfare_authority` to the recipient if it is one, or use another "
                "ground.",
                "Viranomaisen tiedonsaantioikeus on sosiaalihuollon viranomaisella: lisää "
                "luovutuksensaajalle rooli `social_welfare_authority`, jos se on viranomainen, "
                "tai käytä muuta perustetta.",
            ),
            "purpose": (
                "The authority's right of access serves one of three purposes: to assess the "
                "client's need for social welfare, to arrange it and carry out its measures, or "
                "to verify information that was given. Name it in `purpose`, or use another "
                "ground.",
                "Viranomaisen tiedonsaantioikeus koskee tietoja, jotka ovat välttämättömiä "
                "sosiaalihuollon tarpeen selvittämiseksi, sosiaalihuollon järjestämiseksi ja "
                "siihen liittyvien toimenpiteiden toteuttamiseksi tai annettujen tietojen "
                "tarkistamiseksi. Ilmoita näistä yksi kohdassa `purpose` tai käytä muuta "
                "perustetta.",
            ),
            "statutory_task": (
                "The authority's right of access rests on a task that law lays on the authority: "
                "name the task, with its provision, in `statutory_task`, or use another ground.",
                "Viranomaisen tiedonsaantioikeus perustuu viranomaiselle laissa säädettyyn "
                "tehtävään: ilmoita tehtävä ja sen säännös kohdassa `statutory_task` tai käytä "
                "muuta perustetta.",
            ),
        },
    ),
    RuleEntry(
        "N16",
        "703/2023 49-50 §; (EU) 2016/679 art. 15; official example 1.0.0",
        "An information request is answered to the client or to another person.",
        "Tietopyyntöön vastataan asiakkaalle tai toiselle henkilölle.",
        {
            "": (
                "An information request is answered to the client or to another person: make the "
                "recipient `client` or `person`, or use another ground.",
                "Tietopyyntöön vastataan asiakkaalle tai toiselle henkilölle: anna "
                "luovutuksensaajaksi `client` tai `person` tai käytä muuta perustetta.",
            ),
        },
    ),
)
