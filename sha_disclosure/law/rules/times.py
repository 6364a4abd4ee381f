"""The rules for times (N04), and for a permission or consent not stored in Kanta (N07).

If either of two times is only a date, they are compared by the day in Finland.
"""

from __future__ import annotations

from datetime import timedelta

from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.notice import DisclosureNotice, field_of
from sha_disclosure.values import Instant, Time
from sha_disclosure.values.times import day_in_finland


def _is_past(time: Instant | Time, given: Circumstances) -> bool:
    """Return whether a time is past, allowing for clock skew."""
    latest = given.now + timedelta(seconds=given.clock_skew_s)
    return time.moment <= latest if time.moment else time.day <= day_in_finland(latest)


def _times(notice: DisclosureNotice, _: Circumstances) -> Places:
    for name in ("disclosed_at", "recorded_at"):
        time = field_of(notice, name)
        if time is not None:
            yield name, time


def _order(notice: DisclosureNotice, given: Circumstances) -> Places:
    """Yield both times, if the disclosure is past."""
    if notice.recorded_at is not None and _is_past(notice.disclosed_at, given):
        yield "recorded_at", (notice.disclosed_at, notice.recorded_at)


def _will_outside_kanta(notice: DisclosureNotice, _: Circumstances) -> Places:
    # Only a permission and a consent state where they are stored.
    if field_of(notice.ground, "stored_in_kanta") is False:
        yield "ground", notice.ground


def _will_given(notice: DisclosureNotice, _: Circumstances) -> Places:
    """Yield when a permission or consent was given and the time of the disclosure."""
    given_at = field_of(notice.ground, "given_at")
    if given_at is not None:
        yield "ground.given_at", (given_at, notice.disclosed_at)


def in_order(times: tuple[Instant | Time, Instant | Time], _: Circumstances) -> bool:
    """Return whether the first of two times is not after the second."""
    first, second = times
    if first.moment and second.moment:
        return first.moment <= second.moment
    return first.day <= second.day


TIME_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N04.future", _times, _is_past),
    Rule("N04.order", _order, in_order),
    Rule("N07", _will_outside_kanta, lambda will, _: will.given_at, at="given_at"),
    Rule("N07", _will_outside_kanta, lambda will, _: will.given_by, at="given_by"),
    Rule("N07", _will_outside_kanta, lambda will, _: will.scope, at="scope"),
    Rule("N07.later", _will_given, in_order, severity="objection"),
)
