"""FHIR data types as plain dictionaries: built, and read back into a notice's JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sha_disclosure.editions.wire import CodingValue
from sha_disclosure.notice import Coding
from sha_disclosure.values import PersonName

Element = dict[str, Any]
"""A part of a resource as FHIR JSON."""

Data = dict[str, Any]
"""A part of a notice in the JSON form its caller writes."""


def fixed(value: CodingValue) -> Element:
    """Return a Coding fixed by the edition."""
    return {"system": value.system, "code": value.code, "display": value.display}


def coding(given: Coding, system: str) -> Element:
    """Return the caller's Coding, with the code system ``system`` if the caller gave none."""
    return {
        "system": str(given.system or system),
        "code": str(given.code),
        "display": given.display.reveal(),
    }


def concept(element: Element) -> Element:
    """Return a CodeableConcept with one Coding."""
    return {"coding": [element]}


def human_name(family: PersonName, given: Iterable[PersonName]) -> Element:
    """Return a HumanName (nimi), with ``given`` only if there are given names."""
    names = [name.reveal() for name in given]
    return {"family": family.reveal(), "given": names} if names else {"family": family.reveal()}


def to(label: str) -> Element:
    """Return a Reference to a contained resource."""
    return {"reference": f"#{label}"}


def extension(url: str, kind: str, value: object) -> Element:
    """Return an Extension with ``value<kind>``."""
    return {"url": url, f"value{kind}": value}


def contained(resource_type: str, label: str, profile: str = "", **elements: Any) -> Element:
    """Return a contained resource; elements that are None are omitted."""
    resource: Element = {"resourceType": resource_type, "id": label}
    if profile:
        resource["meta"] = {"profile": [profile]}
    resource.update({name: value for name, value in elements.items() if value is not None})
    return resource


# --- reading back ------------------------------------------------------------------------


def given_only(**elements: Any) -> Data:
    """Return the elements that are not None."""
    return {name: value for name, value in elements.items() if value is not None}


def read_coding(element: Element, system: str) -> Data:
    """Return a coding as a caller writes it: without a system that the edition defines."""
    shown = {name: element[name] for name in ("code", "display")}
    return shown if element["system"] == system else {**shown, "system": element["system"]}


def fixed_name(known: Iterable[tuple[str, CodingValue]], coding: Mapping[str, str]) -> str:
    """Return the notice's name for one of the edition's codings. Raises KeyError."""
    for name, value in known:
        if (value.system, value.code) == (coding["system"], coding["code"]):
            return name
    raise KeyError(coding["code"])


def read_extension(element: Element, url: str) -> Element | None:
    """Return the extension of an element with that URL, or None."""
    return next((each for each in element.get("extension", ()) if each["url"] == url), None)


def value_of(extension: Element) -> Any:
    """Return the value of an extension, whatever its type."""
    (value,) = (value for name, value in extension.items() if name.startswith("value"))
    return value


def oid_of(urn: str) -> str:
    """Return the OID in a URN."""
    return urn.removeprefix("urn:oid:")


def read_name(resource: Element) -> Data:
    """Return the first HumanName of a resource."""
    name = resource["name"][0]
    return given_only(family_name=name["family"], given_names=name.get("given"))
