"""Every key source signs the same golden Bundle; joserfc, OpenSSL and the sandbox take it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PublicFormat,
    pkcs12,
)
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry
from places import GOLDEN, NOTICES
from softhsm import HsmKey, SoftHsm

from sha_disclosure import DisclosureNotice, KantaClient, Settings
from sha_disclosure.credentials import OwnSigners, certified_signer, load_credentials
from sha_disclosure.credentials.signing import CertifiedSigner
from sha_disclosure.editions import Edition
from sha_disclosure.jose.content import BundleSigner
from sha_disclosure.jose.signer import CallbackSigner, KeySigner
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox import Sandbox
from sha_disclosure.tools.sandbox.pki import Credential
from sha_disclosure.values import Instant
from tests.authority import edition_with, key, key_pem
from tests.jose.compact_jws import CompactJws

PERMISSION = GOLDEN / "permission-to-organisation.json"
NOTICE = NOTICES / "disclosed-to-client.json"
PASSPHRASE = "tunnuslause"
openssl = shutil.which("openssl")

Table = dict[str, Any]


class Desk:
    """Where a source puts its files; certificates are issued by the sandbox's authority."""

    def __init__(self, folder: Path, sandbox: Sandbox, set_variable: Callable[[str, str], None]):
        self.folder = folder
        self.sandbox = sandbox
        self.set_variable = set_variable

    def issue(self, owner: Any) -> Credential:
        return self.sandbox.pki.issue("Sandbox signer", "signing", key=owner)

    def put(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        path.chmod(0o600)
        return path

    def certificate(self, owner: Any) -> Path:
        return self.put("signing.crt", self.issue(owner).certificate_pem)


def pem(kind: str, passphrase: bytes | None = None) -> Callable[[Desk], Table]:
    def make(desk: Desk) -> Table:
        held = desk.put("signing.key", key_pem(key(kind), passphrase))
        return {"certificate": desk.certificate(key(kind)), "key": held, "passphrase": passphrase}

    return make


def archive(desk: Desk, kind: str) -> bytes:
    issued = desk.issue(key(kind))
    return pkcs12.serialize_key_and_certificates(
        b"signing",
        issued.key,
        issued.certificate,
        [desk.sandbox.pki.root.certificate, *issued.chain[1:]],
        BestAvailableEncryption(PASSPHRASE.encode()),
    )


def pkcs12_file(desk: Desk) -> Table:
    return {"key": desk.put("signing.p12", archive(desk, "p256")), "passphrase": PASSPHRASE}


def pem_variables(desk: Desk) -> Table:
    desk.set_variable("SIGNING_KEY", key_pem(key("p384")).decode().replace("\n", "\\n"))
    desk.set_variable("SIGNING_CERTIFICATE", desk.certificate(key("p384")).read_text())
    return {"certificate": "env:SIGNING_CERTIFICATE", "key": "env:SIGNING_KEY"}


def pkcs12_variable(desk: Desk) -> Table:
    desk.set_variable("SIGNING_KEY", base64.encodebytes(archive(desk, "rsa-2048")).decode())
    return {"key": "env:SIGNING_KEY", "passphrase": PASSPHRASE}


SOFTWARE: dict[str, tuple[str, Callable[[Desk], Table]]] = {
    "PEM RSA-2048": ("RS256", pem("rsa-2048")),
    "PEM RSA-3072": ("RS256", pem("rsa-3072")),
    "PEM RSA-2048 by PSS": ("PS256", pem("rsa-2048")),
    "PEM P-256": ("ES256", pem("p256")),
    "PEM P-384": ("ES384", pem("p384")),
    "encrypted PEM": ("ES256", pem("p256", PASSPHRASE.encode())),
    "PKCS#12": ("ES256", pkcs12_file),
    "PEM in a variable": ("ES384", pem_variables),
    "PKCS#12 in a variable": ("RS256", pkcs12_variable),
}
TOKEN = {
    "token RSA-3072": ("RS256", "rsa"),
    "token RSA-3072 by PSS": ("PS256", "rsa"),
    "token P-256": ("ES256", "ec"),
    "token P-384": ("ES384", "ec384"),
    "token, PIN at each signature": ("RS256", "card"),
}


@pytest.fixture
def desk(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, sandbox, monkeypatch.setenv)


def with_signing(sandbox: Sandbox, table: Table) -> Settings:
    return Settings.model_validate(
        {**sandbox.settings().model_dump(exclude_none=True), "signing": table}
    )


def edition_for(algorithm: str) -> Edition:
    by_pss: dict[str, Any] = {"rsa": "PS256"} if algorithm == "PS256" else {}
    return edition_with(content_signature=by_pss)


def proven(settings: Settings, algorithm: str, **options: Any) -> None:
    """Sign the golden Bundle and a notice; other hands verify the one, the sandbox the other."""
    edition = edition_for(algorithm)
    own = OwnSigners(content=options.get("content_signer"))
    made = load_credentials(settings, edition, datetime.now(UTC), own)
    assert made.content.algorithm == algorithm
    golden = json.loads(PERMISSION.read_bytes())
    verified_by_others(golden, made.content, edition, settings)
    with KantaClient(settings, edition=edition, **options) as kanta:
        notice = DisclosureNotice.model_validate_json(NOTICE.read_bytes())
        receipt = kanta.submit(kanta.prepare(notice.model_copy(update={"id": None})))
        assert receipt.status.startswith("201")


def verified_by_others(
    golden: dict[str, Any], identity: CertifiedSigner, edition: Edition, settings: Settings
) -> None:
    when = Instant(Sources().clock().isoformat(timespec="milliseconds"))
    signed = BundleSigner(identity, edition).sign(golden, who=settings.requester, when=when)
    assert {k: v for k, v in signed.bundle.items() if k != "signature"} == golden
    jws = CompactJws.read(base64.b64decode(signed.bundle["signature"]["data"]).decode())
    octets = jws.header_part.encode() + b"."
    octets += base64.urlsafe_b64encode(rfc8785.dumps(golden)).rstrip(b"=")
    public = identity.leaf.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    named = identity.algorithm
    kind: Any = ECKey if named.startswith("ES") else RSAKey
    assert JWSRegistry.algorithms[named].verify(octets, jws.signature, kind.import_key(public))
    assert not JWSRegistry.algorithms[named].verify(
        octets + b"x", jws.signature, kind.import_key(public)
    )
    if openssl:
        assert openssl_verifies(named, public, octets, jws.signature) == "Verified OK"


def openssl_verifies(algorithm: str, public: bytes, octets: bytes, signature: bytes) -> str:
    if algorithm.startswith("ES"):
        half = len(signature) // 2
        numbers = (int.from_bytes(part) for part in (signature[:half], signature[half:]))
        signature = encode_dss_signature(*numbers)
    more = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("public", public), ("signature", signature), ("octets", octets)):
            Path(folder, name).write_bytes(data)
        ended = subprocess.run(
            [openssl or "openssl", "dgst", f"-sha{algorithm[2:]}", "-verify", "public"]
            + (more if algorithm == "PS256" else [])
            + ["-signature", "signature", "octets"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    return ended.stdout.strip()


@pytest.mark.parametrize("source", SOFTWARE)
def test_a_key_in_memory_signs_the_golden_bundle(source: str, desk: Desk) -> None:
    algorithm, make = SOFTWARE[source]
    proven(with_signing(desk.sandbox, make(desk)), algorithm)


@pytest.mark.parametrize("source", TOKEN)
def test_a_key_on_a_token_signs_the_golden_bundle(
    source: str, desk: Desk, hsm: SoftHsm, hsm_keys: dict[str, HsmKey]
) -> None:
    algorithm, label = TOKEN[source]
    table = {
        "certificate": desk.certificate(hsm_keys[label]),
        "key": hsm.uri("organisation", label),
    }
    proven(with_signing(desk.sandbox, table), algorithm)


def test_a_callback_signs_the_golden_bundle(desk: Desk) -> None:
    own = certified_signer(
        desk.issue(key("p384")).certificate_pem,
        CallbackSigner(KeySigner(key("p384"), "ES384").sign),
        edition_for("ES384"),
    )
    proven(desk.sandbox.settings(), "ES384", content_signer=own)
