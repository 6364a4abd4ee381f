"""The example of a shell script, killed while it works: what is finished is delivered, once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from outbox.outbox_parts import TIMING
from places import NOTICES, ROOT
from proofs import TIMES

from sha_disclosure import KantaClient, Outbox
from sha_disclosure.tools.sandbox import Sandbox

pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX"),
]

SCRIPT = ROOT / "examples" / "hosts" / "shell" / "disclose.sh"
# Each notice costs a process of its own.
COUNT = 45 if TIMES == 1 else 200 * TIMES


def write(out: Path, number: int) -> None:
    """Write a disclosure as the record system does; take every third back before it is finished."""
    made = json.loads((NOTICES / "statute-to-authority.json").read_bytes())
    made.pop("id", None)
    unfinished = out / f"{number}.tmp"
    unfinished.write_text(json.dumps(made | {"reference": f"d-{number}"}), "utf-8")
    if number % 3 == 2:
        unfinished.unlink()
    else:
        unfinished.rename(out / f"{number}.json")


def begin(folder: Path, sandbox: Sandbox) -> subprocess.Popen[bytes]:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    settings = str(sandbox.settings_file)
    return subprocess.Popen(
        [SCRIPT, folder],
        env={
            **os.environ,
            "PATH": programs,
            "PYTHONPATH": path,
            "SHA_DISCLOSURE_SETTINGS": settings,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(running: subprocess.Popen[bytes]) -> None:
    """Kill the script and the command it runs, as a lost machine would."""
    os.killpg(running.pid, signal.SIGKILL)
    running.wait(20)


def until(seen: Any, running: subprocess.Popen[bytes]) -> None:
    while not seen():
        assert running.poll() is None
        time.sleep(0.2)  # looking costs the sandbox, in this process, its time


def test_a_script_that_is_killed_twice_delivers_what_was_finished(tmp_path: Path, capsys: Any):
    """Once between its additions, and once while it sends."""
    out = tmp_path / "out"
    out.mkdir()
    chance = random.Random(7)
    for number in range(COUNT):
        write(out, number)
    wanted = {f"d-{number}" for number in range(COUNT) if number % 3 != 2}
    with Sandbox(folder=tmp_path / "sandbox") as sandbox:
        running = begin(tmp_path, sandbox)
        until(lambda: len(list(out.glob("*.json"))) < len(wanted) / 2, running)
        time.sleep(chance.uniform(0, 0.7))
        kill(running)
        sandbox.inject("delay", seconds=0.05, times=COUNT)
        running = begin(tmp_path, sandbox)
        until(lambda: len(sandbox.received()) > len(wanted) / 3, running)
        kill(running)
        assert begin(tmp_path, sandbox).wait(3000) == 0
        references, marked = delivered(tmp_path / "outbox.sqlite", sandbox, len(wanted))
        received = {each.notice_id: each.deliveries for each in sandbox.received()}
    assert not list(out.glob("*.json"))
    assert sorted(references.values()) == sorted(wanted)
    assert set(received) == set(references)
    twice = {notice_id for notice_id, times in received.items() if times > 1}
    assert twice <= marked
    said = f"{len(wanted)} finished of {COUNT}, {len(twice)} came twice, {len(marked)} marked"
    with capsys.disabled():
        sys.stdout.write(f"\n  shell, killed twice: {said}\n")


def delivered(file: Path, sandbox: Sandbox, count: int) -> tuple[dict[str, str], set[str]]:
    """Deliver what the killed drain held; return references by notice id, and what is marked."""
    with Outbox(file, create=False) as outbox, KantaClient(sandbox.settings()) as kanta:
        ends = time.monotonic() + 120
        while outbox.status().counts["delivered"] < count:  # the killed one's leases end
            assert time.monotonic() < ends, outbox.status()
            outbox.drain(kanta, timing=TIMING)
        evidence = list(outbox.export())
    return (
        {each["notice_id"]: each["reference"] for one in evidence for each in one["notices"]},
        {each["notice_id"] for e in evidence if e["possibly_duplicated"] for each in e["notices"]},
    )
