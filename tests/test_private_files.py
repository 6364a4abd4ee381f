"""One rule for every file with a secret or with whom to trust: whose it is, who may use it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sha_disclosure import DisclosureError, Outbox, Settings, load_anchors
from sha_disclosure.credentials import load_revocation_lists
from sha_disclosure.credentials.places import read_secret
from sha_disclosure.files import exposed
from sha_disclosure.outbox import keys_from_file
from tests.authority import key, key_pem, leaf, pem

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and owners of POSIX")

SETTINGS = (
    'environment = "sandbox"\nbase_url = "https://127.0.0.1:1/fhir"\n'
    '[system]\nid = "1.2.246.10.1.20.1"\nname = "J"\n'
    '[subscriber]\nid = "1.2.246.10.1.10.0"\nname = "L"\n'
)
WITH_PASSPHRASE = f'{SETTINGS}[signing]\nkey = "k"\npassphrase = "planted-secret"\n'
WITH_PROXY = f'proxy = "http://user:planted-secret@proxy:3128"\n{SETTINGS}'


def _outbox(file: Path) -> Path:
    Outbox(file).close()
    return file


def _written(text: str | bytes) -> Callable[[Path], Path]:
    def write(file: Path) -> Path:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        file.chmod(0o600)
        return file

    return write


PRIVATE: dict[str, tuple[Callable[[Path], Path], Callable[[Path], Any]]] = {
    "a key": (_written(key_pem(key("p256"))), read_secret),
    "a PIN": (_written("1234"), lambda path: read_secret(path, "pin")),
    "the outbox": (_outbox, lambda path: Outbox(path).close()),
    "the outbox's keys": (_written("A" * 43 + "="), keys_from_file),
    "settings with a passphrase": (_written(WITH_PASSPHRASE), Settings.load),
    "settings with a proxy's password": (_written(WITH_PROXY), Settings.load),
}


def refused(use: Callable[[Path], Any], path: Path) -> DisclosureError:
    with pytest.raises(DisclosureError) as caught:
        use(path)
    assert "planted-secret" not in f"{caught.value}{caught.value.text('fi')}"
    assert str(path) in str(caught.value)
    return caught.value


@pytest.mark.parametrize("kind", PRIVATE)
def test_a_file_with_a_secret_is_refused_when_others_may_read_it(kind: str, tmp_path: Path) -> None:
    make, use = PRIVATE[kind]
    path = make(tmp_path / "file")
    use(path)
    for mode in (0o640, 0o604, 0o620, 0o602, 0o644):
        path.chmod(mode)
        error = refused(use, path)
        assert f"mode {mode:o}" in str(error)
        assert "chmod 600" in str(error)
        assert f"oikeudet {mode:o}" in error.text("fi")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("kind", PRIVATE)
def test_a_file_with_a_secret_is_refused_when_it_belongs_to_another_user(
    kind: str, tmp_path: Path
) -> None:
    make, use = PRIVATE[kind]
    path = make(tmp_path / "file")
    os.chown(path, 12345, -1)
    error = refused(use, path)
    assert "another user (id 12345)" in str(error)
    assert "toinen käyttäjä (tunnus 12345)" in error.text("fi")


@pytest.mark.parametrize(
    ("mode", "owner", "private"),
    [(0o600, 1000, True), (0o400, 0, True), (0o440, 0, True), (0o444, 0, False),
     (0o640, 1000, False), (0o600, 1001, False), (0o660, 0, False)],
)  # fmt: skip
def test_roots_files_may_be_readable_by_one_group_as_mounted_secrets_are(
    mode: int, owner: int, private: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert (exposed(mode, owner, "file") is None) is private


def test_settings_without_a_secret_may_be_read_by_all(tmp_path: Path) -> None:
    path = _written(SETTINGS)(tmp_path / "file")
    path.chmod(0o644)
    assert Settings.load(path, variables={}).environment == "sandbox"


@pytest.mark.parametrize("load", [load_anchors, load_revocation_lists])
def test_a_file_that_says_whom_to_trust_is_refused_when_all_may_change_it(
    load: Callable[[Path], Any], tmp_path: Path
) -> None:
    path = _written(pem(leaf().certificate))(tmp_path / "file")
    for mode in (0o646, 0o666, 0o602):
        path.chmod(mode)
        error = refused(load, path)
        assert "chmod o-w" in str(error)
        assert "kuka tahansa" in error.text("fi")
    path.chmod(0o664)
    assert len(load_anchors(path)) == 1
