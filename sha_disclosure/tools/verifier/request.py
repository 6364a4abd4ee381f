"""The verification of one request to the service: headers, token, Bundle and its signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sha_disclosure.credentials import Chain, thumbprint
from sha_disclosure.editions import Edition
from sha_disclosure.messages import message
from sha_disclosure.tools.verifier.bundle import Notice, check_bundle
from sha_disclosure.tools.verifier.certificates import Trust
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.headers import Request, check_request
from sha_disclosure.tools.verifier.jws import JwsReader
from sha_disclosure.tools.verifier.node import Node
from sha_disclosure.tools.verifier.plain import check_plain
from sha_disclosure.tools.verifier.signature import check_signature, content_rules
from sha_disclosure.tools.verifier.signer import Registry, check_holder
from sha_disclosure.tools.verifier.token import Token, TokenCheck, token_rules
from sha_disclosure.tools.verifier.verification import read_body


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """The content of a request; ``status`` is the HTTP status of its refusal, or 0."""

    status: int
    request_id: str
    token: Token | None = field(default=None, repr=False)
    notices: tuple[Notice, ...] = ()
    signing_sha256: str = ""


class RequestVerifier:
    """Verifies requests to a service against an edition.

    ``addresses`` are the service's; ``own_chain`` is used where the edition sends no
    certificate; ``registry`` ties certificates to organisations; ``knows_request`` and
    ``knows_token`` return whether a request id or a token's ``jti`` was used before.
    """

    def __init__(  # noqa: PLR0913 - the parts it works with, each by its name
        self,
        edition: Edition,
        *,
        addresses: Sequence[str],
        trust: Trust,
        own_chain: Chain,
        registry: Registry,
        knows_request: Callable[[str], bool],
        knows_token: Callable[[str], bool],
    ) -> None:
        wire = edition.wire
        self._wire = wire
        self._root = urlsplit(addresses[0]).path
        self._registry = registry
        self._knows_request = knows_request
        self._content = JwsReader(replace(content_rules(wire), anchor_sent=False), trust, own_chain)
        token = JwsReader(token_rules(wire), trust, own_chain)
        self._token = TokenCheck(token, wire, frozenset(addresses), knows_token, registry)

    def verify(self, request: Request, now: datetime, report: Report) -> VerifiedRequest:
        """Check a request at the time ``now``; ``report`` collects every check and finding."""
        passed = check_request(
            request, root=self._root, wire=self._wire, seen=self._knows_request, report=report
        )
        if passed.status:
            return VerifiedRequest(passed.status, passed.request_id)
        token = self._token.check(passed.token, now, report)
        if token is None:
            return VerifiedRequest(401, passed.request_id)
        notices, signing = self._read(request.body, token, now, report)
        status = 0 if report.clean else 400
        return VerifiedRequest(status, passed.request_id, token, notices, signing)

    def _read(
        self, body: bytes, token: Token, now: datetime, report: Report
    ) -> tuple[tuple[Notice, ...], str]:
        report.begin("json", message("verifier.octets", octets=len(body)))
        bundle = read_body(body, report)
        if not report.clean:
            return (), ""
        if not isinstance(bundle, dict):
            report.refuse("json", why=message("verifier_jws.no_object"))
            return (), ""
        check_plain(bundle, self._wire, report)
        root = Node(bundle, "Bundle", report)
        notices = check_bundle(root, wire=self._wire, token=token, now=now, report=report)
        signing = self._check_signature(root, token, now, report)
        root.close()
        return notices, signing

    def _check_signature(self, root: Node, token: Token, now: datetime, report: Report) -> str:
        leeway = timedelta(seconds=self._wire.token.leeway)
        signed = check_signature(
            root, self._wire, self._content, report, now=now, chain_at=None, leeway=leeway
        )
        who = signed.element.who if signed.element else ""
        if who and token.requester and who != token.requester:
            report.refuse("other_signer", "Bundle.signature.who.identifier.value", check="who")
        if signed.leaf is None:
            return ""
        parties = (token.requester, token.subscriber)
        check_holder(signed.leaf, parties, self._wire.trust, report)
        sha256 = thumbprint(signed.leaf)
        if not self._registry.allows(token.requester, "signing", sha256):
            report.refuse("foreign_signing", "Bundle.signature.data", check="who")
        return sha256
