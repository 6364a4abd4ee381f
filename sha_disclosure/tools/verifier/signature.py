"""The checks of the content signature (Kanta JSON allekirjoitus), ``Bundle.signature``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import rfc8785
from cryptography import x509

from sha_disclosure.credentials import Chain
from sha_disclosure.editions.wire import Wire
from sha_disclosure.encoding import Malformed, from_base64, to_base64url
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.jws import Jws, JwsReader, Rules
from sha_disclosure.tools.verifier.node import Node

CHECKS = (
    "document", "element", "who", "when", "data", "critical", "detached", "certificates",
    "algorithm", "key", "key_usage", "chain", "dates", "content",
)  # fmt: skip
"""The checks of a signed Bundle's signature, in reporting order."""

REVOCATION = "revocation"
"""The check that is made only with revocation lists."""


@dataclass(frozen=True, slots=True)
class Element:
    """The signature element's signer and time, both outside the signature itself."""

    who: str
    when: datetime | None
    when_text: str
    data: str


def content_rules(wire: Wire) -> Rules:
    """Return the edition's rules for the content signature as a JWS."""
    signature = wire.content_signature
    accepted = frozenset(signature.accepted)
    return Rules(
        {check: check for check in (*CHECKS, REVOCATION)},
        {
            "rsa": accepted & {"RS256", "PS256"},
            "p256": accepted & {"ES256"},
            "p384": accepted & {"ES384"},
        },
        tuple(signature.header),
        signature.typ,
        detached=signature.detached,
        b64=signature.b64,
    )


def read_element(
    root: Node, wire: Wire, report: Report, *, now: datetime | None, leeway: timedelta
) -> Element | None:
    """Check the signature element against the edition; None if there is none."""
    report.begin("element")
    constant = wire.content_signature
    signature = root.node(constant.excluded)
    if not signature:
        return None
    signature.only("type").as_coding(constant.type)
    signature.fixed("sigFormat", constant.format)
    if constant.target_format:
        signature.fixed("targetFormat", constant.target_format)
    report.begin("who")
    who = signature.node("who")
    signer = who.oid_identifier("identifier", wire.identifier.oid)
    who.text("display")
    report.begin("when")
    when = signature.instant("when")
    if when is not None and now is not None and when > now + leeway:
        signature.refuse("sign_future", "when")
    report.begin("data")
    data = signature.text("data")
    if not data and signature.raw("data") == "":
        signature.refuse("base64", "data")
    return Element(signer, when, str(signature.raw("when") or ""), data)


@dataclass(frozen=True, slots=True)
class Signed:
    """The content of a signature; None for what could not be read."""

    element: Element | None = None
    jws: Jws | None = None
    chain: Chain | None = None
    digest: str | None = None

    @property
    def leaf(self) -> x509.Certificate | None:
        """The signer's certificate."""
        return self.chain[0] if self.chain else None


def check_signature(  # noqa: PLR0913 - the moments differ between a service and a reader of files
    root: Node,
    wire: Wire,
    reader: JwsReader,
    report: Report,
    *,
    now: datetime,
    chain_at: datetime | None,
    leeway: timedelta,
) -> Signed:
    """Check the signature of the Bundle ``root`` and that it covers the rest of it.

    ``chain_at``: the time at which the certificates must be valid; None means the time of
    signing, since a notice may wait in an outbox longer than its certificate is valid.
    """
    element = read_element(root, wire, report, now=now, leeway=leeway)
    path = f"Bundle.{wire.content_signature.excluded}.data"
    jws = _open(element.data, reader, report, path) if element and element.data else None
    chain = None
    if element and jws:
        chain = reader.chain(jws, chain_at or element.when or now, report, path)
        if chain and element.when:
            _check_when(element.when, chain[0], leeway, report)
    content = _canonical(root.raw(), wire, report)
    if content is None:
        return Signed(element, jws, chain)
    if jws:
        report.begin("detached")
        if jws.sent_payload and not wire.content_signature.detached:
            _check_payload(jws, content, report, path)
        if chain:
            reader.check_signature(jws, chain, content, report, path)
    return Signed(element, jws, chain, hashlib.sha256(content).hexdigest())


def _open(data: str, reader: JwsReader, report: Report, path: str) -> Jws | None:
    try:
        compact = from_base64(data).decode("ascii")
    except (Malformed, UnicodeDecodeError):
        report.refuse("base64", path)
        return None
    return reader.open(compact, report, path)


def _check_when(when: datetime, leaf: x509.Certificate, leeway: timedelta, report: Report) -> None:
    if not leaf.not_valid_before_utc - leeway <= when <= leaf.not_valid_after_utc:
        report.refuse("when_outside", "Bundle.signature.when", check="when")


def _canonical(bundle: dict[str, Any], wire: Wire, report: Report) -> bytes | None:
    excluded = wire.content_signature.excluded
    try:
        return rfc8785.dumps({n: v for n, v in bundle.items() if n != excluded})
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        report.refuse("not_canonical", "Bundle", check="content")
        return None


def _check_payload(jws: Jws, content: bytes, report: Report, path: str) -> None:
    if jws.sent_payload != to_base64url(content):
        report.refuse("payload", path)
