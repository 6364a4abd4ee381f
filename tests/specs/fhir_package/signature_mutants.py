"""The declared faults of a signed Bundle: the signature itself, or the content under it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from notices import Data

from sha_disclosure.encoding import from_base64url, to_base64url
from tests.authority import DAY, NOW
from tests.specs.fhir_package.changes import (
    Change,
    Mutant,
    drop,
    event,
    held,
    inside,
    provenance,
    put,
)


def signature(bundle: Data) -> Data:
    made: Data = bundle["signature"]
    return made


def _jws(change: Callable[[list[str]], object]) -> Change:
    """Return the change made to the three parts of the JWS in the signature."""

    def made(bundle: Data) -> None:
        parts = base64.b64decode(signature(bundle)["data"]).decode().split(".")
        change(parts)
        signature(bundle)["data"] = base64.b64encode(".".join(parts).encode()).decode()

    return made


def _header(**members: object) -> Change:
    def change(parts: list[str]) -> None:
        header = {**json.loads(from_base64url(parts[0])), **members}
        kept = {name: value for name, value in header.items() if value is not None}
        parts[0] = to_base64url(json.dumps(kept).encode())

    return _jws(change)


def _raw_jws(bundle: Data) -> None:
    signature(bundle)["data"] = base64.b64decode(signature(bundle)["data"]).decode()


def _flipped(parts: list[str]) -> None:
    octets = bytearray(from_base64url(parts[2]))
    octets[0] ^= 1
    parts[2] = to_base64url(bytes(octets))


def _signed(what: str, change: Change) -> Mutant:
    return Mutant(what, change, signed=True)


LATER = (NOW + DAY).isoformat().replace("+00:00", "Z")

SIGNATURE = (
    _signed("signature missing", lambda b: b.pop("signature")),
    _signed("signature data that is no base64", put(signature, data="***")),
    _signed("signature data in the URL alphabet", put(signature, data="_-8=")),
    _signed("signature data that is the JWS itself", _raw_jws),
    _signed("signature data empty", put(signature, data="")),
    _signed("signature without data", drop(signature, "data")),
    _signed("signature type of another code", put(inside(signature, "type", 0), code="1")),
    _signed("signature without a type", drop(signature, "type")),
    _signed("signature.when on no day", put(signature, when="2026-02-30T10:00:00Z")),
    _signed("signature.when in the future", put(signature, when=LATER)),
    _signed("signature without when", drop(signature, "when")),
    _signed("signature without who", drop(signature, "who")),
    _signed("signature.who of another system", put(
        inside(signature, "who", "identifier"), system="urn:oid:1.2.3",
    )),
    _signed("another sigFormat", put(signature, sigFormat="application/signature+xml")),
    _signed("another targetFormat", put(signature, targetFormat="application/json")),
    _signed("an unknown element of the signature", put(signature, sender="x")),
    _signed("one bit of the signature flipped", _jws(_flipped)),
    _signed("algorithm none", _header(alg="none")),
    _signed("algorithm of another key", _header(alg="RS256")),
    _signed("another critical header member", _header(crit=["exp"], exp=1)),
    _signed("no certificate", _header(x5c=None)),
    _signed("the payload carried in the JWS", _jws(lambda p: p.__setitem__(1, "e30"))),
)  # fmt: skip
CONTENT = (
    _signed("a name changed", put(held("ASIAKAS-1", "name", 0), family="Toinen")),
    _signed("a blank added to a name", lambda b: held("ASIAKAS-1", "name", 0)(b).update(
        family=held("ASIAKAS-1", "name", 0)(b)["family"] + " "
    )),
    _signed("the same moment written otherwise", lambda b: [
        each.update(recorded=each["recorded"].replace("T", "T", 1).replace("+02:00", ".0+02:00"))
        for each in (event(b), provenance(b))
    ]),
    _signed("a data set left out", lambda b: event(b)["entity"].pop()),
    _signed("a pair left out", lambda b: b.update(entry=[])),
    _signed("the pair signed twice over", lambda b: b["entry"].extend(b["entry"][:])),
    _signed("a description added", put(inside(event, "entity", 1), description="x")),
)  # fmt: skip

SIGNED = {"Signature": SIGNATURE, "Content under the signature": CONTENT}
