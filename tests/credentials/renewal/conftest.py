"""A sandbox whose certificates a test renews, and one suite for both shells."""

from collections.abc import Iterator

import pytest
from places import NOTICES
from renewing import Renewing
from shells import Shell

from sha_disclosure import DisclosureNotice
from sha_disclosure.tools.sandbox import Sandbox


@pytest.fixture
def sandbox(tmp_path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path / "sandbox") as sandbox:
        yield sandbox


@pytest.fixture
def files(sandbox: Sandbox) -> Renewing:
    return Renewing(sandbox)


@pytest.fixture(params=["sync", "async"])
def shell(request) -> Iterator[Shell]:
    made = Shell(request.param, [])
    yield made
    made.close()


@pytest.fixture
def heard() -> list:
    return []


@pytest.fixture
def kanta(shell: Shell, sandbox: Sandbox, heard: list) -> Shell:
    return shell.connect(sandbox.settings(), listeners=[heard.append])


@pytest.fixture
def notice() -> DisclosureNotice:
    text = (NOTICES / "disclosed-to-client.json").read_bytes()
    return DisclosureNotice.model_validate_json(text).model_copy(update={"id": None})
