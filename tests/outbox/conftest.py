"""A sandbox, clients, prepared notices of many clients, and outboxes to put them in."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mariadb import Server, server_or_reason
from outbox_parts import fast, notice_about
from postgresql import Cluster, cluster_or_reason
from proofs import proof

from sha_disclosure import KantaClient
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.editions import Edition
from sha_disclosure.outbox import Outbox
from sha_disclosure.tools.sandbox import Sandbox


@pytest.fixture(scope="session")
def outbox_sandbox(edition: Edition) -> Iterator[Sandbox]:
    with Sandbox(edition=edition) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(outbox_sandbox: Sandbox) -> Sandbox:
    outbox_sandbox.clear_faults()
    return outbox_sandbox


@pytest.fixture
def kanta(sandbox: Sandbox, edition: Edition) -> Iterator[KantaClient]:
    with KantaClient(fast(sandbox.settings()), edition=edition) as client:
        yield client


@pytest.fixture
def prepare(kanta: KantaClient) -> Callable[..., PreparedNotice]:
    """Prepare a notice, each time about another client unless one is named."""
    numbers = itertools.count(1)

    def make(client: int | None = None, **fields: str) -> PreparedNotice:
        notice = notice_about(next(numbers) if client is None else client)
        return kanta.prepare(notice.model_copy(update=fields))

    return make


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


@pytest.fixture
def outbox(file: Path) -> Iterator[Outbox]:
    with Outbox(file) as made:
        yield made


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    made = cluster_or_reason()
    if isinstance(made, str):
        pytest.skip(made)
    with made:
        yield made


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    made = server_or_reason()
    if isinstance(made, str):
        pytest.skip(made)
    with made:
        yield made


def running(request: pytest.FixtureRequest) -> Cluster | Server:
    """Return the server that a parameter names."""
    fixture = {"postgresql": "cluster", "mariadb": "mariadb"}[request.param]
    started: Cluster | Server = request.getfixturevalue(fixture)
    return started


@pytest.fixture(params=["postgresql", proof("mariadb")])
def server(request: pytest.FixtureRequest) -> Cluster | Server:
    """Each database server."""
    return running(request)


@pytest.fixture(params=["sqlite", *map(proof, ["postgresql", "mariadb"])])
def place(request: pytest.FixtureRequest, file: Path) -> Iterator[str]:
    """The address of a new outbox, on each database: the servers' turns are long proofs."""
    if request.param == "sqlite":
        yield str(file)
        return
    with running(request).database() as url:
        yield url
