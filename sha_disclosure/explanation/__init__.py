"""What is sent and why (selitys): traces every element of a message back to the law.

Each element derives from a field of the caller's notice or of the settings, from entries of the
edition and, through the notice, from a provision.
"""

from sha_disclosure.explanation.explanation import Explanation, explain
from sha_disclosure.explanation.rows import Origin, Row

__all__ = ["Explanation", "Origin", "Row", "explain"]
