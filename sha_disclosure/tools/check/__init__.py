"""Readiness (käyttöönottovalmius): whether keys, settings and the way to the service are right.

``inspect`` makes every check that can be made, also after one that failed, and sends nothing;
``inspect_line`` goes on line and stores nothing. Behind ``sha-disclosure check``.
"""

from __future__ import annotations

from sha_disclosure.tools.check.inspection import Inspection, inspect
from sha_disclosure.tools.check.online import inspect_line
from sha_disclosure.tools.check.result import Result, Status

__all__ = ["Inspection", "Result", "Status", "inspect", "inspect_line"]
