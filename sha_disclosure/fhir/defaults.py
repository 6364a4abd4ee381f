"""Completes a notice before it is built: an id and the time of recording, if missing.

Line breaks and blanks in texts are normalised as the edition requires, a code system that the
edition defines anyway is removed from a coding, and data the edition does not send is dropped,
so that a notice read back from a Bundle equals the one that was built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import is_, is_not
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from sha_disclosure.characters import have_plain_blanks, with_plain_blanks
from sha_disclosure.editions.wire import Wire
from sha_disclosure.notice import (
    Coding,
    DisclosedData,
    DisclosureNotice,
    Ground,
    Part,
    field_of,
    reason_of,
)
from sha_disclosure.values import Instant, Oid
from sha_disclosure.values.texts import WrittenText


def with_defaults(
    notice: DisclosureNotice,
    now: Instant,
    new_id: Callable[[], Oid],
    wire: Wire,
    texts: Sequence[str],
) -> DisclosureNotice:
    """Return the notice with its defaults, and without what the edition implies or does not send.

    ``texts`` are the notice's ``written_texts``.
    """
    if not have_plain_blanks(texts):
        notice = _with_texts(notice, wire)
    changes: dict[str, Any] = {}
    if notice.id is None:
        changes["id"] = new_id()
    if notice.recorded_at is None:
        # A disclosure slightly ahead of this clock is within the allowed skew.
        disclosed = notice.disclosed_at
        late = disclosed.moment is not None and disclosed.moment > now.moment
        changes["recorded_at"] = Instant(str(disclosed)) if late else now
    data = tuple(_data_set(each, wire) for each in notice.disclosed_data)
    if any(map(is_not, data, notice.disclosed_data)):
        changes["disclosed_data"] = data
    client = notice.client
    if wire.cardinality.client_identifier == "1..1" and client.personal_id and client.temporary_id:
        # The identity code takes precedence (703/2023 38 § 1 mom. 2 kohta).
        changes["client"] = _changed(client, {"temporary_id": None})
    kind = notice.type_of_disclosure
    if kind is not None:
        changes["type_of_disclosure"] = _short(kind, wire.code_system.type_of_disclosure)
    ground = _ground(notice.ground, wire)
    if ground is not notice.ground:
        changes["ground"] = ground
    return _changed(notice, changes)


_Given = TypeVar("_Given")


def _as_sent(text: str, wire: Wire) -> str:
    if wire.text.line_breaks == "LF":
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return with_plain_blanks(text) if wire.text.blanks == "plain" else text


def _with_texts(given: _Given, wire: Wire) -> _Given:
    """Return a part of a notice with its texts as the edition sends them."""
    made: Any = given
    if isinstance(given, WrittenText):
        sent = _as_sent(given.reveal(), wire)
        made = given if sent == given.reveal() else type(given)(sent)
    elif isinstance(given, tuple):
        each = tuple(_with_texts(one, wire) for one in given)
        made = given if all(map(is_, each, given)) else each
    elif isinstance(given, BaseModel):
        parts = {name: (value, _with_texts(value, wire)) for name, value in given}
        changed = {name: new for name, (old, new) in parts.items() if new is not old}
        made = BaseModel.model_copy(given, update=changed) if changed else given
    return cast("_Given", made)


def _ground(ground: Ground, wire: Wire) -> Ground:
    changes: dict[str, Any] = {}
    reason = reason_of(ground)
    if reason is not None:
        changes["reason"] = _short(reason, wire.code_system.access_reason)
    if ground.kind == "broad_right" and wire.event.cause == "omitted":
        changes["cause"] = None
    return _changed(ground, changes)


def _data_set(data: DisclosedData, wire: Wire) -> DisclosedData:
    tasks = (*data.service_tasks, *data.original_service_tasks)
    for coding in (data.document_type, data.specific_document_type, *tasks):
        if coding is not None and coding.system is not None:
            return _with_short_codings(data, wire)
    return data


def _with_short_codings(data: DisclosedData, wire: Wire) -> DisclosedData:
    systems = wire.code_system
    changes: dict[str, Any] = {}
    for name, system in (
        ("document_type", systems.document_type),
        ("specific_document_type", systems.specific_document_type),
    ):
        coding = field_of(data, name)
        if coding is not None:
            changes[name] = _short(coding, system)
    for name, system in (
        ("service_tasks", systems.service_task),
        ("original_service_tasks", systems.original_service_task[0]),
    ):
        changes[name] = tuple(_short(coding, system) for coding in field_of(data, name))
    return _changed(data, changes)


def _short(coding: Coding, system: str) -> Coding:
    return _changed(coding, {"system": None}) if coding.system == system else coding


_P = TypeVar("_P", bound=Part)


def _changed(part: _P, changes: dict[str, Any]) -> _P:
    """Return a part with ``changes``, without validating values that are already checked."""
    return BaseModel.model_copy(part, update=changes) if changes else part
