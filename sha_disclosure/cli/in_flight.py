"""Ensures that of several notices with the same reference only the first is sent."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from sha_disclosure.cli.send_report import End


class InFlight:
    """The references currently being sent. Thread-safe."""

    def __init__(self) -> None:
        self._ends: dict[str, Future[End]] = {}

    def send(self, reference: str, send: Callable[[], End]) -> End:
        """Send and return the end, or that of another call currently sending the same reference.

        A notice that waited for others is sent if none of those was submitted.
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
