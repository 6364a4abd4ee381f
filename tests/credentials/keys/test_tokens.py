"""Keys on a token, on SoftHSM: how they are found, and what a wrong name or PIN is told."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from places import ROOT
from softhsm import PIN
from token_bench import Bench

from sha_disclosure import KantaClient, KeyUnavailable
from sha_disclosure.credentials import load_credentials, watched_files
from sha_disclosure.credentials.keys import TokenKey, TokenUri
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import ConfigurationError
from tests.authority import edition_with

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
    with pytest.raises(ConfigurationError, match="2 certificates are stored with the key"):
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
        assert kanta._connection().credentials.content.algorithm == "ES256"


def test_one_key_signs_content_and_tokens_by_different_algorithms(bench: Bench) -> None:
    edition = edition_with(token={"rsa": "PS256"})
    made = load_credentials(bench.settings("rsa"), edition, datetime.now(UTC))
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
    assert "4 private keys match" in text
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
    [
        ("/none/such.so", "no such file"),
        (__file__, "cannot be loaded"),
        ("relative.so", "whole path"),
    ],
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


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    key = TokenKey(TokenUri.parse(f"pkcs11:token=a?module-path={__file__}"))
    with pytest.raises(
        ConfigurationError, match=r"pip install 'sha-disclosure\[pkcs11\]'"
    ) as caught:
        key.kind()
    assert caught.value.__context__ is None


def test_keys_in_files_need_no_module() -> None:
    code = "import sys, sha_disclosure.delivery.client; assert 'pkcs11' not in sys.modules"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=ROOT)


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
        load_credentials(settings, load_edition(), datetime.now(UTC))
    for _ in range(3):
        with pytest.raises(KeyUnavailable, match="not tried again") as caught:
            load_credentials(settings, load_edition(), datetime.now(UTC))
        assert wrong not in str(caught.value)
    assert len(tried) == 1
    monkeypatch.setenv("WRONG_PIN", PIN)  # corrected where it is read from
    assert load_credentials(settings, load_edition(), datetime.now(UTC)).content.sign(b"a")
