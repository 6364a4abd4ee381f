"""One suite for both shells: every test that takes ``kanta`` runs with the sync and async one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from sha_disclosure import AsyncKantaClient, DisclosureNotice, KantaClient, Settings
from sha_disclosure.sandbox import Sandbox
from sha_disclosure.sources import Sources

NOTICES = Path(__file__).parents[2] / "examples" / "notices"


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    shared_sandbox.clear_faults()
    return shared_sandbox


@pytest.fixture
def slept() -> list[float]:
    """The waits between attempts, in seconds; nobody really waits."""
    return []


class Shell:
    """A client of either kind behind one face."""

    def __init__(self, kind: str, slept: list[float]) -> None:
        self.kind = kind
        self.slept = slept
        self._loop = asyncio.new_event_loop() if kind == "async" else None
        self._open: list = []

    def connect(self, settings: Settings, **options) -> "Shell":
        options.setdefault("sources", Sources(sleep=self.slept.append))
        if self._loop is None:
            self.client = KantaClient(settings, **options)
        else:

            async def sleep(seconds: float) -> None:
                options["sources"].sleep(seconds)

            self.client = AsyncKantaClient(settings, sleep=sleep, **options)
        self._open.append(self.client)
        return self

    def prepare(self, notice):
        return self.client.prepare(notice)

    def submit(self, prepared, **options):
        if self._loop is None:
            return self.client.submit(prepared, **options)
        return self._loop.run_until_complete(self.client.submit(prepared, **options))

    def close(self) -> None:
        for client in self._open:
            if self._loop is None:
                client.close()
            else:
                self._loop.run_until_complete(client.aclose())
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()


@pytest.fixture(params=["sync", "async"])
def shell(request, slept) -> Iterator[Shell]:
    made = Shell(request.param, slept)
    yield made
    made.close()


@pytest.fixture
def kanta(shell: Shell, sandbox: Sandbox) -> Shell:
    return shell.connect(sandbox.settings())


@pytest.fixture
def notice() -> DisclosureNotice:
    text = (NOTICES / "disclosed-to-client.json").read_bytes()
    return DisclosureNotice.model_validate_json(text).model_copy(update={"id": None})
