"""Faults on demand: what a network, a gateway or a service may do to a client."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sha_disclosure.editions.wire import Wire
from sha_disclosure.tools.sandbox.exchange import Answer
from sha_disclosure.tools.verifier import MessageFinding, outcome

FaultKind = Literal[
    "status", "delay", "reset_before", "reset_after", "half_body", "html", "redirect",
    "slow_drip", "wrong_date", "few_entries", "failed_entry", "outcome_with_200",
]  # fmt: skip


class Fault(BaseModel):
    """One fault, for the next ``times`` requests.

    With ``status``, ``html``, ``redirect``, ``outcome_with_200`` and ``reset_before`` the request
    is not processed; with the others it is, and its notices are stored if they are valid.
    ``seconds`` is the length of ``delay``, the pause between the pieces of ``slow_drip``, and the
    offset of the Date header for ``wrong_date``. ``status`` applies to ``status``, ``html`` and
    ``redirect`` (defaults 503, 200, 307). ``retry_after`` is in seconds; ``retry_after_form``
    selects the format of the header.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fault: FaultKind
    times: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    body: Literal["outcome", "empty"] = "outcome"
    retry_after: Annotated[int, Field(ge=0)] | None = None
    retry_after_form: Literal["seconds", "date", "nonsense"] = "seconds"
    seconds: float = 1.0
    location: str | None = None


class Faults:
    """The pending faults, used in the order they were added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Fault] = deque()

    def add(self, fault: Fault) -> None:
        """Append a fault to the queue."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """Return the remaining faults."""
        with self._lock:
            return list(self._waiting)

    def take(self) -> Fault | None:
        """Use the next fault once."""
        with self._lock:
            if not self._waiting:
                return None
            fault = self._waiting.popleft()
            if fault.times > 1:
                self._waiting.appendleft(fault.model_copy(update={"times": fault.times - 1}))
            return fault


def instead(fault: Fault, *, now: datetime, address: str, wire: Wire) -> Answer | None:
    """Return the answer sent instead of processing, or None if the request is processed.

    Its status is 0 if the connection breaks before an answer.
    """
    date = {"Date": format_datetime(now.astimezone(UTC), usegmt=True)}
    asked = MessageFinding("verifier.fault_injected", check="fault_injection")
    body = json.dumps(outcome([asked], wire.outcome.invalid_message), ensure_ascii=False).encode()
    if fault.fault == "status":
        headers = {**date, **_retry_after(fault, now)}
        if fault.body == "outcome":
            headers["Content-Type"] = wire.answer.content_type
        return Answer(fault.status or 503, headers, body if fault.body == "outcome" else b"")
    if fault.fault == "html":
        page = b"<!doctype html><title>Gateway</title><p>The gateway speaks HTML."
        headers = {**date, "Content-Type": "text/html;charset=UTF-8"}
        return Answer(fault.status or 200, headers, page)
    if fault.fault == "redirect":
        where = fault.location or f"{address}/elsewhere"
        return Answer(fault.status or 307, {**date, "Location": where})
    if fault.fault == "reset_before":
        return Answer(0, {})
    if fault.fault == "outcome_with_200":
        return Answer(200, {**date, "Content-Type": wire.answer.content_type}, body)
    return None


def _retry_after(fault: Fault, now: datetime) -> dict[str, str]:
    if fault.retry_after_form == "nonsense":
        return {"Retry-After": "presently"}
    if fault.retry_after is None:
        return {}
    if fault.retry_after_form == "date":
        moment = now.astimezone(UTC) + timedelta(seconds=fault.retry_after)
        return {"Retry-After": format_datetime(moment, usegmt=True)}
    return {"Retry-After": str(fault.retry_after)}


def altered(fault: Fault, answer: Answer, *, now: datetime) -> Answer:
    """Return the answer to a processed request as modified by the fault."""
    if fault.fault == "reset_after":
        return Answer(0, {})
    if fault.fault == "wrong_date":
        moment = now.astimezone(UTC) + timedelta(seconds=fault.seconds)
        dated = {**answer.headers, "Date": format_datetime(moment, usegmt=True)}
        return Answer(answer.status, dated, answer.body)
    if fault.fault in {"few_entries", "failed_entry"} and answer.status == 200:
        body: dict[str, Any] = json.loads(answer.body)
        body["entry"] = _entries(fault, body["entry"])
        return Answer(200, answer.headers, json.dumps(body).encode())
    return answer


def _entries(fault: Fault, entries: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if fault.fault == "few_entries":
        return entries[:-1]
    return [*entries[:-1], {"response": {"status": "422 Unprocessable Entity"}}]
