"""The faults of a code list, with the file and the line they occur in."""

from __future__ import annotations

from pathlib import Path

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import Message, message


class UnfitCode(Exception):  # noqa: N818 - a signal to the reader, which adds the file and line
    """A code of a list cannot be read; ``message`` says why."""

    def __init__(self, why: Message) -> None:
        super().__init__(str(why))
        self.message = why


def in_file(path: Path, fault: Message, *, line: int | None = None) -> ConfigurationError:
    """Return the error for a fault in a file."""
    where = fault if line is None else message("codes.line", line=line, fault=fault)
    return ConfigurationError(message("codes.file", path=str(path), fault=where))
