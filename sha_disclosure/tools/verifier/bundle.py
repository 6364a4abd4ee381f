"""The checks of the Bundle: pairs, addresses, one client, and each pair's resources."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sha_disclosure.editions.wire import CodingValue, Wire
from sha_disclosure.tools.verifier.audit_event import check_audit_event
from sha_disclosure.tools.verifier.findings import UNKNOWN_ELEMENTS, Report
from sha_disclosure.tools.verifier.node import Node
from sha_disclosure.tools.verifier.provenance import check_provenance
from sha_disclosure.tools.verifier.token import Token
from sha_disclosure.values import Oid

BUNDLE, PAIRS = "bundle", "pairs"
ONE_CLIENT, USER = "one_client", "token_user"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice of an accepted Bundle: its ids, its ground and the digest of its pair."""

    id: str
    ground: CodingValue | None
    digest: str
    contained: Mapping[str, Any] = field(repr=False)


def check_bundle(
    root: Node, *, wire: Wire, token: Token | None, now: datetime | None, report: Report
) -> tuple[Notice, ...]:
    """Check the whole Bundle except its signature; return its notices.

    Without ``token`` and ``now``, the token's user and future times are not checked.
    """
    report.begin(UNKNOWN_ELEMENTS)
    report.begin(BUNDLE)
    root.fixed("resourceType", "Bundle")
    root.fixed("type", wire.bundle.type)
    entries = root.nodes("entry", least=2)
    report.begin(PAIRS)
    if len(entries) % 2:
        root.refuse("odd", "entry")
    addresses: list[str] = []
    resources: list[Node] = []
    for index, entry in enumerate(entries):
        resource, address = _entry(entry, ("AuditEvent", "Provenance")[index % 2], wire)
        if address and address in addresses:
            entry.refuse("full_url_twice", "fullUrl")
        addresses.append(address)
        resources.append(resource)
    notices = []
    for at in range(0, len(resources) - 1, 2):
        event, metadata = resources[at], resources[at + 1]
        read = check_audit_event(event, wire, now, report)
        check_provenance(metadata, wire, read, addresses[at], report)
        notices.append(
            Notice(str(event.raw("id")), read.ground, _digest(event, metadata), read.contained)
        )
    _one_client(notices, root, wire, report)
    if notices and token is not None:
        report.begin(USER)
        _user(notices[0], root, wire, token)
    return tuple(notices)


def _entry(entry: Node, kind: str, wire: Wire) -> tuple[Node, str]:
    resource = entry.node("resource")
    name = resource.matching("id", Oid.check, "oid")
    address = entry.text("fullUrl")
    if address and name and address != wire.bundle.full_url.replace("{id}", name):
        entry.refuse("full_url", "fullUrl")
    request = entry.node("request")
    request.fixed("method", wire.bundle.method)
    request.fixed("url", kind)
    return resource, address


def _digest(event: Node, metadata: Node) -> str:
    pair = [event.raw(), metadata.raw()]
    return hashlib.sha256(json.dumps(pair, sort_keys=True).encode()).hexdigest()


def _one_client(notices: list[Notice], root: Node, wire: Wire, report: Report) -> None:
    report.begin(ONE_CLIENT)
    clients = [notice.contained.get(wire.contained.client) for notice in notices]
    if any(client != clients[0] for client in clients[1:]):
        root.refuse("clients", "entry")


def _user(notice: Notice, root: Node, wire: Wire, token: Token) -> None:
    person = notice.contained.get(wire.contained.discloser)
    if not isinstance(person, dict):
        return
    known = {"user.id": _number(person), "user.name": _name(person)}
    url = wire.extension.practitioner_authentication_method
    known["user.authentication_method"] = _method(person, url)
    used = {claim.fill for claim in wire.claim.values()}
    for fill, value in known.items():
        if fill in used and token.text(fill) != value:
            root.refuse("user", "entry[0].resource", claim=fill)


def _number(person: Mapping[str, Any]) -> str:
    match person:
        case {"identifier": [{"value": str(value)}, *_]}:
            return value
    return ""


def _name(person: Mapping[str, Any]) -> str:
    match person:
        case {"name": [{"family": str(family), "given": [*given]}, *_]}:
            return " ".join([*map(str, given), family])
        case {"name": [{"family": str(family)}, *_]}:
            return family
    return ""


def _method(person: Mapping[str, Any], url: str) -> str:
    extensions = person.get("extension")
    for extension in extensions if isinstance(extensions, list) else ():
        match extension:
            case {"url": str(at), "valueCoding": {"code": str(code)}} if at == url:
                return code
    return ""
