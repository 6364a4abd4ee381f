"""What is wrong with an entry of the settings and how to mend it, in words of both languages.

Named by its place, never by its value: that may be a secret, or personal.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic_core import ErrorDetails

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages.words import Words
from sha_disclosure.settings.layers import PREFIX
from sha_disclosure.settings.tables import ROOT_MAX

_CORRECT = Words("correct it", "korjaa se")
_ADD = Words("add it", "lisää se")
_NUMBER = Words("not a number", "ei ole luku")
_WHOLE = Words("not a whole number", "ei ole kokonaisluku")
_BOOLEAN = Words("not true or false", "ei ole true eikä false")
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
        Words(
            f"use an OID of at most {ROOT_MAX} characters",
            f"käytä enintään {ROOT_MAX} merkin OID:tä",
        ),
    ),
    "address": (
        Words("not an address that can be used", "ei ole käypä osoite"),
        Words(
            "write an https address without user, query and fragment",
            "kirjoita https-osoite ilman käyttäjää, kyselyosaa ja ankkuria",
        ),
    ),
    "controller_twice": (
        Words(
            "two organisations claim one controller", "kahdella organisaatiolla on sama rekisteri"
        ),
        Words("leave it to one of them", "jätä se toiselle niistä"),
    ),
    "requester_twice": (
        Words("two organisations have one requester", "kahdella organisaatiolla on sama pyytäjä"),
        Words("make one table of them", "yhdistä ne yhdeksi taulukoksi"),
    ),
    "host_port": (
        Words("not host:port", "ei ole muotoa kone:portti"),
        Words('write it like "127.0.0.1:9443"', 'kirjoita esimerkiksi "127.0.0.1:9443"'),
    ),
    "personal_id": (
        Words("not a valid personal identity code", "ei ole kelvollinen henkilötunnus"),
        _CORRECT,
    ),
    "place": (
        Words(
            "not a path, file:PATH, env:NAME or pkcs11:...",
            "ei ole polku, file:POLKU, env:NIMI eikä pkcs11:...",
        ),
        _CORRECT,
    ),
    "pin": (
        Words(
            "holds a PIN, which a settings file would leak",
            "sisältää PIN-koodin, jonka asetustiedosto paljastaisi",
        ),
        Words(
            "use ?pin-source=env:NAME, ?pin-source=file:/PATH, or give the client a pin function",
            "käytä osaa ?pin-source=env:NIMI tai ?pin-source=file:/POLKU tai anna "
            "asiakasohjelmalle pin-funktio",
        ),
    ),
    "literal_error": (
        Words("not one of {expected}", "ei ole mikään näistä: {expected}"),
        _CORRECT,
    ),
    "int_parsing": (_WHOLE, _CORRECT),
    "int_type": (_WHOLE, _CORRECT),
    "float_parsing": (_NUMBER, _CORRECT),
    "float_type": (_NUMBER, _CORRECT),
    "bool_parsing": (_BOOLEAN, _CORRECT),
    "bool_type": (_BOOLEAN, _CORRECT),
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
_OTHER = (Words("not a fitting value", "ei ole sopiva arvo"), _CORRECT)


def fault_words(fault: ErrorDetails, variables: frozenset[str]) -> tuple[Words, Words]:
    """Return what is wrong with one entry, named by its place, and the mend.

    ``variables`` are the names of the environment's variables, one of which may have set it.
    """
    place = ".".join(map(str, fault["loc"]))
    variable = PREFIX + "__".join(str(step).upper() for step in fault["loc"])
    found, mend = _KINDS.get(fault["type"], _OTHER)
    bounds = fault.get("ctx", {})
    by = Words(f" (set by {variable})", f" (muuttujasta {variable})")
    named = by if variable in variables else Words("", "")
    told = Words(
        f"{place}{named.en}: {found.en.format_map(bounds)}",
        f"{place}{named.fi}: {found.fi.format_map(bounds)}",
    )
    return told, mend


def refusal(
    origin: str, faults: Iterable[ErrorDetails], variables: frozenset[str] = frozenset()
) -> ConfigurationError:
    """Return the error that tells every fault once."""
    words = (fault_words(fault, variables) for fault in faults)
    told = dict.fromkeys(f"{found.en}: {mend.en}" for found, mend in words)
    return ConfigurationError(f"Settings ({origin}): " + "; ".join(told))
