"""The ground of a disclosure (luovutuksen peruste) in FHIR, built and read back, by its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.actors import related_person
from sha_disclosure.fhir.datatypes import (
    Data,
    Element,
    coding,
    concept,
    contained,
    extension,
    fixed,
    fixed_name,
    given_only,
    oid_identifier,
    oid_of,
    read_coding,
    read_extension,
    to,
    value_of,
)
from sha_disclosure.notice import (
    AuthorityRight,
    BroadRight,
    Consent,
    Ground,
    InformationRequest,
    Permission,
    Statute,
)


class _GroundInFhir(Protocol):
    """How one kind of ground stands in an AuditEvent."""

    def extensions(self, ground: Any, wire: Wire) -> Iterator[Element]:
        """Yield the extensions of the event that give the ground, but for its details."""

    def details(self, ground: Any, wire: Wire) -> Iterator[Element]:
        """Yield the parts of the edition's own extension of ground details."""

    def contained(self, ground: Any, wire: Wire) -> Iterator[Element]:
        """Yield the contained resources of the ground."""

    def read(self, event: Element, details: Data, wire: Wire) -> Data:
        """Return what the event says of the ground, as its JSON would be, without ``kind``."""


class _Will(_GroundInFhir):
    """A permission or consent: a contained Consent, or a reference to the stored document."""

    def extensions(self, ground: Permission | Consent, wire: Wire) -> Iterator[Element]:
        if _has_own_data(ground, wire):
            yield extension(wire.extension.consent, "Reference", to(wire.contained.consent))
        elif ground.document_id is not None:
            document = oid_identifier(wire.identifier.oid, ground.document_id)
            yield extension(wire.extension.consent, "Reference", {"identifier": document})

    def details(self, ground: Permission | Consent, wire: Wire) -> Iterator[Element]:
        yield extension(wire.ground_detail.stored_in_kanta, "Boolean", ground.stored_in_kanta)

    def contained(self, ground: Permission | Consent, wire: Wire) -> Iterator[Element]:
        if not _has_own_data(ground, wire):
            return
        labels, constants = wire.contained, wire.consent
        by_other = ground.given_by not in {None, "client"}
        giver = labels.representative if by_other else labels.client
        extent = {"code": [{"text": ground.scope.reveal()}]} if ground.scope else {}
        document = ground.document_id
        yield contained(
            "Consent",
            labels.consent,
            wire.profile.consent,
            identifier=[oid_identifier(wire.identifier.oid, document)] if document else None,
            status=constants.status,
            scope=concept(fixed(constants.scope)),
            category=[concept(fixed(getattr(constants, ground.kind)))],
            patient=to(labels.client),
            dateTime=str(ground.given_at) if ground.given_at else None,
            performer=[to(giver)] if ground.given_by else None,
            organization=[to(labels.controller)],
            policyRule=concept(fixed(constants.policy_rule)),
            provision={"type": constants.provision_type, **extent},
        )
        if by_other:
            yield related_person(labels.representative, str(ground.given_by), wire)

    def read(self, event: Element, details: Data, wire: Wire) -> Data:
        reference = read_extension(event, wire.extension.consent)
        labels = wire.contained
        consent: Element = next(
            (each for each in event["contained"] if each["id"] == labels.consent), {}
        )
        identifiers = list(consent.get("identifier", ()))
        if reference and "identifier" in reference["valueReference"]:
            identifiers.append(reference["valueReference"]["identifier"])
        representative = next(
            (each for each in event["contained"] if each["id"] == labels.representative), None
        )
        giver = "client"
        if representative is not None:
            relation = representative["relationship"][0]["coding"][0]
            giver = fixed_name(wire.relation, relation)
        extent = consent.get("provision", {}).get("code")
        return given_only(
            stored_in_kanta=details.get("stored_in_kanta", not consent),
            document_id=oid_of(identifiers[0]["value"]) if identifiers else None,
            given_at=consent.get("dateTime"),
            given_by=giver if consent.get("performer") else None,
            scope=extent and extent[0]["text"],
        )


def _has_own_data(ground: Permission | Consent, wire: Wire) -> bool:
    """Return whether a Consent is built: always when Kanta does not hold the document."""
    within = wire.event.consent_document_at == "contained Consent.identifier"
    own = (ground.given_at, ground.given_by, ground.scope, ground.document_id if within else None)
    return not ground.stored_in_kanta or any(part is not None for part in own)


class _Provision(_GroundInFhir):
    """A provision that the caller cites."""

    def extensions(self, ground: Statute | InformationRequest, wire: Wire) -> Iterator[Element]:
        yield extension(wire.extension.provision, "String", ground.provision.reveal())

    def details(self, ground: Statute | InformationRequest, wire: Wire) -> Iterator[Element]:
        necessity = getattr(ground, "necessity", None)
        if necessity is not None:
            yield extension(wire.ground_detail.necessity, "String", necessity.reveal())

    def contained(self, ground: Any, wire: Wire) -> Iterator[Element]:
        yield from ()

    def read(self, event: Element, details: Data, wire: Wire) -> Data:
        provision = read_extension(event, wire.extension.provision)
        return given_only(provision=provision and provision["valueString"], **details)


class _RightOfAccess(_GroundInFhir):
    """What both rights of 55 § 2 mom. share: their provision, and the coded reason."""

    def extensions(self, ground: Any, wire: Wire) -> Iterator[Element]:
        yield extension(wire.extension.provision, "String", wire.event.right_of_access)

    conditions: tuple[str, ...]

    def details(self, ground: BroadRight | AuthorityRight, wire: Wire) -> Iterator[Element]:
        for name in self.conditions:
            met = getattr(ground, name)
            if met is not None:
                yield extension(getattr(wire.ground_detail, name), "Boolean", met)
        if ground.reason is not None:
            reason = coding(ground.reason, wire.code_system.access_reason)
            yield extension(wire.ground_detail.reason, "Coding", reason)

    def contained(self, ground: Any, wire: Wire) -> Iterator[Element]:
        yield from ()

    def read(self, event: Element, details: Data, wire: Wire) -> Data:
        if "reason" in details:
            system = wire.code_system.access_reason
            return {**details, "reason": read_coding(details["reason"], system)}
        return dict(details)


class _BroadRight(_RightOfAccess):
    conditions = ("cannot_judge_permission", "service_necessary")

    def details(self, ground: Any, wire: Wire) -> Iterator[Element]:
        names = wire.ground_detail
        if ground.cause is not None:
            cause = fixed(getattr(wire.cause, ground.cause.reveal()))
            yield extension(names.cause, "Coding", cause)
        yield extension(names.no_legal_representative, "Boolean", ground.no_legal_representative)
        yield extension(names.necessity, "String", ground.necessity.reveal())
        yield from super().details(ground, wire)

    def read(self, event: Element, details: Data, wire: Wire) -> Data:
        found = super().read(event, details, wire)
        if "cause" in found:
            found["cause"] = fixed_name(wire.cause, found["cause"])
        return found


class _AuthorityRight(_RightOfAccess):
    conditions = ("essential_effect", "necessary_for_task")

    def details(self, ground: Any, wire: Wire) -> Iterator[Element]:
        names = wire.ground_detail
        for each in ground.purposes:
            purpose = fixed(getattr(wire.authority_purpose, each))
            yield extension(names.purpose, "Coding", purpose)
        yield extension(names.statutory_task, "String", ground.statutory_task.reveal())
        yield from super().details(ground, wire)

    def read(self, event: Element, details: Data, wire: Wire) -> Data:
        codings = details["purpose"]
        purposes = [fixed_name(wire.authority_purpose, coding) for coding in codings]
        return {**super().read(event, details, wire), "purpose": purposes}


_BY_KIND: Mapping[str, _GroundInFhir] = {
    "permission": _Will(),
    "consent": _Will(),
    "statute": _Provision(),
    "information_request": _Provision(),
    "broad_right": _BroadRight(),
    "authority_right": _AuthorityRight(),
}


def purpose_of_event(ground: Ground, wire: Wire) -> Element:
    """Return the ground's code as a CodeableConcept."""
    return concept(fixed(wire.ground[ground.kind]))


def extensions(ground: Ground, wire: Wire) -> Iterator[Element]:
    """Yield the extensions of the AuditEvent that give the ground."""
    kind = _BY_KIND[ground.kind]
    yield from kind.extensions(ground, wire)
    details = list(kind.details(ground, wire))
    if wire.extension.ground_detail and details:
        yield {"extension": details, "url": wire.extension.ground_detail}


def contained_of(ground: Ground, wire: Wire) -> Iterator[Element]:
    """Yield the contained resources of the ground: a Consent and who gave it."""
    yield from _BY_KIND[ground.kind].contained(ground, wire)


def read_ground(event: Element, wire: Wire) -> Data:
    """Return the ground of an AuditEvent as its JSON would be."""
    kind = fixed_name(wire.ground.items(), event["purposeOfEvent"][0]["coding"][0])
    return {"kind": kind, **_BY_KIND[kind].read(event, _read_details(event, wire), wire)}


def _read_details(event: Element, wire: Wire) -> Data:
    detail = read_extension(event, wire.extension.ground_detail) or {}
    names = {url: name for name, url in wire.ground_detail if url}
    found: Data = {}
    for part in detail.get("extension", ()):
        name, value = names[part["url"]], value_of(part)
        if name == "purpose":  # the one part that there may be several of
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found
