"""Big files: several at once, a journal that a second run goes on from, what is printed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_parts import EXAMPLES, process_environment
from proofs import TIMES

from sha_disclosure.cli.journal import Journal
from sha_disclosure.cli.reach import unreachable
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.settings import Settings


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def send(command, sandbox, quick):
    sandbox.clear_faults()
    return lambda *arguments, **more: command(
        "send", "--settings", sandbox.settings_file, *arguments, **more
    )


def test_several_workers_send_each_notice_once(send, sandbox, write, good, broken):
    file = write("many.jsonl", *[good] * 10, broken, *[good] * 10)
    before = len(sandbox.received())
    result = send("--workers", "4", "--json", file)
    assert result.exit_code == 1
    records = lines(result.stdout)
    assert sorted(each["line"] for each in records) == list(range(1, 22))
    assert [each["line"] for each in records if "error" in each] == [11]
    stored = {each.notice_id for each in sandbox.received()[before:]}
    assert stored == {each["notice_id"] for each in records if "error" not in each}
    assert send("--workers", "0", file).exit_code == 4


@pytest.mark.parametrize("journal", [True, False])
def test_two_of_one_reference_at_once_are_sent_once(send, sandbox, write, good, tmp_path, journal):
    file = write("two.jsonl", *[{**good, "reference": "tapaus-1"}] * 4)
    before = len(sandbox.received())
    sandbox.inject("delay", seconds=0.5)  # the others come while the first is under way
    kept = ("--journal", tmp_path / "progress") if journal else ()
    result = send("--workers", "4", *kept, file)
    assert result.exit_code == 0
    assert "same reference: 3" in result.stdout
    assert len(sandbox.received()) == before + 1


def test_one_that_is_no_notice_holds_up_no_other_of_its_reference(
    send, sandbox, write, good, broken
):
    named = [{**each, "reference": "tapaus-1"} for each in (broken, good, broken)]
    before = len(sandbox.received())
    result = send("--workers", "3", "--json", write("mixed.jsonl", *named))
    assert result.exit_code == 1
    assert sorted(each.get("error", "") for each in lines(result.stdout)) == [
        "", "InvalidNotice", "InvalidNotice",
    ]  # fmt: skip
    assert len(sandbox.received()) == before + 1


MEASURED = """
import atexit, pathlib, re, runpy, sys
def peak():
    status = pathlib.Path("/proc/self/status").read_text("ascii")
    print("peak", re.search(r"VmHWM:\\s+([0-9]+)", status)[1], file=sys.stderr)
atexit.register(peak)
runpy.run_module("sha_disclosure", run_name="__main__")
"""


def peak_memory(*arguments: object) -> int:
    """Run the command in a process; return the most memory it had, in kilobytes."""
    result = subprocess.run(
        [sys.executable, "-c", MEASURED, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env=process_environment(),
    )
    return int(result.stderr.rpartition("peak ")[2])


@pytest.mark.proof
@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak in /proc")
@pytest.mark.parametrize("journal", [True, False])
def test_memory_stays_flat_however_many_lines_are_sent(sandbox, write, good, tmp_path, journal):
    """Ten times the lines, with references, take no more memory: so do 100 000."""
    peaks = []
    for count in (100 * TIMES, 1000 * TIMES):
        named = [{**good, "reference": f"tapaus-{count}-{number}"} for number in range(count)]
        file = write(f"{count}.jsonl", *named)
        kept = ("--journal", tmp_path / str(count)) if journal else ()
        options = ("--settings", sandbox.settings_file, "--workers", 4, "--quiet", *kept)
        peaks.append(peak_memory("send", *options, file))
    assert peaks[1] - peaks[0] < 2_000


def test_a_second_run_with_the_journal_sends_only_the_rest(send, sandbox, write, good, tmp_path):
    journal = tmp_path / "progress"
    file = write("many.jsonl", *[good] * 5)
    before = len(sandbox.received())
    sandbox.inject("status", times=2, status=422)
    first = send("--json", "--journal", journal, file)
    assert first.exit_code == 2
    assert [each["line"] for each in lines(first.stdout) if "error" not in each] == [3, 4, 5]
    second = send("--json", "--journal", journal, file)
    assert second.exit_code == 0
    assert [each["line"] for each in lines(second.stdout)] == [1, 2]
    third = send("--journal", journal, file)
    assert third.exit_code == 0
    assert "accepted already, in an earlier run or under the same reference: 5" in third.stdout
    assert len(sandbox.received()) == before + 5
    assert journal.stat().st_mode & 0o077 == 0


def test_what_ended_unknown_is_sent_again_under_the_same_id(send, sandbox, write, good, tmp_path):
    arguments = ("--json", "--journal", tmp_path / "progress", write("n.json", good))
    sandbox.inject("reset_after", times=2)
    (unknown,) = lines(send(*arguments).stdout)
    assert unknown["error"] == "OutcomeUnknown"
    (accepted,) = lines(send(*arguments).stdout)
    assert accepted["notice_id"] == unknown["notice_id"]


def test_a_reference_is_known_in_any_file(send, write, good, tmp_path):
    arguments = ("--json", "--journal", tmp_path / "progress")
    named = [{**good, "reference": f"tapaus-{number}"} for number in range(3)]
    assert len(lines(send(*arguments, write("first.jsonl", *named[:2])).stdout)) == 2
    (rest,) = lines(send(*arguments, write("all.jsonl", *named)).stdout)
    assert (rest["reference"], rest["line"]) == ("tapaus-2", 3)
    assert send(*arguments, "-", input=json.dumps(named[0])).stdout == ""


def test_a_journal_says_what_it_cannot_be_used_for(send, write, good, tmp_path):
    journal = tmp_path / "progress"
    file = write("n.jsonl", good)
    assert send("--journal", journal, file).exit_code == 0
    changed = send("--journal", journal, write("n.jsonl", good, good))
    assert changed.exit_code == 4
    assert "has changed since" in changed.stderr
    piped = send("--journal", journal, "-", input=json.dumps(good))
    assert piped.exit_code == 4
    assert "needs a `reference`" in piped.stderr
    other = write("no-journal", good)
    assert "cannot be used as a journal" in send("--journal", other, file).stderr
    assert json.loads(other.read_text("utf-8")) == good


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc what is open")
def test_a_file_that_is_no_journal_is_not_kept_open(write, good):
    file = write("no-journal", good)
    with pytest.raises(ConfigurationError) as caught:
        Journal(file)
    assert caught.traceback  # what it holds is not collected meanwhile
    assert str(file) not in {os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()}


@pytest.mark.proof
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent")
def test_a_run_that_is_killed_or_interrupted_goes_on_from_its_journal(
    sandbox, write, good, tmp_path
):
    sandbox.clear_faults()
    before = len(sandbox.received())
    file = write("many.jsonl", *[{**good, "reference": f"r-{n}"} for n in range(60)])
    arguments = ["send", "--settings", sandbox.settings_file, "--journal", tmp_path / "progress"]
    call = [sys.executable, "-m", "sha_disclosure.cli", *map(str, [*arguments, "--json", file])]
    for number, more in ((signal.SIGKILL, []), (signal.SIGINT, ["--workers", "3"]), (None, [])):
        with subprocess.Popen(
            [*call, *more], stdout=subprocess.PIPE, env=process_environment(), stderr=2
        ) as running:
            assert running.stdout is not None
            if number is not None:
                for _ in range(10):
                    running.stdout.readline()
                running.send_signal(number)
            running.stdout.read()
    assert running.returncode == 0
    stored = sandbox.received()[before:]
    # The notice that was cut off by SIGKILL may be there twice, under one id.
    assert len({each.notice_id for each in stored}) == 60
    assert len(stored) <= 61


@pytest.mark.parametrize("lang", ["en", "fi"])
def test_a_receipt_is_one_line_of_at_most_80_columns(send, write, good, lang):
    file = write(f"{'long-name-' * 12}.jsonl", good, good)
    result = send("--lang", lang, file)
    *receipts, _counts = result.stdout.splitlines()
    assert [len(line) for line in receipts] == [80, 80]
    assert [line.split(": ")[0].rpartition(":")[2] for line in receipts] == ["1", "2"]


def test_a_kind_of_warning_is_printed_once(send, write):
    data = json.loads((EXAMPLES / "statute-to-authority.json").read_bytes())
    request = {"kind": "information_request", "provision": "703/2023 50 §"}
    file = write("many.jsonl", *[{**data, "ground": request}] * 4)
    result = send("--dry-run", file)
    assert result.exit_code == 0, result.output
    assert result.stderr.count("N16") == 2
    assert "N16: 3 more" in result.stderr


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("127.0.0.1:1", "127.0.0.1, port 1: nothing listens there"),
        ("no-such-host.invalid", "no-such-host.invalid, port 443: the name is not known"),
    ],
)
def test_a_way_that_leads_nowhere_is_named_with_its_reason(place: str, reason: str) -> None:
    settings = Settings.stand_in().model_copy(update={"base_url": f"https://{place}/fhir"})
    assert reason in str(unreachable(settings))


@pytest.mark.proof
def test_a_service_that_is_silent_is_reported_before_the_attempt_ends(sandbox, write, good):
    with Silent() as port:
        address = f"https://127.0.0.1:{port}/fhir"
        with subprocess.Popen(
            [sys.executable, "-m", "sha_disclosure.cli", "send", str(write("n.json", good))],
            stderr=subprocess.PIPE,
            text=True,
            env=process_environment(
                SHA_DISCLOSURE_SETTINGS=str(sandbox.settings_file),
                SHA_DISCLOSURE__BASE_URL=address,
            ),
        ) as running:
            assert running.stderr is not None
            said = running.stderr.readline()
            assert running.poll() is None  # long before the attempt ends
            running.kill()
    assert f"127.0.0.1, port {port}: no answer" in said


class Silent:
    """A port whose queue of connections is full, so that another gets no answer."""

    def __enter__(self) -> int:
        self._sockets = [socket.socket()]
        self._sockets[0].bind(("127.0.0.1", 0))
        self._sockets[0].listen(0)
        port = self._sockets[0].getsockname()[1]
        for _ in range(4):
            filling = socket.socket()
            filling.setblocking(False)
            filling.connect_ex(("127.0.0.1", port))
            self._sockets.append(filling)
        return int(port)

    def __exit__(self, *_: object) -> None:
        for each in self._sockets:
            each.close()
