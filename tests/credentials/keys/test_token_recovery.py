"""Tokens that go away, sessions that are lost, forks and threads, on SoftHSM."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from places import ROOT
from softhsm import PIN
from token_bench import Bench

from sha_disclosure import KeyUnavailable
from sha_disclosure.credentials import tls_context
from sha_disclosure.credentials.keys import TokenKey, TokenSigner, TokenUri
from sha_disclosure.sources import Sources


def test_a_second_login_in_one_process_goes_on(bench: Bench) -> None:
    made = [bench.load("ec"), bench.load("rsa")]
    theirs = bench.hsm.module.library.get_token(token_label="organisation")
    theirs.open()  # as other code of this process may do
    made.append(bench.load("ec384"))
    assert [len(each.content.sign(b"a")) for each in made] == [64, 384, 96]


def test_a_logout_by_others_is_mended_at_the_next_signature(bench: Bench) -> None:
    made = bench.load("ec")
    with bench.hsm.module.turn():
        bench.hsm.module.restart()
        token = bench.hsm.module.library.get_token(token_label="organisation")
        token.open(user_pin=PIN).close()  # logs the whole process out
    assert made.content.sign(b"a")
    with bench.hsm.module.turn():
        token.open().close()
        bench.hsm.module.library.finalize()
    assert made.content.sign(b"a")


def test_a_token_taken_out_fails_clearly_and_signs_again_when_it_is_back(
    bench: Bench, tmp_path: Path
) -> None:
    bench.hsm.make_token("travelling")
    keys = [bench.hsm.make_key("travelling", name, "p256", n) for n, name in enumerate("ab", 1)]
    made = [
        bench.load("ec", bench.hsm.uri("travelling", own.label), certificate=bench.certificate(own))
        for own in keys
    ]
    home = bench.hsm.folder_of("travelling")
    away = shutil.move(home, tmp_path / "away")
    for _ in range(2):
        for each in made:
            with pytest.raises(KeyUnavailable, match="no such token") as caught:
                each.content.sign(b"a")
            assert "Connect the device" in str(caught.value)
            assert caught.value.__context__ is None
    shutil.move(away, home)
    for _ in range(2):
        for each in made:
            assert each.content.sign(b"a")
    # What the module left in OpenSSL's error queue would break the next context or read.
    settings = bench.sandbox.settings()
    assert settings.tls is not None
    tls_context(settings.tls, Sources().clock())


def test_another_token_in_its_place_signs_nothing(bench: Bench, tmp_path: Path) -> None:
    bench.hsm.make_token("original")
    own = bench.hsm.make_key("original", "k", "p256", 1)
    made = bench.load("ec", bench.hsm.uri("original", "k"), certificate=bench.certificate(own))
    shutil.move(bench.hsm.folder_of("original"), tmp_path / "away")
    bench.hsm.make_token("original")
    bench.hsm.make_key("original", "k", "p256", 1)
    with pytest.raises(KeyUnavailable, match="a different key from the certificate's"):
        made.content.sign(b"a")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize(
    "resetting",
    [
        pytest.param("false", id="keeps state", marks=pytest.mark.proof),
        pytest.param("true", id="starts empty"),
    ],
)
def test_a_forked_process_opens_a_session_of_its_own(resetting: str, bench: Bench) -> None:
    # Modules of devices are not initialised in a forked process; SoftHSM can be made like them.
    own = bench.folder / "softhsm2.conf"
    own.write_text(bench.hsm.configuration.read_text() + f"library.reset_on_fork = {resetting}\n")
    settings = bench.folder / "sha-disclosure.toml"
    text = bench.sandbox.settings_file.read_text()
    head, _ = text.split("[signing]")
    head = head.replace('"tls.', f'"{bench.sandbox.folder}/tls.')
    head = head.replace('"ca.', f'"{bench.sandbox.folder}/ca.')
    certificate, uri = bench.certificate(bench.keys["ec"]), bench.hsm.uri("organisation", "ec")
    settings.write_text(f'{head}[signing]\ncertificate = "{certificate}"\nkey = "{uri}"\n')
    ended = subprocess.run(
        [sys.executable, "-W", "error", Path(__file__).with_name("fork_process.py"), settings],
        env={**os.environ, "SOFTHSM2_CONF": str(own), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.stderr == ""
    assert ended.stdout.splitlines() == ["child 64", "parent 64 64 0"]


def test_eight_threads_share_keys_of_one_token(bench: Bench) -> None:
    made = [bench.load(label).content for label in ("ec", "rsa", "card")]

    def sign(number: int) -> None:
        data = str(number).encode()
        assert made[number % 3].sign(data)  # each signature is verified as it is made

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sign, range(30)))


def test_what_holds_a_token_key_is_neither_pickled_nor_shows_more_than_its_uri(
    bench: Bench,
) -> None:
    key = TokenKey(TokenUri.parse(bench.hsm.uri("organisation", "ec")))
    public = bench.keys["ec"].public
    signer = TokenSigner(key, "ES256", public)
    for each in (key, signer):
        with pytest.raises(TypeError, match="holds a key"):
            pickle.dumps(each)
        assert "pkcs11:token=organisation;object=ec" in repr(each)
        assert "HSM_PIN" not in repr(each)
