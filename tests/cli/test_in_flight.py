"""Of several notices of one reference that are sent at once, one is."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from sha_disclosure.cli.in_flight import InFlight
from sha_disclosure.cli.send_report import End
from sha_disclosure.errors import InvalidNotice, Rejected

DOCUMENT = cast("Any", "line 1")
PREPARED = cast("Any", object())
RECEIPT = cast("Any", object())
REFUSED = Rejected("refused", notice_ids=["1.2"], request_id="r", attempts=1)
INVALID = InvalidNotice([])


@pytest.mark.parametrize(
    ("first", "alone"),
    [
        (End(DOCUMENT, PREPARED, RECEIPT), True),
        (End(DOCUMENT, PREPARED, error=REFUSED, code=2), True),
        (End(DOCUMENT, error=INVALID, code=1), False),
        (End(DOCUMENT, skipped=True), False),
        (End(DOCUMENT, PREPARED), False),
    ],
)
def test_the_others_end_as_one_that_was_submitted_and_are_sent_after_another(first, alone):
    in_flight, asked = InFlight(), threading.Semaphore(0)
    sent: list[int] = []

    class Asked(dict[str, Any]):
        def setdefault(self, *given: Any) -> Any:
            found = super().setdefault(*given)
            asked.release()
            return found

    def send(number: int) -> End:
        def work() -> End:
            sent.append(number)
            for _ in range(4 if len(sent) == 1 else 0):  # all have asked, this one among them
                assert asked.acquire(timeout=60)
            return first

        return in_flight.send("tapaus-1", work)

    in_flight._ends = Asked()
    with ThreadPoolExecutor(4) as threads:
        ends = list(threads.map(send, range(4)))
    assert {id(end) for end in ends} == {id(first)}
    assert len(sent) == (1 if alone else 4)
    assert not in_flight._ends
    assert in_flight.send("tapaus-2", lambda: first) is first


def test_an_exception_of_the_first_reaches_those_that_wait_and_nothing_stays():
    in_flight = InFlight()

    def interrupted() -> End:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_flight.send("tapaus-1", interrupted)
    end = End(DOCUMENT, PREPARED, RECEIPT)
    assert in_flight.send("tapaus-1", lambda: end) is end
