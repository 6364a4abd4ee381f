"""Settings: file, environment and arguments, and what a wrong entry is told."""

from __future__ import annotations

import os
import pickle
from datetime import date
from pathlib import Path

import pytest
from notices import identity_code

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import LANGUAGES, catalogue
from sha_disclosure.settings import Settings
from sha_disclosure.settings.findings import _SENTENCES

FILE = """
environment = "sandbox"
base_url = "https://127.0.0.1:8443/fhir"
system = { id = "1.2.246.10.12345678.20.1", name = "Järjestelmä 1.0" }
subscriber = { id = "1.2.246.10.28777751.10.0", name = "Hyvinvointialue" }
"""
TABLES = """
[tls]
certificate = "pki/client.pem"
key = "/abs/client.key"
ca = "pki/ca.pem"
passphrase = "Zzsecret"

[signing]
certificate = "pki/sign.pem"
key = "pki/sign.key"

[retry]
attempts = 3
"""


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SHA_DISCLOSURE")]:
        monkeypatch.delenv(name)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "sha-disclosure.toml"
    file.write_text(FILE + TABLES, "utf-8")
    file.chmod(0o600)  # there is a passphrase in it
    return file


def refused(*args: object, **values: object) -> str:
    with pytest.raises(ConfigurationError) as caught:
        Settings.load(*args, **values)  # type: ignore[arg-type]
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_file_is_read_with_defaults_for_the_rest(path: Path) -> None:
    made = Settings.load(path)
    assert made.environment == "sandbox"
    assert made.edition == "kanta-1.0.0"
    assert made.retry.attempts == 3
    assert made.retry.deadline_s == 120.0
    assert made.accept_assumed is False
    assert made.requester == made.subscriber
    assert str(made.ids.root) == "1.2.246.10.28777751.10.0.95"
    assert made.token is None


def test_relative_paths_of_the_file_are_beside_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    made = Settings.load(path)
    assert made.tls is not None
    assert made.signing is not None
    assert made.tls.certificate == tmp_path / "pki" / "client.pem"
    assert made.tls.key == Path("/abs/client.key")
    assert made.tls.ca == tmp_path / "pki" / "ca.pem"
    assert made.signing.key == tmp_path / "pki" / "sign.key"


def test_an_edition_file_is_beside_the_settings_file(path: Path) -> None:
    path.write_text('edition = "ours.toml"\n' + FILE, "utf-8")
    assert Settings.load(path).edition == str(path.parent / "ours.toml")
    path.write_text('edition = "kanta-1.0.0"\n' + FILE, "utf-8")
    assert Settings.load(path).edition == "kanta-1.0.0"


def test_a_variable_names_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHA_DISCLOSURE_SETTINGS", str(path))
    assert Settings.load() == Settings.load(path)


def test_variables_lie_over_the_file_and_arguments_over_both(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHA_DISCLOSURE__RETRY__ATTEMPTS", "4")
    monkeypatch.setenv("SHA_DISCLOSURE__RETRY__DEADLINE_S", "9.5")
    monkeypatch.setenv("SHA_DISCLOSURE__ACCEPT_ASSUMED", "true")
    monkeypatch.setenv("SHA_DISCLOSURE__TLS__PASSPHRASE", "other")
    made = Settings.load(path)
    assert (made.retry.attempts, made.retry.deadline_s, made.accept_assumed) == (4, 9.5, True)
    assert made.tls is not None
    assert made.tls.passphrase is not None
    assert made.tls.passphrase.get_secret_value() == "other"
    assert made.tls.certificate == path.parent / "pki" / "client.pem"
    above = Settings.load(path, retry={"attempts": 5}, environment="at")
    assert (above.retry.attempts, above.retry.deadline_s, above.environment) == (5, 9.5, "at")


def test_variables_alone_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ENVIRONMENT": "at",
        "BASE_URL": "https://at.example.fi/fhir",
        "SYSTEM__ID": "1.2.3",
        "SYSTEM__NAME": "J",
        "SUBSCRIBER__ID": "1.2.4",
        "SUBSCRIBER__NAME": "H",
        "TEST_PERSONAL_IDS": ",".join(identity_code(date(1994, 5, d), 3) for d in (1, 2)),
    }.items():
        monkeypatch.setenv(f"SHA_DISCLOSURE__{name}", value)
    made = Settings.load()
    assert str(made.system.id) == "1.2.3"
    assert len(made.test_personal_ids) == 2


def test_variables_that_contradict_each_other_are_a_configuration_error(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHA_DISCLOSURE__TLS", "Zzmarker")
    monkeypatch.setenv("SHA_DISCLOSURE__TLS__CA", "ca.pem")
    assert "tls" in refused(path)


def test_no_settings_at_all_tells_how_to_begin() -> None:
    message = refused()
    assert "SHA_DISCLOSURE_SETTINGS" in message
    assert "sandbox" in message


@pytest.mark.parametrize("text", ["environment = ", "a = 1\na = 2", b"\xff"])
def test_a_file_that_is_not_toml_is_told_as_such(path: Path, text: str | bytes) -> None:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    message = refused(path)
    assert "not valid TOML" in message or "not UTF-8" in message
    assert str(path) in message


def test_a_file_that_is_not_there_is_told_with_its_path(tmp_path: Path) -> None:
    assert "none.toml" in refused(tmp_path / "none.toml")
    assert "cannot be read" in refused(tmp_path)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"environment": "Zzmarker"}, ["environment:", "sandbox"]),
        ({"base_url": "http://Zzmarker.fi/fhir"}, ["base_url:", "https"]),
        ({"base_url": "https://Zzmarker:pw@a.fi/"}, ["base_url:", "user"]),
        ({"base_url": "https://Zzmarker@a.fi/"}, ["base_url:", "user"]),
        ({"base_url": "https://a.fi/?q=Zzmarker"}, ["base_url:", "query"]),
        ({"base_url": "https://a.fi/#Zzmarker"}, ["base_url:", "fragment"]),
        ({"base_url": "https://"}, ["base_url:"]),
        ({"base_url": "https://a.fi:99999/"}, ["base_url:"]),
        ({"base_url": "https://[Zzmarker/"}, ["base_url:"]),
        ({"base_url": "Zzmarker"}, ["base_url:"]),
        ({"system": {"id": "Zzmarker", "name": "x"}}, ["system.id:", "OID"]),
        ({"system": {"name": " "}}, ["system.name:"]),
        ({"subscriber": "Zzmarker"}, ["subscriber:", "table"]),
        ({"retry": {"attempts": 0}}, ["retry.attempts:", "1"]),
        ({"retry": {"deadline_s": "Zzmarker"}}, ["retry.deadline_s:"]),
        ({"retry": {"Zzother": 1}}, ["retry.Zzother:", "unknown"]),
        ({"Zzother": 1}, ["Zzother:", "unknown"]),
        ({"clock_skew_s": 601}, ["clock_skew_s:", "600"]),
        ({"timeouts": {"read_s": 0}}, ["timeouts.read_s:"]),
        ({"test_personal_ids": ["Zzmarker"]}, ["test_personal_ids.0:", "identity code"]),
        ({"ids": {"root": "1.2.246." + "1" * 27}}, ["ids.root:", "34"]),
        ({"tls": {"certificate": "Zzmarker"}}, ["tls.key: missing", "tls.ca: missing"]),
        ({"signing": "Zzmarker"}, ["signing:"]),
    ],
)
def test_a_wrong_entry_is_told_by_name_and_mend_and_not_repeated(
    tmp_path: Path, changes: dict[str, object], told: list[str]
) -> None:
    path = tmp_path / "s.toml"
    path.write_text(FILE, "utf-8")
    message = refused(path, **changes)
    assert not [word for word in told if word not in message]
    assert "Zzmarker" not in message


@pytest.mark.parametrize("url", ["https://a.fi/\nfhir", "https:// a.fi/", "https://a.fi/ fhir"])
def test_an_address_with_a_blank_in_it_is_refused(path: Path, url: str) -> None:
    assert "base_url:" in refused(path, base_url=url)


@pytest.mark.parametrize("name", ["deadline_s", "base_s", "longest_s"])
def test_a_time_without_end_is_refused(path: Path, name: str) -> None:
    assert f"retry.{name}:" in refused(path, retry={name: float("inf")})


def test_all_wrong_entries_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('environment = "x"\n', "utf-8")
    message = refused(path)
    assert not [
        n for n in ("environment:", "base_url:", "system:", "subscriber:") if n not in message
    ]


def test_arguments_are_told_the_same_way() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings(environment="Zzmarker", base_url="https://a.fi")  # type: ignore[arg-type, call-arg]
    assert "environment:" in str(caught.value)
    assert "system: missing" in str(caught.value)
    assert "Zzmarker" not in str(caught.value)
    assert caught.value.__context__ is None


def test_secrets_are_not_shown(path: Path) -> None:
    made = Settings.load(path, proxy="http://user:Zzsecret@proxy.example.fi:3128")
    code = identity_code(date(1994, 5, 1), 903)
    listed = Settings.load(path, test_personal_ids=[code])
    assert "Zzsecret" not in f"{made!r}{made}{made.tls!r}{made.model_dump()}"
    assert code not in f"{listed!r}{listed}"
    assert made.proxy is not None
    assert made.proxy.get_secret_value().startswith("http://user:Zz")


def test_a_requester_of_its_own_gives_the_root_of_ids(path: Path) -> None:
    made = Settings.load(path, requester={"id": "1.2.246.10.5", "name": "Asiakasyritys"})
    assert str(made.requester.id) == "1.2.246.10.5"
    assert str(made.subscriber.id) == "1.2.246.10.28777751.10.0"
    assert str(made.ids.root) == "1.2.246.10.5.95"


@pytest.mark.parametrize(
    ("name", "words"),
    [(" \u200b", "empty"), ("\u3164", "empty"), ("a\ufffe", "no message may have"),
     ("a\x01", "no message may have"), ("a\ud800", "no message may have")],
)  # fmt: skip
def test_a_name_is_one_that_a_message_may_have(path: Path, name: str, words: str) -> None:
    assert words in refused(path, system={"id": "1.2.246.10.5", "name": name})


def test_a_given_root_of_ids_is_kept_up_to_34_characters(path: Path) -> None:
    longest = "1.2.246." + "1" * 26
    assert len(longest) == 34
    assert str(Settings.load(path, ids={"root": longest}).ids.root) == longest


def test_a_requester_too_long_for_the_default_root_is_told_to_name_one(path: Path) -> None:
    message = refused(path, requester={"id": "1.2.246." + "1" * 24, "name": "x"})
    assert "ids.root: too long" in message


def test_settings_are_frozen_equal_and_picklable(path: Path) -> None:
    made = Settings.load(path)
    assert pickle.loads(pickle.dumps(made)) == made
    with pytest.raises(ValueError, match="frozen"):
        made.environment = "production"  # type: ignore[misc]


def test_the_stand_in_needs_no_keys(settings: Settings) -> None:
    assert settings.environment == "sandbox"
    assert settings.tls is settings.signing is settings.token is None


def test_each_wrong_entry_is_a_finding_with_its_place_and_a_fix_in_both_languages(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHA_DISCLOSURE__RETRY__ATTEMPTS", "0")
    with pytest.raises(ConfigurationError) as caught:
        Settings.load(path, base_url="Zzmarker", environment="Zzmarker")
    found = {each.path: each for each in caught.value.findings}
    assert list(found) == ["environment", "base_url", "retry.attempts"]
    assert found["retry.attempts"].text() == "below 1 (set by SHA_DISCLOSURE__RETRY__ATTEMPTS)"
    assert found["environment"].text("fi") == "ei ole mikään näistä: sandbox, at, production"
    assert found["base_url"].part("fix", "fi").startswith("kirjoita https-osoite")
    assert "alle 1" in caught.value.text("fi")
    assert "Zzmarker" not in str(caught.value) + caught.value.text("fi")


def test_every_kind_of_fault_has_its_sentences() -> None:
    for kind in set(_SENTENCES.values()) | {"other"}:
        for language in LANGUAGES:
            for part in ("text", "fix"):
                assert f"settings.{kind}.{part}" in set(catalogue(language))


@pytest.mark.parametrize(
    "entry",
    [
        r'tls = { certificate = "C:\temp\new.pem", key = "k", ca = "c" }',
        r'tls = { certificate = "a", key = "k", ca = "C:\new\temp.pem" }',
        r'tls = { key = "k", ca = "c", crl = "C:\build\root.crl" }',
        r'code_lists = "C:\temp\root"',
        r'edition = "C:\fresh\new.toml"',
        r'code_lists = "a\u0000b"',
    ],
)
def test_a_backslash_that_toml_made_a_control_character_of_is_told(path: Path, entry: str) -> None:
    path.write_text(f"{entry}\n{FILE}", "utf-8")
    told = refused(path)
    assert "control character" in told
    assert r"'C:\keys\a.pem'" in told


def test_a_backslash_that_is_no_escape_of_toml_is_told_with_how_to_write_it(path: Path) -> None:
    path.write_text(f'{FILE}\ncode_lists = "C:\\Users\\lists"', "utf-8")
    told = refused(path)
    assert "line 7" in told
    assert r"'C:\keys\a.pem'" in told


def test_paths_of_windows_in_single_quotes_or_with_slashes_are_kept(path: Path) -> None:
    path.write_text(
        FILE + "[signing]\nkey = 'C:\\temp\\sign.key'\ncertificate = \"D:/temp/sign.pem\"", "utf-8"
    )
    made = Settings.load(path)
    assert made.signing is not None
    assert str(made.signing.key).endswith(r"C:\temp\sign.key")
    assert str(made.signing.certificate).endswith("D:/temp/sign.pem")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_file_as_windows_saves_it_is_read_or_named(path: Path, encoding: str) -> None:
    path.write_bytes((FILE + TABLES).replace("\n", "\r\n").encode(encoding))
    if encoding == "utf-8-sig":
        assert Settings.load(path).environment == "sandbox"
    else:
        assert "save it" in refused(path)


@pytest.mark.parametrize("place", ["file://[", "file://[::1/x", "http://[", "pkcs11:id=%zz"])
def test_a_place_that_is_no_uri_is_told(path: Path, place: str) -> None:
    path.write_text(f"{FILE}\n[signing]\nkey = {place!r}", "utf-8")
    if not place.startswith("pkcs11"):
        assert "signing.key" in refused(path)
