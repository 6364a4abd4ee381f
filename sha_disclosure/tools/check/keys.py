"""The private key of a pair: whether it opens, is private, and matches the certificate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretBytes

from sha_disclosure.credentials import Chain, key_kind
from sha_disclosure.credentials.keys import SoftwareKey, TokenKey, TokenSigner, TokenUri, open_key
from sha_disclosure.credentials.keys.software import read_software_key
from sha_disclosure.errors import ConfigurationError, DisclosureError
from sha_disclosure.files import Unreadable, read_file
from sha_disclosure.findings import Finding
from sha_disclosure.jose.signer import KeySigner, signature_of
from sha_disclosure.messages import Message, message
from sha_disclosure.settings import KeyPair, Tls
from sha_disclosure.tools.check.checks import (
    failed,
    not_run,
    outcome,
    passed,
    refusal,
    unreadable,
    warned,
)

Key = SoftwareKey | TokenKey
_TRIAL_ALGORITHMS = {"rsa": "RS256", "p256": "ES256", "p384": "ES384"}


def open_pair_key(pair: KeyPair, file: str) -> Key | Finding:
    """Return the key of a pair or why it cannot be opened, ignoring who may read its file."""
    if not isinstance(pair.key, Path):
        try:
            return open_key(pair)
        except DisclosureError as error:
            return failed("", refusal(error))
    try:
        data = SecretBytes(read_file(pair.key).data)
    except Unreadable as error:
        return failed("", unreadable(file, error))
    read = read_software_key(data, pair.passphrase)
    if isinstance(read, Finding):
        return read
    private, chain = read
    if isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return SoftwareKey(file, private, chain)
    return failed("", message("check.key_kind"))


def certificates_beside(key: Key) -> Chain | Message:
    """Return the certificates stored with a key, leaf first, or why there are none."""
    try:
        return key.certificates() or message("check.no_certificate_beside")
    except DisclosureError as error:
        return refusal(error)


def check_key(
    name: str, pair: KeyPair, key: Key | Finding, leaf: x509.Certificate | None, file: str
) -> Iterator[Finding]:
    """Yield the checks of the key, called ``file``; ``leaf`` is None without a certificate."""
    yield _opens(f"{name}.key", pair, key, file)
    yield _is_private(f"{name}.permissions", f"{name}.key", pair.key, file)
    check = f"{name}.match"
    if isinstance(key, Finding):
        yield not_run(check, f"{name}.key")
    elif leaf is None:
        yield not_run(check, f"{name}.certificate")
    else:
        yield _matches(check, pair, key, leaf, file)


def _opens(check: str, pair: KeyPair, key: Key | Finding, file: str) -> Finding:
    if isinstance(key, Finding):
        return outcome(check, [key], message("check.ok.key", file=file))[0]
    if isinstance(key, SoftwareKey):
        return passed(check, message("check.ok.key", file=file))
    if isinstance(pair, Tls):
        return failed(check, message("check.tls_key_on_token"))
    return passed(check, message("check.ok.key_on_token", file=file))


def _is_private(check: str, first: str, source: Path | str, file: str) -> Finding:
    if not isinstance(source, Path):
        return passed(check, message("check.ok.permissions_no_file"))
    try:
        content = read_file(source)
    except Unreadable:
        return not_run(check, first)
    if why := content.exposed(file):
        return failed(check, message("check.key_not_private", file=file, why=why))
    return passed(check, message("check.ok.permissions"))


def _matches(check: str, pair: KeyPair, key: Key, leaf: x509.Certificate, file: str) -> Finding:
    try:
        fits = _belongs(key, leaf)
    except DisclosureError as error:
        if asks_program_for_pin(pair):
            return warned(check, message("check.pin_of_program"))
        return failed(check, refusal(error))
    if fits:
        return passed(check, message("check.ok.match"))
    return failed(check, message("check.other_key", file=file))


def _belongs(key: Key, leaf: x509.Certificate) -> bool:
    """Return whether a key matches a certificate; it makes a signature to prove it.

    Raises KeyUnavailable for a key that cannot sign, such as a damaged one.
    """
    public, kind = leaf.public_key(), key_kind(leaf)
    if kind is None or not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return isinstance(key, SoftwareKey) and key.private.public_key() == public
    if isinstance(key, TokenKey):
        return TokenSigner(key, _TRIAL_ALGORITHMS[kind], public).fits()
    if key.private.public_key() != public:
        return False
    signature_of(KeySigner(key.private, _TRIAL_ALGORITHMS[kind]).sign, b"trial of the key")
    return True


def asks_program_for_pin(pair: KeyPair) -> bool:
    """Return whether only the program that uses a token's key can provide its PIN."""
    source = pair.key
    if isinstance(source, Path) or not source.startswith("pkcs11:"):
        return False
    with suppress(ConfigurationError):
        return TokenUri.parse(source).pin_source is None
    return False
