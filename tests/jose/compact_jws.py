"""A compact JWS taken apart, for what tests look at in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from jwcrypto import jwa

from sha_disclosure.encoding import from_base64url


@dataclass(frozen=True)
class CompactJws:
    """The parts as they stand in the text, and the decoded header."""

    header_part: str
    payload_part: str
    signature: bytes
    header: dict[str, Any]

    @classmethod
    def read(cls, text: str) -> CompactJws:
        head, payload, signature = text.split(".")
        header = json.loads(from_base64url(head))
        return cls(head, payload, from_base64url(signature), header)


def algorithm_named(name: str) -> Any:
    """Return another program's implementation of an algorithm, jwcrypto's."""
    return jwa.JWA.signing_alg(name)
