"""The AuditEvent: the disclosure notice itself (luovutusilmoitus)."""

from __future__ import annotations

from collections.abc import Iterator

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir import actors, grounds, recipients
from sha_disclosure.fhir.datatypes import (
    Element,
    coding,
    concept,
    extension,
    fixed,
    oid_identifier,
    to,
)
from sha_disclosure.notice import DisclosedData, DisclosureNotice
from sha_disclosure.settings import Party


def audit_event(notice: DisclosureNotice, system: Party, wire: Wire) -> Element:
    """Return the notice as an AuditEvent; ``id`` and ``recorded_at`` must be set."""
    kind = notice.type_of_disclosure
    extensions = list(grounds.extensions(notice.ground, wire))
    if kind is not None:
        value = coding(kind, wire.code_system.type_of_disclosure)
        extensions.append(extension(wire.extension.type_of_disclosure, "Coding", value))
    event: Element = {
        "resourceType": "AuditEvent",
        "id": str(notice.id),
        "meta": {"profile": [wire.profile.audit_event]},
        "contained": [
            actors.controller(notice.controller, wire),
            *actors.discloser(notice.discloser, wire),
            actors.client(notice.client, wire),
            *recipients.contained_of(notice.recipient, wire),
            *grounds.contained_of(notice.ground, wire),
            actors.record_system(system, wire),
        ],
    }
    if extensions:
        event["extension"] = extensions
    event |= {
        "type": fixed(wire.event.type),
        "period": {"start": str(notice.disclosed_at)},
        "recorded": str(notice.recorded_at),
        "purposeOfEvent": [grounds.purpose_of_event(notice.ground, wire)],
        "agent": list(_agents(notice, wire)),
        "source": {"observer": to(wire.contained.record_system)},
        "entity": [_subject(wire), *(_entity(data, wire) for data in notice.disclosed_data)],
    }
    return event


def _agents(notice: DisclosureNotice, wire: Wire) -> Iterator[Element]:
    labels = wire.contained
    for name, label in (
        ("controller", labels.controller),
        ("discloser", actors.discloser_label(notice.discloser, wire)),
        ("recipient", recipients.label_of(notice.recipient, wire)),
    ):
        agent: Element = {"type": concept(fixed(getattr(wire.agent, name)))}
        roles = recipients.roles_of(notice.recipient, wire) if name == "recipient" else []
        if roles:
            agent["role"] = roles
        agent |= {"who": to(label), "requestor": name == wire.agent.requestor}
        if name == "recipient":
            agent["purposeOfUse"] = [{"text": notice.purpose.reveal()}]
        yield agent


def _subject(wire: Wire) -> Element:
    return {
        "what": to(wire.contained.client),
        "type": fixed(wire.event.subject_type),
        "role": fixed(wire.event.subject_role),
    }


def _entity(data: DisclosedData, wire: Wire) -> Element:
    urls, systems = wire.extension, wire.code_system
    extensions = [
        extension(urls.function_code, "Coding", coding(task, systems.service_task))
        for task in data.service_tasks
    ]
    extensions += [
        extension(urls.function_code, "Coding", coding(task, systems.original_service_task[0]))
        for task in data.original_service_tasks
    ]
    if data.specific_document_type is not None:
        specific = coding(data.specific_document_type, systems.specific_document_type)
        extensions.append(extension(urls.specific_document_type, "Coding", specific))
    entity: Element = {"extension": extensions}
    if data.document_id is not None:
        entity["what"] = {"identifier": oid_identifier(wire.identifier.oid, data.document_id)}
    if data.document_type is not None:
        entity["type"] = coding(data.document_type, systems.document_type)
    if data.description is not None:
        entity["description"] = data.description.reveal()
    return entity
