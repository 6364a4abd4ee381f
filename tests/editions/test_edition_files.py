"""Editions: the shipped one, a vendor's over it, and what a faulty file is told."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from notices import NOW, full

from sha_disclosure.delivery.headers import request_headers
from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.fhir.bundle import to_bytes
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.verifier import check_structure

OURS = 'name = "ours-1"\nbased_on = "kanta-1.0.0"\n'
CONFIRMED = 'status = "confirmed"\nsource = "Kela"\n'


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def ours(folder: Path, text: str, head: str = OURS) -> Edition:
    return load_edition(write(folder / "ours.toml", head + text))


def refused(folder: Path, text: str, head: str = OURS) -> str:
    with pytest.raises(ConfigurationError) as caught:
        ours(folder, text, head)
    assert caught.value.__context__ is None
    return str(caught.value)


def test_the_shipped_edition_tells_the_status_and_source_of_every_entry(edition: Edition) -> None:
    assert edition.name == "kanta-1.0.0"
    assert len(edition.entries) > 100
    assert len({e.key for e in edition.entries}) == len(edition.entries)
    assert {e.status for e in edition.entries} == {"published", "inferred", "assumed"}
    assert all(e.source.strip() for e in edition.entries)
    assert all(e.check.strip() for e in edition.entries if e.status != "published")


def test_every_value_of_the_wire_is_an_entry_of_the_edition(edition: Edition) -> None:
    keys = {e.key for e in edition.entries}
    wire = edition.wire.model_dump()
    assert keys == {f"{section}.{key}" for section, values in wire.items() for key in values}


def test_a_placeholder_says_that_it_is_assumed(edition: Edition) -> None:
    placeholders = [
        e for e in edition.entries if "urn:sha-disclosure:assumed" in json.dumps(e.value)
    ]
    assert placeholders
    assert {e.status for e in placeholders} == {"assumed"}


def test_unconfirmed_entries_are_all_that_have_something_to_check(edition: Edition) -> None:
    assert {e.status for e in edition.unconfirmed()} == {"assumed", "inferred"}
    assert edition.unconfirmed() == tuple(e for e in edition.entries if e.check)
    assert {e.status for e in edition.assumed()} == {"assumed"}
    assert len(edition.assumed_in_notices()) < len(edition.assumed())


def test_an_edition_turns_into_plain_values(edition: Edition) -> None:
    plain = json.loads(json.dumps(edition.to_dict()))
    assert plain["edition"] == "kanta-1.0.0"
    assert set(plain["entries"][0]) == {"key", "value", "status", "source", "check"}


def test_the_shipped_edition_is_one_object_and_a_file_over_it_leaves_it_as_it_was(
    tmp_path: Path,
) -> None:
    before = json.dumps(load_edition().to_dict())
    entry = f'[profile.patient]\nvalue = "https://example.org/P"\n{CONFIRMED}'
    assert ours(tmp_path, entry).wire.profile.patient == "https://example.org/P"
    assert load_edition() is load_edition("kanta-1.0.0")
    assert json.dumps(load_edition().to_dict()) == before
    assert ours(tmp_path, "").to_dict()["entries"] == load_edition().to_dict()["entries"]


def test_a_file_over_the_shipped_edition_changes_only_its_entries(
    tmp_path: Path, edition: Edition
) -> None:
    made = ours(tmp_path, f'[profile.patient]\nvalue = "https://example.org/P"\n{CONFIRMED}')
    assert made.name == "ours-1"
    assert made.wire.profile.patient == "https://example.org/P"
    before = {e.key: e for e in edition.entries}
    changed = [e for e in made.entries if before[e.key] != e]
    assert [(e.key, e.status) for e in changed] == [("profile.patient", "confirmed")]


def test_an_entry_can_be_confirmed_by_its_status_alone(tmp_path: Path, edition: Edition) -> None:
    key = edition.unconfirmed()[0].key
    made = ours(tmp_path, f'[{key}]\nstatus = "confirmed"\n')
    assert key not in {e.key for e in made.unconfirmed()}
    assert len(made.unconfirmed()) == len(edition.unconfirmed()) - 1
    assert made.wire == edition.wire


def test_a_base_is_found_beside_the_file_that_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "sub"
    folder.mkdir()
    write(folder / "base.toml", f'{OURS}[profile.patient]\nvalue = "urn:a"\n{CONFIRMED}')
    head = 'name = "ours-2"\nbased_on = "sub/base.toml"\n'
    made = ours(tmp_path, f'[profile.related_person]\nvalue = "urn:b"\n{CONFIRMED}', head)
    assert (made.wire.profile.patient, made.wire.profile.related_person) == ("urn:a", "urn:b")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[profile.patient", ["not valid TOML"]),
        (f'[profile.pateint]\nvalue = "x"\n{CONFIRMED}', ["profile.pateint", "correct its name"]),
        (f'[profle.patient]\nvalue = "x"\n{CONFIRMED}', ["profle", "correct its name"]),
        (f"[profile.new]\n{CONFIRMED}", ["profile.new", "value, status and source"]),
        ('[profile.new]\nvalue = "x"\nstatus = "confirmed"\n', ["profile.new", "source"]),
        ('[profile.new]\nvalue = "x"\nsource = "x"\n', ["profile.new", "status"]),
        ('[profile.patient]\nstatus = "sure"\n', ["status of profile.patient", "confirmed"]),
        ('[profile.patient]\ncheck = ""\n', ["profile.patient", "what to check"]),
        ('[profile.patient]\nwhy = "x"\n', ["profile.patient", "unknown why"]),
        (f'[bundle.type]\nvalue = "batch"\n{CONFIRMED}', ["bundle.type", "does not build"]),
        (f'[consent.provision_type]\nvalue = "x"\n{CONFIRMED}', ["consent.provision_type"]),
        (f"[token.lifetime]\nvalue = 0\n{CONFIRMED}", ["token.lifetime"]),
        (f'[claim.x]\nvalue = {{ name = "x", fill = "password" }}\n{CONFIRMED}', ["claim.x"]),
        (f'[event.type]\nvalue = {{ system = "s", code = "c" }}\n{CONFIRMED}', ["event.type"]),
        ("profile = 5\n", ["profile is not a section"]),
        ("[profile]\npatient = 5\n", ["profile.patient", "value, status and source"]),
    ],
)
def test_a_faulty_file_is_told_the_file_the_entry_and_the_mend(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    message = refused(tmp_path, text)
    assert all(word in message for word in ["Edition", *told])


def test_all_faulty_entries_are_told_at_once(tmp_path: Path) -> None:
    message = refused(
        tmp_path,
        f'[bundle.type]\nvalue = "x"\n{CONFIRMED}[token.lifetime]\nvalue = 0\n{CONFIRMED}',
    )
    assert "bundle.type" in message
    assert "token.lifetime" in message


@pytest.mark.parametrize("head", ["", "name = 5\n", 'based_on = "kanta-1.0.0"\n'])
def test_a_file_without_a_name_is_refused(tmp_path: Path, head: str) -> None:
    assert 'name = "' in refused(tmp_path, "", head)


@pytest.mark.parametrize("base", ['"ours.toml"', '"other.toml"', "5", '["kanta-1.0.0"]'])
def test_a_base_that_leads_back_or_is_no_name_is_refused(tmp_path: Path, base: str) -> None:
    write(tmp_path / "other.toml", 'name = "other"\nbased_on = "ours.toml"\n')
    assert "based_on" in refused(tmp_path, "", f'name = "ours"\nbased_on = {base}\n')


def test_a_file_that_cannot_be_read_is_told_with_the_shipped_names(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes('name = "ä"'.encode("latin-1"))
    for path in (tmp_path / "none.toml", tmp_path, latin, "kanta-9"):
        with pytest.raises(
            ConfigurationError, match=r"(cannot be read|not UTF-8).*kanta-1\.0\.0"
        ) as caught:
            load_edition(path)
        assert caught.value.__context__ is None


def test_a_file_with_no_base_must_have_every_entry(tmp_path: Path) -> None:
    text = f'[bundle.type]\nvalue = "transaction"\n{CONFIRMED}'
    message = refused(tmp_path, text, 'name = "alone"\n')
    assert "profile (missing" in message
    assert "bundle.method (missing" in message
    assert "based_on" in message


# --- its values are used -----------------------------------------------------------------------


def built(edition: Edition, settings: Settings) -> str:
    setup = Setup(settings, edition, Sources(lambda: NOW, random.Random(1), lambda _: None))
    notice = DisclosureNotice.model_validate(full("consent"))
    made = build([notice], setup).bundle
    assert check_structure(made, edition) == ()
    return to_bytes(made).decode()


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("profile.audit_event", '"https://example.org/AE"', '"profile":["https://example.org/AE"]'),
        ("profile.provenance", '"https://example.org/P"', '"profile":["https://example.org/P"]'),
        ("profile.patient", '"https://example.org/C"', '"profile":["https://example.org/C"]'),
        ("extension.register_type", '"urn:ext:r"', '"url":"urn:ext:r"'),
        ("extension.function_code", '"urn:ext:f"', '"url":"urn:ext:f"'),
        ("contained.controller", '"REK-9"', '"reference":"#REK-9"'),
        ("code_system.service_task", '"urn:oid:1.2.3"', '"system":"urn:oid:1.2.3"'),
        ("identifier.personal_id", '"urn:oid:1.2.4"', '"system":"urn:oid:1.2.4"'),
        ("agent.requestor", '"recipient"', '"#LUOV-SAAJA-ORG-1"},"requestor":true'),
        ("ground.consent", '{ system = "urn:g", code = "9", display = "G" }', '"code":"9"'),
        ("ground_detail.stored_in_kanta", '"kept"', '"url":"kept"'),
        ("register_type.1", '"Rekisteri X"', '"display":"Rekisteri X"'),
    ],
)
def test_a_corrected_value_is_what_is_built(
    tmp_path: Path, settings: Settings, edition: Edition, key: str, value: str, shown: str
) -> None:
    assert shown not in built(edition, settings)
    assert shown in built(ours(tmp_path, f"[{key}]\nvalue = {value}\n{CONFIRMED}"), settings)


def test_an_empty_ground_detail_leaves_that_extension_out(
    tmp_path: Path, settings: Settings, edition: Edition
) -> None:
    url = edition.wire.extension.ground_detail
    made = ours(tmp_path, f'[extension.ground_detail]\nvalue = ""\n{CONFIRMED}')
    assert url in built(edition, settings)
    assert url not in built(made, settings)
    assert '"storedInKanta"' not in built(made, settings)


def test_what_no_notice_carries_keeps_nobody_from_production(
    tmp_path: Path, edition: Edition
) -> None:
    def counted(made: Edition) -> set[str]:
        return {entry.key for entry in made.assumed_in_notices()}

    def others(made: Edition) -> set[str]:
        return {entry.key for entry in made.assumed()} - counted(made)

    causes = {f"cause.{each}" for each in type(edition.wire.cause).model_fields}
    not_sent = {"ground_detail.cause", *causes}
    assert others(edition) == {"control_act.reasons", *not_sent}
    assert "event.cause" in counted(edition)
    sending = ours(tmp_path, f'[event.cause]\nvalue = "sent"\n{CONFIRMED}')
    assert others(sending) == {"control_act.reasons"}
    bare = ours(tmp_path, f'[extension.ground_detail]\nvalue = ""\n{CONFIRMED}')
    parts = {f"ground_detail.{each}" for each in type(edition.wire.ground_detail).model_fields}
    purposes = {
        f"authority_purpose.{each}" for each in type(edition.wire.authority_purpose).model_fields
    }
    idle = {"control_act.reasons", "event.cause", *causes, *parts, *purposes}
    assert others(bare) == idle & {entry.key for entry in bare.assumed()}


def test_headers_are_those_of_the_edition(tmp_path: Path, edition: Edition) -> None:
    assert request_headers(edition.wire, token="t.t.t", request_id="r-1") == {
        "Authorization": "Bearer t.t.t",
        "Content-Type": "application/fhir+json;charset=UTF-8",
        "Accept": "application/fhir+json",
        "X-Request-Id": "r-1",
    }
    text = f'[header.own]\nvalue = {{ name = "X-Own", value = "a-{{request_id}}" }}\n{CONFIRMED}'
    made = request_headers(ours(tmp_path, text).wire, token="t", request_id="r-2")
    assert made["X-Own"] == "a-r-2"
    assert made["Authorization"] == "Bearer t"


def test_a_register_code_added_to_the_edition_is_accepted(
    tmp_path: Path, settings: Settings
) -> None:
    made = ours(tmp_path, f'[register_type.2]\nvalue = "Toinen rekisteri"\n{CONFIRMED}')
    data = full()
    data["controller"]["register"] = "2"
    setup = Setup(settings, made, Sources(lambda: NOW, random.Random(1), lambda _: None))
    text = to_bytes(build([DisclosureNotice.model_validate(data)], setup).bundle).decode()
    assert '"code":"2","display":"Toinen rekisteri"' in text
