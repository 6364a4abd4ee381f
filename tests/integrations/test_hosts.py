"""The example systems on Flask, FastAPI and the shell store what they commit, and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from places import NOTICES, ROOT
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from sha_disclosure import Outbox

HOSTS = ROOT / "examples" / "hosts"


def host(name: str) -> Any:
    spec = spec_from_file_location(f"records_{name}", HOSTS / name / "records.py")
    assert spec is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def notice(number: int, **changed: Any) -> dict[str, Any]:
    made = json.loads((NOTICES / "statute-to-authority.json").read_bytes())
    made.pop("id", None)
    return made | {"reference": f"d-{number}"} | changed


def stored(sandbox: Any, wanted: set[str]) -> set[str]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = {each.notice_id for each in sandbox.received()}
        if wanted <= found:
            return found & wanted
        time.sleep(0.05)
    return set()


def test_flask_delivers_what_it_commits(service, tmp_path):
    pytest.importorskip("flask")
    engine = create_engine(f"sqlite:///{tmp_path / 'records.sqlite'}")
    app = host("flask").create_app(service.settings(), engine)
    client = app.test_client()
    answers = [client.post("/disclose", json=notice(n)) for n in range(3)]
    assert [each.status_code for each in answers] == [201, 201, 201]
    again = client.post("/disclose", json=notice(4, purpose=" "))
    assert (again.status_code, again.json["problems"][0]["rule"]) == (422, "N05")
    wanted = {each.json["notice_id"] for each in answers}
    assert stored(service, wanted) == wanted
    assert client.get("/health").status_code == 200
    assert app.extensions["drainer"].stop(5)
    engine.dispose()


def test_fastapi_delivers_what_it_commits(service, tmp_path):
    pytest.importorskip("fastapi")
    import httpx  # noqa: PLC0415

    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'records.sqlite'}")
    app = host("fastapi").create_app(service.settings(), engine)

    async def use() -> tuple[set[str], int, set[str]]:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://records") as client,
        ):
            answers = [await client.post("/disclose", json=notice(n)) for n in range(3)]
            refused = await client.post("/disclose", json=notice(4, purpose=" "))
            wanted = {each.json()["notice_id"] for each in answers}
            delivered = await asyncio.to_thread(stored, service, wanted)
            assert (await client.get("/health")).status_code == 200
        assert not app.state.drainer.health().running
        await engine.dispose()
        return wanted, refused.status_code, delivered

    wanted, refused, delivered = asyncio.run(use())
    assert len(wanted) == 3
    assert refused == 422
    assert delivered == wanted


@pytest.mark.proof
def test_the_shell_keeps_what_is_refused_and_delivers_the_rest(service, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for number in range(3):
        (out / f"{number}.json").write_text(json.dumps(notice(number)), "utf-8")
    (out / "bad.json").write_text(json.dumps(notice(9, purpose=" ")), "utf-8")
    before = {each.notice_id for each in service.received()}
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "SHA_DISCLOSURE_SETTINGS": str(service.folder / "sha-disclosure.toml"),
    }
    ended = subprocess.run(
        [HOSTS / "shell" / "disclose.sh", tmp_path],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert not list(out.iterdir())
    assert {each.name for each in (tmp_path / "refused").iterdir()} >= {"bad.json"}
    assert len({each.notice_id for each in service.received()} - before) == 3
    with Outbox(tmp_path / "outbox.sqlite", create=False) as outbox:
        references = {each for entry in outbox.list() for each in entry.references}
    assert references == {"d-0", "d-1", "d-2"}
