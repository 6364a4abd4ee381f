"""Verifying a Bundle (allekirjoituksen tarkistus), with every fault and not just the first.

The element around the signature (``who``, ``when``, ``type``) is not covered by it: it is
what the sender claims, unless ``who`` is tied to the certificate (see ``signer``). Revocation is
checked if lists are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509

from sha_disclosure.boundary import boundary
from sha_disclosure.credentials import thumbprint
from sha_disclosure.editions import Edition
from sha_disclosure.editions.wire import Wire
from sha_disclosure.encoding import Malformed, read_json
from sha_disclosure.messages import Language, Message, message
from sha_disclosure.settings import Environment
from sha_disclosure.tools.verifier.bundle import check_bundle
from sha_disclosure.tools.verifier.certificates import Surroundings, Trust
from sha_disclosure.tools.verifier.findings import UNKNOWN_ELEMENTS, MessageFinding, Report
from sha_disclosure.tools.verifier.jws import ALGORITHMS, JwsReader
from sha_disclosure.tools.verifier.node import Node
from sha_disclosure.tools.verifier.plain import check_plain
from sha_disclosure.tools.verifier.signature import (
    CHECKS,
    REVOCATION,
    Signed,
    check_signature,
    content_rules,
    read_element,
)
from sha_disclosure.tools.verifier.signer import Bond, check_who

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of verifying a signed Bundle. Facts that could not be read are None.

    ``findings``: the result of each check of the signature. ``structure``: where the Bundle
    violates FHIR R4 or the edition. ``thumbprint`` is the SHA-256 of
    the signer's certificate, ``certificate_serial`` its serial number, both hexadecimal;
    ``when`` and ``who`` (an OID) are what the signature element claims; ``bond`` is what ties
    ``who`` to the signature: its ``certificate``, the ``signer`` that was expected, or nothing.
    ``digest`` is the SHA-256 of the canonical content.
    """

    findings: tuple[MessageFinding, ...]
    structure: tuple[MessageFinding, ...] = ()
    algorithm: str | None = None
    thumbprint: str | None = None
    certificate_serial: str | None = None
    when: str | None = None
    who: str | None = None
    digest: str | None = None
    bond: Bond | None = None

    @property
    def claimed(self) -> tuple[str, ...]:
        """The parts of the signature element that are only claimed; ``who`` too unless proven."""
        proven = self.signed and self.bond is not None
        return ("when", "type") if proven else ("who", "when", "type")

    @property
    def signed(self) -> bool:
        """Whether every check of the signature was made and passed."""
        made = {finding.check for finding in self.findings}
        return all(f.passed for f in self.findings) and made >= set(CHECKS)

    @property
    def valid(self) -> bool:
        """Whether the signature passed every check and the structure has no fault."""
        return self.signed and not self.structure

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the result as the ``verify`` command prints it."""
        return {
            "valid": self.valid,
            "algorithm": self.algorithm,
            "thumbprint": self.thumbprint,
            "certificate_serial": self.certificate_serial,
            "when": self.when,
            "who": self.who,
            "who_proven_by": None if "who" in self.claimed else self.bond,
            "claimed": list(self.claimed),
            "digest": self.digest,
            "findings": [
                {"check": f.check, "ok": f.passed, "detail": f.text(language)}
                for f in self.findings
            ],
            "warnings": [f.check for f in self.findings if f.severity == "warning"],
            "structure": [{"path": f.path, "what": f.text(language)} for f in self.structure],
        }


@boundary
def verify_bundle(  # noqa: PLR0913 - what may be known beside the document
    document: bytes | Mapping[str, Any],
    edition: Edition,
    *,
    anchors: Sequence[x509.Certificate],
    at: datetime,
    leeway: timedelta | None = None,
    revocation_lists: Sequence[x509.CertificateRevocationList] = (),
    signer: str | None = None,
    environment: Environment | None = None,
) -> Verification:
    """Verify a signed Bundle at the time ``at``: signature, certificates and structure.

    ``anchors`` are the trusted certificates. ``leeway`` is the clock skew allowed for ``when``, by
    default the edition's ``token.leeway``. With ``revocation_lists``
    (sulkulistat) every certificate below the trusted one must be covered by one of them.
    ``signer`` is the OID of the organisation expected to have signed, if you know the holder of
    the certificate; ``environment`` refuses certificates of another one.

    Pass a foreign document as bytes: otherwise duplicate members cannot be detected. Nothing in
    the document makes this raise.
    """
    wire, report = edition.wire, Report()
    bears = timedelta(seconds=wire.token.leeway) if leeway is None else leeway
    bundle = _read(document, report, "document")
    signed = Signed()
    structure: tuple[MessageFinding, ...] = ()
    if bundle is not None:
        surroundings = Surroundings(environment, wire.trust) if environment else None
        trust = Trust(anchors, revocation_lists, surroundings)
        reader = JwsReader(content_rules(wire), trust)
        root = Node(bundle, "Bundle", report)
        signed = check_signature(root, wire, reader, report, now=at, chain_at=at, leeway=bears)
        structure = tuple(
            finding for finding in check_structure(bundle, edition) if finding.check not in CHECKS
        )
    element = signed.element
    bond = check_who(element.who, signed.leaf, wire.trust, signer, report) if element else None
    return _result(report, signed, structure, bond)


def check_structure(
    document: bytes | Mapping[str, Any], edition: Edition
) -> tuple[MessageFinding, ...]:
    """Return every place where a Bundle violates FHIR R4 or the edition.

    A signature element is checked if present, but not the signature in it. Nothing in the
    document makes this raise.
    """
    report = Report()
    bundle = _read(document, report, "json")
    if bundle is not None:
        try:
            _check_structure(bundle, edition.wire, report)
        except RecursionError:
            report.refuse("too_deep", "Bundle", check=UNKNOWN_ELEMENTS)
    return tuple(report.findings)


def _check_structure(bundle: Mapping[str, Any], wire: Wire, report: Report) -> None:
    check_plain(bundle, wire, report)
    root = Node(bundle, "Bundle", report)
    check_bundle(root, wire=wire, token=None, now=None, report=report)
    if root.has(wire.content_signature.excluded):
        read_element(root, wire, report, now=None, leeway=timedelta(0))
    root.close()


def _read(
    document: bytes | Mapping[str, Any], report: Report, check: str
) -> Mapping[str, Any] | None:
    value: Any = document
    if isinstance(document, bytes):
        report.begin(check)
        value = read_body(document, report)
        if not report.clean:
            return None
    report.begin(check)
    if isinstance(value, Mapping):
        return value
    report.refuse("json", why=message("verifier_jws.no_object"))
    return None


def read_body(data: bytes, report: Report) -> Any:
    """Return the JSON value of a message; faults are reported to the check started last."""
    why: Message | None = None
    if data.startswith(_BYTE_ORDER_MARK):  # RFC 8259 8.1: never sent between systems
        why = message("verifier_jws.byte_order_mark")
    else:
        try:
            return read_json(data)
        except Malformed as error:
            why = error.message
    report.refuse("json", why=why)
    return None


def _result(
    report: Report, signed: Signed, structure: tuple[MessageFinding, ...], bond: Bond | None
) -> Verification:
    made = {finding.check: finding for finding in report.checks()}
    findings: list[MessageFinding] = []
    for check in (*CHECKS, REVOCATION):
        if check in made and made[check].severity == "passed":
            says = message(f"verification.{check}")
            findings.append(MessageFinding(says.id, severity="passed", check=check))
        findings += [f for f in report.findings if f.check == check]
    name = signed.jws.header.get("alg") if signed.jws else None
    element, leaf = signed.element, signed.leaf
    return Verification(
        tuple(findings),
        structure,
        algorithm=name if isinstance(name, str) and name in ALGORITHMS else None,
        thumbprint=thumbprint(leaf) if leaf else None,
        certificate_serial=f"{leaf.serial_number:x}" if leaf else None,
        when=element.when_text if element and element.when else None,
        who=element.who or None if element else None,
        digest=signed.digest,
        bond=bond,
    )
