"""Whether a disclosure needs a notice at all (tarvitaanko luovutusilmoitus)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sha_disclosure.messages.words import Language


@dataclass(frozen=True, slots=True)
class NoticeNeed:
    """The answer of ``notice_needed``: whether, why, and the provision it rests on."""

    needed: bool
    rests_on: str
    en: str
    fi: str

    def __bool__(self) -> bool:
        return self.needed

    def text(self, language: Language) -> str:
        """Return the explanation in ``language``."""
        return self.fi if language == "fi" else self.en


_ANSWERS: Mapping[str, NoticeNeed] = MappingProxyType(
    {
        "acquisition": NoticeNeed(
            False,
            "703/2023 39 §, 64 §",
            "No notice: this is data you obtain, not data you disclose. Record instead what was "
            "obtained, from whom, when, who asked, by which provision or consent, and for what.",
            "Luovutusilmoitusta ei tarvita: kyse on tietojen saamisesta, ei luovuttamisesta. "
            "Kirjaa sen sijaan, mitä tietoja on saatu, keneltä, milloin, kuka ne pyysi, minkä "
            "säännöksen tai suostumuksen perusteella ja mihin tarkoitukseen.",
        ),
        "same_controller": NoticeNeed(
            False,
            "703/2023 10 § 2 mom., 13 §",
            "No notice: the data stays with the same controller, so this is use of client data. "
            "It goes to your own access log.",
            "Luovutusilmoitusta ei tarvita: tiedot pysyvät samalla rekisterinpitäjällä, joten "
            "kyse on käytöstä. Se kirjataan omaan käyttölokiin.",
        ),
        "purchased_service": NoticeNeed(
            False,
            "703/2023 14 § 1 mom.; kanta.fi, sharing of social welfare client data",
            "No notice: a producer that acts for the organiser (purchased service, service "
            "voucher) works in the organiser's register; that is not disclosure between them.",
            "Luovutusilmoitusta ei tarvita: toisen palvelunantajan lukuun toimiva tuottaja "
            "(ostopalvelu, palveluseteli) toimii järjestäjän rekisterissä, eikä kyse ole "
            "luovutuksesta niiden välillä.",
        ),
        "through_kanta": NoticeNeed(
            False,
            "703/2023 70 § 2 mom.",
            "No notice: the data goes through the Kanta services, and Kela collects the "
            "disclosure log of that.",
            "Luovutusilmoitusta ei tarvita: tiedot luovutetaan valtakunnallisten "
            "tietojärjestelmäpalvelujen kautta, ja Kela kerää siitä luovutuslokitiedot.",
        ),
        "direct": NoticeNeed(
            True,
            "703/2023 10 § 3 mom., 70 § 1 mom.",
            "A notice is needed: client data is disclosed past Kanta to another controller, an "
            "authority, the client or someone else. Store one notice of each disclosure.",
            "Luovutusilmoitus tarvitaan: asiakastietoja luovutetaan Kanta-palvelujen ohi toiselle "
            "rekisterinpitäjälle, viranomaiselle, asiakkaalle tai muulle. Tallenna jokaisesta "
            "luovutuksesta yksi ilmoitus.",
        ),
    }
)


def notice_needed(
    *,
    through_kanta: bool = False,
    same_controller: bool = False,
    purchased_service: bool = False,
    acquisition: bool = False,
) -> NoticeNeed:
    """Return whether a movement of client data needs a disclosure notice, and why.

    ``through_kanta``: it goes through the national services (valtakunnalliset
    tietojärjestelmäpalvelut); another system shared by providers (57 §) is not Kanta.
    ``same_controller``: it stays with the same controller (rekisterinpitäjä).
    ``purchased_service``: between the organiser and the producer that acts for it
    (ostopalvelu, palveluseteli). ``acquisition``: your organisation obtains the data from
    another (39 §, 64 §). What is not stated counts as not so: then a notice is needed.
    """
    stated = {
        "acquisition": acquisition,
        "same_controller": same_controller,
        "purchased_service": purchased_service,
        "through_kanta": through_kanta,
    }
    for name, value in stated.items():
        if not isinstance(value, bool):  # "false" would count as stated
            raise TypeError(f"{name} is True or False")
    return _ANSWERS[next((name for name, value in stated.items() if value), "direct")]
