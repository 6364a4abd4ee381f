"""The AuditEvent: the disclosure notice itself (luovutusilmoitus)."""

from __future__ import annotations

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.actors import Actors
from sha_disclosure.fhir.datatypes import (
    Element,
    coding,
    concept,
    extension,
    fixed,
    to,
)
from sha_disclosure.fhir.grounds import Grounds
from sha_disclosure.fhir.recipients import Recipients
from sha_disclosure.notice import DisclosedData, DisclosureNotice
from sha_disclosure.settings import Party


class AuditEvents:
    """Builds AuditEvents according to one edition, for one record system."""

    def __init__(self, actors: Actors, system: Party, wire: Wire) -> None:
        labels, event = wire.contained, wire.event
        self._actors = actors
        self._recipients = Recipients(actors, wire)
        self._grounds = Grounds(actors, wire)
        self._record_system = actors.record_system(system)
        self._meta = {"profile": [wire.profile.audit_event]}
        self._type = fixed(event.type)
        self._source = {"observer": to(labels.record_system)}
        self._subject = {
            "what": to(labels.client),
            "type": fixed(event.subject_type),
            "role": fixed(event.subject_role),
        }
        self._agent_types = {
            "controller": concept(fixed(wire.agent.controller)),
            "discloser": concept(fixed(wire.agent.discloser)),
            "recipient": concept(fixed(wire.agent.recipient)),
        }
        self._requestor = wire.agent.requestor
        self._controller = self._agent("controller", to(labels.controller))
        self._discloser = self._agent("discloser", to(labels.discloser_role))
        self._discloser_unit = self._agent("discloser", to(labels.discloser_unit))
        self._kind_url = wire.extension.type_of_disclosure
        self._task_url = wire.extension.function_code
        self._specific_type_url = wire.extension.specific_document_type
        self._systems = wire.code_system
        self._original_task_system = wire.code_system.original_service_task[0]

    def build(self, notice: DisclosureNotice, discloser: list[Element]) -> Element:
        """Return the notice as an AuditEvent; ``id`` and ``recorded_at`` must be set.

        ``discloser`` holds the discloser's resources.
        """
        event: Element = {
            "resourceType": "AuditEvent",
            "id": str(notice.id),
            "meta": self._meta,
            "contained": [
                self._actors.controller(notice.controller),
                *discloser,
                self._actors.client(notice.client),
                *self._recipients.contained(notice.recipient),
                *self._grounds.contained(notice.ground),
                self._record_system,
            ],
        }
        extensions = self._grounds.extensions(notice.ground)
        if notice.type_of_disclosure is not None:
            value = coding(notice.type_of_disclosure, self._systems.type_of_disclosure)
            extensions.append(extension(self._kind_url, "Coding", value))
        if extensions:
            event["extension"] = extensions
        event["type"] = self._type
        event["period"] = {"start": str(notice.disclosed_at)}
        event["recorded"] = str(notice.recorded_at)
        event["purposeOfEvent"] = self._grounds.purpose_of_event(notice.ground)
        event["agent"] = self._agents(notice)
        event["source"] = self._source
        event["entity"] = [self._subject, *map(self._entity, notice.disclosed_data)]
        return event

    def _agent(self, name: str, who: Element, roles: list[Element] | None = None) -> Element:
        agent: Element = {"type": self._agent_types[name]}
        if roles:
            agent["role"] = roles
        agent["who"] = who
        agent["requestor"] = name == self._requestor
        return agent

    def _agents(self, notice: DisclosureNotice) -> list[Element]:
        by_person = notice.discloser.family_name is not None
        recipient = self._agent(
            "recipient",
            self._recipients.reference(notice.recipient),
            self._recipients.roles(notice.recipient),
        )
        recipient["purposeOfUse"] = [{"text": notice.purpose.reveal()}]
        discloser = self._discloser if by_person else self._discloser_unit
        return [self._controller, discloser, recipient]

    def _entity(self, data: DisclosedData) -> Element:
        task_url, systems = self._task_url, self._systems
        extensions = [
            extension(task_url, "Coding", coding(task, systems.service_task))
            for task in data.service_tasks
        ]
        extensions += [
            extension(task_url, "Coding", coding(task, self._original_task_system))
            for task in data.original_service_tasks
        ]
        if data.specific_document_type is not None:
            specific = coding(data.specific_document_type, systems.specific_document_type)
            extensions.append(extension(self._specific_type_url, "Coding", specific))
        entity: Element = {"extension": extensions}
        if data.document_id is not None:
            entity["what"] = {"identifier": self._actors.oid_identifier(data.document_id)}
        if data.document_type is not None:
            entity["type"] = coding(data.document_type, systems.document_type)
        if data.description is not None:
            entity["description"] = data.description.reveal()
        return entity
