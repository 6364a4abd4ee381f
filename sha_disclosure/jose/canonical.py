"""The canonical form (RFC 8785) of JSON built by this SDK."""

from __future__ import annotations

from typing import Any

import orjson

from sha_disclosure.encoding import Malformed
from sha_disclosure.messages import message

# Types with an orjson-specific encoding are refused; integers stay within 2^53.
_OWN = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


def canonical(value: dict[str, Any]) -> bytes:
    """Return the RFC 8785 form of a Bundle this SDK built, at a fiftieth of the cost of rfc8785.

    Only for values with ASCII names and without floating-point numbers: orjson sorts
    names by code point where RFC 8785 3.2.3 sorts by UTF-16 unit, and writes ``1.0`` where
    3.2.2.3 writes ``1``. The SDK's names are FHIR's and its Bundles have no decimals.

    Raises Malformed.
    """
    try:
        return orjson.dumps(value, option=_OWN)
    except orjson.JSONEncodeError:
        fault = message("canonical.value")
    raise Malformed(fault)
