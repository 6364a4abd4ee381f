"""The ground of a disclosure (luovutuksen peruste) in FHIR, built and read back, by its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sha_disclosure.editions.wire import Wire
from sha_disclosure.fhir.actors import Actors
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
    field_of,
)


class _GroundInFhir:
    """How one kind of ground is represented in an AuditEvent."""

    def __init__(self, actors: Actors, wire: Wire) -> None:
        self._actors = actors
        self._wire = wire

    def extensions(self, ground: Any) -> list[Element]:
        """Return the event's extensions for the ground, except for its details."""
        raise NotImplementedError  # pragma: no cover - overridden by each kind

    def details(self, ground: Any) -> list[Element]:
        """Return the parts of the edition's own extension of ground details."""
        raise NotImplementedError  # pragma: no cover - overridden by each kind

    def contained(self, ground: Any) -> list[Element]:
        """Return the contained resources of the ground."""
        return []

    @classmethod
    def read(cls, event: Element, details: Data, wire: Wire) -> Data:
        """Return the event's ground in the notice's JSON form, without ``kind``."""
        raise NotImplementedError  # pragma: no cover - overridden by each kind


class _Will(_GroundInFhir):
    """A permission or consent: a contained Consent, or a reference to the stored document."""

    def __init__(self, actors: Actors, wire: Wire) -> None:
        super().__init__(actors, wire)
        labels, constants = wire.contained, wire.consent
        self._label = labels.consent
        self._to_consent = extension(wire.extension.consent, "Reference", to(labels.consent))
        self._client = to(labels.client)
        self._representative = to(labels.representative)
        self._controller = [to(labels.controller)]
        self._scope = concept(fixed(constants.scope))
        self._categories = {
            "permission": [concept(fixed(constants.permission))],
            "consent": [concept(fixed(constants.consent))],
        }
        self._policy_rule = concept(fixed(constants.policy_rule))
        self._stored = {
            kept: extension(wire.ground_detail.stored_in_kanta, "Boolean", kept)
            for kept in (True, False)
        }
        within = wire.event.consent_document_at == "contained Consent.identifier"
        self._own = ("given_at", "given_by", "scope", *(["document_id"] if within else []))

    def extensions(self, ground: Permission | Consent) -> list[Element]:
        if self._has_own_data(ground):
            return [self._to_consent]
        if ground.document_id is None:
            return []
        document = {"identifier": self._actors.oid_identifier(ground.document_id)}
        return [extension(self._wire.extension.consent, "Reference", document)]

    def details(self, ground: Permission | Consent) -> list[Element]:
        return [self._stored[ground.stored_in_kanta]]

    def contained(self, ground: Permission | Consent) -> list[Element]:
        if not self._has_own_data(ground):
            return []
        constants = self._wire.consent
        by_other = ground.given_by not in {None, "client"}
        giver = self._representative if by_other else self._client
        extent = {"code": [{"text": ground.scope.reveal()}]} if ground.scope else {}
        document = ground.document_id
        consent = contained(
            "Consent",
            self._label,
            self._wire.profile.consent,
            identifier=[self._actors.oid_identifier(document)] if document else None,
            status=constants.status,
            scope=self._scope,
            category=self._categories[ground.kind],
            patient=self._client,
            dateTime=str(ground.given_at) if ground.given_at else None,
            performer=[giver] if ground.given_by else None,
            organization=self._controller,
            policyRule=self._policy_rule,
            provision={"type": constants.provision_type, **extent},
        )
        if not by_other:
            return [consent]
        label = self._wire.contained.representative
        return [consent, self._actors.related_person(label, str(ground.given_by))]

    def _has_own_data(self, ground: Permission | Consent) -> bool:
        """Return whether a Consent is built: always if Kanta does not hold the document."""
        return not ground.stored_in_kanta or any(
            field_of(ground, name) is not None for name in self._own
        )

    @classmethod
    def read(cls, event: Element, details: Data, wire: Wire) -> Data:
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


class _Provision(_GroundInFhir):
    """A provision cited by the caller."""

    def extensions(self, ground: Statute | InformationRequest) -> list[Element]:
        return [extension(self._wire.extension.provision, "String", ground.provision.reveal())]

    def details(self, ground: Statute | InformationRequest) -> list[Element]:
        necessity = field_of(ground, "necessity")
        if necessity is None:
            return []
        return [extension(self._wire.ground_detail.necessity, "String", necessity.reveal())]

    @classmethod
    def read(cls, event: Element, details: Data, wire: Wire) -> Data:
        provision = read_extension(event, wire.extension.provision)
        return given_only(provision=provision and provision["valueString"], **details)


class _RightOfAccess(_GroundInFhir):
    """What both rights of 55 § 2 mom. share: their provision, and the coded reason."""

    conditions: tuple[str, ...]

    def extensions(self, ground: Any) -> list[Element]:
        right = self._wire.event.right_of_access
        return [extension(self._wire.extension.provision, "String", right)]

    def details(self, ground: BroadRight | AuthorityRight) -> list[Element]:
        names = self._wire.ground_detail
        details = []
        for name in self.conditions:
            met = field_of(ground, name)
            if met is not None:
                details.append(extension(getattr(names, name), "Boolean", met))
        if ground.reason is not None:
            reason = coding(ground.reason, self._wire.code_system.access_reason)
            details.append(extension(names.reason, "Coding", reason))
        return details

    @classmethod
    def read(cls, event: Element, details: Data, wire: Wire) -> Data:
        if "reason" in details:
            system = wire.code_system.access_reason
            return {**details, "reason": read_coding(details["reason"], system)}
        return dict(details)


class _BroadRight(_RightOfAccess):
    conditions = ("cannot_judge_permission", "service_necessary")

    def details(self, ground: Any) -> list[Element]:
        names = self._wire.ground_detail
        details = []
        if ground.cause is not None:
            cause = fixed(getattr(self._wire.cause, ground.cause.reveal()))
            details.append(extension(names.cause, "Coding", cause))
        without = ground.no_legal_representative
        details.append(extension(names.no_legal_representative, "Boolean", without))
        details.append(extension(names.necessity, "String", ground.necessity.reveal()))
        return [*details, *super().details(ground)]

    @classmethod
    def read(cls, event: Element, details: Data, wire: Wire) -> Data:
        found = super().read(event, details, wire)
        if "cause" in found:
            found["cause"] = fixed_name(wire.cause, found["cause"])
        return found


class _AuthorityRight(_RightOfAccess):
    conditions = ("essential_effect", "necessary_for_task")

    def details(self, ground: Any) -> list[Element]:
        names, purposes = self._wire.ground_detail, self._wire.authority_purpose
        task = extension(names.statutory_task, "String", ground.statutory_task.reveal())
        return [
            *(
                extension(names.purpose, "Coding", fixed(getattr(purposes, each)))
                for each in ground.purposes
            ),
            task,
            *super().details(ground),
        ]

    @classmethod
    def read(cls, event: Element, details: Data, wire: Wire) -> Data:
        codings = details["purpose"]
        purposes = [fixed_name(wire.authority_purpose, coding) for coding in codings]
        return {**super().read(event, details, wire), "purpose": purposes}


_BY_KIND: Mapping[str, type[_GroundInFhir]] = {
    "permission": _Will,
    "consent": _Will,
    "statute": _Provision,
    "information_request": _Provision,
    "broad_right": _BroadRight,
    "authority_right": _AuthorityRight,
}


class Grounds:
    """Builds grounds according to one edition; constant elements are created once."""

    def __init__(self, actors: Actors, wire: Wire) -> None:
        self._by_kind = {kind: made(actors, wire) for kind, made in _BY_KIND.items()}
        self._purposes = {kind: [concept(fixed(value))] for kind, value in wire.ground.items()}
        self._detail_url = wire.extension.ground_detail

    def purpose_of_event(self, ground: Ground) -> list[Element]:
        """Return the ground's code as the only CodeableConcept of a list."""
        return self._purposes[ground.kind]

    def extensions(self, ground: Ground) -> list[Element]:
        """Return the AuditEvent's extensions for the ground."""
        kind = self._by_kind[ground.kind]
        extensions = kind.extensions(ground)
        details = kind.details(ground) if self._detail_url else []
        if details:
            extensions.append({"extension": details, "url": self._detail_url})
        return extensions

    def contained(self, ground: Ground) -> list[Element]:
        """Return the contained resources of the ground: a Consent and who gave it."""
        return self._by_kind[ground.kind].contained(ground)


def read_ground(event: Element, wire: Wire) -> Data:
    """Return the ground of an AuditEvent in the notice's JSON form."""
    kind = fixed_name(wire.ground.items(), event["purposeOfEvent"][0]["coding"][0])
    return {"kind": kind, **_BY_KIND[kind].read(event, _read_details(event, wire), wire)}


def _read_details(event: Element, wire: Wire) -> Data:
    detail = read_extension(event, wire.extension.ground_detail) or {}
    names = {url: name for name, url in wire.ground_detail if url}
    found: Data = {}
    for part in detail.get("extension", ()):
        name, value = names[part["url"]], value_of(part)
        if name == "purpose":  # the only part that may occur several times
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found
