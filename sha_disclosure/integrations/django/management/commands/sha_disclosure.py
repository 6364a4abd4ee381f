"""``manage.py sha_disclosure drain|status|retry``: the outbox from the shell."""

from __future__ import annotations

import json
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sha_disclosure.errors import DisclosureError
from sha_disclosure.integrations.django.access import drained_outbox, kanta, outbox
from sha_disclosure.integrations.django.checks import language
from sha_disclosure.outbox import Drainer

_STOP_S = 5.0


class Command(BaseCommand):
    """Delivers, shows and retries the notices of the project's outbox."""

    help = "Deliver the disclosure notices of the outbox, show their states, or retry them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the three actions."""
        actions = parser.add_subparsers(dest="action", required=True)
        drain = actions.add_parser("drain", help="deliver what is due")
        drain.add_argument("--forever", action="store_true", help="until the process is stopped")
        drain.add_argument("--workers", type=int, default=2)
        status = actions.add_parser("status", help="how many notices are in which state")
        status.add_argument("--max-age", type=float, help="seconds the oldest may have waited")
        status.add_argument("--max-quarantined", type=int)
        retry = actions.add_parser("retry", help="make notices due at once")
        retry.add_argument("--state", choices=["pending", "parked", "quarantined"])
        retry.add_argument("--id", help="the id of one notice")
        for each in (drain, status, retry):
            each.add_argument("--database", help="alias; unless it is the one of SHA_DISCLOSURE")

    def handle(self, *, action: str, database: str | None, **options: Any) -> None:
        """Run one action; an error of the SDK becomes a CommandError with its text."""
        try:
            {"drain": self._drain, "status": self._status, "retry": self._retry}[action](
                database, options
            )
        except DisclosureError as error:
            raise CommandError(error.text(language())) from None

    def _drain(self, database: str | None, options: dict[str, Any]) -> None:
        workers: int = options["workers"]
        with drained_outbox(database) as opened:
            if options["forever"]:
                self._drain_forever(opened.drainer(kanta(), workers=workers))
            else:
                self._write(opened.drain(kanta(), workers=workers).to_dict())

    def _drain_forever(self, drainer: Drainer) -> None:
        asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: asked.set())
        drainer.start()
        while not asked.wait(1.0):
            pass
        drainer.stop(_STOP_S)

    def _status(self, database: str | None, options: dict[str, Any]) -> None:
        limits = {key: options[key] for key in ("max_age", "max_quarantined")}
        found = outbox(database).health(**limits)
        self._write(found.to_dict(language()))
        if not found.ok:
            raise CommandError(" ".join(found.to_dict(language())["problems"]), returncode=5)

    def _retry(self, database: str | None, options: dict[str, Any]) -> None:
        count = outbox(database).retry(options["id"], state=options["state"])
        self._write({"due": count})

    def _write(self, facts: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(facts, ensure_ascii=False))
