"""A TLS client key that stays in a hardware module: docs/deploy/tls-sidecar.conf, run for real."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from places import ROOT

from sha_disclosure import ConfigurationError, DisclosureError, NotSent
from sha_disclosure.settings import Retry
from sha_disclosure.tools.sandbox import Pki, Sandbox

TEMPLATE = ROOT / "docs" / "deploy" / "tls-sidecar.conf"
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
ENGINES = "/usr/lib/*/engines-3/pkcs11.so"
PIN = "4711-pin"
PORT = re.compile(r"Service \[record-system\] .*bound to 127\.0\.0\.1:([0-9]+)\n")


def missing() -> str:
    programs = ("stunnel4", "softhsm2-util", "pkcs11-tool")
    lacking = [name for name in programs if shutil.which(name) is None]
    if not MODULE.exists():
        lacking.append(str(MODULE))
    if not list(Path("/").glob(ENGINES.removeprefix("/"))):
        lacking.append("libengine-pkcs11-openssl")
    return ", ".join(lacking)


needs_programs = pytest.mark.skipif(
    bool(missing()), reason=f"not installed: {missing()} (apt-get install stunnel4 softhsm2 opensc "
    "libengine-pkcs11-openssl)",
)  # fmt: skip


class Token:
    """A SoftHSM token with one RSA key that cannot leave it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tokens").mkdir()
        (folder / "softhsm2.conf").write_text(
            f"directories.tokendir={folder / 'tokens'}\nobjectstore.backend=file\n"
        )
        self.environment = {
            "SOFTHSM2_CONF": str(folder / "softhsm2.conf"),
            "PATH": "/usr/bin:/bin:/usr/sbin",
        }
        self._run("softhsm2-util", "--init-token", "--free", "--label", "fi-org",
                  "--pin", PIN, "--so-pin", "5678")  # fmt: skip
        self._tool("--login", "--pin", PIN, "--keypairgen", "--key-type", "rsa:2048",
                   "--label", "tls", "--id", "01")  # fmt: skip
        self._tool("--read-object", "--type", "pubkey", "--label", "tls", "-o", "public.der")
        self.public_key: Any = load_der_public_key((folder / "public.der").read_bytes())

    def _tool(self, *arguments: str) -> None:
        self._run("pkcs11-tool", "--module", str(MODULE), "--token-label", "fi-org", *arguments)

    def _run(self, *command: str) -> None:
        subprocess.run(
            command, cwd=self.folder, env=self.environment, check=True, capture_output=True
        )

    def certified_by(self, pki: Pki) -> bytes:
        """Return the key's client certificate and its issuer as PEM."""
        now = datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "key in a module")])
        usages = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False,
        )  # fmt: skip
        issuer = pki.issuing
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject)
            .public_key(self.public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(digital_signature=True, **usages), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .sign(issuer.key, hashes.SHA256())
        )
        return self.certificate.public_bytes(Encoding.PEM) + issuer.certificate_pem


def configured(folder: Path, service: str) -> Path:
    """Return the documented configuration with this test's places in it.

    The sidecar listens at a port that the system gives it, and logs which.
    """
    text = TEMPLATE.read_text("utf-8")
    for documented, here in (
        ("127.0.0.1:9443", "127.0.0.1:0"),
        ("/etc/sha-disclosure", str(folder)),
        ("/run/sha-disclosure", str(folder)),
        ("connect = kanta.example:443", f"connect = {service}"),
        ("sni = kanta.example\n", ""),
        ("checkHost = kanta.example", "checkIP = 127.0.0.1"),
    ):
        assert documented in text
        text = text.replace(documented, here)
    file = folder / "stunnel.conf"
    file.write_text(f"debug = info\n{text}")
    return file


def port_of(sidecar: subprocess.Popen[bytes], log: Path) -> int:
    """Return the port that the sidecar's own log names, once it listens there."""
    until = time.monotonic() + 20
    while not (named := PORT.search(log.read_text("utf-8"))):
        if sidecar.poll() is not None or time.monotonic() > until:
            sidecar.kill()
            sidecar.wait()
            pytest.fail(log.read_text("utf-8"))
        time.sleep(0.05)
    return int(named[1])


@pytest.fixture
def sidecar(sandbox: Sandbox, tmp_path: Path):
    """Run the sidecar; give its token and the settings that go through it."""
    tmp_path.chmod(0o700)
    token = Token(tmp_path)
    (tmp_path / "tls.crt").write_bytes(token.certified_by(sandbox.pki))
    local = Pki(tmp_path / "local")
    local.server.write(tmp_path, "sidecar")
    (tmp_path / "sidecar-ca.crt").write_bytes(local.root.certificate_pem)
    (tmp_path / "kanta-ca.crt").write_bytes(sandbox.pki.root.certificate_pem)
    (tmp_path / "pin").write_text(PIN)
    (tmp_path / "pin").chmod(0o600)
    place = sandbox.base_url.removeprefix("https://").partition("/")[0]
    log = tmp_path / "stunnel.log"
    with log.open("wb") as written:
        running = subprocess.Popen(
            ["stunnel4", configured(tmp_path, place)],
            env=token.environment, stdout=subprocess.DEVNULL, stderr=written,
        )  # fmt: skip
    port = port_of(running, log)
    settings = sandbox.settings()
    tls = {
        "certificate": tmp_path / "local" / "tls.crt",
        "key": tmp_path / "local" / "tls.key",
        "ca": tmp_path / "local" / "ca.crt",
        "sidecar": f"127.0.0.1:{port}",
    }
    yield token, type(settings)(**{**settings.model_dump(exclude_none=True), "tls": tls}), running
    running.kill()
    running.wait()


@needs_programs
def test_a_notice_goes_out_with_the_key_in_the_module(sidecar, sandbox, shell, notice):
    token, settings, _ = sidecar
    kanta = shell.connect(settings)
    receipt = kanta.submit(kanta.prepare(notice))
    assert receipt.attempts == 1
    assert sandbox.received()[-1].notice_id == receipt.notice_id
    assert token.certificate.fingerprint(hashes.SHA256()).hex() in sandbox.certificates_seen


@needs_programs
def test_a_sidecar_that_is_down_loses_nothing(sidecar, shell, notice):
    _, settings, running = sidecar
    kanta = shell.connect(settings.model_copy(update={"retry": Retry(attempts=2)}))
    prepared = kanta.prepare(notice)
    running.kill()
    running.wait()
    with pytest.raises(NotSent) as caught:
        kanta.submit(prepared)
    assert caught.value.attempts == 2


def test_the_service_is_proven_by_its_own_name_wherever_connections_are_opened(
    sandbox, shell, notice
):
    """The sandbox stands for a sidecar: its certificate has not the name of this base_url."""
    settings = sandbox.settings()
    place = sandbox.base_url.removeprefix("https://").partition("/")[0]
    tls = settings.tls.model_copy(update={"sidecar": place})
    kanta = shell.connect(
        settings.model_copy(
            update={
                "tls": tls,
                "base_url": "https://kanta.example/fhir",
                "retry": Retry(attempts=1),
            }
        )
    )
    with pytest.raises(DisclosureError, match="not trusted"):
        kanta.submit(kanta.prepare(notice))


def test_a_sidecar_and_a_proxy_exclude_one_another(sandbox, shell):
    settings = sandbox.settings()
    tls = settings.tls.model_copy(update={"sidecar": "127.0.0.1:9443"})
    with pytest.raises(ConfigurationError, match=r"proxy and tls\.sidecar"):
        shell.connect(
            type(settings)(
                **{**settings.model_dump(exclude_none=True), "tls": tls, "proxy": "http://p:1"}
            )
        )


@pytest.mark.parametrize("place", ["", "9443", "host:", "host:0", "host:70000", "a b:1", "x:1:2"])
def test_a_place_that_is_none_is_refused(sandbox, place):
    settings = sandbox.settings()
    tls = {**settings.tls.model_dump(exclude_none=True), "sidecar": place}
    with pytest.raises(ConfigurationError, match=r"tls\.sidecar: not host:port"):
        type(settings)(**{**settings.model_dump(exclude_none=True), "tls": tls})
