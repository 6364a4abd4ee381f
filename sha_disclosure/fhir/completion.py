"""What the SDK adds to a notice before it is built: id, time of recording, code systems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sha_disclosure.access import AuthorityRight, BroadRight
from sha_disclosure.codes import Coding
from sha_disclosure.editions.wire import Wire
from sha_disclosure.notice import DisclosedData, DisclosureNotice
from sha_disclosure.values import Instant, Oid, Uri


def completed(
    notice: DisclosureNotice, now: Instant, new_id: Callable[[], Oid], wire: Wire
) -> DisclosureNotice:
    """Return the notice with everything said that the caller may leave out."""
    changes: dict[str, Any] = {}
    if notice.id is None:
        changes["id"] = new_id()
    if notice.recorded_at is None:
        # A disclosure a moment ahead of this clock is within the allowed skew.
        late = notice.disclosed_at.moment > now.moment
        changes["recorded_at"] = notice.disclosed_at if late else now
    changes["disclosed_data"] = tuple(_data_set(data, wire) for data in notice.disclosed_data)
    kind, ground = notice.type_of_disclosure, notice.ground
    if kind is not None:
        changes["type_of_disclosure"] = _of(kind, wire.code_system.type_of_disclosure)
    if isinstance(ground, BroadRight | AuthorityRight) and ground.reason is not None:
        reason = _of(ground.reason, wire.code_system.access_reason)
        changes["ground"] = ground.model_copy(update={"reason": reason})
    return notice.model_copy(update=changes)


def _data_set(data: DisclosedData, wire: Wire) -> DisclosedData:
    systems = wire.code_system
    original = systems.original_service_task[0]
    general, specific = data.document_type, data.specific_document_type
    return data.model_copy(
        update={
            "document_type": general and _of(general, systems.document_type),
            "specific_document_type": specific and _of(specific, systems.specific_document_type),
            "service_tasks": tuple(_of(t, systems.service_task) for t in data.service_tasks),
            "original_service_tasks": tuple(_of(t, original) for t in data.original_service_tasks),
        }
    )


def _of(coding: Coding, system: str) -> Coding:
    return coding if coding.system else coding.model_copy(update={"system": Uri(system)})
