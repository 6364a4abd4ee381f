"""What is told to a person, in both languages of the messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["fi", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """One text in English and Finnish; never with a value of a notice, a key or a name in it."""

    en: str
    fi: str

    def text(self, language: Language) -> str:
        """Return the text in ``language``."""
        return self.fi if language == "fi" else self.en
