"""Identifiers and codes: OIDs, a client's identity code, codes and code system URIs."""

from __future__ import annotations

import re

from sha_disclosure.characters import CONTROL, NONCHARACTER
from sha_disclosure.identity_codes import CENTURIES, is_personal_id, names_a_person
from sha_disclosure.values.checked import Hidden, Plain, refuse, text_of
from sha_disclosure.values.times import BirthDate

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){1,}", re.ASCII)
_CODE = re.compile(r"[^\s]+( [^\s]+)*")
_URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[^\s]+")
_OID_SCHEMA = r"^[0-2](\.(0|[1-9][0-9]*))+$"

OID_MAX = 64
"""FHIR R4 ``id``: at most 64 characters; our resource ids are bare OIDs."""


def _oid(value: object, fault: str) -> str:
    text = text_of(value)
    if len(text) > OID_MAX or not _OID.fullmatch(text):
        raise refuse(fault)
    return text


class Oid(Plain):
    """An object identifier, dotted, at most 64 characters (yksilöintitunnus, ISO/IEC 9834-1)."""

    _pattern = _OID_SCHEMA
    _description = "Object identifier (OID), at most 64 characters"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the OID, or refuse it as ``oid``."""
        return _oid(value, "oid")

    @property
    def urn(self) -> str:
        """The OID as a URN (RFC 3061)."""
        return f"urn:oid:{self._value}"


class TemporaryId(Hidden):
    """The identifier of a client whose identity code is not known (väliaikainen tunnus, 38 §)."""

    _pattern = _OID_SCHEMA
    _description = "Temporary identifier of the client, an OID"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the OID, or refuse it as ``temporary_id``."""
        return _oid(value, "temporary_id")


class PersonalId(Hidden):
    """A Finnish personal identity code (henkilötunnus), with the separators of 2023.

    Source: 128/2010 2 § as amended by 690/2022. Case and separator are kept: since 2023
    a code without its separator does not identify a person.
    """

    _pattern = r"^[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]$"
    _description = "Finnish personal identity code (henkilötunnus)"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the code, or refuse it as ``personal_id``."""
        text = text_of(value)
        if not is_personal_id(text):
            raise refuse("personal_id")
        return text

    @property
    def born(self) -> BirthDate:
        """The date of birth encoded in the code."""
        day, month, year, sign = self._value[:2], self._value[2:4], self._value[4:6], self._value[6]
        return BirthDate(f"{CENTURIES[sign] + int(year)}-{month}-{day}")

    @property
    def artificial(self) -> bool:
        """Whether the individual number is 900-999, which is reserved for test persons."""
        return self._value[7] == "9"


class Code(Plain):
    """A code of a code system (koodi): no outer blanks, single blanks inside (FHIR R4)."""

    _pattern = r"^\S+( \S+)*$"
    _description = "Code of a code system"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the code, or refuse it as ``code``."""
        text = text_of(value)
        if not _CODE.fullmatch(text) or CONTROL.search(text) or names_a_person(text):
            raise refuse("code")
        if NONCHARACTER.search(text):
            raise refuse("noncharacter")
        return text


class Uri(Plain):
    """The URI of a code system or identifier system, e.g. ``urn:oid:1.2.246.21``."""

    _pattern = rf"^{_URI.pattern}$"
    _description = "Absolute URI, e.g. urn:oid:1.2.246.537.6.1221.201601"

    @classmethod
    def check(cls, value: object) -> str:
        """Return the URI, or refuse it as ``uri`` (``oid`` if the OID in it is malformed)."""
        text = text_of(value)
        if not _URI.fullmatch(text):
            raise refuse("uri")
        if NONCHARACTER.search(text):
            raise refuse("noncharacter")
        if text.startswith("urn:oid:"):
            Oid.check(text.removeprefix("urn:oid:"))
        return text
