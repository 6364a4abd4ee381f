"""A software token (SoftHSM) in a folder of its own, where it and python-pkcs11 are installed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from sha_disclosure.credentials.keys import TokenUri
from sha_disclosure.credentials.keys.module import Module, module_of

LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
PIN = "271828"
ALWAYS = "always"


@dataclass
class HsmKey:
    """The public half of a key on a token; stands where a certificate is asked for."""

    label: str
    id: bytes
    public: Any

    def public_key(self) -> Any:
        return self.public


class SoftHsm:
    """SoftHSM with its tokens in ``folder``. Loaded once for the whole test process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = _library() or ""
        self.tokens = folder / "tokens"
        self.tokens.mkdir()
        self.configuration = folder / "softhsm2.conf"
        self.configure()
        os.environ["SOFTHSM2_CONF"] = str(self.configuration)

    def configure(self, *more: str) -> None:
        lines = (f"directories.tokendir = {self.tokens}", "log.level = ERROR", *more)
        self.configuration.write_text("\n".join(lines) + "\n")

    def make_token(self, label: str, pin: str = PIN) -> None:
        subprocess.run(
            [
                "softhsm2-util",
                "--init-token",
                "--free",
                "--label",
                label,
                "--pin",
                pin,
                "--so-pin",
                pin,
            ],
            check=True,
            capture_output=True,
        )
        with self.module.turn():
            self.module.restart()  # it looks for tokens only when it begins

    @property
    def module(self) -> Module:
        return module_of(TokenUri("", module_path=self.library))

    @contextmanager
    def session(self, token: str) -> Iterator[Any]:
        """A session that may write: what a device's own tool does."""
        with self.module.turn():
            self.module.restart()
            found = self.module.library.get_token(token_label=token)
            with found.open(rw=True, user_pin=PIN) as session:
                yield session

    def make_key(self, token: str, label: str, kind: str, number: int) -> HsmKey:
        """Make a key pair on the token: ``rsa-3072``, ``p256``, ``p384``, with ``-always``."""
        import pkcs11  # noqa: PLC0415 - known to be there by now
        from pkcs11.util import ec  # noqa: PLC0415

        own: dict[Any, Any] = {pkcs11.Attribute.EXTRACTABLE: False}
        if kind.endswith(ALWAYS):
            own[pkcs11.Attribute.ALWAYS_AUTHENTICATE] = True
        kind = kind.removesuffix(f"-{ALWAYS}")
        found = {"label": label, "id": bytes([number]), "store": True}
        with self.session(token) as session:
            if kind.startswith("rsa-"):
                made, _ = session.generate_keypair(
                    pkcs11.KeyType.RSA, int(kind[4:]), private_template=own, **found
                )
                public: Any = rsa.RSAPublicNumbers(
                    int.from_bytes(made[pkcs11.Attribute.PUBLIC_EXPONENT], "big"),
                    int.from_bytes(made[pkcs11.Attribute.MODULUS], "big"),
                ).public_key()
            else:
                curve = ec.encode_named_curve_parameters(
                    {"p256": "secp256r1", "p384": "secp384r1"}[kind]
                )
                parameters = session.create_domain_parameters(
                    pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
                )
                made, _ = parameters.generate_keypair(private_template=own, **found)
                public = load_der_public_key(ec.encode_ec_public_key(made))
        return HsmKey(label, bytes([number]), public)

    def put_certificate(self, token: str, label: str, number: int, certificate: Any) -> None:
        import pkcs11  # noqa: PLC0415 - known to be there by now

        with self.session(token) as session:
            session.create_object(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.LABEL: label,
                    pkcs11.Attribute.ID: bytes([number]),
                    pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                    pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
                }
            )

    def uri(self, token: str, label: str | None, pin: str | None = "env:HSM_PIN") -> str:
        named = f";object={label}" if label else ""
        source = f"&pin-source={pin}" if pin else ""
        return f"pkcs11:token={token}{named}?module-path={self.library}{source}"

    def folder_of(self, token: str) -> Path:
        """The folder in which SoftHSM keeps a token: moved away, the token is taken out."""
        for folder in self.tokens.iterdir():
            if token.encode() in (folder / "token.object").read_bytes():
                return folder
        raise LookupError(token)


def why_missing() -> str:
    """Return why there is no SoftHSM to test with, or nothing."""
    if _library() is None or shutil.which("softhsm2-util") is None:
        return "SoftHSM is not installed (apt-get install softhsm2)"
    if importlib.util.find_spec("pkcs11") is None:
        return "python-pkcs11 is not installed (pip install 'sha-disclosure[pkcs11]')"
    return ""


def _library() -> str | None:
    return next((path for path in LIBRARIES if Path(path).is_file()), None)
