"""``sha-disclosure explain``: text, JSON and a page, by default without personal data."""

from __future__ import annotations

import json

import pytest
from command_parts import EXAMPLES, tells_no_secret

NOTICES = sorted(EXAMPLES.glob("*.json"))


@pytest.mark.parametrize("file", NOTICES, ids=lambda file: file.stem)
def test_every_example_is_explained(command, file):
    result = command("explain", file)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert max(map(len, result.stdout.splitlines())) <= 80
    for name in ("< from the notice: purpose", "event.purpose_at", "703/2023 10 § 3"):
        assert name in result.stdout


def test_every_element_of_the_bundle_is_in_the_json(command):
    (file,) = (each for each in NOTICES if each.stem == "statute-to-authority")
    found = json.loads(command("explain", "--json", "--show-values", file).stdout)
    bundle = json.loads(command("build", file).stdout)
    values = {row["element"]: row["value"] for row in found["elements"]}
    assert (
        values["Bundle.entry[0].resource.agent[2].purposeOfUse[0].text"]
        == (bundle["entry"][0]["resource"]["agent"][2]["purposeOfUse"][0]["text"])
    )
    named = {key for row in found["elements"] for key in row["entries"]}
    assert named == {entry["key"] for entry in found["entries"]}
    assert found["edition"] == "kanta-1.0.0"


def test_personal_data_is_hidden_unless_it_is_asked_for(command, good, write):
    good["client"]["family_name"] = "Salainen"
    good["recipient"]["name"] = "Salaisuuksien talo"
    file = write("notice.json", good)
    for options in ((), ("--json",), ("--html",)):
        assert "Sala" not in command("explain", *options, file).output
        assert "Salainen" in command("explain", *options, "--show-values", file).stdout
    found = json.loads(command("explain", "--json", file).stdout)["elements"]
    assert {row["value"] for row in found if row["hidden"]} == {None}


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi", "Mitä lähetetään"), ("sv", "Vad som sänds"), ("en", "What is sent")],
)
def test_the_page_is_written_in_the_language_of_the_call(command, language, words):
    page = command("explain", "--html", "--lang", language, NOTICES[0]).stdout
    assert page.startswith("<!doctype html>")
    assert f"<title>{words}" in page


def test_a_notice_that_is_not_valid_is_reported_and_not_explained(command, broken, write):
    result = command("explain", write("broken.json", broken))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "N05" in result.stderr
    tells_no_secret(result.output)


def test_an_objection_is_acknowledged_as_elsewhere(command, good, write):
    good["ground"]["provision"] = "Väärään osoitteeseen lähetetty kirje"
    file = write("mistake.json", good)
    assert command("explain", file).exit_code == 1
    assert command("explain", "--acknowledge", "N06", file).exit_code == 0


def test_a_page_and_json_do_not_go_together(command):
    assert command("explain", "--html", "--json", NOTICES[0]).exit_code == 4
