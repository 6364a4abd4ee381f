"""The rows of an explanation: each element of a Bundle with its origins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sha_disclosure.editions import Edition, Entry
from sha_disclosure.explanation.changing import leaves
from sha_disclosure.explanation.contents import contents_of
from sha_disclosure.explanation.parts import Fields, Parts, in_common, resource_of
from sha_disclosure.explanation.tracing import trace
from sha_disclosure.law.grounds import BY_KIND
from sha_disclosure.messages import citations

Origin = Literal["notice", "settings", "made", "edition", "fhir"]
"""Where the value of an element comes from."""


@dataclass(frozen=True, slots=True)
class Row:
    """One element (elementti) of a Bundle and its origins.

    ``fields`` of the caller's notice and ``settings`` provide its value; if neither does,
    ``about`` lists the parts of the notice it belongs to. ``entries`` of the edition determine the
    value or its place, and ``provisions`` of the law require it. ``made``: the SDK generates it
    for the message. ``hidden``: the value is personal data.
    """

    element: str
    value: Any = field(repr=False)
    hidden: bool
    fields: tuple[str, ...]
    about: tuple[str, ...]
    settings: tuple[str, ...]
    entries: tuple[Entry, ...] = field(repr=False)
    provisions: tuple[str, ...]
    made: bool

    @property
    def origin(self) -> Origin:
        """Where the value comes from."""
        if self.fields:
            return "notice"
        if self.settings:
            return "settings"
        if self.made:
            return "made"
        return "edition" if self.entries else "fhir"


_NUMBER = re.compile(r"\[\d+\]")

# The entries that determine where something is sent, for which the code builds only one form:
# the prefix of the element's path, the part of the notice sent there, the entry.
_PLACES = (
    ("AuditEvent.purposeOfEvent.", "ground.", "event.ground_at"),
    ("AuditEvent.agent.purposeOfUse.", "purpose.", "event.purpose_at"),
    ("AuditEvent.entity.type.", "disclosed_data.", "event.document_type_at"),
    ("AuditEvent.entity.description", "disclosed_data.", "event.description_at"),
    ("AuditEvent.entity.what.", "disclosed_data.", "event.document_id_at"),
    ("AuditEvent.entity.what.", "client.", "event.subject_at"),
    ("AuditEvent.entity.extension.", "disclosed_data.service_tasks.", "event.service_task_at"),
    ("AuditEvent.source.observer.", "", "event.observer_at"),
    ("AuditEvent.contained.provision.code.", "ground.", "consent.scope_at"),
    ("signature.who.", "", "content_signature.who_at"),
)


def rows(document: Mapping[str, Any], edition: Edition) -> Iterator[Row]:
    """Yield a row for each element of a Bundle, in order.

    Raises InvalidNotice if the Bundle was not built with this edition.
    """
    contents = contents_of(document, edition)
    values, found = dict(leaves(document)), trace(contents, edition)
    parts = Parts(found, values)
    kinds = {contents.path(i): each.ground.kind for i, each in enumerate(contents.notices)}
    for place, value in values.items():
        origins = found[place]
        beside = {} if origins.fields else parts.beside(place)
        fields = origins.fields or beside
        keys = origins.entries | set(_placing(_element(place, values), fields))
        yield Row(
            element=f"Bundle.{place}",
            value=value,
            hidden=origins.hidden,
            fields=tuple(origins.fields),
            about=in_common(beside),
            settings=tuple(sorted(origins.settings)),
            entries=tuple(entry for entry in edition.entries if entry.key in keys),
            provisions=tuple(dict.fromkeys(_provisions(fields, kinds))),
            made=origins.made,
        )


def _element(place: str, values: Mapping[str, Any]) -> str:
    """Return the path of an element from its resource: ``AuditEvent.agent.who.reference``."""
    resource = resource_of(place)
    path = place.removeprefix(f"{resource}.")
    kind = f"{values[f'{resource}.resourceType']}." if resource else ""
    return _NUMBER.sub("", f"{kind}{path}")


def _placing(element: str, fields: Fields) -> Iterator[str]:
    """Yield the entries that determine where an element is sent."""
    names = [f"{_NUMBER.sub('', path).removeprefix('.')}." for path in fields]
    for start, part, entry in _PLACES:
        if element.startswith(start) and any(name.startswith(part) for name in (*names, "")):
            yield entry


def _provisions(fields: Fields, kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield the provisions that require fields; ``kinds`` are those of the grounds."""
    for path, rule in fields.items():
        name = rule.partition(".")[0]
        yield from _sections(citations().get(name, ""))
        notice, in_ground, _ = path.partition("ground.")
        if in_ground:
            for row in BY_KIND:
                if row.kind == kinds[notice]:
                    yield from _sections(row.provision)


def _sections(cited: str) -> Iterator[str]:
    """Yield the parts of a citation that refer to an act."""
    yield from (part.strip() for part in cited.split(";") if "§" in part or "art." in part)
