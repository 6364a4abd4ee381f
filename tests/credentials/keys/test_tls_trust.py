"""Mutual TLS: keys of every source, and servers that must not be trusted, over real connections."""

from __future__ import annotations

import base64
import errno
import os
import socket
import ssl
import tempfile
import threading
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from places import NOTICES

from sha_disclosure import DisclosureNotice, KantaClient, NotSent, Settings
from sha_disclosure.credentials import tls_context
from sha_disclosure.credentials.tls import openable
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.settings import Tls
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox import Sandbox
from sha_disclosure.tools.sandbox.pki import Credential, Pki

NOW = Sources().clock()  # certificates are checked by OpenSSL too, which has its own clock
DAY = timedelta(days=1)
NOTICE = NOTICES / "disclosed-to-client.json"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"), key_kind="RSA-2048")


def table(pki: Pki, **more: Any) -> Tls:
    return Tls(
        **{
            "certificate": pki.folder / "tls.crt",
            "key": pki.folder / "tls.key",
            "ca": pki.folder / "ca.crt",
            **more,
        }
    )


def server(pki: Pki, credential: Credential | None = None) -> ssl.SSLContext:
    made = credential or pki.server
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with openable(made.certificate_pem + made.key_pem) as path:
        context.load_cert_chain(path)
    context.load_verify_locations(pki.folder / "ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def connected(here: ssl.SSLContext, there: ssl.SSLContext, host: str = "localhost") -> str:
    """Return the version of TLS that client and server agree on, over a real connection."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        plain, _ = listening.accept()
        try:
            with here.wrap_socket(plain, server_side=True) as connection:
                assert connection.getpeercert()
                connection.sendall(b"seen")
        except OSError:
            plain.close()

    worker = threading.Thread(target=serve)
    worker.start()
    try:
        with (
            socket.create_connection(listening.getsockname(), timeout=60) as plain,
            there.wrap_socket(plain, server_hostname=host) as connection,
        ):
            assert connection.recv(4) == b"seen"
            return str(connection.version())
    finally:
        worker.join()
        listening.close()


# --- sources ------------------------------------------------------------------------


def archive(pki: Pki, passphrase: bytes) -> bytes:
    held = pki.client
    return pkcs12.serialize_key_and_certificates(
        b"tls", held.key, held.certificate, held.chain[1:], BestAvailableEncryption(passphrase)
    )


def from_pkcs12(pki: Pki, folder: Path) -> dict[str, Any]:
    path = folder / "tls.pfx"
    path.write_bytes(archive(pki, b"tunnuslause"))
    path.chmod(0o600)
    return {"certificate": None, "key": path, "passphrase": "tunnuslause"}


def from_variables(pki: Pki, folder: Path) -> dict[str, Any]:
    os.environ["TLS_KEY"] = base64.b64encode(archive(pki, b"tunnuslause")).decode()
    return {"certificate": None, "key": "env:TLS_KEY", "passphrase": "tunnuslause"}


def from_one_pem(pki: Pki, folder: Path) -> dict[str, Any]:
    os.environ["TLS_KEY"] = (pki.client.certificate_pem + pki.client.key_pem).decode()
    return {"certificate": None, "key": "env:TLS_KEY"}


def forbidden(*_: Any) -> int:
    raise PermissionError(errno.EPERM, "Operation not permitted")


def unknown(*_: Any) -> int:
    raise OSError(errno.ENOSYS, "Function not implemented")


def on_disk(patch: pytest.MonkeyPatch) -> None:
    patch.delattr(os, "memfd_create", raising=False)


WAYS: dict[str, Callable[[pytest.MonkeyPatch], object]] = {
    "in memory": lambda _: None,
    "not on this system": on_disk,
    "forbidden": lambda patch: patch.setattr(os, "memfd_create", forbidden, raising=False),
    "not in this kernel": lambda patch: patch.setattr(os, "memfd_create", unknown, raising=False),
    "no path to it": lambda patch: patch.setattr(os, "access", lambda *_, **__: False),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("source", [None, from_pkcs12, from_variables, from_one_pem])
def test_a_client_key_of_every_source_opens_a_connection(
    source: Callable[..., dict[str, Any]] | None,
    way: str,
    pki: Pki,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TLS_KEY", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    WAYS[way](monkeypatch)
    made = tls_context(table(pki, **(source(pki, tmp_path) if source else {})), NOW)
    assert connected(server(pki), made) == "TLSv1.3"
    assert not [path for path in tmp_path.rglob("*") if path.name != "tls.pfx"]


def test_what_openssl_opens_is_encrypted_and_its_owners_only(
    pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk(monkeypatch)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[bytes] = []
    known = ssl.SSLContext.load_cert_chain

    def watched(context: ssl.SSLContext, path: str, **more: Any) -> None:
        seen.append(Path(path).read_bytes())
        assert Path(path).stat().st_mode & 0o077 == 0
        assert Path(path).parent.stat().st_mode & 0o077 == 0
        known(context, path, **more)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    tls_context(table(pki), NOW)
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in seen[0]
    assert b"BEGIN PRIVATE KEY" not in seen[0]
    assert list(tmp_path.iterdir()) == []


def test_a_client_key_on_a_token_is_refused_with_the_way_that_works(pki: Pki) -> None:
    with pytest.raises(ConfigurationError, match=r"sidecar.*docs/security\.md"):
        tls_context(table(pki, key="pkcs11:token=t;object=o?module-path=/m.so"), NOW)


# --- servers that are not trusted -----------------------------------------------------


def refused(here: ssl.SSLContext, there: ssl.SSLContext, host: str = "localhost") -> str:
    with pytest.raises(ssl.SSLError) as caught:
        connected(here, there, host)
    return str(caught.value)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_versions_in_use_are_spoken(version: ssl.TLSVersion, pki: Pki) -> None:
    here = server(pki)
    here.maximum_version = version
    spoken = connected(here, tls_context(table(pki), NOW))
    assert spoken == version.name.replace("_", ".")


@pytest.mark.parametrize("name", ["TLSv1", "TLSv1_1"])
def test_a_server_of_an_old_version_is_refused(name: str, pki: Pki) -> None:
    here, old = server(pki), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(pki.folder / "ca.crt")
    old.load_cert_chain(pki.folder / "tls.crt", pki.folder / "tls.key")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for context in (here, old):
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
        here.maximum_version = ssl.TLSVersion[name]
    assert connected(here, old) == name.replace("_", ".")  # so the server works as such
    assert "version" in refused(here, tls_context(table(pki), NOW)).lower()


@pytest.mark.parametrize(
    "suite",
    ["AES128-GCM-SHA256", "ECDHE-RSA-AES256-SHA384", "AES256-SHA"],
    ids=["no forward secrecy", "CBC", "neither"],
)
def test_a_server_with_weak_suites_only_is_refused(suite: str, pki: Pki) -> None:
    here, lax = server(pki), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lax.load_verify_locations(pki.folder / "ca.crt")
    lax.load_cert_chain(pki.folder / "tls.crt", pki.folder / "tls.key")
    for context in (here, lax):
        context.set_ciphers(suite)
    here.maximum_version = ssl.TLSVersion.TLSv1_2
    assert connected(here, lax) == "TLSv1.2"  # so the server works as such
    assert "handshake failure" in refused(here, tls_context(table(pki), NOW)).lower()


def test_a_server_of_another_name_is_refused(pki: Pki) -> None:
    assert "Hostname mismatch" in refused(server(pki), tls_context(table(pki), NOW), "example.fi")


def test_a_server_of_another_authority_of_the_same_name_is_refused(pki: Pki) -> None:
    other = pki.issue("localhost", "server", issuer=pki.rogue())
    assert "verify failed" in refused(server(pki, other), tls_context(table(pki), NOW))


# --- revocation -----------------------------------------------------------------------


def crl(
    issuer: Credential, *revoked: Credential, begins: timedelta = -DAY, ends: timedelta = DAY
) -> x509.CertificateRevocationList:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(NOW + begins)
        .next_update(NOW + ends)
    )
    for each in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(each.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(NOW - DAY).build())
    return builder.sign(issuer.key, hashes.SHA256())  # type: ignore[arg-type]


def written(folder: Path, *lists: x509.CertificateRevocationList) -> Path:
    path = folder / "crl.pem"
    path.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in lists))
    return path


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_revoked_server_is_refused(version: ssl.TLSVersion, pki: Pki, tmp_path: Path) -> None:
    here = server(pki)
    here.maximum_version = version
    clean = written(tmp_path, crl(pki.issuing))
    assert connected(here, tls_context(table(pki, crl=clean), NOW))
    listed = written(tmp_path, crl(pki.issuing, pki.server))
    assert "certificate revoked" in refused(here, tls_context(table(pki, crl=listed), NOW))


def test_the_list_of_the_servers_issuer_is_enough_and_may_be_der(pki: Pki, tmp_path: Path) -> None:
    path = tmp_path / "issuing.crl"
    path.write_bytes(crl(pki.issuing).public_bytes(Encoding.DER))
    made = tls_context(table(pki, crl=path), NOW)
    assert made.verify_flags & ssl.VERIFY_CRL_CHECK_LEAF
    assert connected(server(pki), made)


def test_with_the_lists_of_all_levels_a_revoked_issuer_is_refused(pki: Pki, tmp_path: Path) -> None:
    every = written(tmp_path, crl(pki.issuing), crl(pki.root))
    made = tls_context(table(pki, crl=every), NOW)
    assert made.verify_flags & ssl.VERIFY_CRL_CHECK_CHAIN == ssl.VERIFY_CRL_CHECK_CHAIN
    assert connected(server(pki), made)
    revoked = written(tmp_path, crl(pki.issuing), crl(pki.root, pki.issuing))
    assert "certificate revoked" in refused(server(pki), tls_context(table(pki, crl=revoked), NOW))


def test_a_server_whose_issuer_has_no_list_is_refused(pki: Pki, tmp_path: Path) -> None:
    only_root = written(tmp_path, crl(pki.root))
    made = tls_context(table(pki, crl=only_root), NOW)
    assert "unable to get certificate CRL" in refused(server(pki), made)


def test_a_list_that_another_signed_is_not_believed(pki: Pki, tmp_path: Path) -> None:
    forged = written(tmp_path, crl(Credential(pki.rogue().key, pki.issuing.chain)))
    made = tls_context(table(pki, crl=forged), NOW)
    assert "CRL signature failure" in refused(server(pki), made)


@pytest.mark.parametrize(
    ("begins", "ends"), [(-2 * DAY, -DAY), (DAY, 2 * DAY)], ids=["expired", "not yet"]
)
def test_a_list_that_is_not_in_force_is_refused_with_its_dates(
    begins: timedelta, ends: timedelta, pki: Pki, tmp_path: Path
) -> None:
    path = written(tmp_path, crl(pki.root), crl(pki.issuing, begins=begins, ends=ends))
    with pytest.raises(ConfigurationError, match=r"list 2 is in force from .* fetch the CA"):
        tls_context(table(pki, crl=path), NOW)


@pytest.mark.parametrize(
    "data", [b"", b"text", b"-----BEGIN X509 CRL-----\nAA\n-----END X509 CRL-----"]
)
def test_a_file_without_lists_is_refused(data: bytes, pki: Pki, tmp_path: Path) -> None:
    path = tmp_path / "crl.pem"
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match="no revocation list") as caught:
        tls_context(table(pki, crl=path), NOW)
    assert caught.value.__context__ is None


def test_a_missing_list_is_named(pki: Pki, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.pem: the file cannot be read"):
        tls_context(table(pki, crl=tmp_path / "none.pem"), NOW)


def test_nothing_is_sent_to_a_revoked_service(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        revoked = written(tmp_path, crl(sandbox.pki.issuing, sandbox.pki.server))
        data = sandbox.settings().model_dump(exclude_none=True)
        data["tls"]["crl"] = revoked
        data["retry"]["attempts"] = 1
        with KantaClient(Settings.model_validate(data)) as kanta:
            notice = DisclosureNotice.model_validate_json(NOTICE.read_bytes())
            with pytest.raises(NotSent):
                kanta.submit(kanta.prepare(notice))
        assert not sandbox.received()
