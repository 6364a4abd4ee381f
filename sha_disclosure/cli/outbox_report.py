"""The reports of ``outbox``: lines for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.output import as_dict, clean
from sha_disclosure.errors import DisclosureError, InvalidNotice
from sha_disclosure.messages import Message, message

if TYPE_CHECKING:
    from sha_disclosure.outbox import AddedNotice, DrainReport, Entry, Status


_LATE_S = 3600
"""The age at which a pending notice causes a reminder; parked ones may wait as long."""


class OutboxReport:
    """Prints the results of the outbox's commands."""

    def __init__(self, call: Call, *, as_json: bool) -> None:
        self._language = call.language
        self._output = call.output
        self._json = as_json

    def _print(self, text: str | Message) -> None:
        said = text.text(self._language) if isinstance(text, Message) else text
        self._output.out.print(Text(clean(said)))

    def _name(self, count: str) -> str:
        return message(f"cli.outbox.{count}").text(self._language)

    def failed(self, error: DisclosureError, label: str | None = None) -> None:
        """Print an error, with the label of a file if given."""
        if self._json:
            record = as_dict(error, self._language) | ({"file": label} if label else {})
            self._output.json_line(record, error=True)
        elif isinstance(error, InvalidNotice):
            self._output.problems(label or "", error.problems, to=self._output.err)
        else:
            self._output.error(error)

    def added(self, label: str, added: AddedNotice) -> None:
        """Print that the outbox holds a message, newly added or from before."""
        state = "cli.outbox.added" if added.new else "cli.outbox.held"
        references = added.references or ("",) * len(added.notice_ids)
        receipts = added.receipt.notices if added.receipt else (None,) * len(added.notice_ids)
        for notice_id, reference, stored in zip(
            added.notice_ids, references, receipts, strict=False
        ):
            if self._json:
                self._output.json_line(
                    {
                        "notice_id": notice_id,
                        "number": added.number,
                        "new": added.new,
                        "reference": reference or None,
                        "state": added.state,
                        "location": stored.location if stored else None,
                    }
                )
            else:
                said = [f"{label}: {message(state).text(self._language)} {notice_id}"]
                said += [f"({reference})"] if reference else []
                said += [] if added.new else [self._name(added.state)]
                self._print(" ".join(said))

    def drained(self, report: DrainReport, left: Status) -> None:
        """Print what a drain did and what is left."""
        if self._json:
            self._output.json_line({**report.to_dict(), "left": left.to_dict()})
            return
        for name in ("delivered", "parked", "quarantined"):
            self._print(f"{self._name(name)}: {getattr(report, name)}")
        self._print(message("cli.outbox.left"))
        self.status(left)

    def status(self, status: Status) -> None:
        """Print the counts."""
        if self._json:
            self._output.json_line(status.to_dict())
            return
        for name, figure in status.to_dict().items():
            self._print(f"  {self._name(name)}: {figure}")
        self.remind(status.counts, status.oldest_pending_s)

    def remind(self, counts: Mapping[str, int], oldest_pending_s: float = 0.0) -> None:
        """Print a reminder of notices that have waited too long: storing them is urgent."""
        if self._json:
            return
        reminders = [
            message(f"cli.outbox.remind.{state}", count=counts[state])
            for state in ("parked", "quarantined")
            if counts.get(state)
        ]
        if oldest_pending_s > _LATE_S:
            hours = int(oldest_pending_s // 3600)
            reminders.insert(0, message("cli.outbox.remind.oldest", hours=hours))
        if reminders:
            reminders.append(message("cli.outbox.remind.without_delay"))
        for reminder in reminders:
            self._print(reminder)

    def threshold(self, passed: Message | str) -> None:
        """Print to the standard error that a threshold is exceeded."""
        said = passed.text(self._language) if isinstance(passed, Message) else passed
        self._output.err.print(Text(said, "bold red"))

    def entry(self, entry: Entry) -> None:
        """Print one message on a line."""
        if self._json:
            self._output.json_line(entry.to_dict())
            return
        parts = (
            str(entry.number),
            ", ".join(entry.notice_ids),
            f"({', '.join(filter(None, entry.references))})" if entry.references else "",
            self._name(entry.state),
            entry.reason or "",
            f"({self._name('possibly_stored')})" if _uncertain(entry) else "",
            entry.added_at,
        )
        self._print(" ".join(filter(None, parts)))

    def evidence(self, evidence: dict[str, Any]) -> None:
        """Print the evidence of one message."""
        self._output.json_line(evidence, indent=not self._json)

    def counted(self, what: str, count: int) -> None:
        """Print the number of messages that were ``forgotten`` or ``resealed``."""
        if self._json:
            self._output.json_line({what: count})
        else:
            self._print(message(f"cli.outbox.{what}", count=count))

    def retried(self, count: int) -> None:
        """Print the number of messages that are now due."""
        if self._json:
            self._output.json_line({"retried": count})
        else:
            self._print(message("cli.outbox.due", count=count))


def _uncertain(entry: Entry) -> bool:
    return entry.possibly_stored and entry.state != "delivered"
