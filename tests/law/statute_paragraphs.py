"""The paragraphs of 703/2023 the rules rest on: heading, and how many subsections (momenttia).

Written down from the statute as of 21.2.2025 (with 307/2024), to catch a citation that is not
there; the text itself is at finlex.fi.
"""

# ruff: noqa: E501 - headings as they are

from __future__ import annotations

PARAGRAPHS: dict[int, tuple[str, int]] = {
    3: ("Määritelmät", 1),
    8: ("Asiakastietojen käsittelyyn osallistuvien tunnistaminen", 2),
    9: ("Käyttöoikeus asiakastietoon", 3),
    10: ("Asiakas- ja hyvinvointitiedon käytön ja luovutuksen seuranta", 4),
    11: ("Asiakkaan tiedonsaantioikeus tietojensa käsittelystä", 5),
    13: ("Asiakastietojen rekisterinpitäjä", 2),
    14: ("Palveluntuottajan vastuut toisen palvelunantajan lukuun toimittaessa", 2),
    18: ("Sosiaali- ja terveydenhuollon asiakasrekisterit", 2),
    37: ("Sosiaalihuollon asiakasasiakirjoja koskevat periaatteet", 3),
    38: ("Sosiaalihuollon asiakasasiakirjoihin kirjattavat perustiedot", 2),
    39: ("Tietojen saamista koskevat merkinnät", 1),
    49: (
        "Tietojen antaminen asiakkaan lailliselle edustajalle tai läheiselle erityistilanteissa",
        3,
    ),
    50: ("Tietojen käsittely toisen puolesta", 1),
    52: ("Asiakastietojen luovuttaminen kuoleman jälkeen", 1),
    53: ("Tiedonsaantioikeus sosiaali- ja terveydenhuollon välillä", 6),
    55: ("Sosiaalihuollon palvelunantajan oikeus saada sosiaalihuollon asiakastietoja", 3),
    56: (
        "Sosiaalihuollon asiakastietojen luovuttaminen sosiaalihuollon asiakkaan hoidon ja huollon turvaamiseksi",
        3,
    ),
    57: ("Tiedonsaantioikeuden toteuttaminen tietojärjestelmän avulla", 1),
    62: (
        "Asiakasta koskevan tiedon ilmoittaminen poliisille uhkan arviointia ja uhkaavan teon estämistä varten",
        1,
    ),
    63: ("Sosiaalihuollon asiakastietojen luovuttaminen eräissä muissa tilanteissa", 4),
    64: ("Sosiaali- ja terveydenhuollon viranomaisen tiedonsaantioikeus", 4),
    67: ("Velvollisuus liittyä valtakunnallisten tietojärjestelmäpalvelujen käyttäjäksi", 4),
    70: ("Lokirekisterien säilytyspalvelu", 5),
    74: (
        "Kansalaisen käyttöliittymä ja hyvinvointisovellukset sekä niiden välityksellä näytettävät asiakastiedot",
        3,
    ),
    76: ("Kysely- ja välityspalvelu", 2),
    102: ("Siirtymäsäännökset", 9),
}

CITED_ON_PAGES: dict[int, tuple[str, int]] = {
    16: ("Rekisterinpitäjän vastuut palvelunantajan toiminnan päätyttyä", 4),
    21: ("Asiakirjan laatimista koskeva määräaika", 2),
    40: ("Alaikäisen asiakkaan kielto-oikeuden kirjaaminen", 2),
    51: ("Alaikäisen oikeus kieltää tietojensa luovuttaminen huoltajalle", 2),
    58: ("Luovutusluvan tai kiellon antaminen ja peruuttaminen", 5),
    78: ("Tietoturvallisuuden omavalvonnan toteuttaminen ja vastuu", 4),
    101: ("Voimaantulo", 5),
}
"""Paragraphs that only pages for people cite."""
