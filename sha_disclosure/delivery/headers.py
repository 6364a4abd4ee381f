"""The HTTP headers of one attempt (Kanta FHIR HTTP header, as far as the edition knows it)."""

from __future__ import annotations

from sha_disclosure.editions.wire import Wire


def request_headers(wire: Wire, *, token: str, request_id: str) -> dict[str, str]:
    """Return the edition's request headers, filled in for one attempt."""
    return {
        header.name: header.value.replace("{token}", token).replace("{request_id}", request_id)
        for header in wire.header.values()
    }
