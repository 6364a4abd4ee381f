"""The words of the rules on searches by a right of access, and on 56 § (A01-A11)."""

from __future__ import annotations

from sha_disclosure.catalogue.entry import RuleEntry

ENTRIES = (
    RuleEntry(
        "A01",
        "703/2023 53 § 5-6 mom., 55 § 2 mom.; requirements HaLu08 and HaLu09",
        "A search says by which right it is made.",
        "Haussa ilmoitetaan, minkä oikeuden nojalla se tehdään.",
        {
            "": (
                "Say in `right` by which right of access the search is made, and how its "
                "conditions are met.",
                "Ilmoita kohdassa `right`, minkä tiedonsaantioikeuden nojalla haku tehdään ja "
                "miten sen edellytykset täyttyvät.",
            ),
        },
    ),
    RuleEntry(
        "A02",
        "703/2023 53 § 5-6 mom., 55 § 2 mom. 1. virke; requirement HaLu08",
        "A search by the broad right of access meets every condition of its provision, and the "
        "one who asks is the provider it belongs to.",
        "Laajan tiedonsaantioikeuden haussa täyttyvät kaikki säännöksen edellytykset, ja hakija "
        "on palvelunantaja, jolle oikeus kuuluu.",
        {
            "cause": (
                "Name in `cause` why the client cannot judge the meaning of a permission: memory "
                "disease, mental disorder, intellectual disability or a similar cause. For "
                "another cause this right does not exist.",
                "Ilmoita kohdassa `cause`, minkä takia asiakkaalla ei ole edellytyksiä arvioida "
                "luovutusluvan merkitystä: muistisairaus, mielenterveyden häiriö, "
                "kehitysvammaisuus tai vastaava syy. Muusta syystä tätä oikeutta ei ole.",
            ),
            "cannot_judge_permission": (
                "The right exists only when the client has no capacity to judge the meaning of "
                "the permission: state `cannot_judge_permission: true` if that is so; otherwise "
                "ask the client for a permission.",
                "Oikeus edellyttää, ettei asiakkaalla ole edellytyksiä arvioida annettavan "
                "luovutusluvan merkitystä: ilmoita `cannot_judge_permission: true`, jos näin on; "
                "muuten pyydä lupa asiakkaalta.",
            ),
            "no_legal_representative": (
                "The right exists only when the client has no legal representative: state "
                "`no_legal_representative: true` if that is so; otherwise ask the representative "
                "for a permission.",
                "Oikeus edellyttää, ettei asiakkaalla ole laillista edustajaa: ilmoita "
                "`no_legal_representative: true`, jos näin on; muuten pyydä lupa edustajalta.",
            ),
            "data_necessary": (
                "The right covers necessary data only: state `data_necessary: true` if the data "
                "searched for is necessary to arrange or carry out the service; otherwise do not "
                "search.",
                "Oikeus koskee vain välttämättömiä tietoja: ilmoita `data_necessary: true`, jos "
                "haettavat tiedot ovat välttämättömiä palvelun järjestämiseksi tai "
                "toteuttamiseksi; muuten hakua ei saa tehdä.",
            ),
            "service_necessary": (
                "Between social welfare providers the right exists only for a necessary social "
                "service: state `service_necessary: true` if the service is; otherwise do not "
                "search.",
                "Sosiaalihuollon palvelunantajien välillä oikeus on vain välttämättömän "
                "sosiaalipalvelun järjestämiseksi tai toteuttamiseksi: ilmoita "
                "`service_necessary: true`, jos palvelu on välttämätön; muuten hakua ei saa "
                "tehdä.",
            ),
            "asker": (
                "This right belongs to {expected}, and the unit that asks has not that role: add "
                "the role to `unit.roles` if the unit has it, or use the right that is its own.",
                "Tämä oikeus kuuluu taholle {expected}, eikä hakevalla yksiköllä ole tätä "
                "roolia: lisää rooli kohtaan `unit.roles`, jos se yksiköllä on, tai käytä sille "
                "kuuluvaa oikeutta.",
            ),
        },
    ),
    RuleEntry(
        "A03",
        "703/2023 53 § 5 mom. 2. virke, 55 § 2 mom. 2. virke; requirement HaLu09",
        "A search by the authority's right of access meets every condition of its provision, and "
        "the one who asks is a social welfare authority.",
        "Viranomaisen tiedonsaantioikeuden haussa täyttyvät kaikki säännöksen edellytykset, ja "
        "hakija on sosiaalihuollon viranomainen.",
        {
            "purpose": (
                "Name in `purpose` which of the three purposes the data is necessary for: to "
                "assess the need for social welfare, to arrange it and carry out its measures, "
                "or to verify information that was given.",
                "Ilmoita kohdassa `purpose`, mihin tiedot ovat välttämättömiä: sosiaalihuollon "
                "tarpeen selvittämiseen, sosiaalihuollon järjestämiseen ja siihen liittyvien "
                "toimenpiteiden toteuttamiseen vai annettujen tietojen tarkistamiseen.",
            ),
            "statutory_task": (
                "Name in `statutory_task` the task that law lays on the authority, with its "
                "provision.",
                "Ilmoita kohdassa `statutory_task` viranomaiselle laissa säädetty tehtävä ja sen "
                "säännös.",
            ),
            "essential_effect": (
                "The right covers data and statements that essentially affect the client "
                "relationship: state `essential_effect: true` if they do; otherwise do not "
                "search.",
                "Oikeus koskee sosiaalihuollon asiakassuhteeseen olennaisesti vaikuttavia "
                "tietoja ja selvityksiä: ilmoita `essential_effect: true`, jos ne vaikuttavat "
                "siihen olennaisesti; muuten hakua ei saa tehdä.",
            ),
            "necessary_for_task": (
                "The right covers only what is necessary because of the statutory task: state "
                "`necessary_for_task: true` if it is; otherwise do not search.",
                "Oikeus koskee vain sitä, mikä on viranomaiselle laissa säädetyn tehtävän vuoksi "
                "välttämätöntä: ilmoita `necessary_for_task: true`, jos näin on; muuten hakua ei "
                "saa tehdä.",
            ),
            "asker": (
                "This right belongs to {expected}, and the unit that asks has not that role: add "
                "the role to `unit.roles` if the unit has it; otherwise use the broad right, or "
                "ask for a permission.",
                "Tämä oikeus kuuluu taholle {expected}, eikä hakevalla yksiköllä ole tätä "
                "roolia: lisää rooli kohtaan `unit.roles`, jos se yksiköllä on; muuten käytä "
                "laajaa tiedonsaantioikeutta tai pyydä luovutuslupa.",
            ),
        },
    ),
    RuleEntry(
        "A04",
        "Requirement HaLu09, third row; code system 1.2.246.537.6.1299.202101",
        "The user gives the reason of the search: a code of Laajan tiedonhaun peruste that is in "
        "force.",
        "Käyttäjä antaa laajan tiedonhaun perusteen: koodiston voimassa olevan koodin.",
        {
            "": (
                "Ask the user for the reason of the search (laajan tiedonhaun peruste) and give "
                "its code in `reason`.",
                "Kysy käyttäjältä laajan tiedonhaun peruste ja anna sen koodi kohdassa `reason`.",
            ),
            "system": (
                "The reason is a code of {expected}: correct `system` or leave it out.",
                "Peruste annetaan koodistosta {expected}: korjaa `system` tai jätä se pois.",
            ),
            "unknown": (
                "The code is not in the loaded code list: correct the code, or refresh the list.",
                "Koodia ei ole ladatussa koodistossa: korjaa koodi tai päivitä koodisto.",
            ),
            "closed": (
                "The code is not in force at the time of the search: it is valid {expected}. Use "
                "a code that is in force.",
                "Koodi ei ole voimassa haun ajankohtana: sen voimassaolo on {expected}. Käytä "
                "voimassa olevaa koodia.",
            ),
            "deleted": (
                "The code has been removed from its code list: use a code that is in force.",
                "Koodi on poistettu koodistosta: käytä voimassa olevaa koodia.",
            ),
            "proposal": (
                "The code is only a proposal in its code list: use a code that is in force.",
                "Koodi on koodistossa vasta ehdotus: käytä voimassa olevaa koodia.",
            ),
            "not_loaded": (
                "The code list {expected} is not loaded, so the reason's code was not checked: "
                "import it with `sha-disclosure codes import`.",
                "Koodistoa {expected} ei ole ladattu, joten perusteen koodia ei tarkistettu: "
                "lataa koodisto komennolla `sha-disclosure codes import`.",
            ),
        },
    ),
    RuleEntry(
        "A05",
        "Requirement HaLu09, third row; 703/2023 10 § 2 mom.",
        "The user writes why the search is made.",
        "Käyttäjä perustelee haun.",
        {
            "": (
                "Write in `justification` why the search is made.",
                "Kirjoita kohtaan `justification`, miksi haku tehdään.",
            ),
        },
    ),
    RuleEntry(
        "A06",
        "703/2023 57 §",
        "The client relationship between the client and the one who asks has been technically "
        "verified before the search.",
        "Asiakassuhteen olemassaolo asiakkaan ja luovutuspyynnön esittäjän välillä on "
        "tietoteknisesti varmistettu ennen hakua.",
        {
            "": (
                "Give in `relationship` how the client relationship was technically verified: "
                "`verified: true`, `verified_at` and the client.",
                "Anna kohdassa `relationship` asiakassuhteen tietotekninen varmistus: `verified: "
                "true`, `verified_at` ja asiakas.",
            ),
            "verified": (
                "The right may be used only after the client relationship has been technically "
                "verified: verify it in your system and state `verified: true`; otherwise do not "
                "search.",
                "Oikeutta saa käyttää vasta, kun asiakassuhteen olemassaolo on tietoteknisesti "
                "varmistettu: varmista se järjestelmässäsi ja ilmoita `verified: true`; muuten "
                "hakua ei saa tehdä.",
            ),
            "later": (
                "The client relationship was verified only after the search was asked for: "
                "verify it first.",
                "Asiakassuhde on varmistettu vasta haun jälkeen: varmista se ensin.",
            ),
            "client": (
                "Say whose data is searched for: give `personal_id`, or if it is not known "
                "`temporary_id`.",
                "Ilmoita, kenen tietoja haetaan: anna henkilötunnus (`personal_id`) tai, jollei "
                "se ole tiedossa, väliaikainen tunnus (`temporary_id`).",
            ),
        },
    ),
    RuleEntry(
        "A07",
        "703/2023 8 §, 9 §, 10 § 2 mom.",
        "The one who asks is named, with identifier, task and unit.",
        "Hakija yksilöidään: nimi, tunniste, työtehtävä ja yksikkö.",
        {
            "": (
                "Say who asks: name and identifier of the user, the task (työtehtävä), and the "
                "unit with its OID, name and roles; this one is missing.",
                "Ilmoita hakija: käyttäjän nimi ja tunniste, työtehtävä sekä yksikön OID, nimi "
                "ja roolit; tämä niistä puuttuu.",
            ),
        },
    ),
    RuleEntry(
        "A08",
        "703/2023 10 § 2 mom.",
        "The moment of the search is known and not in the future.",
        "Haun ajankohta on tiedossa eikä ole tulevaisuudessa.",
        {
            "": (
                "Give in `asked_at` when the search is made, with seconds and offset.",
                "Anna kohdassa `asked_at` haun ajankohta sekunnin tarkkuudella ja aikavyöhykkeen "
                "kanssa.",
            ),
            "future": (
                "The time is in the future: correct it, or set this computer's clock right.",
                "Ajankohta on tulevaisuudessa: korjaa se tai tarkista tietokoneen kello.",
            ),
        },
    ),
    RuleEntry(
        "A09",
        "703/2023 11 § 1 mom., 74 § 2 mom.",
        "No free text of a search has a personal identity code in it.",
        "Haun vapaassa tekstissä ei ole henkilötunnusta.",
        {
            "": (
                "There is a personal identity code in this text, which the client may get to "
                "read: take the code out.",
                "Tekstissä on henkilötunnus, ja asiakas voi saada tekstin nähtäväkseen: poista "
                "tunnus tekstistä.",
            ),
        },
    ),
    RuleEntry(
        "A10",
        "MR message specification 3/2024: service requests of the two rights",
        "The search names the service request of its use case, which is not public.",
        "Haussa ilmoitetaan käyttötapauksen palvelupyyntö, jota ei ole julkaistu.",
        {
            "not_known": (
                "The service request (palvelupyyntö) of this use case, {expected}, is not "
                "public, so none is filled in: give it in `service_request` from the MR message "
                "specification.",
                "Tämän käyttötapauksen ({expected}) palvelupyyntöä ei ole julkaistu, joten sitä "
                "ei ole täytetty: anna se kohdassa `service_request` viestinvälitysmäärityksestä "
                "(MR).",
            ),
        },
    ),
    RuleEntry(
        "A11",
        "703/2023 56 §",
        "A disclosure to secure care meets every condition of 56 § 1 mom. and one limit of its "
        "recipient in 2-3 mom.",
        "Luovutus hoidon ja huollon turvaamiseksi täyttää 56 §:n 1 momentin edellytykset ja 2-3 "
        "momentin luovutuksensaajaa koskevan rajauksen.",
        {
            "obstacle": (
                "Say in `obstacle` why there is no permission: it cannot be had for one of the "
                "four causes, or the client or the legal representative denies the disclosure.",
                "Ilmoita kohdassa `obstacle`, miksi luovutuslupaa ei ole: sitä ei voida saada "
                "jonkin neljästä syystä takia, tai asiakas tai hänen laillinen edustajansa "
                "kieltää luovutuksen.",
            ),
            "need": (
                "Name in `need` what the data is necessary for: to find out the need for care, "
                "welfare or education, to arrange or carry them out, or to secure the means of "
                "living.",
                "Ilmoita kohdassa `need`, mihin tiedot ovat välttämättömiä: hoidon, huollon tai "
                "koulutuksen tarpeen selvittämiseen, niiden järjestämiseen tai toteuttamiseen "
                "vai toimeentulon edellytysten turvaamiseen.",
            ),
            "data_necessary": (
                "56 § covers necessary data only: state `data_necessary: true` if it is; "
                "otherwise do not disclose.",
                "56 § koskee vain välttämättömiä tietoja: ilmoita `data_necessary: true`, jos ne "
                "ovat välttämättömiä; muuten tietoja ei saa luovuttaa.",
            ),
            "alternative": (
                "Name in `alternative` which of the three cases of 56 § 1 mom. this is and state "
                "its conditions: evident need of care, the child's interest, or the client's "
                "necessary interests and rights.",
                "Ilmoita kohdassa `alternative`, mistä 56 §:n 1 momentin kolmesta kohdasta on "
                "kyse, ja sen edellytykset: hoidon tai huollon ilmeinen tarve, lapsen etu tai "
                "asiakkaan välttämättömät edut ja oikeudet.",
            ),
            "recipient": (
                "Name in `recipient` to whom 56 § 2-3 mom. lets the data go and state the "
                "condition it sets: a public provider, one that acts for it, an authority, a "
                "private provider, or another private person or body.",
                "Ilmoita kohdassa `recipient`, kenelle 56 §:n 2-3 momentin mukaan luovutetaan, "
                "ja rajauksen edellytys: julkinen palvelunantaja, sen lukuun toimiva, "
                "viranomainen, yksityinen palvelunantaja taikka muu yksityinen henkilö tai "
                "yhteisö.",
            ),
        },
    ),
)
