from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from command_parts import EXAMPLES, process_environment, tells_no_secret
from proofs import lengths, proof

from sha_disclosure.cli.notices import documents
from sha_disclosure.cli.output import clean
from sha_disclosure.cli.sending import RateLimit
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.tools.sandbox import Pki, Sandbox

KEYS = ["file", "line", "reference", "notice_id", "request_id", "status", "location", "attempts"]
FILE = EXAMPLES / "broad-right.json"


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def send(command, sandbox, quick):
    sandbox.clear_faults()
    return lambda *arguments, **more: command(
        "send", "--settings", sandbox.settings_file, *arguments, **more
    )


def test_accepted_notices_give_their_receipts_as_json(send, sandbox):
    files = [FILE, EXAMPLES / "permission-in-kanta.json"]
    before = len(sandbox.received())
    result = send("--json", *files)
    assert result.exit_code == 0, result.output
    receipts = lines(result.stdout)
    assert [list(r) for r in receipts] == [KEYS, KEYS]
    assert {r["notice_id"] for r in receipts} == {r.notice_id for r in sandbox.received()[before:]}
    assert result.stderr == ""


def test_accepted_notices_give_their_receipts_as_text(send):
    result = send("--lang", "fi", FILE)
    assert result.exit_code == 0
    assert "vastaanotettu" in result.stdout
    assert ": ok 1.2.246." in result.stdout
    assert "\x1b" not in result.stdout


def test_an_invalid_notice_is_told_and_the_others_are_sent(send, write, broken, good):
    result = send("--json", "--lang", "fi", write("b.json", broken), write("g.json", good))
    assert result.exit_code == 1
    failure, receipt = lines(result.stdout)
    assert list(receipt) == KEYS
    assert list(failure)[: len(KEYS) + 1] == [*KEYS, "error"]
    assert failure["error"] == "InvalidNotice"
    assert failure["file"].endswith("b.json")
    assert sorted(p["rule"] for p in failure["problems"]) == ["N02", "N04", "N05", "N08", "N11"]
    assert "käyttötarkoitus" in result.stdout
    tells_no_secret(result.output, send(write("b.json", broken)).output)


def test_a_notice_the_service_refuses_ends_with_2_and_its_issues(send, sandbox):
    sandbox.inject("status", status=422)
    result = send(FILE)
    assert result.exit_code == 2
    assert "Rejected" in result.stderr
    assert "this answer was requested" in result.stderr
    sandbox.inject("status", status=401, times=2)
    result = send("--json", FILE)
    assert (result.exit_code, lines(result.stdout)[0]["error"]) == (2, "Unauthorized")


def test_the_words_of_the_service_are_hidden_in_production(
    command, quick, monkeypatch, write, real_person, tmp_path
):
    monkeypatch.setenv("SHA_DISCLOSURE__ENVIRONMENT", "production")
    monkeypatch.setenv("SHA_DISCLOSURE__ACCEPT_ASSUMED", "true")
    file = write("real.json", real_person)
    # Keys of the sandbox are never taken in production.
    Pki(tmp_path / "own", organisation="Esimerkin hyvinvointialue")
    with Sandbox(tmp_path / "own") as sandbox:
        sandbox.inject("status", status=422, times=2)
        monkeypatch.setenv("SHA_DISCLOSURE_SETTINGS", str(sandbox.settings_file))
        hidden = command("send", file)
        shown = command("send", "--show-diagnostics", file)
    assert hidden.exit_code == shown.exit_code == 2
    assert "this answer was requested" not in hidden.output
    assert "--show-diagnostics" in hidden.stderr
    assert "this answer was requested" in shown.stderr
    tells_no_secret(hidden.output, shown.output)


@pytest.mark.parametrize(
    ("fault", "details", "name"),
    [
        ("status", {"status": 503}, "Unavailable"),
        ("reset_after", {}, "OutcomeUnknown"),
        ("html", {}, "UnexpectedAnswer"),
    ],
)
def test_a_notice_that_is_not_delivered_ends_with_3(send, sandbox, fault, details, name):
    sandbox.inject(fault, times=2, **details)
    result = send("--json", FILE)
    assert (result.exit_code, lines(result.stdout)[0]["error"]) == (3, name)


def test_a_service_that_is_not_there_ends_with_3(send, monkeypatch):
    monkeypatch.setenv("SHA_DISCLOSURE__BASE_URL", "https://127.0.0.1:1/fhir")
    result = send(FILE)
    assert result.exit_code == 3
    assert "NotSent" in result.stderr


def test_of_several_ends_the_most_serious_is_told(send, sandbox, write, broken, good):
    bad, fine = write("b.json", broken), write("g.json", good)
    sandbox.inject("status", status=422)
    assert send(bad, fine).exit_code == 2
    sandbox.inject("status", status=422)
    sandbox.inject("html")
    assert send(bad, fine, fine, fine).exit_code == 3


def test_what_is_wrong_with_the_settings_ends_with_4_at_once(command, sandbox, tmp_path, good):
    none = command("send", FILE)
    assert none.exit_code == 4
    as_json = command("send", "--json", FILE)
    assert (as_json.exit_code, lines(as_json.stderr)[0]["error"]) == (4, "ConfigurationError")
    shutil.copytree(sandbox.folder, tmp_path / "copy")
    settings = tmp_path / "copy" / "sha-disclosure.toml"
    (tmp_path / "copy" / "signing.key").unlink()
    result = command("send", "--settings", settings, FILE)
    assert result.exit_code == 4
    assert "KeyUnavailable" in result.stderr


def test_a_missing_file_stops_before_anything_is_sent(send, sandbox, tmp_path):
    before = len(sandbox.received())
    assert send(FILE, tmp_path / "missing.json").exit_code == 4
    assert len(sandbox.received()) == before


@pytest.mark.parametrize("environment", ["sandbox", "at"])
def test_a_real_identity_code_is_refused_where_one_tests(
    send, sandbox, monkeypatch, write, real_person, environment
):
    monkeypatch.setenv("SHA_DISCLOSURE__ENVIRONMENT", environment)
    before = len(sandbox.received())
    result = send("--json", write("real.json", real_person))
    assert result.exit_code == 1
    assert [p["rule"] for p in lines(result.stdout)[0]["problems"]] == ["N13"]
    assert len(sandbox.received()) == before
    tells_no_secret(result.output)


def test_a_dry_run_prepares_everything_and_sends_nothing(send, sandbox, write, broken):
    before = (len(sandbox.received()), len(sandbox.refusals()), sandbox.connections)
    result = send("--dry-run", FILE)
    assert result.exit_code == 0
    assert "nothing was sent" in result.stdout
    (record,) = lines(send("--dry-run", "--json", FILE).stdout)
    assert list(record) == KEYS
    assert (record["attempts"], record["location"]) == (0, None)
    assert send("--dry-run", write("b.json", broken)).exit_code == 1
    assert (len(sandbox.received()), len(sandbox.refusals()), sandbox.connections) == before


@pytest.mark.parametrize("count", lengths(20, 200))
def test_many_lines_are_sent_over_one_connection(send, sandbox, write, good, count):
    file = write("many.jsonl", *[good] * count)
    before = (len(sandbox.received()), sandbox.connections)
    result = send("--json", file)
    assert result.exit_code == 0, result.stderr
    assert len({r["notice_id"] for r in lines(result.stdout)}) == count
    assert (len(sandbox.received()), sandbox.connections) == (before[0] + count, before[1] + 1)


def test_memory_stays_flat_however_many_lines_a_file_has(tmp_path, good):
    line = json.dumps(good).encode() + b"\n"
    file = tmp_path / "long.jsonl"
    file.write_bytes(line * 20_000)
    tracemalloc.start()
    count = sum(1 for _ in documents([str(file)]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 1_000_000 < file.stat().st_size


def test_a_broken_line_is_named_by_its_number(send, write, good, broken):
    result = send("--json", write("many.jsonl", good, broken, good))
    assert result.exit_code == 1
    records = lines(result.stdout)
    assert [(each["line"], each.get("error")) for each in records] == [
        (1, None),
        (2, "InvalidNotice"),
        (3, None),
    ]
    assert records[1]["file"].endswith("many.jsonl")


def test_the_rate_keeps_notices_apart():
    now, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    pace = RateLimit(4, clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        pace.wait()
    assert waits == [0.25, 0.25]
    now[0] += 10  # a slow answer gives no right to a burst
    pace.wait()
    pace.wait()
    assert waits == [0.25] * 3


def test_the_rate_option_slows_sending(send, write, good):
    began = time.monotonic()
    assert send("--rate", "10", "--dry-run", write("n.jsonl", good, good, good)).exit_code == 0
    assert time.monotonic() - began >= 0.2
    assert send("--rate", "0", FILE).exit_code == 4


def test_an_interruption_says_that_the_last_notice_is_unknown(send, monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(KantaClient, "submit", interrupt)
    result = send(FILE)
    assert result.exit_code == 3
    assert "may or may not" in result.stderr


def test_control_characters_of_a_service_do_not_reach_the_terminal():
    assert clean("a\x1b[31mb\u202e\n") == "a?[31mb??"


def test_options_stand_before_or_after_also_in_a_process_of_its_own(command, process, sandbox):
    settings = Path(sandbox.settings_file)
    before = command("--settings", settings, "send", FILE, "--json")
    after = process("send", "--json", FILE, "--settings", settings)
    assert (before.exit_code, after.returncode) == (0, 0), after.stderr
    for result in (before, after):
        assert [list(r) for r in lines(result.stdout)] == [KEYS]


@pytest.mark.parametrize("as_json", [True, proof(False)])
def test_a_reader_that_leaves_stops_the_sending_with_3(sandbox, write, good, as_json):
    sandbox.clear_faults()
    before = len(sandbox.received())
    file = write("many.jsonl", *[good] * 500)
    arguments = ["send", "--settings", sandbox.settings_file, file, *(["--json"] * as_json)]
    with subprocess.Popen(
        [sys.executable, "-m", "sha_disclosure.cli", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=process_environment(),
    ) as running:
        running.stdout.readline()
        running.stdout.close()
        err = running.stderr.read().decode()
    assert running.returncode == 3
    assert "may or may not" in err
    assert "Traceback" not in err
    assert len(sandbox.received()) < before + 500


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
@pytest.mark.parametrize("as_json", [proof(True), False])
def test_the_bar_is_drawn_on_a_terminal_only_and_never_with_json(sandbox, write, good, as_json):
    sandbox.clear_faults()
    master, slave = os.openpty()
    file = write("many.jsonl", good, good, good)
    arguments = ["send", "--settings", sandbox.settings_file, file, *(["--json"] * as_json)]
    shown: list[bytes] = []

    def read() -> None:
        while not b"".join(shown).endswith(b"end"):
            shown.append(os.read(master, 100_000))

    reader = threading.Thread(target=read, daemon=True)  # a terminal that is not read fills up
    reader.start()
    result = subprocess.run(
        [sys.executable, "-m", "sha_disclosure.cli", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=slave,
        env=process_environment(TERM="xterm"),
        check=False,
        timeout=60,
    )
    os.write(slave, b"end")
    reader.join(10)
    os.close(slave)
    os.close(master)
    assert result.returncode == 0
    assert b"\x1b" not in result.stdout
    assert (b"Sending" in b"".join(shown)) is not as_json


def test_the_standard_input_may_hold_one_notice_or_one_a_line(send, good):
    one = json.dumps(good)
    for text, labels in (
        (one, ["-"]),
        (json.dumps(good, indent=2), ["-"]),
        (f"{one}\n{one}\n\n{one}\n", ["-:1", "-:2", "-:4"]),
    ):
        result = send("--dry-run", "-", input=text)
        assert result.exit_code == 0, result.output
        assert [line.split(": ")[0] for line in result.stdout.splitlines() if ": dry" in line] == (
            labels
        )


def test_quiet_prints_failures_and_counts_only(send, write, good, broken):
    files = (write("g.json", good), write("b.json", broken))
    text = send("--quiet", *files)
    assert (text.exit_code, len(text.stdout.splitlines())) == (1, 1)
    assert "N05" in text.stderr
    as_json = send("--quiet", "--json", *files)
    assert [each["error"] for each in lines(as_json.stdout)] == ["InvalidNotice"]


def test_that_the_service_does_not_answer_is_said_before_the_attempts_end(send, monkeypatch):
    monkeypatch.setenv("SHA_DISCLOSURE__BASE_URL", "https://127.0.0.1:1/fhir")
    result = send(FILE)
    assert result.exit_code == 3
    first, *rest = result.stderr.splitlines()
    assert "127.0.0.1, port 1: nothing listens there" in first
    assert "check --connect" in first
    assert any("NotSent" in line for line in rest)


def test_a_batch_stores_the_objected_lines_that_are_acknowledged(send, tmp_path):
    data = json.loads((EXAMPLES / "permission-to-organisation.json").read_bytes())
    late = {**data, "ground": {**data["ground"], "given_at": "2026-11-20T00:00:00+02:00"}}
    confirmed = {**late, "acknowledged": ["N07.later"], "reference": "tapaus-7"}
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n".join(map(json.dumps, (data, late, confirmed))), "utf-8")
    result = send("--json", batch)
    assert result.exit_code == 1
    plain, refused, acknowledged = lines(result.stdout)
    assert (plain["reference"], plain.get("acknowledged")) == (None, None)
    assert (acknowledged["reference"], acknowledged["acknowledged"]) == ("tapaus-7", ["N07.later"])
    assert [(p["rule"], p["severity"]) for p in refused["problems"]] == [("N07", "objection")]


def test_one_notice_is_sent_with_what_the_option_acknowledges(send, tmp_path, write):
    data = json.loads((EXAMPLES / "permission-to-organisation.json").read_bytes())
    late = {**data, "ground": {**data["ground"], "given_at": "2026-11-20T00:00:00+02:00"}}
    file = write("late.json", late)
    assert send(file).exit_code == 1
    result = send("--json", "--acknowledge", "N07", file)
    assert result.exit_code == 0
    assert lines(result.stdout)[0]["acknowledged"] == ["N07.later"]


def test_the_sandbox_stores_notices_that_say_less(send, tmp_path):
    data = json.loads((EXAMPLES / "permission-to-organisation.json").read_bytes())
    unit = data["discloser"]["unit"]
    ground = {**data["ground"], "given_at": "2026-11-03", "given_by": "authorised_person"}
    less = (
        {**data, "discloser": {"unit": unit}, "disclosed_at": "2026-11-03", "ground": ground},
        {**data, "discloser": {"family_name": "Virtanen", "unit": unit}},
        {**data, "client": {"family_name": "Salo", "birth_date": "2026-11-03"}},
    )
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n".join(map(json.dumps, less)), "utf-8")
    result = send("--json", batch)
    assert (result.exit_code, len(lines(result.stdout))) == (0, 3), result.output
