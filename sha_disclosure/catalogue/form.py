"""The words of the rules on texts, messages, environments and codes (N11-N15)."""

from __future__ import annotations

from sha_disclosure.catalogue.entry import RuleEntry

ENTRIES = (
    RuleEntry(
        "N11",
        "703/2023 74 § 2 mom.",
        "No free text has a personal identity code in it: the client and others may read it.",
        "Vapaassa tekstissä ei ole henkilötunnusta: asiakas ja muut voivat nähdä tekstin.",
        {
            "": (
                "There is a personal identity code in this text; the client, or another person, "
                "may read it: take the code out.",
                "Tekstissä on henkilötunnus, ja asiakas tai muu henkilö voi nähdä tekstin: "
                "poista tunnus tekstistä.",
            ),
        },
    ),
    RuleEntry(
        "N12",
        "Guide 1.0.0, Tallennus- ja vastaussanomat",
        "The notices of one message concern one client, and each has an id of its own.",
        "Saman sanoman ilmoitukset koskevat samaa asiakasta, ja kullakin on oma tunnus.",
        {
            "": (
                "The notices of one message concern one client: send this client's notices in a "
                "message of their own, and write the client alike in each.",
                "Saman sanoman ilmoitukset koskevat samaa asiakasta: lähetä tämän asiakkaan "
                "ilmoitukset omassa sanomassaan ja kirjaa asiakkaan tiedot jokaiseen samoin.",
            ),
            "same_id": (
                "Two notices of the message have the same `id`: give each its own, or leave `id` "
                "out.",
                "Kahdella saman sanoman ilmoituksella on sama `id`: anna kullekin oma tai jätä "
                "`id` pois.",
            ),
        },
    ),
    RuleEntry(
        "N13",
        "Kanta customer test service and production deployment test rules",
        "Real identity codes stay out of test environments, artificial ones out of production.",
        "Oikeita henkilötunnuksia ei käytetä testiympäristöissä eikä keinotekoisia tuotannossa.",
        {
            "real": (
                "A real person's identity code must not be used in this environment: use an "
                "artificial one (individual number 900-999), or list a test code you were given "
                "in `test_personal_ids` of the settings.",
                "Oikean henkilön henkilötunnusta ei saa käyttää tässä ympäristössä: käytä "
                "keinotekoista tunnusta (yksilönumero 900-999) tai lisää saamasi testitunnus "
                "asetusten kohtaan `test_personal_ids`.",
            ),
            "artificial": (
                "An artificial identity code (individual number 900-999) must not be used in "
                "production: correct it, or set `allow_artificial_ids` for the deployment test.",
                "Keinotekoista henkilötunnusta (yksilönumero 900-999) ei saa käyttää "
                "tuotannossa: korjaa tunnus tai ota käyttöönottokokeen ajaksi asetus "
                "`allow_artificial_ids`.",
            ),
        },
    ),
    RuleEntry(
        "N14",
        "FHIR R4 4.0.1 data types",
        "Identifiers, codes, language tags and texts are well formed.",
        "Tunnisteet, koodit, kielikoodit ja tekstit ovat oikeaa muotoa.",
        {
            "oid": (
                "This is not an OID: write digits and dots, no leading zeros, at most 64 "
                "characters, for example 1.2.246.10.12345678.10.0.",
                "Tämä ei ole OID-tunnus: käytä numeroita ja pisteitä ilman etunollia, enintään "
                "64 merkkiä, esimerkiksi 1.2.246.10.12345678.10.0.",
            ),
            "code": (
                "This is not a code: take the blanks from its ends and double blanks from inside.",
                "Tämä ei ole koodi: poista välilyönnit koodin alusta ja lopusta sekä peräkkäiset "
                "välilyönnit.",
            ),
            "uri": (
                "This does not name a code or identifier system: write an absolute URI such as "
                "urn:oid:1.2.246.537.6.1221.201601.",
                "Tämä ei yksilöi koodistoa tai tunnistejärjestelmää: kirjoita URI, esimerkiksi "
                "urn:oid:1.2.246.537.6.1221.201601.",
            ),
            "language": (
                "This is not a language tag: write for example fi, sv, en or se.",
                "Tämä ei ole kielikoodi: kirjoita esimerkiksi fi, sv, en tai se.",
            ),
            "control": (
                "The text has a character that FHIR does not allow (a control character or half "
                "of a Unicode pair): take it out.",
                "Tekstissä on merkki, jota FHIR ei salli (ohjausmerkki tai puolikas "
                "Unicode-pari): poista se.",
            ),
            "long": (
                "The text is longer than {expected} characters: shorten it.",
                "Teksti on pidempi kuin {expected} merkkiä: lyhennä sitä.",
            ),
        },
    ),
    RuleEntry(
        "N15",
        "THL code server: validity of codes",
        "A code was in force at the time of the disclosure.",
        "Koodi oli voimassa luovutusajankohtana.",
        {
            "unknown": (
                "The code is not in the loaded code list: correct the code, or refresh the list.",
                "Koodia ei ole ladatussa koodistossa: korjaa koodi tai päivitä koodisto.",
            ),
            "closed": (
                "The code was not in force at the time of the disclosure: it is valid "
                "{expected}. Use the code that was in force then.",
                "Koodi ei ollut voimassa luovutusajankohtana: sen voimassaolo on {expected}. "
                "Käytä silloin voimassa ollutta koodia.",
            ),
            "register": (
                "The edition knows these register codes: {expected}. Use one of them, or add "
                "yours with its display to section `register_type` of your edition file.",
                "Editio tuntee nämä rekisteritunnukset: {expected}. Käytä jotakin niistä tai "
                "lisää omasi näyttönimineen editiotiedoston osioon `register_type`.",
            ),
            "not_loaded": (
                "The code list {expected} is not loaded, so its codes were not checked: load it "
                "from the national code server's data with `sha-disclosure codes import`.",
                "Koodistoa {expected} ei ole ladattu, joten sen koodeja ei tarkistettu: lataa se "
                "kansallisen koodistopalvelun tiedoista komennolla `sha-disclosure codes "
                "import`.",
            ),
            "no_system": (
                "The edition does not know the code system of this code, so the code was not "
                "checked: name it in `system`, or put its OID into section `code_system` of your "
                "edition file.",
                "Editio ei tunne tämän koodin koodistoa, joten koodia ei tarkistettu: ilmoita "
                "koodisto kohdassa `system` tai lisää sen OID-tunnus editiotiedoston osioon "
                "`code_system`.",
            ),
            "deleted": (
                "The code has been removed from its code list, without a day on which it ended: "
                "use a code that is in force, or refresh the list.",
                "Koodi on poistettu koodistosta ilman päättymispäivää: käytä voimassa olevaa "
                "koodia tai päivitä koodisto.",
            ),
            "proposal": (
                "The code is only a proposal in its code list, not yet adopted: use a code that "
                "is in force.",
                "Koodi on koodistossa vasta ehdotus, jota ei ole vahvistettu: käytä voimassa "
                "olevaa koodia.",
            ),
        },
    ),
)
