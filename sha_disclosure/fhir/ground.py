"""The ground of a disclosure (luovutuksen peruste) in FHIR: provision, Consent, conditions."""

from __future__ import annotations

from collections.abc import Iterator

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.actors import person
from sha_disclosure.fhir.elements import (
    Element,
    coding,
    concept,
    contained,
    extension,
    fixed,
    oid_identifier,
    to,
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

Will = Permission | Consent


def purpose_of_event(ground: Ground, wire: Wire) -> Element:
    """Return the ground's code as a CodeableConcept."""
    return concept(fixed(getattr(wire.ground, ground.kind)))


def extensions(ground: Ground, wire: Wire) -> Iterator[Element]:
    """Return the extensions of the AuditEvent that tell the ground."""
    urls = wire.extension
    if isinstance(ground, Statute | InformationRequest):
        yield extension(urls.provision, "String", ground.provision.reveal())
    elif isinstance(ground, BroadRight | AuthorityRight):
        yield extension(urls.provision, "String", wire.event.right_of_access)
    elif has_own_data(ground, wire):
        yield extension(urls.consent, "Reference", to(wire.contained.consent))
    elif ground.document_id is not None:
        document = oid_identifier(wire.identifier.oid, ground.document_id)
        yield extension(urls.consent, "Reference", {"identifier": document})
    details = list(_details(ground, wire))
    if urls.ground_detail and details:
        yield {"extension": details, "url": urls.ground_detail}


def _details(ground: Ground, wire: Wire) -> Iterator[Element]:
    names = wire.ground_detail
    if isinstance(ground, Permission | Consent):
        yield extension(names.stored_in_kanta, "Boolean", ground.stored_in_kanta)
    elif isinstance(ground, BroadRight):
        cause = fixed(getattr(wire.cause, ground.cause.reveal()))
        yield extension(names.cause, "Coding", cause)
        yield extension(names.no_legal_representative, "Boolean", ground.no_legal_representative)
        yield extension(names.necessity, "String", ground.necessity.reveal())
    elif isinstance(ground, AuthorityRight):
        purpose = fixed(getattr(wire.authority_purpose, ground.purpose))
        yield extension(names.purpose, "Coding", purpose)
        yield extension(names.statutory_task, "String", ground.statutory_task.reveal())
    if isinstance(ground, BroadRight | AuthorityRight) and ground.reason is not None:
        reason = coding(ground.reason, wire.code_system.access_reason)
        yield extension(names.reason, "Coding", reason)


def has_own_data(ground: Ground, wire: Wire) -> bool:
    """Return whether a Consent is built: always when Kanta does not hold the document."""
    if not isinstance(ground, Permission | Consent):
        return False
    within = wire.event.consent_document_at == "contained Consent.identifier"
    own = (ground.given_at, ground.given_by, ground.scope, ground.document_id if within else None)
    return not ground.stored_in_kanta or any(part is not None for part in own)


def consent(ground: Ground, wire: Wire) -> Iterator[Element]:
    """Return the contained Consent (luovutuslupa tai suostumus) and who gave it."""
    if not isinstance(ground, Permission | Consent) or not has_own_data(ground, wire):
        return
    labels, fixed_parts = wire.contained, wire.consent
    by_representative = ground.given_by == "legal_representative"
    giver = labels.representative if by_representative else labels.client
    extent = {"code": [{"text": ground.scope.reveal()}]} if ground.scope else {}
    document = ground.document_id
    yield contained(
        "Consent",
        labels.consent,
        wire.profile.consent,
        identifier=[oid_identifier(wire.identifier.oid, document)] if document else None,
        status=fixed_parts.status,
        scope=concept(fixed(fixed_parts.scope)),
        category=[concept(fixed(getattr(fixed_parts, ground.kind)))],
        patient=to(labels.client),
        dateTime=str(ground.given_at) if ground.given_at else None,
        performer=[to(giver)] if ground.given_by else None,
        organization=[to(labels.controller)],
        policyRule=concept(fixed(fixed_parts.policy_rule)),
        provision={"type": fixed_parts.provision_type, **extent},
    )
    if by_representative:
        yield person(labels.representative, "legal_representative", wire)
