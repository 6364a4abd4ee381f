"""The national rules of a notice, by what they are about; the texts are in ``messages``.

A rule that meets a part that could not be read passes it over: that part has its own problem
already. So all problems come at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from sha_disclosure.findings import Problem, problem
from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.fitting import mismatches
from sha_disclosure.law.rule import breaches
from sha_disclosure.law.rules.actors import ACTOR_RULES
from sha_disclosure.law.rules.codes import CODE_RULES
from sha_disclosure.law.rules.data_sets import DATA_SET_RULES
from sha_disclosure.law.rules.texts import TEXT_RULES
from sha_disclosure.law.rules.times import TIME_RULES
from sha_disclosure.notice import DisclosureNotice, UnreadField, read_partly

RULES = (*DATA_SET_RULES, *TIME_RULES, *ACTOR_RULES, *TEXT_RULES, *CODE_RULES)


def check(notice: DisclosureNotice, given: Circumstances) -> tuple[Problem, ...]:
    """Return every breach of the rules in a notice; warnings are among them."""
    return (*breaches(RULES, notice, given), *_ground_and_recipient(notice))


def _ground_and_recipient(notice: DisclosureNotice) -> Iterator[Problem]:
    """Yield how the ground does not go with the recipient (N09, N10, N16-N24)."""
    with suppress(UnreadField):
        purpose = getattr(notice, "purpose", None)  # unread, it has a problem of its own
        yield from mismatches(notice.ground, notice.recipient, purpose)


def check_data(data: object, given: Circumstances) -> tuple[Problem, ...]:
    """Return every problem of data that is to be a notice: of shape and, where read, of rules."""
    notice, shape = read_partly(DisclosureNotice, data)
    return (*shape, *check(notice, given))


def check_together(
    notices: Sequence[DisclosureNotice], given: Circumstances
) -> tuple[Problem, ...]:
    """Return what keeps the notices from going in one message (N12, N25)."""
    first, *others = notices
    of_another_client = [i for i, n in enumerate(others, 1) if n.client != first.client]
    ids = [n.id for n in notices]
    doubled = [i for i, each in enumerate(ids) if each is not None and each in ids[:i]]
    senders = [given.organisation_of(n.controller.oid) for n in notices]
    known = next((each for each in senders if each is not None), None)
    of_another_sender = [i for i, each in enumerate(senders) if each not in {None, known}]
    return (
        *(problem("N12", f"[{i}].client") for i in of_another_client),
        *(problem("N12.same_id", f"[{i}].id") for i in doubled),
        *(problem("N25.several", f"[{i}].controller.oid") for i in of_another_sender),
    )


__all__ = ["RULES", "check", "check_data", "check_together"]
