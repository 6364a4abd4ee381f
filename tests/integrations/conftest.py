"""Databases and a sandbox for host systems that run in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sha_disclosure.editions import Edition
from sha_disclosure.tools.sandbox import Sandbox
from tests.outbox.postgresql import Cluster, cluster_or_reason


@pytest.fixture(scope="session")
def host_cluster() -> Iterator[Cluster]:
    made = cluster_or_reason()
    if isinstance(made, str):
        pytest.skip(made)
    with made:
        yield made


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables that name the host's database."""
    if request.param == "sqlite":
        yield {"RECORDS_FILE": str(tmp_path / "records.sqlite")}
        return
    cluster: Cluster = request.getfixturevalue("host_cluster")
    with cluster.database() as url:
        yield {"RECORDS_DATABASE": url}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, edition: Edition) -> Iterator[Sandbox]:
    """A sandbox whose settings file other processes read."""
    with Sandbox(folder=tmp_path_factory.mktemp("sandbox"), edition=edition) as sandbox:
        yield sandbox
