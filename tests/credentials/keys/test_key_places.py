"""Where a key may be, in settings and as a URI, and what a wrong place is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sha_disclosure.credentials import watched_files
from sha_disclosure.credentials.keys import TokenUri
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.settings import KeyPair, Settings

FILE = """
environment = "sandbox"
base_url = "https://127.0.0.1:8443/fhir"
system = { id = "1.2.246.10.12345678.20.1", name = "J" }
subscriber = { id = "1.2.246.10.28777751.10.0", name = "H" }
[tls]
key = "pki/tls.p12"
ca = "pki/ca.pem"
crl = "pki/crl.pem"
[signing]
"""
MODULE = "module-path=/usr/lib/m.so"


def loaded(folder: Path, signing: str, **values: object) -> Settings:
    path = folder / "sha-disclosure.toml"
    path.write_text(FILE + signing)
    return Settings.load(path, variables={}, **values)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("s.key", "{folder}/s.key"),
        ("/abs/s.key", "/abs/s.key"),
        ("file:s.key", "{folder}/s.key"),
        ("file:/abs/s%20.key", "/abs/s .key"),
        ("file:///abs/s.key", "/abs/s.key"),
        ("FILE://localhost/abs/s.key", "/abs/s.key"),
        ("./env:S", "{folder}/env:S"),
    ],
)
def test_a_file_is_named_by_its_path_or_uri_relative_to_the_settings(
    text: str, place: str, tmp_path: Path
) -> None:
    made = loaded(tmp_path, f'key = "{text}"\ncertificate = "{text}"')
    assert made.signing is not None
    assert made.signing.key == Path(place.format(folder=tmp_path))
    assert made.signing.certificate == made.signing.key


@pytest.mark.parametrize("text", ["env:SIGNING_KEY", "pkcs11:token=a;object=b?" + MODULE])
def test_a_variable_or_a_token_stays_as_it_is_written(text: str, tmp_path: Path) -> None:
    made = loaded(tmp_path, f'key = "{text}"')
    assert made.signing is not None
    assert made.signing.key == text
    assert made.signing.certificate is None


def test_a_drive_of_windows_is_a_path() -> None:
    assert KeyPair(key="C:\\keys\\signing.key").key == Path("C:\\keys\\signing.key")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vault:secret/Zzmarker", "file:PATH, env:NAME or pkcs11:"),
        ("env:1Zzmarker", "env:NAME"),
        ("file://host/Zzmarker", "file:PATH"),
        (f"pkcs11:token=a?{MODULE}&pin-value=Zzmarker", "holds a PIN.*pin-source=env:NAME"),
        (f"pkcs11:token=a;pin=Zzmarker?{MODULE}", "holds a PIN"),
        ("pkcs11:token=a?PIN=Zzmarker", "holds a PIN"),
        ("pkcs11:pin-value=Zzmarker", "holds a PIN"),
    ],
)
def test_a_place_that_is_none_is_told_and_not_repeated(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=rf"signing\.key: .*{said}") as caught:
        loaded(tmp_path, f'key = "{text}"')
    assert "Zzmarker" not in str(caught.value)


def test_a_key_may_come_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(FILE.removesuffix("[signing]\n"))
    variables = {"SHA_DISCLOSURE__SIGNING__KEY": "env:SIGNING_KEY"}
    made = Settings.load(tmp_path / "s.toml", variables=variables)
    assert made.signing is not None
    assert made.signing.key == "env:SIGNING_KEY"


def test_a_key_that_is_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"signing\.key: not a path"):
        loaded(tmp_path, "key = 5")


# --- pkcs11 ---------------------------------------------------------------------------


def test_every_attribute_of_a_uri_is_read() -> None:
    made = TokenUri.parse(
        "pkcs11:token=Oma%20token;serial=01%20A;manufacturer=M;model=X;slot-id=7;"
        f"object=j%c3%a4rjestelm%C3%A4;id=%01%ff%00;type=private?{MODULE}&pin-source=env:P"
    )
    assert (made.token, made.serial, made.manufacturer, made.model) == (
        "Oma token",
        "01 A",
        "M",
        "X",
    )
    assert (made.slot_id, made.label, made.id) == (7, "järjestelmä", b"\x01\xff\x00")
    assert (made.module_path, made.pin_source) == ("/usr/lib/m.so", "env:P")
    assert "pin-source" not in str(made)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("token=a", "module is missing"),
        (f"token=Zza;token=Zzb?{MODULE}", "token= occurs twice"),
        (f"token=a;colour=Zzred?{MODULE}", "unknown; the known ones are token, serial"),
        (f"token?{MODULE}", "unknown"),
        (f"token=a?{MODULE}&x-vendor=Zz", "the known ones are module-path"),
        (f"token=a;type=cert?{MODULE}", "must be private"),
        (f"token=a;slot-id=Zz?{MODULE}", "not a whole number"),
        (f"token=a?{MODULE}&pin-value=Zz", "would leak"),
    ],
)
def test_a_uri_that_cannot_be_read_says_why_without_its_values(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        TokenUri.parse(f"pkcs11:{text}")
    assert "Zz" not in str(caught.value)


# --- watching -------------------------------------------------------------------------


def test_every_file_an_identity_is_read_from_is_watched_once(tmp_path: Path) -> None:
    key = f"pkcs11:token=a?{MODULE}&pin-source=file:/run/secrets/pin"
    made = loaded(tmp_path, f'certificate = "s.crt"\nkey = "{key}"', token={"key": "/t.p12"})
    assert watched_files(made) == (
        tmp_path / "pki/tls.p12",
        tmp_path / "pki/ca.pem",
        tmp_path / "pki/crl.pem",
        tmp_path / "s.crt",
        Path("/run/secrets/pin"),
        Path("/t.p12"),
    )


def test_nothing_is_watched_of_variables_and_tokens(tmp_path: Path) -> None:
    made = loaded(tmp_path, 'certificate = "env:C"\nkey = "env:K"')
    assert len(watched_files(made)) == 3  # those of [tls]
    assert watched_files(Settings.stand_in()) == ()


def test_bytes_of_a_variable_that_are_no_text_are_the_bytes_of_an_id() -> None:
    uri = TokenUri.parse("pkcs11:id=a\udcff?module-name=m")
    assert uri.id is not None
