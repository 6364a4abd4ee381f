"""``sha-disclosure outbox``: what its commands print and how they end."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from outbox_parts import EXAMPLE, SECRET
from typer.testing import CliRunner

from sha_disclosure.cli.app import application
from sha_disclosure.outbox import Outbox, OutboxKey

KEY = "b2" * 21 + "b"


@pytest.fixture
def command(file, sandbox, monkeypatch):
    for name, value in (("ATTEMPTS", "1"), ("BASE_S", "0.01")):
        monkeypatch.setenv(f"SHA_DISCLOSURE__RETRY__{name}", value)
    monkeypatch.setenv("SHA_DISCLOSURE_SETTINGS", str(sandbox.settings_file))

    def run(name, *arguments, place=file):
        given = ["outbox", name, "--outbox", str(place), *map(str, arguments)]
        return CliRunner().invoke(application(), given, catch_exceptions=False)

    return run


@pytest.fixture
def notice(tmp_path):
    data = json.loads(EXAMPLE.read_text("utf-8"))
    data.pop("id", None)
    data["client"]["family_name"] = SECRET
    path = tmp_path / "notice.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_add_status_drain_show_export(command, notice):
    added = command("add", "--json", notice, notice)
    assert added.exit_code == 0, added.output
    first, second = lines(added.stdout)
    assert list(first) == ["notice_id", "number", "new", "reference", "state", "location"]
    assert "pending: 2" in command("status").stdout
    assert lines(command("status", "--json").stdout)[0]["pending"] == 2
    drained = command("drain", "--json")
    assert drained.exit_code == 0
    assert lines(drained.stdout)[0]["delivered"] == 2
    shown = command("show", second["notice_id"])
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["state"] == "delivered"
    exported = lines(command("export").stdout)
    assert [e["state"] for e in exported] == ["delivered", "delivered"]
    listed = lines(command("list", "--state", "delivered", "--json").stdout)
    assert [e["notice_ids"] for e in listed] == [[first["notice_id"]], [second["notice_id"]]]
    assert "toimitettu: 2" in command("status", "--lang", "fi").stdout
    for each in (added, drained, shown):
        assert SECRET not in each.output


def test_an_invalid_notice_is_told_and_the_others_are_kept(command, notice, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    result = command("add", bad, notice)
    assert result.exit_code == 1
    assert "pending: 1" in command("status").stdout


def test_a_refused_notice_ends_the_drain_with_2_and_can_be_retried(command, notice, sandbox):
    command("add", notice)
    sandbox.inject("status", status=422)
    assert command("drain").exit_code == 2
    assert command("drain").exit_code == 0
    assert "quarantined: 1" in command("status").stdout
    assert lines(command("retry", "--state", "quarantined", "--json").stdout) == [{"retried": 1}]
    assert command("drain").exit_code == 0


def test_what_is_left_for_later_ends_the_drain_with_3(command, notice, sandbox):
    command("add", notice)
    sandbox.inject("html")
    assert command("drain").exit_code == 3
    assert "parked: 1" in command("status").stdout


def test_wrong_uses_end_with_4(command, file, notice, monkeypatch, tmp_path):
    assert command("show", "1.2.3").exit_code == 4
    assert command("retry").exit_code == 4
    assert command("list", "--state", "lost").exit_code == 4
    assert command("status", place=tmp_path / "no" / "folder.sqlite").exit_code == 4
    result = CliRunner().invoke(application(), ["outbox", "status"])
    assert result.exit_code == 4
    monkeypatch.setenv("SHA_DISCLOSURE_OUTBOX", str(file))
    assert CliRunner().invoke(application(), ["outbox", "init"]).exit_code == 0
    assert CliRunner().invoke(application(), ["outbox", "status"]).exit_code == 0


def test_a_full_outbox_ends_with_3(command, notice, monkeypatch):
    monkeypatch.setattr("sha_disclosure.outbox.Outbox.add", _full)
    result = command("add", "--json", notice)
    assert (result.exit_code, lines(result.stderr)[0]["error"]) == (3, "OutboxFull")


def _full(*_):
    from sha_disclosure.errors import OutboxFull  # noqa: PLC0415 - raised here only

    raise OutboxFull("full")


def test_the_key_of_a_file_or_variable_seals(command, notice, file, tmp_path, monkeypatch):
    keys = tmp_path / "keys"
    keys.write_text(KEY)
    keys.chmod(0o600)
    assert command("add", "--key-file", keys, notice).exit_code == 0
    assert command("status").exit_code == 4
    monkeypatch.setenv("SHA_DISCLOSURE_OUTBOX_KEY", KEY)
    assert command("drain").exit_code == 0
    with Outbox(file, keys=[OutboxKey.parse(KEY)]) as outbox:
        assert outbox.status().counts["delivered"] == 1


def test_status_ends_with_5_when_a_threshold_is_passed(command, notice, sandbox):
    sandbox.inject("status", status=422)
    command("add", notice)
    assert command("drain").exit_code == 2
    fine = command("status", "--max-age", "60", "--max-quarantined", "1")
    assert (fine.exit_code, fine.stderr) == (0, "")
    passed = command("status", "--json", "--max-quarantined", "0")
    assert passed.exit_code == 5
    assert "1 messages are in quarantine, more than 0" in passed.stderr
    assert lines(passed.stdout)[0]["quarantined"] == 1
    command("add", notice)
    old = command("status", "--max-age", "0", "--lang", "fi")
    assert old.exit_code == 5
    assert "odottanut" in old.stderr


def test_what_waits_for_a_person_is_reminded_of(command, notice, sandbox):
    questions = (("status",), ("list",), ("list", "--state", "quarantined"))
    sandbox.inject("status", status=422)
    command("add", notice)
    for asked in questions:
        assert "without delay" not in command(*asked).stdout
    command("drain")
    for asked in questions:
        reminded = command(*asked)
        assert reminded.exit_code == 0
        assert "In quarantine: 1" in reminded.stdout
        assert "without delay" in reminded.stdout
        assert "viivytyksettä" in command(*asked, "--lang", "fi").stdout
        assert all(isinstance(each, dict) for each in lines(command(*asked, "--json").stdout))


def test_what_is_parked_is_reminded_of(command, notice, sandbox):
    sandbox.inject("html")
    command("add", notice)
    command("drain")
    for asked in ("status", "list"):
        reminded = command(asked).stdout
        assert "Parked: 1" in reminded
        assert "retry --state parked" in reminded
        assert "without delay" in reminded


def test_the_age_of_the_oldest_is_reminded_of(command, notice, file):
    command("add", notice)
    added_at = "UPDATE sha_outbox_message SET added_at = added_at - ?"
    for more, waited, reminded in ((3500, 3500, False), (200, 3700, True), (86_300, 90_000, True)):
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(added_at, (more * 1000,))
        said = command("status").stdout
        assert (f"has waited {waited // 3600} h" in said) is reminded
        assert ("without delay" in said) is reminded


def test_a_queue_that_waits_for_nobody_has_no_reminder(command, notice):
    command("add", notice)
    assert "without delay" not in command("status").stdout
    assert "without delay" not in command("drain").stdout
    assert "without delay" not in command("list").stdout


def test_only_init_and_add_make_an_outbox(command, file):
    others = ("status", "list", "drain", "export")
    for name in others:
        assert (command(name).exit_code, file.exists()) == (4, False), name
    assert command("init").exit_code == 0
    assert file.exists()
    for name in others:
        assert command(name).exit_code == 0, name
