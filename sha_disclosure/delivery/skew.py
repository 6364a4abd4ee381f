"""The skew of the service's clock from this host's, measured by the Date header of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

NOTABLE = timedelta(seconds=30)
CORRECTED_MAX = timedelta(minutes=15)
"""The largest skew corrected in tokens: no answer may cause a token for another day."""
_IMPLAUSIBLE = timedelta(days=366)  # beyond this the Date is wrong, not a clock
_TICK = timedelta(seconds=1)  # a Date header has whole seconds (RFC 9110 section 5.6.7)
_NONE = timedelta(0)


def http_date(value: str | None) -> datetime | None:
    """Return the time of an HTTP date (RFC 9110 section 5.6.7), or None if it is invalid."""
    if value is None:
        return None
    try:
        named = parsedate_to_datetime(value.strip())
        return named.replace(tzinfo=UTC) if named.tzinfo is None else named.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def clock_skew(
    headers: Mapping[str, str], *, received_at: datetime, took_s: float
) -> timedelta | None:
    """Return how far the service's clock is ahead of ours (behind if negative), if known.

    The service wrote its Date at some point of the ``took_s`` seconds before ``received_at``,
    and the header is truncated to a second. Of all possible differences the smallest is
    returned: zero, if the two clocks may agree. An answer from a cache (Age) shows nothing.
    """
    named = None if "age" in headers else http_date(headers.get("date"))
    if named is None or abs(named - received_at) > _IMPLAUSIBLE:
        return None
    least = named - received_at
    most = least + _TICK + timedelta(seconds=took_s)
    if least <= _NONE <= most:
        return _NONE
    return least if least > _NONE else most


def notable(before: timedelta | None, now: timedelta) -> bool:
    """Return whether a skew is large, and different from the one reported before."""
    return abs(now) > NOTABLE and (before is None or abs(now - before) > NOTABLE)
