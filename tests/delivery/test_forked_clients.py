"""A client made before a fork, as servers with worker processes make it, or in a spawned process.

Each process has its own connections; no receipt is another's, no notice is marked in vain, and
nothing waits for a lock of the parent.
"""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from proofs import lengths
from sockets import sockets_to

from sha_disclosure import KantaClient, Outbox

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def spawned(settings, prepared, answers):
    with KantaClient(settings) as kanta:
        receipt = kanta.submit(prepared)
    answers.put((receipt.notice_id, receipt.attempts, receipt.possibly_duplicated, receipt))


@pytest.mark.proof
def test_a_spawned_process_submits_what_its_parent_prepared(sandbox, notice):
    spawn = multiprocessing.get_context("spawn")
    answers = spawn.Queue()
    with KantaClient(sandbox.settings()) as kanta:
        prepared = [kanta.prepare(notice) for _ in range(2)]
        kanta.submit(prepared[0])
        children = [
            spawn.Process(target=spawned, args=(kanta.settings, each, answers))
            for each in prepared[1:]
        ]
        for child in children:
            child.start()
        ends = {answers.get(timeout=60)[:3] for _ in children}
        for child in children:
            child.join(30)
    assert ends == {(each.notice_ids[0], 1, False) for each in prepared[1:]}
    assert {each.notice_ids[0] for each in prepared} <= {r.notice_id for r in sandbox.received()}


def child_of(work) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(60)
            code = work()
        finally:
            os._exit(code)
    return child


@pytest.mark.parametrize("generations", lengths(1, 5))
def test_prefork_workers_that_are_replaced_share_nothing_with_a_busy_parent(
    sandbox, notice, generations
):
    """As Celery's pool or uWSGI: forked while other threads send, each child replaced in turn."""
    over, ends = threading.Event(), []
    before = {received.notice_id for received in sandbox.received()}
    read, write = os.pipe()
    with KantaClient(sandbox.settings()) as kanta:

        def busy() -> None:
            while not over.is_set():
                receipt = kanta.submit(kanta.prepare(notice))
                ends.append((receipt.notice_id, receipt.attempts, receipt.possibly_duplicated))

        def task() -> int:
            for _ in range(4):
                receipt = kanta.submit(kanta.prepare(notice))
                told = [receipt.notice_id, receipt.attempts, receipt.possibly_duplicated]
                os.write(write, json.dumps(told).encode() + b"\n")
            kanta.renew()
            return 0

        threads = [threading.Thread(target=busy) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(generations):
                children = [child_of(task) for _ in range(3)]
                codes = [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children]
                assert codes == [0, 0, 0]
        finally:
            over.set()
            for thread in threads:
                thread.join(30)
    os.close(write)
    with os.fdopen(read) as lines:
        children_ends = [tuple(json.loads(line)) for line in lines]
    assert len(children_ends) == 12 * generations
    assert {end[1:] for end in (*ends, *children_ends)} == {(1, False)}
    stored = {received.notice_id for received in sandbox.received()} - before
    assert {end[0] for end in (*ends, *children_ends)} == stored
    assert len(stored) == len(ends) + len(children_ends)
    assert sockets_to(kanta.settings.base_url) == []


APPLICATION = """
import json, os, pathlib
from sha_disclosure import DisclosureNotice, KantaClient, Outbox, Settings

NOTICE = DisclosureNotice.model_validate_json(pathlib.Path({notice!r}).read_bytes())
NOTICE = NOTICE.model_copy(update={{"id": None}})
kanta = KantaClient(Settings.load({settings!r}))
outbox = Outbox({outbox!r})
outbox.add(kanta.prepare(NOTICE))
kanta.submit(kanta.prepare(NOTICE))  # a connection is open when the workers are forked


def app(environ, start_response):
    receipt = kanta.submit(kanta.prepare(NOTICE))
    added = outbox.add(kanta.prepare(NOTICE))
    body = json.dumps([receipt.notice_id, receipt.attempts, receipt.possibly_duplicated,
                       added.notice_ids[0], os.getpid()]).encode()
    start_response("200 OK", [("Content-Type", "application/json"),
                              ("Content-Length", str(len(body)))])
    return [body]
"""


@pytest.mark.proof
def test_gunicorn_workers_of_a_preloaded_application(sandbox, tmp_path, notice):
    pytest.importorskip("gunicorn")
    place = tmp_path / "outbox.sqlite"
    file = tmp_path / "notice.json"
    file.write_text(notice.model_dump_json(exclude_none=True), "utf-8")
    text = APPLICATION.format(
        notice=str(file), settings=str(sandbox.settings_file), outbox=str(place)
    )
    (tmp_path / "application.py").write_text(text, "utf-8")
    errors = tmp_path / "gunicorn.log"
    command = [sys.executable, "-m", "gunicorn", "--preload", "-w", "3", "-b", "127.0.0.1:0"]
    command += ["--error-logfile", str(errors), "--graceful-timeout", "5", "application:app"]
    path = os.pathsep.join([str(tmp_path), *sys.path])
    env = {**os.environ, "PYTHONPATH": path}
    server = subprocess.Popen(command, cwd=tmp_path, env=env)
    try:
        url = listening(server, errors)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def ask(_: int) -> tuple:
            with opener.open(url, timeout=60) as answer:
                return tuple(json.load(answer))

        with ThreadPoolExecutor(6) as threads:
            ends = list(threads.map(ask, range(36)))
    finally:
        server.terminate()
        server.wait(30)
    assert {end[1:3] for end in ends} == {(1, False)}
    assert len({end[4] for end in ends}) > 1
    stored = {received.notice_id for received in sandbox.received()}
    assert {end[0] for end in ends} <= stored
    with KantaClient(sandbox.settings()) as kanta, Outbox(place) as outbox:
        assert outbox.status().counts["pending"] == 37
        assert outbox.drain(kanta).delivered == 37
    stored = {received.notice_id for received in sandbox.received()}
    assert {end[3] for end in ends} <= stored


def listening(server: subprocess.Popen, errors) -> str:
    """Return the address a server says it listens at."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        said = errors.read_text("utf-8") if errors.exists() else ""
        if "Listening at: " in said and said.count("Booting worker") == 3:
            return said.partition("Listening at: ")[2].split()[0]
        time.sleep(0.1)
    raise AssertionError(errors.read_text("utf-8") if errors.exists() else "no server")
