"""How ``outbox`` tells what it did: lines for people, JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from sha_disclosure.cli.options import Call
from sha_disclosure.cli.output import as_dict, clean
from sha_disclosure.errors import DisclosureError, InvalidNotice

if TYPE_CHECKING:
    from sha_disclosure.outbox import AddedNotice, DrainReport, Entry, Status

_FINNISH = {
    "pending": "odottaa",
    "sending": "lähetettävänä",
    "delivered": "toimitettu",
    "parked": "siirretty myöhemmäksi",
    "quarantined": "karanteenissa",
    "damaged": "vioittunut",
    "oldest_pending_s": "vanhin on odottanut (s)",
}


class Told:
    """Prints what a command of the outbox did."""

    def __init__(self, call: Call, *, as_json: bool) -> None:
        self._language = call.language
        self._output = call.output
        self._json = as_json

    def _word(self, name: str) -> str:
        return self._output.say(name, _FINNISH.get(name, name))

    def _line(self, text: str) -> None:
        self._output.out.print(Text(clean(text)))

    def failed(self, error: DisclosureError, label: str | None = None) -> None:
        """Tell an error, of a file if one is named."""
        if self._json:
            record = as_dict(error, self._language) | ({"file": label} if label else {})
            self._output.json_line(record, error=True)
        elif isinstance(error, InvalidNotice):
            self._output.problems(label or "", error.problems, to=self._output.err)
        else:
            self._output.error(error)

    def added(self, label: str, added: AddedNotice) -> None:
        """Tell of a message the outbox has taken, or had."""
        for notice_id in added.notice_ids:
            if self._json:
                record = {"notice_id": notice_id, "number": added.number, "new": added.new}
                self._output.json_line(record)
            else:
                word = ("kept", "säilössä") if added.new else ("was kept", "oli jo säilössä")
                self._line(f"{label}: {self._output.say(*word)} {notice_id}")

    def drained(self, report: DrainReport, left: Status) -> None:
        """Tell what a drain did and what is left."""
        if self._json:
            self._output.json_line({**report.to_dict(), "left": left.to_dict()})
            return
        for name in ("delivered", "parked", "quarantined"):
            self._line(f"{self._word(name)}: {getattr(report, name)}")
        self._line(self._output.say("Left:", "Jäljellä:"))
        self.status(left)

    def status(self, status: Status) -> None:
        """Tell the counts."""
        if self._json:
            self._output.json_line(status.to_dict())
            return
        for name, figure in status.to_dict().items():
            self._line(f"  {self._word(name)}: {figure}")

    def entry(self, entry: Entry) -> None:
        """Tell of one message."""
        if self._json:
            self._output.json_line(entry.to_dict())
            return
        more = [self._word(entry.state), entry.reason or "", entry.added_at]
        self._line(f"{entry.number} {', '.join(entry.notice_ids)} {' '.join(filter(None, more))}")

    def evidence(self, evidence: dict[str, Any]) -> None:
        """Print the evidence of one message."""
        self._output.json_line(evidence, indent=not self._json)

    def retried(self, count: int) -> None:
        """Tell how many messages are due now."""
        if self._json:
            self._output.json_line({"retried": count})
        else:
            self._line(self._output.say(f"due now: {count}", f"lähtee heti: {count}"))
