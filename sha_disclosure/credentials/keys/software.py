"""Private keys in memory: PEM (PKCS #8, PKCS #1, SEC 1) and PKCS #12, encrypted or not."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from pydantic import SecretBytes, SecretStr

from sha_disclosure.credentials.certificate import signed_by
from sha_disclosure.errors import ConfigurationError, KeyUnavailable
from sha_disclosure.jose.signer import Kept, PrivateKey
from sha_disclosure.messages.words import Words

Chain = tuple[x509.Certificate, ...]


@dataclass(frozen=True, eq=False)
class SoftwareKey(Kept):
    """A private key in memory, with the certificates that came with it, leaf first.

    ``name`` is where it was, for errors.
    """

    name: str
    private: PrivateKey = field(repr=False)
    chain: Chain = field(default=(), repr=False)

    def certificates(self) -> Chain:
        """Return the certificates that came with the key, leaf first; mostly there are none."""
        return self.chain


class KeyFault(NamedTuple):
    """What is wrong with a key, and how to mend it."""

    found: Words
    mend: Words


def software_key(data: SecretBytes, name: str, passphrase: SecretStr | None) -> SoftwareKey:
    """Return the key of PEM or PKCS #12, or of PKCS #12 in base64.

    Raises KeyUnavailable, and ConfigurationError for a kind of key that is not used.
    """
    read = read_software_key(data, passphrase)
    if isinstance(read, KeyFault):
        raise KeyUnavailable(f"{name}: {read.found.en}: {read.mend.en}")
    private, chain = read
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ConfigurationError(f"{name}: the key is not RSA, P-256 or P-384")
    return SoftwareKey(name, private, chain)


def leaf_first(leaf: x509.Certificate, others: Iterable[x509.Certificate]) -> Chain:
    """Return the chain from ``leaf`` upwards that the certificates beside it make."""
    rest, chain = list(others), [leaf]
    while issuers := [c for c in rest if c not in chain and signed_by(chain[-1], c)]:
        chain.append(issuers[0])
    return tuple(chain)


def read_software_key(
    data: SecretBytes, passphrase: SecretStr | None
) -> tuple[object, Chain] | KeyFault:
    """Return a key with the certificates beside it, leaf first, or what is wrong with it."""
    data = _decoded(data)
    return _pkcs12(data, passphrase) if _is_pkcs12(data) else _pem(data, passphrase)


def _decoded(data: SecretBytes) -> SecretBytes:
    """Return the bytes of a base64 text, or what was given: a variable holds no binary."""
    try:
        return SecretBytes(
            base64.b64decode(b"".join(data.get_secret_value().split()), validate=True)
        )
    except binascii.Error:
        return data


def _is_pkcs12(data: SecretBytes) -> bool:
    """Return whether DER begins as a PFX does: a sequence with version 3 (RFC 7292 section 4)."""
    start = data.get_secret_value()[:12]
    return start[:1] == b"\x30" and b"\x02\x01\x03" in start


def _pem(data: SecretBytes, passphrase: SecretStr | None) -> tuple[object, Chain] | KeyFault:
    try:
        private = load_pem_private_key(data.get_secret_value(), _password(passphrase))
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return _pem_fault(data, passphrase)
    certificates: list[x509.Certificate] = []
    if b"-----BEGIN CERTIFICATE" in data.get_secret_value():
        try:
            certificates = x509.load_pem_x509_certificates(data.get_secret_value())
        except ValueError:
            return _BESIDE
    return private, _chain(private, certificates)


def _pem_fault(data: SecretBytes, passphrase: SecretStr | None) -> KeyFault:
    if b"PRIVATE KEY-----" not in data.get_secret_value():
        return _NO_PEM
    if b"ENCRYPTED" in data.get_secret_value():
        return _ENCRYPTED if passphrase is None else _WRONG_PASSPHRASE
    return _DAMAGED if passphrase is None else _NOT_ENCRYPTED


_BESIDE = KeyFault(
    Words(
        "a certificate beside the key is damaged", "avaimen vieressä oleva varmenne on vioittunut"
    ),
    Words("copy it anew", "kopioi se uudelleen"),
)
_NO_PEM = KeyFault(
    Words(
        "no PEM private key found (a block BEGIN PRIVATE KEY)",
        "PEM-muotoista avainta ei löydy (lohko BEGIN PRIVATE KEY)",
    ),
    Words(
        "convert a DER file with `openssl pkey -inform der -in FILE -out NEW.key`",
        "muunna DER-tiedosto: `openssl pkey -inform der -in TIEDOSTO -out UUSI.key`",
    ),
)
_ADD_PASSPHRASE = Words("add its passphrase to the table", "lisää sen tunnuslause taulukkoon")
_CORRECT_PASSPHRASE = Words("correct passphrase", "korjaa passphrase")
_ENCRYPTED = KeyFault(Words("the key is encrypted", "avain on salattu"), _ADD_PASSPHRASE)
_WRONG_PASSPHRASE = KeyFault(
    Words("the passphrase does not open the key", "tunnuslause ei avaa avainta"),
    _CORRECT_PASSPHRASE,
)
_NOT_ENCRYPTED = KeyFault(
    Words("the key is not encrypted", "avain ei ole salattu"),
    Words("remove passphrase from the table", "poista passphrase taulukosta"),
)
_DAMAGED = KeyFault(
    Words(
        "the private key is damaged or of a kind that is not read",
        "avain on vioittunut tai lajia, jota ei lueta",
    ),
    Words("give it as PKCS#8, PKCS#1 or SEC1", "anna se PKCS#8-, PKCS#1- tai SEC1-muodossa"),
)


def _pkcs12(data: SecretBytes, passphrase: SecretStr | None) -> tuple[object, Chain] | KeyFault:
    try:
        opened = pkcs12.load_pkcs12(data.get_secret_value(), _password(passphrase))
    except UnsupportedAlgorithm:
        return _PKCS12_UNREAD
    except (TypeError, ValueError):
        return _PKCS12_ENCRYPTED if passphrase is None else _PKCS12_PASSPHRASE
    if opened.key is None:
        return _PKCS12_EMPTY
    held = [opened.cert, *opened.additional_certs]
    return opened.key, _chain(opened.key, [c.certificate for c in held if c is not None])


_CONVERT = Words(
    "a file of an old program is made readable by `openssl pkcs12 -legacy -in FILE -out NEW.pem`",
    "vanhan ohjelman tiedoston saa luettavaksi: "
    "`openssl pkcs12 -legacy -in TIEDOSTO -out UUSI.pem`",
)
_PKCS12_UNREAD = KeyFault(
    Words(
        "the PKCS#12 file is encrypted in a way that is not read",
        "PKCS#12-tiedosto on salattu tavalla, jota ei lueta",
    ),
    _CONVERT,
)
_PKCS12_ENCRYPTED = KeyFault(
    Words("the PKCS#12 file is encrypted or damaged", "PKCS#12-tiedosto on salattu tai vioittunut"),
    _ADD_PASSPHRASE,
)
_PKCS12_PASSPHRASE = KeyFault(
    Words("the passphrase does not open the PKCS#12 file", "tunnuslause ei avaa PKCS#12-tiedostoa"),
    Words(f"{_CORRECT_PASSPHRASE.en}; {_CONVERT.en}", f"{_CORRECT_PASSPHRASE.fi}; {_CONVERT.fi}"),
)
_PKCS12_EMPTY = KeyFault(
    Words("the PKCS#12 file holds no private key", "PKCS#12-tiedostossa ei ole yksityistä avainta"),
    Words("export it anew, with the key", "vie se uudelleen avaimen kanssa"),
)


def _chain(private: object, certificates: list[x509.Certificate]) -> Chain:
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return ()
    public = private.public_key()
    own = [c for c in certificates if c.public_key() == public]
    return leaf_first(own[0], certificates) if own else ()


def _password(passphrase: SecretStr | None) -> bytes | None:
    return passphrase.get_secret_value().encode("utf-8") if passphrase else None
