"""Example hosts that are killed, or lose their database, while users work: a long day.

What the host's database committed is what the service has: joined by notice id and reference,
through the outbox's evidence.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from host_servers import GUNICORN, UVICORN, HostServer, Users
from outbox.outbox_parts import TIMING
from proofs import TIMES
from sqlalchemy import create_engine, text

from sha_disclosure import KantaClient, Outbox
from sha_disclosure.tools.sandbox import Sandbox
from tests.outbox.postgresql import Cluster

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]

COUNT = 200 * TIMES
REFUSE_A_THIRD = """
CREATE FUNCTION taken_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF mod(CAST(substr(NEW.key, 3) AS INTEGER), 3) = 2 THEN RAISE EXCEPTION 'taken back'; END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER taken_back AFTER INSERT ON disclosure
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION taken_back();
"""
"""The host's database refuses every third disclosure when it is committed, after ``add``."""


def variables(sandbox: Sandbox, url: str) -> dict[str, str]:
    return {
        "SHA_DISCLOSURE_SETTINGS": str(sandbox.settings_file),
        "RECORDS_DATABASE": url.replace("postgresql:", "postgresql+psycopg:"),
    }


def refuse_a_third(url: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql(REFUSE_A_THIRD)
    engine.dispose()


def prove(url: str, sandbox: Sandbox) -> str:
    """Deliver what is left, compare both sides, and return the figures."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT key, notice_id FROM disclosure")).all()
    engine.dispose()
    committed: dict[str, str] = {notice_id: key for key, notice_id in rows}
    assert sorted(committed.values()) == sorted(f"d-{n}" for n in range(COUNT) if n % 3 != 2)
    with Outbox(url, create=False) as outbox, KantaClient(sandbox.settings()) as kanta:
        until = time.monotonic() + 60
        while outbox.status().counts["delivered"] < len(committed):  # a killed one's leases end
            assert time.monotonic() < until, outbox.status()
            outbox.drain(kanta, timing=TIMING)
        references, marked = {}, set()
        for evidence in outbox.export():
            references |= {each["notice_id"]: each["reference"] for each in evidence["notices"]}
            if evidence["possibly_duplicated"]:
                marked |= {each["notice_id"] for each in evidence["notices"]}
    assert references == committed
    received = {each.notice_id: each.deliveries for each in sandbox.received()}
    assert set(received) == set(committed)
    twice = {notice_id for notice_id, times in received.items() if times > 1}
    assert twice <= marked
    return f"{len(committed)} committed of {COUNT}, {len(twice)} came twice, {len(marked)} marked"


def soon() -> float:
    """Five seconds; longer where processes have to wait for a processor."""
    return 5 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.fixture
def sandbox(tmp_path: Path):
    with Sandbox(folder=tmp_path / "sandbox") as made:
        yield made


def test_gunicorn_workers_with_a_drainer_each_outlive_their_database(
    host_cluster: Cluster, sandbox: Sandbox, tmp_path: Path, capsys: Any
):
    pytest.importorskip("flask")
    pytest.importorskip("gunicorn")
    with host_cluster.database() as url:
        host = HostServer("flask", GUNICORN, variables(sandbox, url), tmp_path)
        with host.running():
            refuse_a_third(url)
            users = Users(host.url, COUNT).start()
            for part in (3, 2):
                users.wait_for(COUNT // part)
                host_cluster.restart()
            users.join()
            assert len(host.processes()) == 4, host.log()
            seconds = host.terminate()
        figures = prove(url, sandbox)
    with capsys.disabled():
        sys.stdout.write(f"\n  gunicorn, two restarts: {figures}; ended in {seconds:.2f} s\n")
    assert seconds < soon()


@pytest.mark.parametrize(("name", "program"), [("flask", GUNICORN), ("fastapi", UVICORN)])
def test_a_host_that_is_killed_twice_delivers_what_it_committed(
    name: str, program: Any, host_cluster: Cluster, sandbox: Sandbox, tmp_path: Path, capsys: Any
):
    pytest.importorskip(name)
    pytest.importorskip(program[0])
    with host_cluster.database() as url:
        host = HostServer(name, program, variables(sandbox, url), tmp_path)
        with host.running():
            refuse_a_third(url)
            users = Users(host.url, COUNT).start()
            for part in (3, 2):
                users.wait_for(COUNT // part)
                host.kill()
                host.start()
            users.join()
            seconds = host.terminate()
        figures = prove(url, sandbox)
    with capsys.disabled():
        sys.stdout.write(f"\n  {name}, killed twice: {figures}; ended in {seconds:.2f} s\n")
    assert seconds < soon()
