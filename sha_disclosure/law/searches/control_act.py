"""The control act of a search's HL7 V3 message (kontrollikehys): its reasons and the user.

Known only from the archive's messages of 2026, so the edition records which element holds what
and how certain that is; a part that is not known is omitted and reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from sha_disclosure.codes import Coding
from sha_disclosure.editions.wire import Wire
from sha_disclosure.findings import Finding
from sha_disclosure.law.searches.request import AccessRequest
from sha_disclosure.messages import message
from sha_disclosure.values import Uri
from sha_disclosure.values.checked import Hidden

NAMESPACE = "urn:hl7-org:v3"
"""The namespace of HL7 V3 messages."""

_OID_URN = "urn:oid:"
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """One ``reasonCode`` of the control act; ``part`` identifies which reason it is.

    ``code_system`` is a bare OID; ``code_system_name`` is empty when not known.
    """

    part: str
    code: str
    code_system: str
    code_system_name: str
    display_name: str

    def attributes(self) -> dict[str, str]:
        """Return the attributes of the element."""
        named = {"codeSystemName": self.code_system_name} if self.code_system_name else {}
        return {
            "code": self.code,
            "codeSystem": self.code_system,
            **named,
            "displayName": self.display_name,
        }


@dataclass(frozen=True, slots=True)
class ControlAct:
    """The content of the query's ``controlActProcess`` (kontrollikehys).

    ``reason_codes``: the service request (palvelupyyntö), the use situation (käyttötilanne) and
    the reason (laajan tiedonhaun peruste), in the edition's order, as far as they are known.
    ``left_out``: what is omitted because it is not known, each with its text.
    ``reveal()``, ``elements()`` and ``xml()`` include the user's name and identifier.
    """

    reason_codes: tuple[ReasonCode, ...]
    left_out: tuple[Finding, ...]
    _request: AccessRequest = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the reasons and what is omitted as plain values, without personal data."""
        return {
            "reasons": [{"part": each.part, **each.attributes()} for each in self.reason_codes],
            "left_out": [finding.to_dict() for finding in self.left_out],
        }

    def reveal(self) -> dict[str, Any]:
        """Return everything as plain values, including the user. For the message itself only."""
        user, unit = self._request.user, self._request.unit
        root = _oid(user.id.system)
        return {
            **self.to_dict(),
            "author": {
                "id": {"root": root, "extension": _written(user.id.value)} if root else None,
                "name": {
                    "family": _written(user.family_name),
                    "given": [_written(name) for name in user.given_names],
                },
                "unit": {"id": {"root": str(unit.oid)}, "name": _written(unit.name)},
            },
        }

    def xml(self) -> str:
        """Return the ``reasonCode`` elements and ``authorOrPerformer`` as text, one per line.

        Each declares its namespace, and they are in schema order: insert them between
        ``priorityCode`` and the element after the author in your query. Personal data.
        """
        elements = [
            ElementTree.Element("reasonCode", each.attributes()) for each in self.reason_codes
        ]
        elements.append(_author(self.reveal()["author"]))
        for element in elements:
            element.set("xmlns", NAMESPACE)
        return "\n".join(ElementTree.tostring(each, encoding="unicode") for each in elements)

    def elements(self) -> tuple[ElementTree.Element, ...]:
        """Return the content of ``xml()`` as elements to add to a tree. Personal data."""
        return tuple(ElementTree.fromstring(line) for line in self.xml().split("\n"))  # noqa: S314


def control_act_of(request: AccessRequest, wire: Wire) -> ControlAct:
    """Return the control act of a search that has passed its checks."""
    made: dict[str, ReasonCode] = {}
    left_out: list[Finding] = []
    for part, given, (system, name) in _reasons(request, wire):
        if part not in wire.control_act.reasons:
            left_out.append(_left_out("not_placed", part, part=part))
        elif given is None:
            left_out.append(_left_out(part, part))
        elif (oid := _oid(given.system or Uri(system))) is None:
            left_out.append(_left_out("no_oid", f"{part}.system", part=part))
        elif " " in str(given.code):
            left_out.append(_left_out("blank_in_code", f"{part}.code", part=part))
        else:
            known = name if given.system in {None, system} else ""
            made[part] = ReasonCode(part, str(given.code), oid, known, _written(given.display))
    placed = tuple(made[part] for part in wire.control_act.reasons if part in made)
    return ControlAct(placed, (*left_out, *_left_out_besides(request, wire)), request)


def _reasons(
    request: AccessRequest, wire: Wire
) -> Iterator[tuple[str, Coding | None, tuple[str, str]]]:
    """Yield each part, the value given for it, and its code system and name in the edition."""
    known = wire.control_act
    service, situation = known.service_request, known.use_situation
    yield "service_request", request.service_request, (service.system, service.name)
    yield "use_situation", request.use_situation, (situation.system, situation.name)
    yield "reason", request.reason, (wire.code_system.access_reason, known.reason_name)


def _left_out_besides(request: AccessRequest, wire: Wire) -> Iterator[Finding]:
    if request.justification is not None:
        yield _left_out("justification", "justification")
    system = request.user.id.system
    if _oid(system) is None:
        yield _left_out("no_oid", "user.id.system", part="user.id")
    elif system != wire.control_act.user_id:
        yield _left_out("other_user_id", "user.id.system", system=wire.control_act.user_id)


def _left_out(name: str, path: str, **parameters: str) -> Finding:
    named = message(f"control_act.{name}", **parameters)
    return Finding(named.id, path, "warning", named.parameters)


def _oid(system: Uri) -> str | None:
    """Return the bare OID of a system as HL7 V3 writes it, or None if it is not an OID."""
    text = str(system)
    return text.removeprefix(_OID_URN) if text.startswith(_OID_URN) else None


def _written(text: Hidden) -> str:
    """Return a text for XML without line breaks, which Kanta's firewall is known to reject."""
    return _NOT_IN_XML.sub("\ufffd", " ".join(text.reveal().split()))


def _author(author: Mapping[str, Any]) -> ElementTree.Element:
    performer = ElementTree.Element("authorOrPerformer", {"typeCode": "PRF"})
    assigned = _within(performer, "assignedPerson")
    if author["id"]:
        _within(assigned, "id", author["id"])
    name = _within(_within(assigned, "assignedPerson"), "name")
    _within(name, "family").text = author["name"]["family"]
    for given in author["name"]["given"]:
        _within(name, "given").text = given
    unit = _within(assigned, "representedOrganization")
    _within(unit, "id", author["unit"]["id"])
    _within(unit, "name").text = author["unit"]["name"]
    return performer


def _within(
    parent: ElementTree.Element, name: str, attributes: Mapping[str, str] | None = None
) -> ElementTree.Element:
    return ElementTree.SubElement(parent, name, dict(attributes or {}))
