"""The package itself: named as what it is, current, well formed, and honest about each value."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import fhirkit
import pytest
from places import ROOT
from reconstruction import base
from reconstruction.extensions import STATUS
from reconstruction.facts import Facts
from reconstruction.files import SAID, package_files

from sha_disclosure.editions import Edition
from tests.specs.fhir_package.engines import Json

PACKAGE = ROOT / "specs" / "fhir" / "package"
RESOURCES = {
    name: json.loads(text)
    for name, text in package_files().items()
    if not name.endswith(("package.json", ".index.json"))
}
DEFINITIONS = {n: r for n, r in RESOURCES.items() if "/" not in n}
STRUCTURES = {n: r for n, r in DEFINITIONS.items() if n.startswith("StructureDefinition-")}
EVERY_STRUCTURE = pytest.mark.parametrize("name", STRUCTURES)


# --- files -------------------------------------------------------------------------------------


def test_the_files_are_current() -> None:
    command = [sys.executable, str(PACKAGE.parent / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_stale_missing_or_foreign_file_is_told_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "package"
    shutil.copytree(PACKAGE, package)
    (package / "package.json").write_text("{}\n")
    (package / "ValueSet-cause.json").unlink()
    (package / "StructureDefinition-Own.json").write_text("{}\n")
    program = runpy.run_path(str(PACKAGE.parent / "generate.py"))
    monkeypatch.setitem(program["main"].__globals__, "PACKAGE", package)

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["generate.py", *arguments])
        return int(program["main"]())

    assert run("--check") == 1
    told = {line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()}
    assert told == {"package.json", "ValueSet-cause.json", "StructureDefinition-Own.json"}
    assert run() == 0
    assert run("--check") == 0
    for name, text in package_files().items():
        assert (package / name).read_text("utf-8") == text


def test_every_file_is_in_the_index_of_its_folder_and_bears_its_own_name() -> None:
    for folder, prefix in ((PACKAGE, ""), (PACKAGE / "example", "example/")):
        index = json.loads((folder / ".index.json").read_text("utf-8"))
        rows = {f"{prefix}{row['filename']}": row for row in index["files"]}
        own = {n for n in RESOURCES if n.rpartition("/")[0] == prefix.removesuffix("/")}
        assert rows.keys() == own
        for name, row in rows.items():
            made = RESOURCES[name]
            assert row == {"filename": row["filename"], **{k: made[k] for k in row if k in made}}
            assert name == f"{prefix}{made['resourceType']}-{made['id']}.json"


def test_the_package_never_calls_itself_kelas(edition: Edition) -> None:
    manifest = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    assert manifest["name"] == "sha-disclosure.reconstruction.kanta-sosiaalihuolto.r4"
    assert edition.wire.package.name not in manifest["name"]
    assert manifest["fhirVersions"] == ["4.0.1"]
    assert manifest["dependencies"] == {"hl7.fhir.r4.core": "4.0.1"}
    for each in (manifest, *DEFINITIONS.values()):
        assert each["title"].startswith(SAID)
        assert each["description"].startswith(SAID)
    for each in DEFINITIONS.values():
        assert each["publisher"] == "The sha-disclosure maintainers, not Kela"
        assert (each["status"], each["experimental"]) == ("draft", True)


def test_every_profile_and_extension_of_the_edition_is_defined(edition: Edition) -> None:
    defined = {each["url"] for each in STRUCTURES.values()} - {STATUS}
    wire = edition.wire
    named = {*wire.profile.model_dump().values(), *wire.extension.model_dump().values()} - {""}
    assert defined == named


def test_an_example_is_a_golden_bundle_with_an_id(golden: dict[str, Json]) -> None:
    examples = {n: r for n, r in RESOURCES.items() if n.startswith("example/")}
    assert len(examples) == len(golden)
    for made in examples.values():
        kept = {name: value for name, value in made.items() if name != "id"}
        assert kept == golden[made["id"]]


@pytest.mark.parametrize("name", RESOURCES)
def test_an_independent_engine_accepts_each_file(name: str) -> None:
    assert [str(each) for each in fhirkit.validate((PACKAGE / name).read_text("utf-8"))] == []


# --- marks -------------------------------------------------------------------------------------


def marks(element: Json) -> Iterator[Json]:
    """Return the parts of each mark by name; every mark has a status and a source."""
    for each in element.get("extension", ()):
        assert each["url"] == STATUS
        parts = {p["url"]: p.get("valueCode", p.get("valueString")) for p in each["extension"]}
        assert {"status", "source"} <= parts.keys() <= {"status", "source", "edition", "check"}
        yield parts


def marked(resource: Json) -> Iterator[Json]:
    """Return everything of a definition that has to be marked."""
    yield resource
    yield from resource.get("differential", {}).get("element", [])[1:]
    yield from resource.get("concept", ())
    for include in resource.get("compose", {}).get("include", ()):
        yield from include["concept"]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_everything_is_marked_with_what_is_known_of_it(name: str, edition: Edition) -> None:
    entries = {entry.key: entry for entry in edition.entries}
    sources = Facts().sources
    for each in marked(DEFINITIONS[name]):
        told = list(marks(each))
        assert told, each.get("id", each.get("code"))
        for mark in told:
            if "edition" in mark:
                entry = entries[mark["edition"]]
                assert mark["status"] == entry.status
                assert mark["source"] == entry.source
                assert mark.get("check", "") == entry.check
            elif mark["status"] == "assumed":
                assert mark["check"]
            else:
                assert mark["source"].partition(":")[0] in sources
                assert mark["status"] == "published" or mark["check"]


@EVERY_STRUCTURE
def test_a_value_is_that_of_an_entry_it_is_marked_with(name: str, edition: Edition) -> None:
    values = {entry.key: entry.value for entry in edition.entries}
    parts = {*edition.wire.ground_detail.model_dump().values(), "status", "source", "edition"}
    for element in STRUCTURES[name]["differential"]["element"]:
        given = [v for k, v in element.items() if k.startswith(("fixed", "pattern"))]
        known = [values[mark["edition"]] for mark in marks(element) if "edition" in mark]
        for value in given:
            if STRUCTURES[name]["url"] == STATUS:
                assert value in {*parts, "check", STATUS}
            elif value in (True, False):
                assert known == [edition.wire.agent.requestor]
            else:
                codings = [
                    part for each in known if isinstance(each, dict) for part in each.values()
                ]
                whole = [{"coding": [each]} for each in known]
                assert value in [*known, *codings, *whole]


def test_every_code_of_the_value_sets_is_the_editions(edition: Edition) -> None:
    known = {
        (entry.value["system"], entry.value["code"], entry.value["display"])
        for entry in edition.entries
        if isinstance(entry.value, dict) and "display" in entry.value
    }
    wire = edition.wire
    registers = wire.register_type.items()
    known |= {(wire.code_system.register_type, code, display) for code, display in registers}
    given = {
        (include["system"], concept["code"], concept["display"])
        for each in DEFINITIONS.values()
        for include in each.get("compose", {}).get("include", ())
        for concept in include["concept"]
    }
    assert len(given) > 20
    assert given <= known


# --- snapshots ---------------------------------------------------------------------------------


@EVERY_STRUCTURE
def test_a_snapshot_is_whole(name: str) -> None:
    elements = STRUCTURES[name]["snapshot"]["element"]
    ids = [each["id"] for each in elements]
    assert len(set(ids)) == len(ids)
    for each in elements:
        assert {"id", "path", "definition", "min", "max", "base"} <= each.keys()
        steps = [step.partition(":") for step in each["id"].split(".")]
        assert ".".join(step for step, _, _ in steps) == each["path"]
        assert each.get("sliceName", "") == steps[-1][2]
        parent = each["id"].rpartition(".")[0]
        assert not parent or parent in ids


@EVERY_STRUCTURE
def test_a_snapshot_says_what_the_differential_says_and_allows_no_more_than_the_base(
    name: str,
) -> None:
    made = STRUCTURES[name]
    snapshot = {each["id"]: each for each in made["snapshot"]["element"]}
    whole = {each["id"]: each for each in base.definition(made["type"])["snapshot"]["element"]}
    for change in made["differential"]["element"]:
        element = snapshot[change["id"]]
        for key, value in change.items():
            kept = element[key][-len(value) :] if key == "constraint" else element[key]
            assert kept == value
    order = [each for each in snapshot if each in whole]
    assert order == list(whole)
    for element in snapshot.values():
        low, high = element["base"]["min"], element["base"]["max"]
        assert element["min"] >= low or "sliceName" in element
        assert high == "*" or (element["max"] != "*" and int(element["max"]) <= int(high))


def test_no_patch_of_the_definitions_copy_is_left() -> None:
    for made in (*STRUCTURES.values(), *map(base.definition, base.RESOURCES)):
        text = json.dumps(made)
        assert "ofType(canonical)" not in text
        if made["type"] != "Extension" and made["type"] != "Bundle":
            assert "as(canonical)" in text
