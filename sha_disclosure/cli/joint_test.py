"""``sha-disclosure joint-test``: runs declared cases against an environment, with evidence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.extras import sandbox_class
from sha_disclosure.cli.options import (
    INVALID,
    UNDELIVERED,
    JsonOption,
    LanguageOption,
    SettingsOption,
)
from sha_disclosure.cli.output import Output, clean
from sha_disclosure.messages import message

if TYPE_CHECKING:
    from sha_disclosure.tools.joint_test import CaseFile, CaseResult, Run

_COLOURS = {"passed": "green", "failed": "bold red", "not_run": "yellow"}


def joint_test(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the evidence.")
    ] = None,
    settings: SettingsOption = None,
    case: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="ID", help="Run only this case; may be repeated."),
    ] = None,
    cases: Annotated[
        list[Path] | None,
        typer.Option("--cases", metavar="FILE", help="Cases of your own in TOML; may be repeated."),
    ] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Replace names, identifiers and texts with their kind.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace earlier evidence in DIR.")
    ] = False,
    only_list: Annotated[
        bool, typer.Option("--list", help="List the cases and run nothing.")
    ] = False,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Run the joint-test cases and write a folder of evidence with a report in two languages.

    Example: sha-disclosure joint-test --out evidence

    Without settings, an embedded sandbox is started. Production is refused; rule N13 keeps real
    persons' identity codes out. The evidence contains the test persons' data unless --redact.

    Exit codes: 0 all cases that were run passed; 1 a case failed; 3 the environment could not
    be reached; 4 configuration.
    """
    call = Call.of(context, settings, lang)
    output = call.output
    sandbox_class()  # the kit needs it; without the extra this says how to install it
    from sha_disclosure.tools import joint_test as kit  # noqa: PLC0415 - an extra

    files = [kit.shipped_cases(), *map(kit.read_cases, cases or ())]
    chosen = kit.all_cases(files, case or ())
    if only_list:
        _list(output, files)
        return 0
    if out is None:
        raise typer.BadParameter(
            output.text(message("cli.joint_test.no_folder")), param_hint="--out"
        )
    given = call.settings() if call.names_settings else None
    with kit.open_environment(given) as environment:
        folder = kit.open_folder(out, overwrite=overwrite)
        progress = _Progress(output, len(chosen))
        run = kit.run_cases(files, environment, wanted=case or (), on_result=progress)
    index = kit.write_evidence(run, folder, redact=redact, language=call.language)
    if as_json:
        record = {key: index[key] for key in ("summary", "environment", "edition", "redacted")}
        record["cases"] = [{"id": c["id"], "state": c["state"]} for c in index["cases"]]
        output.json_line({**record, "report": str(out / "report.html")})
    else:
        _conclude(output, run, out)
    if run.unreachable:
        return UNDELIVERED
    return INVALID if run.counts["failed"] else 0


class _Progress:
    """Prints one line to the standard error for each case."""

    def __init__(self, output: Output, count: int) -> None:
        self._output = output
        self._count = count
        self._done = 0

    def __call__(self, result: CaseResult) -> None:
        self._done += 1
        output = self._output
        state = output.text(message(f"cli.joint_test.{result.state}"))
        title = result.case.title.text(output.language)
        output.err.print(
            Text.assemble(
                f"{self._done:>{len(str(self._count))}}/{self._count} ",
                (f"{state:<9}", _COLOURS[result.state]),
                f" {clean(result.case.id)}: {clean(title)}",
            )
        )
        for check in result.checks:
            if check.severity != "passed":
                output.err.print(Text(f"       {clean(check.text(output.language))}"))


def _list(output: Output, files: list[CaseFile]) -> None:
    for file in files:
        for case in file.cases:
            title = case.title.text(output.language)
            output.out.print(Text(f"{case.id:<34} {clean(title)}"))


def _conclude(output: Output, run: Run, out: Path) -> None:
    if run.unreachable:
        output.err.print(output.text(message("cli.joint_test.unreachable")))
    report = clean(out / "report.html")
    end = message("cli.joint_test.end", **run.counts, report=report)
    output.out.print(output.text(end))
