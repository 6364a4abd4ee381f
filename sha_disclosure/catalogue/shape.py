"""The words for input that has not the shape it should have (SHAPE)."""

from __future__ import annotations

from sha_disclosure.catalogue.entry import RuleEntry

ENTRIES = (
    RuleEntry(
        "SHAPE",
        "The notice as JSON (specs/disclosure-notice.schema.json)",
        "The input has the shape of what it is to be.",
        "Syöte on muodoltaan sitä, mitä sen on tarkoitus olla.",
        {
            "": (
                "This is missing: give it.",
                "Tieto puuttuu: anna se.",
            ),
            "json": (
                "The text stops being JSON at {expected}: mend it there.",
                "Teksti lakkaa olemasta JSON-muotoa kohdassa {expected}: korjaa se siitä.",
            ),
            "number": (
                "There is a number that JSON does not have, such as NaN, or one with too many "
                "digits: correct it.",
                "Tekstissä on luku, jota JSONissa ei ole, kuten NaN, tai liian pitkä luku: korjaa "
                "se.",
            ),
            "deep": (
                "The JSON is nested deeper than any notice: take the extra levels out.",
                "JSONissa on enemmän sisäkkäisiä tasoja kuin missään ilmoituksessa: poista "
                "ylimääräiset tasot.",
            ),
            "bundle": (
                "The Bundle does not have the form of this edition ({expected}): read it with "
                "the edition it was built by.",
                "Bundle ei ole tämän edition muotoinen ({expected}): lue se sillä editiolla, "
                "jolla se on rakennettu.",
            ),
            "encoding": (
                "The file is not UTF-8 text: save it as UTF-8.",
                "Tiedosto ei ole UTF-8-tekstiä: tallenna se UTF-8-muodossa.",
            ),
            "duplicate": (
                "A field is given twice in one object, so one of the values would be lost: keep "
                "one.",
                "Sama kenttä on annettu kahdesti, jolloin toinen arvo katoaisi: jätä vain toinen.",
            ),
            "unknown": (
                "There is a field here that does not belong here{expected}: correct its name or "
                "take it out.",
                "Tässä on kenttä, joka ei kuulu tähän{expected}: korjaa nimi tai poista kenttä.",
            ),
            "kind": (
                "`kind` is missing or unknown: use one of {expected}.",
                "`kind` puuttuu tai on tuntematon: käytä jotakin näistä: {expected}.",
            ),
            "choice": (
                "This is not one of the values known here: use {expected}.",
                "Tämä ei ole tunnettu arvo: käytä {expected}.",
            ),
            "blank": (
                "The text is empty: write it, or leave the field out where it is optional.",
                "Teksti on tyhjä: kirjoita se tai jätä kenttä pois, jos se ei ole pakollinen.",
            ),
            "type": (
                "The value is of the wrong kind: {expected} is expected here.",
                "Arvo on väärää tyyppiä: tässä odotetaan tyyppiä {expected}.",
            ),
            "empty": (
                "The list is empty: give at least one.",
                "Luettelo on tyhjä: anna vähintään yksi.",
            ),
        },
    ),
)
