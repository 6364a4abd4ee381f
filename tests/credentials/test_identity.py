"""Loading keys and certificates: what passes, and what each refusal says."""

from __future__ import annotations

import os
import pickle
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID
from proofs import proof

from sha_disclosure.credentials import (
    Credentials,
    OwnSigners,
    certified_signer,
    load_anchors,
    load_credentials,
)
from sha_disclosure.credentials.keys import software
from sha_disclosure.credentials.signing import CertifiedSigner
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import (
    CertificateExpired,
    ConfigurationError,
    DisclosureError,
    KeyUnavailable,
)
from sha_disclosure.jose.signer import CallbackSigner, KeySigner
from sha_disclosure.settings import Settings
from tests.authority import (
    CA,
    CLIENT,
    DAY,
    NOW,
    Issued,
    Wish,
    edition_with,
    issue,
    issuing,
    key,
    key_pem,
    leaf,
    pem,
    root,
)

SECRET = "tunnuslause-31337"


@dataclass
class Files:
    """A folder with a good set of files, and settings that name them."""

    folder: Path

    def put(self, name: str, data: bytes, mode: int = 0o600) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        path.chmod(mode)
        return path

    def pair(self, name: str, issued: Issued, passphrase: bytes | None = None) -> dict[str, Any]:
        certificate = self.put(f"{name}.crt", pem(issued.certificate, issuing().certificate))
        private = self.put(f"{name}.key", key_pem(issued.key, passphrase))
        return {"certificate": certificate, "key": private}

    def settings(self, **tables: Any) -> Settings:
        made = dict(tables)
        if "tls" not in made:
            ca = self.put("ca.crt", pem(root().certificate))
            made["tls"] = {**self.pair("tls", leaf("p384", CLIENT)), "ca": ca}
        if "signing" not in made:
            made["signing"] = self.pair("signing", leaf())
        chosen = {name: table for name, table in made.items() if table is not None}
        return Settings.model_validate(
            {**Settings.stand_in().model_dump(exclude_none=True), **chosen}
        )


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture(scope="module")
def edition() -> Edition:
    return load_edition()


def load(settings: Settings, edition: Edition, now: datetime = NOW, **signers: Any) -> Credentials:
    own = OwnSigners(**signers) if signers else None
    return load_credentials(settings, edition, now, own)


def refusal(
    kind: type[DisclosureError], settings: Settings, edition: Edition, now: datetime = NOW
) -> str:
    """Return the text of the refusal, which shows neither secret nor earlier error."""
    with pytest.raises(kind) as caught:
        load(settings, edition, now)
    text = str(caught.value)
    assert type(caught.value) is kind
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert pickle.loads(pickle.dumps(caught.value)).message == text
    assert SECRET not in text
    assert "Test " not in text
    return text


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("p256", "ES256"), ("p384", "ES384"), ("rsa-2048", "RS256"), proof(("rsa-4096", "RS256"))],
)
def test_the_algorithm_follows_the_kind_of_key(
    kind: str, algorithm: str, files: Files, edition: Edition
) -> None:
    made = load(files.settings(signing=files.pair("signing", leaf(kind))), edition)
    assert made.content.algorithm == algorithm
    assert made.content.sign(b"a")
    assert len(made.content.x5c) == 2


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("kind", ["p256", "rsa-2048"])
@pytest.mark.parametrize("passphrase", [None, SECRET])
def test_every_pem_form_of_a_key_is_read(
    form: PrivateFormat, kind: str, passphrase: str | None, files: Files, edition: Edition
) -> None:
    pair = files.pair("signing", leaf(kind))
    encoded = key_pem(key(kind), passphrase.encode() if passphrase else None, form)
    files.put("signing.key", encoded)
    made = load(files.settings(signing={**pair, "passphrase": passphrase}), edition)
    assert made.content.sign(b"a")


def test_without_a_token_table_the_key_is_loaded_once_for_both(
    files: Files, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = []
    known = load_pem_private_key

    def counted(data: bytes, password: bytes | None, **options: Any) -> Any:
        loads.append(data)
        return known(data, password, **options)

    monkeypatch.setattr(software, "load_pem_private_key", counted)
    made = load(files.settings(), edition)
    assert made.token is made.content
    # One more is the TLS key, read to see that it fits its certificate.
    assert [data == key_pem(key("p256")) for data in loads].count(True) == 1
    assert len(loads) == 2
    for _ in range(5):
        made.content.sign(b"a")
    assert len(loads) == 2


def test_another_algorithm_for_tokens_shares_the_loaded_key(files: Files) -> None:
    edition = edition_with(token={"rsa": "PS256"})
    made = load(files.settings(signing=files.pair("signing", leaf("rsa-2048"))), edition)
    assert (made.content.algorithm, made.token.algorithm) == ("RS256", "PS256")
    assert made.token.chain is made.content.chain
    assert made.token.sign(b"a") != made.token.sign(b"a")


def test_a_token_table_names_another_key(files: Files, edition: Edition) -> None:
    made = load(files.settings(token=files.pair("token", leaf("p384"))), edition)
    assert (made.content.algorithm, made.token.algorithm) == ("ES256", "ES384")


def test_a_signer_of_ones_own_stands_in_for_the_tables(files: Files, edition: Edition) -> None:
    own = certified_signer(
        pem(leaf().certificate, issuing().certificate),
        CallbackSigner(KeySigner(key("p256"), "ES256").sign),
        edition,
    )
    made = load(files.settings(signing=None), edition, content=own)
    assert made.content is own
    assert made.token is own
    other = certified_signer(
        pem(leaf("p384").certificate), KeySigner(key("p384"), "ES384"), edition, use="token"
    )
    assert load(files.settings(), edition, content=own, token=other).token is other


def test_a_signer_of_ones_own_is_held_to_its_dates(files: Files, edition: Edition) -> None:
    chain = pem(leaf("p256", Wish(end=NOW - DAY)).certificate)
    own = certified_signer(chain, KeySigner(key("p256"), "ES256"), edition)
    with pytest.raises(CertificateExpired):
        load(files.settings(), edition, content=own)


def test_a_hardware_key_cannot_change_its_algorithm_for_tokens(files: Files) -> None:
    edition = edition_with(token={"rsa": "PS256"})
    signer = CallbackSigner(KeySigner(key("rsa-2048"), "RS256").sign)
    own = certified_signer(pem(leaf("rsa-2048").certificate), signer, edition)
    with pytest.raises(ConfigurationError, match="token_signer"):
        load(files.settings(), edition, content=own)


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        (b"", "no PEM certificate"),
        (pem(leaf("p256", Wish(usage=("key_agreement",))).certificate), "key usage"),
        (pem(issuing().certificate, leaf().certificate), "leaf comes first"),
    ],
    ids=["empty", "usage", "order"],
)
def test_the_certificate_of_ones_own_signer_is_checked(
    certificate: bytes, said: str, edition: Edition
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        certified_signer(certificate, KeySigner(key("p256"), "ES256"), edition)


def test_a_signer_of_another_kind_of_key_cannot_sign_tokens(files: Files, edition: Edition) -> None:
    signer = CallbackSigner(lambda data: data)
    own = CertifiedSigner(signer, "ES256", (other_curve().certificate,))
    with pytest.raises(ConfigurationError, match="P-256 or P-384"):
        load(files.settings(), edition, content=own)


# --- refusals ---------------------------------------------------------------------


@pytest.mark.parametrize("table", ["tls", "signing"])
def test_a_missing_table_is_named(table: str, files: Files, edition: Edition) -> None:
    assert f"[{table}]" in refusal(ConfigurationError, files.settings(**{table: None}), edition)


@pytest.mark.parametrize("table", ["tls", "signing", "token"])
@pytest.mark.parametrize(
    ("part", "kind"), [("certificate", ConfigurationError), ("key", KeyUnavailable)]
)
def test_a_missing_file_is_named(
    table: str, part: str, kind: type[DisclosureError], files: Files, edition: Edition
) -> None:
    settings = files.settings(token=files.pair("token", leaf("p384")))
    gone = getattr(getattr(settings, table), part)
    gone.unlink()
    text = refusal(kind, settings, edition)
    assert str(gone) in text
    assert "No such file" in text


def test_a_missing_ca_file_is_named(files: Files, edition: Edition) -> None:
    settings = files.settings()
    (files.folder / "ca.crt").unlink()
    assert "ca.crt" in refusal(ConfigurationError, settings, edition)


def test_a_certificate_with_an_unreadable_extension_is_refused(
    files: Files, edition: Edition
) -> None:
    pair = files.pair("signing", leaf("p256", Wish(unreadable=True)))
    assert "cannot be read" in refusal(ConfigurationError, files.settings(signing=pair), edition)


def other_curve() -> Issued:
    return issue("Test Signing", key("p521"), issuing())


def edwards() -> Issued:
    return issue("Test Signing", ed25519.Ed25519PrivateKey.generate(), issuing())


WRONG_SIGNERS: list[tuple[str, Callable[[], Issued], str]] = [
    ("short RSA key", lambda: leaf("rsa-1024"), "RSA key of 1024 bits; at least 2048"),
    ("P-521", other_curve, r"secp521r1) is not RSA, P-256 or P-384"),
    ("Ed25519", edwards, "is not RSA, P-256 or P-384"),
    ("usage", lambda: leaf("p256", Wish(usage=("key_encipherment",))), "digitalSignature"),
]


@pytest.mark.parametrize(
    ("make", "said"), [w[1:] for w in WRONG_SIGNERS], ids=[w[0] for w in WRONG_SIGNERS]
)
def test_a_certificate_that_cannot_sign_is_refused(
    make: Callable[[], Issued], said: str, files: Files, edition: Edition
) -> None:
    text = refusal(
        ConfigurationError, files.settings(signing=files.pair("signing", make())), edition
    )
    assert said in text
    assert "signing.crt" in text


@pytest.mark.parametrize("table", ["tls", "signing"])
@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish(end=NOW - DAY, purposes=CLIENT.purposes), "expired at 2026-11-14T10:00:00Z"),
        (Wish(start=NOW + DAY, purposes=CLIENT.purposes), "not valid yet: from 2026-11-16"),
    ],
    ids=["expired", "not yet"],
)
def test_a_certificate_out_of_date_is_refused_with_its_dates(
    table: str, wish: Wish, said: str, files: Files, edition: Edition
) -> None:
    pair = files.pair("dated", leaf("p256", wish))
    if table == "tls":
        pair["ca"] = files.put("ca.crt", pem(root().certificate))
    text = refusal(CertificateExpired, files.settings(**{table: pair}), edition)
    assert said in text
    assert "dated.crt" in text


def test_an_expired_issuer_is_refused(files: Files, edition: Edition) -> None:
    old = issue("Test Old", key("p256", 7), root(), replace(CA, end=NOW - DAY))
    mine = issue("Test Signing", key("p256"), old)
    pair = files.pair("signing", mine)
    files.put("signing.crt", pem(mine.certificate, old.certificate))
    assert "certificate 2 expired" in refusal(
        CertificateExpired, files.settings(signing=pair), edition
    )


@pytest.mark.parametrize(
    "order",
    [
        lambda: (issuing(), leaf()),
        lambda: (root(), issuing(), leaf()),
        lambda: (leaf(), root()),
        lambda: (leaf(), issuing(1)),
    ],
    ids=["issuer first", "root first", "gap", "another issuer"],
)
def test_a_chain_that_is_not_leaf_first_and_connected_is_refused(
    order: Callable[[], tuple[Issued, ...]], files: Files, edition: Edition
) -> None:
    pair = files.pair("signing", leaf())
    files.put("signing.crt", pem(*(issued.certificate for issued in order())))
    text = refusal(ConfigurationError, files.settings(signing=pair), edition)
    assert "certificate 1 was not issued by certificate 2; the leaf comes first" in text


def test_a_chain_without_its_issuer_is_taken(files: Files, edition: Edition) -> None:
    pair = files.pair("signing", leaf())
    files.put("signing.crt", pem(leaf().certificate))
    assert len(load(files.settings(signing=pair), edition).content.x5c) == 1


@pytest.mark.parametrize("table", ["tls", "signing"])
def test_a_key_of_another_certificate_is_refused(
    table: str, files: Files, edition: Edition
) -> None:
    settings = files.settings()
    files.put(f"{table}.key", key_pem(key("p256", 5)))
    text = refusal(ConfigurationError, settings, edition)
    assert f"{table}.key" in text
    assert f"does not match the first certificate of {files.folder / table}.crt" in text


@pytest.mark.parametrize(
    ("private", "passphrase", "said"),
    [
        (b"", None, "no PEM private key"),
        (pem(leaf().certificate), None, "no PEM private key"),
        (key_pem(key("p256"), SECRET.encode()), None, "add its passphrase"),
        (key_pem(key("p256"), SECRET.encode()), "other", "passphrase does not open the key"),
        (key_pem(key("p256"), SECRET.encode(), PrivateFormat.TraditionalOpenSSL), None,
         "add its passphrase"),
        (key_pem(key("p256"), SECRET.encode(), PrivateFormat.TraditionalOpenSSL), "other",
         "passphrase does not open the key"),
        (key_pem(key("p256")), SECRET, "not encrypted: remove passphrase"),
        (key_pem(key("p256")).replace(b"M", b"A"), None, "damaged"),
    ],
    ids=["empty", "a certificate", "none", "wrong", "none, SEC1", "wrong, SEC1", "needless",
         "damaged"],
)  # fmt: skip
@pytest.mark.parametrize("table", ["tls", "signing"])
def test_a_key_that_does_not_open_says_what_to_mend(
    table: str,
    private: bytes,
    passphrase: str | None,
    said: str,
    files: Files,
    edition: Edition,
) -> None:
    pair = files.pair("pair", leaf("p256", CLIENT))
    pair |= {"key": files.put("pair.key", private), "passphrase": passphrase}
    if table == "tls":
        pair["ca"] = files.put("ca.crt", pem(root().certificate))
    text = refusal(KeyUnavailable, files.settings(**{table: pair}), edition)
    assert said in text
    assert "pair.key" in text


def test_a_key_that_is_no_signing_key_is_refused(files: Files, edition: Edition) -> None:
    pair = files.pair("signing", leaf())
    files.put("signing.key", key_pem(ed25519.Ed25519PrivateKey.generate()))
    text = refusal(ConfigurationError, files.settings(signing=pair), edition)
    assert "not RSA, P-256 or P-384" in text


@pytest.mark.parametrize("data", [b"", b"text", key_pem(key("p256")), b"\x30\x82"])
def test_a_file_without_certificates_is_refused(
    data: bytes, files: Files, edition: Edition
) -> None:
    settings = files.settings()
    files.put("signing.crt", data)
    text = refusal(ConfigurationError, settings, edition)
    assert "no PEM certificate" in text
    assert "openssl x509" in text


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root owns root's files")
def test_a_mounted_secret_of_roots_may_be_readable_by_one_group(
    files: Files, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = files.settings()
    settings.signing.key.chmod(0o440)
    settings.tls.key.chmod(0o440)
    monkeypatch.setattr(os, "geteuid", lambda: 10001)
    load_credentials(settings, edition, datetime.now(UTC))
    settings.signing.key.chmod(0o444)
    assert "chmod 600" in refusal(ConfigurationError, settings, edition)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
@pytest.mark.parametrize("table", ["tls", "signing"])
def test_a_key_others_may_read_is_refused_with_the_command_to_run(
    table: str, mode: int, files: Files, edition: Edition
) -> None:
    settings = files.settings()
    path = files.folder / f"{table}.key"
    path.chmod(mode)
    assert f"`chmod 600 {path}`" in refusal(ConfigurationError, settings, edition)


def test_a_client_certificate_without_client_authentication_is_refused(
    files: Files, edition: Edition
) -> None:
    server = leaf("p384", Wish(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)))
    table = {**files.pair("tls", server), "ca": files.put("ca.crt", pem(root().certificate))}
    assert "clientAuth" in refusal(ConfigurationError, files.settings(tls=table), edition)


def test_a_client_certificate_without_extended_usage_is_taken(
    files: Files, edition: Edition
) -> None:
    table = {**files.pair("tls", leaf("p384")), "ca": files.put("ca.crt", pem(root().certificate))}
    load(files.settings(tls=table), edition)


def test_no_repr_shows_a_key(files: Files, edition: Edition) -> None:
    shown = repr(load(files.settings(), edition))
    assert "PRIVATE" not in shown
    assert "Test " not in shown


# --- TLS ----------------------------------------------------------------------------


def test_the_tls_context_is_strict(files: Files, edition: Edition) -> None:
    context = load(files.settings(), edition).tls
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    old = [c["name"] for c in context.get_ciphers() if c["protocol"] == "TLSv1.2"]
    assert old
    for name in old:
        assert name.startswith("ECDHE-")
        assert "GCM" in name or "CHACHA20" in name
    assert len(context.get_ca_certs()) == 1


def test_an_encrypted_tls_key_never_asks_on_the_terminal(files: Files, edition: Edition) -> None:
    pair = files.pair("tls", leaf("p384", CLIENT), SECRET.encode())
    ca = files.put("ca.crt", pem(root().certificate))
    settings = files.settings(tls={**pair, "ca": ca, "passphrase": SECRET})
    load(settings, edition)


def test_files_openssl_does_not_take_are_named(
    files: Files, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ssl.SSLError("ee key too small")

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", fail)
    assert "tls.crt" in refusal(ConfigurationError, files.settings(), edition)


def test_mutual_tls_works_with_the_context_and_only_with_the_ca_named(
    files: Files, edition: Edition
) -> None:
    server = issue(
        "Test Server",
        key("p256", 3),
        issuing(),
        Wish(host="localhost", purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
    )
    pair = files.pair("server", server)
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    here.load_cert_chain(pair["certificate"], pair["key"])
    here.load_verify_locations(cadata=pem(root().certificate).decode())
    here.verify_mode = ssl.CERT_REQUIRED
    settings = files.settings()
    assert greeting(here, load(settings, edition).tls, "localhost") == b"P384"
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        greeting(here, load(settings, edition).tls, "example.org")
    files.put("ca.crt", pem(root(1).certificate))
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get"):
        greeting(here, load(settings, edition).tls, "localhost")


def greeting(here: ssl.SSLContext, there: ssl.SSLContext, host: str) -> bytes:
    """Return what a server says to a client it has authenticated, over a real connection."""
    left, right = socket.socketpair()

    def serve() -> None:
        try:
            with here.wrap_socket(left, server_side=True) as connection:
                assert connection.getpeercert()
                connection.sendall(b"P384")
        except OSError:
            left.close()

    worker = threading.Thread(target=serve)
    worker.start()
    try:
        with there.wrap_socket(right, server_hostname=host) as connection:
            return connection.recv(4)
    finally:
        right.close()
        worker.join()


def test_anchors_are_read_for_verification(files: Files) -> None:
    path = files.put("cas.pem", pem(root().certificate, root(1).certificate), 0o644)
    assert load_anchors(path) == (root().certificate, root(1).certificate)
    assert load_anchors(str(path)) == load_anchors(path)
    with pytest.raises(ConfigurationError, match="no PEM certificate"):
        load_anchors(files.put("empty.pem", b""))
