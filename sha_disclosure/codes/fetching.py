"""Fetching a code list from the national code server (koodistopalvelu), on request only.

The SDK never does this on its own; ``sha-disclosure codes import --server URL OID`` does. The
interface: ``GET {server}/classifications/{OID}/conceptcodes?status=ACTIVE&pageSize=500&page=1``,
page by page up to ``totalPages``; without a status the server returns active codes only. That
pages are numbered from 1 is an assumption, checked against the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from time import monotonic
from typing import Any

import httpx

from sha_disclosure.codes.concept import Codes, UnfitCode, keep
from sha_disclosure.codes.lists import CodeList, ListedCode, Status
from sha_disclosure.codes.reading import codes_of_page, system_uri
from sha_disclosure.encoding import Malformed, read_json
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.limits import CODE_LIST_BYTES, CODE_LIST_VALUES
from sha_disclosure.messages import Message, message

LONGEST_PAGE = 500
_PAGES_MAX = 2000
_PAGE_S_MAX = 300.0
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){1,}")
_HOST = re.compile(r"[\w.:-]+")
_STATUSES: tuple[Status, ...] = ("PROPOSAL", "ACTIVE", "DELETED")
"""In order of a code's life cycle: a code that changes meanwhile comes twice, not never."""


def fetch_code_list(
    oid: str, client: httpx.Client, server: str, now: datetime, page_size: int = LONGEST_PAGE
) -> CodeList:
    """Return the complete list of a code system, with codes of every status.

    The server must use https, or http on this machine. Raises ConfigurationError if the server
    does not return the complete list.
    """
    if not _OID.fullmatch(oid):
        raise _at(server, message("codes.not_an_oid", given=repr(oid)))
    address = f"{_checked(server)}/classifications/{oid}/conceptcodes"
    pages = _Pages(client, address, min(page_size, LONGEST_PAGE), CODE_LIST_BYTES.value)
    codes: Codes = {}
    fault = None
    try:
        for status in _STATUSES:
            for code in pages.codes(status):
                keep(codes, code)
    except UnfitCode as unfit:
        fault = unfit.message
    if not codes:
        fault = fault or message("codes.no_codes")
    if fault:
        raise _at(address, fault)
    return CodeList(system_uri(oid), tuple(codes.values()), address, now.isoformat("T", "seconds"))


def _checked(server: str) -> str:
    """Return the address of a server whose identity is assured. Raises ConfigurationError."""
    try:
        url = httpx.URL(server)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.userinfo or url.query or url.fragment or not _HOST.fullmatch(url.host):
        raise ConfigurationError(message("codes.address"))
    if url.scheme != "https" and not (url.scheme == "http" and _is_this_machine(url.host)):
        raise _at(server, message("codes.https"))
    return server.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass
class _Pages:
    """The pages of one code system; ``left`` is the number of bytes that may still be read."""

    client: httpx.Client
    address: str
    size: int
    left: int

    def codes(self, status: Status) -> list[ListedCode]:
        """Return the codes of a status. Raises UnfitCode unless they are complete."""
        codes: list[ListedCode] = []
        number = last = 1
        total = 0
        while number <= last:
            page = self._page(status, number)
            of_page, last, total = _read(page, number)
            codes += of_page
            number += 1
        different = set(map(_identity, codes))
        if len(codes) != total or len(different) != total:
            raise UnfitCode(message("codes.not_whole", received=len(different), total=total))
        return codes

    def _page(self, status: Status, number: int) -> Mapping[str, Any]:
        parameters = {"status": status, "pageSize": self.size, "page": number}
        try:
            with self.client.stream(
                "GET",
                self.address,
                params=parameters,
                headers={"Accept": "application/json"},
                follow_redirects=False,
            ) as answer:
                fault = message("codes.answered", status=answer.status_code)
                if answer.status_code == httpx.codes.OK:
                    page = read_json(self._body(answer), values=CODE_LIST_VALUES)
                    if isinstance(page, Mapping):
                        return page
        except httpx.HTTPError as error:
            fault = message("codes.not_reached", error=type(error).__name__)
        except Malformed:
            fault = message("codes.answer_not_json")
        raise UnfitCode(fault)

    def _body(self, answer: httpx.Response) -> bytes:
        """Return the body, within the limits of a list's size and a page's duration."""
        parts = []
        ends = monotonic() + _PAGE_S_MAX
        for part in answer.iter_bytes():
            self.left -= len(part)
            parts.append(part)
            if self.left < 0 or monotonic() > ends:
                limits = {"limit": CODE_LIST_BYTES.value, "seconds": _PAGE_S_MAX}
                raise UnfitCode(message("codes.long_answer", **limits))
        return b"".join(parts)


def _identity(code: ListedCode) -> tuple[object, ...]:
    return code.code, code.valid_from, code.valid_to


def _read(page: Mapping[str, Any], number: int) -> tuple[list[ListedCode], int, int]:
    """Return the codes of a page, the number of pages, and the total number of codes."""
    try:
        last, total = _count(page, "totalPages"), _count(page, "totalItems")
        if not total and not page.get("conceptCodes"):
            return [], 0, 0
        if _count(page, "page") != number:
            fault = message("codes.another_page")
        elif last > _PAGES_MAX:
            fault = message("codes.many_pages")
        else:
            return list(codes_of_page(page)), last, total
    except UnfitCode as unfit:
        fault = unfit.message
    raise UnfitCode(message("codes.page", page=number, fault=fault))


def _count(page: Mapping[str, Any], name: str) -> int:
    value = page.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UnfitCode(message("codes.not_a_number", field=name))
    return value


def _at(address: str, fault: Message) -> ConfigurationError:
    return ConfigurationError(message("codes.server", address=address, fault=fault))
