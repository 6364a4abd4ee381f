"""The total number of retries a client may make, so that an outage does not multiply its load.

A token bucket as in the AWS SDKs' standard retry mode (AWS SDKs and Tools Reference Guide,
"Retry behavior": first attempts are free, a retry costs 5, a success after a retry refunds its
cost, any other success earns 1).
"""

from __future__ import annotations

from sha_disclosure.process import ProcessLock

_COST = 5


class RetryQuota:
    """The remaining retries of one client; shared by its threads."""

    def __init__(self, retries: int) -> None:
        self._full = retries * _COST
        self._left = self._full
        self._lock = ProcessLock()

    @property
    def left(self) -> int:
        """The number of retries that could be made now."""
        return self._left // _COST

    def take(self) -> bool:
        """Return whether one more retry may be made, and count it."""
        with self._lock.own:
            if self._left < _COST:
                return False
            self._left -= _COST
            return True

    def succeeded(self, *, retried: bool) -> None:
        """Refund after a success: a whole retry if it took one, otherwise a fifth."""
        if not retried and self._left >= self._full:
            return  # the common case, without the lock
        with self._lock.own:
            self._left = min(self._full, self._left + (_COST if retried else 1))
