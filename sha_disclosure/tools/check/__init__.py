"""Checking the set-up (käyttöönoton tarkistus): settings, keys and the way to the service.

``check_offline`` makes every check that needs no connection, also after one that failed;
``check_online`` goes on to the service and stores nothing there. ``line`` gives the texts of a
finding as ``sha-disclosure check`` prints them.
"""

from __future__ import annotations

from sha_disclosure.tools.check.checks import is_failed
from sha_disclosure.tools.check.connection import check_online
from sha_disclosure.tools.check.offline import Offline, check_offline
from sha_disclosure.tools.check.report import Line, Status, line

__all__ = ["Line", "Offline", "Status", "check_offline", "check_online", "is_failed", "line"]
