"""The report of ``sha-disclosure conformance`` for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.table import Column, Table
from rich.text import Text

from sha_disclosure.cli.output import Output, clean
from sha_disclosure.messages import Parameter, message
from sha_disclosure.tools.conformance import BundleFinding, EntryComparison, Report

_STYLES: Mapping[str, str] = {
    "differs": "bold red",
    "agrees": "green",
    "undecided": "yellow",
    "error": "red",
    "warning": "yellow",
}


def show(report: Report, written: Path | None, output: Output) -> None:
    """Print the report: packages, Bundles, entries, additions, limits, summary."""
    _Page(report, output).show(written)


class _Page:
    """Prints the report section by section, in the language of the call."""

    def __init__(self, report: Report, output: Output) -> None:
        self._report = report
        self._out = output.out
        self._language = output.language

    def show(self, written: Path | None) -> None:
        self._packages()
        self._title("bundles")
        self._bundles()
        self._title("entries")
        self._entries()
        if self._report.additions:
            self._title("additions")
            for each in self._report.additions:
                text = clean(each.text(self._language))
                self._out.print(Text.assemble("  ", (clean(each.path), "bold"), " ", text))
        self._title("limits")
        self._limits()
        self._out.print()
        self._summary(written)

    def _text(self, key: str, /, **parameters: Parameter) -> str:
        return message(f"conformance.report.{key}", **parameters).text(self._language)

    def _line(self, key: str, /, **parameters: Parameter) -> None:
        self._out.print(clean(self._text(key, **parameters)), soft_wrap=False)

    def _title(self, key: str) -> None:
        self._out.print()
        self._out.print(Text(self._text(f"title_{key}"), "bold"))

    def _packages(self) -> None:
        packages = self._report.packages
        self._line("packages", labels=", ".join(package.label for package in packages.all))
        if packages.missing:
            self._line("missing", labels=", ".join(packages.missing))

    def _bundles(self) -> None:
        failed = set(self._report.failed)
        for name in self._report.bundles:
            valid = name not in failed
            verdict = self._text("valid" if valid else "invalid")
            style = "green" if valid else "bold red"
            self._out.print(Text.assemble(clean(name), ": ", (verdict, style)))
        for each in self._report.findings:
            self._finding(each)

    def _finding(self, each: BundleFinding) -> None:
        finding = each.finding
        severity = (self._text(finding.severity), _STYLES[finding.severity])
        element = (clean(finding.path), "bold")
        text = finding.text(self._language)
        self._out.print(Text.assemble("  ", severity, " ", element, " ", text))
        every = each.bundles == self._report.bundles and len(self._report.bundles) > 1
        details = {
            "in": self._text("every_notice") if every else ", ".join(each.bundles),
            "expected": each.expected,
            "profile": each.profile,
            "entry": ", ".join(each.entries),
        }
        for name, value in details.items():
            if value:
                self._out.print(Text(f"      {self._text(name)}: {clean(value)}"))

    def _entries(self) -> None:
        table = Table(
            Column(self._text("column_entry"), ratio=4, overflow="fold"),
            Column(self._text("column_result"), no_wrap=True),
            Column(self._text("column_package"), ratio=5, overflow="fold"),
            expand=True,
        )
        for each in self._report.with_result("differs"):
            says = each.finding.text(self._language)
            self._row(table, each, [_shown(each.value)], [says])
        for each in self._report.with_result("agrees"):
            self._row(table, each, [], [])
        self._out.print(table, soft_wrap=False)
        self._line("undecided", count=len(self._report.with_result("undecided")))

    def _row(
        self, table: Table, each: EntryComparison, value: Iterable[str], says: Iterable[str]
    ) -> None:
        lines = [line for text in says for line in text.splitlines()]
        table.add_row(
            Text.assemble((clean(each.entry), "bold"), *(f"\n{clean(v)}" for v in value)),
            Text(self._text(f"result_{each.result}"), _STYLES[each.result]),
            Text("\n".join(map(clean, [_short(each.finding.path), *lines]))),
        )

    def _limits(self) -> None:
        for each in self._report.never_checked:
            self._out.print(f"  {each.text(self._language)}")
        for finding in self._report.unchecked:
            text = finding.text(self._language)
            self._out.print(Text(f"  {clean(finding.path)}: {text}"))

    def _summary(self, written: Path | None) -> None:
        report = self._report
        if written is not None:
            self._line("written", path=str(written))
        self._line(
            "summary",
            valid=len(report.bundles) - len(report.failed),
            total=len(report.bundles),
            agrees=len(report.with_result("agrees")),
            differs=len(report.with_result("differs")),
            package=report.packages.first.label,
        )


def _short(where: str) -> str:
    """Return a place with the name of its definition instead of the whole URL."""
    url, blank, element = where.partition(" ")
    return f"{url.rpartition('/')[2]}{blank}{element}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
