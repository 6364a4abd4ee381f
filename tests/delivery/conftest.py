"""One suite for both shells: every test that takes ``kanta`` runs with the sync and async one."""

from collections.abc import Iterator

import pytest
from places import NOTICES
from shells import Shell

from sha_disclosure import DisclosureNotice
from sha_disclosure.tools.sandbox import Sandbox


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
