"""The answer to one request, before the server sends it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body; the server adds Content-Length. Status 0 means no answer."""

    status: int
    headers: dict[str, str]
    body: bytes = field(default=b"", repr=False)
