"""Whether a disclosure needs a notice at all (tarvitaanko luovutusilmoitus)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sha_disclosure.messages import Language, Message, message


@dataclass(frozen=True, slots=True)
class NoticeNeed:
    """The answer of ``notice_needed``: whether, why, and the provision it rests on."""

    needed: bool
    rests_on: str
    reason: Message

    def __bool__(self) -> bool:
        return self.needed

    def text(self, language: Language = "en") -> str:
        """Return the explanation in ``language``."""
        return self.reason.text(language)


_RESTS_ON: Mapping[str, str] = MappingProxyType(
    {
        "acquisition": "703/2023 39 §, 64 §",
        "same_controller": "703/2023 10 § 2 mom., 13 §",
        "purchased_service": (
            "703/2023 14 § 1 mom.; kanta.fi, sharing of social welfare client data"
        ),
        "through_kanta": "703/2023 70 § 2 mom.",
        "direct": "703/2023 10 § 3 mom., 70 § 1 mom.",
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
    case = next((name for name, value in stated.items() if value), "direct")
    return NoticeNeed(case == "direct", _RESTS_ON[case], message(f"notice_need.{case}"))
