"""The reports of ``send`` on each notice: text for people, JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from rich.console import Console
from rich.text import Text

from sha_disclosure.cli.notices import Document
from sha_disclosure.cli.options import INVALID, REFUSED, UNDELIVERED
from sha_disclosure.cli.output import Output, as_dict, clean, clean_lines
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import DisclosureError, InvalidNotice, Rejected
from sha_disclosure.messages import Message, message
from sha_disclosure.operation_outcome import OperationOutcome

_WIDTH = 80


@dataclass(frozen=True, slots=True)
class End:
    """How a notice ended: accepted, prepared only, in an error, or skipped as already accepted."""

    document: Document
    prepared: PreparedNotice | None = None
    receipt: Receipt | None = None
    error: DisclosureError | None = None
    code: int = 0
    skipped: bool = False

    @property
    def submitted(self) -> bool:
        """Whether it was submitted to the service."""
        return self.prepared is not None and bool(self.receipt or self.error)


@dataclass(frozen=True, slots=True)
class Position:
    """The progress of ``send``: the current notice, and its ids while it is being submitted."""

    label: str = ""
    notice_ids: tuple[str, ...] = ()

    @property
    def interrupted(self) -> Message:
        """What an interruption at this point means."""
        if self.notice_ids:
            return message("cli.send.interrupted", file=self.label, notices=self.notice_ids)
        return message("cli.send.interrupted_before", file=self.label)


def counts(codes: Mapping[int, int], *, dry_run: bool = False) -> Message:
    """Return the number of notices by exit code."""
    return message(
        "cli.send.prepared_counts" if dry_run else "cli.send.counts",
        good=codes.get(0, 0),
        invalid=codes.get(INVALID, 0),
        refused=codes.get(REFUSED, 0),
        undelivered=codes.get(UNDELIVERED, 0),
    )


class Report(Protocol):
    """Receives the end of each notice as soon as it is known; stores nothing."""

    def accepted(self, end: End, receipt: Receipt) -> None:
        """Report that the service accepted a notice."""

    def prepared(self, end: End) -> None:
        """Report that a notice could be sent (dry run)."""

    def failed(self, end: End, error: DisclosureError) -> None:
        """Report why a notice was not accepted."""

    def waiting(self, reason: Message) -> None:
        """Report that there is no connection yet and that another attempt follows."""

    def interrupted(self, position: Position) -> None:
        """Report where the user stopped the command."""

    def end(self, codes: Mapping[int, int], *, skipped: int, dry_run: bool) -> None:
        """Report the number of notices by exit code."""


class JsonReport:
    """Receipts and failures on the standard output as JSON Lines, with the same keys."""

    def __init__(self, output: Output, *, quiet: bool = False) -> None:
        self._output = output
        self._quiet = quiet

    def accepted(self, end: End, receipt: Receipt) -> None:
        """Print the receipt."""
        for record in () if self._quiet else receipt.to_dicts():
            self._output.json_line({**_place(end), **record})

    def prepared(self, end: End) -> None:
        """Print a substitute for a receipt in a dry run."""
        status = str(message("cli.send.not_sent"))  # always English: programs read it
        if not self._quiet:
            self._output.json_line(_record(end, status=status))

    def failed(self, end: End, error: DisclosureError) -> None:
        """Print the error with the keys of a receipt."""
        said = as_dict(error, self._output.language)
        known = {key: said.pop(key) for key in ("request_id", "attempts") if key in said}
        self._output.json_line({**_record(end, **known), **said})

    def waiting(self, reason: Message) -> None:
        """Print nothing: only the end of a notice is a line."""

    def interrupted(self, position: Position) -> None:
        """Print where the command was stopped."""
        record = {
            "error": "Interrupted",
            "message": self._output.text(position.interrupted),
            "file": position.label,
            "notice_ids": list(position.notice_ids),
        }
        self._output.json_line(record, error=True)

    def end(self, codes: Mapping[int, int], *, skipped: int, dry_run: bool) -> None:
        """Print nothing: the lines are complete."""


def _place(end: End) -> dict[str, Any]:
    return {"file": end.document.file, "line": end.document.line}


def _record(end: End, **known: object) -> dict[str, Any]:
    """Return a receipt's keys for a notice without one."""
    prepared = end.prepared
    return {
        **_place(end),
        "reference": (prepared.references[0] or None) if prepared and prepared.references else None,
        "notice_id": prepared.notice_ids[0] if prepared else None,
        "request_id": None,
        "status": None,
        "location": None,
        "attempts": 0,
        **known,
    }


class TextReport:
    """Lines for people; ``progress`` is the console that draws the bar."""

    def __init__(
        self, output: Output, progress: Console, *, show_diagnostics: bool, quiet: bool = False
    ) -> None:
        self._output = output
        self._quiet = quiet
        # On a terminal the bar and the lines share the screen, so one console writes both.
        self._out = progress if output.out.is_terminal and progress.is_terminal else output.out
        self._show_diagnostics = show_diagnostics
        self._warned: Counter[str] = Counter()

    def accepted(self, end: End, receipt: Receipt) -> None:
        """Print the receipt on one line, even with a long file name."""
        self._warnings(end)
        if not self._quiet:
            word = message("cli.send.accepted")
            self._line(end, word, "green")
        if receipt.possibly_duplicated:
            self._more(self._text(message("cli.send.possibly_duplicated")))

    def prepared(self, end: End) -> None:
        """Print that the notice could be sent."""
        self._warnings(end)
        if not self._quiet:
            self._line(end, message("cli.send.prepared"), "yellow")

    def failed(self, end: End, error: DisclosureError) -> None:
        """Print the error's class, what to do, and the issues reported by the service."""
        err, label = self._output.err, end.document.label
        if isinstance(error, InvalidNotice):
            self._output.problems(label, error.problems, to=err)
            return
        name = type(error).__name__
        err.print(Text.assemble(clean(label), ": ", (name, "bold red")))
        err.print(Text(f"  {clean_lines(error.text(self._output.language))}"))
        if isinstance(error, Rejected) and error.outcome:
            self._issues(error.outcome)

    def _issues(self, outcome: OperationOutcome) -> None:
        err = self._output.err
        for issue in outcome.issues:
            err.print(Text(f"  - {clean(issue)}"))
            if not self._show_diagnostics:
                continue
            if issue.diagnostics:
                err.print(Text(f"      {clean(issue.diagnostics.reveal())}"))
            for place in issue.expression:
                err.print(Text(f"      {clean(place.reveal())}"))
        if not self._show_diagnostics:
            err.print(f"  {self._text(message('cli.send.diagnostics_hidden'))}")

    def waiting(self, reason: Message) -> None:
        """Print that there is no connection, while the client tries again."""
        self._output.err.print(Text(clean(self._text(reason)), "yellow"))

    def interrupted(self, position: Position) -> None:
        """Print where the command was stopped."""
        self._output.err.print(Text(clean(self._text(position.interrupted))))

    def end(self, codes: Mapping[int, int], *, skipped: int, dry_run: bool) -> None:
        """Print the counts, and how often warnings that were printed once recurred."""
        for rule, times in self._warned.items():
            if times > 1:
                more = message("cli.send.warnings", rule=rule, count=times - 1)
                self._output.err.print(Text(self._text(more), "yellow"))
        self._out.print(self._text(counts(codes, dry_run=dry_run)))
        if skipped:
            self._out.print(self._text(message("cli.send.skipped", count=skipped)))

    def _warnings(self, end: End) -> None:
        """Print each kind of warning once: a large file may repeat it on every line."""
        for warning in end.prepared.warnings if end.prepared else ():
            self._warned[warning.key] += 1
            if self._warned[warning.key] == 1:
                self._output.problems(end.document.label, [warning], to=self._output.err)

    def _text(self, sentence: Message) -> str:
        return self._output.text(sentence)

    def _line(self, end: End, word: Message, colour: str) -> None:
        """Print the end of a notice on one line of a terminal, truncating its label if needed."""
        said, notice_id = self._text(word), _record(end)["notice_id"]
        label, room = clean(end.document.label), _WIDTH - len(f": {said} {notice_id}")
        if len(label) > room:
            label = f"\u2026{label[len(label) - room + 1 :]}"
        self._out.print(Text.assemble(f"{label}: ", (said, colour), f" {notice_id}"))

    def _more(self, text: str) -> None:
        self._out.print(Text(f"  {clean(text)}"))
