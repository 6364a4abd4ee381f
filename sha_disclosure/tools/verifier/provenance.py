"""The checks of a Provenance: the metadata of a notice (specs/wire.md section 5)."""

from __future__ import annotations

from sha_disclosure.editions.wire import Wire
from sha_disclosure.tools.verifier.audit_event import Read
from sha_disclosure.tools.verifier.contained import Contained
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.node import Node
from sha_disclosure.values import LanguageTag

PROVENANCE = "provenance"


def check_provenance(node: Node, wire: Wire, notice: Read, target: str, report: Report) -> None:
    """Check one Provenance against the AuditEvent of its pair, whose fullUrl is ``target``."""
    report.begin(PROVENANCE)
    c = wire.contained
    node.fixed("resourceType", "Provenance")
    node.profile(wire.profile.provenance)
    node.matching("language", LanguageTag.check, "language")
    contained = Contained(node, wire, report)
    report.begin(PROVENANCE)
    alone = wire.cardinality.discloser_person == "0..1" and c.discloser_role not in contained.nodes
    own = (c.discloser_unit,) if alone else (c.discloser_role, c.discloser, c.discloser_unit)
    contained.ask(*own)
    contained.only(set(own))
    if notice.contained and (c.discloser_role in notice.contained) == alone:
        node.refuse("differs", "contained")
    for name in own:
        held = contained.nodes.get(name)
        if held is not None and name in notice.contained and held.raw() != notice.contained[name]:
            held.refuse("differs")
    aim = node.only("target")
    reference = aim.text("reference")
    if reference and reference != target:
        aim.refuse("target", "reference")
    node.instant("recorded")
    if node.raw("recorded") != notice.recorded and notice.recorded:
        node.refuse("differs_recorded", "recorded")
    unit = (wire.provenance_agent.service_unit, c.discloser_unit)
    person = (wire.provenance_agent.professional, c.discloser_role)
    expected = (unit,) if alone else (person, unit)
    agents = node.nodes("agent", least=len(expected), most=len(expected))
    for agent, (role, who) in zip(agents, expected, strict=False):
        agent.only("role").only("coding").as_coding(role)
        agent.reference("who", who)
