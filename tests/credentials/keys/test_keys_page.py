"""What docs/keys.md shows works as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from places import ROOT
from softhsm import why_missing

from sha_disclosure import Settings
from sha_disclosure.credentials.keys import SoftwareKey, open_key
from sha_disclosure.credentials.pair import open_pair
from sha_disclosure.settings import KeyPair
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox import Sandbox

PAGE = (ROOT / "docs" / "keys.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def shell(text: str, folder: Path, **variables: str) -> str:
    ended = subprocess.run(
        ["bash", "-euc", text],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def block(containing: str) -> str:
    (found,) = [text for kind, text in BLOCKS if kind == "sh" and containing in text]
    return found


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "toml"])
def test_every_table_of_the_page_is_one_of_the_settings(text: str) -> None:
    tables = tomllib.loads(text)
    made = Settings.model_validate({**Settings.stand_in().model_dump(exclude_none=True), **tables})
    assert made.signing or made.tls


def test_the_try_out_with_softhsm_stores_a_notice(tmp_path: Path) -> None:
    if reason := why_missing():
        pytest.skip(reason)
    lines = block("softhsm2-util").splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["sudo", "pip"]
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    with Sandbox(tmp_path / "sandbox-data") as sandbox:
        printed = shell("\n".join(lines[2:]), tmp_path)
        assert len(sandbox.received()) == 1
    assert json.loads(printed.splitlines()[-1])["attempts"] == 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_a_key_and_request_made_by_the_page_and_a_certificate_by_mail_make_a_pair(
    tmp_path: Path,
) -> None:
    shell(block("genpkey"), tmp_path)
    with Sandbox() as sandbox:
        table = KeyPair(key=tmp_path / "signing.key")
        key = open_key(table)
        assert isinstance(key, SoftwareKey)
        issued = sandbox.pki.issue("Sandbox signer", "signing", key=key.private)
        (tmp_path / "dvv.cer").write_bytes(issued.certificate.public_bytes(Encoding.DER))
        (tmp_path / "root-ca.crt").write_bytes(sandbox.pki.root.certificate_pem)
        (tmp_path / "issuing-ca.crt").write_bytes(sandbox.pki.issuing.certificate_pem)
    assert "leaf.crt: OK" in shell(block("dvv.cer"), tmp_path, P12_PASSPHRASE="tunnuslause")
    (tmp_path / "signing.p12").chmod(0o600)
    now = Sources().clock()
    from_pem = open_pair(table.model_copy(update={"certificate": tmp_path / "signing.crt"}), now)
    archive = KeyPair(key=tmp_path / "signing.p12", passphrase="tunnuslause")  # type: ignore[arg-type]
    assert open_pair(archive, now).chain == from_pem.chain == issued.chain


def test_every_file_the_page_points_at_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
