"""A sandbox with three registered organisations, and one suite for both shells."""

from collections.abc import Iterator

import pytest
from places import NOTICES
from shells import Shell
from three_organisations import FIRST, REGISTER, SECOND, THIRD

from sha_disclosure import DisclosureNotice
from sha_disclosure.tools.sandbox import Sandbox


@pytest.fixture(scope="session")
def shared() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        sandbox.add_organisation(FIRST, "Ensimmäinen vuokralainen")
        sandbox.add_organisation(SECOND, "Toinen vuokralainen", own=("signing", "token"))
        sandbox.add_organisation(
            THIRD, "Kolmas vuokralainen", controllers=[REGISTER, THIRD], own=("signing", "tls")
        )
        yield sandbox


@pytest.fixture
def sandbox(shared: Sandbox) -> Sandbox:
    shared.clear_faults()
    return shared


@pytest.fixture(params=["sync", "async"])
def shell(request) -> Iterator[Shell]:
    made = Shell(request.param, [])
    yield made
    made.close()


@pytest.fixture
def kanta(shell: Shell, sandbox: Sandbox) -> Shell:
    return shell.connect(sandbox.settings())


@pytest.fixture
def notice_of():
    text = (NOTICES / "disclosed-to-client.json").read_bytes()
    notice = DisclosureNotice.model_validate_json(text).model_copy(update={"id": None})

    def made(controller: str) -> DisclosureNotice:
        data = notice.model_dump(mode="json", exclude_none=True)
        data["controller"]["oid"] = controller
        return DisclosureNotice.model_validate(data)

    return made
