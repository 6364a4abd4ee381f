"""Whether a disclosure needs a notice (tarvitaanko luovutusilmoitus)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sha_disclosure.messages import Language, Message, message


@dataclass(frozen=True, slots=True)
class NoticeNeed:
    """The result of ``notice_needed``: whether a notice is needed, why, and by which provision.

    ``settled`` is False where the result is an interpretation of the law that your lawyer may
    decide otherwise.
    """

    needed: bool
    rests_on: str
    reason: Message
    settled: bool = True

    def __bool__(self) -> bool:
        return self.needed

    def text(self, language: Language = "en") -> str:
        """Return the explanation in ``language``."""
        return self.reason.text(language)


_RESTS_ON: Mapping[str, str] = MappingProxyType(
    {
        "acquisition": "703/2023 39 §, 64 §",
        "same_controller": "703/2023 10 § 2 mom., 13 §",
        "other_register": "703/2023 10 § 1 mom., 18 § 1 mom., 3 § 10 kohta, 70 § 1 mom.",
        "purchased_service": (
            "703/2023 14 § 1 mom.; kanta.fi, sharing of social welfare client data"
        ),
        "through_kanta": "703/2023 70 § 2 mom.",
        "not_yet": "703/2023 102 § 5 mom., 102 § 7 mom., 10 § 1 mom.",
        "no_record_system": "703/2023 67 § 2 mom., 102 § 5 mom., 10 § 1 mom.",
        "aland": "703/2023 67 § 4 mom., 102 § 5 mom., 10 § 1 mom.",
        "joined_freely": "703/2023 67 § 2 mom., 67 § 4 mom., 70 § 1 mom.",
        "direct": "703/2023 10 § 3 mom., 70 § 1 mom.",
    }
)
_NEEDED = frozenset({"direct", "other_register", "joined_freely"})
_OPEN = frozenset({"other_register", "joined_freely"})

STORING_BEGAN = date(2026, 9, 1)
"""102 § 5 mom.: the deadline for a social welfare provider to join and start storing."""

RECORDINGS_BEGIN = date(2029, 10, 1)
"""102 § 7 mom. 2 kohta: the deadline for starting to store video and audio recordings."""


def notice_needed(  # noqa: PLR0913 - one argument a fact
    *,
    through_kanta: bool = False,
    same_controller: bool = False,
    same_register: bool | None = None,
    purchased_service: bool = False,
    acquisition: bool = False,
    disclosed_on: date | None = None,
    only_recordings: bool = False,
    private_without_record_system: bool = False,
    aland: bool = False,
    joined: bool = False,
) -> NoticeNeed:
    """Return whether a movement of client data needs a disclosure notice, and why.

    Facts about the movement:

    ``through_kanta``: it goes through the national services (valtakunnalliset
    tietojärjestelmäpalvelut); another system shared by providers (57 §) is not Kanta.
    ``same_controller``: it stays with the same controller (rekisterinpitäjä), and
    ``same_register``: in the same register (rekisteri); pass False for another register of
    the controller, such as the patient register. ``purchased_service``: between the organiser
    and the producer that acts on its behalf (ostopalvelu, palveluseteli). ``acquisition``: your
    organisation obtains the data from another (39 §, 64 §).

    Facts about your provider, for the transition of 102 §:

    ``disclosed_on``: the day of the disclosure, in Finland. ``only_recordings``: the provider
    stores nothing but video and audio recordings, so its duty begins later.
    ``private_without_record_system``: a private provider that uses no information system for
    client data (67 § 2 mom.). ``aland``: a provider of Åland (67 § 4 mom.). ``joined``: one of
    these two that has joined Kanta.

    A fact that is not stated is taken to be false. Without ``disclosed_on``, the duty to store is
    taken to have begun, so that a notice is needed.
    """
    facts = {
        "through_kanta": through_kanta,
        "same_controller": same_controller,
        "purchased_service": purchased_service,
        "acquisition": acquisition,
        "only_recordings": only_recordings,
        "private_without_record_system": private_without_record_system,
        "aland": aland,
        "joined": joined,
    }
    for name, value in {**facts, "same_register": same_register or False}.items():
        if not isinstance(value, bool):  # "false" would count as stated
            raise TypeError(f"{name} is True or False")
    if isinstance(disclosed_on, datetime) or not isinstance(disclosed_on, date | None):
        raise TypeError("disclosed_on is a date")
    begins = RECORDINGS_BEGIN if only_recordings else STORING_BEGAN
    need_not_join = private_without_record_system or aland

    # The first case that applies decides: first what is no disclosure, then who need not store.
    cases = {
        "acquisition": acquisition,
        "same_controller": same_register or (same_controller and same_register is None),
        "purchased_service": purchased_service,
        "through_kanta": through_kanta,
        "not_yet": disclosed_on is not None and disclosed_on < begins,
        "no_record_system": private_without_record_system and not joined,
        "aland": aland and not joined,
        "other_register": same_controller,
        "joined_freely": need_not_join,
        "direct": True,
    }
    case = next(name for name, so in cases.items() if so)
    return NoticeNeed(case in _NEEDED, _RESTS_ON[case], _reason(case, begins), case not in _OPEN)


def _reason(case: str, begins: date) -> Message:
    if case in _NEEDED:
        return message(f"notice_need.{case}", soon=message("notice_need.without_delay"))
    if case == "not_yet":
        return message("notice_need.not_yet", day=f"{begins.day}.{begins.month}.{begins.year}")
    return message(f"notice_need.{case}")
