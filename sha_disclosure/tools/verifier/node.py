"""A reader of FHIR JSON that tracks what was read: members never requested are unknown.

Each accessor (``text``, ``coding``, ``nodes`` ...) reports faults in its member. A missing
member is reported once; accessors of its parts then report nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sha_disclosure.editions.wire import CodingValue
from sha_disclosure.messages import Parameter, message
from sha_disclosure.tools.verifier.findings import UNKNOWN_ELEMENTS, Report
from sha_disclosure.values import Instant, Oid, Time

# Names that may appear in a finding: elements of FHIR R4. Any other name is the sender's own
# text and could be anything.
ELEMENT_NAMES = frozenset({
    "action", "active", "activity", "address", "agent", "altId", "assigner", "availability",
    "birthDate", "category", "code", "coding", "contained", "data", "dateTime", "description",
    "detail", "deviceName", "display", "end", "entity", "entry", "extension", "family",
    "fullUrl", "gender", "given", "id", "identifier", "ifNoneExist", "implicitRules",
    "language", "lastUpdated", "lifecycle", "link", "location", "manufacturer", "media", "meta",
    "method", "modifierExtension", "name", "network", "observer", "occurredDateTime",
    "occurredPeriod", "onBehalfOf", "organization", "outcome", "outcomeDesc", "patient",
    "performer", "period", "policy", "policyRule", "prefix", "profile", "provision",
    "purposeOfEvent", "purposeOfUse", "qualification", "query", "reason", "recorded",
    "reference", "relationship", "request", "requestor", "resource", "resourceType", "response",
    "role", "scope", "search", "security", "securityLabel", "serialNumber", "sigFormat",
    "signature", "site", "source", "specialty", "start", "status", "subtype", "suffix",
    "system", "tag", "target", "targetFormat", "telecom", "text", "timestamp", "total", "type",
    "udiCarrier", "url", "use", "userSelected", "value", "valueBoolean", "valueCoding",
    "valueReference", "valueString", "verification", "version", "versionId", "what", "when",
    "who",
})  # fmt: skip


class Node:
    """One JSON object of a message with its FHIRPath and its report."""

    __slots__ = ("_children", "_members", "_read", "_report", "where")

    def __init__(self, members: Mapping[str, Any] | None, where: str, report: Report) -> None:
        self.where = where
        self._members = members
        self._report = report
        self._read: set[str] = set()
        self._children: list[Node] = []

    def __bool__(self) -> bool:
        """Return whether the object exists."""
        return self._members is not None

    def refuse(self, key: str, name: str = "", *, check: str = "", **parameters: Parameter) -> None:
        """Report the finding ``key`` about this object or its member ``name``."""
        path = f"{self.where}.{name}" if name else self.where
        self._report.refuse(key, path, check=check, **parameters)

    def raw(self, name: str = "") -> Any:
        """Return a member (or the whole object) without checking it."""
        if self._members is None or not name:
            return self._members
        self._read.add(name)
        return self._members.get(name)

    def has(self, name: str) -> bool:
        """Return whether the member exists."""
        return self._members is not None and name in self._members

    def _take(self, name: str, kind: type, *, required: bool) -> Any:
        value = self.raw(name)
        if self._members is None or (value is None and not required):
            return None
        if value is None:
            self.refuse("missing", name)
        elif type(value) is not kind:
            self.refuse("kind", name, kind=message(f"verifier_kinds.{kind.__name__}"))
        else:
            return value
        return None

    def text(self, name: str, *, required: bool = True) -> str:
        """Return a string member, or an empty text."""
        return self._take(name, str, required=required) or ""

    def flag(self, name: str) -> bool | None:
        """Return a boolean member, or None."""
        value: bool | None = self._take(name, bool, required=True)
        return value

    def fixed(self, name: str, expected: str) -> None:
        """Require that a string member has exactly this value."""
        value = self._take(name, str, required=True)
        if value is not None and value != expected:
            self.refuse("fixed", name, expected=expected)

    def matching(self, name: str, check: Callable[[object], str], what: str) -> str:
        """Return a string member that ``check`` (of a value type) accepts."""
        value = self.text(name)
        if value and not fits(check, value):
            self.refuse("form", name, what=message(f"verifier_forms.{what}"))
            return ""
        return value

    def instant(self, name: str) -> datetime | None:
        """Return a time with seconds and offset."""
        value = self.matching(name, Instant.check, "instant")
        return datetime.fromisoformat(value) if value else None

    def time(self, name: str, *, date_alone: bool) -> Time | None:
        """Return a time with seconds and offset, or a date where that is allowed."""
        kind = Time if date_alone else Instant
        value = self.matching(name, kind.check, "instant")
        return Time(value) if value else None

    def node(self, name: str, *, required: bool = True) -> Node:
        """Return an object member; for an absent one, an empty node."""
        return self._child(self._take(name, dict, required=required), name)

    def _child(self, members: Any, name: str) -> Node:
        child = Node(members, f"{self.where}.{name}", self._report)
        self._children.append(child)
        return child

    def nodes(self, name: str, *, least: int = 1, most: int | None = None) -> list[Node]:
        """Return the objects of an array member with ``least`` to ``most`` of them."""
        value = self._take(name, list, required=least > 0)
        if value is None:
            return []
        if len(value) < least or (most is not None and len(value) > most):
            bounds = message("verifier.bounds_exactly", count=least)
            if most is None:
                bounds = message("verifier.bounds_least", least=least)
            elif least != most:
                bounds = message("verifier.bounds_between", least=least, most=most)
            self.refuse("bounds", name, bounds=bounds)
        made = []
        for index, members in enumerate(value):
            if isinstance(members, dict):
                made.append(self._child(members, f"{name}[{index}]"))
            elif members is not None:
                self.refuse("not_object", f"{name}[{index}]")
        return made

    def only(self, name: str, *, required: bool = True) -> Node:
        """Return the only object of an array member."""
        found = self.nodes(name, least=1 if required else 0, most=1)
        return found[0] if found else Node(None, f"{self.where}.{name}[0]", self._report)

    def texts(self, name: str) -> list[str]:
        """Return the strings of a non-empty array member."""
        value = self._take(name, list, required=True) or []
        if not all(isinstance(text, str) for text in value):
            self.refuse("array_of_strings", name)
            return []
        return list(value)

    def coding(self, name: str, *allowed: CodingValue, required: bool = True) -> CodingValue | None:
        """Return a Coding with system, code and display; one of ``allowed`` if any are given."""
        return self.node(name, required=required).as_coding(*allowed)

    def concept(
        self, name: str, *allowed: CodingValue, required: bool = True
    ) -> CodingValue | None:
        """Return the one coding of a CodeableConcept member."""
        return self.node(name, required=required).only("coding").as_coding(*allowed)

    def as_coding(self, *allowed: CodingValue) -> CodingValue | None:
        """Read this object itself as a Coding."""
        system, code, display = self.text("system"), self.text("code"), self.text("display")
        if not (system and code and display):
            return None
        value = CodingValue.model_construct(system=system, code=code, display=display)
        if allowed and value not in allowed:
            self.refuse("coding")
            return None
        return value

    def oid_identifier(self, name: str, system: str) -> str:
        """Return the OID of an Identifier member with ``system`` and a ``urn:oid:`` value."""
        return self.node(name).as_oid_identifier(system)

    def as_oid_identifier(self, system: str) -> str:
        """Read this object itself as such an Identifier."""
        self.fixed("system", system)
        value = self.text("value")
        oid = value.removeprefix("urn:oid:")
        if value and (oid == value or not fits(Oid.check, oid)):
            self.refuse("oid_identifier", "value")
            return ""
        return oid

    def reference(self, name: str, *targets: str) -> str:
        """Return the contained id of a Reference member, which must be one of ``targets``."""
        return self.node(name).as_reference(*targets)

    def as_reference(self, *targets: str) -> str:
        """Read this object itself as such a Reference."""
        value = self.text("reference")
        if value and value not in [f"#{target}" for target in targets]:
            self.refuse("reference_target", "reference")
            return ""
        return value.removeprefix("#")

    def extensions(
        self, most: Mapping[str, int | None], name: str = "extension"
    ) -> dict[str, list[Node]]:
        """Return the extensions by URL; ``most`` has the maximum number of each known URL."""
        found: dict[str, list[Node]] = {url: [] for url in most}
        for extension in self.nodes(name, least=0):
            url = extension.text("url")
            if url not in most:
                extension.refuse("extension_unknown", "url", check=UNKNOWN_ELEMENTS)
                extension.ignore()
                continue
            found[url].append(extension)
            limit = most[url]
            if limit is not None and len(found[url]) > limit:
                extension.refuse("too_many")
        return found

    def profile(self, url: str, *, required: bool = True) -> None:
        """Require ``meta.profile`` with exactly ``url``, or no ``meta`` if it is empty."""
        if not url or (not required and not self.has("meta")):
            return
        meta = self.node("meta")
        if meta and meta.texts("profile") != [url]:
            meta.refuse("profile", "profile")

    def ignore(self) -> None:
        """Mark every member as read: the whole object was refused already."""
        self._read.update(self._members or ())

    def close(self) -> None:
        """Report every member, here and in nested objects, that was never requested."""
        for place, name in enumerate(self._members or (), start=1):
            if name in self._read:
                continue
            if name in ELEMENT_NAMES:
                self.refuse("unknown", name, check=UNKNOWN_ELEMENTS)
            else:
                self.refuse("member", check=UNKNOWN_ELEMENTS, place=place)
        for child in self._children:
            child.close()


def fits(check: Callable[[object], str], value: object) -> bool:
    """Return whether the check of a value type accepts ``value``."""
    try:
        check(value)
    except ValueError:
        return False
    return True
