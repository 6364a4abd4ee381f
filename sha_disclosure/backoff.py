"""How long to wait before trying again: exponential back-off with full jitter."""

from __future__ import annotations

_DOUBLINGS_MAX = 60  # exceeds any bound; a larger power would overflow


def backoff(failures: int, *, base_s: float, longest_s: float, fraction: float) -> float:
    """Return the seconds to wait after a number of consecutive failures.

    The bound doubles with each failure from ``base_s`` to ``longest_s``. ``fraction``, a random
    number in [0, 1), selects the wait below it, so that clients that failed together do not
    retry together (M. Brooker, Exponential Backoff and Jitter, 2015: "full jitter").
    """
    doublings = min(max(failures - 1, 0), _DOUBLINGS_MAX)
    return fraction * min(longest_s, base_s * 2.0**doublings)


__all__ = ["backoff"]
