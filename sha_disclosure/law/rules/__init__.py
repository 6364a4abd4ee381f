"""The national rules of a notice, grouped by subject; their texts are in ``messages``.

A rule skips a part that could not be read, which already has a problem of its own. All
problems are thus reported at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from sha_disclosure.findings import Problem, problem
from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.fitting import mismatches
from sha_disclosure.law.provisions import IN_FORCE
from sha_disclosure.law.rule import Rules
from sha_disclosure.law.rules.actors import ACTOR_RULES
from sha_disclosure.law.rules.codes import CODE_RULES
from sha_disclosure.law.rules.data_sets import DATA_SET_RULES
from sha_disclosure.law.rules.edition import EDITION_RULES
from sha_disclosure.law.rules.grounds import GROUND_RULES
from sha_disclosure.law.rules.quick import keeps_every_rule
from sha_disclosure.law.rules.reminders import REMINDERS
from sha_disclosure.law.rules.texts import TEXT_RULES
from sha_disclosure.law.rules.times import TIME_RULES
from sha_disclosure.notice import DisclosureNotice, UnreadField, field_of, read_partly

UNUSED_ACKNOWLEDGEMENT = "N27"

RULES: Rules[DisclosureNotice, Circumstances] = Rules(
    (
        *DATA_SET_RULES,
        *TIME_RULES,
        *ACTOR_RULES,
        *TEXT_RULES,
        *CODE_RULES,
        *EDITION_RULES,
        *GROUND_RULES,
        *REMINDERS,
    )
)


def check(notice: DisclosureNotice, given: Circumstances) -> tuple[Problem, ...]:
    """Return every breach of the rules in a notice, warnings included.

    An objection that the notice acknowledges is marked as such. Other objections become
    warnings where the circumstances allow it.
    """
    found = _found(notice, given)
    return (*_settled(found, notice, given), *_unused_acknowledgements(found, notice))


def _found(notice: DisclosureNotice, given: Circumstances) -> tuple[Problem, ...]:
    return (*RULES.breaches(notice, given), *_ground_and_recipient(notice))


def _settled(
    found: Sequence[Problem], notice: DisclosureNotice, given: Circumstances
) -> Iterator[Problem]:
    acknowledged = _acknowledged(notice)
    for each in found:
        if each.severity != "objection":
            yield each
        elif {each.rule, each.key} & acknowledged:
            yield replace(each, acknowledged=True)
        else:
            yield replace(each, severity="warning") if given.objections == "warn" else each


def _unused_acknowledgements(
    found: Sequence[Problem], notice: DisclosureNotice
) -> Iterator[Problem]:
    objected = {name for p in found if p.severity == "objection" for name in (p.rule, p.key)}
    for index, entry in enumerate(notice.acknowledged):
        if str(entry) not in objected:
            yield problem(UNUSED_ACKNOWLEDGEMENT, f"acknowledged[{index}]", "warning")


def _acknowledged(notice: DisclosureNotice) -> frozenset[str]:
    with suppress(UnreadField):
        return frozenset(map(str, notice.acknowledged))
    return frozenset()


def _ground_and_recipient(notice: DisclosureNotice) -> Iterator[Problem]:
    """Yield any mismatch between the ground and the recipient (N09, N10, N16-N24)."""
    disclosed = field_of(notice, "disclosed_at")  # if unread, it has its own problem
    if disclosed is not None and disclosed.day < IN_FORCE:
        return
    with suppress(UnreadField):
        yield from mismatches(notice.ground, notice.recipient)


def check_data(data: object, given: Circumstances) -> tuple[Problem, ...]:
    """Return every problem of data meant to be a notice: its shape, and rules where readable."""
    notice, shape = read_partly(DisclosureNotice, data)
    if not shape:
        return check(notice, given)
    # An acknowledgement may refer to a part that could not be read.
    return (*shape, *_settled(_found(notice, given), notice, given))


def check_together(
    notices: Sequence[DisclosureNotice], given: Circumstances
) -> tuple[Problem, ...]:
    """Return what prevents the notices from being sent in one message (N12, N25)."""
    first, *others = notices
    of_another_client = [i for i, n in enumerate(others, 1) if n.client != first.client]
    ids = [n.id for n in notices]
    firsts = {each: i for i, each in reversed(list(enumerate(ids)))}
    doubled = [i for i, each in enumerate(ids) if each is not None and firsts[each] < i]
    senders = [given.organisation_of(n.controller.oid) for n in notices]
    known = next((each for each in senders if each is not None), None)
    of_another_sender = [i for i, each in enumerate(senders) if each not in {None, known}]
    return (
        *(problem("N12", f"[{i}].client") for i in of_another_client),
        *(problem("N12.same_id", f"[{i}].id") for i in doubled),
        *(problem("N25.several", f"[{i}].controller.oid") for i in of_another_sender),
    )


__all__ = ["RULES", "check", "check_data", "check_together", "keeps_every_rule"]
