"""The checks of the JSON Web Token (Kanta JSON Web Token): form, chain, claims, times, replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sha_disclosure.editions.wire import Wire
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.jws import Opener, Rules
from sha_disclosure.tools.verifier.node import fits
from sha_disclosure.tools.verifier.registry import SIGNER, Registry
from sha_disclosure.tools.verifier.strict import MalformedError, from_base64url, read_json
from sha_disclosure.values import FreeText, Oid

CLAIMS, TIMES, REPLAY = "token: claims", "token: times", "token: replay"
# Left out where the notice does not know them (specs/wire.md section 7).
_OPTIONAL = frozenset({"user.id", "user.authentication_method"})
_TIMES = ("issued_at", "not_before", "expires_at")


@dataclass(frozen=True, slots=True)
class Token:
    """An accepted token: the value behind each fill of the edition's claims, hidden."""

    values: Mapping[str, Any] = field(repr=False)
    sha256: str

    @property
    def requester(self) -> str:
        """The OID of the requester."""
        return self.text("requester.id") or self.text("requester.urn").removeprefix("urn:oid:")

    def text(self, fill: str) -> str:
        """Return the value of a text claim, or an empty text."""
        value = self.values.get(fill)
        return value if isinstance(value, str) else ""


def token_rules(wire: Wire) -> Rules:
    """Return the edition's rules for the token as a JWS."""
    token = wire.token
    algorithms = {
        "rsa": frozenset({token.rsa}),
        "p256": frozenset({token.p256}),
        "p384": frozenset({token.p384}),
    }
    return Rules("token", algorithms, tuple(token.header), token.typ)


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """The check of tokens for one service.

    ``audiences`` are the service's addresses; ``seen`` tells of a ``jti`` used before;
    ``registry`` knows whose certificate is whose.
    """

    opener: Opener
    wire: Wire
    audiences: frozenset[str]
    seen: Callable[[str], bool]
    registry: Registry

    def check(self, compact: str, moment: datetime, report: Report) -> Token | None:
        """Check a token; None when anything in it is refused."""
        parts = self.opener.parts(compact, report)
        if parts is None:
            return None
        chain = self.opener.chain(parts, moment, report)
        fault = ""
        claims: Any = None
        payload = b""
        try:
            payload = from_base64url(parts.sent_payload)
            claims = read_json(payload)
        except MalformedError as error:
            fault = str(error)
        if fault or not isinstance(claims, dict):
            why = f"the payload {fault or 'is no JSON object'}"
            report.refuse(why, code="structure", check="token: form")
            return None
        if chain is not None:
            self.opener.signature(parts, chain, payload, report)
        # Claims of a token whose signature is wrong are nobody's claims.
        if report.findings or chain is None:
            return None
        values = _values(claims, self.wire, report)
        _texts(values, self.audiences, report)
        _times(values, self.wire, moment, report)
        report.begin(REPLAY)
        unique = values.get("unique_id")
        if fits(FreeText.check, unique) and self.seen(str(unique)):
            report.refuse("this token was used before: its jti is known", code="security")
        token = Token(values, chain.sha256.hex())
        report.begin(SIGNER)
        if why := self.registry.fault(token.requester, "token", token.sha256):
            report.refuse(why, code="security")
        return token if report.clean else None


def _values(claims: dict[str, Any], wire: Wire, report: Report) -> dict[str, Any]:
    report.begin(CLAIMS)
    values: dict[str, Any] = {}
    left = dict(_flat(claims))
    for claim in wire.claim.values():
        value = left.pop(claim.name, None)
        if value is None:
            if claim.fill not in _OPTIONAL:
                report.refuse(f"the claim {claim.name} is missing", code="required")
        elif values.setdefault(claim.fill, value) != value:
            report.refuse(f"the claim {claim.name} differs from its twin", code="invariant")
    if left:
        report.refuse("there is a claim that the edition does not name", code="structure")
    return values


def _flat(claims: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for given, value in claims.items():
        # A dot inside a member's name must not pass for nesting.
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
                report.refuse("the audience is not the address of this service", code="value")
        elif not fits(FreeText.check, value):
            report.refuse(f"the claim for {fill} is not a text", code="value")
        elif fill.endswith(".id") and not fill.startswith("user.") and not fits(Oid.check, value):
            report.refuse(f"the claim for {fill} is not an OID", code="value")
        elif fill.endswith(".urn"):
            oid = value.removeprefix("urn:oid:")
            plain = values.get(fill.replace(".urn", ".id"), oid)
            if oid == value or not fits(Oid.check, oid):
                report.refuse(f"the claim for {fill} is not urn:oid: and an OID", code="value")
            elif plain != oid:
                report.refuse(
                    f"the claim for {fill} names another party than its id", code="invariant"
                )


def _times(values: Mapping[str, Any], wire: Wire, moment: datetime, report: Report) -> None:
    report.begin(TIMES)
    seconds = {name: values[name] for name in _TIMES if name in values}
    if not all(type(value) is int for value in seconds.values()):
        report.refuse("a time is not a whole number of seconds", code="value")
        return
    leeway, now = wire.token.leeway, moment.timestamp()
    issued, begins, ends = (seconds.get(name) for name in _TIMES)
    if issued is not None and issued > now + leeway:
        report.refuse("the token was issued in the future: check the clock", code="security")
    if begins is not None and begins > now + leeway:
        report.refuse("the token is not valid yet: check the clock", code="security")
    if ends is not None and ends <= now - leeway:
        report.refuse("the token has expired: check the clock", code="expired")
    if ends is not None and issued is not None:
        if ends - issued > wire.token.lifetime:
            report.refuse(f"the token lives longer than {wire.token.lifetime} s", code="security")
        if ends <= issued:
            report.refuse("the token ends before it was issued", code="value")
