"""Keys on a token, on SoftHSM: what goes wrong with tokens, and what is said or mended then."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from softhsm import PIN, HsmKey, SoftHsm

from sha_disclosure import KantaClient, KeyUnavailable, Settings
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import ConfigurationError, DisclosureError
from sha_disclosure.identity import Identity, load_identity, tls_context, watched_files
from sha_disclosure.keys import TokenKey, TokenSigner, TokenUri
from sha_disclosure.sandbox import Sandbox
from sha_disclosure.sources import Sources
from tests.jose.authority import edition_with

ROOT = Path(__file__).parents[2]


class Bench:
    """Settings whose signing key is on a token, and certificates for it."""

    def __init__(self, hsm: SoftHsm, keys: dict[str, HsmKey], sandbox: Sandbox, folder: Path):
        self.hsm = hsm
        self.keys = keys
        self.sandbox = sandbox
        self.folder = folder

    def certificate(self, owner: Any, name: str = "signing.crt") -> Path:
        path = self.folder / name
        path.write_bytes(
            self.sandbox.pki.issue("Sandbox signer", "signing", key=owner).certificate_pem
        )
        return path

    def settings(self, label: str | None = "ec", uri: str | None = None, **more: Any) -> Settings:
        table = {"key": uri or self.hsm.uri("organisation", label), **more}
        if label and "certificate" not in table:
            table["certificate"] = self.certificate(self.keys[label])
        return Settings.model_validate(
            {**self.sandbox.settings().model_dump(exclude_none=True), "signing": table}
        )

    def load(self, label: str | None = "ec", uri: str | None = None, **more: Any) -> Identity:
        pin = more.pop("ask_pin", None)
        return load_identity(
            self.settings(label, uri, **more), load_edition(), Sources(), ask_pin=pin
        )

    def refusal(self, kind: type[DisclosureError], uri: str, **more: Any) -> str:
        with pytest.raises(kind) as caught:
            self.load("ec", uri, **more)
        assert type(caught.value) is kind
        assert caught.value.__context__ is None
        assert PIN not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def bench(
    hsm: SoftHsm, hsm_keys: dict[str, HsmKey], sandbox: Sandbox, tmp_path: Path
) -> Iterator[Bench]:
    yield Bench(hsm, hsm_keys, sandbox, tmp_path)
    with hsm.module.turn():
        hsm.module.restart()  # logged out, for the next test


# --- finding ------------------------------------------------------------------------


def test_the_certificate_beside_the_key_is_taken_when_none_is_named(bench: Bench) -> None:
    bench.hsm.make_token("with certificate")
    own = bench.hsm.make_key("with certificate", "own", "p256", 7)
    issued = bench.sandbox.pki.issue("Sandbox signer", "signing", key=own)  # type: ignore[arg-type]
    chain = (*issued.chain, bench.sandbox.pki.root.certificate)
    for number, certificate in zip((7, 90, 91), chain, strict=True):
        bench.hsm.put_certificate("with certificate", f"c{number}", number, certificate)
    made = bench.load(None, bench.hsm.uri("with%20certificate", "own"))
    assert made.content.chain == chain
    assert len(made.content.x5c) == 2
    bench.hsm.put_certificate("with certificate", "old", 7, issued.chain[1])
    with pytest.raises(ConfigurationError, match="2 certificates lie beside the key"):
        bench.load(None, bench.hsm.uri("with%20certificate", "own"))


def test_a_key_without_a_certificate_beside_it_asks_for_the_file(bench: Bench) -> None:
    with pytest.raises(ConfigurationError, match='add certificate = "FILE"'):
        bench.load(None, bench.hsm.uri("organisation", "ec"))


@pytest.mark.parametrize("query", ["module-path", "module-name"])
def test_every_part_of_a_uri_may_name_the_key(query: str, bench: Bench) -> None:
    token = bench.hsm.module.library.get_token(token_label="organisation")
    library = bench.hsm.library if query == "module-path" else "softhsm2"
    uri = (
        f"pkcs11:serial={token.serial.decode()};manufacturer=SoftHSM%20project;"
        f"model=SoftHSM%20v2;slot-id={token.slot.slot_id};id=%02;type=private"
        f"?{query}={library}&pin-source=env:HSM_PIN"
    )
    assert bench.load("ec", uri).content.sign(b"a")


def test_the_pin_may_be_in_a_file_or_come_from_a_function(bench: Bench) -> None:
    file = bench.folder / "pin"
    file.write_text(PIN + "\n")
    file.chmod(0o600)
    uri = bench.hsm.uri("organisation", "ec", f"file:{file}")
    assert bench.load("ec", uri).content.sign(b"a")
    assert file in watched_files(bench.settings("ec", uri))
    file.chmod(0o644)
    assert f"chmod 600 {file}" in bench.refusal(
        ConfigurationError, bench.hsm.uri("organisation", "card", f"file:{file}"),
        certificate=bench.certificate(bench.keys["card"]),
    )  # fmt: skip


def test_a_function_is_asked_once_for_a_login_and_at_each_signature_of_a_card(
    bench: Bench,
) -> None:
    asked: list[str] = []

    def ask(token: str) -> str:
        asked.append(token)
        return PIN

    uri = bench.hsm.uri("organisation", "ec", None)
    made = bench.load("ec", uri, ask_pin=ask)
    for _ in range(3):
        made.content.sign(b"a")
    assert len(asked) == 1
    assert asked[0].startswith('token "organisation" (serial ')
    card = bench.load("card", bench.hsm.uri("organisation", "card", None), ask_pin=ask)
    before = len(asked)
    for _ in range(3):
        card.content.sign(b"a")
    assert len(asked) - before == 3


def test_the_client_is_given_the_function(bench: Bench) -> None:
    settings = bench.settings("ec", bench.hsm.uri("organisation", "ec", None))
    with KantaClient(settings, pin=lambda token: PIN) as kanta:
        assert kanta._identity.content.algorithm == "ES256"


def test_one_key_signs_content_and_tokens_by_different_algorithms(bench: Bench) -> None:
    edition = edition_with(token={"rsa": "PS256"})
    made = load_identity(bench.settings("rsa"), edition, Sources())
    assert (made.content.algorithm, made.token.algorithm) == ("RS256", "PS256")
    assert len(made.token.sign(b"a")) == 384


# --- refusals -----------------------------------------------------------------------


def test_a_missing_token_says_which_tokens_there_are(bench: Bench) -> None:
    text = bench.refusal(KeyUnavailable, bench.hsm.uri("elsewhere", "ec"))
    assert 'token "organisation" (serial ' in text
    assert "correct token=" in text


def test_a_missing_key_says_which_keys_there_are(bench: Bench) -> None:
    text = bench.refusal(KeyUnavailable, bench.hsm.uri("organisation", "none"))
    for label in bench.keys:
        assert f'"{label}"' in text


def test_an_ambiguous_key_says_what_to_add(bench: Bench) -> None:
    text = bench.refusal(ConfigurationError, bench.hsm.uri("organisation", None))
    assert "4 private keys fit" in text
    assert '"rsa" (id=%01)' in text
    assert "object= or id=" in text


def test_an_ambiguous_token_says_what_to_add(bench: Bench) -> None:
    bench.hsm.make_token("another")
    uri = bench.hsm.uri("x", "ec").replace("token=x", "manufacturer=SoftHSM%20project")
    assert "add serial=" in bench.refusal(ConfigurationError, uri)


def test_a_key_of_another_certificate_is_refused(bench: Bench) -> None:
    for owner in ("rsa", "ec384"):
        text = bench.refusal(
            ConfigurationError,
            bench.hsm.uri("organisation", "ec"),
            certificate=bench.certificate(bench.keys[owner]),
        )
        assert "does not match the first certificate" in text
    pair = bench.hsm.make_key("organisation", "second", "p256", 50)
    text = bench.refusal(
        ConfigurationError,
        bench.hsm.uri("organisation", "ec"),
        certificate=bench.certificate(pair),
    )
    assert "does not match the first certificate" in text
    with bench.hsm.session("organisation") as session:
        for held in list(session.get_objects()):
            if held.label == "second":
                held.destroy()


@pytest.mark.parametrize(
    ("library", "said"),
    [("/none/such.so", "no such file"), (__file__, "does not load"), ("relative.so", "whole path")],
    ids=["missing", "no library", "relative"],
)
def test_a_module_that_cannot_be_used_is_named(library: str, said: str, bench: Bench) -> None:
    uri = f"pkcs11:token=organisation;object=ec?module-path={library}&pin-source=env:HSM_PIN"
    text = bench.refusal(ConfigurationError, uri)
    assert said in text
    assert library in text


def test_a_module_that_is_found_nowhere_is_named(bench: Bench) -> None:
    uri = "pkcs11:token=organisation;object=ec?module-name=nonesuch&pin-source=env:HSM_PIN"
    assert "no library nonesuch.so" in bench.refusal(ConfigurationError, uri)


def test_a_login_without_a_pin_says_where_to_put_it(bench: Bench) -> None:
    text = bench.refusal(ConfigurationError, bench.hsm.uri("organisation", "ec", None))
    assert "pin-source=env:NAME" in text
    assert "KantaClient(settings, pin=function)" in text


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("env:NO_SUCH_PIN", "NO_SUCH_PIN"),
        ("file:/none/pin", "/none/pin"),
        ("file:pin", "pin-source is"),
        ("/none/pin", "pin-source is"),
        ("vault:x", "pin-source is"),
    ],
)
def test_a_pin_source_that_gives_no_pin_is_told(source: str, said: str, bench: Bench) -> None:
    uri = bench.hsm.uri("organisation", "ec", source)
    with pytest.raises((KeyUnavailable, ConfigurationError), match=said):
        bench.load("ec", uri)


@pytest.mark.parametrize(
    ("answer", "said"),
    [(RuntimeError(PIN), r"failed \(RuntimeError\)"), (5, "no text"), ("", "empty")],
)
def test_a_pin_function_that_gives_no_pin_is_told(answer: Any, said: str, bench: Bench) -> None:
    def ask(token: str) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(KeyUnavailable, match=said) as caught:
        bench.load("ec", bench.hsm.uri("organisation", "ec", None), ask_pin=ask)
    assert caught.value.__context__ is None
    assert PIN not in str(caught.value)


def test_a_passphrase_of_a_token_is_refused(bench: Bench) -> None:
    uri = bench.hsm.uri("organisation", "ec")
    assert "remove passphrase" in bench.refusal(ConfigurationError, uri, passphrase=PIN)


@pytest.mark.parametrize("label", ["ec", "card"])
def test_a_wrong_pin_is_tried_once_and_never_again_by_itself(
    label: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    if label == "card":  # logged in by another key: only the signature's own PIN is wrong
        bench.load("ec")
    wrong = f"314159{label}"
    monkeypatch.setenv("WRONG_PIN", wrong)
    settings = bench.settings(label, bench.hsm.uri("organisation", label, "env:WRONG_PIN"))
    tried = []
    known = type(bench.hsm.module).refuse

    def counted(module: Any, serial: str, pin: Any) -> None:
        tried.append(serial)
        known(module, serial, pin)

    monkeypatch.setattr(type(bench.hsm.module), "refuse", counted)
    with pytest.raises(KeyUnavailable, match="the token refused the PIN"):
        load_identity(settings, load_edition(), Sources())
    for _ in range(3):
        with pytest.raises(KeyUnavailable, match="not tried again") as caught:
            load_identity(settings, load_edition(), Sources())
        assert wrong not in str(caught.value)
    assert len(tried) == 1
    monkeypatch.setenv("WRONG_PIN", PIN)  # corrected where it is read from
    assert load_identity(settings, load_edition(), Sources()).content.sign(b"a")


# --- recovery -----------------------------------------------------------------------


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
    with pytest.raises(KeyUnavailable, match="another key than the certificate's"):
        made.content.sign(b"a")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("resetting", ["false", "true"], ids=["keeps state", "starts empty"])
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
        list(pool.map(sign, range(120)))


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
