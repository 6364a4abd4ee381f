"""The checks of the ground (luovutuksen peruste): code, provision, consent data, detail."""

from __future__ import annotations

from collections.abc import Mapping

from sha_disclosure.editions.wire import CodingValue, Wire
from sha_disclosure.messages import message
from sha_disclosure.tools.verifier.contained import Contained
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.node import Node

GROUND = "ground"
_FLAGS = frozenset({
    "stored_in_kanta", "no_legal_representative", "cannot_judge_permission", "service_necessary",
    "essential_effect", "necessary_for_task",
})  # fmt: skip


class GroundReader:
    """Reads the ground of one notice; ``kind`` is its name in the edition, or empty."""

    def __init__(self, event: Node, wire: Wire, contained: Contained, report: Report) -> None:
        report.begin(GROUND)
        self._purposes: list[Node] = []
        self._event = event
        self._wire = wire
        self._contained = contained
        found = event.only("purposeOfEvent").only("coding").as_coding(*wire.ground.values())
        self.coding = found
        self.kind = next((name for name, coding in wire.ground.items() if coding == found), "")

    def check(self, extensions: dict[str, list[Node]]) -> None:
        """Check that the extensions and the Consent match this kind of ground."""
        urls = self._wire.extension
        provision = _first(extensions[urls.provision])
        consent = _first(extensions[urls.consent])
        detail = _first(extensions[urls.ground_detail]) if urls.ground_detail else None
        text = provision.text("valueString") if provision is not None else ""
        if consent is not None:
            self._consent_reference(consent)
        parts = self._parts(detail) if detail is not None else {}
        if not self.kind:
            return
        by_will = self.kind in {"permission", "consent"}
        by_right = self.kind in {"broad_right", "authority_right"}
        self._ask(provision, wanted=not by_will, part="provision")
        if consent is not None and not by_will:
            self._ask(consent, wanted=False, part="consent")
        if urls.ground_detail:
            by_statute = self.kind == "statute" and detail is not None  # its necessity
            self._ask(detail, wanted=by_will or by_right or by_statute, part="ground_detail")
        basis = self._wire.event.right_of_access
        if by_right and provision is not None and text and text != basis:
            provision.refuse("fixed", "valueString", expected=basis)
        if detail is not None and (by_will or by_right or self.kind == "statute"):
            self._check_detail(detail, parts)
        stored = parts.get("stored_in_kanta")
        if by_will:
            own = self._contained.nodes.get(self._wire.contained.consent)
            if own is None and stored is not None and stored.raw("valueBoolean") is False:
                self._event.refuse("own_data_missing", "contained")
            if own is not None:
                held = stored is not None and stored.raw("valueBoolean") is True
                self._consent(own, whole=not held)

    def _ask(self, extension: Node | None, *, wanted: bool, part: str) -> None:
        what = message(f"verifier_parts.{part}")
        if wanted and extension is None:
            self._event.refuse("extension_missing", "extension", what=what)
        if not wanted and extension is not None:
            extension.refuse("other_extension", what=what)

    def _parts(self, detail: Node) -> dict[str, Node]:
        names = self._wire.ground_detail.model_dump()
        most = {**dict.fromkeys(names.values(), 1), names["purpose"]: 3}
        found = detail.extensions(most)
        self._purposes = found[names["purpose"]][1:]
        return {name: found[url][0] for name, url in names.items() if found[url]}

    def _check_detail(self, detail: Node, parts: dict[str, Node]) -> None:
        needed: dict[str, tuple[str, ...]] = {
            "broad_right": ("no_legal_representative", "necessity"),
            "authority_right": ("purpose", "statutory_task"),
            "statute": ("necessity",),
        }
        cause = ("cause",) if self._wire.event.cause == "sent" else ()
        may: dict[str, tuple[str, ...]] = {
            "broad_right": (*cause, "cannot_judge_permission", "service_necessary", "reason"),
            "authority_right": ("essential_effect", "necessary_for_task", "reason"),
        }
        required = needed.get(self.kind, ("stored_in_kanta",))
        optional = may.get(self.kind, ())
        for name in required:
            if name not in parts:
                detail.refuse("part_missing", "extension", part=name)
        for name, part in parts.items():
            if name not in required + optional:
                part.refuse("other_part")
                part.ignore()
            else:
                self._check_part(name, part)
        for part in self._purposes:
            self._check_part("purpose", part)

    def _check_part(self, name: str, part: Node) -> None:
        if name in {"necessity", "statutory_task"}:
            part.text("valueString")
        elif name in _FLAGS:
            part.flag("valueBoolean")
        else:
            allowed: dict[str, Mapping[str, CodingValue]] = {
                "cause": dict(self._wire.cause),
                "purpose": dict(self._wire.authority_purpose),
            }
            part.coding("valueCoding", *allowed.get(name, {}).values())

    def _consent_reference(self, extension: Node) -> None:
        reference = extension.node("valueReference")
        within = self._wire.event.consent_document_at == "contained Consent.identifier"
        if reference.has("identifier") and not within:
            reference.oid_identifier("identifier", self._wire.identifier.oid)
        elif reference:
            reference.as_reference(self._wire.contained.consent)

    def _consent(self, node: Node, *, whole: bool) -> None:
        """Check the Consent; if Kanta holds it too (``whole`` false) it may be incomplete."""
        consent, contained = self._wire.consent, self._wire.contained
        node.profile(self._wire.profile.consent)
        node.fixed("status", consent.status)
        node.concept("scope", consent.scope)
        category: CodingValue = getattr(consent, self.kind)
        node.only("category").only("coding").as_coding(category)
        node.reference("patient", contained.client)
        if whole or node.has("dateTime"):
            node.time("dateTime", date_alone=True)
        if whole or node.has("performer"):
            node.only("performer").as_reference(contained.client, contained.representative)
        node.only("organization").as_reference(contained.controller)
        node.concept("policyRule", consent.policy_rule)
        provision = node.node("provision")
        provision.fixed("type", consent.provision_type)
        if whole or provision.has("code"):
            provision.only("code").text("text")
        if node.has("identifier"):
            node.only("identifier").as_oid_identifier(self._wire.identifier.oid)


def _first(nodes: list[Node]) -> Node | None:
    return nodes[0] if nodes else None
