"""Finds the origins of each element of a Bundle by rebuilding it with one change at a time.

No table of elements has to be kept in step with the builder: whatever changes an element is
one of its origins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sha_disclosure.editions import Edition
from sha_disclosure.editions.wire import Wire
from sha_disclosure.explanation.changing import changed_entries, changed_fields, differences, leaves
from sha_disclosure.explanation.contents import SIGNATURE, Contents, Signed
from sha_disclosure.fhir.datatypes import Element

_DATA = f"{SIGNATURE}.data"


@dataclass(slots=True)
class Origins:
    """The origins of one element: fields of the notice with the rule of each, settings, entries.

    ``made``: the SDK generates it anew for every message. ``hidden``: it is personal data.
    """

    fields: dict[str, str] = field(default_factory=dict)
    settings: set[str] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)
    hidden: bool = False
    made: bool = False


def trace(contents: Contents, edition: Edition) -> dict[str, Origins]:
    """Return the origins of each element of a Bundle, by its path in the Bundle."""
    wire = _bearing_another_register(edition.wire)
    base = contents.built(wire)
    whole = base | contents.signature(edition, edition.wire)
    found = {place: Origins() for place, _ in leaves(whole)}
    others = replace(contents, provenances=[f"{each}~" for each in contents.provenances])
    for place in differences(base, others.built(wire)):
        found[place].made = True
    for key, changed in changed_entries(wire):
        for place in differences(base, contents.built(changed)):
            found[place].entries.add(key)
    for setting in changed_fields(contents.system, "system."):
        for place in differences(base, replace(contents, system=setting.part).built(wire)):
            found[place].settings.add(setting.path)
    _trace_fields(contents, wire, base, found)
    if contents.signed:
        _trace_signature(contents, contents.signed, edition, found)
    return found


def _bearing_another_register(wire: Wire) -> Wire:
    """Return the edition with a twin of each register, for a changed register code to refer to."""
    others = {f"{code}~": f"{display}~" for code, display in wire.register_type.items()}
    return wire.model_copy(update={"register_type": {**wire.register_type, **others}})


def _trace_fields(
    contents: Contents, wire: Wire, base: Element, found: Mapping[str, Origins]
) -> None:
    for index, notice in enumerate(contents.notices):
        for change in changed_fields(notice, contents.path(index)):
            for place in differences(base, contents.with_notice(index, change.part).built(wire)):
                found[place].fields[change.path] = change.rule
                found[place].hidden |= change.hidden
        # Another kind of ground has other fields, so the kind cannot be changed on its own.
        chosen = {f"{section}.{notice.ground.kind}" for section in ("ground", "consent")}
        for place, origins in found.items():
            if place.startswith(f"entry[{2 * index}].") and origins.entries & chosen:
                origins.fields[f"{contents.path(index)}ground.kind"] = "N06"


def _trace_signature(
    contents: Contents, signed: Signed, edition: Edition, found: Mapping[str, Origins]
) -> None:
    base = contents.signature(edition, edition.wire)
    for key, wire in changed_entries(edition.wire):
        if wire.content_signature.b64 or wire.content_signature.detached:
            for place in differences(base, contents.signature(edition, wire)):
                found[place].entries.add(key)
    for change in changed_fields(signed.who, "requester."):
        for place in differences(base, contents.signature(edition, edition.wire, change.part)):
            found[place].settings.add(change.path)
    for place in (f"{SIGNATURE}.when", _DATA):
        found[place].made = True
    found[_DATA].hidden = not edition.wire.content_signature.detached
    found[_DATA].entries |= set(_fixed_forms(signed.algorithm, edition.wire))


def _fixed_forms(algorithm: str, wire: Wire) -> Iterator[str]:
    """Yield the signature's entries that allow only one form, or that the key determines."""
    for name in ("serialisation", "canonical_form", "encoding"):
        yield f"content_signature.{name}"
    for name in ("rsa", "p256", "p384"):
        if getattr(wire.content_signature, name) == algorithm:
            yield f"content_signature.{name}"
