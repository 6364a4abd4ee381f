"""Keys and certificates (avaimet ja varmenteet): read once, checked at once, used for long.

Every refusal names the file, what was found in it, what is needed and how to mend it;
none shows a key, a passphrase or the name of a certificate's holder.
"""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from pydantic import SecretStr

from sha_disclosure.editions import Edition
from sha_disclosure.errors import CertificateExpired, ConfigurationError, KeyUnavailable
from sha_disclosure.jose.chain import (
    ChainFault,
    client_usage_faults,
    connection_faults,
    date_faults,
    key_faults,
    key_kind,
    read_certificate,
    signing_usage_faults,
)
from sha_disclosure.jose.signer import KeySigner, PrivateKey, Signer, SigningIdentity
from sha_disclosure.settings import KeyPair, Settings, Tls
from sha_disclosure.sources import Sources

Use = Literal["content_signature", "token"]
"""The sections of an edition that name an algorithm for each kind of key."""

Chain = tuple[x509.Certificate, ...]


@dataclass(frozen=True, eq=False)
class Identity:
    """What the sender proves itself with: TLS client, content signature and token.

    ``client`` is the TLS client's certificate chain, leaf first.
    """

    tls: ssl.SSLContext
    content: SigningIdentity
    token: SigningIdentity
    client: Chain = field(default=(), repr=False)


def load_identity(
    settings: Settings,
    edition: Edition,
    sources: Sources,
    *,
    content_signer: SigningIdentity | None = None,
    token_signer: SigningIdentity | None = None,
    tls_of: Identity | None = None,
) -> Identity:
    """Read and check every key and certificate the settings name, each file once.

    ``content_signer`` and ``token_signer`` stand in for the tables ``[signing]`` and
    ``[token]``, such as a hardware module's. Without a token signer and table the content's
    identity signs tokens too. ``tls_of`` is an identity whose TLS client serves this one too.

    Raises ConfigurationError, KeyUnavailable and CertificateExpired.
    """
    if settings.tls is None:
        raise ConfigurationError(_MISSING.format(table="tls", extra=' and ca = "ca.crt"'))
    now = sources.clock()
    content = content_signer
    if content is None:
        if settings.signing is None:
            raise ConfigurationError(_MISSING.format(table="signing", extra=""))
        content = _load_signing(settings.signing, edition, "content_signature", now)
    token = token_signer
    if token is None:
        token = (
            _load_signing(settings.token, edition, "token", now)
            if settings.token
            else _for_tokens(content, edition)
        )
    content.require_valid(now)
    token.require_valid(now)
    if tls_of is not None:
        return Identity(tls_of.tls, content, token, tls_of.client)
    client = _load_chain(settings.tls, now)
    return Identity(tls_context(settings.tls, now), content, token, client)


_MISSING = (
    "Settings: add a table [{table}] with certificate = "
    '"{table}.crt" and key = "{table}.key"{extra}'
)


def signing_identity(
    certificate_pem: bytes, signer: Signer, edition: Edition, *, use: Use = "content_signature"
) -> SigningIdentity:
    """Return the identity of a signer of your own, such as a hardware module (HSM).

    ``certificate_pem`` is its certificate chain, leaf first; the edition gives the algorithm
    for the kind of its key. Dates are checked when it is used. Raises ConfigurationError.
    """
    chain = _certificates(certificate_pem, "certificate_pem")
    _require(
        "certificate_pem",
        [*key_faults(chain), *connection_faults(chain), *signing_usage_faults(chain[0])],
    )
    return SigningIdentity(signer, _algorithm(chain[0], edition, use), chain)


def load_anchors(path: str | Path) -> Chain:
    """Return the trusted CA certificates of a PEM file. Raises ConfigurationError."""
    return _certificates(_read(Path(path)), str(path))


def tls_context(tls: Tls, now: datetime) -> ssl.SSLContext:
    """Return the context of mutual TLS: 1.2 with forward secrecy or newer, our CA file only.

    Raises ConfigurationError, KeyUnavailable and CertificateExpired.
    """
    chain = _load_chain(tls, now)
    _require(str(tls.certificate), client_usage_faults(chain[0]))
    _load_key(tls, chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.check_hostname = True
    context.verify_mode = ssl.CERT_REQUIRED
    anchors = b"".join(c.public_bytes(Encoding.DER) for c in load_anchors(tls.ca))
    failed = True
    with suppress(ssl.SSLError, OSError):
        context.load_verify_locations(cadata=anchors)
        # Always a password function: without one OpenSSL would ask on the terminal.
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: _password(tls) or b"")
        failed = False
    if failed:
        raise ConfigurationError(
            f"{tls.certificate}, {tls.key}, {tls.ca}: OpenSSL does not take these files. "
            "Check that they are whole PEM files and that its security level allows the keys"
        )
    return context


def _load_signing(pair: KeyPair, edition: Edition, use: Use, now: datetime) -> SigningIdentity:
    chain = _load_chain(pair, now)
    _require(str(pair.certificate), signing_usage_faults(chain[0]))
    algorithm = _algorithm(chain[0], edition, use)
    return SigningIdentity(KeySigner(_load_key(pair, chain), algorithm), algorithm, chain)


def _for_tokens(content: SigningIdentity, edition: Edition) -> SigningIdentity:
    algorithm = _algorithm(content.leaf, edition, "token")
    if algorithm == content.algorithm:
        return content
    if isinstance(content.signer, KeySigner):
        return SigningIdentity(content.signer.using(algorithm), algorithm, content.chain)
    raise ConfigurationError(
        f"Edition {edition.name} signs content with {content.algorithm} but tokens with "
        f"{algorithm}: give a token_signer as well, or a [token] table"
    )


def _algorithm(leaf: x509.Certificate, edition: Edition, use: Use) -> str:
    kind = key_kind(leaf)
    if kind is None:
        raise ConfigurationError("The certificate's key is not RSA, P-256 or P-384")
    section = edition.wire.token if use == "token" else edition.wire.content_signature
    algorithm: str = getattr(section, kind)
    return algorithm


def _load_chain(pair: KeyPair, now: datetime) -> Chain:
    name = str(pair.certificate)
    chain = _certificates(_read(pair.certificate), name)
    _require(name, [*key_faults(chain), *connection_faults(chain)])
    expired = "; ".join(fault.en for fault in date_faults(chain, now))
    if expired:
        raise CertificateExpired(f"{name}: {expired}")
    return chain


def _certificates(pem: bytes, name: str) -> Chain:
    chain: list[x509.Certificate] = []
    with suppress(ValueError):
        chain = x509.load_pem_x509_certificates(pem)
    if not chain:
        raise ConfigurationError(
            f"{name}: no PEM certificate found (a block BEGIN CERTIFICATE). Convert a DER file "
            "with `openssl x509 -inform der -in FILE -out NEW.crt`"
        )
    if any(read_certificate(c.public_bytes(Encoding.DER)) is None for c in chain):
        raise ConfigurationError(f"{name}: a certificate has a key or extension none can read")
    return tuple(chain)


def _require(name: str, faults: Iterable[ChainFault]) -> None:
    told = "; ".join(dict.fromkeys(fault.en for fault in faults))
    if told:
        raise ConfigurationError(f"{name}: {told}")


def _load_key(pair: KeyPair, chain: Chain) -> PrivateKey:
    data = _read_key(pair.key)
    key: object = None
    fault = ""
    try:
        key = load_pem_private_key(data, _password(pair))
    except (TypeError, ValueError, UnsupportedAlgorithm):
        fault = _key_fault(data, pair.passphrase)
    if fault:
        raise KeyUnavailable(f"{pair.key}: {fault}")
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ConfigurationError(f"{pair.key}: the key is not RSA, P-256 or P-384")
    if key.public_key() != chain[0].public_key():
        raise ConfigurationError(
            f"{pair.key}: the key does not match the first certificate of {pair.certificate}. "
            "Name the key and the certificate that were made together"
        )
    return key


def _key_fault(data: bytes, passphrase: SecretStr | None) -> str:
    if b"PRIVATE KEY-----" not in data:
        return (
            "no PEM private key found (a block BEGIN PRIVATE KEY). Convert a DER file with "
            "`openssl pkey -inform der -in FILE -out NEW.key`"
        )
    if b"ENCRYPTED" in data:
        if passphrase is None:
            return "the key is encrypted: add its passphrase to the table"
        return "the passphrase does not open the key: correct it"
    if passphrase is not None:
        return "the key is not encrypted: remove passphrase from the table"
    return "the private key is damaged or of a kind that is not read: PKCS#8, PKCS#1 and SEC1 are"


def _password(pair: KeyPair) -> bytes | None:
    return pair.passphrase.get_secret_value().encode("utf-8") if pair.passphrase else None


def _read_key(path: Path) -> bytes:
    data, mode, owner, fault = b"", 0, 0, ""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            mode, owner = stat.S_IMODE(about.st_mode), about.st_uid
            data = file.read()
    except OSError as error:
        fault = error.strerror or "input error"
    if fault:
        raise KeyUnavailable(f"{path}: the key file cannot be read ({fault}); check name and owner")
    # A file of root's may be readable by one group: mounted secrets are given to a service so.
    if os.name == "posix" and mode & (0o037 if owner == 0 != os.geteuid() else 0o077):
        raise ConfigurationError(
            f"{path}: others may read this private key (mode {mode:o}); run `chmod 600 {path}`"
        )
    return data


def _read(path: Path) -> bytes:
    fault = ""
    try:
        return path.read_bytes()
    except OSError as error:
        fault = error.strerror or "input error"
    raise ConfigurationError(f"{path}: the file cannot be read ({fault}); check name and owner")
