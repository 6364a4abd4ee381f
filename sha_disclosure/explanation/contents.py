"""The inputs of a Bundle, read back from it so that it can be rebuilt with changes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sha_disclosure.editions import Edition
from sha_disclosure.editions.wire import Wire
from sha_disclosure.encoding import from_base64url
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.fhir.bundle import BundleBuilder
from sha_disclosure.fhir.datatypes import Element, oid_of
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.findings import problem
from sha_disclosure.jose.content import BundleSigner
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Party
from sha_disclosure.values import Instant, Oid

SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed a Bundle, when, and with which algorithm."""

    who: Party
    when: Instant
    algorithm: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The notices of a Bundle and its other inputs; ``signed`` is None for an unsigned one."""

    notices: Sequence[DisclosureNotice] = field(repr=False)
    provenances: Sequence[Any]
    system: Party
    signed: Signed | None

    def path(self, index: int) -> str:
        """Return the prefix of the paths of a notice."""
        return f"[{index}]." if len(self.notices) > 1 else ""

    def with_notice(self, index: int, notice: DisclosureNotice) -> Contents:
        """Return the contents with one notice replaced."""
        others = [*self.notices]
        others[index] = notice
        return replace(self, notices=others)

    def built(self, wire: Wire) -> Element:
        """Return the unsigned Bundle built from these contents."""
        return BundleBuilder(self.system, wire).build(self.notices, self.provenances)

    def signature(self, edition: Edition, wire: Wire, who: Party | None = None) -> Element:
        """Return the signature of an empty Bundle, created without a key."""
        if self.signed is None:
            return {}
        changed = Edition(edition.name, wire, edition.entries)
        who, when = who or self.signed.who, self.signed.when
        return BundleSigner(_NoKey(), changed).sign({}, who=who, when=when).bundle


class _NoKey:
    """A stand-in for a key, whose signatures only show whether the signed data differs."""

    algorithm = "RS256"
    x5c = ("certificate",)
    thumbprint = "00"

    def require_valid(self, at: datetime) -> None:
        """Do nothing: there is no certificate to check."""

    def sign(self, data: bytes) -> bytes:
        """Return the data."""
        return data


def contents_of(document: Mapping[str, Any], edition: Edition) -> Contents:
    """Return the contents of a Bundle.

    Raises InvalidNotice if it was not built with this edition.
    """
    wire = edition.wire
    notices = read_bundle(document, wire)
    try:
        contents = _read(document, notices, wire)
        again = contents.built(wire) | contents.signature(edition, wire)
        if contents.signed:
            again[SIGNATURE]["data"] = document[SIGNATURE]["data"]
        fault = "" if again == document else "ValueError"
    except (LookupError, TypeError, ValueError, AttributeError, StopIteration) as error:
        fault = type(error).__name__
    else:
        if not fault:
            return contents
    raise InvalidNotice([problem("SHAPE.bundle", "", reason=fault)])


def _read(
    document: Mapping[str, Any], notices: tuple[DisclosureNotice, ...], wire: Wire
) -> Contents:
    resources = [entry["resource"] for entry in document["entry"]]
    label = wire.contained.record_system
    device = next(each for each in resources[0]["contained"] if each["id"] == label)
    system = _party(device["identifier"][0], device["deviceName"][0]["name"])
    provenances = tuple(Oid(each["id"]) for each in resources[1::2])
    signature = document.get(SIGNATURE)
    return Contents(notices, provenances, system, signature and _signed(signature))


def _signed(signature: Element) -> Signed:
    who = _party(signature["who"]["identifier"], signature["who"]["display"])
    header = base64.b64decode(signature["data"]).partition(b".")[0].decode()
    return Signed(who, Instant(signature["when"]), json.loads(from_base64url(header))["alg"])


def _party(identifier: Element, name: str) -> Party:
    return Party.model_construct(id=Oid(oid_of(identifier["value"])), name=name)
