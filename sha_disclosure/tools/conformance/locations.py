"""Where a FHIR package determines each entry of an edition, as one table.

A row: the entry; the definition that decides it (an entry of section ``profile`` or
``extension``, or a FHIR type that the package may profile); the element; the method of
comparison. ``hints`` are parts of slice names by which the right slice is recognised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal[
    "manifest",  # a member of package.json
    "profile",  # the canonical URL of a profile of this FHIR type
    "extension",  # the URL of an extension with this type of value, used in these contexts
    "part",  # the url of a part of a complex extension
    "coding",  # the whole coding that an element is fixed to, or must choose
    "code",  # the code or text that an element is fixed to
    "system",  # the code system of an element's codes
    "display",  # the display of one code
    "label",  # the id of a contained resource, or a reference to it
    "requestor",  # which slice has requestor true
    "allowed",  # not forbidden; no package defines its meaning there
    "target",  # the resource type that a reference may point to
]


@dataclass(frozen=True, slots=True)
class Location:
    """Where in a package an entry of the edition is, and how it is compared."""

    entry: str
    definition: str
    element: str
    how: How
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


def _many(names: str, *rest: object, prefix: str) -> tuple[Location, ...]:
    return tuple(Location(f"{prefix}.{name}", *rest) for name in names.split())  # type: ignore[arg-type]


LOCATIONS: tuple[Location, ...] = (
    Location("package.name", "package.json", "name", "manifest"),
    Location("package.version", "package.json", "version", "manifest"),
    Location("package.fhir_version", "package.json", "fhirVersions", "manifest"),
    # profiles
    Location("profile.audit_event", "", "AuditEvent", "profile"),
    Location("profile.provenance", "", "Provenance", "profile"),
    Location("profile.organisation", "", "Organization", "profile"),
    Location("profile.practitioner_role", "", "PractitionerRole", "profile"),
    Location("profile.practitioner", "", "Practitioner", "profile"),
    Location("profile.patient", "", "Patient", "profile"),
    Location("profile.related_person", "", "RelatedPerson", "profile"),
    Location("profile.consent", "", "Consent", "profile"),
    Location("profile.device", "", "Device", "profile"),
    # extensions
    Location("extension.register_type", "", "Coding", "extension", (), ("Organization",)),
    Location("extension.practitioner_title", "", "string", "extension", (), ("Practitioner",)),
    Location("extension.practitioner_authentication_method", "", "Coding", "extension", (),
          ("Practitioner",)),
    Location("extension.type_of_disclosure", "", "Coding", "extension", (), _IN_EVENT),
    Location("extension.consent", "", "Reference", "extension", (), _IN_EVENT),
    Location("extension.provision", "", "string", "extension", (), _IN_EVENT),
    Location("extension.function_code", "", "Coding", "extension", (), _IN_ENTITY),
    Location("extension.specific_document_type", "", "Coding", "extension", (), _IN_ENTITY),
    Location(_DETAIL, "", "", "extension", (), _IN_EVENT),
    *_many("stored_in_kanta cause no_legal_representative necessity purpose statutory_task reason",
           _DETAIL, "Extension.extension", "part", prefix="ground_detail"),
    # code systems
    Location("code_system.register_type", "extension.register_type", _VALUE, "system"),
    Location("code_system.authentication_method", "extension.practitioner_authentication_method",
          _VALUE, "system"),
    Location("code_system.service_task", "extension.function_code", _VALUE, "system"),
    Location("code_system.original_service_task", "extension.function_code", _VALUE, "system"),
    Location("code_system.document_type", _EVENT, f"{_ENTITY}.type", "system", _DATA),
    Location("code_system.specific_document_type", "extension.specific_document_type", _VALUE,
          "system"),
    Location("code_system.type_of_disclosure", "extension.type_of_disclosure", _VALUE, "system"),
    Location("code_system.access_reason", _DETAIL, f"Extension.extension.{_VALUE.split('.')[1]}",
          "system", ("reason",)),
    Location("register_type.1", "extension.register_type", _VALUE, "display"),
    # identifiers
    Location("identifier.oid", "profile.organisation", "Organization.identifier.system", "code"),
    Location("identifier.personal_id", "profile.patient", "Patient.identifier.system", "code",
          ("personal", "official", "henkilotunnus", "hetu", "pic", "ssn")),
    # labels of contained resources
    Location("contained.controller", _EVENT, f"{_AGENT}.who.reference", "label", _CONTROLLER),
    Location("contained.controller", _EVENT, "AuditEvent.contained.id", "label", _CONTROLLER),
    Location("contained.discloser_role", _EVENT, f"{_AGENT}.who.reference", "label", _DISCLOSER),
    Location("contained.client", _EVENT, f"{_ENTITY}.what.reference", "label", _CLIENT),
    Location("contained.client", "profile.patient", "Patient.id", "label"),
    Location("contained.consent", "profile.consent", "Consent.id", "label"),
    Location("contained.discloser", "profile.practitioner_role",
          "PractitionerRole.practitioner.reference", "label"),
    Location("contained.discloser_unit", "profile.practitioner_role",
          "PractitionerRole.organization.reference", "label"),
    Location("contained.record_system", _EVENT, "AuditEvent.source.observer.reference", "label"),
    Location("contained.recipient_person", "profile.related_person", "RelatedPerson.id", "label"),
    # the notice
    Location("event.type", _EVENT, "AuditEvent.type", "coding"),
    Location("event.subject_type", _EVENT, f"{_ENTITY}.type", "coding", _CLIENT),
    Location("event.subject_role", _EVENT, f"{_ENTITY}.role", "coding", _CLIENT),
    Location("event.subject_at", _EVENT, f"{_ENTITY}.what", "allowed", _CLIENT),
    Location("event.ground_at", _EVENT, f"{_PURPOSE}.coding", "allowed"),
    Location("event.purpose_at", _EVENT, f"{_AGENT}.purposeOfUse", "allowed", _RECIPIENT),
    Location("event.document_type_at", _EVENT, f"{_ENTITY}.type", "allowed", _DATA),
    Location("event.description_at", _EVENT, f"{_ENTITY}.description", "allowed", _DATA),
    Location("event.document_id_at", _EVENT, f"{_ENTITY}.what", "allowed", _DATA),
    Location("event.service_task_at", _EVENT, f"{_ENTITY}.extension", "allowed", ("functioncode",)),
    Location("event.observer_at", _EVENT, "AuditEvent.source.observer", "target"),
    Location("event.observer_name_type", "Device", "Device.deviceName.type", "code"),
    Location("agent.controller", _EVENT, f"{_AGENT}.type", "coding", _CONTROLLER),
    Location("agent.discloser", _EVENT, f"{_AGENT}.type", "coding", _DISCLOSER),
    Location("agent.recipient", _EVENT, f"{_AGENT}.type", "coding", _RECIPIENT),
    Location("agent.requestor", _EVENT, f"{_AGENT}.requestor", "requestor"),
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
    Location("consent.status", "profile.consent", "Consent.status", "code"),
    Location("consent.scope", "profile.consent", "Consent.scope", "coding"),
    Location("consent.permission", "profile.consent", "Consent.category", "coding"),
    Location("consent.consent", "profile.consent", "Consent.category", "coding"),
    Location("consent.policy_rule", "profile.consent", "Consent.policyRule", "coding"),
    Location("consent.provision_type", "profile.consent", "Consent.provision.type", "code"),
    Location("consent.scope_at", "profile.consent", "Consent.provision.code", "allowed"),
    # the metadata
    Location("provenance_agent.professional", "profile.provenance", "Provenance.agent.role",
          "coding", ("professional", "ammattilainen", "ammattihenkilo")),
    Location("provenance_agent.service_unit", "profile.provenance", "Provenance.agent.role",
          "coding", ("unit", "yksikko", "organi")),
    # the message
    Location("bundle.type", "Bundle", "Bundle.type", "code"),
    Location("bundle.method", "Bundle", "Bundle.entry.request.method", "code"),
    Location("content_signature.type", "Bundle", "Bundle.signature.type", "coding"),
    Location("content_signature.format", "Bundle", "Bundle.signature.sigFormat", "code"),
    Location("content_signature.target_format", "Bundle", "Bundle.signature.targetFormat", "code"),
)  # fmt: skip

DEFINITIONS = tuple(location for location in LOCATIONS if location.how in {"profile", "extension"})
"""The locations that are themselves definitions."""
