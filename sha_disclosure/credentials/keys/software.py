"""Private keys in memory: PEM (PKCS #8, PKCS #1, SEC 1) and PKCS #12, encrypted or not."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from pydantic import SecretBytes, SecretStr

from sha_disclosure.credentials.certificate import Chain, is_readable, signed_by
from sha_disclosure.credentials.pem import Block, pem_blocks
from sha_disclosure.credentials.reading import pem_certificates
from sha_disclosure.errors import ConfigurationError, KeyUnavailable
from sha_disclosure.findings import Finding
from sha_disclosure.jose.signer import Kept, PrivateKey
from sha_disclosure.messages import Message, message

_ENCRYPTED = b"ENCRYPTED"  # in the label of PKCS #8, in a header of the older forms


@dataclass(frozen=True, eq=False)
class SoftwareKey(Kept):
    """A private key in memory, with the certificates stored with it, leaf first.

    ``name`` is its origin, for errors.
    """

    name: str
    private: PrivateKey = field(repr=False)
    chain: Chain = field(default=(), repr=False)

    def certificates(self) -> Chain:
        """Return the certificates stored with the key, leaf first; usually none."""
        return self.chain


def software_key(data: SecretBytes, name: str, passphrase: SecretStr | None) -> SoftwareKey:
    """Return the key in PEM, PKCS #12, or base64-encoded PKCS #12.

    Raises KeyUnavailable, and ConfigurationError for an unsupported kind of key.
    """
    read = read_software_key(data, passphrase)
    if isinstance(read, Finding):
        raise KeyUnavailable(
            message("key.refused", name=name, text=message(read.id), fix=message(f"{read.id}.fix"))
        )
    private, chain = read
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ConfigurationError(message("key.kind", name=name))
    return SoftwareKey(name, private, chain)


def leaf_first(leaf: x509.Certificate, others: Iterable[x509.Certificate]) -> Chain:
    """Return the chain from ``leaf`` upwards through the other certificates."""
    rest, chain = list(others), [leaf]
    while issuers := [c for c in rest if c not in chain and signed_by(chain[-1], c)]:
        chain.append(issuers[0])
    return tuple(chain)


def read_software_key(
    data: SecretBytes, passphrase: SecretStr | None
) -> tuple[object, Chain] | Finding:
    """Return a key with the certificates stored with it, leaf first, or its fault."""
    data = _decoded(data)
    return _pkcs12(data, passphrase) if _is_pkcs12(data) else _pem(data, passphrase)


def _decoded(data: SecretBytes) -> SecretBytes:
    """Return decoded base64, or the input if it is not: a variable cannot hold binary data."""
    try:
        return SecretBytes(
            base64.b64decode(b"".join(data.get_secret_value().split()), validate=True)
        )
    except binascii.Error:
        return data


def _is_pkcs12(data: SecretBytes) -> bool:
    """Return whether DER starts like a PFX: a sequence with version 3 (RFC 7292 section 4)."""
    start = data.get_secret_value()[:12]
    return start[:1] == b"\x30" and b"\x02\x01\x03" in start


def _pem(data: SecretBytes, passphrase: SecretStr | None) -> tuple[object, Chain] | Finding:
    blocks = pem_blocks(data)
    if isinstance(blocks, Message):
        return Finding("key.utf_16" if blocks.id == "file.utf_16" else "key.half_written")
    block = next((each for each in blocks if each.label.endswith("PRIVATE KEY")), None)
    if block is None:
        return Finding("key.no_pem")
    try:
        private = load_pem_private_key(
            block.text, _password(passphrase), unsafe_skip_rsa_key_validation=True
        )
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        return _fault(block, passphrase, error)
    if isinstance(private, rsa.RSAPrivateKey) and not is_sound(private):
        return Finding("key.damaged")
    certificates = pem_certificates(data)
    if isinstance(certificates, Message):
        return Finding("key.certificate_damaged")
    return _opened(private, certificates)


def _fault(block: Block, passphrase: SecretStr | None, error: Exception) -> Finding:
    if isinstance(error, TypeError):  # a passphrase is missing, or not needed
        return Finding("key.encrypted" if passphrase is None else "key.not_encrypted")
    if _ENCRYPTED not in block.text:
        return Finding("key.damaged")
    # cryptography has no exception class for an unknown cipher.
    unread = isinstance(error, UnsupportedAlgorithm) or "unknown" in str(error).lower()
    return Finding("key.cipher_unread" if unread else "key.wrong_passphrase")


def _pkcs12(data: SecretBytes, passphrase: SecretStr | None) -> tuple[object, Chain] | Finding:
    try:
        opened = pkcs12.load_pkcs12(data.get_secret_value(), _password(passphrase))
    except UnsupportedAlgorithm:
        return Finding("key.pkcs12_unread")
    except (TypeError, ValueError, Warning):  # BER, where the host turns warnings into errors
        return (
            Finding("key.pkcs12_encrypted")
            if passphrase is None
            else Finding("key.pkcs12_wrong_passphrase")
        )
    if opened.key is None:
        return Finding("key.pkcs12_empty")
    held = [opened.cert, *opened.additional_certs]
    return _opened(opened.key, tuple(c.certificate for c in held if c is not None))


def _opened(private: object, certificates: Chain) -> tuple[object, Chain] | Finding:
    if not all(map(is_readable, certificates)):
        return Finding("key.certificate_damaged")
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return private, ()
    public = private.public_key()
    own = [c for c in certificates if c.public_key() == public]
    return private, leaf_first(own[0], certificates) if own else ()


def _password(passphrase: SecretStr | None) -> bytes | None:
    return passphrase.get_secret_value().encode("utf-8") if passphrase else None


def is_sound(key: rsa.RSAPrivateKey) -> bool:
    """Return whether the numbers are those of one key (RFC 8017 section 3.2).

    The check of OpenSSL, which ``unsafe_skip_rsa_key_validation`` leaves out, also looks for
    composite factors. A key that has one does not sign right, which its first signature shows
    (see ``jose.signer.KeySigner``); that the public half is the certificate's is compared apart
    (see ``open_pair``).
    """
    numbers = key.private_numbers()
    p, q, d = numbers.p, numbers.q, numbers.d
    public = numbers.public_numbers
    return (
        min(p, q, public.e) > 1
        and p * q == public.n
        and numbers.dmp1 == d % (p - 1)
        and numbers.dmq1 == d % (q - 1)
        and public.e * numbers.dmp1 % (p - 1) == 1
        and public.e * numbers.dmq1 % (q - 1) == 1
        and q * numbers.iqmp % p == 1
    )
