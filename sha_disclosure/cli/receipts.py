"""How ``send`` tells what became of each notice: in text for people, in JSON for programs."""

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
from sha_disclosure.operation_outcome import OperationOutcome

_NOT_SENT = "prepared, not sent (dry run)"


@dataclass(slots=True)
class Place:
    """How far ``send`` is: the notice at hand, and its ids while it is being submitted."""

    label: str = ""
    notice_ids: tuple[str, ...] = ()

    def told(self) -> tuple[str, str]:
        """Return what an interruption here means, in English and Finnish."""
        if self.notice_ids:
            ids = ", ".join(self.notice_ids)
            return (
                f"Stopped while {self.label} was being sent (notice {ids}): it may or may not be "
                "with the service. Nothing after it was sent.",
                f"Keskeytetty, kun {self.label} oli lähtemässä (ilmoitus {ids}): se saattaa olla "
                "palvelussa tai olla olematta. Mitään sen jälkeen ei lähetetty.",
            )
        return (
            f"Stopped: {self.label} and what comes after it were not sent.",
            f"Keskeytetty: tiedostoa {self.label} ja sen jälkeisiä ei lähetetty.",
        )


class Report(Protocol):
    """Told of each notice as soon as its end is known; keeps nothing."""

    def accepted(self, label: str, receipt: Receipt) -> None:
        """Tell that the service accepted a notice."""

    def prepared(self, label: str, prepared: PreparedNotice) -> None:
        """Tell that a notice could be sent (dry run)."""

    def failed(self, label: str, error: DisclosureError) -> None:
        """Tell why a notice was not accepted."""

    def interrupted(self, place: Place) -> None:
        """Tell where the user stopped the command."""

    def end(self, codes: Mapping[int, int], *, dry_run: bool) -> None:
        """Tell how many notices ended how, by exit code."""


class JsonReport:
    """Receipts on the standard output, failures on the standard error, one JSON a line."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def accepted(self, _label: str, receipt: Receipt) -> None:
        """Print the receipt."""
        for record in receipt.to_dicts():
            self._output.json_line(record)

    def prepared(self, _label: str, prepared: PreparedNotice) -> None:
        """Print what stands for a receipt in a dry run."""
        for notice_id in prepared.notice_ids:
            record = {"notice_id": notice_id, "request_id": None, "status": _NOT_SENT}
            self._output.json_line({**record, "location": None, "attempts": 0})

    def failed(self, label: str, error: DisclosureError) -> None:
        """Print the error with its file."""
        record = as_dict(error, self._output.language)
        self._output.json_line({**record, "file": label}, error=True)

    def interrupted(self, place: Place) -> None:
        """Print where the command was stopped."""
        told = {"file": place.label, "notice_ids": list(place.notice_ids)}
        message = self._output.say(*place.told())
        self._output.json_line({"error": "Interrupted", "message": message, **told}, error=True)

    def end(self, codes: Mapping[int, int], *, dry_run: bool) -> None:
        """Print nothing: the lines say everything."""


class TextReport:
    """Lines for people; ``progress`` is the console that draws the bar."""

    def __init__(self, output: Output, progress: Console, *, show_diagnostics: bool) -> None:
        self._output = output
        # On a terminal the bar and the lines share the screen, so one console writes both.
        self._out = progress if output.out.is_terminal and progress.is_terminal else output.out
        self._show_diagnostics = show_diagnostics

    def accepted(self, label: str, receipt: Receipt) -> None:
        """Print the receipt."""
        say = self._output.say
        for each in receipt.notices:
            self._line(label, say("accepted", "vastaanotettu"), "green", each.notice_id)
            place = f"{each.status}, {each.location}" if each.location else each.status
            tries = say(f"attempts {receipt.attempts}", f"yrityksiä {receipt.attempts}")
            self._more(f"{place}, X-Request-Id {receipt.request_id}, {tries}")
        if receipt.possibly_duplicated:
            self._more(
                say(
                    "an earlier answer was lost, so the service may hold a second copy",
                    "aiempi vastaus katosi, joten palvelussa voi olla toinen kappale",
                )
            )

    def prepared(self, label: str, prepared: PreparedNotice) -> None:
        """Print that the notice could be sent."""
        told = self._output.say(_NOT_SENT, "muodostettu, ei lähetetty (kuivaharjoittelu)")
        for notice_id in prepared.notice_ids:
            self._line(label, told, "yellow", notice_id)
        self._more(f"SHA-256 {prepared.digest}")

    def failed(self, label: str, error: DisclosureError) -> None:
        """Print the error's class, what to do, and the issues the service named."""
        err = self._output.err
        if isinstance(error, InvalidNotice):
            self._output.problems(label, error.problems, to=err)
            return
        name = type(error).__name__
        err.print(Text.assemble(clean(label), ": ", (name, "bold red")))
        err.print(Text(f"  {clean_lines(error)}"))
        if isinstance(error, Rejected) and error.outcome:
            self._issues(error.outcome)

    def _issues(self, outcome: OperationOutcome) -> None:
        err, say = self._output.err, self._output.say
        for issue in outcome.issues:
            err.print(Text(f"  - {clean(issue)}"))
            if not self._show_diagnostics:
                continue
            if issue.diagnostics:
                err.print(Text(f"      {clean(issue.diagnostics.reveal())}"))
            for place in issue.expression:
                err.print(Text(f"      {clean(place.reveal())}"))
        if not self._show_diagnostics:
            err.print(
                say(
                    "  The service's own words are hidden, since they may hold personal data; "
                    "--show-diagnostics shows them.",
                    "  Palvelun omat sanat on piilotettu, koska niissä voi olla henkilötietoja; "
                    "valitsin --show-diagnostics näyttää ne.",
                )
            )

    def interrupted(self, place: Place) -> None:
        """Print where the command was stopped."""
        self._output.err.print(Text(clean(self._output.say(*place.told()))))

    def end(self, codes: Mapping[int, int], *, dry_run: bool) -> None:
        """Print the counts."""
        say = self._output.say
        good = say("prepared", "muodostettu") if dry_run else say("accepted", "vastaanotettu")
        counts = {
            good: codes.get(0, 0),
            say("not valid", "virheellisiä"): codes.get(INVALID, 0),
            say("refused", "hylätty"): codes.get(REFUSED, 0),
            say("not delivered or unknown", "toimittamatta tai epäselviä"): codes.get(
                UNDELIVERED, 0
            ),
        }
        self._out.print(", ".join(f"{name}: {count}" for name, count in counts.items()))
        if dry_run:
            self._out.print(say("Dry run: nothing was sent.", "Mitään ei lähetetty."))

    def _line(self, label: str, word: str, colour: str, notice_id: str) -> None:
        self._out.print(Text.assemble(clean(label), ": ", (word, colour), f" {notice_id}"))

    def _more(self, text: str) -> None:
        self._out.print(Text(f"  {clean(text)}"))
