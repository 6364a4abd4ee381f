"""Checking the signature of a Bundle (allekirjoituksen tarkistus): everything, not the first lack.

The element around the signature (``who``, ``when``, ``type``) is not covered by it; it is
compared with the edition and the certificate only. Revocation is checked when lists are given.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from jwcrypto import jwk
from jwcrypto.common import JWException

from sha_disclosure.credentials import certificate as certificates
from sha_disclosure.credentials import chain as chains
from sha_disclosure.credentials.findings import CHECKS, WHEN_ASKED, Finding, Verification
from sha_disclosure.credentials.revocation import RevocationLists, check_revocation
from sha_disclosure.credentials.trust import check_trust
from sha_disclosure.editions import Edition
from sha_disclosure.findings import Finding as SharedFinding
from sha_disclosure.jose.canonical import NotCanonical, canonical, read_strictly
from sha_disclosure.jose.jws import CompactJws, Malformed, base64url, signing_input
from sha_disclosure.jose.signer import algorithm_named
from sha_disclosure.values import Instant, Oid

_KINDS = {"RS256": "rsa", "PS256": "rsa", "ES256": "p256", "ES384": "p384"}


def verify_bundle(
    document: bytes | dict[str, Any],
    *,
    edition: Edition,
    anchors: Sequence[x509.Certificate],
    at: datetime,
    leeway: timedelta | None = None,
    revocation_lists: RevocationLists = (),
) -> Verification:
    """Check the signature of a Bundle at the moment ``at`` against trusted ``anchors``.

    ``leeway`` is the difference of clocks that ``when`` may show, by default the edition's
    ``token.leeway``. With ``revocation_lists`` (sulkulistat) every certificate below the trusted
    one must be covered by one of them, valid and signed by its issuer.

    Give the document as bytes where it came from others: only then can names that stand twice
    be seen. Nothing in the document makes this raise.
    """
    bears = timedelta(seconds=edition.wire.token.leeway) if leeway is None else leeway
    reading = _Reading(edition, at, bears)
    reading.read(document)
    reading.check_trust(anchors)
    if revocation_lists:
        reading.check_revocation(anchors, revocation_lists)
    reading.check_content()
    return reading.result()


@dataclass(slots=True)
class _Reading:
    """One verification under way: what was read so far and what was found."""

    edition: Edition
    at: datetime
    leeway: timedelta
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    bundle: dict[str, Any] | None = None
    jws: CompactJws | None = None
    chain: tuple[x509.Certificate, ...] = ()
    when: Instant | None = None
    who: str | None = None
    digest: str | None = None

    def found(self, check: str, *faults: tuple[str, str]) -> None:
        """Note that ``check`` was made, with its faults in both languages."""
        self.made.add(check)
        self.faults += [(check, en, fi) for en, fi in faults]

    def read(self, document: bytes | dict[str, Any]) -> None:
        """Read the document, its signature element and the JWS in it."""
        value: Any = document
        try:
            value = read_strictly(document) if isinstance(document, bytes) else document
        except NotCanonical as error:
            self.found("document", (error.en, error.fi))
            return
        if not isinstance(value, dict):
            self.found("document", ("it is not an object", "se ei ole olio"))
            return
        self.found("document")
        self.bundle = value
        element = value.get(self.edition.wire.content_signature.excluded)
        if not isinstance(element, dict):
            self.found("element", ("there is no signature", "allekirjoitus puuttuu"))
            return
        self.found("element", *_element_faults(element, self.edition))
        self._read_who(element.get("who"))
        self._read_data(element.get("data"))
        self._read_certificates()
        self._read_when(element.get("when"))

    def _read_who(self, who: Any) -> None:
        identifier = who.get("identifier") if isinstance(who, dict) else None
        given = identifier if isinstance(identifier, dict) else {}
        value = given.get("value")
        try:
            oid = Oid(value.removeprefix("urn:oid:") if isinstance(value, str) else "")
        except ValueError:
            oid = None
        if oid and oid.urn == value and given.get("system") == self.edition.wire.identifier.oid:
            self.who = str(oid)
            self.found("who")
            return
        self.found("who", ("who has no OID as identifier", "who-tiedossa ei ole OID-tunnusta"))

    def _read_data(self, data: Any) -> None:
        fault = ("data is not base64 without blanks", "data ei ole base64-muotoa ilman välejä")
        try:
            text = data if isinstance(data, str) else ""
            decoded = base64.b64decode(text.encode("ascii"), validate=True)
            if decoded and base64.b64encode(decoded).decode("ascii") == text:
                self.jws = CompactJws.read(decoded.decode("ascii"))
        except Malformed as error:
            fault = (error.en, error.fi)
        except ValueError:
            pass
        if self.jws is None:
            self.found("data", fault)
            return
        self.found("data")
        try:
            self.jws.require_understood()
        except Malformed as error:
            self.found("critical", (error.en, error.fi))
            return
        as_edition = self.jws.b64 is self.edition.wire.content_signature.b64
        unlike = ("b64 is not as the edition says", "b64 ei ole edition mukainen")
        self.found("critical", *([] if as_edition else [unlike]))

    def _read_certificates(self) -> None:
        if self.jws is None:
            return
        texts = self.jws.header.get("x5c")
        chain = [_certificate(text) for text in texts] if isinstance(texts, list) else []
        if not chain or not all(chain):
            self.found(
                "certificates",
                ("x5c is missing or holds no readable certificates (base64 DER)",
                 "x5c puuttuu tai siinä ei ole luettavia varmenteita (base64 DER)"),
            )  # fmt: skip
            return
        self.chain = tuple(c for c in chain if c)
        named = self.jws.header.get("x5t#S256")
        own = base64url(bytes.fromhex(certificates.thumbprint(self.chain[0])))
        other = ("x5t#S256 names another certificate", "x5t#S256 nimeää toisen varmenteen")
        self.found("certificates", *([] if named in (None, own) else [other]))

    def _read_when(self, when: Any) -> None:
        try:
            self.when = Instant(when if isinstance(when, str) else "")
        except ValueError:
            self.found("when", ("when is not an instant", "when ei ole aikaleima"))
            return
        faults = []
        moment = self.when.moment
        if moment > self.at + self.leeway:
            faults.append(("when is in the future", "when on tulevaisuudessa"))
        if self.chain:
            start, end = self.chain[0].not_valid_before_utc, self.chain[0].not_valid_after_utc
            if not start - self.leeway <= moment <= end:
                faults.append(
                    ("when is outside the certificate's validity",
                     "when on varmenteen voimassaolon ulkopuolella")
                )  # fmt: skip
        self.found("when", *faults)

    def check_trust(self, anchors: Sequence[x509.Certificate]) -> None:
        """Check the certificates: keys, usage, connection, anchors and dates."""
        if not self.chain:
            return
        leaf = self.chain[0]
        self._found_all("key", chains.check_keys(self.chain))
        self._found_all("key_usage", chains.check_usage(leaf, "signing"))
        self._found_all("chain", chains.check_connection(self.chain))
        self._found_all("chain", check_trust(self.chain, anchors, self.at))
        self._found_all("dates", chains.check_dates(self.chain, self.at))

    def check_revocation(self, anchors: Sequence[x509.Certificate], lists: RevocationLists) -> None:
        """Check that no certificate is revoked, as far up as the trusted one."""
        if self.chain:
            faults = check_revocation(self.chain, anchors, lists, self.at)
            self._found_all("revocation", faults)

    def _found_all(self, check: str, findings: Iterable[SharedFinding]) -> None:
        told = (chains.explanation([each]) for each in findings)
        self.found(check, *((each.text("en"), each.text("fi")) for each in told if each))

    def check_content(self) -> None:
        """Check the algorithm, the place of the payload and the signature over the content."""
        if self.bundle is None:
            return
        wire = self.edition.wire.content_signature
        try:
            content = canonical({k: v for k, v in self.bundle.items() if k != wire.excluded})
        except NotCanonical as error:
            self.found("content", (error.en, error.fi))
            return
        self.digest = hashlib.sha256(content).hexdigest()
        if self.jws is None:
            return
        expected = "" if wire.detached else base64url(content)
        self.found(
            "detached",
            *([] if self.jws.payload_part == expected else [
                ("the JWS does not carry its payload as the edition says (RFC 7515 appendix F)",
                 "JWS ei kuljeta sisältöään edition mukaisesti (RFC 7515, liite F)")
            ]),
        )  # fmt: skip
        algorithm = self._accepted_algorithm(self.jws.header.get("alg"))
        if algorithm and not _signed(self.jws, content, algorithm, self.chain[0]):
            self.found(
                "content",
                ("the signature does not fit: content, header or key was changed",
                 "allekirjoitus ei täsmää: sisältöä, otsaketta tai avainta on muutettu"),
            )  # fmt: skip
        elif algorithm:
            self.found("content")

    def _accepted_algorithm(self, name: object) -> str | None:
        accepted = self.edition.wire.content_signature.accepted
        if not isinstance(name, str) or name not in accepted:
            named = ", ".join(accepted)
            self.found("algorithm", (f"alg is not one of {named}", f"alg ei ole mikään: {named}"))
            return None
        if not self.chain:
            return None
        if certificates.key_kind(self.chain[0]) != _KINDS[name]:
            self.found(
                "algorithm",
                (f"{name} does not fit the certificate's key",
                 f"{name} ei sovi varmenteen avaimeen"),
            )  # fmt: skip
            return None
        self.found("algorithm")
        return name

    def result(self) -> Verification:
        """Return all findings in the order of ``CHECKS``, with the facts that were read."""
        findings = []
        for check, (en, fi) in (CHECKS | WHEN_ASKED).items():
            faults = [Finding(check, False, f[1], f[2]) for f in self.faults if f[0] == check]
            if check in self.made:
                findings += faults or [Finding(check, True, en, fi)]
        name = self.jws.header.get("alg") if self.jws else None
        leaf = self.chain[0] if self.chain else None
        return Verification(
            tuple(findings),
            algorithm=name if isinstance(name, str) and name in _KINDS else None,
            thumbprint=certificates.thumbprint(leaf) if leaf else None,
            certificate_serial=f"{leaf.serial_number:x}" if leaf else None,
            when=str(self.when) if self.when else None,
            who=self.who,
            digest=self.digest,
        )


def _element_faults(element: dict[str, Any], edition: Edition) -> Iterable[tuple[str, str]]:
    wire = edition.wire.content_signature
    types = element.get("type")
    codings = [t for t in types if isinstance(t, dict)] if isinstance(types, list) else []
    if not any(
        (t.get("system"), t.get("code")) == (wire.type.system, wire.type.code) for t in codings
    ):
        yield "type is not the edition's coding", "type ei ole edition koodi"
    if element.get("sigFormat") != wire.format:
        yield f"sigFormat is not {wire.format}", f"sigFormat ei ole {wire.format}"
    if element.get("targetFormat", "") != wire.target_format:
        yield "targetFormat is not the edition's", "targetFormat ei ole edition mukainen"


def _certificate(text: object) -> x509.Certificate | None:
    try:
        encoded = text.encode("ascii") if isinstance(text, str) else b""
        der = base64.b64decode(encoded, validate=True)
    except ValueError:
        return None
    return certificates.read_certificate(der) if base64.b64encode(der) == encoded else None


def _signed(jws: CompactJws, content: bytes, algorithm: str, leaf: x509.Certificate) -> bool:
    if len(jws.signature) != certificates.signature_length(leaf):
        return False
    signed = signing_input(jws.header_part, content, b64=jws.b64)
    key: Any = leaf.public_key()
    try:
        algorithm_named(algorithm).verify(jwk.JWK.from_pyca(key), signed, jws.signature)
    except (InvalidSignature, JWException, ValueError):
        return False
    return True
