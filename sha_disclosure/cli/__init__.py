"""The command ``sha-disclosure`` (komentorivityökalu): needs the extra ``cli``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

from sha_disclosure.messages import message


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command with ``arguments``, by default those of the process, and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old code page must not prevent a receipt
    try:
        from sha_disclosure.cli.app import run  # noqa: PLC0415 - needs the extra

        code = run(arguments)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"rich", "typer"}:
            raise
        sys.stderr.write(f"{message('extras.missing', extra='cli')}\n")
        code = 4
    sys.exit(code)


__all__ = ["main"]
