"""The edition against the package, entry by entry, by the table of places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sha_disclosure.editions import Edition, Entry
from sha_disclosure.messages.words import Words
from sha_disclosure.tools.conformance.definitions import Definitions
from sha_disclosure.tools.conformance.places import OUTSIDE, PLACES, Place
from sha_disclosure.tools.conformance.readings import READINGS, Read
from sha_disclosure.tools.conformance.verdict import Verdict

_SHARED = Counter((p.definition, p.element, p.hints) for p in PLACES)


def compare(edition: Edition, definitions: Definitions) -> tuple[Verdict, ...]:
    """Return the verdict on every entry of the edition, in its order."""
    return tuple(_verdict(entry, edition, definitions) for entry in edition.entries)


def _verdict(entry: Entry, edition: Edition, definitions: Definitions) -> Verdict:
    reads = list(_reads(entry, definitions))
    read = next((r for r in reads if r.result == "differs"), None)
    read = read or next((r for r in reads if r.result == "agrees"), None)
    if read is None:
        read = reads[0] if reads else Read("undecided", "", _outside(entry.key))
    proposal = read.proposal
    if proposal is not None and not _can_be_built(edition, entry.key, proposal):
        proposal = None
    return Verdict(entry.key, entry.value, read.result, read.where, read.says, proposal)


def _reads(entry: Entry, definitions: Definitions) -> Iterator[Read]:
    for place in PLACES:
        if place.entry == entry.key:
            read = READINGS[place.reading](place, entry.value, definitions)
            if _is_shared(place) and place.reading in {"coding", "system"}:
                read = read.without_proposal()
            yield read


def _is_shared(place: Place) -> bool:
    return _SHARED[place.definition, place.element, place.hints] > 1


def _outside(key: str) -> Words:
    document = OUTSIDE.get(key.partition(".")[0])
    if document:
        return Words(
            f"no FHIR package has it; compare with the document {document}",
            f"ei ole missään FHIR-paketissa; vertaa dokumenttiin {document}",
        )
    return Words(
        "no FHIR package fixes it; compare with the guide",
        "mikään FHIR-paketti ei kiinnitä sitä; vertaa oppaaseen",
    )


def _can_be_built(edition: Edition, key: str, value: Any) -> bool:
    """Return whether the SDK can build with ``value``: forms it does not know stay a comment."""
    section, _, name = key.partition(".")
    wire: dict[str, Any] = edition.wire.model_dump()
    part = wire[section]
    wire[section] = {**part, name: value} if isinstance(part, Mapping) else value
    try:
        type(edition.wire).model_validate(wire)
    except ValidationError:
        return False
    return True
