import pytest
from sandbox_caller import Caller

from sha_disclosure.tools.sandbox import Sandbox
from sha_disclosure.tools.sandbox.pki import generate_key


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    with Sandbox(tmp_path_factory.mktemp("shared")) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def shared_caller(shared):
    caller = Caller(shared)
    yield caller
    caller.close()


@pytest.fixture
def caller(shared, shared_caller):
    shared.clear_faults()
    return shared_caller


@pytest.fixture(scope="session")
def keys():
    return {kind: generate_key(kind) for kind in ("P-384", "RSA-2048")}
