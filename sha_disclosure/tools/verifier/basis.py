"""The edition entries that each check depends on."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from sha_disclosure.editions import Edition, Entry

_TOKEN_KEYS = ("token.rsa", "token.p256", "token.p384")
_SIGNATURE_KEYS = ("content_signature.rsa", "content_signature.p256", "content_signature.p384")

# Patterns of entries by check. A check not listed here depends on no entry: it is required by
# HTTP, JSON or the sandbox itself.
_ENTRIES: Mapping[str, tuple[str, ...]] = {
    "request_line": ("address.transaction", "bundle.method"),
    "headers": ("header.authorization", "header.content_type", "header.accept"),
    "request_id": ("header.request_id",),
    "token_form": ("token.header", "token.typ"),
    "token_certificate": ("token.header", "trust.*"),
    "token_signature": _TOKEN_KEYS,
    "token_claims": ("claim.*",),
    "token_times": (
        *("token.lifetime", "token.leeway", "claim.issued_at", "claim.not_before"),
        "claim.expires_at",
    ),
    "token_replay": ("claim.token_id",),
    "token_user": ("claim.user_*", "extension.practitioner_authentication_method"),
    "no_empties": ("limit.text", "text.blanks"),
    "free_text": ("identifier.personal_id",),
    "unknown_elements": (
        *("extension.*", "ground_detail.*", "event.*_at", "ground.*", "contained.discloser_role"),
        *("provenance_agent.*", "consent.scope_at", "content_signature.excluded"),
    ),
    "bundle": ("bundle.type", "package.name"),
    "pairs": ("bundle.pairs", "bundle.full_url", "bundle.method"),
    "event": (
        *("profile.audit_event", "event.type", "extension.type_of_disclosure"),
        *("cardinality.type_of_disclosure", "event.purpose_at"),
    ),
    "times": ("cardinality.time_of_disclosure", "token.leeway"),
    "actors": ("agent.*", "contained.*", "event.observer_*", "cardinality.discloser_person"),
    "recipient": ("role.*", "agent.recipient"),
    "client": ("event.subject_*", "contained.client"),
    "disclosed_data": (
        *("event.document_*", "event.description_at", "event.service_task_at"),
        *("extension.function_code", "extension.specific_document_type"),
        *("code_system.service_task", "code_system.original_service_task", "identifier.oid"),
    ),
    "contained": (
        *("contained.*", "profile.*", "relation.*", "identifier.*", "extension.register_type"),
        *("code_system.register_type", "cardinality.*", "text.*", "event.observer_name_type"),
    ),
    "references": ("contained.*",),
    "ground": (
        *("ground.*", "ground_detail.*", "extension.ground_detail", "extension.provision"),
        *("extension.consent", "event.ground_at", "event.right_of_access", "event.cause"),
        *("event.consent_document_at", "cause.*", "authority_purpose.*", "consent.*"),
        *("profile.consent", "contained.consent", "contained.representative", "identifier.oid"),
    ),
    "provenance": (
        *("profile.provenance", "provenance_agent.*", "contained.discloser*", "bundle.full_url"),
        "cardinality.discloser_person",
    ),
    "element": (
        *("content_signature.type", "content_signature.format", "content_signature.excluded"),
        "content_signature.target_format",
    ),
    "who": (
        *("content_signature.who_at", "content_signature.broker", "identifier.oid"),
        "trust.subject_serial_number",
    ),
    "when": ("token.leeway",),
    "data": ("content_signature.encoding", "content_signature.serialisation"),
    "critical": (*("content_signature.header", "content_signature.typ", "content_signature.b64"),),
    "detached": ("content_signature.detached",),
    "certificates": ("content_signature.header",),
    "algorithm": (*_SIGNATURE_KEYS, "content_signature.accepted"),
    "chain": ("trust.production_roots", "trust.test_words"),
    "content": (
        *("content_signature.canonical_form", "content_signature.excluded"),
        *("content_signature.b64", "content_signature.detached"),
    ),
}


def entries_behind(check: str, edition: Edition) -> tuple[Entry, ...]:
    """Return the entries of ``edition`` that a check depends on, in the edition's order."""
    patterns = _ENTRIES.get(check, ())
    return tuple(e for e in edition.entries if any(fnmatchcase(e.key, p) for p in patterns))
