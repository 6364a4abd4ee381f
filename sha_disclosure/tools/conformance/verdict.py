"""What comparing came to, entry by entry: plain data for people, programs and the proposal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sha_disclosure.messages.words import Language, Words

Result = Literal["agrees", "differs", "undecided"]
NOTHING: Any = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one entry of the edition stands against the package.

    ``where``: definition and element that decide it. ``says``: what the package has.
    ``proposal``: the package's value where it fixes it unambiguously, else None.
    """

    entry: str
    value: Any
    result: Result
    where: str
    says: Words
    proposal: Any = NOTHING

    def to_dict(self, language: Language) -> dict[str, Any]:
        """Return the verdict as plain values."""
        return {
            "entry": self.entry,
            "value": self.value,
            "result": self.result,
            "where": self.where,
            "package_says": self.says.text(language),
            "proposal": self.proposal,
        }


@dataclass(frozen=True, slots=True)
class News:
    """A fact of the package that no entry of the edition stands for.

    ``kind``: ``profile``, ``extension``, ``code_system``, ``codes``, ``fixed`` or ``mandatory``.
    """

    kind: str
    where: str
    says: Words

    def to_dict(self, language: Language) -> dict[str, Any]:
        """Return the fact as plain values."""
        return {"kind": self.kind, "where": self.where, "package_says": self.says.text(language)}
