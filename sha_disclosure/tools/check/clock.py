"""The clock of this host: whether it is plausible, and its offset from the service's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509

from sha_disclosure.delivery.skew import NOTABLE, clock_skew
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.settings import Settings
from sha_disclosure.tools.check.attempt import Answer
from sha_disclosure.tools.check.checks import failed, passed, warned

_YEARS = range(2024, 2100)


def check_clock(now: datetime, leaves: Iterable[x509.Certificate]) -> Finding:
    """Return whether the clock is plausible; a certificate valid from a later time is a hint."""
    time = now.isoformat(timespec="seconds")
    if now.year not in _YEARS:
        return failed("clock", message("check.clock_impossible", time=time))
    if any(leaf.not_valid_before_utc > now for leaf in leaves):
        return warned("clock", message("check.clock_early", time=time))
    return passed("clock", message("check.ok.clock", time=time))


def check_server_clock(answer: Answer, settings: Settings) -> Finding:
    """Return the offset of this host's clock from the service's, according to its answer."""
    check = "server.clock"
    skew = clock_skew(answer.headers, received_at=answer.received_at, took_s=answer.took_s)
    if skew is None:
        return warned(check, message("check.no_date"))
    seconds = round(abs(skew.total_seconds()))
    if abs(skew) <= NOTABLE:
        return passed(check, message("check.ok.server_clock", seconds=seconds))
    behind = skew > timedelta(0)
    found = message("check.clock_behind" if behind else "check.clock_ahead", seconds=seconds)
    tolerable = settings.correct_clock_skew or seconds <= settings.clock_skew_s
    return warned(check, found) if tolerable else failed(check, found)
