"""What is sent and why (selitys): every element of a message, down to the law.

Each rests on a field of the caller's notice or of the settings, on entries of the edition, and
through the notice on a provision.
"""

from sha_disclosure.explanation.explanation import Explanation, explain
from sha_disclosure.explanation.rows import Origin, Row

__all__ = ["Explanation", "Origin", "Row", "explain"]
