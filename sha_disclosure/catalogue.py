"""The words of the national rules: id, what each rests on, and how to mend a breach, fi and en.

The predicates are in ``rules``; the faults of shape they share texts with, in ``shape``.
A text may have ``{expected}`` in it: constants of this package, never the caller's input.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sha_disclosure.errors import Problem, Severity

RESTS_ON: Mapping[str, str] = MappingProxyType(
    {
        "N01": "703/2023 10 § 3 mom.; SocialWelfareAuditEvent 1.0.0",
        "N02": "703/2023 37 § 2 mom.; FunctionCode (guide 0.3)",
        "N03": "703/2023 10 § 3 mom.",
        "N04": "703/2023 10 § 3 mom.; FHIR R4 instant",
        "N05": "703/2023 10 § 3 mom.",
        "N06": "703/2023 10 § 3 mom.",
        "N07": "703/2023 10 § 3 mom.; SocialWelfareConsent 1.0.0",
        "N08": "703/2023 38 § 1 mom. 2 kohta; 690/2022",
        "N09": "703/2023 55 § 2 mom. 1. virke",
        "N10": "703/2023 55 § 2 mom. 2. virke",
        "N11": "703/2023 74 § 2 mom.",
        "N12": "Guide 1.0.0, Tallennus- ja vastaussanomat",
        "N13": "Kanta customer test service and production deployment test rules",
        "N14": "FHIR R4 4.0.1 data types",
        "N15": "THL code server: validity of codes",
        "N16": "703/2023 49-50 §; (EU) 2016/679 art. 15; official example 1.0.0",
        "SHAPE": "The notice as JSON (specs/disclosure-notice.schema.json)",
    }
)

# Key: rule, or rule and variant. Value: English, Finnish.
_TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "N01": (
            "Describe what was disclosed: give at least one data set in `disclosed_data`.",
            "Kuvaa luovutetut asiakastiedot: anna kohdassa `disclosed_data` vähintään yksi "
            "tietokokonaisuus.",
        ),
        "N01.nothing": (
            "Say what this data set is: give `document_type`, `specific_document_type` or "
            "`description`.",
            "Kerro, mistä tietokokonaisuudesta on kyse: anna yleinen asiakirjatyyppi "
            "(`document_type`), tarkennettu asiakirjatyyppi (`specific_document_type`) tai "
            "selite (`description`).",
        ),
        "N02": (
            "Name every service task the data set belongs to in `service_tasks`.",
            "Ilmoita kohdassa `service_tasks` kaikki palvelutehtävät, joihin tietokokonaisuus "
            "kuuluu.",
        ),
        "N02.system": (
            "A service task is a code of {expected}: correct `system` or leave it out; a code of "
            "an older classification goes to `original_service_tasks`.",
            "Palvelutehtävä annetaan koodistosta {expected}: korjaa `system` tai jätä se pois; "
            "vanhemman luokituksen koodi annetaan kohdassa `original_service_tasks`.",
        ),
        "N02.original": (
            "An original service task is a code of {expected}: give one of them as `system`.",
            "Alkuperäinen palvelutehtävä annetaan koodistosta {expected}: anna jokin niistä "
            "kohdassa `system`.",
        ),
        "N03": (
            "Name the controller, the discloser and the recipient: this part is missing or "
            "empty; fill it in.",
            "Nimeä rekisterinpitäjä, luovuttaja ja luovutuksensaaja: tämä tieto puuttuu tai on "
            "tyhjä; täydennä se.",
        ),
        "N04": (
            "Give the time of the disclosure in `disclosed_at`, with seconds and offset, "
            "for example 2026-11-15T11:00:00+02:00.",
            "Anna luovutusajankohta kohdassa `disclosed_at` sekunnin tarkkuudella ja "
            "aikavyöhykkeen kanssa, esimerkiksi 2026-11-15T11:00:00+02:00.",
        ),
        "N04.offset": (
            "The time has no offset: add one, for example +02:00, or Z.",
            "Ajankohdasta puuttuu aikavyöhyke: lisää se, esimerkiksi +02:00 tai Z.",
        ),
        "N04.instant": (
            "This is not a time with seconds and offset that exists: write it like "
            "2026-11-15T11:00:00+02:00.",
            "Tämä ei ole olemassa oleva ajankohta sekunteineen ja aikavyöhykkeineen: kirjoita se "
            "muodossa 2026-11-15T11:00:00+02:00.",
        ),
        "N04.future": (
            "The time is in the future: correct it, or set this computer's clock right.",
            "Ajankohta on tulevaisuudessa: korjaa se tai tarkista tietokoneen kello.",
        ),
        "N04.order": (
            "The disclosure cannot be later than its recording: correct `disclosed_at` or "
            "`recorded_at`.",
            "Luovutus ei voi olla kirjaamista myöhempi: korjaa `disclosed_at` tai `recorded_at`.",
        ),
        "N05": (
            "State in `purpose` what the recipient uses the data for.",
            "Ilmoita kohdassa `purpose` käyttötarkoitus, johon tiedot luovutetaan.",
        ),
        "N06": (
            "Give the ground of the disclosure in `ground`: a provision of law, or the "
            "permission or consent.",
            "Anna luovutuksen peruste kohdassa `ground`: säännös taikka luovutuslupaa tai "
            "suostumusta koskevat tiedot.",
        ),
        "N07": (
            "The permission or consent is not stored in Kanta, so give its own data: "
            "`given_at`, `given_by` and `scope`; this one is missing.",
            "Luovutuslupaa tai suostumusta ei ole tallennettu tahdonilmaisupalveluun, joten anna "
            "sen omat tiedot: `given_at`, `given_by` ja `scope`; tämä niistä puuttuu.",
        ),
        "N07.later": (
            "The permission or consent was given only after the disclosure: correct `given_at`, "
            "or use the ground the disclosure really rested on.",
            "Luovutuslupa tai suostumus on annettu vasta luovutuksen jälkeen: korjaa `given_at` "
            "tai käytä perustetta, johon luovutus todella perustui.",
        ),
        "N08": (
            "Identify the client: give the name, and `personal_id`, or if it is not known "
            "`temporary_id` or `birth_date`.",
            "Yksilöi asiakas: anna nimi sekä henkilötunnus (`personal_id`) tai, jollei se ole "
            "tiedossa, väliaikainen tunnus (`temporary_id`) tai syntymäaika (`birth_date`).",
        ),
        "N08.personal_id": (
            "This is not a valid personal identity code: check the date, the separator and the "
            "check character; if the code is not known, use `temporary_id` or `birth_date`.",
            "Henkilötunnus ei ole oikea: tarkista päivämäärä, välimerkki ja tarkistusmerkki; "
            "jos tunnus ei ole tiedossa, käytä kohtaa `temporary_id` tai `birth_date`.",
        ),
        "N08.birth_date": (
            "This is not a date of birth: write a date that exists as YYYY-MM-DD.",
            "Tämä ei ole syntymäaika: kirjoita olemassa oleva päivä muodossa VVVV-KK-PP.",
        ),
        "N08.unborn": (
            "The date of birth is after the disclosure: correct it.",
            "Syntymäaika on luovutuksen jälkeen: korjaa se.",
        ),
        "N09": (
            "The broad right of access needs one of the four causes, that there is no legal "
            "representative (`no_legal_representative: true`), and the necessity: this one is "
            "missing; complete it or use another ground.",
            "Laaja tiedonsaantioikeus edellyttää, että jokin neljästä syystä on olemassa, "
            "laillista edustajaa ei ole (`no_legal_representative: true`) ja tiedot ovat "
            "välttämättömiä: tämä edellytys puuttuu; täydennä se tai käytä muuta perustetta.",
        ),
        "N09.recipient": (
            "The broad right of access is a social welfare provider's: add the role "
            "`social_welfare_provider` to the recipient if it is one, or use another ground.",
            "Laaja tiedonsaantioikeus on sosiaalihuollon palvelunantajalla: lisää "
            "luovutuksensaajalle rooli `social_welfare_provider`, jos se on palvelunantaja, tai "
            "käytä muuta perustetta.",
        ),
        "N10": (
            "The authority's right of access needs one of the three purposes and the statutory "
            "task: this one is missing; complete it or use another ground.",
            "Viranomaisen tiedonsaantioikeus edellyttää yhtä kolmesta käyttötarkoituksesta ja "
            "laissa säädettyä tehtävää: tämä puuttuu; täydennä se tai käytä muuta perustetta.",
        ),
        "N10.recipient": (
            "The authority's right of access is a social welfare authority's: add the role "
            "`social_welfare_authority` to the recipient if it is one, or use another ground.",
            "Viranomaisen tiedonsaantioikeus on sosiaalihuollon viranomaisella: lisää "
            "luovutuksensaajalle rooli `social_welfare_authority`, jos se on viranomainen, tai "
            "käytä muuta perustetta.",
        ),
        "N11": (
            "There is a personal identity code in this text; the client, or another person, may "
            "read it: take the code out.",
            "Tekstissä on henkilötunnus, ja asiakas tai muu henkilö voi nähdä tekstin: poista "
            "tunnus tekstistä.",
        ),
        "N12": (
            "The notices of one message concern one client: send this client's notices in a "
            "message of their own, and write the client alike in each.",
            "Saman sanoman ilmoitukset koskevat samaa asiakasta: lähetä tämän asiakkaan "
            "ilmoitukset omassa sanomassaan ja kirjaa asiakkaan tiedot jokaiseen samoin.",
        ),
        "N12.same_id": (
            "Two notices of the message have the same `id`: give each its own, or leave `id` out.",
            "Kahdella saman sanoman ilmoituksella on sama `id`: anna kullekin oma tai jätä `id` "
            "pois.",
        ),
        "N13.real": (
            "A real person's identity code must not be used in this environment: use an "
            "artificial one (individual number 900-999), or list a test code you were given in "
            "`test_personal_ids` of the settings.",
            "Oikean henkilön henkilötunnusta ei saa käyttää tässä ympäristössä: käytä "
            "keinotekoista tunnusta (yksilönumero 900-999) tai lisää saamasi testitunnus "
            "asetusten kohtaan `test_personal_ids`.",
        ),
        "N13.artificial": (
            "An artificial identity code (individual number 900-999) must not be used in "
            "production: correct it, or set `allow_artificial_ids` for the deployment test.",
            "Keinotekoista henkilötunnusta (yksilönumero 900-999) ei saa käyttää tuotannossa: "
            "korjaa tunnus tai ota käyttöönottokokeen ajaksi asetus `allow_artificial_ids`.",
        ),
        "N14.oid": (
            "This is not an OID: write digits and dots, no leading zeros, at most 64 characters, "
            "for example 1.2.246.10.12345678.10.0.",
            "Tämä ei ole OID-tunnus: käytä numeroita ja pisteitä ilman etunollia, enintään 64 "
            "merkkiä, esimerkiksi 1.2.246.10.12345678.10.0.",
        ),
        "N14.code": (
            "This is not a code: take the blanks from its ends and double blanks from inside.",
            "Tämä ei ole koodi: poista välilyönnit koodin alusta ja lopusta sekä peräkkäiset "
            "välilyönnit.",
        ),
        "N14.uri": (
            "This does not name a code or identifier system: write an absolute URI such as "
            "urn:oid:1.2.246.537.6.1221.201601.",
            "Tämä ei yksilöi koodistoa tai tunnistejärjestelmää: kirjoita URI, esimerkiksi "
            "urn:oid:1.2.246.537.6.1221.201601.",
        ),
        "N14.language": (
            "This is not a language tag: write for example fi, sv, en or se.",
            "Tämä ei ole kielikoodi: kirjoita esimerkiksi fi, sv, en tai se.",
        ),
        "N14.control": (
            "The text has a character that FHIR does not allow (a control character or half of a "
            "Unicode pair): take it out.",
            "Tekstissä on merkki, jota FHIR ei salli (ohjausmerkki tai puolikas Unicode-pari): "
            "poista se.",
        ),
        "N14.long": (
            "The text is longer than {expected} characters: shorten it.",
            "Teksti on pidempi kuin {expected} merkkiä: lyhennä sitä.",
        ),
        "N15.unknown": (
            "The code is not in the loaded code list: correct the code, or refresh the list.",
            "Koodia ei ole ladatussa koodistossa: korjaa koodi tai päivitä koodisto.",
        ),
        "N15.closed": (
            "The code was not in force at the time of the disclosure: use the code that was.",
            "Koodi ei ollut voimassa luovutusajankohtana: käytä silloin voimassa ollutta koodia.",
        ),
        "N15.register": (
            "The edition knows these register codes: {expected}. Use one of them, or add yours "
            "with its display to section `register_type` of your edition file.",
            "Editio tuntee nämä rekisteritunnukset: {expected}. Käytä jotakin niistä tai lisää "
            "omasi näyttönimineen editiotiedoston osioon `register_type`.",
        ),
        "N15.not_loaded": (
            "The code list {expected} is not loaded, so its codes were not checked: load it from "
            "the national code server.",
            "Koodistoa {expected} ei ole ladattu, joten sen koodeja ei tarkistettu: lataa se "
            "kansalliselta koodistopalvelimelta.",
        ),
        "N16": (
            "An information request is answered to the client or to another person: make the "
            "recipient `client` or `person`, or use another ground.",
            "Tietopyyntöön vastataan asiakkaalle tai toiselle henkilölle: anna "
            "luovutuksensaajaksi `client` tai `person` tai käytä muuta perustetta.",
        ),
        "SHAPE": (
            "This is missing: give it.",
            "Tieto puuttuu: anna se.",
        ),
        "SHAPE.json": (
            "The text is not JSON from {expected} on: mend it there.",
            "Teksti ei ole JSON-muotoa alkaen kohdasta {expected}: korjaa se siitä.",
        ),
        "SHAPE.bundle": (
            "The Bundle does not have the form of this edition ({expected}): read it with the "
            "edition it was built by.",
            "Bundle ei ole tämän edition muotoinen ({expected}): lue se sillä editiolla, jolla se "
            "on rakennettu.",
        ),
        "SHAPE.encoding": (
            "The file is not UTF-8 text: save it as UTF-8.",
            "Tiedosto ei ole UTF-8-tekstiä: tallenna se UTF-8-muodossa.",
        ),
        "SHAPE.duplicate": (
            "A field is given twice in one object, so one of the values would be lost: keep one.",
            "Sama kenttä on annettu kahdesti, jolloin toinen arvo katoaisi: jätä vain toinen.",
        ),
        "SHAPE.unknown": (
            "There is a field here that a notice does not have{expected}: correct its name or "
            "take it out.",
            "Tässä on kenttä, jota ilmoituksessa ei ole{expected}: korjaa nimi tai poista kenttä.",
        ),
        "SHAPE.kind": (
            "`kind` is missing or unknown: use one of {expected}.",
            "`kind` puuttuu tai on tuntematon: käytä jotakin näistä: {expected}.",
        ),
        "SHAPE.choice": (
            "This is not one of the values known here: use {expected}.",
            "Tämä ei ole tunnettu arvo: käytä {expected}.",
        ),
        "SHAPE.blank": (
            "The text is empty: write it, or leave the field out where it is optional.",
            "Teksti on tyhjä: kirjoita se tai jätä kenttä pois, jos se ei ole pakollinen.",
        ),
        "SHAPE.type": (
            "The value is of the wrong kind: {expected} is expected here.",
            "Arvo on väärää tyyppiä: tässä odotetaan tyyppiä {expected}.",
        ),
        "SHAPE.empty": (
            "The list is empty: give at least one.",
            "Luettelo on tyhjä: anna vähintään yksi.",
        ),
    }
)


def problem(key: str, path: str, expected: str = "", severity: Severity = "error") -> Problem:
    """Make the problem that ``key`` names, at ``path`` of the caller's object."""
    rule = key.partition(".")[0]
    english, finnish = _TEXTS[key]
    return Problem(
        rule=rule,
        path=path,
        en=english.replace("{expected}", expected),
        fi=finnish.replace("{expected}", expected),
        rests_on=RESTS_ON[rule],
        severity=severity,
    )
