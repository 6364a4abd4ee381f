"""Keys in files and variables: PKCS #12, guarded files, and what a bad one is told."""

from __future__ import annotations

import base64
import logging
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    KeySerializationEncryption,
    NoEncryption,
    pkcs12,
)

from sha_disclosure.credentials.keys import SoftwareKey, open_key
from sha_disclosure.credentials.pair import open_pair
from sha_disclosure.credentials.places import read_secret
from sha_disclosure.errors import ConfigurationError, KeyUnavailable
from sha_disclosure.files import open_to_others
from sha_disclosure.settings import KeyPair
from tests.authority import NOW, chain, issuing, key, key_pem, leaf, pem, root

PASSPHRASE = "tunnuslause-31337"


def archive(
    private: Any = None,
    certificate: Any = None,
    others: Any = (),
    passphrase: str | None = PASSPHRASE,
) -> bytes:
    protection: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    )
    return pkcs12.serialize_key_and_certificates(b"n", private, certificate, others, protection)


def put(folder: Path, data: bytes, name: str = "signing.p12") -> Path:
    path = folder / name
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def pair(path: Path | str, **more: Any) -> KeyPair:
    return KeyPair(**{"key": path, "passphrase": PASSPHRASE, **more})


def refusal(kind: type[Exception], table: KeyPair) -> str:
    with pytest.raises(kind) as caught:
        open_pair(table, NOW)
    assert caught.value.__context__ is None
    assert PASSPHRASE not in str(caught.value)
    return str(caught.value)


def test_pkcs12_brings_its_chain_in_whatever_order_it_lies(tmp_path: Path) -> None:
    others = [root().certificate, root(1).certificate, issuing().certificate]
    path = put(tmp_path, archive(key("p256"), leaf().certificate, others))
    opened = open_pair(pair(path), NOW)
    assert opened.chain == chain(leaf())
    assert opened.name == str(path)


def test_pkcs12_without_encryption_and_by_any_name_is_read(tmp_path: Path) -> None:
    data = archive(key("rsa-2048"), leaf("rsa-2048").certificate, passphrase=None)
    path = put(tmp_path, data, "signing.key")
    assert len(open_pair(pair(path, passphrase=None), NOW).chain) == 1


def test_a_certificate_that_is_named_goes_before_the_one_beside_the_key(tmp_path: Path) -> None:
    path = put(tmp_path, archive(key("p256"), leaf().certificate))
    named = put(tmp_path, pem(*chain(leaf())), "signing.crt")
    assert open_pair(pair(path, certificate=named), NOW).chain == chain(leaf())


def test_pem_with_key_and_certificates_in_one_file_needs_no_other(tmp_path: Path) -> None:
    data = pem(root().certificate) + key_pem(key("p256")) + pem(leaf().certificate)
    path = put(tmp_path, data + pem(issuing().certificate), "both.pem")
    assert open_pair(pair(path, passphrase=None), NOW).chain == chain(leaf())
    named = pair(path, passphrase=None, certificate=path)
    assert "leaf comes first" in refusal(ConfigurationError, named)


@pytest.mark.parametrize(
    ("data", "passphrase", "said"),
    [
        (archive(key("p256"), leaf().certificate), None, "encrypted or damaged: add its passph"),
        (archive(key("p256"), leaf().certificate), "other", "does not open the PKCS#12 file"),
        (archive(None, leaf().certificate), PASSPHRASE, "contains no private key"),
        (archive(key("p256"), leaf().certificate)[:40], PASSPHRASE, "-legacy"),
    ],
    ids=["no passphrase", "wrong passphrase", "no key", "cut"],
)
def test_a_pkcs12_file_that_does_not_open_says_what_to_mend(
    data: bytes, passphrase: str | None, said: str, tmp_path: Path
) -> None:
    path = put(tmp_path, data)
    text = refusal(KeyUnavailable, pair(path, passphrase=passphrase))
    assert said in text
    assert str(path) in text


UNREAD = ("-aria-256-cbc", "-camellia-256-cbc")


def openssl(*arguments: str) -> bytes:
    made = subprocess.run(
        ["openssl", *arguments], input=key_pem(key("p256")), capture_output=True, check=True
    )
    return made.stdout


@pytest.mark.parametrize("passphrase", [PASSPHRASE, "other"])
def test_a_cipher_that_is_not_read_is_no_wrong_passphrase(passphrase: str, tmp_path: Path) -> None:
    own = f"pass:{PASSPHRASE}"
    for cipher in UNREAD:
        for data in (
            openssl("pkcs8", "-topk8", "-v2", cipher.strip("-"), "-passout", own),
            openssl("ec", cipher, "-passout", own),
        ):
            text = refusal(KeyUnavailable, pair(put(tmp_path, data), passphrase=passphrase))
            assert "encrypted with an unsupported method" in text
            assert "openssl pkcs8 -topk8 -v2 aes256" in text
    read = openssl("pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", own)
    if passphrase == PASSPHRASE:
        assert open_key(pair(put(tmp_path, read)))
    else:
        text = refusal(KeyUnavailable, pair(put(tmp_path, read), passphrase=passphrase))
        assert "does not open the key" in text


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_a_half_written_key_is_damaged_whatever_the_passphrase(
    passphrase: str | None, tmp_path: Path
) -> None:
    whole = key_pem(key("p256"), passphrase.encode() if passphrase else None)
    for data in (whole[:-1][:-5], whole[:90], whole + pem(leaf().certificate)[:300]):
        text = refusal(KeyUnavailable, pair(put(tmp_path, data), passphrase=passphrase))
        assert "damaged or only partly written: copy the whole file again" in text


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_a_key_file_as_windows_saves_it_is_read_or_named(
    passphrase: str | None, tmp_path: Path
) -> None:
    text = key_pem(key("p256"), passphrase.encode() if passphrase else None).decode()
    marked = text.replace("\n", "\r\n").encode("utf-8-sig")
    assert open_key(pair(put(tmp_path, marked), passphrase=passphrase))
    told = refusal(
        KeyUnavailable, pair(put(tmp_path, text.encode("utf-16")), passphrase=passphrase)
    )
    assert "UTF-16" in told
    assert "save it as UTF-8" in told


def test_a_key_without_a_certificate_asks_for_one(tmp_path: Path) -> None:
    for data in (archive(key("p256")), archive(key("p256"), None, [leaf("p384").certificate])):
        path = put(tmp_path, data)
        assert 'add certificate = "FILE"' in refusal(ConfigurationError, pair(path))


def test_a_pkcs12_key_that_is_no_signing_key_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, archive(ed25519.Ed25519PrivateKey.generate(), None))
    assert "not RSA, P-256 or P-384" in refusal(ConfigurationError, pair(path))


# --- variables ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        key_pem(key("p256")).decode(),
        key_pem(key("p256")).decode().replace("\n", "\\n"),
        base64.b64encode(archive(key("p256"), passphrase=None)).decode(),
        base64.encodebytes(archive(key("p256"), passphrase=None)).decode(),
    ],
    ids=["PEM", "PEM on one line", "PKCS#12", "PKCS#12 in lines"],
)
def test_a_variable_holds_a_key(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K", text)
    opened = open_key(pair("env:K", passphrase=None))
    assert isinstance(opened, SoftwareKey)
    assert opened.private.private_numbers() == key("p256").private_numbers()
    assert opened.name == "env:K"


def test_a_variable_that_is_not_set_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_KEY", raising=False)
    assert "env:NO_KEY: this environment variable is not set" in refusal(
        KeyUnavailable, pair("env:NO_KEY")
    )
    path = put(tmp_path, key_pem(key("p256")))
    assert "env:NO_KEY: this environment variable is not set" in refusal(
        ConfigurationError, pair(path, certificate="env:NO_KEY")
    )


def test_a_certificate_on_a_token_is_taken_by_naming_none(tmp_path: Path) -> None:
    path = put(tmp_path, key_pem(key("p256")))
    named = pair(path, certificate="pkcs11:object=a?module-path=/m.so")
    assert "Leave `certificate` out" in refusal(ConfigurationError, named)


# --- who may read ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "owner", "reader", "loose"),
    [
        (0o600, 1000, 1000, False),
        (0o400, 1000, 1000, False),
        (0o640, 1000, 1000, True),
        (0o604, 1000, 1000, True),
        (0o440, 0, 1000, False),
        (0o444, 0, 1000, True),
        (0o460, 0, 1000, True),
        (0o440, 0, 0, True),
    ],
)
def test_a_file_is_open_to_others_by_its_mode_owner_and_reader(
    mode: int, owner: int, reader: int, loose: bool
) -> None:
    assert open_to_others(mode, owner, reader) is loose


def test_a_file_that_others_may_read_is_warned_of_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = put(tmp_path, key_pem(key("p256")))
    path.chmod(0o644)
    if os.name == "posix":
        with pytest.raises(ConfigurationError, match="chmod 600"):
            read_secret(path)
    monkeypatch.delattr(os, "geteuid", raising=False)
    with caplog.at_level(logging.WARNING, "sha_disclosure"):
        assert read_secret(path).get_secret_value() == key_pem(key("p256"))
    assert f"{path}: who may read this key file was not checked" in caplog.text
    assert "icacls" in caplog.text
