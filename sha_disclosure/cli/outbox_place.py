"""Which outbox a command means and with which keys; the options of ``outbox`` that say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sha_disclosure.errors import ConfigurationError

if TYPE_CHECKING:
    from sha_disclosure.outbox import Outbox

VARIABLE = "SHA_DISCLOSURE_OUTBOX"
GIVEN = "sha_disclosure.outbox"
_STATES = ("pending", "sending", "delivered", "parked", "quarantined")

PlaceOption = Annotated[
    str | None,
    typer.Option(
        "--outbox",
        metavar="URL",
        help=f"File of the outbox, or SQLAlchemy URL of its database; also {VARIABLE}.",
    ),
]
KeyFileOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="Keys the content is sealed with, the first seals; also SHA_DISCLOSURE_OUTBOX_KEY.",
    ),
]
StateOption = Annotated[
    str | None, typer.Option("--state", metavar="STATE", help=f"One of {', '.join(_STATES)}.")
]
IdArgument = Annotated[str, typer.Argument(metavar="NOTICE_ID", show_default=False)]


@contextmanager
def opened(
    context: typer.Context, place: str | None, key_files: list[Path] | None
) -> Iterator[Outbox]:
    """Open the outbox the options name. Raises ConfigurationError and OutboxError."""
    try:
        from sha_disclosure.outbox import (  # noqa: PLC0415 - needs the extra
            Outbox,
            keys_from_environment,
            keys_from_file,
        )
    except ModuleNotFoundError:
        missing = True
    else:
        missing = False
    if missing:
        raise ConfigurationError(
            'The outbox needs the extra outbox: pip install "sha-disclosure[outbox]"'
        )
    common_place, common_files = context.meta.get(GIVEN, (None, None))
    where = place or common_place
    if where is None:
        raise ConfigurationError(f"Which outbox? Give --outbox FILE or URL, or set {VARIABLE}")
    files = key_files or common_files or []
    keys = [key for file in files for key in keys_from_file(file)] + keys_from_environment()
    with Outbox(where, keys=keys) as opened:
        yield opened


def state_named(name: str | None) -> Any:
    """Return a state the user named, or None when none is."""
    if name is not None and name not in _STATES:
        raise typer.BadParameter(f"choose of {', '.join(_STATES)}", param_hint="--state")
    return name
