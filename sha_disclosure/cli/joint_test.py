"""``sha-disclosure joint-test``: declared cases run against an environment, with the evidence."""

from __future__ import annotations

import os
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
from sha_disclosure.settings import FILE_VARIABLE

if TYPE_CHECKING:
    from sha_disclosure.tools.joint_test import CaseFile, CaseResult, Run

_STATES = {
    "passed": ("passed", "läpi", "green"),
    "failed": ("FAILED", "EI LÄPI", "bold red"),
    "not_run": ("not run", "ei ajettu", "yellow"),
}


def joint_test(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the evidence.")
    ] = None,
    settings: SettingsOption = None,
    case: Annotated[
        list[str] | None, typer.Option("--case", metavar="ID", help="Run this case only; repeat.")
    ] = None,
    cases: Annotated[
        list[Path] | None,
        typer.Option("--cases", metavar="FILE", help="Cases of your own, TOML; repeat."),
    ] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Replace names, identifiers and texts by their kind.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace earlier evidence in DIR.")
    ] = False,
    only_list: Annotated[
        bool, typer.Option("--list", help="Name the cases and run nothing.")
    ] = False,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Run the joint-test cases and write a folder of evidence with a report in two languages.

    Example: sha-disclosure joint-test --out evidence

    Without settings an embedded sandbox is started. Production is refused; rule N13 keeps real
    persons' identity codes out. The evidence holds the test persons' data unless --redact.

    Exit codes: 0 all cases that were run passed; 1 a case failed; 3 the environment could not
    be reached; 4 configuration.
    """
    call = Call.of(context, settings, lang)
    output = call.output
    sandbox_class()  # the kit stands on it; without the extra this says how to get it
    from sha_disclosure.tools import joint_test as jointtest  # noqa: PLC0415 - needs the extra
    from sha_disclosure.tools.joint_test.reading import all_cases  # noqa: PLC0415 - same
    from sha_disclosure.tools.joint_test.report import require_jinja  # noqa: PLC0415 - same

    files = [jointtest.shipped_cases(), *map(jointtest.read_cases, cases or ())]
    chosen = all_cases(files, case or ())
    if only_list:
        _list(output, files)
        return 0
    if out is None:
        raise typer.BadParameter("name a folder for the evidence", param_hint="--out")
    require_jinja()
    named = call.settings_file or os.environ.get(FILE_VARIABLE)
    given = call.settings() if named else None
    with jointtest.open_place(given) as place:
        folder = jointtest.open_folder(out, overwrite=overwrite)
        progress = _Progress(output, len(chosen))
        run = jointtest.run_cases(files, place, wanted=case or (), tell=progress)
    index = jointtest.write_evidence(run, folder, redact=redact, language=call.language)
    if as_json:
        told = {key: index[key] for key in ("summary", "environment", "edition", "redacted")}
        told["cases"] = [{"id": c["id"], "state": c["state"]} for c in index["cases"]]
        output.json_line({**told, "report": str(out / "report.html")})
    else:
        _conclude(output, run, out)
    return _code(run)


def _code(run: Run) -> int:
    if run.unreachable:
        return UNDELIVERED
    return INVALID if run.counts["failed"] else 0


class _Progress:
    """One line on the standard error for each case."""

    def __init__(self, output: Output, count: int) -> None:
        self._output = output
        self._count = count
        self._done = 0

    def __call__(self, result: CaseResult) -> None:
        self._done += 1
        english, finnish, style = _STATES[result.state]
        state = self._output.say(english, finnish)
        title = result.case.title.text(self._output.language)
        self._output.err.print(
            Text.assemble(
                f"{self._done:>{len(str(self._count))}}/{self._count} ",
                (f"{state:<9}", style),
                f" {clean(result.case.id)}: {clean(title)}",
            )
        )
        for check in result.checks:
            if not check.passed:
                told = check.words.text(self._output.language)
                self._output.err.print(Text(f"       {clean(told)} ({clean(check.seen)})"))


def _list(output: Output, files: list[CaseFile]) -> None:
    for file in files:
        for each in file.cases:
            title = each.title.text(output.language)
            output.out.print(Text(f"{each.id:<34} {clean(title)}"))


def _conclude(output: Output, run: Run, out: Path) -> None:
    counts = run.counts
    if run.unreachable:
        output.err.print(
            output.say(
                "The environment could not be reached: check base_url, network and certificates.",
                "Ympäristöön ei saatu yhteyttä: tarkista base_url, verkko ja varmenteet.",
            )
        )
    output.out.print(
        output.say(
            f"{counts['passed']} passed, {counts['failed']} failed, {counts['not_run']} not run. ",
            f"Läpi {counts['passed']}, ei läpi {counts['failed']}, ei ajettu {counts['not_run']}. ",
        )
        + output.say("Report: ", "Raportti: ")
        + clean(out / "report.html")
    )
