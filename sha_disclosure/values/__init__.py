"""Checked value types. Those that hold personal data hide it in ``repr`` and ``str``.

A hidden value is read with ``reveal()``: a word one can search a code base for.
Refusals name the kind of fault only, so no error can carry the value. A value that is made by
itself, outside a notice, raises ``InvalidNotice`` with the one problem.
"""

from sha_disclosure.values.identifiers import Code, Oid, PersonalId, TemporaryId, Uri
from sha_disclosure.values.texts import FreeText, LanguageTag, PersonName, Reference
from sha_disclosure.values.times import BirthDate, Instant, Time

__all__ = [
    "BirthDate",
    "Code",
    "FreeText",
    "Instant",
    "LanguageTag",
    "Oid",
    "PersonName",
    "PersonalId",
    "Reference",
    "TemporaryId",
    "Time",
    "Uri",
]
