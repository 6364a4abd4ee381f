"""Fetching a code list from the national code server (koodistopalvelu), when asked to.

The SDK never calls this by itself; ``sha-disclosure codes import --server URL OID`` does. The
interface: ``GET {server}/classifications/{OID}/conceptcodes?pageSize=500&page=1``, pages until
``totalPages``. That pages are numbered from 1 is checked against the answer, not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from sha_disclosure.codes.faults import UnfitCode
from sha_disclosure.codes.lists import CodeList, ListedCode
from sha_disclosure.codes.reading import codes_of_page, system_uri
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import Message, message

LONGEST_PAGE = 500
_PAGES_MAX = 2000
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){1,}")


def fetch_code_list(
    oid: str, client: httpx.Client, server: str, now: datetime, page_size: int = LONGEST_PAGE
) -> CodeList:
    """Return the whole list of a code system, fetched page by page with ``client``.

    Raises ConfigurationError when the server does not give it whole.
    """
    if not _OID.fullmatch(oid):
        raise _at(server, message("codes.not_an_oid", given=repr(oid)))
    address = f"{server.rstrip('/')}/classifications/{oid}/conceptcodes"
    codes: list[ListedCode] = []
    number = last = 1
    total = 0
    while number <= last:
        page = _page(client, address, min(page_size, LONGEST_PAGE), number)
        codes_of, last, total = _read(page, address, number)
        codes += codes_of
        number += 1
    different = {code.code: code for code in codes}
    if not different or len(codes) != total or len(different) != total:
        raise _at(address, message("codes.not_whole", received=len(different), total=total))
    return CodeList(
        system_uri(oid), tuple(different.values()), address, now.isoformat("T", "seconds")
    )


def _page(client: httpx.Client, address: str, size: int, number: int) -> Mapping[str, Any]:
    try:
        answer = client.get(
            address,
            params={"pageSize": size, "page": number},
            headers={"Accept": "application/json"},
        )
        if answer.status_code == httpx.codes.OK:
            page = answer.json()
            if isinstance(page, Mapping):
                return page
        fault = message("codes.answered", status=answer.status_code)
    except httpx.HTTPError as error:
        fault = message("codes.not_reached", error=type(error).__name__)
    except ValueError:
        fault = message("codes.answer_not_json")
    raise _at(address, fault)


def _read(page: Mapping[str, Any], address: str, number: int) -> tuple[list[ListedCode], int, int]:
    """Return the codes of a page, how many pages there are, and how many codes in all."""
    try:
        last, total = _count(page, "totalPages"), _count(page, "totalItems")
        if _count(page, "page") != number:
            fault = message("codes.another_page")
        elif last > _PAGES_MAX:
            fault = message("codes.many_pages")
        else:
            return list(codes_of_page(page)), last, total
    except UnfitCode as unfit:
        fault = unfit.message
    raise _at(address, message("codes.page", page=number, fault=fault))


def _count(page: Mapping[str, Any], name: str) -> int:
    value = page.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UnfitCode(message("codes.not_a_number", field=name))
    return value


def _at(address: str, fault: Message) -> ConfigurationError:
    return ConfigurationError(message("codes.server", address=address, fault=fault))
