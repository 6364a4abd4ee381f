from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys

import pytest
from command_parts import EXAMPLES, process_environment, tells_no_secret

from sha_disclosure.cli.app import COMMANDS

FIVE = ["N02", "N04", "N05", "N08", "N11"]


def errors(stdout: str) -> list[str]:
    (record,) = json.loads(stdout)
    return sorted(p["rule"] for p in record["problems"] if p["severity"] == "error")


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.json")), ids=lambda f: f.stem)
def test_every_example_is_valid_also_deep(command, file):
    result = command("validate", "--deep", file)
    assert result.exit_code == 0, result.output
    assert "Valid: 1 of 1" in result.stdout


@pytest.mark.parametrize("lang", ["fi", "en"])
@pytest.mark.parametrize("as_json", [True, False])
def test_a_notice_broken_in_five_ways_gives_its_five_problems(
    command, write, broken, lang, as_json
):
    file = write("broken.json", broken)
    result = command("validate", "--lang", lang, *(["--json"] if as_json else []), file)
    assert result.exit_code == 1
    tells_no_secret(result.output)
    if as_json:
        assert errors(result.stdout) == FIVE
        assert set(json.loads(result.stdout)[0]) == {"file", "problems"}
    else:
        assert all(rule in result.stdout for rule in FIVE)
        assert ("virheellinen" if lang == "fi" else "not valid") in result.stdout


def test_the_language_may_stand_before_or_after_or_in_the_environment(command, write, broken):
    file = write("broken.json", broken)
    before = command("--lang", "fi", "validate", "--json", file).stdout
    after = command("validate", "--json", "--lang", "fi", file).stdout
    variable = command("validate", "--json", file, env={"SHA_DISCLOSURE_LANG": "fi"}).stdout
    assert before == after == variable
    assert before != command("validate", "--json", file).stdout
    assert "käyttötarkoitus" in before


def test_a_process_of_its_own_says_the_same_in_plain_text(command, process, write, broken):
    file = write("broken.json", broken)
    plain = process("validate", file)
    assert (plain.returncode, plain.stdout) == (1, command("validate", file).stdout)
    assert "\x1b" not in plain.stdout
    tells_no_secret(plain.stdout, plain.stderr)


def test_a_real_identity_code_is_refused_without_settings(command, write, real_person):
    result = command("validate", "--json", write("real.json", real_person))
    assert (result.exit_code, errors(result.stdout)) == (1, ["N13"])
    tells_no_secret(result.output)


def test_a_line_of_a_jsonl_file_is_named_by_its_number(command, write, good, broken):
    file = write("many.jsonl", good, good, broken)
    result = command("validate", "--json", file)
    records = json.loads(result.stdout)
    assert [r["file"] for r in records] == [f"{file}:{n}" for n in (1, 2, 3)]
    assert result.exit_code == 1


def test_byte_order_mark_windows_lines_and_blank_lines_are_fine(command, tmp_path, good):
    text = json.dumps(good, ensure_ascii=False).encode()
    single, many = tmp_path / "single.json", tmp_path / "many.jsonl"
    single.write_bytes(b"\xef\xbb\xbf" + text.replace(b", ", b",\r\n"))
    many.write_bytes(b"\xef\xbb\xbf" + text + b"\r\n\r\n" + text + b"\r\n")
    result = command("validate", single, many)
    assert result.exit_code == 0, result.output
    assert "Valid: 3 of 3" in result.stdout


def test_a_notice_may_come_from_the_standard_input(command, good):
    result = command("validate", "--json", "-", input=json.dumps(good))
    assert (result.exit_code, json.loads(result.stdout)[0]["file"]) == (0, "-")


@pytest.mark.parametrize(
    "content", [b"{", b"", b"\xff\xfe\x00", b"[1]", b'"a"', b'{"id": "x", "id": "x"}']
)
@pytest.mark.parametrize("verb", ["validate", "build"])
def test_what_is_no_notice_is_invalid_input(command, tmp_path, content, verb):
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    result = command(verb, file)
    assert result.exit_code == 1
    assert "SHAPE" in result.output


def test_a_file_that_is_not_there_is_a_matter_of_configuration(command, tmp_path):
    missing = tmp_path / "missing.json"
    for verb in ("validate", "build", "verify"):
        extra = ["--ca", tmp_path] if verb == "verify" else []
        assert command(verb, missing, *extra).exit_code == 4
    assert command("validate", tmp_path).exit_code == 4


@pytest.mark.parametrize(
    "wrong",
    [
        ["validate"],
        ["validate", "--nonsense", "x"],
        ["nonsense"],
        ["--lang", "sv", "validate", "x"],
        ["send", "--rate", "x", "a"],
        ["sandbox", "--port", "-1"],
        [],
    ],
)
def test_a_wrong_use_ends_with_4_and_not_with_what_says_refused(command, process, wrong):
    result = command(*wrong)
    assert result.exit_code == 4
    assert result.stderr
    assert not result.stdout


def test_a_wrong_use_ends_with_4_in_a_process_too(process):
    result = process("nonsense")
    assert result.returncode == 4
    assert "Usage" in result.stderr


def test_settings_that_are_wrong_end_with_4(command, tmp_path):
    settings = tmp_path / "s.toml"
    settings.write_text('environment = "moon"\n', "utf-8")
    file = next(EXAMPLES.glob("*.json"))
    for arguments in (
        ("--settings", settings, "validate", file),
        ("validate", "--settings", settings, file),
        ("validate", "--settings", tmp_path / "none.toml", file),
    ):
        result = command(*arguments)
        assert result.exit_code == 4
        assert "ConfigurationError" in result.stderr


def test_the_version_and_help_of_every_command_are_printed(command):
    assert command("--version").stdout.startswith("sha-disclosure ")
    for verb in ("demo", "validate", "build", "sign", "verify", "send", "sandbox", "edition"):
        result = command(verb, "--help")
        assert result.exit_code == 0
        assert f"Example: sha-disclosure {verb}" in result.stdout


def test_deep_tells_a_fault_of_the_built_bundle_without_its_values(
    command, monkeypatch, write, good
):
    module = importlib.import_module("sha_disclosure.cli.validate")
    real = module.build

    def spoilt(notices, setup):
        made = real(notices, setup)
        event = made.bundle["entry"][0]["resource"]
        event["recorded"] = "Planted-Salaisuus"
        del made.bundle["entry"][0]["fullUrl"]
        return made

    monkeypatch.setattr(module, "build", spoilt)
    result = command("validate", "--deep", "--json", write("n.json", good))
    assert result.exit_code == 1
    assert set(errors(result.stdout)) == {"FHIR"}
    assert "recorded" in result.stdout
    tells_no_secret(result.output)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_describes_each_as_its_own_help_does(command, name):
    """The list is written without importing the commands, so its lines stand apart from them."""
    described = command(name, "--help").stdout.split("\n\n")[1]
    first = COMMANDS[name].removesuffix(".").split()[0]
    assert described.split()[0].startswith(first)


def test_help_imports_nothing_that_sends(process):
    program = (
        "import sys; from sha_disclosure.cli.app import run; run(['--help'])\n"
        "assert not {'pydantic', 'httpx', 'cryptography'} & set(sys.modules)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        env=process_environment(),
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "joint-test" in finished.stdout


# --- objections ----------------------------------------------------------------------------------


@pytest.fixture
def late() -> dict[str, object]:
    """Return a notice whose permission was given after the disclosure."""
    data = json.loads((EXAMPLES / "permission-to-organisation.json").read_bytes())
    given_at = data["disclosed_at"].replace("T", "T23:59:59+02:00 ")[:25]
    return {**data, "ground": {**data["ground"], "given_at": given_at}}


def severities(stdout: str) -> dict[str, str]:
    (record,) = json.loads(stdout)
    return {p["rule"]: p["severity"] for p in record["problems"] if p["rule"] != "N15"}


def test_an_open_objection_ends_with_1_and_an_acknowledged_one_with_0(command, write, late):
    file = write("late.json", late)
    opened = command("validate", "--json", file)
    assert (opened.exit_code, severities(opened.stdout)) == (1, {"N07": "objection"})
    by_option = command("validate", "--json", "--acknowledge", "N07", file)
    assert (by_option.exit_code, severities(by_option.stdout)) == (0, {"N07": "objection"})
    in_file = command("validate", write("own.json", {**late, "acknowledged": ["N07.later"]}))
    assert in_file.exit_code == 0
    assert "objection, acknowledged N07" in in_file.stdout
    other = command("validate", "--json", "--acknowledge", "N10", file)
    found = {"N07": "objection", "N27": "warning"}
    assert (other.exit_code, severities(other.stdout)) == (1, found)


def test_the_settings_may_turn_objections_into_warnings(command, write, late):
    settings = {"SHA_DISCLOSURE__RULES__OBJECTIONS": "warn"}
    result = command("validate", "--json", write("late.json", late), env=settings)
    assert (result.exit_code, severities(result.stdout)) == (0, {"N07": "warning"})


@pytest.mark.parametrize("name", ["build", "validate"])
def test_the_option_is_for_one_notice_and_a_batch_has_a_field(command, write, late, name, tmp_path):
    file = write("late.json", late)
    batch = tmp_path / "batch.jsonl"
    acknowledged = {**late, "acknowledged": ["N07"]}
    batch.write_text("\n".join(map(json.dumps, (acknowledged, late, acknowledged))), "utf-8")
    for files in ([batch], [file, file]):
        refused = command(name, "--acknowledge", "N07", *files)
        assert refused.exit_code == 4
        assert "field `acknowledged`" in refused.stderr
    lines = "\n".join(map(json.dumps, (late, late))).encode()
    assert command(name, "--acknowledge", "N07", "-", input=lines).exit_code == 4
    assert command(name, "--acknowledge", "N07", "-", input=json.dumps(late)).exit_code == 0
    assert command("validate", batch).exit_code == 1


def test_an_acknowledgement_by_option_leaves_a_faulty_text_as_it_is(command, write):
    file = write("twice.json", '{"client": 1, "client": 2}')
    result = command("validate", "--json", "--acknowledge", "N07", file)
    assert (result.exit_code, severities(result.stdout)) == (1, {"SHAPE": "error"})


@pytest.mark.parametrize("verb", ["validate", "build"])
def test_what_may_never_end_is_refused_at_once(command, tmp_path, verb):
    os.mkfifo(tmp_path / "pipe.json")
    for file in (tmp_path / "pipe.json", "/dev/zero"):
        result = command(verb, file)
        assert result.exit_code == 4
        assert "not a regular file" in result.stderr
        assert "`-`" in result.stderr


def test_a_notice_beyond_the_limit_is_refused_also_as_a_line(command, tmp_path, good, monkeypatch):
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_NOTICE_BYTES", "10000")
    text = json.dumps(good)
    (tmp_path / "large.json").write_text(text + " " * 10_000)
    (tmp_path / "large.jsonl").write_text(f"{text}\n{text}{' ' * 10_000}\n")
    (tmp_path / "fine.jsonl").write_text(f"{text}\n" * 10)
    for name in ("large.json", "large.jsonl"):
        result = command("validate", tmp_path / name)
        assert result.exit_code == 4
        assert "larger than 10000 bytes" in result.stderr
    assert command("validate", tmp_path / "fine.jsonl").exit_code == 0
    assert command("validate", "-", input=text + " " * 10_000).exit_code == 4
    assert command("validate", "-", input=f"{text}\n" * 10).exit_code == 0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be"])
def test_a_notice_in_another_unicode_is_named_as_such(command, tmp_path, good, encoding):
    (tmp_path / "notice.json").write_bytes(json.dumps(good, indent=1).encode(encoding))
    result = command("validate", tmp_path / "notice.json")
    assert result.exit_code == 1
    assert "UTF-8" in result.stdout
    assert "UTF-16" in result.stdout
