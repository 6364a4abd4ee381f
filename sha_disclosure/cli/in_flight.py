"""Notices of one reference among several that are sent at once: only the first is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from sha_disclosure.cli.send_report import End


class InFlight:
    """The references that are being sent. May be used by many threads."""

    def __init__(self) -> None:
        self._ends: dict[str, Future[End]] = {}

    def send(self, reference: str, send: Callable[[], End]) -> End:
        """Return how sending ended, or how it ended for who sends the same reference just now.

        A notice that others of its reference precede is sent if none of those was submitted.
        """
        mine: Future[End] = Future()
        while (first := self._ends.setdefault(reference, mine)) is not mine:
            if (end := first.result()).submitted:
                return end
        try:
            end = send()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(end)
            return end
        finally:
            del self._ends[reference]
