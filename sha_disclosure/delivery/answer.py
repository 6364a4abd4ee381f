"""An HTTP answer as received, before it is evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# No encoding was requested, and a few bytes may expand to gigabytes: such a body is not read.
_PLAIN = "identity"
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, headers by lower-case name, body.

    A body with a Content-Encoding is not decoded: it is left empty.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def encoded(self) -> bool:
        """Whether the body is in an encoding, such as gzip."""
        return self.headers.get("content-encoding", _PLAIN).strip().lower() != _PLAIN

    @property
    def is_page(self) -> bool:
        """Whether it is a web page, which means that a gateway answered and not the service."""
        media_type = self.headers.get("content-type", "").lower()
        return "html" in media_type or (
            not media_type and _HTML.match(self.body[:4096]) is not None
        )

    @classmethod
    def head(cls, status: int, headers: Iterable[tuple[bytes, bytes]]) -> Answer:
        """Return an answer whose body has not been received yet.

        Headers with the same name are joined (RFC 9110 section 5.3).
        """
        made: dict[str, str] = {}
        for raw_name, raw_value in headers:
            name, value = raw_name.decode("ascii").lower(), raw_value.decode("latin-1")
            made[name] = f"{made[name]}, {value}" if name in made else value
        return cls(status, made, b"")
