"""pytest fixtures for projects that embed the SDK: a sandbox, a client, an outbox, and faults.

pytest discovers them automatically once the package is installed, in every ``conftest.py`` and
test. Nothing else of the package is imported until a fixture is requested.
``docs/testing.md`` shows an example.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sha_disclosure.delivery.client import KantaClient
    from sha_disclosure.outbox import Outbox
    from sha_disclosure.settings import Settings
    from sha_disclosure.tools.sandbox import Sandbox

_UNTIL_CLEARED = 1_000_000

_QUICK: dict[str, dict[str, float]] = {
    "retry": {"attempts": 3, "base_s": 0.01, "deadline_s": 2, "retry_after_longest_s": 0.1},
    "timeouts": {"connect_s": 2, "read_s": 2, "write_s": 2, "attempt_s": 5},
}


class KantaFaults:
    """Makes the test's sandbox misbehave until it is cleared (häiriöt)."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def down(self) -> None:
        """Make every request fail with 503 until ``clear``: ``Unavailable``.

        For ``NotSent``, a service that cannot be reached at all, stop the sandbox.
        """
        self.inject("status", times=_UNTIL_CLEARED, status=503)

    def refuse(self, status: int = 422, times: int = 1) -> None:
        """Make the service permanently refuse the next notices: ``Rejected``."""
        self.inject("status", times=times, status=status)

    def lose_answers(self, times: int = 1) -> None:
        """Make the service store the next notices but lose the answers: ``OutcomeUnknown``."""
        self.inject("reset_after", times=times)

    def inject(self, fault: Any, *, times: int = 1, **details: Any) -> None:
        """Apply any fault of the sandbox to the next requests; see ``docs/sandbox.md``."""
        self._sandbox.inject(fault, times=times, **details)

    def clear(self) -> None:
        """Remove all faults."""
        self._sandbox.clear_faults()


@pytest.fixture
def kanta_sandbox() -> Iterator[Sandbox]:
    """Yield a new sandbox (hiekkalaatikko) that runs for one test and leaves nothing behind."""
    from sha_disclosure.tools.sandbox import Sandbox as Found  # noqa: PLC0415 - an extra

    with Found() as sandbox:
        yield sandbox


@pytest.fixture
def kanta_settings(kanta_sandbox: Sandbox) -> Settings:
    """Return the settings of a sender that the test's sandbox trusts, with short retry delays."""
    settings = kanta_sandbox.settings()
    changed = {
        name: getattr(settings, name).model_copy(update=values) for name, values in _QUICK.items()
    }
    return settings.model_copy(update=changed)


@pytest.fixture
def kanta_client(kanta_settings: Settings) -> Iterator[KantaClient]:
    """Yield a client of the test's sandbox."""
    from sha_disclosure.delivery.client import KantaClient as Found  # noqa: PLC0415 - heavy

    with Found(kanta_settings) as client:
        yield client


@pytest.fixture
def kanta_outbox(tmp_path: Path) -> Iterator[Outbox]:
    """Yield an empty outbox (lähtevien säilö) in the test's folder; needs the extra ``outbox``."""
    from sha_disclosure.outbox import Outbox as Found  # noqa: PLC0415 - an extra

    with Found(tmp_path / "kanta-outbox.sqlite") as outbox:
        yield outbox


@pytest.fixture
def kanta_faults(kanta_sandbox: Sandbox) -> KantaFaults:
    """Return the faults (häiriöt) of the test's sandbox."""
    return KantaFaults(kanta_sandbox)


__all__ = [
    "KantaFaults",
    "kanta_client",
    "kanta_faults",
    "kanta_outbox",
    "kanta_sandbox",
    "kanta_settings",
]
