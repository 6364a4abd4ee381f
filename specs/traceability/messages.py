"""The notices that are built to see where the values of an edition show: every word is used."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
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
from sha_disclosure.tools.sandbox.pki import KeyKind, Pki, generate_key

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
KINDS: Mapping[str, KeyKind] = {"p256": "P-256", "p384": "P-384", "rsa": "RSA-2048"}
"""Kinds of keys as editions name them, and as the sandbox does."""
_NOTICES = json.loads(Path(__file__).with_name("notices.json").read_text("utf-8"))
SEARCH = _NOTICES["search"]
"""A search in which every part is given."""


def notices() -> tuple[DisclosureNotice, ...]:
    """Return notices that together use every ground, recipient, role, cause and relation."""
    common, organisation = _NOTICES["common"], {"recipient": _NOTICES["organisation"]}
    return tuple(
        DisclosureNotice.model_validate({**common, **organisation, **own})
        for own in _NOTICES["notices"]
    )


@dataclass(frozen=True)
class Signing:
    """What messages are signed with: a certificate of each kind of key, and a few keys."""

    certificates: Mapping[str, bytes]
    key: Any
    chain: tuple[x509.Certificate, ...]
    root: x509.Certificate
    client: x509.Certificate
    _made: dict[tuple[str, str, str, str], CertifiedSigner] = field(
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

    def signed(data: bytes) -> bytes:
        given.append(data)
        return content.signer.sign(data)

    keeping = replace(content, signer=CallbackSigner(signed))
    prepared = sign(build([notice], setup), setup, BundleSigner(keeping, edition))
    made = TokenMaker(token, edition).make(
        TokenFacts(settings.system, settings.subscriber, settings.requester, settings.base_url),
        prepared.user,
        now=NOW,
        unique_id=sources.uuid(),
    )
    headers = request_headers(edition.wire, token=made, request_id=sources.uuid())
    _, _, payload = given[0].partition(b".")
    return Sent(prepared, made, headers, payload, setup.url)
