"""The published JSON Schema of a notice: current, and no laxer or stricter than the model."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from notices import GROUNDS, RECIPIENTS, Data, full, having, json_values, notices, without
from places import ROOT
from proofs import examples

from sha_disclosure.errors import InvalidNotice
from sha_disclosure.notice import DisclosureNotice

if TYPE_CHECKING:
    import jsonschema

SPECS = ROOT / "specs"


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads((SPECS / "disclosure-notice.schema.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def validator(schema: Any) -> jsonschema.Draft202012Validator:
    import jsonschema  # noqa: PLC0415 - takes seconds where its formats are installed too

    return jsonschema.Draft202012Validator(schema)


@pytest.fixture
def generate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run the generator with its output in another folder, and no page but the schema."""
    spec = importlib.util.spec_from_file_location("generate_specs", SPECS / "generate.py")
    assert spec is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    monkeypatch.setattr(generator, "SCHEMA", tmp_path / generator.SCHEMA.relative_to(ROOT))
    monkeypatch.setattr(generator, "pages", dict)

    def run(*options: str) -> int:
        monkeypatch.setattr(sys, "argv", ["generate.py", *options])
        return int(generator.main())

    return run


def test_the_schema_in_the_repository_is_current(
    tmp_path: Path, generate: Callable[..., int]
) -> None:
    assert generate() == 0
    name = "disclosure-notice.schema.json"
    assert (tmp_path / "specs" / name).read_bytes() == (SPECS / name).read_bytes()


def test_check_fails_for_a_stale_or_missing_file_and_writes_nothing(
    tmp_path: Path, generate: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "specs" / "disclosure-notice.schema.json"
    assert generate("--check") == 1
    assert not file.exists()
    file.parent.mkdir()
    file.write_text("{}", "utf-8")
    assert generate("--check") == 1
    assert file.read_text("utf-8") == "{}"
    assert "python specs/generate.py" in capsys.readouterr().out
    assert generate() == 0
    assert generate("--check") == 0


def test_the_schema_is_a_schema_and_names_itself(
    schema: Any, validator: jsonschema.Draft202012Validator
) -> None:
    validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:sha-disclosure:disclosure-notice:1"
    assert "luovutusilmoitus" in schema["title"]
    assert set(schema["properties"]) == {*full(), "acknowledged", "reference"}
    assert "register" in schema["$defs"]["Controller"]["properties"]


def test_the_schema_accepts_every_example(
    notice_texts: dict[str, str], validator: jsonschema.Draft202012Validator
) -> None:
    for text in notice_texts.values():
        validator.validate(json.loads(text))


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("recipient", RECIPIENTS)
def test_the_schema_accepts_a_full_notice(
    ground: str, recipient: str, validator: jsonschema.Draft202012Validator
) -> None:
    validator.validate(full(ground, recipient))


@settings(max_examples=examples(8, 200))
@given(data=notices())
def test_the_schema_accepts_any_valid_notice(
    data: Data, validator: jsonschema.Draft202012Validator
) -> None:
    validator.validate(data)


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        *(without(full(), (name,)) for name in ("client", "purpose", "ground", "disclosed_data")),
        *(without(full(kind), ("ground", "kind")) for kind in GROUNDS),
        *(without(full("statute", kind), ("recipient", "kind")) for kind in RECIPIENTS),
        having(full(), ("extra",), 1),
        having(full(), ("client", "extra"), 1),
        having(full(), ("client", "personal_id"), "010594y9032"),
        having(full(), ("client", "birth_date"), "1.5.1994"),
        without(full(), ("discloser", "family_name")),
        having(full(), ("client", "family_name"), " "),
        having(full(), ("controller", "oid"), "1.02"),
        having(full(), ("disclosed_at",), "2026-11-15T11:00:00"),
        having(full(), ("disclosed_data",), []),
        having(full(), ("disclosed_data", 0, "service_tasks"), []),
        having(full(), ("disclosed_data", 0, "document_type", "code"), "a  b"),
        having(full(), ("recipient", "kind"), "organization"),
        having(full(), ("recipient", "roles"), ["boss"]),
        having(full(), ("ground", "kind"), "whim"),
        having(full(), ("language",), "FI"),
        having(full(), ("purpose",), 5),
        having(full("broad_right"), ("ground", "cause"), "old_age"),
        having(full("broad_right"), ("ground", "no_legal_representative"), "true"),
        having(full("permission"), ("ground", "stored_in_kanta"), "no"),
    ],
)
def test_the_schema_and_the_model_refuse_the_same(
    data: Any, validator: jsonschema.Draft202012Validator
) -> None:
    assert not validator.is_valid(data)
    with pytest.raises(InvalidNotice):
        DisclosureNotice.model_validate(data)


@given(value=json_values)
def test_the_schema_refuses_any_other_json(
    value: Any, validator: jsonschema.Draft202012Validator
) -> None:
    assert not validator.is_valid(value)
    assert not validator.is_valid(having(full(), ("ground",), value))
