"""Checked value types. Those that hold personal data hide it in ``repr`` and ``str``.

A hidden value is read with ``reveal()``, a name that is easy to search a code base for.
Errors state only the kind of fault, so none can carry the value. A value created on its own,
outside a notice, raises ``InvalidNotice`` with a single problem.
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
