"""The checks of the content signature (Kanta JSON allekirjoitus), ``Bundle.signature``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import rfc8785

from sha_disclosure.editions.wire import Wire
from sha_disclosure.tools.verifier.certificates import Chain
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.jws import Opener, Rules
from sha_disclosure.tools.verifier.node import Node
from sha_disclosure.tools.verifier.registry import Registry
from sha_disclosure.tools.verifier.strict import MalformedError, from_base64, to_base64url
from sha_disclosure.tools.verifier.token import Token

ELEMENT, SIGNER = "content signature: element", "content signature: signer"
_DATA = "Bundle.signature.data"


def content_rules(wire: Wire) -> Rules:
    """Return the edition's rules for the content signature as a JWS."""
    signature = wire.content_signature
    accepted = frozenset(signature.accepted)
    algorithms = {
        "rsa": accepted & {"RS256", "PS256"},
        "p256": accepted & {"ES256"},
        "p384": accepted & {"ES384"},
    }
    return Rules(
        "content signature",
        algorithms,
        tuple(signature.header),
        signature.typ,
        detached=signature.detached,
        b64=signature.b64,
    )


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """The check of content signatures; ``registry`` knows whose certificate is whose."""

    opener: Opener
    wire: Wire
    registry: Registry

    def check(self, root: Node, token: Token, moment: datetime, report: Report) -> str:
        """Check the signature of a Bundle; return the SHA-256 of its certificate, if read."""
        chain = _check(root, self, token, moment, report)
        if chain is None:
            return ""
        sha256 = chain.sha256.hex()
        if why := self.registry.fault(token.requester, "signing", sha256):
            report.refuse(why, _DATA, code="security", check=SIGNER)
        return sha256


def _check(
    root: Node, by: SignatureCheck, token: Token, moment: datetime, report: Report
) -> Chain | None:
    """Check the signature of the Bundle ``root`` and that it covers the rest of it.

    The certificate must be valid at ``when``: a notice may wait in an outbox longer than
    its certificate lives. Whether Kanta looks at it so is not public.
    """
    report.begin(ELEMENT)
    constant, leeway = by.wire.content_signature, by.wire.token.leeway
    signature = root.node("signature")
    signature.only("type").as_coding(constant.type)
    when = signature.instant("when")
    signature.fixed("sigFormat", constant.format)
    if constant.target_format:
        signature.fixed("targetFormat", constant.target_format)
    if when is not None and when > moment + timedelta(seconds=leeway):
        signature.refuse("the signature was made in the future: check the clock", "when",
                         code="value")  # fmt: skip
    data = signature.text("data")
    report.begin(SIGNER)
    who = signature.node("who")
    signer = who.oid_identifier("identifier", by.wire.identifier.oid)
    who.text("display")
    if signer and token.requester and signer != token.requester:
        who.refuse("the signer is not the requester of the token", "identifier.value",
                   code="security")  # fmt: skip
    return _check_jws(data, root.raw(), by.opener, when or moment, report) if data else None


def _check_jws(
    data: str, bundle: Mapping[str, Any], opener: Opener, when: datetime, report: Report
) -> Chain | None:
    report.begin("content signature: form")
    try:
        compact = from_base64(data).decode("ascii")
    except (MalformedError, UnicodeDecodeError):
        report.refuse("this is not standard base64 of a compact JWS", _DATA, code="value")
        return None
    parts = opener.parts(compact, report, _DATA)
    if parts is None:
        return None
    chain = opener.chain(parts, when, report, _DATA)
    if chain is None:
        return None
    try:
        payload = rfc8785.dumps({n: v for n, v in bundle.items() if n != "signature"})
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        report.refuse("the content has no canonical form (RFC 8785)", "Bundle", code="structure")
        return None
    if parts.sent_payload and parts.sent_payload != to_base64url(payload):
        report.refuse("the payload is not the canonical form of the content", _DATA,
                      code="security")  # fmt: skip
    opener.signature(parts, chain, payload, report, _DATA)
    return chain
