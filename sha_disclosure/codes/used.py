"""How a used code stands in the loaded lists: known, and in force at its time."""

from __future__ import annotations

from dataclasses import dataclass

from sha_disclosure.codes.lists import CodeLists, CodeStanding
from sha_disclosure.notice import Coding
from sha_disclosure.values import Instant, Time


@dataclass(frozen=True, slots=True)
class UsedCode:
    """A code as it is used: of which system, and when (the day in Finland counts)."""

    system: str
    code: str
    at: Instant | Time

    @classmethod
    def of(cls, coding: Coding, system: str, at: Instant | Time) -> UsedCode:
        """Return the use of a coding; ``system`` is the one it has when it names none."""
        return cls(str(coding.system or system), str(coding.code), at)

    def standing(self, lists: CodeLists) -> CodeStanding:
        """Return how the code stands at its time of use."""
        return lists.standing(self.system, self.code, self.at.day)

    def validity(self, lists: CodeLists) -> str:
        """Return the validity of the code in its loaded list, for the text of a problem."""
        listed = lists.find(self.system, self.code) if lists.loaded(self.system) else None
        return listed.validity if listed else ""
