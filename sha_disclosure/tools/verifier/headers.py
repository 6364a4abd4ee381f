"""The checks of a request before its message: line, headers, request id, TLS certificate."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote

from sha_disclosure.editions.wire import Wire, address
from sha_disclosure.identity_codes import names_a_person
from sha_disclosure.tools.verifier.certificates import allows_tls_client
from sha_disclosure.tools.verifier.findings import Report

LINE, HEADERS, REQUEST_ID = "request_line", "headers", "request_id"
TLS, PRIVACY = "client_certificate", "private_headers"


class _Refuse(Protocol):
    def __call__(self, status: int, key: str, **parameters: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as received; header names in lower case, each with its values."""

    method: str
    target: str
    headers: Mapping[str, list[str]] = field(repr=False)
    body: bytes = field(repr=False)
    certificate: bytes | None = field(default=None, repr=False)

    def header(self, name: str) -> str | None:
        """Return a header that occurs exactly once, or None."""
        values = self.headers.get(name.lower(), [])
        return values[0] if len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class Passed:
    """The bearer token and the request id from the headers.

    ``status`` is the HTTP status of the first refusal, or 0.
    """

    status: int
    token: str = field(repr=False)
    request_id: str


def check_request(
    request: Request, *, root: str, wire: Wire, seen: Callable[[str], bool], report: Report
) -> Passed:
    """Check line, headers and certificate; ``root`` is the path of the service root, as given."""
    statuses: list[int] = []

    def refuse(status: int, key: str, **parameters: str) -> None:
        statuses.append(status)
        report.refuse(key, "", check="", **parameters)

    report.begin(LINE)
    path, _, query = request.target.partition("?")
    if path != (address(wire.address.transaction, root) or "/"):
        refuse(404, "address")
    elif request.method != wire.bundle.method:
        refuse(405, "interaction", method=wire.bundle.method)
    elif query:
        refuse(400, "query")
    report.begin(PRIVACY)
    _privacy(request, refuse)
    report.begin(TLS)
    if request.certificate is None:
        refuse(403, "no_client_certificate")
    elif not allows_tls_client(request.certificate):
        refuse(403, "client_usage")
    token, request_id = _named(request, wire, seen, report, refuse)
    return Passed(statuses[0] if statuses else 0, token, request_id)


def _privacy(request: Request, refuse: _Refuse) -> None:
    # About one UUID in two hundred thousand looks like an identity code without being one.
    values = [
        v
        for n, vs in request.headers.items()
        if n != "authorization"
        for v in vs
        if not _request_id(v)
    ]
    if any(names_a_person(unquote(text)) for text in (request.target, *values)):
        refuse(400, "identity_code_outside")


def _named(
    request: Request,
    wire: Wire,
    seen: Callable[[str], bool],
    report: Report,
    refuse: _Refuse,
) -> tuple[str, str]:
    token = request_id = ""
    report.begin(REQUEST_ID)
    report.begin(HEADERS)
    for header in wire.header.values():
        value = request.header(header.name)
        report.begin(REQUEST_ID if "{request_id}" in header.value else HEADERS)
        if value is None:
            status = 401 if "{token}" in header.value else _STATUS.get(header.name.lower(), 400)
            refuse(status, "header", header=header.name)
        elif "{token}" in header.value:
            token = _between(header.value, "{token}", value)
            if not token:
                refuse(401, "bearer", header=header.name)
        elif "{request_id}" in header.value:
            request_id = _request_id(_between(header.value, "{request_id}", value))
            if not request_id:
                refuse(400, "request_id", header=header.name)
            elif seen(request_id):
                refuse(400, "request_id_used", header=header.name)
        elif not _equal(header.name.lower(), header.value, value):
            status = _STATUS.get(header.name.lower(), 400)
            refuse(status, "header_value", header=header.name)
    return token, request_id


_STATUS: Mapping[str, int] = {"content-type": 415, "accept": 406}


def _between(pattern: str, blank: str, value: str) -> str:
    before, _, after = pattern.partition(blank)
    # The scheme is case-insensitive (RFC 9110 section 11.1), the credentials are not.
    form = f"(?i:{re.escape(before)})([^\\s,]+){re.escape(after)}"
    found = re.fullmatch(form, value)
    return found.group(1) if found else ""


def _request_id(text: str) -> str:
    try:
        made = str(uuid.UUID(text))
    except ValueError:
        return ""
    return made if made == text.lower() else ""


def _equal(name: str, expected: str, value: str) -> bool:
    if name == "accept":
        # A wildcard would also be valid HTTP; the edition requires the type by name.
        return _media_type(expected)[:1] in [_media_type(v)[:1] for v in value.split(",")]
    if name == "content-type":
        return _media_type(expected) == _media_type(value)
    return value == expected


def _media_type(text: str) -> list[str]:
    kind, *parameters = [part.strip().lower().replace('"', "") for part in text.split(";")]
    return [kind, *sorted(parameters)]
