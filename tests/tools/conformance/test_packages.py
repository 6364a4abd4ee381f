"""Packages are read within bounds; what is not safe or not whole is told, never followed."""

import gzip
import json
import tarfile

import pytest
from core import core, core_folder, unchecked
from made_up import MANIFEST, agreeing, as_folder, as_tgz, tgz

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.conformance.packages import load_packages
from sha_disclosure.tools.conformance.report import conformance

GOOD = ("package/package.json", json.dumps(MANIFEST).encode())


def refusal(path):
    with pytest.raises(ConfigurationError) as refused:
        load_packages([path])
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None
    return str(refused.value)


def member(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_a_folder_and_an_archive_hold_the_same(tmp_path):
    folder = load_packages([as_folder(tmp_path / "folder", agreeing())]).first
    archive = load_packages([as_tgz(tmp_path / "p.tgz", agreeing())]).first
    assert folder == archive
    assert archive.label == "kanta.sosiaalihuolto.r4#1.0.0"
    assert len(archive.resources) == len(agreeing())


def test_a_folder_may_be_the_inner_one(tmp_path):
    as_folder(tmp_path, agreeing())
    assert load_packages([tmp_path / "package"]) == load_packages([tmp_path])


def test_examples_and_other_files_are_left_out(tmp_path):
    path = tgz(
        tmp_path / "p.tgz", [GOOD, ("package/example/x.json", b"{"), ("package/a.xml", b"<")]
    )
    assert load_packages([path]).first.resources == {}


def test_packages_are_searched_together_and_missing_ones_are_named(tmp_path):
    wanted = {"hl7.fhir.r4.core": "4.0.1", "fi.kela.kanta.gen.r4": "1.0.0"}
    first = as_folder(tmp_path / "first", {}, dependencies=wanted)
    more = as_folder(tmp_path / "more", agreeing(), name="fi.kela.kanta.gen.r4", dependencies={})
    assert load_packages([first]).missing == (
        "fi.kela.kanta.gen.r4#1.0.0",
        "hl7.fhir.r4.core#4.0.1",
    )
    both = load_packages([first, more])
    assert both.missing == ("hl7.fhir.r4.core#4.0.1",)
    url = agreeing()["provenance"]["url"]
    found = both.find(f"{url}|1.0.0", "StructureDefinition")
    assert found is not None
    assert found[1].name == "fi.kela.kanta.gen.r4"


@pytest.mark.parametrize(
    "name", ["../evil.json", "/evil.json", "package/../../evil.json", "package\\..\\x"]
)
def test_a_name_that_leads_out_of_the_package_is_refused(tmp_path, name):
    assert "not safe" in refusal(tgz(tmp_path / "p.tgz", [GOOD, (name, b"{}")]))
    assert sorted(f.name for f in tmp_path.iterdir()) == ["p.tgz"]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_a_link_or_a_device_in_an_archive_is_refused(tmp_path, kind):
    path = tmp_path / "p.tgz"
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(member("package/a.json", kind, "/etc/passwd"))
    assert "link or a device" in refusal(path)


def test_a_link_in_a_folder_is_refused(tmp_path):
    folder = as_folder(tmp_path / "p", {})
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    (folder / "package" / "a.json").symlink_to(outside)
    assert "a.json is a link" in refusal(folder)


def test_a_folder_that_is_a_link_inside_is_refused(tmp_path):
    real = as_folder(tmp_path / "p", {})
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "package").symlink_to(real / "package")
    assert "package is a link" in refusal(tmp_path / "q")


def test_a_file_that_unpacks_too_large_is_refused_before_it_is_read(tmp_path, monkeypatch):
    zeros = ("package/big.json", bytes(3_000_000))
    path = tgz(tmp_path / "p.tgz", [GOOD, zeros])
    assert path.stat().st_size < 20_000
    with monkeypatch.context() as environment:
        environment.setenv("SHA_DISCLOSURE_LIMIT_PACKAGE_FILE_BYTES", "1000000")
        assert "big.json is over 1000000 bytes" in refusal(path)
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_PACKAGE_BYTES", "1000000")
    assert "over 1000000 bytes unpacked" in refusal(path)


def test_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_PACKAGE_FILES", "10")
    files = [(f"package/{n}.json", b"{}") for n in range(20)]
    assert "over 10 files" in refusal(tgz(tmp_path / "p.tgz", files))
    folder = as_folder(tmp_path / "p", {str(n): {} for n in range(20)})
    assert "over 10 files" in refusal(folder)


def test_a_header_that_unpacks_without_end_is_refused(tmp_path):
    header = member("package/a.json", tarfile.XHDTYPE)
    header.size = 50_000_000
    path = tmp_path / "p.tgz"
    with gzip.open(path, "wb") as file:
        file.write(header.tobuf())
        file.write(bytes(header.size))
    assert "not a whole .tgz" in refusal(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"not an archive", gzip.compress(b"no tar"), gzip.compress(bytes(2048))[:-9]],
    ids=["empty", "text", "no tar", "cut"],
)
def test_what_is_no_whole_archive_is_told(tmp_path, content):
    path = tmp_path / "p.tgz"
    path.write_bytes(content)
    assert str(path) in refusal(path)


def test_an_archive_cut_in_the_middle_is_told(tmp_path):
    path = as_tgz(tmp_path / "p.tgz", agreeing())
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "not a whole .tgz" in refusal(path)


def test_a_missing_package_is_told(tmp_path):
    assert "no such file" in refusal(tmp_path / "none.tgz")


@pytest.mark.parametrize("broken", [b"{", b"\xff\xfe", b"[" * 5000 + b"]" * 5000])
def test_a_file_that_is_no_json_is_named(tmp_path, broken):
    path = tgz(tmp_path / "p.tgz", [GOOD, ("package/broken.json", broken)])
    assert "broken.json is not JSON" in refusal(path)


@pytest.mark.parametrize("manifest", [b"[]", b"{}", b'{"name": 1, "version": "1"}'])
def test_a_manifest_that_names_no_package_is_told(tmp_path, manifest):
    path = tgz(tmp_path / "p.tgz", [("package/package.json", manifest)])
    assert "names no package" in refusal(path)


def test_a_package_without_a_manifest_is_told(tmp_path):
    assert "no package.json" in refusal(tgz(tmp_path / "p.tgz", [("package/a.json", b"{}")]))


def test_another_version_of_fhir_is_refused(tmp_path):
    path = as_folder(tmp_path / "p", agreeing(), fhirVersions=["5.0.0"])
    assert "FHIR 5.0.0" in refusal(path)


def test_the_version_of_fhir_may_stand_in_the_definitions_only(tmp_path):
    resources = agreeing()
    for each in resources.values():
        each["fhirVersion"] = "4.3.0"
    assert "FHIR 4.3.0" in refusal(as_folder(tmp_path / "p", resources, fhirVersions=None))


EVENT = {"path": "AuditEvent"}


@pytest.mark.parametrize(
    "odd",
    [
        {"snapshot": 1},
        {"snapshot": {"element": [1]}},
        {"differential": {"element": [{}]}},
        {"differential": {"element": {"id": "x"}}},
        {"type": None},
        {"baseDefinition": 4},
        {"context": "x"},
        {"differential": {"element": [EVENT | {"type": [1]}]}},
        {"differential": {"element": [EVENT | {"type": [{"profile": "x"}]}]}},
        {"differential": {"element": [EVENT | {"slicing": {"discriminator": [1]}}]}},
        {"differential": {"element": [EVENT | {"constraint": [1]}]}},
    ],
)
def test_a_definition_that_is_not_built_as_fhir_is_refused_by_name(tmp_path, odd):
    resources = agreeing()
    resources["audit_event"] |= odd
    folder = as_folder(tmp_path / "p", resources)
    assert "audit_event.json does not have the structure of FHIR R4" in refusal(folder)


def test_definitions_that_lead_nowhere_or_in_a_circle_are_told_and_break_nothing(run):
    resources = agreeing()
    resources["provenance"]["baseDefinition"] = resources["provenance"]["url"]
    resources["consent"]["baseDefinition"] = "https://shark.kanta.fi/fhir/StructureDefinition/No"
    report = run(resources, "statute-to-authority")
    untold = {(resources[name]["url"], "base") for name in ("provenance", "consent")}
    assert set(unchecked(report)) == untold


def test_value_sets_that_hold_each_other_have_no_end_and_break_nothing(run):
    resources = agreeing()
    url = resources["grounds"]["url"]
    resources["grounds"]["compose"] = {"include": [{"valueSet": [url]}, {"valueSet": 1}, 1]}
    report = run(resources, "statute-to-authority")
    assert {kind for _, kind in unchecked(report)} == {"binding"}


def test_value_sets_that_all_hold_each_other_take_no_time(run):
    resources = agreeing()
    urls = [f"https://shark.kanta.fi/fhir/ValueSet/many-{n}" for n in range(60)]
    compose = {"include": [{"valueSet": [url]} for url in urls]}
    resources |= {
        f"many-{n}": {**resources["grounds"], "url": url, "compose": compose}
        for n, url in enumerate(urls)
    }
    resources["grounds"]["compose"]["include"] += compose["include"]
    assert run(resources, "statute-to-authority").ok


def test_the_base_definitions_are_taken_from_a_folder_or_a_package(tmp_path):
    few = {
        file.name: file.read_bytes()
        for file in core_folder().glob("*.json")
        if file.stem in {"auditevent", "provenance"}
    }
    manifest = json.dumps({"name": "a.copy", "version": "4.0.1", "fhirVersions": ["4.0.1"]})
    files = {"package.json": manifest.encode(), **few}
    path = tgz(tmp_path / "core.tgz", ((f"package/{n}", c) for n, c in files.items()))
    given = load_packages([as_folder(tmp_path / "own", {})], core=path)
    assert given.core is not None
    assert given.core.label == "hl7.fhir.r4.core#4.0.1"
    assert given.missing == ()
    assert set(given.core.resources) < set(core().resources)


def test_base_definitions_of_something_else_are_refused_with_what_to_give(tmp_path):
    own = as_folder(tmp_path / "own", agreeing())
    with pytest.raises(ConfigurationError, match=r"give hl7\.fhir\.r4\.core 4\.0\.1"):
        load_packages([own], core=own)


def test_without_base_definitions_the_way_to_get_them_is_named(tmp_path, edition):
    own = load_packages([as_folder(tmp_path / "own", agreeing())])
    with pytest.raises(ConfigurationError) as refused:
        conformance(own, edition, [])
    for language in ("en", "fi"):
        assert "--core" in refused.value.text(language)
        assert "hl7.fhir.r4.core 4.0.1" in refused.value.text(language)
