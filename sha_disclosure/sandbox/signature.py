"""The checks of the content signature (Kanta JSON allekirjoitus), ``Bundle.signature``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import rfc8785

from sha_disclosure.editions.wire import Wire
from sha_disclosure.sandbox.findings import Report
from sha_disclosure.sandbox.jws import Opener, Rules
from sha_disclosure.sandbox.node import Node
from sha_disclosure.sandbox.strict import MalformedError, from_base64, to_base64url
from sha_disclosure.sandbox.token import Token

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


def check_signature(
    root: Node, *, opener: Opener, wire: Wire, token: Token, moment: datetime, report: Report
) -> None:
    """Check the signature of the Bundle ``root`` and that it covers the rest of it.

    The certificate must be valid at ``when``: a notice may wait in an outbox longer than
    its certificate lives. Whether Kanta looks at it so is not public.
    """
    report.begin(ELEMENT)
    constant = wire.content_signature
    signature = root.node("signature")
    signature.only("type").as_coding(constant.type)
    when = signature.instant("when")
    signature.fixed("sigFormat", constant.format)
    if constant.target_format:
        signature.fixed("targetFormat", constant.target_format)
    if when is not None and when > moment + timedelta(seconds=wire.token.leeway):
        signature.refuse("the signature was made in the future: check the clock", "when",
                         code="value")  # fmt: skip
    data = signature.text("data")
    report.begin(SIGNER)
    who = signature.node("who")
    signer = who.oid_identifier("identifier", wire.identifier.oid)
    who.text("display")
    requester = token.text("requester.id") or token.text("requester.urn").removeprefix("urn:oid:")
    if signer and requester and signer != requester:
        who.refuse("the signer is not the requester of the token", "identifier.value",
                   code="security")  # fmt: skip
    if data:
        _check_jws(data, root.raw(), opener, when or moment, report)


def _check_jws(
    data: str, bundle: Mapping[str, Any], opener: Opener, when: datetime, report: Report
) -> None:
    report.begin("content signature: form")
    try:
        compact = from_base64(data).decode("ascii")
    except (MalformedError, UnicodeDecodeError):
        report.refuse("this is not standard base64 of a compact JWS", _DATA, code="value")
        return
    parts = opener.parts(compact, report, _DATA)
    if parts is None:
        return
    chain = opener.chain(parts, when, report, _DATA)
    if chain is None:
        return
    try:
        payload = rfc8785.dumps({n: v for n, v in bundle.items() if n != "signature"})
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        report.refuse("the content has no canonical form (RFC 8785)", "Bundle", code="structure")
        return
    if parts.sent_payload and parts.sent_payload != to_base64url(payload):
        report.refuse("the payload is not the canonical form of the content", _DATA,
                      code="security")  # fmt: skip
    opener.signature(parts, chain, payload, report, _DATA)
