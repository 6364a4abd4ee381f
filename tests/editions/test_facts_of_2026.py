"""What public documents of 2026 changed in the edition: values, and how well they are known."""

from __future__ import annotations

from typing import Any

import pytest

from sha_disclosure.editions import Edition, Entry

TYPES = "urn:oid:1.2.246.537.6.1506.201701"
SIGNED = {
    "system": "urn:oid:1.2.246.537.5.40127.2006",
    "code": "3",
    "display": "Järjestelmäallekirjoitus",
}


@pytest.fixture
def entries(edition: Edition) -> dict[str, Entry]:
    return {entry.key: entry for entry in edition.entries}


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("code_system.authentication_method", "urn:oid:1.2.246.537.5.40128.2006", "inferred"),
        ("code_system.document_type", TYPES, "inferred"),
        ("code_system.specific_document_type", TYPES, "inferred"),
        ("content_signature.type", SIGNED, "assumed"),
        ("consent.provision_type", "permit", "inferred"),
        ("profile.device", "", "assumed"),
        ("trust.subject_serial_number", "warn", "assumed"),
        ("trust.test_words", ["TEST"], "inferred"),
        ("text.line_breaks", "LF", "assumed"),
        ("text.blanks", "as given", "assumed"),
    ],
)
def test_a_value_has_the_status_its_source_bears(
    key: str, value: Any, status: str, entries: dict[str, Entry]
) -> None:
    assert (entries[key].value, entries[key].status) == (value, status)
    assert entries[key].check


@pytest.mark.parametrize(
    ("key", "candidate"),
    [
        ("profile.patient", "https://gen.kanta.fi/fhir/StructureDefinition/KantaPatientV2"),
        ("profile.device", "https://gen.kanta.fi/fhir/StructureDefinition/KantaDevice"),
        ("relation.legal_representative", "urn:oid:1.2.246.537.6.1284"),
        ("relation.other", "99 Muu henkilö"),
        ("header.request_id", "kanta-yhteiset-fhir-rest-guide"),
        ("trust.production_roots", "DVV Social Welfare and Healthcare Service Certs - G3R"),
    ],
)
def test_a_candidate_is_named_in_the_question_and_is_not_the_value(
    key: str, candidate: str, entries: dict[str, Entry]
) -> None:
    assert candidate in entries[key].check
    assert candidate not in str(entries[key].value)


def test_the_token_s_document_is_named_by_its_public_version(edition: Edition) -> None:
    of_token = [e for e in edition.entries if e.key.partition(".")[0] in {"token", "claim"}]
    assert of_token
    assert all("1.4.0" in entry.source for entry in of_token)
    (document,) = (each for each in edition.documents if each.section_of("claim.issuer"))
    assert document.address.endswith("kanta-json-web-token-maarittely-v1-4-0")
