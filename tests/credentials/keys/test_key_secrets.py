"""Planted keys, passphrases and PINs, and no channel that shows them: tracebacks and debug logs."""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from channels import channels_of, frames_of_package
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    pkcs12,
)
from places import NOTICES
from softhsm import PIN, HsmKey, SoftHsm

from sha_disclosure import DisclosureError, DisclosureNotice, KantaClient, Settings
from sha_disclosure.credentials import certified_signer
from sha_disclosure.events import logging_listener
from sha_disclosure.jose.signer import CallbackSigner
from sha_disclosure.tools.sandbox import Sandbox
from tests.authority import edition_with, issuing, key, key_pem, leaf, pem

PASSPHRASE = "planted-passphrase-31337"
WRONG = "planted-wrong-27182"
NOTICE = NOTICES / "disclosed-to-client.json"


def parts_of(data: bytes) -> list[str]:
    """Lines of a PEM key, any of which would give it away."""
    return [line for line in data.decode().splitlines() if "-----" not in line and len(line) > 20]


PLAIN = key_pem(key("p256"))
SECRETS = [PASSPHRASE, WRONG, PIN, *parts_of(PLAIN)]
SECRETS.append(str(key("p256").private_numbers().private_value))


def clean(*shown: object) -> None:
    for each in shown:
        for form in (str(each), repr(each)):
            for secret in SECRETS:
                assert secret not in form


def refused(work: Callable[[], Any]) -> None:
    with pytest.raises(DisclosureError) as caught:
        work()
    clean(*channels_of(caught.value))
    assert frames_of_package(caught.value) == []


def put(folder: Path, name: str, data: bytes, mode: int = 0o600) -> Path:
    path = folder / name
    path.write_bytes(data)
    path.chmod(mode)
    return path


def archive() -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"n", key("p256"), leaf().certificate, [], BestAvailableEncryption(PASSPHRASE.encode())
    )


FAULTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "damaged": lambda folder: {"key": put(folder, "k", PLAIN.replace(b"M", b"A", 1))},
    "needless passphrase": lambda folder: {
        "key": put(folder, "k", PLAIN), "passphrase": PASSPHRASE,
    },
    "wrong passphrase": lambda folder: {
        "key": put(folder, "k", key_pem(key("p256"), b"x")), "passphrase": PASSPHRASE,
    },
    "wrong passphrase of PKCS#12": lambda folder: {
        "key": put(folder, "k", archive()), "passphrase": WRONG,
    },
    "open to others": lambda folder: {"key": put(folder, "k", PLAIN, 0o644)},
    "another certificate": lambda folder: {
        "key": put(folder, "k", PLAIN),
        "certificate": put(folder, "c", pem(leaf("p384").certificate)),
    },
    "no certificate": lambda folder: {"key": put(folder, "k", PLAIN)},
    "key in the certificate file": lambda folder: {
        "key": put(folder, "k", PLAIN), "certificate": put(folder, "c", PLAIN),
    },
    "wrong order beside the key": lambda folder: {
        "key": put(folder, "k", PLAIN),
        "certificate": put(folder, "c", PLAIN + pem(issuing().certificate, leaf().certificate)),
    },
    "damaged variable": lambda folder: {"key": "env:PLANTED"},
    "passphrase of a token": lambda folder: {
        "key": "pkcs11:object=k?module-path=/m.so", "passphrase": PASSPHRASE,
    },
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("table", ["signing", "tls"])
def test_no_refusal_of_a_key_shows_it(
    fault: str, table: str, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTED", PLAIN.decode().replace("M", "A", 1))
    data = sandbox.settings().model_dump(exclude_none=True)
    kept = {"ca": data["tls"]["ca"]} if table == "tls" else {}
    settings = Settings.model_validate({**data, table: {**kept, **FAULTS[fault](tmp_path)}})
    clean(settings, settings.model_dump())
    refused(lambda: KantaClient(settings))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f'[signing]\nkey = "k"\npassphrase = "{PASSPHRASE}"\ncolour = 1', {}),
        ("", {"signing": {"key": 5, "passphrase": PASSPHRASE}}),
        (f'[signing]\nkey = "pkcs11:token=t?pin-value={PIN}"', {}),
        (f"[signing]\npassphrase = {PASSPHRASE}", {}),
    ],
    ids=["file", "arguments", "PIN in a URI", "no TOML"],
)
def test_no_refusal_of_settings_shows_a_passphrase_or_the_environment(
    text: str, values: dict[str, Any], tmp_path: Path
) -> None:
    path = put(tmp_path, "s.toml", f'environment = "x"\n{text}'.encode())
    variables = {"SHA_DISCLOSURE__TLS__PASSPHRASE": PASSPHRASE, "OTHER": PLAIN.decode()}
    refused(lambda: Settings.load(path, variables=variables, **values))
    refused(lambda: Settings(**{"environment": "x", **values}))
    variables["SHA_DISCLOSURE__TLS"] = WRONG
    refused(lambda: Settings.load(path, variables=variables, **values))


# --- tokens -----------------------------------------------------------------------------


def on_token(
    sandbox: Sandbox, folder: Path, hsm: SoftHsm, own: HsmKey, source: str | None
) -> Settings:
    issued = sandbox.pki.issue("Sandbox signer", "signing", key=own)  # type: ignore[arg-type]
    table = {
        "certificate": put(folder, "signing.crt", issued.certificate_pem),
        "key": hsm.uri("organisation", own.label, source),
    }
    return Settings.model_validate(
        {**sandbox.settings().model_dump(exclude_none=True), "signing": table}
    )


@pytest.mark.parametrize("way", ["env", "file", "function"])
def test_no_refusal_of_a_token_shows_a_pin(
    way: str,
    hsm: SoftHsm,
    hsm_keys: dict[str, HsmKey],
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for label in ("rsa", "card"):
        with hsm.module.turn():
            hsm.module.restart()
        wrong = WRONG + label + way
        monkeypatch.setenv("WRONG_PIN", wrong)
        file = put(tmp_path, "pin", wrong.encode())
        source = {"env": "env:WRONG_PIN", "file": f"file:{file}"}.get(way)
        settings = on_token(sandbox, tmp_path, hsm, hsm_keys[label], source)
        for _ in range(2):
            refused(lambda: KantaClient(settings, pin=lambda token: wrong))  # noqa: B023


@pytest.mark.parametrize("label", ["rsa", "ec", "card"])
def test_no_debug_log_of_signing_and_sending_shows_a_pin_a_token_or_a_signature(
    label: str,
    hsm: SoftHsm,
    hsm_keys: dict[str, HsmKey],
    sandbox: Sandbox,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = on_token(sandbox, tmp_path, hsm, hsm_keys[label], None)
    for name in ("", "httpx", "sha_disclosure", "pkcs11", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    with KantaClient(settings, pin=lambda token: PIN, listeners=[logging_listener()]) as kanta:
        notice = DisclosureNotice.model_validate_json(NOTICE.read_bytes())
        prepared = kanta.prepare(notice.model_copy(update={"id": None}))
        credentials = kanta._connection().credentials
        request = kanta._submission(prepared, None, None).request(credentials)
        kanta.submit(prepared)
        clean(kanta, kanta.__dict__, credentials, credentials.content.signer)
    signature = base64.b64decode(prepared.bundle()["signature"]["data"]).decode()
    hidden = [signature.split(".")[2], request.headers["Authorization"].split(".")[1]]
    assert "sha_disclosure" in {r.name for r in caplog.records}
    for record in caplog.records:
        shown = f"{record.getMessage()} {record.args} {record.__dict__}"
        clean(shown)
        assert "eyJ" not in shown  # how the text of every JWS begins
        for part in hidden:
            assert part not in shown


def test_a_failing_signature_shows_neither_pin_nor_key_in_its_frames(
    hsm: SoftHsm,
    hsm_keys: dict[str, HsmKey],
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CARD_PIN", PIN)
    settings = on_token(sandbox, tmp_path, hsm, hsm_keys["card"], "env:CARD_PIN")
    notice = DisclosureNotice.model_validate_json(NOTICE.read_bytes())
    with KantaClient(settings) as kanta:
        monkeypatch.setenv("CARD_PIN", WRONG + "late")
        refused(lambda: kanta.prepare(notice))
        monkeypatch.delenv("CARD_PIN")
        refused(lambda: kanta.prepare(notice))


def test_a_callback_that_fails_with_a_pin_shows_it_nowhere() -> None:
    def fail(data: bytes) -> bytes:
        pin = os.environ.get("NO_SUCH_PIN", PIN)
        raise RuntimeError(f"CKR_PIN_INCORRECT {pin}")

    own = certified_signer(pem(leaf().certificate), CallbackSigner(fail), edition_with())
    refused(lambda: own.sign(b"a"))
