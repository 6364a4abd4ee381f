"""The law (703/2023): the rules of a notice, its grounds, and whether a notice is needed.

Search reasons live in ``sha_disclosure.law.searches``, which is imported separately.
"""

from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.need import NoticeNeed, notice_needed
from sha_disclosure.law.rules import check, check_data, check_together, keeps_every_rule

__all__ = [
    "Circumstances",
    "NoticeNeed",
    "check",
    "check_data",
    "check_together",
    "keeps_every_rule",
    "notice_needed",
]
