"""FHIR data types as plain dictionaries: the words the resources are written with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sha_disclosure.codes import Coding
from sha_disclosure.editions.wire import CodingValue
from sha_disclosure.values import Oid, PersonName

Element = dict[str, Any]


def fixed(value: CodingValue) -> Element:
    """Return a Coding of the edition."""
    return {"system": value.system, "code": value.code, "display": value.display}


def coding(given: Coding, system: str) -> Element:
    """Return a Coding of the caller, of the code system ``system`` where the caller named none."""
    return {
        "system": str(given.system or system),
        "code": str(given.code),
        "display": given.display.reveal(),
    }


def concept(element: Element) -> Element:
    """Return a CodeableConcept of one Coding."""
    return {"coding": [element]}


def oid_identifier(system: str, oid: Oid) -> Element:
    """Return an Identifier whose value is an OID as a URN."""
    return {"system": system, "value": oid.urn}


def human_name(family: PersonName, given: Iterable[PersonName]) -> Element:
    """Return a HumanName (nimi)."""
    return {"family": family.reveal(), "given": [name.reveal() for name in given]}


def to(label: str) -> Element:
    """Return a Reference to a contained resource."""
    return {"reference": f"#{label}"}


def extension(url: str, kind: str, value: object) -> Element:
    """Return an Extension with ``value<kind>``."""
    return {"url": url, f"value{kind}": value}


def contained(resource_type: str, label: str, profile: str = "", **elements: Any) -> Element:
    """Return a contained resource; elements that are None are left out."""
    resource: Element = {"resourceType": resource_type, "id": label}
    if profile:
        resource["meta"] = {"profile": [profile]}
    resource.update({name: value for name, value in elements.items() if value is not None})
    return resource
