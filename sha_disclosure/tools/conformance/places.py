"""Where a FHIR package says what each entry of an edition should be: one table.

A line: the entry; the definition that decides it (an entry of section ``profile`` or
``extension``, or a FHIR type that the package may profile); the element; how it is read there.
``hints`` are words in the names of slices by which the right one is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Reading = Literal[
    "manifest",  # a member of package.json
    "profile",  # the canonical URL of a profile of this FHIR type
    "extension",  # the URL of an extension with this type of value, used in these contexts
    "part",  # the url of a part of a complex extension
    "coding",  # the whole coding an element is fixed to, or has to choose
    "code",  # the code or text an element is fixed to
    "system",  # the code system of an element's codes
    "display",  # the display of one code
    "label",  # the id of a contained resource, or a reference to it
    "requestor",  # which slice has requestor true
    "allowed",  # not forbidden; what it means there no package says
    "target",  # the resource type a reference may lead to
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how an entry of the edition is found in a package."""

    entry: str
    definition: str
    element: str
    reading: Reading
    hints: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()


_CONTROLLER = ("controller", "rekisterinpit", "rekpit")
_DISCLOSER = ("discloser", "luovuttaja", "ammattihenkilo", "ammhlo")
_RECIPIENT = ("recipient", "saaja", "receiver")
_CLIENT = ("client", "asiakas", "patient", "subject")
_DATA = ("disclosedpersonaldata", "discloseddata", "luovutettu", "document", "asiakirja")
_EVENT, _ENTITY = "profile.audit_event", "AuditEvent.entity"
_AGENT, _PURPOSE = "AuditEvent.agent", "AuditEvent.purposeOfEvent"
_DETAIL = "extension.ground_detail"
_VALUE = "Extension.value[x]"
_IN_EVENT, _IN_ENTITY = ("AuditEvent",), (_ENTITY,)


def _many(names: str, *rest: object, prefix: str) -> tuple[Place, ...]:
    return tuple(Place(f"{prefix}.{name}", *rest) for name in names.split())  # type: ignore[arg-type]


PLACES: tuple[Place, ...] = (
    Place("package.name", "package.json", "name", "manifest"),
    Place("package.version", "package.json", "version", "manifest"),
    Place("package.fhir_version", "package.json", "fhirVersions", "manifest"),
    # profiles
    Place("profile.audit_event", "", "AuditEvent", "profile"),
    Place("profile.provenance", "", "Provenance", "profile"),
    Place("profile.organisation", "", "Organization", "profile"),
    Place("profile.practitioner_role", "", "PractitionerRole", "profile"),
    Place("profile.practitioner", "", "Practitioner", "profile"),
    Place("profile.patient", "", "Patient", "profile"),
    Place("profile.related_person", "", "RelatedPerson", "profile"),
    Place("profile.consent", "", "Consent", "profile"),
    # extensions
    Place("extension.register_type", "", "Coding", "extension", (), ("Organization",)),
    Place("extension.practitioner_title", "", "string", "extension", (), ("Practitioner",)),
    Place("extension.practitioner_authentication_method", "", "Coding", "extension", (),
          ("Practitioner",)),
    Place("extension.type_of_disclosure", "", "Coding", "extension", (), _IN_EVENT),
    Place("extension.consent", "", "Reference", "extension", (), _IN_EVENT),
    Place("extension.provision", "", "string", "extension", (), _IN_EVENT),
    Place("extension.function_code", "", "Coding", "extension", (), _IN_ENTITY),
    Place("extension.specific_document_type", "", "Coding", "extension", (), _IN_ENTITY),
    Place(_DETAIL, "", "", "extension", (), _IN_EVENT),
    *_many("stored_in_kanta cause no_legal_representative necessity purpose statutory_task reason",
           _DETAIL, "Extension.extension", "part", prefix="ground_detail"),
    # code systems
    Place("code_system.register_type", "extension.register_type", _VALUE, "system"),
    Place("code_system.authentication_method", "extension.practitioner_authentication_method",
          _VALUE, "system"),
    Place("code_system.service_task", "extension.function_code", _VALUE, "system"),
    Place("code_system.original_service_task", "extension.function_code", _VALUE, "system"),
    Place("code_system.document_type", _EVENT, f"{_ENTITY}.type", "system", _DATA),
    Place("code_system.specific_document_type", "extension.specific_document_type", _VALUE,
          "system"),
    Place("code_system.type_of_disclosure", "extension.type_of_disclosure", _VALUE, "system"),
    Place("code_system.access_reason", _DETAIL, f"Extension.extension.{_VALUE.split('.')[1]}",
          "system", ("reason",)),
    Place("register_type.1", "extension.register_type", _VALUE, "display"),
    # identifiers
    Place("identifier.oid", "profile.organisation", "Organization.identifier.system", "code"),
    Place("identifier.personal_id", "profile.patient", "Patient.identifier.system", "code",
          ("personal", "official", "henkilotunnus", "hetu", "pic", "ssn")),
    # labels of contained resources
    Place("contained.controller", _EVENT, f"{_AGENT}.who.reference", "label", _CONTROLLER),
    Place("contained.controller", _EVENT, "AuditEvent.contained.id", "label", _CONTROLLER),
    Place("contained.discloser_role", _EVENT, f"{_AGENT}.who.reference", "label", _DISCLOSER),
    Place("contained.client", _EVENT, f"{_ENTITY}.what.reference", "label", _CLIENT),
    Place("contained.client", "profile.patient", "Patient.id", "label"),
    Place("contained.consent", "profile.consent", "Consent.id", "label"),
    Place("contained.discloser", "profile.practitioner_role",
          "PractitionerRole.practitioner.reference", "label"),
    Place("contained.discloser_unit", "profile.practitioner_role",
          "PractitionerRole.organization.reference", "label"),
    Place("contained.record_system", _EVENT, "AuditEvent.source.observer.reference", "label"),
    Place("contained.recipient_person", "profile.related_person", "RelatedPerson.id", "label"),
    # the notice
    Place("event.type", _EVENT, "AuditEvent.type", "coding"),
    Place("event.subject_type", _EVENT, f"{_ENTITY}.type", "coding", _CLIENT),
    Place("event.subject_role", _EVENT, f"{_ENTITY}.role", "coding", _CLIENT),
    Place("event.subject_at", _EVENT, f"{_ENTITY}.what", "allowed", _CLIENT),
    Place("event.ground_at", _EVENT, f"{_PURPOSE}.coding", "allowed"),
    Place("event.purpose_at", _EVENT, f"{_AGENT}.purposeOfUse", "allowed", _RECIPIENT),
    Place("event.document_type_at", _EVENT, f"{_ENTITY}.type", "allowed", _DATA),
    Place("event.description_at", _EVENT, f"{_ENTITY}.description", "allowed", _DATA),
    Place("event.document_id_at", _EVENT, f"{_ENTITY}.what", "allowed", _DATA),
    Place("event.service_task_at", _EVENT, f"{_ENTITY}.extension", "allowed", ("functioncode",)),
    Place("event.observer_at", _EVENT, "AuditEvent.source.observer", "target"),
    Place("event.observer_name_type", "Device", "Device.deviceName.type", "code"),
    Place("agent.controller", _EVENT, f"{_AGENT}.type", "coding", _CONTROLLER),
    Place("agent.discloser", _EVENT, f"{_AGENT}.type", "coding", _DISCLOSER),
    Place("agent.recipient", _EVENT, f"{_AGENT}.type", "coding", _RECIPIENT),
    Place("agent.requestor", _EVENT, f"{_AGENT}.requestor", "requestor"),
    *_many("permission consent statute information_request broad_right authority_right",
           _EVENT, _PURPOSE, "coding", prefix="ground"),
    *_many("memory_disease mental_disorder intellectual_disability similar_cause",
           _DETAIL, "Extension.extension.value[x]", "coding", ("cause",), prefix="cause"),
    *_many("assess_need arrange_care verify_information",
           _DETAIL, "Extension.extension.value[x]", "coding", ("purpose",),
           prefix="authority_purpose"),
    *_many("social_welfare_provider social_welfare_authority health_care_provider "
           "other_authority other",
           _EVENT, f"{_AGENT}.role", "coding", _RECIPIENT, prefix="role"),
    *_many("legal_representative close_person other",
           "profile.related_person", "RelatedPerson.relationship", "coding", prefix="relation"),
    # the permission
    Place("consent.status", "profile.consent", "Consent.status", "code"),
    Place("consent.scope", "profile.consent", "Consent.scope", "coding"),
    Place("consent.permission", "profile.consent", "Consent.category", "coding"),
    Place("consent.consent", "profile.consent", "Consent.category", "coding"),
    Place("consent.policy_rule", "profile.consent", "Consent.policyRule", "coding"),
    Place("consent.provision_type", "profile.consent", "Consent.provision.type", "code"),
    Place("consent.scope_at", "profile.consent", "Consent.provision.code", "allowed"),
    # the metadata
    Place("provenance_agent.professional", "profile.provenance", "Provenance.agent.role",
          "coding", ("professional", "ammattilainen", "ammattihenkilo")),
    Place("provenance_agent.service_unit", "profile.provenance", "Provenance.agent.role",
          "coding", ("unit", "yksikko", "organi")),
    # the message
    Place("bundle.type", "Bundle", "Bundle.type", "code"),
    Place("bundle.method", "Bundle", "Bundle.entry.request.method", "code"),
    Place("content_signature.type", "Bundle", "Bundle.signature.type", "coding"),
    Place("content_signature.format", "Bundle", "Bundle.signature.sigFormat", "code"),
    Place("content_signature.target_format", "Bundle", "Bundle.signature.targetFormat", "code"),
)  # fmt: skip

DEFINITIONS = tuple(place for place in PLACES if place.reading in {"profile", "extension"})
"""The places that are definitions of their own."""

OUTSIDE: Mapping[str, str] = {
    "content_signature": "Kanta JSON allekirjoitus",
    "token": "Kanta JSON Web Token",
    "claim": "Kanta JSON Web Token",
    "header": "Kanta HTTP header",
    "answer": "Kanta HTTP header",
    "outcome": "Kanta HTTP header",
}
"""Sections that no FHIR package decides, and the document that does."""
