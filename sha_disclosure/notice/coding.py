"""A code with its display text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sha_disclosure.notice.part import Part
from sha_disclosure.values import Code, FreeText, Uri


class Coding(Part):
    """A code with its display text (koodi ja näyttönimi); ``repr`` shows neither.

    ``system`` may be omitted where the edition defines the code system.
    """

    code: Code
    display: FreeText
    system: Uri | None = None

    if TYPE_CHECKING:

        def __init__(
            self, *, code: str | Code, display: str | FreeText, system: str | Uri | None = None
        ) -> None: ...
