"""The context of mutual TLS (molemminpuolinen tunnistus)."""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from pydantic import SecretStr

from sha_disclosure.credentials.certificate import Chain
from sha_disclosure.credentials.chain import check_usage
from sha_disclosure.credentials.keys import SoftwareKey
from sha_disclosure.credentials.pair import open_pair
from sha_disclosure.credentials.reading import load_anchors, require
from sha_disclosure.credentials.revocation import cover, lists_in_force
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.settings import Tls


def tls_context(tls: Tls, now: datetime) -> ssl.SSLContext:
    """Return the context of mutual TLS: 1.2 with forward secrecy or newer, our CA file only.

    With ``crl``, the server's certificate is checked for revocation (see ``lists_in_force``).
    Raises ConfigurationError, KeyUnavailable and CertificateExpired.
    """
    return tls_client(tls, now)[0]


def tls_client(tls: Tls, now: datetime) -> tuple[ssl.SSLContext, Chain]:
    """Return the context of ``tls_context`` and the client's certificate chain, leaf first."""
    if isinstance(tls.key, str) and tls.key.startswith("pkcs11:"):
        raise ConfigurationError(message("tls.key_on_token"))
    pair = open_pair(tls, now)
    require(pair.name, *check_usage(pair.chain[0], "tls_client"))
    assert isinstance(pair.key, SoftwareKey)  # noqa: S101 - a token's key was refused above
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.check_hostname = True
    context.verify_mode = ssl.CERT_REQUIRED
    anchors = load_anchors(tls.ca)
    failed = True
    with suppress(ssl.SSLError, OSError):
        context.load_verify_locations(
            cadata=b"".join(c.public_bytes(Encoding.DER) for c in anchors)
        )
        _load_chain(context, pair.key, pair.chain)
        failed = False
    if failed:
        raise ConfigurationError(
            message(
                "tls.refused_by_openssl",
                certificate=pair.name,
                key=pair.key.name,
                ca=str(tls.ca),
            )
        )
    if tls.crl is not None:
        _check_revocation(context, tls.crl, anchors, now)
    return context, pair.chain


def _load_chain(context: ssl.SSLContext, key: SoftwareKey, chain: Chain) -> None:
    # OpenSSL only reads keys from files. It is given what was checked, not what a file holds by
    # then; on disk it is always encrypted, with a passphrase that only exists in this call.
    passphrase = SecretStr(secrets.token_urlsafe(32))
    encrypted = BestAvailableEncryption(passphrase.get_secret_value().encode("ascii"))

    def pair(encryption: KeySerializationEncryption) -> bytes:
        private = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        return b"".join((*(c.public_bytes(Encoding.PEM) for c in chain), private))

    with openable(pair(NoEncryption()), lambda: pair(encrypted)) as path:
        context.load_cert_chain(path, password=passphrase.get_secret_value)


def _check_revocation(context: ssl.SSLContext, crl: Path, anchors: Chain, now: datetime) -> None:
    lists = lists_in_force(crl, now)
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in lists)
    failed = True
    with suppress(ssl.SSLError, OSError), openable(pem) as path:
        context.load_verify_locations(cafile=path)
        failed = False
    if failed:
        raise ConfigurationError(message("tls.lists_refused_by_openssl", path=str(crl)))
    context.verify_flags |= (
        ssl.VERIFY_CRL_CHECK_CHAIN if cover(lists, anchors) else ssl.VERIFY_CRL_CHECK_LEAF
    )


@contextmanager
def openable(data: bytes, on_disk: Callable[[], bytes] | None = None) -> Iterator[str]:
    """Yield a path where OpenSSL can open ``data``: in memory on Linux, otherwise a file.

    The file is in its own folder, private to its owner, and is removed immediately. It contains
    the result of ``on_disk``, if given.
    """
    descriptor = _memory_file()
    if descriptor is not None:
        try:
            with os.fdopen(os.dup(descriptor), "wb") as file:
                file.write(data)
            yield _path_of(descriptor)
        finally:
            os.close(descriptor)
        return
    with tempfile.TemporaryDirectory(prefix="sha-disclosure-") as folder:
        path = Path(folder, "pair.pem")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(on_disk() if on_disk else data)
        yield str(path)


def _memory_file() -> int | None:
    """Return an in-memory file that can be opened by path, or None if not supported.

    A container's seccomp profile may forbid the call, and an old kernel may lack it.
    """
    if not hasattr(os, "memfd_create"):
        return None
    try:
        descriptor = os.memfd_create("sha-disclosure")
    except OSError:
        return None
    if os.access(_path_of(descriptor), os.R_OK):
        return descriptor
    os.close(descriptor)
    return None


def _path_of(descriptor: int) -> str:
    return f"/proc/self/fd/{descriptor}"
