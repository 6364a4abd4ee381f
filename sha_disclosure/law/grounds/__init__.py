"""The grounds of a disclosure (luovutuksen peruste): with which recipient, and when a notice."""

from sha_disclosure.law.grounds.citations import Citation, citations
from sha_disclosure.law.grounds.fitting import MISFITS, Misfit, misfits, recipient_words
from sha_disclosure.law.grounds.need import NoticeNeed, notice_needed
from sha_disclosure.law.grounds.provisions import NO_GROUNDS, PROVISIONS
from sha_disclosure.law.grounds.table import BY_KIND, RECIPIENTS, Row

__all__ = [
    "BY_KIND",
    "MISFITS",
    "NO_GROUNDS",
    "PROVISIONS",
    "RECIPIENTS",
    "Citation",
    "Misfit",
    "NoticeNeed",
    "Row",
    "citations",
    "misfits",
    "notice_needed",
    "recipient_words",
]
