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

from sha_disclosure.codes.lists import CodeList, ListedCode
from sha_disclosure.codes.reading import codes_of_page, system_uri
from sha_disclosure.errors import ConfigurationError

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
        raise ConfigurationError(f"Code server: {oid!r} is not the OID of a code system")
    address = f"{server.rstrip('/')}/classifications/{oid}/conceptcodes"
    codes: dict[str, ListedCode] = {}
    number = last = 1
    total = received = 0
    while number <= last:
        page = _page(client, address, min(page_size, LONGEST_PAGE), number)
        origin = f"Code server {address}, page {number}"
        if _count(page, "page", origin) != number:
            raise ConfigurationError(f"{origin}: the server gave another page")
        last, total = _count(page, "totalPages", origin), _count(page, "totalItems", origin)
        if last > _PAGES_MAX:
            raise ConfigurationError(f"{origin}: the server tells of too many pages")
        for code in codes_of_page(page, origin):
            received += 1
            codes[code.code] = code
        number += 1
    if not codes or received != total or len(codes) != total:
        raise ConfigurationError(
            f"Code server {address}: {len(codes)} codes came of {total}: the list changed "
            "meanwhile or is not whole; try again"
        )
    return CodeList(system_uri(oid), tuple(codes.values()), address, now.isoformat("T", "seconds"))


def _page(client: httpx.Client, address: str, size: int, number: int) -> Mapping[str, Any]:
    fault = ""
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
        fault = f"answered {answer.status_code} without a page of codes"
    except httpx.HTTPError as error:
        fault = f"was not reached ({type(error).__name__})"
    except ValueError:
        fault = "did not answer in JSON"
    raise ConfigurationError(f"Code server {address}: {fault}; check the address and the OID")


def _count(page: Mapping[str, Any], name: str, origin: str) -> int:
    value = page.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ConfigurationError(f"{origin}: `{name}` is not a number")
    return value
