"""The typed form of an edition's values: the constants the SDK needs, by section.

Every field here must have an entry of the same name in the edition file. Values are never
written in code; this module only names them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1)]
Uri = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$")]
UriOrNone = Annotated[str, StringConstraints(pattern=r"^([a-zA-Z][a-zA-Z0-9+.-]*:\S+)?$")]
Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,64}$")]
Algorithm = Literal["RS256", "PS256", "ES256", "ES384"]


class Section(BaseModel):
    """Base of the sections: frozen, no unknown entries."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )


class CodingValue(Section):
    """A fixed coding: all three parts, as Kanta requires of codings."""

    system: Uri
    code: Text
    display: Text


class Package(Section):
    """Which of Kela's packages the edition describes."""

    name: Text
    version: Text
    fhir_version: Literal["4.0.1"]


class Bundle(Section):
    """The transaction Bundle."""

    type: Literal["transaction"]
    method: Literal["POST"]
    full_url: Annotated[str, StringConstraints(pattern=r"^[a-z:]*\{id\}$")]
    pairs: Literal["AuditEvent, Provenance"]


class Profile(Section):
    """Canonical URLs for ``meta.profile``; an empty text sends none."""

    audit_event: Uri
    provenance: Uri
    organisation: UriOrNone
    practitioner_role: UriOrNone
    practitioner: UriOrNone
    patient: UriOrNone
    related_person: UriOrNone
    consent: UriOrNone
    device: UriOrNone


class Extension(Section):
    """URLs of extensions; an empty ``ground_detail`` leaves that extension out."""

    register_type: Uri
    practitioner_title: Uri
    practitioner_authentication_method: Uri
    type_of_disclosure: Uri
    consent: Uri
    provision: Uri
    function_code: Uri
    specific_document_type: Uri
    ground_detail: UriOrNone


class CodeSystem(Section):
    """URIs of code systems for codes the caller gives without ``system``."""

    register_type: Uri
    authentication_method: Uri
    service_task: Uri
    original_service_task: Annotated[tuple[Uri, ...], Field(min_length=1)]
    document_type: Uri
    specific_document_type: Uri
    type_of_disclosure: Uri
    access_reason: Uri


class Identifier(Section):
    """Systems of identifiers; ``oid`` is used with ``urn:oid:`` values."""

    oid: Uri
    personal_id: Uri


class Contained(Section):
    """Ids of contained resources."""

    controller: Label
    discloser_role: Label
    discloser: Label
    discloser_unit: Label
    client: Label
    recipient_organisation: Label
    recipient_role: Label
    recipient_professional: Label
    recipient_unit: Label
    recipient_person: Label
    consent: Label
    representative: Label
    record_system: Label


class Event(Section):
    """Fixed parts of the AuditEvent, and where it carries data with no published place."""

    type: CodingValue
    subject_type: CodingValue
    subject_role: CodingValue
    subject_at: Literal["entity.what"]
    ground_at: Literal["purposeOfEvent.coding"]
    purpose_at: Literal["agent.purposeOfUse.text of the recipient"]
    document_type_at: Literal["entity.type"]
    description_at: Literal["entity.description"]
    document_id_at: Literal["entity.what.identifier"]
    consent_document_at: Literal[
        "extension.valueReference.identifier", "contained Consent.identifier"
    ]
    service_task_at: Literal["extension of the entity"]
    observer_at: Literal["contained Device"]
    observer_name_type: Literal["other", "user-friendly-name", "manufacturer-name", "model-name"]
    right_of_access: Text
    cause: Literal["omitted", "sent"]


class Cardinality(Section):
    """Cardinalities that differ between releases of the package."""

    type_of_disclosure: Literal["0..1", "1..1"]
    client_identifier: Literal["0..*", "1..1"]
    given_names: Literal["0..*", "1..*"]
    discloser_person: Literal["0..1", "1..1"]
    time_of_disclosure: Literal["0..1", "1..1"]


class Agent(Section):
    """``AuditEvent.agent.type`` of each actor and which of them is the requestor."""

    controller: CodingValue
    discloser: CodingValue
    recipient: CodingValue
    requestor: Literal["controller", "discloser", "recipient"]


class GroundDetail(Section):
    """Names of the parts of the ground-detail extension."""

    stored_in_kanta: Text
    cause: Text
    no_legal_representative: Text
    necessity: Text
    cannot_judge_permission: Text
    service_necessary: Text
    purpose: Text
    statutory_task: Text
    essential_effect: Text
    necessary_for_task: Text
    reason: Text


class CauseCode(Section):
    """Codings of the four causes of 55 § 2 mom."""

    memory_disease: CodingValue
    mental_disorder: CodingValue
    intellectual_disability: CodingValue
    similar_cause: CodingValue


class AuthorityPurpose(Section):
    """Codings of the three purposes of 55 § 2 mom."""

    assess_need: CodingValue
    arrange_care: CodingValue
    verify_information: CodingValue


class RoleCode(Section):
    """``agent.role`` codings of a recipient's roles."""

    social_welfare_provider: CodingValue
    social_welfare_authority: CodingValue
    health_care_provider: CodingValue
    other_authority: CodingValue
    other: CodingValue


class Relation(Section):
    """``RelatedPerson.relationship`` codings."""

    legal_representative: CodingValue
    authorised_person: CodingValue
    close_person: CodingValue
    other: CodingValue


class ConsentValue(Section):
    """Fixed parts of the contained Consent."""

    status: Literal["active"]
    scope: CodingValue
    permission: CodingValue
    consent: CodingValue
    policy_rule: CodingValue
    provision_type: Literal["permit", "deny"]
    scope_at: Literal["provision.code.text"]


class ProvenanceAgent(Section):
    """``Provenance.agent.role`` codings."""

    professional: CodingValue
    service_unit: CodingValue


class ContentSignature(Section):
    """The JSON signature of the Bundle."""

    rsa: Literal["RS256", "PS256"]
    p256: Literal["ES256"]
    p384: Literal["ES384"]
    accepted: Annotated[tuple[Algorithm, ...], Field(min_length=1)]
    serialisation: Literal["compact"]
    detached: bool
    b64: bool
    header: tuple[Literal["x5c", "typ", "x5t#S256"], ...]
    typ: Text
    canonical_form: Literal["RFC 8785"]
    excluded: Literal["signature"]
    encoding: Literal["base64"]
    type: CodingValue
    who_at: Literal["identifier and display"]
    format: Text
    target_format: str
    broker: Literal["refused", "allowed"]


class Token(Section):
    """The JSON Web Token's header and times."""

    rsa: Literal["RS256", "PS256"]
    p256: Literal["ES256"]
    p384: Literal["ES384"]
    header: tuple[Literal["x5c", "typ", "x5t#S256"], ...]
    typ: Text
    lifetime: Annotated[int, Field(gt=0, le=3600)]
    leeway: Annotated[int, Field(ge=0, le=600)]


Fill = Literal[
    "system.id", "system.urn", "system.name",
    "subscriber.id", "subscriber.urn", "subscriber.name",
    "requester.id", "requester.urn", "requester.name",
    "user.id", "user.name", "user.authentication_method",
    "base_url", "issued_at", "not_before", "expires_at", "unique_id",
]  # fmt: skip


class Claim(Section):
    """One claim: its name (dots nest objects) and its source."""

    name: Text
    fill: Fill


class Header(Section):
    """One request header; ``{token}`` and ``{request_id}`` in ``value`` are filled in."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+$")]
    value: Text


def address(form: str, base: str) -> str:
    """Return the address or path of an entry such as ``[base]/metadata`` at a service."""
    return form.replace("[base]", base.rstrip("/"))


class Address(Section):
    """Where transactions are posted, and where a request that stores nothing may go.

    ``[base]`` stands for ``base_url`` without a trailing slash.
    """

    transaction: Literal["[base]/", "[base]"]
    probe: Annotated[str, StringConstraints(pattern=r"^\[base\]/[\x21-\x7e]*$")]


class Answer(Section):
    """Names of the answer's headers, its media type, and what an empty answer means."""

    request_id: Text
    correlation_id: Text
    content_type: Text
    empty_400: Literal["Rejected", "Misdirected"]
    empty_success: Literal["UnexpectedAnswer", "Stored"]


class OutcomeCode(Section):
    """Codings of OperationOutcome issues."""

    invalid_message: CodingValue
    not_authorised: CodingValue


class Limit(Section):
    """Size limits of the wire format."""

    text: Annotated[int, Field(gt=0)]


class Texts(Section):
    """How the caller's texts are normalised before the notice is built."""

    line_breaks: Literal["LF", "as given"]
    blanks: Literal["as given", "plain"]


class Root(Section):
    """A root CA, identified by its fingerprints in hexadecimal."""

    name: Text
    sha1: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{40}$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{64}$")] | None = None


class Trust(Section):
    """What distinguishes production from test certificates, and how their holder is checked."""

    production_roots: tuple[Root, ...]
    test_words: tuple[Text, ...]
    subject_serial_number: Literal["off", "warn", "refuse"]


class NamedSystem(Section):
    """A code system with its name."""

    system: Uri
    name: Text


class ControlAct(Section):
    """A search's control act (kontrollikehys, HL7 V3): its reasons in order, and the user."""

    reasons: tuple[Literal["service_request", "use_situation", "reason"], ...]
    service_request: NamedSystem
    use_situation: NamedSystem
    reason_name: Text
    user_id: Uri


class Wire(Section):
    """Every value of an edition."""

    package: Package
    bundle: Bundle
    profile: Profile
    extension: Extension
    code_system: CodeSystem
    identifier: Identifier
    contained: Contained
    register_type: dict[str, Text]  # display of each register code that is known
    event: Event
    cardinality: Cardinality
    agent: Agent
    ground: dict[str, CodingValue]  # purposeOfEvent of each kind of ground
    ground_detail: GroundDetail
    cause: CauseCode
    authority_purpose: AuthorityPurpose
    role: RoleCode
    relation: Relation
    consent: ConsentValue
    provenance_agent: ProvenanceAgent
    content_signature: ContentSignature
    token: Token
    claim: dict[str, Claim]
    header: dict[str, Header]
    address: Address
    answer: Answer
    outcome: OutcomeCode
    limit: Limit
    text: Texts
    trust: Trust
    control_act: ControlAct
