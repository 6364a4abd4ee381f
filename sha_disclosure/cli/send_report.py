"""How ``send`` reports what became of each notice: text for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.text import Text

from sha_disclosure.cli.options import INVALID, REFUSED, UNDELIVERED
from sha_disclosure.cli.output import Output, as_dict, clean, clean_lines
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import DisclosureError, InvalidNotice, Rejected
from sha_disclosure.messages import Message, message
from sha_disclosure.operation_outcome import OperationOutcome


@dataclass(frozen=True, slots=True)
class Position:
    """How far ``send`` is: the notice at hand, and its ids while it is being submitted."""

    label: str = ""
    notice_ids: tuple[str, ...] = ()

    @property
    def interrupted(self) -> Message:
        """What an interruption here means."""
        if self.notice_ids:
            return message("cli.send.interrupted", file=self.label, notices=self.notice_ids)
        return message("cli.send.interrupted_before", file=self.label)


class Report(Protocol):
    """Takes the end of each notice as soon as it is known; keeps nothing."""

    def accepted(self, label: str, receipt: Receipt) -> None:
        """Report that the service accepted a notice."""

    def prepared(self, label: str, prepared: PreparedNotice) -> None:
        """Report that a notice could be sent (dry run)."""

    def failed(self, label: str, error: DisclosureError) -> None:
        """Report why a notice was not accepted."""

    def waiting(self, address: str) -> None:
        """Report that there is no connection yet and that another attempt follows."""

    def interrupted(self, position: Position) -> None:
        """Report where the user stopped the command."""

    def end(self, codes: Mapping[int, int], *, dry_run: bool) -> None:
        """Report how many notices ended how, by exit code."""


class JsonReport:
    """Receipts on the standard output, failures on the standard error, one JSON a line."""

    def __init__(self, output: Output, *, quiet: bool = False) -> None:
        self._output = output
        self._quiet = quiet

    def accepted(self, _label: str, receipt: Receipt) -> None:
        """Print the receipt."""
        for record in () if self._quiet else receipt.to_dicts():
            self._output.json_line(record)

    def prepared(self, _label: str, prepared: PreparedNotice) -> None:
        """Print what stands for a receipt in a dry run."""
        status = str(message("cli.send.not_sent"))  # in one language: programs read it
        references = prepared.references or ("",) * len(prepared.notice_ids)
        for notice_id, reference in zip(prepared.notice_ids, references, strict=True):
            named = {"reference": reference or None, "notice_id": notice_id}
            record = {**named, "request_id": None, "status": status}
            self._output.json_line({**record, "location": None, "attempts": 0})

    def failed(self, label: str, error: DisclosureError) -> None:
        """Print the error with its file."""
        record = as_dict(error, self._output.language)
        self._output.json_line({**record, "file": label}, error=True)

    def waiting(self, address: str) -> None:
        """Print nothing: only what became of a notice is a line."""

    def interrupted(self, position: Position) -> None:
        """Print where the command was stopped."""
        record = {
            "error": "Interrupted",
            "message": self._output.text(position.interrupted),
            "file": position.label,
            "notice_ids": list(position.notice_ids),
        }
        self._output.json_line(record, error=True)

    def end(self, codes: Mapping[int, int], *, dry_run: bool) -> None:
        """Print nothing: the lines say everything."""


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

    def accepted(self, label: str, receipt: Receipt) -> None:
        """Print the receipt."""
        for each in () if self._quiet else receipt.notices:
            self._line(label, message("cli.send.accepted"), "green", each.notice_id)
            stored = f"{each.status}, {each.location}" if each.location else each.status
            attempts = message("cli.send.attempts", count=receipt.attempts)
            self._more(f"{stored}, X-Request-Id {receipt.request_id}, {self._text(attempts)}")
        if receipt.possibly_duplicated:
            self._more(self._text(message("cli.send.possibly_duplicated")))

    def prepared(self, label: str, prepared: PreparedNotice) -> None:
        """Print that the notice could be sent."""
        for notice_id in prepared.notice_ids:
            self._line(label, message("cli.send.not_sent"), "yellow", notice_id)
        self._more(f"SHA-256 {prepared.digest}")

    def failed(self, label: str, error: DisclosureError) -> None:
        """Print the error's class, what to do, and the issues the service named."""
        err = self._output.err
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

    def waiting(self, address: str) -> None:
        """Print that there is no connection, while the client tries again."""
        said = message("cli.send.no_connection", address=address)
        self._output.err.print(Text(clean(self._text(said)), "yellow"))

    def interrupted(self, position: Position) -> None:
        """Print where the command was stopped."""
        self._output.err.print(Text(clean(self._text(position.interrupted))))

    def end(self, codes: Mapping[int, int], *, dry_run: bool) -> None:
        """Print the counts."""
        counts = message(
            "cli.send.prepared_counts" if dry_run else "cli.send.counts",
            good=codes.get(0, 0),
            invalid=codes.get(INVALID, 0),
            refused=codes.get(REFUSED, 0),
            undelivered=codes.get(UNDELIVERED, 0),
        )
        self._out.print(self._text(counts))

    def _text(self, sentence: Message) -> str:
        return self._output.text(sentence)

    def _line(self, label: str, word: Message, colour: str, notice_id: str) -> None:
        styled = (self._text(word), colour)
        self._out.print(Text.assemble(clean(label), ": ", styled, f" {notice_id}"))

    def _more(self, text: str) -> None:
        self._out.print(Text(f"  {clean(text)}"))
