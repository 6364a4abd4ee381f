"""What is wrong with an entry of the settings, in words of both languages."""

from __future__ import annotations

from pydantic_core import ErrorDetails

from sha_disclosure.readiness.material import Trouble
from sha_disclosure.settings import PREFIX
from sha_disclosure.words import Words

_CORRECT = Words("correct it", "korjaa se")
_ADD = Words("add it", "lisää se")
_NUMBER = Words("not a number", "ei ole luku")
_EMPTY = Words("empty", "tyhjä")
_KINDS: dict[str, tuple[Words, Words]] = {
    "missing": (Words("missing", "puuttuu"), _ADD),
    "model_type": (Words("missing or not a table", "puuttuu tai ei ole taulukko"), _ADD),
    "extra_forbidden": (
        Words("unknown", "tuntematon"),
        Words("correct its name or remove it", "korjaa sen nimi tai poista se"),
    ),
    "oid": (
        Words("not an OID", "ei ole OID"),
        Words(
            "write digits and dots without leading zeros, at most 64 characters",
            "kirjoita numeroita ja pisteitä ilman etunollia, enintään 64 merkkiä",
        ),
    ),
    "root_long": (
        Words("too long", "liian pitkä"),
        Words("use an OID of at most 34 characters", "käytä enintään 34 merkin OID:tä"),
    ),
    "address": (
        Words("not an address that can be used", "ei ole käypä osoite"),
        Words(
            "write an https address without user, query and fragment",
            "kirjoita https-osoite ilman käyttäjää, kyselyosaa ja ankkuria",
        ),
    ),
    "personal_id": (
        Words("not a valid personal identity code", "ei ole kelvollinen henkilötunnus"),
        _CORRECT,
    ),
    "literal_error": (
        Words("not one of {expected}", "ei ole mikään näistä: {expected}"),
        _CORRECT,
    ),
    "int_parsing": (Words("not a whole number", "ei ole kokonaisluku"), _CORRECT),
    "int_type": (Words("not a whole number", "ei ole kokonaisluku"), _CORRECT),
    "float_parsing": (_NUMBER, _CORRECT),
    "float_type": (_NUMBER, _CORRECT),
    "bool_parsing": (Words("not true or false", "ei ole true eikä false"), _CORRECT),
    "bool_type": (Words("not true or false", "ei ole true eikä false"), _CORRECT),
    "string_type": (Words("not a text", "ei ole teksti"), _CORRECT),
    "string_too_short": (_EMPTY, _CORRECT),
    "string_pattern_mismatch": (_EMPTY, _CORRECT),
    "string_too_long": (
        Words("longer than {max_length} characters", "pidempi kuin {max_length} merkkiä"),
        Words("shorten it", "lyhennä sitä"),
    ),
    "path_type": (Words("not a path", "ei ole polku"), _CORRECT),
    "greater_than": (Words("not above {gt}", "ei ole yli {gt}"), _CORRECT),
    "greater_than_equal": (Words("below {ge}", "alle {ge}"), _CORRECT),
    "less_than_equal": (Words("above {le}", "yli {le}"), _CORRECT),
    "finite_number": (Words("not a finite number", "ei ole äärellinen luku"), _CORRECT),
}
KINDS = frozenset(_KINDS)
"""The kinds of faults that have words of their own."""
_OTHER = (Words("not a fitting value", "ei ole sopiva arvo"), _CORRECT)


def entry_trouble(fault: ErrorDetails, variables: frozenset[str]) -> Trouble:
    """Return what is wrong with one entry, named by its place, without its value."""
    place = ".".join(map(str, fault["loc"]))
    variable = PREFIX + "__".join(str(step).upper() for step in fault["loc"])
    found, mend = _KINDS.get(fault["type"], _OTHER)
    bounds = fault.get("ctx", {})
    by = Words(f" (set by {variable})", f" (muuttujasta {variable})")
    named = by if variable in variables else Words("", "")
    return Trouble(
        Words(
            f"{place}{named.en}: {found.en.format_map(bounds)}",
            f"{place}{named.fi}: {found.fi.format_map(bounds)}",
        ),
        mend,
    )
