"""The worksheet: filled in, document by document, it is an edition that nothing keeps open."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sha_disclosure.cli.app import application
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.editions.worksheet import worksheet
from sha_disclosure.encoding import to_toml

OPEN = re.compile(r'^status = "(?:assumed|inferred)"$', re.MULTILINE)


def load(folder: Path, text: str) -> Edition:
    file = folder / "ours.toml"
    file.write_text(text, "utf-8")
    return load_edition(file)


@pytest.fixture
def sheet(edition: Edition) -> str:
    return worksheet(edition, edition.name)


def test_as_written_it_changes_nothing(tmp_path: Path, edition: Edition, sheet: str) -> None:
    made = load(tmp_path, sheet)
    assert made.wire == edition.wire
    assert made.entries == edition.entries
    assert made.documents == edition.documents


def test_filled_in_it_leaves_nothing_open(tmp_path: Path, edition: Edition, sheet: str) -> None:
    made = load(tmp_path, OPEN.sub('status = "confirmed"', sheet))
    assert made.wire == edition.wire
    assert made.unconfirmed() == ()
    before = {entry.key: entry.status for entry in edition.entries}
    assert {entry.key for entry in made.entries if entry.status == "confirmed"} == {
        key for key, status in before.items() if status != "published"
    }


def test_an_answer_may_correct_a_value_and_name_its_document(tmp_path: Path, sheet: str) -> None:
    source = "Kanta JSON Web Token 1.4.0, table 4.1"
    answers = {"token.lifetime": 240, "claim.issuer": {"name": "iss", "fill": "requester.id"}}
    tables = tomllib.loads(sheet)
    lines = [f"{name} = {to_toml(tables[name])}" for name in ("name", "based_on")]
    for key, value in answers.items():
        answer = {"value": value, "status": "confirmed", "source": source}
        lines += [f"[{key}]", *(f"{name} = {to_toml(each)}" for name, each in answer.items())]
    made = load(tmp_path, "\n".join(lines))
    assert made.wire.token.lifetime == 240
    assert made.wire.claim["issuer"].fill == "requester.id"
    found = {entry.key: (entry.status, entry.source) for entry in made.entries}
    assert {found[key] for key in answers} == {("confirmed", source)}


def test_an_answered_entry_is_not_asked_again(tmp_path: Path, edition: Edition, sheet: str) -> None:
    made = load(tmp_path, OPEN.sub('status = "confirmed"', sheet, count=7))
    again = worksheet(made, str(tmp_path / "ours.toml"))
    assert len(OPEN.findall(again)) == len(edition.unconfirmed()) - 7
    assert load_again(tmp_path, again).entries == made.entries


def load_again(folder: Path, text: str) -> Edition:
    file = folder / "again.toml"
    file.write_text(text, "utf-8")
    return load_edition(file)


def test_every_open_entry_stands_once_with_its_value_status_and_question(
    edition: Edition, sheet: str
) -> None:
    tables = tomllib.loads(sheet)
    words = " ".join(" ".join(line.removeprefix("# ") for line in sheet.splitlines()).split())
    for entry in edition.unconfirmed():
        section, _, name = entry.key.partition(".")
        found = tables[section][name]
        assert found == {"value": entry.value, "status": entry.status, "source": entry.source}
        assert sheet.count(f"\n[{entry.key}]\n") == 1
        assert f"? {' '.join(entry.check.split())} [{entry.key}]" in words


def test_each_open_entry_is_under_a_document_with_version_address_and_section(
    edition: Edition, sheet: str
) -> None:
    for entry in edition.unconfirmed():
        deciding = [each for each in edition.documents if each.section_of(entry.key)]
        assert deciding, f"{entry.key}: name the document that decides it in [documents]"
        before = sheet[: sheet.index(f"\n[{entry.key}]\n")]
        words = " ".join(before.replace("\n# ", " ").split())
        document = deciding[0]
        heading = max(words.rfind(each.name) for each in edition.documents)
        assert words.rfind(document.name) == heading
        for text in (document.version, document.address, f"--- {document.section_of(entry.key)}"):
            assert words.rfind(" ".join(text.split())) > 0


def test_a_document_s_patterns_name_entries_there_are(edition: Edition) -> None:
    keys = {entry.key for entry in edition.entries}
    for document in edition.documents:
        for section, patterns in document.sections.items():
            one = type(document)("", "", "", {section: patterns})
            assert any(one.section_of(key) for key in keys), (document.name, section)


@pytest.mark.parametrize(
    "documents",
    [
        "documents = 5",
        "[documents]\nx = 5",
        '[documents.x]\nname = "a"\nversion = "1"\naddress = "b"',
        '[documents.x]\nname = 1\nversion = "1"\naddress = "b"\ndecides = {}',
        '[documents.x]\nname = "a"\nversion = "1"\naddress = "b"\ndecides = { "t" = "token.*" }',
    ],
)
def test_documents_of_another_form_are_refused(tmp_path: Path, documents: str) -> None:
    with pytest.raises(Exception, match="documents"):
        load(tmp_path, f'name = "x"\nbased_on = "kanta-1.0.0"\n{documents}\n')


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Worksheet of edition"), ("fi", "Työlomake määrittelyversiolle")]
)
def test_the_command_prints_it_in_the_language_asked_for(
    tmp_path: Path, language: str, told: str
) -> None:
    arguments = ["--lang", language, "edition", "--worksheet"]
    printed = CliRunner().invoke(application(), arguments, catch_exceptions=False)
    assert printed.exit_code == 0
    assert told in printed.stdout
    assert load(tmp_path, printed.stdout).entries == load_edition().entries
