"""The notices that are built to see where the values of an edition show: every word is used."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from cryptography import x509

from sha_disclosure.credentials import CertifiedSigner, SigningUse, certified_signer
from sha_disclosure.delivery.headers import request_headers
from sha_disclosure.delivery.prepare import PreparedNotice, Setup, build, sign
from sha_disclosure.editions import Edition
from sha_disclosure.jose.content import BundleSigner
from sha_disclosure.jose.signer import CallbackSigner, KeySigner, Signer
from sha_disclosure.jose.token import TokenFacts, TokenMaker
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox.pki import Pki, generate_key

Data = dict[str, Any]
NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
KINDS = {"p256": "P-256", "p384": "P-384", "rsa": "RSA-2048"}
"""Kinds of keys as editions name them, and as the sandbox does."""
_COMMON: Data = {
    "id": "1.2.246.10.28777751.10.0.95.2026.1",
    "client": {
        "personal_id": "010594Y9032",
        "temporary_id": "1.2.246.10.28777751.22.2026.17",
        "birth_date": "1994-05-01",
        "family_name": "Asiakas",
        "given_names": ["Testi"],
    },
    "controller": {
        "oid": "1.2.246.10.28777751.19.0",
        "name": "Esimerkin hyvinvointialue",
        "register": "1",
    },
    "discloser": {
        "family_name": "Virtanen",
        "given_names": ["Aino"],
        "id": {"system": "urn:oid:1.2.246.537.29", "value": "81234567890"},
        "title": "Sosiaalityöntekijä",
        "authentication_method": {"code": "esim-1", "display": "Kortti"},
        "unit": {"oid": "1.2.246.10.28777751.10.12", "name": "Aikuissosiaalityö"},
    },
    "purpose": "Palvelun järjestäminen",
    "disclosed_at": "2026-11-15T11:00:00+02:00",
    "recorded_at": "2026-11-15T11:04:00+02:00",
    "disclosed_data": [
        {
            "document_type": {"code": "esim-arvio", "display": "Arvio"},
            "specific_document_type": {"code": "esim-pta", "display": "Palvelutarpeen arvio"},
            "description": "Arvio keväältä\r\nja\u00a0syksyltä",
            "service_tasks": [{"code": "esim-iakkaat", "display": "Iäkkäiden palvelut"}],
            "original_service_tasks": [{"code": "esim-vanha", "display": "Vanha tehtävä"}],
            "document_id": "1.2.246.10.28777751.11.2026.4711",
        }
    ],
    "type_of_disclosure": {"code": "esim-kirje", "display": "Kirje"},
}
_NAME = {"family_name": "Asiakas", "given_names": ["Testi"]}
_PERSON = {"family_name": "Salo", "given_names": ["Sofia"]}
_UNIT = {"oid": "1.2.246.10.88776655.10.3", "name": "Toinen alue"}
_ROLES = (
    "social_welfare_provider",
    "social_welfare_authority",
    "health_care_provider",
    "other_authority",
    "other",
)
_ORGANISATION = {"kind": "organisation", **_UNIT, "roles": list(_ROLES)}
_OWN = {
    "stored_in_kanta": False,
    "document_id": "1.2.246.10.28777751.14.2026.7",
    "given_at": "2026-11-02T13:00:00+02:00",
    "scope": "Vain arvio ja päätös",
}
_CAUSES = ("memory_disease", "mental_disorder", "intellectual_disability", "similar_cause")
_PURPOSES = ("assess_need", "arrange_care", "verify_information")
_REASON = {"code": "1", "display": "Laaja tiedonhaku"}


def notices() -> tuple[DisclosureNotice, ...]:
    """Return notices that together use every ground, recipient, role, cause and relation."""
    return tuple(DisclosureNotice.model_validate({**_COMMON, **own}) for own in _specimens())


def _specimens() -> Iterator[Data]:
    professional = {
        "kind": "professional",
        **_PERSON,
        "title": "Johtava sosiaalityöntekijä",
        "unit": _UNIT,
        "roles": list(_ROLES),
    }
    yield {"recipient": _ORGANISATION, "ground": {"kind": "statute", "provision": "123/2000 1 §"}}
    yield {
        "client": {"birth_date": "1994-05-01", **_NAME},
        "recipient": _ORGANISATION,
        "ground": {"kind": "statute", "provision": "123/2000 1 §"},
        "type_of_disclosure": None,
    }
    yield {
        "recipient": professional,
        "ground": {"kind": "permission", "given_by": "legal_representative", **_OWN},
    }
    yield {
        "recipient": {"kind": "person", **_PERSON, "relation": "close_person"},
        "ground": {"kind": "consent", "given_by": "client", **_OWN},
    }
    request = {"kind": "information_request", "provision": "(EU) 2016/679 15 art."}
    yield {"recipient": {"kind": "client"}, "ground": request}
    stored = {"stored_in_kanta": True, "document_id": "1.2.246.10.28777751.14.2026.7"}
    yield {"recipient": _ORGANISATION, "ground": {"kind": "permission", **stored}}
    broad = {"no_legal_representative": True, "necessity": "Kiireellinen hoiva", "reason": _REASON}
    broad |= {"cannot_judge_permission": True, "service_necessary": True}
    task = {"statutory_task": "Lastensuojelutarpeen selvittäminen", "reason": _REASON}
    task |= {"essential_effect": True, "necessary_for_task": True}
    # One of each kind of notice comes first.
    for cause, purpose in zip_longest(_CAUSES, _PURPOSES):
        ground = {"kind": "broad_right", "cause": cause, **broad}
        yield {"recipient": _ORGANISATION, "ground": ground}
        if purpose:
            ground = {"kind": "authority_right", "purpose": purpose, **task}
            yield {"recipient": _ORGANISATION, "ground": ground}
    yield {
        "client": {"birth_date": "1994-05-01", "family_name": "Asiakas"},
        "discloser": {"unit": _COMMON["discloser"]["unit"]},
        "disclosed_at": "2026-11-15",
        "recipient": _ORGANISATION,
        "ground": {"kind": "permission", "given_by": "authorised_person", **_OWN},
    }
    for relation in ("legal_representative", "other"):
        person = {"kind": "person", **_PERSON, "relation": relation}
        yield {"recipient": person, "ground": {**request, "provision": "703/2023 50 §"}}


@dataclass(frozen=True)
class Signing:
    """What messages are signed with: a certificate of each kind of key, and a few keys."""

    certificates: Mapping[str, bytes]
    key: Any
    chain: tuple[x509.Certificate, ...]
    root: x509.Certificate
    client: x509.Certificate
    _made: dict[tuple[str, str, str, bool], CertifiedSigner] = field(
        default_factory=dict, init=False
    )

    @classmethod
    def new(cls) -> Signing:
        """Return new ones, of an authority that is thrown away."""
        with tempfile.TemporaryDirectory() as folder:
            pki = Pki(Path(folder), now=lambda: NOW)
            made = {
                kind: pki.issue("Signer", "signing", key=generate_key(name))
                for kind, name in KINDS.items()
            }
        pems = {kind: credential.certificate_pem for kind, credential in made.items()}
        own = made["p256"]
        return cls(pems, own.key, own.chain, pki.root.certificate, pki.client.certificate)

    def really(self, edition: Edition, use: SigningUse) -> CertifiedSigner:
        """Return an identity that signs."""
        return self._identity(edition, use, "p256", KeySigner(self.key, "ES256"))

    def pretended(self, edition: Edition, use: SigningUse, kind: str) -> CertifiedSigner:
        """Return an identity whose signatures are blank, for a kind of key and any algorithm."""
        return self._identity(edition, use, kind, CallbackSigner(lambda _: bytes(_LENGTHS[kind])))

    def forget(self) -> None:
        """Make the identities anew when they are asked for next."""
        self._made.clear()

    def _identity(
        self, edition: Edition, use: SigningUse, kind: str, signer: Signer
    ) -> CertifiedSigner:
        algorithm = getattr(getattr(edition.wire, use), kind)
        name = (use, kind, algorithm, type(signer).__name__)
        if name not in self._made:
            pem = self.certificates[kind]
            self._made[name] = certified_signer(pem, signer, edition, use=use)
        return self._made[name]


_LENGTHS = {"p256": 64, "p384": 96, "rsa": 256}
"""Octets of a signature."""


@dataclass(frozen=True)
class Heard:
    """A signer that also keeps what it was given to sign."""

    signer: Signer
    given: list[bytes]

    def sign(self, data: bytes) -> bytes:
        """Sign it."""
        self.given.append(data)
        return self.signer.sign(data)


@dataclass(frozen=True)
class Sent:
    """One message as it would go out; ``signed_payload`` is the JWS payload that was signed."""

    prepared: PreparedNotice
    token: str
    headers: Mapping[str, str]
    signed_payload: bytes
    url: str


def sent(
    notice: DisclosureNotice,
    edition: Edition,
    settings: Settings,
    content: CertifiedSigner,
    token: CertifiedSigner,
) -> Sent:
    """Return the message of a notice with its headers, always with the same ids."""
    sources = Sources(lambda: NOW, random.Random(1))  # noqa: S311 - to be the same each time
    setup = Setup(settings, edition, sources)
    given: list[bytes] = []
    heard = replace(content, signer=Heard(content.signer, given))
    prepared = sign(build([notice], setup), setup, BundleSigner(heard, edition))
    made = TokenMaker(token, edition).make(
        TokenFacts(settings.system, settings.subscriber, settings.requester, settings.base_url),
        prepared.user,
        now=NOW,
        unique_id=sources.uuid(),
    )
    headers = request_headers(edition.wire, token=made, request_id=sources.uuid())
    _, _, payload = given[0].partition(b".")
    return Sent(prepared, made, headers, payload, setup.url)
