"""Checking the set-up (käyttöönoton tarkistus): settings, keys and the connection.

``check_offline`` makes every check that needs no connection, even after one has failed;
``check_online`` also contacts the service and stores nothing there. ``line`` returns a finding's
texts as ``sha-disclosure check`` prints them.
"""

from __future__ import annotations

from sha_disclosure.tools.check.checks import Line, Status, is_failed, line
from sha_disclosure.tools.check.connection import check_online
from sha_disclosure.tools.check.offline import Offline, check_offline

__all__ = ["Line", "Offline", "Status", "check_offline", "check_online", "is_failed", "line"]
