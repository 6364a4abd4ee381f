"""``sha-disclosure example``: a sample notice of each kind, also from an installed package."""

from __future__ import annotations

from typing import Annotated

import typer

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.options import LanguageOption
from sha_disclosure.messages import message
from sha_disclosure.notice.examples import example_notices


def example(
    context: typer.Context,
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="[KIND]", help="Kind of notice; default: print the names of all kinds."
        ),
    ] = None,
    lang: LanguageOption = None,
) -> int:
    """Print a sample notice as JSON, or the names of all kinds.

    Example: sha-disclosure example broad-right > notice.json

    The persons are artificial, so a sandbox and a test environment accept the notice.
    """
    output = Call.of(context, lang=lang).output
    notices = example_notices()
    if kind is None:
        for name in notices:
            output.out.print(name)
    elif kind in notices:
        typer.echo(notices[kind], nl=False)
    else:
        refused = message("cli.choose", values=tuple(notices))
        raise typer.BadParameter(output.text(refused), param_hint="KIND")
    return 0
