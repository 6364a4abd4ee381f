"""The outbox and keys a command uses, and the options of ``outbox`` that select them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sha_disclosure.cli.extras import needs
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message

if TYPE_CHECKING:
    from sha_disclosure.outbox import Outbox

VARIABLE = "SHA_DISCLOSURE_OUTBOX"
COMMON_OPTIONS = "sha_disclosure.outbox"
"""The key in the context's ``meta`` for options given before the command."""

_STATES = ("pending", "sending", "delivered", "parked", "quarantined")

OutboxOption = Annotated[
    str | None,
    typer.Option(
        "--outbox",
        metavar="URL",
        help=f"File of the outbox, or SQLAlchemy URL of its database (or {VARIABLE}).",
    ),
]
KeyFileOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="Encryption keys, the first of which encrypts (or SHA_DISCLOSURE_OUTBOX_KEY).",
    ),
]
StateOption = Annotated[
    str | None,
    typer.Option(
        "--state", metavar="STATE", help=f"Only messages in STATE, one of {', '.join(_STATES)}."
    ),
]
IdArgument = Annotated[
    str, typer.Argument(metavar="NOTICE_ID", show_default=False, help="Id of a stored notice.")
]


def common_url(context: typer.Context) -> str | None:
    """Return the outbox given before the command, if any."""
    url, _ = context.meta.get(COMMON_OPTIONS, (None, None))
    return url if url is None else str(url)


@contextmanager
def opened(
    context: typer.Context,
    url: str | None,
    key_files: list[Path] | None,
    *,
    create: bool = False,
) -> Iterator[Outbox]:
    """Open the outbox selected by the options; create it only with ``create``.

    Raises ConfigurationError and OutboxError.
    """
    with needs("outbox"):
        from sha_disclosure.outbox import (  # noqa: PLC0415 - an extra
            Outbox,
            keys_from_environment,
            keys_from_file,
        )
    common_url, common_files = context.meta.get(COMMON_OPTIONS, (None, None))
    where = url or common_url
    if where is None:
        raise ConfigurationError(message("cli.outbox.which", variable=VARIABLE))
    files = key_files or common_files or []
    keys = [key for file in files for key in keys_from_file(file)] + keys_from_environment()
    with Outbox(where, keys=keys, create=create) as outbox:
        yield outbox


def state_named(name: str | None) -> Any:
    """Return the state given by the user, or None."""
    if name is not None and name not in _STATES:
        chosen = message("cli.choose", values=_STATES)
        raise typer.BadParameter(str(chosen), param_hint="--state")
    return name
