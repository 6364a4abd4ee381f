"""Whatever a FHIR package holds, it is refused with its name or compared, and that is all."""

from __future__ import annotations

import gzip
import json
import random
import tarfile

import pytest
from core import with_core
from made_up import MANIFEST, agreeing, as_tgz, element, tgz

from sha_disclosure.editions import load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.conformance.packages import load_packages
from sha_disclosure.tools.conformance.report import conformance
from tests.fuzz.archives import extended, record
from tests.fuzz.mutation import bytes_mutated, json_mutated, value_mutated
from tests.proofs import lengths

SEED = 20261126


def packed(path, chance):
    """Write the agreeing package with definitions, texts or bytes of the archive damaged."""
    resources = agreeing()
    for name in chance.sample(sorted(resources), chance.randint(1, 3)):
        resources[name] = value_mutated(resources[name], chance)
    files = [("package.json", MANIFEST), *((f"{name}.json", r) for name, r in resources.items())]
    texts = [(f"package/{name}", json.dumps(content).encode()) for name, content in files]
    if chance.random() < 0.3:
        place = chance.randrange(len(texts))
        texts[place] = (texts[place][0], json_mutated(texts[place][1], chance))
    tgz(path, texts)
    if chance.random() < 0.3:
        path.write_bytes(gzip.compress(bytes_mutated(gzip.decompress(path.read_bytes()), chance)))
    if chance.random() < 0.2:
        path.write_bytes(bytes_mutated(path.read_bytes(), chance))
    return path


@pytest.mark.parametrize("count", lengths(100, 800))
def test_a_damaged_package_is_refused_by_its_name_or_loaded(tmp_path, count):
    chance = random.Random(SEED)
    for _ in range(count):
        path = packed(tmp_path / "p.tgz", chance)
        try:
            load_packages([path])
        except ConfigurationError as refused:
            shown(refused, path)


@pytest.mark.parametrize("count", lengths(1, 100))
def test_a_package_that_is_loaded_is_compared(tmp_path, count):
    chance, compared = random.Random(SEED), 0
    while compared < count:
        path = packed(tmp_path / "p.tgz", chance)
        try:
            packages = load_packages([path])
            compared += 1
            conformance(with_core(packages), load_edition(), []).to_dict("fi")
        except ConfigurationError as refused:
            shown(refused)


def shown(refused, path=""):
    assert refused.__cause__ is None
    assert str(path) in str(refused)
    assert refused.text("fi")


def slices(count):
    resources = agreeing()
    resources["audit_event"]["differential"]["element"] += [
        element(f"AuditEvent.entity:s{n}") for n in range(count)
    ]
    return resources


def test_a_definition_with_too_many_elements_is_refused_with_their_number(tmp_path):
    packages = with_core(load_packages([as_tgz(tmp_path / "p.tgz", slices(200))]))
    with pytest.raises(ConfigurationError, match=r"over 3000 elements.*PACKAGE_ELEMENTS"):
        conformance(packages, load_edition(), [])
    with pytest.raises(ConfigurationError, match=r"audit_event.json has over 3000 elements"):
        load_packages([as_tgz(tmp_path / "p.tgz", slices(3001))])


def test_more_values_than_memory_bears_are_refused_before_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_PACKAGE_VALUES", "20000")
    resources = {"many": {"resourceType": "CodeSystem", "url": "urn:x", "x": [[]] * 30_000}}
    with pytest.raises(ConfigurationError, match="over 20000 values"):
        load_packages([as_tgz(tmp_path / "p.tgz", resources)])


def mesh(count):
    """Value sets of which each includes all."""
    named = [f"urn:{n}" for n in range(count)]
    resources = agreeing()
    for url in named:
        include = [{"valueSet": named}, {"system": "urn:codes", "concept": [{"code": url}]}]
        resources[url.replace(":", "")] = {
            "resourceType": "ValueSet", "url": url, "compose": {"include": include},
        }  # fmt: skip
    resources["grounds"]["compose"] = {"include": [{"valueSet": named[:1]}]}
    return resources


def test_value_sets_that_include_each_other_are_each_read_once(tmp_path):
    packages = with_core(load_packages([as_tgz(tmp_path / "p.tgz", mesh(60))]))
    asked = []
    counted = type(packages).find

    class Counting(type(packages)):
        def find(self, canonical, resource_type):
            asked.append(canonical)
            return counted(self, canonical, resource_type)

    conformance(Counting(packages.all), load_edition(), [])
    assert sum(url.startswith("urn:") for url in asked) < 60 * 20


def test_nesting_that_no_reader_follows_is_refused(tmp_path):
    inner = '{"code":"a","concept":[' * 480 + "]}" * 480
    system = f'{{"resourceType":"CodeSystem","url":"urn:x","concept":[{inner}]}}'.encode()
    path = tgz(
        tmp_path / "p.tgz",
        [("package/package.json", json.dumps(MANIFEST).encode()), ("package/x.json", system)],
    )
    try:
        conformance(with_core(load_packages([path])), load_edition(), [])
    except ConfigurationError as refused:
        shown(refused)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_names_in_headers_of_their_own_are_read(tmp_path, kind):
    name = "package/" + "x" * 120 + ".json"
    content = record("mtime", "1.5") + record("path", name) if kind == b"x" else name.encode()
    manifest = json.dumps(MANIFEST).encode()
    file = tarfile.TarInfo("short")
    file.size = len(manifest)
    plain = tarfile.TarInfo("package/package.json")
    plain.size = len(manifest)
    body = manifest + bytes(-len(manifest) % 512)
    path = tmp_path / "p.tgz"
    blocks = (extended(content, kind), file.tobuf(), body, plain.tobuf(), body, bytes(1024))
    path.write_bytes(gzip.compress(b"".join(blocks)))
    assert load_packages([path]).first.label == "kanta.sosiaalihuolto.r4#1.0.0"


@pytest.mark.parametrize(
    "header",
    [
        extended(b"x" * 100_000),
        extended(b"no record"),
        extended(b"9" * 5000 + b" path=x\n"),
        extended(b"0 path=x\n"),
        extended(record("size", "99999999999")),
        extended(b"", tarfile.GNUTYPE_SPARSE),
        extended(record("path", "../x")) + tarfile.TarInfo("package/a.json").tobuf(),
        extended(record("path", "x")) * 11,
    ],
    ids=["long", "no record", "long number", "no length", "size", "sparse", "out", "many"],
)
def test_a_header_that_no_package_has_is_refused(tmp_path, header, monkeypatch):
    monkeypatch.setenv("SHA_DISCLOSURE_LIMIT_PACKAGE_FILES", "10")
    path = tmp_path / "p.tgz"
    path.write_bytes(gzip.compress(header + bytes(1024), 1))
    with pytest.raises(ConfigurationError, match=r"p\.tgz") as refused:
        load_packages([path])
    shown(refused.value, path)
