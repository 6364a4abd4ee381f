"""``sha-disclosure init``: a settings file to fill in."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.options import LanguageOption
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message


def init(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="[FILE]", help="File to write.", show_default=True)
    ] = Path("sha-disclosure.toml"),
    lang: LanguageOption = None,
) -> int:
    """Write a settings file to fill in; an existing file is left alone.

    Example: sha-disclosure init

    Exit codes: 0 written, 4 the file exists or cannot be written.
    """
    output = Call.of(context, lang=lang).output
    skeleton = resources.files("sha_disclosure.cli").joinpath("settings.toml").read_text("utf-8")
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(skeleton)
    except FileExistsError:
        raise ConfigurationError(message("cli.init.exists", file=str(file))) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        refused = message("cli.init.unwritable", file=str(file), reason=reason)
        raise ConfigurationError(refused) from None
    output.out.print(output.text(message("cli.init.written", file=str(file))))
    return 0
