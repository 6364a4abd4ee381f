"""Sources of time, randomness and waiting, as parameters, so that builds are repeatable."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import SystemRandom
from typing import Protocol

from sha_disclosure.identity_codes import names_a_person

_RANDOM = ~(0xF << 76 | 0b11 << 62)
_FOURTH = 4 << 76 | 0b10 << 62
"""Version and variant of a random UUID (RFC 9562 section 5.4)."""


class Randomness(Protocol):
    """The part of ``random.Random`` the SDK uses."""

    def getrandbits(self, k: int, /) -> int:
        """Return ``k`` random bits as an integer."""

    def random(self) -> float:
        """Return a number in [0, 1)."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Sources:
    """Clock (aware datetimes), randomness and sleep (seconds), with the real ones as defaults.

    ``clock`` returns the time of day and may jump when a host's clock is set; ``monotonic``
    (seconds from any start) never does and measures durations.
    """

    clock: Callable[[], datetime] = _now
    randomness: Randomness = field(default_factory=SystemRandom)
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic

    def wait(self, seconds: float, stop: threading.Event | None) -> None:
        """Sleep; the real ``sleep`` is cut short when ``stop`` is set."""
        if stop is not None and self.sleep is time.sleep:
            stop.wait(seconds)
        else:
            self.sleep(seconds)

    def uuid(self) -> str:
        """Return a random UUID (RFC 9562 version 4), as X-Request-Id and ``jti`` use it.

        Never one that looks like a personal identity code, as about one in two hundred thousand
        does: a scan of headers and logs for such codes would report it.
        """
        while True:
            digits = f"{self.randomness.getrandbits(128) & _RANDOM | _FOURTH:032x}"
            parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
            made = "-".join(parts)
            if not names_a_person(made):
                return made
