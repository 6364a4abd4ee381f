"""The checks of the JSON Web Token (Kanta JSON Web Token): form, chain, claims, times, replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sha_disclosure.credentials import thumbprint
from sha_disclosure.editions.wire import Wire
from sha_disclosure.encoding import Malformed, from_base64url, read_json
from sha_disclosure.messages import message
from sha_disclosure.tools.verifier.certificates import allows_digital_signature
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.jws import Jws, JwsReader, Rules
from sha_disclosure.tools.verifier.node import fits
from sha_disclosure.tools.verifier.signer import SIGNER, Registry
from sha_disclosure.values import FreeText, Oid

CLAIMS, TIMES, REPLAY = "token_claims", "token_times", "token_replay"
# Omitted if the notice does not know them (specs/wire.md section 7).
# If an organisation alone disclosed there is no user; `bundle` compares those present.
_OPTIONAL = frozenset({"user.id", "user.name", "user.authentication_method"})
_TIMES = ("issued_at", "not_before", "expires_at")


@dataclass(frozen=True, slots=True)
class Token:
    """An accepted token: the value of each fill in the edition's claims, hidden."""

    values: Mapping[str, Any] = field(repr=False)
    sha256: str

    @property
    def requester(self) -> str:
        """The OID of the requester."""
        return self.text("requester.id") or self.text("requester.urn").removeprefix("urn:oid:")

    @property
    def subscriber(self) -> str:
        """The OID of the subscriber."""
        return self.text("subscriber.id") or self.text("subscriber.urn").removeprefix("urn:oid:")

    def text(self, fill: str) -> str:
        """Return the value of a text claim, or an empty text."""
        value = self.values.get(fill)
        return value if isinstance(value, str) else ""


def token_rules(wire: Wire) -> Rules:
    """Return the edition's rules for the token as a JWS."""
    token = wire.token
    form = dict.fromkeys(("data", "critical", "detached"), "token_form")
    certificate = dict.fromkeys(
        ("certificates", "key", "key_usage", "chain", "dates", "revocation"), "token_certificate"
    )
    signature = dict.fromkeys(("algorithm", "content"), "token_signature")
    algorithms = {
        "rsa": frozenset({token.rsa}),
        "p256": frozenset({token.p256}),
        "p384": frozenset({token.p384}),
    }
    return Rules(
        form | certificate | signature,
        algorithms,
        tuple(token.header),
        token.typ,
        anchor_sent=False,
    )


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """The check of tokens for one service.

    ``audiences`` are the service's addresses; ``seen`` returns whether a ``jti`` was used before;
    ``registry`` ties certificates to organisations.
    """

    reader: JwsReader
    wire: Wire
    audiences: frozenset[str]
    seen: Callable[[str], bool]
    registry: Registry

    def check(self, compact: str, moment: datetime, report: Report) -> Token | None:
        """Check a token; None if anything in it is refused."""
        jws = self.reader.open(compact, report)
        if jws is None:
            return None
        chain = self.reader.chain(jws, moment, report)
        claims, payload = _claims(jws, report)
        if claims is None:
            return None
        if chain is not None:
            if not allows_digital_signature(chain[0]):
                report.refuse("no_token_usage", check="token_certificate")
            self.reader.check_signature(jws, chain, payload, report)
        # Claims without a valid signature prove nothing.
        if chain is None or any(not found.passed for found in report.findings):
            return None
        values = _values(claims, self.wire, report)
        _texts(values, self.audiences, report)
        _times(values, self.wire, moment, report)
        report.begin(REPLAY)
        unique = values.get("unique_id")
        if fits(FreeText.check, unique) and self.seen(str(unique)):
            report.refuse("token_used")
        token = Token(values, thumbprint(chain[0]))
        report.begin(SIGNER)
        if not self.registry.allows(token.requester, "token", token.sha256):
            report.refuse("foreign_token")
        return token if report.clean else None


def _claims(jws: Jws, report: Report) -> tuple[dict[str, Any] | None, bytes]:
    why = message("verifier_jws.no_object")
    payload = b""
    try:
        payload = from_base64url(jws.sent_payload)
        claims = read_json(payload)
        if isinstance(claims, dict):
            return claims, payload
    except Malformed as error:
        why = error.message
    report.refuse("claims", check="token_form", why=why)
    return None, payload


def _values(claims: dict[str, Any], wire: Wire, report: Report) -> dict[str, Any]:
    report.begin(CLAIMS)
    values: dict[str, Any] = {}
    left = dict(_flat(claims))
    for claim in wire.claim.values():
        value = left.pop(claim.name, None)
        if value is None:
            if claim.fill not in _OPTIONAL:
                report.refuse("claim_missing", claim=claim.name)
        elif values.setdefault(claim.fill, value) != value:
            report.refuse("twin", claim=claim.name)
    if left:
        report.refuse("claim_unknown")
    return values


def _flat(claims: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for given, value in claims.items():
        # A dot inside a member's name must not be mistaken for nesting.
        name = given.replace(".", "\0")
        if isinstance(value, dict) and value:
            found.extend(_flat(value, f"{above}{name}."))
        else:
            found.append((f"{above}{name}", value))
    return found


def _texts(values: Mapping[str, Any], audiences: frozenset[str], report: Report) -> None:
    for fill, value in values.items():
        if fill in _TIMES:
            continue
        if fill == "base_url":
            named = value if isinstance(value, list) else [value]
            if not any(isinstance(v, str) and v in audiences for v in named):
                report.refuse("audience")
        elif not fits(FreeText.check, value):
            report.refuse("claim_text", claim=fill)
        elif fill.endswith(".id") and not fill.startswith("user.") and not fits(Oid.check, value):
            report.refuse("claim_oid", claim=fill)
        elif fill.endswith(".urn"):
            oid = value.removeprefix("urn:oid:")
            plain = values.get(fill.replace(".urn", ".id"), oid)
            if oid == value or not fits(Oid.check, oid):
                report.refuse("claim_urn", claim=fill)
            elif plain != oid:
                report.refuse("party", claim=fill)


def _times(values: Mapping[str, Any], wire: Wire, moment: datetime, report: Report) -> None:
    report.begin(TIMES)
    seconds = {name: values[name] for name in _TIMES if name in values}
    if not all(type(value) is int for value in seconds.values()):
        report.refuse("time_form")
        return
    leeway, now = wire.token.leeway, moment.timestamp()
    issued, begins, ends = (seconds.get(name) for name in _TIMES)
    if issued is not None and issued > now + leeway:
        report.refuse("token_future")
    if begins is not None and begins > now + leeway:
        report.refuse("token_early")
    if ends is not None and ends <= now - leeway:
        report.refuse("token_expired")
    if ends is not None and issued is not None:
        if ends - issued > wire.token.lifetime:
            report.refuse("token_long", lifetime=wire.token.lifetime)
        if ends <= issued:
            report.refuse("ends_first")
