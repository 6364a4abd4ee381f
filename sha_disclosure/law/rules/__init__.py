"""The national rules of a notice: where each looks and what must hold there.

Words and citations are in ``catalogue``. A rule that meets a part that could not be read
passes it over: that part has its own problem already. So all problems come at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sha_disclosure.findings import Problem, problem
from sha_disclosure.law.judging import judge
from sha_disclosure.law.rules.circumstances import Circumstances
from sha_disclosure.law.rules.content import CONTENT_RULES
from sha_disclosure.law.rules.editions import EDITION_RULES
from sha_disclosure.law.rules.grounds import GROUND_RULES
from sha_disclosure.notice import DisclosureNotice, read_partly

RULES = (*CONTENT_RULES, *GROUND_RULES, *EDITION_RULES)


def check(notice: DisclosureNotice, given: Circumstances) -> tuple[Problem, ...]:
    """Return every breach of the rules in a notice; warnings are among them."""
    return judge(RULES, notice, given)


def check_data(data: object, given: Circumstances) -> tuple[Problem, ...]:
    """Return every problem of data that is to be a notice: of shape and, where read, of rules."""
    notice, shape = read_partly(DisclosureNotice, data)
    return (*shape, *check(notice, given))


def check_together(
    notices: Sequence[DisclosureNotice], given: Circumstances
) -> tuple[Problem, ...]:
    """Return what keeps the notices from going in one message (N12, N25)."""
    first, *others = notices
    apart = [i for i, n in enumerate(others, 1) if n.client != first.client]
    ids = [n.id for n in notices]
    doubled = [i for i, each in enumerate(ids) if each is not None and each in ids[:i]]
    senders = [given.organisation_of(n.controller.oid) for n in notices]
    known = next((each for each in senders if each is not None), None)
    foreign = [i for i, each in enumerate(senders) if each not in {None, known}]
    return (
        *(problem("N12", f"[{i}].client") for i in apart),
        *(problem("N12.same_id", f"[{i}].id") for i in doubled),
        *(problem("N25.several", f"[{i}].controller.oid") for i in foreign),
    )


__all__ = ["RULES", "Circumstances", "check", "check_data", "check_together"]
