"""Opening a compact JWS (RFC 7515) with joserfc: form, certificate chain, signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc.jws import JWSRegistry

from sha_disclosure.tools.verifier.certificates import Chain, ChainError, Chains
from sha_disclosure.tools.verifier.findings import Report
from sha_disclosure.tools.verifier.strict import (
    MalformedError,
    from_base64,
    from_base64url,
    read_json,
    to_base64url,
)

_ALGORITHMS = ("RS256", "PS256", "ES256", "ES384")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the edition says of one kind of JWS: names of checks, algorithms, header."""

    name: str
    algorithms: Mapping[str, frozenset[str]]
    header: tuple[str, ...]
    typ: str
    detached: bool = False
    b64: bool = True


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a compact JWS: the header read, the rest as sent."""

    header: dict[str, Any]
    sent_header: str
    sent_payload: str
    signature: bytes


class Opener:
    """Opens JWSs of one kind. ``own`` stands in where the edition sends no certificate."""

    def __init__(self, rules: Rules, chains: Chains, own: Sequence[bytes]) -> None:
        self._rules = rules
        self._chains = chains
        self._own = own
        self._registry = JWSRegistry(algorithms=list(_ALGORITHMS))

    def parts(self, compact: str, report: Report, where: str = "") -> Parts | None:
        """Take the compact form apart and check its header; report under "<name>: form"."""
        report.begin(f"{self._rules.name}: form")
        pieces = compact.split(".")
        fault = ""
        header: Any = None
        signature = b""
        if len(pieces) != 3:
            fault = "is not three parts with dots between"
        else:
            try:
                header = read_json(from_base64url(pieces[0]))
                signature = from_base64url(pieces[2])
            except MalformedError as error:
                fault = str(error)
        if not fault and not isinstance(header, dict):
            fault = "has a header that is no JSON object"
        if not fault and bool(pieces[1]) is self._rules.detached:
            fault = "must have no payload part" if self._rules.detached else "has no payload"
        if fault:
            report.refuse(f"the JWS {fault}", where, code="structure")
            return None
        for why in self._header_faults(header):
            report.refuse(why, where, code="value")
        return Parts(header, pieces[0], pieces[1], signature)

    def _header_faults(self, header: Mapping[str, Any]) -> list[str]:
        rules = self._rules
        faults = []
        expected = {"alg", *rules.header} | (set() if rules.b64 else {"b64", "crit"})
        if header.get("crit", []) != ([] if rules.b64 else ["b64"]) or (
            "crit" in header and rules.b64
        ):
            faults.append("the header has a critical parameter (crit) that is not known")
        if missing := sorted(expected - set(header)):
            faults.append(f"the header lacks {', '.join(missing)}")
        if set(header) - expected - {"crit"}:
            faults.append("the header has a parameter that the edition does not name")
        if "typ" in rules.header and header.get("typ") != rules.typ:
            faults.append(f'typ in the header must be "{rules.typ}"')
        if not rules.b64 and header.get("b64") is not False:
            faults.append("b64 in the header must be false")
        return faults

    def chain(
        self, parts: Parts, moment: datetime, report: Report, where: str = ""
    ) -> Chain | None:
        """Verify the certificate chain at ``moment``; report under "<name>: certificate"."""
        report.begin(f"{self._rules.name}: certificate")
        try:
            ders = _ders(parts.header["x5c"]) if "x5c" in self._rules.header else self._own
            chain = self._chains.verify(ders)
            chain.check_time(moment)
        except KeyError:
            report.refuse("the header lacks x5c", where, code="security")
            return None
        except MalformedError as error:
            report.refuse(f"x5c {error}", where, code="security")
            return None
        except ChainError as error:
            report.refuse(str(error), where, code="security")
            return None
        thumbprint = to_base64url(chain.sha256)
        if "x5t#S256" in self._rules.header and parts.header.get("x5t#S256") != thumbprint:
            report.refuse("x5t#S256 is not that of the certificate", where, code="security")
        return chain

    def signature(
        self, parts: Parts, chain: Chain, payload: bytes, report: Report, where: str = ""
    ) -> None:
        """Verify the signature over ``payload``; report under "<name>: signature"."""
        rules = self._rules
        name = parts.header.get("alg")
        report.begin(f"{rules.name}: signature")
        if not isinstance(name, str) or name not in rules.algorithms[chain.kind]:
            report.refuse("alg is not one the edition allows for this key", where, code="security")
            return
        report.begin(f"{rules.name}: signature", f"{name} over {len(payload)} octets")
        sent = to_base64url(payload).encode() if rules.b64 else payload
        signed = parts.sent_header.encode() + b"." + sent
        # The model's own verify: the size limits of joserfc's registry are below our headers.
        if not self._registry.get_alg(name).verify(signed, parts.signature, chain.key):
            report.refuse("the signature does not match the content", where, code="security")


def _ders(x5c: object) -> list[bytes]:
    if not isinstance(x5c, list) or not all(isinstance(c, str) for c in x5c):
        raise MalformedError("is no list of strings")
    return [from_base64(c) for c in x5c]
