"""Combines the commands, their common options and exit codes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sha_disclosure._version import __version__
from sha_disclosure.cli.options import (
    CONFIGURATION,
    INTERRUPTED,
    READER_GONE,
    Common,
    SettingsOption,
    as_language,
    known_language,
)
from sha_disclosure.messages import LANGUAGES

_NAME = "sha-disclosure"
_WRONG_USE = 2  # typer's own exit code, which here means "refused by the service"

_HELP = """Store Finnish social-care disclosure notices (luovutusilmoitus) in Kanta.

Try it out: sha-disclosure demo

Exit codes: 0 done; 1 a notice or Bundle is not valid; 2 refused by the service; 3 not
delivered, or not known to be; 4 the settings, the files or the use of the command are wrong.
"""

COMMANDS = {
    "init": "Write a settings file to fill in.",
    "demo": "Send one notice of every kind to a sandbox started for it.",
    "example": "Print a sample notice of a kind, or the names of the kinds.",
    "schema": "Print the JSON Schema of a notice.",
    "validate": "Check notices against the national rules; nothing is sent.",
    "build": "Print the unsigned Bundle of notices about one client.",
    "sign": "Print the signed Bundle of notices about one client.",
    "explain": "Print what is sent of a notice and why, down to the law.",
    "verify": "Check the signature and the structure of a Bundle.",
    "send": "Send notices, and print a receipt for each.",
    "outbox": "Keep notices on disk until Kanta has accepted or refused them.",
    "sandbox": "Run a stand-in for the Kanta service on this computer.",
    "check": "Check settings, keys, certificates, clock and connection.",
    "edition": "List the wire contract and how well each value is known.",
    "codes": "Import, list and show national code lists (koodistot).",
    "conformance": "Compare the edition and its Bundles with a FHIR package.",
    "joint-test": "Run the joint-test cases and write the evidence.",
}
"""Each command with its line in ``--help``; its module is imported when it is called."""

_GROUPS = {"outbox", "codes"}  # their modules offer ``application``, the others a function


class _Ended(SystemExit):
    """A command has finished; the exit code is its own and not typer's."""


class Commands(TyperGroup):
    """The group of commands. Wrong usage ends with 4, since 2 means "refused by the service"."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - typer's signature
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - same
        """Return a command, imported now, or None if there is none of that name."""
        return _command(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - same
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: Any) -> Any:
        """Run a command, print an error that ends it, and exit with its code."""
        from sha_disclosure.cli.call import fail  # noqa: PLC0415 - --help needs none of it
        from sha_disclosure.cli.output import close_output  # noqa: PLC0415 - same
        from sha_disclosure.errors import DisclosureError  # noqa: PLC0415 - same

        try:
            code = super().invoke(ctx)
        except DisclosureError as error:
            code = fail(error, ctx.meta, ctx.obj)
        except KeyboardInterrupt:
            code = INTERRUPTED
        except (BrokenPipeError, SystemExit):  # rich turns the first into the second
            close_output()
            code = READER_GONE
        raise _Ended(int(code or 0))

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command line and exit with its code."""
        try:
            return super().main(*arguments, **options)
        except _Ended:
            raise
        except SystemExit as ended:
            code = CONFIGURATION if ended.code == _WRONG_USE else ended.code
        raise SystemExit(code)


@cache
def _command(cmd_name: str) -> Any:
    name = cmd_name.replace("-", "_")
    module = import_module(f"sha_disclosure.cli.{name}")
    if cmd_name in _GROUPS:
        return typer.main.get_command(module.application())
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    alone.command(cmd_name)(getattr(module, name))
    return typer.main.get_command(alone)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{_NAME} {__version__}")
        raise typer.Exit


def _common(
    context: typer.Context,
    settings: SettingsOption = None,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="|".join(LANGUAGES),
            envvar="SHA_DISCLOSURE_LANG",
            callback=known_language,
            help="Language of the messages.",
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> int:
    context.obj = Common(settings, as_language(lang))
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        return CONFIGURATION
    return 0


def application() -> typer.Typer:
    """Return the typer application."""
    app = typer.Typer(
        name=_NAME,
        cls=Commands,
        help=_HELP,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        pretty_exceptions_show_locals=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_common)
    return app


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    try:
        typer.main.get_command(application()).main(arguments, prog_name=_NAME)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
