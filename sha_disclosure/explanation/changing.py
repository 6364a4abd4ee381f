"""Changes one thing at a time: an entry of the edition, or a value in a notice.

Rebuilding with the changed edition or notice shows where the changed value is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sha_disclosure.editions.wire import CodingValue, Wire
from sha_disclosure.notice import CoveredBy
from sha_disclosure.values.checked import Hidden

_MARK = "~"


class _Changed(str):
    """A text that replaces a checked value without being checked itself."""

    __slots__ = ()

    def reveal(self) -> str:
        """Return the text, like a hidden value."""
        return str(self)

    @property
    def urn(self) -> str:
        """The text as an OID in a URN."""
        return f"urn:oid:{self}"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A part with a different value in one field.

    ``rule`` is the innermost rule that requires the field; ``hidden``: its value is personal.
    """

    path: str
    rule: str
    hidden: bool
    part: Any = field(repr=False)


def changed_fields(part: BaseModel, path: str = "", rule: str = "") -> Iterator[FieldChange]:
    """Yield copies of the part, each with one value replaced by another possible one."""
    for name, info in type(part).model_fields.items():
        value = part.__dict__[name]
        own = next((m.rule for m in info.metadata if isinstance(m, CoveredBy)), rule)
        place = f"{path}{info.alias or name}"
        for change in _changed(value, info, place, own):
            copy = BaseModel.model_copy(part, update={name: change.part})
            yield FieldChange(change.path, change.rule, change.hidden, copy)


def _changed(value: Any, info: FieldInfo, path: str, rule: str) -> Iterator[FieldChange]:
    if isinstance(value, BaseModel):
        yield from changed_fields(value, f"{path}.", rule)
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            for change in _changed(each, info, f"{path}[{index}]", rule):
                whole = (*value[:index], change.part, *value[index + 1 :])
                yield FieldChange(change.path, change.rule, change.hidden, whole)
    elif value is not None:
        for other in _other_values(value, info):
            yield FieldChange(path, rule, isinstance(value, Hidden), other)


def _other_values(value: Any, info: FieldInfo) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
        return
    text = value.reveal() if isinstance(value, Hidden) else str(value)
    choices = getattr(type(value), "CHOICES", None) or tuple(_choices(info.annotation))
    others = [each for each in choices if each != text] if choices else [text + _MARK]
    yield from map(_Changed, others)


def _choices(annotation: Any) -> Iterator[str]:
    """Yield the strings that a ``Literal`` type allows."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for each in get_args(annotation):
            yield from _choices(each)


def changed_entries(wire: Wire) -> Iterator[tuple[str, Wire]]:
    """Yield the key of each entry with the edition's values, once for each other value of it.

    Skips entries that no Bundle shows: those that are not a text, a choice or a coding.
    """
    for name in Wire.model_fields:
        section = getattr(wire, name)
        fields = getattr(type(section), "model_fields", {})
        for entry, value in dict(section).items():
            choices = tuple(_choices(fields[entry].annotation)) if entry in fields else ()
            for other in _others(value, choices):
                if isinstance(section, dict):
                    changed: Any = type(section)({**section, entry: other})
                else:
                    changed = section.model_copy(update={entry: other})
                yield f"{name}.{entry}", wire.model_copy(update={name: changed})


def _others(value: Any, choices: tuple[str, ...]) -> Iterator[Any]:
    """Yield other values that the code accepts for one of the edition."""
    match value:
        case bool():
            yield not value
        case tuple() if choices:  # the members of a header
            yield value[:-1]
        case tuple():  # code systems, of which the first one is written
            yield (f"{value[0]}{_MARK}", *value[1:])
        case str() if len(choices) > 1:
            yield from (each for each in choices if each != value)
        case str() if value:
            yield f"{value}{_MARK}"
        case CodingValue():
            parts = {part: f"{text}{_MARK}" for part, text in value}
            yield value.model_copy(update=parts)


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each scalar value in JSON data with its path."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from leaves(member, f"{place}[{index}]")
    else:
        yield place, value


def differences(base: Any, other: Any, place: str = "") -> Iterator[str]:
    """Yield the paths of values in ``base`` that differ from ``other`` or are missing there."""
    if base == other:  # a fast path: most of the two documents is equal
        return
    match base, other:
        case dict(), dict():
            for name, member in base.items():
                inner = f"{place}.{name}" if place else name
                yield from differences(member, other.get(name), inner)
        case list(), list():
            for index, (member, its_other) in enumerate(_pairs(base, other)):
                yield from differences(member, its_other, f"{place}[{index}]")
        case _:
            yield from (found for found, _ in leaves(base, place))


def _pairs(base: Sequence[Any], other: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield each member of ``base`` with the corresponding one of ``other``, or None."""
    if len(base) == len(other):
        yield from zip(base, other, strict=True)
        return
    named = {_name(each): each for each in reversed(other)}
    for each in base:
        yield each, named.get(_name(each))


def _name(member: Any) -> str:
    """Return what identifies a member of a list among the others."""
    if isinstance(member, dict):
        return str(member.get("id") or member.get("url") or member.get("system") or member)
    return str(member)
