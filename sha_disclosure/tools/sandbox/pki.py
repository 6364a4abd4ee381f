"""A throw-away PKI in a folder: root, issuing CA, server, TLS client and signing certificates.

For sandboxes and tests only. ``Pki.issue`` also creates material that must be refused:
expired, not yet valid, with the wrong usages, or from an untrusted root (``Pki.rogue``).
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from sha_disclosure.credentials import SANDBOX_ORGANISATION

KeyKind = Literal["P-256", "P-384", "RSA-2048", "RSA-3072", "RSA-4096"]
Purpose = Literal["server", "client", "signing"]
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_USAGES: Mapping[Purpose, tuple[str, ...]] = {
    "server": ("digital_signature",),
    "client": ("digital_signature",),
    "signing": ("digital_signature", "content_commitment"),
}
_EXTENDED: Mapping[Purpose, tuple[ObjectIdentifier, ...]] = {
    "server": (ExtendedKeyUsageOID.SERVER_AUTH,),
    "client": (ExtendedKeyUsageOID.CLIENT_AUTH,),
    "signing": (),
}
_ALL_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def generate_key(kind: KeyKind = "P-256") -> PrivateKey:
    """Return a new private key. P-256 is instant, RSA keys take up to seconds: share them."""
    if kind == "P-256":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "P-384":
        return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(65537, int(kind.removeprefix("RSA-")))


def kind_of(key: PrivateKey) -> str:
    """Return the kind of a key, e.g. ``P-256`` or ``RSA-3072``."""
    if isinstance(key, rsa.RSAPrivateKey):
        return f"RSA-{key.key_size}"
    return f"P-{key.curve.key_size}"


@dataclass(frozen=True, slots=True)
class Credential:
    """A certificate with its private key and the certificates above it, without the root."""

    key: PrivateKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate itself, the leaf."""
        return self.chain[0]

    @property
    def certificate_pem(self) -> bytes:
        """The chain as PEM, leaf first."""
        return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in self.chain)

    @property
    def key_pem(self) -> bytes:
        """The private key as unencrypted PKCS #8 PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def x5c(self) -> list[str]:
        """The chain for the JWS header member ``x5c`` (RFC 7515 section 4.1.6)."""
        ders = (c.public_bytes(serialization.Encoding.DER) for c in self.chain)
        return [base64.b64encode(der).decode("ascii") for der in ders]

    @property
    def sha256(self) -> str:
        """The SHA-256 of the certificate, in hexadecimal."""
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        return hashlib.sha256(der).hexdigest()

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write ``<name>.crt`` and ``<name>.key`` (readable by the owner only)."""
        certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
        certificate.write_bytes(self.certificate_pem)
        key.unlink(missing_ok=True)
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(self.key_pem)
        return certificate, key


def read_credential(folder: Path, name: str) -> Credential:
    """Read the output of ``Credential.write``. Raises OSError or ValueError."""
    chain = x509.load_pem_x509_certificates((folder / f"{name}.crt").read_bytes())
    key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise ValueError("not an EC or RSA key")  # noqa: TRY004 - callers handle one kind
    return Credential(key, tuple(chain))


class Pki:
    """The authorities of a folder and the certificates they issue.

    Opening a folder reuses its material while all of it is valid and of ``key_kind``;
    otherwise everything is recreated. Written: ``ca.crt`` (the root: trust anchor),
    ``server``, ``tls`` (client) and ``signing`` as ``.crt`` and ``.key``, and the
    authorities' keys in ``authority/``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        key_kind: KeyKind = "P-256",
        lifetime: timedelta = timedelta(days=365),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        organisation: str = SANDBOX_ORGANISATION,
    ) -> None:
        self.folder = folder
        self.key_kind: KeyKind = key_kind
        self._organisation = organisation
        self._lifetime = lifetime
        self._now = now
        if not self._read():
            self._make()

    def _read(self) -> bool:
        try:
            self.root = read_credential(self.folder / "authority", "root")
            self.issuing = read_credential(self.folder / "authority", "issuing")
            self.server = read_credential(self.folder, "server")
            self.client = read_credential(self.folder, "tls")
            self.signing = read_credential(self.folder, "signing")
        except (OSError, ValueError, UnsupportedAlgorithm):
            return False
        every = (self.root, self.issuing, self.server, self.client, self.signing)
        return (self.folder / "ca.crt").exists() and all(self._usable(each) for each in every)

    def _usable(self, made: Credential) -> bool:
        leaf = made.certificate
        in_time = leaf.not_valid_before_utc <= self._now() < leaf.not_valid_after_utc
        return in_time and kind_of(made.key) == self.key_kind

    def kept(self, folder: Path, file: str, name: str, purpose: Purpose) -> Credential:
        """Return the credential of a file pair while it is valid; otherwise issue and write one."""
        with suppress(OSError, ValueError, UnsupportedAlgorithm):
            there = read_credential(folder, file)
            if self._usable(there) and there.chain[-1] == self.issuing.certificate:
                return there
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = self.issue(name, purpose)
        made.write(folder, file)
        return made

    def _make(self) -> None:
        self.root = self._authority("Sandbox root CA", None)
        self.issuing = self._authority("Sandbox issuing CA", self.root)
        self.server = self.issue("localhost", "server")
        self.client = self.issue("Sandbox client", "client")
        self.signing = self.issue("Sandbox signer", "signing")
        authority = self.folder / "authority"
        authority.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.write(authority, "root")
        self.issuing.write(authority, "issuing")
        self.server.write(self.folder, "server")
        self.client.write(self.folder, "tls")
        self.signing.write(self.folder, "signing")
        (self.folder / "ca.crt").write_bytes(self.root.certificate_pem)

    def issue(  # noqa: PLR0913 - each keyword replaces one thing of a certificate
        self,
        name: str,
        purpose: Purpose,
        *,
        issuer: Credential | None = None,
        key: PrivateKey | None = None,
        begins: datetime | None = None,
        ends: datetime | None = None,
        usages: Iterable[str] | None = None,
        extended: Iterable[ObjectIdentifier] | None = None,
        holder: str | None = None,
    ) -> Credential:
        """Issue a certificate for ``purpose``; the other arguments override its defaults.

        ``usages`` are names of ``x509.KeyUsage`` such as ``digital_signature``; an empty
        ``extended`` omits the extended key usage. ``holder`` is the OID of an organisation
        for the Subject serialNumber.
        """
        by = issuer or self.issuing
        private = key or generate_key(self.key_kind)
        builder = self._builder(name, private, by, begins, ends, holder).add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        )
        used = frozenset(_USAGES[purpose] if usages is None else usages)
        builder = builder.add_extension(_key_usage(used), critical=True)
        if purposes := tuple(_EXTENDED[purpose] if extended is None else extended):
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        if purpose == "server":
            names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        leaf = builder.sign(by.key, hashes.SHA256())
        above = by.chain if by.certificate.issuer != by.certificate.subject else ()
        return Credential(private, (leaf, *above))

    def rogue(self) -> Credential:
        """Return an issuing CA under an untrusted root with the same names."""
        return self._authority("Sandbox issuing CA", self._authority("Sandbox root CA", None))

    def _authority(self, name: str, above: Credential | None) -> Credential:
        key = generate_key(self.key_kind)
        depth = 1 if above is None else 0
        certificate = (
            self._builder(name, key, above, None, None)
            .add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
            .add_extension(_key_usage(frozenset({"key_cert_sign", "crl_sign"})), critical=True)
            .sign(above.key if above else key, hashes.SHA256())
        )
        return Credential(key, (certificate,))

    def _builder(
        self,
        name: str,
        key: PrivateKey,
        issuer: Credential | None,
        begins: datetime | None,
        ends: datetime | None,
        holder: str | None = None,
    ) -> x509.CertificateBuilder:
        subject = _name(name, self._organisation, holder)
        above = issuer.key.public_key() if issuer else key.public_key()
        moment = self._now()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins or moment - timedelta(days=1))
            .not_valid_after(ends or moment + self._lifetime)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), False)
        )


def _name(common: str, organisation: str, holder: str | None) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "FI"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.SERIAL_NUMBER, holder),
        (NameOID.COMMON_NAME, common),
    ]
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts if text is not None])


def _key_usage(used: frozenset[str]) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in used for usage in _ALL_USAGES})
