"""The rules on which ground goes with which recipient (N09, N10, N16-N24).

Each is a row of the table in ``sha_disclosure.law.grounds``; here only its outcome is told.
"""

from __future__ import annotations

from typing import Any

from sha_disclosure.law.grounds import MISFITS, Misfit, misfits
from sha_disclosure.law.judging import Found, Rule
from sha_disclosure.law.rules.circumstances import Circumstances
from sha_disclosure.notice import DisclosureNotice


def _judgements(notice: DisclosureNotice, _: Circumstances) -> Found:
    purpose = notice.__dict__.get("purpose")  # what cannot be read of it has its own problem
    for misfit in misfits(notice.ground, notice.recipient, purpose):
        yield misfit.path, misfit


def _rule(key: str, severity: Any) -> Rule[DisclosureNotice, Circumstances]:
    def holds(misfit: Misfit, _: Circumstances) -> bool:
        return misfit.key != key

    def provision(misfit: Misfit, _: Circumstances) -> str:
        return misfit.provision

    return Rule(key, _judgements, holds, expected=provision, severity=severity)


GROUND_RULES = tuple(_rule(key, severity) for key, severity in MISFITS.items())
