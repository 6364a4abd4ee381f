"""Reading a compact JWS (RFC 7515) with joserfc: format, header, certificates, signature."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sha_disclosure.credentials import Chain, explanation, key_kind
from sha_disclosure.encoding import Malformed, from_base64url, read_json, to_base64url
from sha_disclosure.extras import NamedExtra
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Message, message
from sha_disclosure.tools.verifier.certificates import Trust, read_x5c
from sha_disclosure.tools.verifier.findings import Report

with NamedExtra("sandbox"):
    from joserfc.jwk import ECKey, RSAKey
    from joserfc.jws import JWSRegistry

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384")
_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS))


@dataclass(frozen=True, slots=True)
class Rules:
    """The edition's rules for one kind of JWS.

    ``checks`` names the check that each step of the reading belongs to; ``algorithms`` holds
    the accepted ones by kind of key. ``anchor_sent``: whether the trusted certificate may be
    sent with the chain, although a service has it anyway.
    """

    checks: Mapping[str, str]
    algorithms: Mapping[str, frozenset[str]]
    header: tuple[str, ...]
    typ: str
    detached: bool = False
    b64: bool = True
    anchor_sent: bool = True


@dataclass(frozen=True, slots=True)
class Jws:
    """The parts of a compact JWS: the header parsed, the rest as sent."""

    header: Mapping[str, Any]
    sent_header: str
    sent_payload: str
    signature: bytes


class JwsReader:
    """Reads JWSs of one kind. ``own`` is used where the edition sends no certificate."""

    def __init__(self, rules: Rules, trust: Trust, own: Chain | None = None) -> None:
        self._rules = rules
        self._trust = trust
        self._own = own

    def open(self, compact: str, report: Report, path: str = "") -> Jws | None:
        """Split the compact form and check its header; None if it cannot be read."""
        checks = self._rules.checks
        report.begin(checks["data"])
        pieces = compact.split(".")
        if len(pieces) != 3:
            report.refuse("jws", path, why=message("verifier_jws.parts"))
            return None
        why: Message | None = None
        header: Any = None
        signature = b""
        try:
            header = read_json(from_base64url(pieces[0]))
            signature = from_base64url(pieces[2])
        except Malformed as error:
            why = error.message
        if why is None and not isinstance(header, dict):
            why = message("verifier_jws.header")
        if why is not None:
            report.refuse("jws", path, why=why)
            return None
        report.begin(checks["critical"])
        self._check_header(header, report, path)
        if bool(pieces[1]) is self._rules.detached:
            key = "payload_present" if self._rules.detached else "payload_missing"
            report.refuse(key, path, check=checks["detached"])
        return Jws(header, pieces[0], pieces[1], signature)

    def _check_header(self, header: Mapping[str, Any], report: Report, path: str) -> None:
        rules = self._rules
        expected = {"alg", *rules.header} | (set() if rules.b64 else {"b64", "crit"})
        critical = None if rules.b64 else ["b64"]
        if header.get("crit") != critical or ("crit" in header and rules.b64):
            report.refuse("header_crit", path)
        # Faults of ``alg`` and ``x5c`` are reported by the checks that need them.
        if missing := sorted(expected - set(header) - {"alg", "x5c"}):
            report.refuse("header_lacks", path, members=tuple(missing))
        if set(header) - expected - {"crit", "b64"}:
            report.refuse("header_unknown", path)
        if "typ" in rules.header and header.get("typ", rules.typ) != rules.typ:
            report.refuse("header_typ", path, expected=rules.typ)
        if header.get("b64", rules.b64) is not rules.b64:
            report.refuse("header_b64", path)

    def chain(self, jws: Jws, at: datetime, report: Report, path: str = "") -> Chain | None:
        """Return the certificates, checked at the time ``at``; None if they cannot be read."""
        checks = self._rules.checks
        report.begin(checks["certificates"])
        sent = "x5c" in self._rules.header
        chain = read_x5c(jws.header.get("x5c")) if sent else self._own
        if chain is None:
            report.refuse("x5c", path)
            return None
        named = jws.header.get("x5t#S256", None if "x5t#S256" in self._rules.header else ...)
        if named not in (..., to_base64url(chain[0].fingerprint(hashes.SHA256()))):
            report.refuse("thumbprint", path)
        if not self._rules.anchor_sent and any(c in self._trust.anchors for c in chain):
            report.refuse("anchor_sent", path)
        for part in ("key", "key_usage", "chain", "dates"):
            report.begin(checks[part])
        if self._trust.revocation_lists:
            report.begin(checks["revocation"])
        for part, finding in self._trust.findings(chain, at):
            report.add(_explained(finding), check=checks[part])
        return chain

    def check_signature(
        self, jws: Jws, chain: Chain, payload: bytes, report: Report, path: str = ""
    ) -> None:
        """Check that the algorithm is accepted and the signature is over ``payload``."""
        rules = self._rules
        report.begin(rules.checks["algorithm"])
        name = jws.header.get("alg")
        accepted = rules.algorithms.get(key_kind(chain[0]) or "", frozenset())
        if not isinstance(name, str) or name not in accepted:
            every = sorted(frozenset().union(*rules.algorithms.values()))
            report.refuse("algorithm", path, accepted=tuple(every))
            return
        check = rules.checks["content"]
        report.begin(check, message("verifier.signed_over", algorithm=name, octets=len(payload)))
        sent = to_base64url(payload).encode() if rules.b64 else payload
        signed = jws.sent_header.encode() + b"." + sent
        if not _fits(chain[0], name, signed, jws.signature):
            report.refuse("signature", path)


def _explained(finding: Finding) -> Finding:
    """Return the finding with the expected value and the fix added to its text."""
    says = explanation([finding])
    return Finding(says.id, parameters=says.parameters) if says else finding


def _fits(leaf: x509.Certificate, algorithm: str, signed: bytes, signature: bytes) -> bool:
    public: Any = leaf.public_key()
    octets = (public.key_size + 7) // 8
    if isinstance(public, ec.EllipticCurvePublicKey):
        octets *= 2
    if len(signature) != octets:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about short keys, which have their own finding
        key = (RSAKey if isinstance(public, rsa.RSAPublicKey) else ECKey).import_key(public)
    # The algorithm's own verify: joserfc's registry has size limits below our headers.
    return bool(_REGISTRY.get_alg(algorithm).verify(signed, signature, key))
