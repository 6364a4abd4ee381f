"""The checks of an AuditEvent, the notice itself (specs/wire.md sections 2 to 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sha_disclosure.editions.wire import CodingValue, Wire
from sha_disclosure.tools.verifier.contained import CONTAINED, Contained
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.ground import GroundReader
from sha_disclosure.tools.verifier.node import Node
from sha_disclosure.values import Time
from sha_disclosure.values.times import day_in_finland

EVENT, TIMES, ACTORS = "event", "times", "actors"
RECIPIENT, CLIENT, DATA = "recipient", "client", "disclosed_data"


@dataclass(frozen=True, slots=True)
class Read:
    """What later checks need of a notice; its content is hidden."""

    ground: CodingValue | None
    recorded: str
    contained: Mapping[str, Any] = field(repr=False)


def check_audit_event(event: Node, wire: Wire, now: datetime | None, report: Report) -> Read:
    """Check one AuditEvent; without ``now``, future times are not reported."""
    report.begin(EVENT)
    event.fixed("resourceType", "AuditEvent")
    event.profile(wire.profile.audit_event)
    event.coding("type", wire.event.type)
    _times(event, wire, now and now + timedelta(seconds=wire.token.leeway), report)
    contained = Contained(event, wire, report)
    ground = GroundReader(event, wire, contained, report)
    urls = wire.extension
    known = {urls.provision: 1, urls.consent: 1, urls.type_of_disclosure: 1}
    if urls.ground_detail:
        known[urls.ground_detail] = 1
    found = event.extensions(dict(known))
    ground.check(found)
    report.begin(EVENT)
    if wire.cardinality.type_of_disclosure == "1..1" and not found[urls.type_of_disclosure]:
        event.refuse("type_of_disclosure_missing", "extension")
    for extension in found[urls.type_of_disclosure]:
        extension.coding("valueCoding")
    report.begin(ACTORS)
    event.node("source").reference("observer", wire.contained.record_system)
    discloser, recipient = _agents(event, wire, report)
    report.begin(CLIENT)
    for index, entity in enumerate(event.nodes("entity", least=2)):
        if index == 0:
            _client(entity, wire)
        else:
            _data(entity, wire, report)
    report.begin(CONTAINED)
    _expect(contained, wire, discloser, recipient)
    held = {name: node.raw() for name, node in contained.nodes.items()}
    return Read(ground.coding, str(event.raw("recorded") or ""), held)


def _times(event: Node, wire: Wire, latest: datetime | None, report: Report) -> None:
    report.begin(TIMES)
    by_day = wire.cardinality.time_of_disclosure == "0..1"
    start = event.node("period").time("start", date_alone=by_day)
    recorded = event.instant("recorded")
    if recorded and latest and recorded > latest:
        event.refuse("future", "recorded")
    if start and latest and _later(start, latest):
        event.refuse("future", "period.start")
    if start and recorded and _later(start, recorded):
        event.refuse("later", "period.start")


def _later(time: Time, moment: datetime) -> bool:
    """Return whether a time is later; a date is compared by the day in Finland."""
    return time.moment > moment if time.moment else time.day > day_in_finland(moment)


def _agents(event: Node, wire: Wire, report: Report) -> tuple[str, str]:
    c = wire.contained
    agents = event.nodes("agent", least=3, most=3)
    recipients = (c.recipient_organisation, c.recipient_role, c.recipient_person, c.client)
    alone = (c.discloser_unit,) if wire.cardinality.discloser_person == "0..1" else ()
    disclosers = (c.discloser_role, *alone)
    who = {}
    expected = (
        ("controller", wire.agent.controller, (c.controller,)),
        ("discloser", wire.agent.discloser, disclosers),
        ("recipient", wire.agent.recipient, recipients),
    )
    for agent, (name, kind, targets) in zip(agents, expected, strict=False):
        agent.concept("type", kind)
        requestor = agent.flag("requestor")
        if requestor is not None and requestor is not (name == wire.agent.requestor):
            agent.refuse("requestor", "requestor", requestor=wire.agent.requestor)
        who[name] = agent.reference("who", *targets)
    if len(agents) != 3:
        return "", ""
    report.begin(RECIPIENT)
    _recipient(agents[2], who["recipient"], wire)
    return who["discloser"], who["recipient"]


def _recipient(agent: Node, who: str, wire: Wire) -> None:
    c = wire.contained
    agent.only("purposeOfUse").text("text")
    private = who in {c.client, c.recipient_person}
    allowed: tuple[CodingValue, ...] = tuple(dict(wire.role).values())
    concepts = agent.nodes("role", least=0 if private or not who else 1)
    for concept in concepts:
        concept.only("coding").as_coding(*allowed)
    if private and concepts:
        agent.refuse("role_of_person", "role")


def _client(entity: Node, wire: Wire) -> None:
    entity.reference("what", wire.contained.client)
    entity.coding("type", wire.event.subject_type)
    entity.coding("role", wire.event.subject_role)


def _data(entity: Node, wire: Wire, report: Report) -> None:
    report.begin(DATA)
    urls, systems = wire.extension, wire.code_system
    found = entity.extensions({urls.function_code: None, urls.specific_document_type: 1})
    tasks = [extension.coding("valueCoding") for extension in found[urls.function_code]]
    original = False
    for task, extension in zip(tasks, found[urls.function_code], strict=True):
        if task is None:
            continue
        if task.system in systems.original_service_task:
            original = True
        elif task.system != systems.service_task:
            extension.refuse("code_system", "valueCoding.system")
        elif original:
            extension.refuse("original_order")
    if not any(task is not None and task.system == systems.service_task for task in tasks):
        entity.refuse("no_service_task", "extension")
    for extension in found[urls.specific_document_type]:
        extension.coding("valueCoding")
    entity.coding("type", required=False)
    entity.text("description", required=False)
    if entity.has("what"):
        entity.node("what").oid_identifier("identifier", wire.identifier.oid)
    if not (entity.has("type") or entity.has("description") or found[urls.specific_document_type]):
        entity.refuse("no_type")


def _expect(contained: Contained, wire: Wire, discloser: str, recipient: str) -> None:
    c = wire.contained
    needed = {c.controller, c.discloser_unit, c.client, c.record_system}
    if discloser != c.discloser_unit:
        needed |= {c.discloser_role, c.discloser}
    if recipient:
        needed.add(recipient)
    if recipient == c.recipient_role:
        needed |= {c.recipient_professional, c.recipient_unit}
    contained.ask(*sorted(needed))
    if recipient:
        contained.only(needed | {c.consent, c.representative})
