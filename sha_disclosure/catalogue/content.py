"""The words of the rules on the content of a notice: data, parties, times, client (N01-N08)."""

from __future__ import annotations

from sha_disclosure.catalogue.entry import RuleEntry

ENTRIES = (
    RuleEntry(
        "N01",
        "703/2023 10 § 3 mom.; SocialWelfareAuditEvent 1.0.0",
        "What was disclosed is described: at least one data set, each with a general type, a "
        "specific type or a description.",
        "Luovutetut asiakastiedot kuvataan: vähintään yksi tietokokonaisuus, jolla on yleinen "
        "tai tarkennettu asiakirjatyyppi tai selite.",
        {
            "": (
                "Describe what was disclosed: give at least one data set in `disclosed_data`.",
                "Kuvaa luovutetut asiakastiedot: anna kohdassa `disclosed_data` vähintään yksi "
                "tietokokonaisuus.",
            ),
            "nothing": (
                "Say what this data set is: give `document_type`, `specific_document_type` or "
                "`description`.",
                "Kerro, mistä tietokokonaisuudesta on kyse: anna yleinen asiakirjatyyppi "
                "(`document_type`), tarkennettu asiakirjatyyppi (`specific_document_type`) tai "
                "selite (`description`).",
            ),
        },
    ),
    RuleEntry(
        "N02",
        "703/2023 37 § 2 mom.; FunctionCode (guide 0.3)",
        "Each data set names the service tasks it belongs to.",
        "Jokaisesta tietokokonaisuudesta ilmoitetaan palvelutehtävät, joihin se kuuluu.",
        {
            "": (
                "Name every service task the data set belongs to in `service_tasks`.",
                "Ilmoita kohdassa `service_tasks` kaikki palvelutehtävät, joihin "
                "tietokokonaisuus kuuluu.",
            ),
            "system": (
                "A service task is a code of {expected}: correct `system` or leave it out; a "
                "code of an older classification goes to `original_service_tasks`.",
                "Palvelutehtävä annetaan koodistosta {expected}: korjaa `system` tai jätä se "
                "pois; vanhemman luokituksen koodi annetaan kohdassa `original_service_tasks`.",
            ),
            "original": (
                "An original service task is a code of {expected}: give one of them as `system`.",
                "Alkuperäinen palvelutehtävä annetaan koodistosta {expected}: anna jokin niistä "
                "kohdassa `system`.",
            ),
        },
    ),
    RuleEntry(
        "N03",
        "703/2023 10 § 3 mom.",
        "The controller, the discloser and the recipient are named.",
        "Rekisterinpitäjä, luovuttaja ja luovutuksensaaja nimetään.",
        {
            "": (
                "Name the controller, the discloser and the recipient: this part is missing or "
                "empty; fill it in.",
                "Nimeä rekisterinpitäjä, luovuttaja ja luovutuksensaaja: tämä tieto puuttuu tai "
                "on tyhjä; täydennä se.",
            ),
        },
    ),
    RuleEntry(
        "N04",
        "703/2023 10 § 3 mom.; FHIR R4 instant",
        "The time of the disclosure has seconds and an offset, is not in the future and is not "
        "after the recording.",
        "Luovutusajankohta ilmoitetaan sekunnin tarkkuudella aikavyöhykkeineen; se ei ole "
        "tulevaisuudessa eikä kirjaamista myöhempi.",
        {
            "": (
                "Give the time of the disclosure in `disclosed_at`, with seconds and offset, for "
                "example 2026-11-15T11:00:00+02:00.",
                "Anna luovutusajankohta kohdassa `disclosed_at` sekunnin tarkkuudella ja "
                "aikavyöhykkeen kanssa, esimerkiksi 2026-11-15T11:00:00+02:00.",
            ),
            "offset": (
                "The time has no offset: add one, for example +02:00, or Z.",
                "Ajankohdasta puuttuu aikavyöhyke: lisää se, esimerkiksi +02:00 tai Z.",
            ),
            "instant": (
                "This is not a time with seconds and offset that exists: write it like "
                "2026-11-15T11:00:00+02:00.",
                "Tämä ei ole olemassa oleva ajankohta sekunteineen ja aikavyöhykkeineen: "
                "kirjoita se muodossa 2026-11-15T11:00:00+02:00.",
            ),
            "future": (
                "The time is in the future: correct it, or set this computer's clock right.",
                "Ajankohta on tulevaisuudessa: korjaa se tai tarkista tietokoneen kello.",
            ),
            "order": (
                "The disclosure cannot be later than its recording: correct `disclosed_at` or "
                "`recorded_at`.",
                "Luovutus ei voi olla kirjaamista myöhempi: korjaa `disclosed_at` tai "
                "`recorded_at`.",
            ),
        },
    ),
    RuleEntry(
        "N05",
        "703/2023 10 § 3 mom.",
        "The purpose the data is used for is stated.",
        "Käyttötarkoitus, johon tiedot luovutetaan, ilmoitetaan.",
        {
            "": (
                "State in `purpose` what the recipient uses the data for.",
                "Ilmoita kohdassa `purpose` käyttötarkoitus, johon tiedot luovutetaan.",
            ),
        },
    ),
    RuleEntry(
        "N06",
        "703/2023 10 § 3 mom.",
        "The ground is given: a provision, or the data of the permission or consent.",
        "Luovutuksen peruste ilmoitetaan: säännös taikka luovutuslupaa tai suostumusta koskevat "
        "tiedot.",
        {
            "": (
                "Give the ground of the disclosure in `ground`: a provision of law, or the "
                "permission or consent.",
                "Anna luovutuksen peruste kohdassa `ground`: säännös taikka luovutuslupaa tai "
                "suostumusta koskevat tiedot.",
            ),
        },
    ),
    RuleEntry(
        "N07",
        "703/2023 10 § 3 mom.; SocialWelfareConsent 1.0.0",
        "A permission or consent that the declaration-of-intent service does not hold brings its "
        "own data, given before the disclosure.",
        "Luovutusluvasta tai suostumuksesta, jota ei ole tahdonilmaisupalvelussa, annetaan sen "
        "omat tiedot; se on annettu ennen luovutusta.",
        {
            "": (
                "The permission or consent is not stored in Kanta, so give its own data: "
                "`given_at`, `given_by` and `scope`; this one is missing.",
                "Luovutuslupaa tai suostumusta ei ole tallennettu tahdonilmaisupalveluun, joten "
                "anna sen omat tiedot: `given_at`, `given_by` ja `scope`; tämä niistä puuttuu.",
            ),
            "later": (
                "The permission or consent was given only after the disclosure: correct "
                "`given_at`, or use the ground the disclosure really rested on.",
                "Luovutuslupa tai suostumus on annettu vasta luovutuksen jälkeen: korjaa "
                "`given_at` tai käytä perustetta, johon luovutus todella perustui.",
            ),
        },
    ),
    RuleEntry(
        "N08",
        "703/2023 38 § 1 mom. 2 kohta; 690/2022",
        "The client is identified: by name, and by identity code or, if that is not known, "
        "temporary identifier or date of birth.",
        "Asiakas yksilöidään: nimi sekä henkilötunnus tai, jollei se ole tiedossa, väliaikainen "
        "tunnus tai syntymäaika.",
        {
            "": (
                "Identify the client: give the name, and `personal_id`, or if it is not known "
                "`temporary_id` or `birth_date`.",
                "Yksilöi asiakas: anna nimi sekä henkilötunnus (`personal_id`) tai, jollei se "
                "ole tiedossa, väliaikainen tunnus (`temporary_id`) tai syntymäaika "
                "(`birth_date`).",
            ),
            "personal_id": (
                "This is not a valid personal identity code: check the date, the separator and "
                "the check character; if the code is not known, use `temporary_id` or "
                "`birth_date`.",
                "Henkilötunnus ei ole oikea: tarkista päivämäärä, välimerkki ja tarkistusmerkki; "
                "jos tunnus ei ole tiedossa, käytä kohtaa `temporary_id` tai `birth_date`.",
            ),
            "birth_date": (
                "This is not a date of birth: write a date that exists as YYYY-MM-DD.",
                "Tämä ei ole syntymäaika: kirjoita olemassa oleva päivä muodossa VVVV-KK-PP.",
            ),
            "unborn": (
                "The date of birth is after the disclosure: correct it.",
                "Syntymäaika on luovutuksen jälkeen: korjaa se.",
            ),
            "contradiction": (
                "The date of birth is not the one the identity code tells: correct one of them, or "
                "leave the date out.",
                "Syntymäaika ei ole se, jonka henkilötunnus kertoo: korjaa toinen niistä tai jätä "
                "syntymäaika pois.",
            ),
        },
    ),
)
