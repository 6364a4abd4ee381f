"""The commands put together, their common options and exit codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sha_disclosure._version import __version__
from sha_disclosure.cli.build import build, sign
from sha_disclosure.cli.check import check
from sha_disclosure.cli.codes import application as codes
from sha_disclosure.cli.conformance import conformance
from sha_disclosure.cli.demo import demo
from sha_disclosure.cli.edition import edition
from sha_disclosure.cli.joint_test import joint_test
from sha_disclosure.cli.options import (
    CONFIGURATION,
    Common,
    Lang,
    SettingsOption,
    exit_code,
)
from sha_disclosure.cli.outbox import application as outbox
from sha_disclosure.cli.output import Output
from sha_disclosure.cli.sandbox import sandbox
from sha_disclosure.cli.send import send
from sha_disclosure.cli.validate import validate
from sha_disclosure.cli.verify import verify
from sha_disclosure.errors import DisclosureError

_NAME = "sha-disclosure"
_INTERRUPTED = 130
# typer exports BadParameter only; its base is what every wrong use of a command raises.
_UsageError: Any = typer.BadParameter.__mro__[1]

_HELP = """Store Finnish social-care disclosure notices (luovutusilmoitus) in Kanta.

Try it out: sha-disclosure demo

Exit codes: 0 done; 1 a notice or Bundle is not valid; 2 refused by the service; 3 not
delivered, or not known to be; 4 the settings, the files or the use of the command are wrong.
"""


class Commands(TyperGroup):
    """The group of commands. A wrong use ends with 4, for 2 says "refused by the service"."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run one command; exit with its code, or return it unless ``standalone_mode``."""
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except _UsageError as error:
            error.show()
            code = CONFIGURATION
        except typer.Abort:
            code = _INTERRUPTED
        except DisclosureError as error:
            Output.of_process().error(error)
            code = exit_code(error)
        code = int(code or 0)
        if standalone_mode:
            raise SystemExit(code)
        return code


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{_NAME} {__version__}")
        raise typer.Exit


def _common(
    context: typer.Context,
    settings: SettingsOption = None,
    lang: Annotated[
        Lang,
        typer.Option("--lang", envvar="SHA_DISCLOSURE_LANG", help="Language of the messages."),
    ] = Lang.en,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> int:
    context.obj = Common(settings, lang)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        return CONFIGURATION
    return 0


def application() -> typer.Typer:
    """Return the command as typer knows it."""
    app = typer.Typer(
        name=_NAME,
        cls=Commands,
        help=_HELP,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        pretty_exceptions_show_locals=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_common)
    working = (demo, validate, build, sign, verify, send, sandbox)
    for command in (*working, check, edition, conformance):
        app.command()(command)
    app.command("joint-test")(joint_test)
    app.add_typer(outbox(), name="outbox")
    app.add_typer(codes(), name="codes")
    return app


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    command = typer.main.get_command(application())
    code: int = command.main(arguments, prog_name=_NAME, standalone_mode=False)
    return code
