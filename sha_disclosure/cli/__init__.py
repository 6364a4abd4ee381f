"""The command ``sha-disclosure`` (komentorivityökalu): needs the extra ``cli``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command with ``arguments``, by default those of the process, and exit."""
    try:
        from sha_disclosure.cli.app import run  # noqa: PLC0415 - needs the extra
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"rich", "typer"}:
            raise
        sys.stderr.write(
            'The command needs the extra cli; install it: pip install "sha-disclosure[cli]"\n'
        )
        sys.exit(4)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # an old code page must not stop a receipt
    sys.exit(run(arguments))


__all__ = ["main"]
