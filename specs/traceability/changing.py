"""An edition with one value changed into one that can be found again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from sha_disclosure.editions.wire import Claim, CodingValue, Header, NamedSystem, Wire

# What a change into a text that is plainly not the edition's would not show or not survive.
_OTHERS: dict[str, Any] = {
    "agent.requestor": "recipient",
    "address.probe": "[base]/changed",
    "limit.text": 5,
    "token.lifetime": 240,
    "token.leeway": 1,
    "token.header": ("typ", "x5c", "x5t#S256"),
    "content_signature.header": ("x5c", "typ"),
    "content_signature.accepted": ("RS256",),
    "code_system.original_service_task": ("urn:changed:first", "urn:changed:second"),
}
MARK = "changed"
"""Begins the texts that are put in the place of an edition's."""


def changed(wire: Wire, key: str) -> Wire:
    """Return the wire with another value for one entry; its form is not checked."""
    return put(wire, key, other(key, value_of(wire, key)))


def put(wire: Wire, key: str, value: Any) -> Wire:
    """Return the wire with ``value`` for one entry."""
    name, _, entry = key.partition(".")
    section = getattr(wire, name)
    if isinstance(section, dict):
        return wire.model_copy(update={name: {**section, entry: value}})
    return wire.model_copy(update={name: section.model_copy(update={entry: value})})


def value_of(wire: Wire, key: str) -> Any:
    """Return the value of an entry as the code has it."""
    name, _, entry = key.partition(".")
    section = getattr(wire, name)
    return section[entry] if isinstance(section, dict) else getattr(section, entry)


def other(key: str, value: Any) -> Any:
    """Return a value that is not the entry's own and, where it is text, names the entry."""
    options = (*((_OTHERS[key],) if key in _OTHERS else ()), *_options(key))
    chosen = next((option for option in options if option != value), None)
    if chosen is not None:
        return chosen
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case tuple():
            return ()
    return _marked(key, value)


def _marked(key: str, value: Any) -> Any:
    mark = f"{MARK}.{key}".replace("_", "-")
    match value:
        case CodingValue():
            return CodingValue(system=f"urn:{mark}", code=f"{mark}.code", display=f"{mark}.display")
        case Claim():
            return Claim.model_construct(name=mark.replace(".", "-"), fill=value.fill)
        case NamedSystem():
            return NamedSystem(system=f"urn:{mark}", name=f"{mark}.name")
        case Header():
            return Header(name=mark.replace(".", "-"), value=f"{mark} {value.value}")
        case str() if "{id}" in value:
            return f"urn:{MARK}:{{id}}"
    uri = key.partition(".")[0] in {"profile", "extension", "code_system", "identifier"}
    return f"urn:{mark}" if uri else mark


def fixed(key: str) -> bool:
    """Return whether the code builds one form only, so that no file may say another."""
    return len(_options(key)) == 1


def _options(key: str) -> tuple[Any, ...]:
    name, _, entry = key.partition(".")
    section: Any = Wire.model_fields[name].annotation
    fields = getattr(section, "model_fields", {})
    kind = fields[entry].annotation if entry in fields else None
    return get_args(kind) if get_origin(kind) is Literal else ()


def marks(value: Any) -> Iterator[str]:
    """Yield the texts in a changed value that must be found again where it is used."""
    if isinstance(value, CodingValue):
        yield from (value.system, value.code, value.display)
    elif isinstance(value, Header):
        yield value.name
        yield value.value.split()[0]
    elif isinstance(value, Claim):
        yield value.name
    elif isinstance(value, tuple):
        yield from value[:1]
    elif isinstance(value, str):
        yield value.removesuffix("{id}")
