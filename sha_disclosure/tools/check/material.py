"""Keys and certificates read piece by piece, where loading stops at the first fault."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from ssl import SSLContext

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretBytes

from sha_disclosure.credentials import Chain, load_identity, tls_context
from sha_disclosure.credentials.certificate import key_kind
from sha_disclosure.credentials.keys import SoftwareKey, TokenKey, TokenSigner, TokenUri, open_key
from sha_disclosure.credentials.keys.software import read_software_key
from sha_disclosure.credentials.places import read_certificates
from sha_disclosure.credentials.reading import read_chain
from sha_disclosure.editions import Edition
from sha_disclosure.errors import ConfigurationError, DisclosureError
from sha_disclosure.files import open_to_others
from sha_disclosure.findings import Finding
from sha_disclosure.messages.words import Words
from sha_disclosure.settings import KeyPair, Settings
from sha_disclosure.settings.organisations import by_requester, refuse_brokering
from sha_disclosure.sources import Sources
from sha_disclosure.tools.check.trouble import Trouble, unreadable

Key = SoftwareKey | TokenKey
_TRIAL = {"rsa": "RS256", "p256": "ES256", "p384": "ES384"}


def certificates(place: Path | str, name: str) -> Chain | Trouble:
    """Return the PEM certificates of a file or variable, or why they cannot be read."""
    try:
        data = SecretBytes(place.read_bytes()) if isinstance(place, Path) else None
        data = data or read_certificates(place)
    except OSError as error:
        return unreadable(name, error)
    except ConfigurationError as error:
        return as_loading_says(error)
    with suppress(ConfigurationError):
        return read_chain(data, name)
    if b"-----BEGIN CERTIFICATE-----" in data.get_secret_value():
        return Trouble(
            Words(
                f"{name} holds a certificate that cannot be read",
                f"tiedostossa {name} on varmenne, jota ei voi lukea",
            ),
            Words("get the file anew from its issuer", "hae tiedosto uudelleen myöntäjältä"),
        )
    return Trouble(
        Words(f"{name} holds no PEM certificate", f"tiedostossa {name} ei ole PEM-varmennetta"),
        Words(
            "convert a DER file: openssl x509 -inform der -in FILE -out NEW.crt",
            "muunna DER-tiedosto: openssl x509 -inform der -in TIEDOSTO -out UUSI.crt",
        ),
    )


def opened_key(pair: KeyPair, name: str) -> Key | Trouble:
    """Return the key of a slot, or why it cannot be opened; its permissions are not looked at."""
    try:
        if not isinstance(pair.key, Path):
            return open_key(pair)
        data = SecretBytes(pair.key.read_bytes())
    except OSError as error:
        return unreadable(name, error)
    except DisclosureError as error:
        return as_loading_says(error)
    read = read_software_key(data, pair.passphrase)
    if isinstance(read, Finding):
        return Trouble(
            Words(read.text(), read.text("fi")), Words(read.part("fix"), read.part("fix", "fi"))
        )
    private, chain = read
    if isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        return SoftwareKey(name, private, chain)
    return Trouble(
        Words("the key is not RSA, P-256 or P-384", "avain ei ole RSA-, P-256- eikä P-384-avain"),
        Words("order a certificate for such a key", "tilaa varmenne sellaiselle avaimelle"),
    )


def beside(key: Key) -> Chain | Trouble:
    """Return the certificates that came with a key, leaf first, or why there are none."""
    try:
        chain = key.certificates()
    except DisclosureError as error:
        return as_loading_says(error)
    return chain or Trouble(
        Words("no certificate lies beside the key", "avaimen vieressä ei ole varmennetta"),
        Words(
            'add certificate = "FILE", PEM with the leaf first',
            'lisää certificate = "TIEDOSTO", PEM, oma varmenne ensin',
        ),
    )


def belongs(key: Key, leaf: x509.Certificate) -> bool | Trouble:
    """Return whether a key is that of a certificate; one on a token signs to show it."""
    public = leaf.public_key()
    if isinstance(key, SoftwareKey):
        return key.private.public_key() == public
    kind = key_kind(leaf)
    if kind is None or not isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    try:
        return TokenSigner(key, _TRIAL[kind], public).fits()
    except DisclosureError as error:
        return as_loading_says(error)


def asks_program(pair: KeyPair) -> bool:
    """Return whether only the program that uses a token's key can know its PIN."""
    place = pair.key
    if isinstance(place, Path) or not place.startswith("pkcs11:"):
        return False
    with suppress(ConfigurationError):
        return TokenUri.parse(place).pin_source is None
    return False


def loose_mode(place: Path | str) -> str | None:
    """Return the mode of a key file that others may read too, else None."""
    if not isinstance(place, Path) or not hasattr(os, "geteuid"):
        return None
    try:
        about = place.stat()
    except OSError:
        return None
    loose = open_to_others(about.st_mode, about.st_uid, os.geteuid())
    return f"{stat.S_IMODE(about.st_mode):o}" if loose else None


def as_loading_says(error: DisclosureError) -> Trouble:
    """Return the trouble an error of loading tells, which has English words only."""
    told = str(error)
    return Trouble(
        Words(told, f"lataus sanoo: {told}"), Words("do what it says", "tee kuten siinä sanotaan")
    )


def client_context(settings: Settings, now: datetime) -> SSLContext | None:
    """Return the TLS context of a client, or None when it would not take its files."""
    try:
        return tls_context(settings.tls, now) if settings.tls else None
    except DisclosureError:
        return None


def loading_fault(settings: Settings, edition: Edition, sources: Sources) -> str:
    """Return what a client says to the keys and certificates when it loads them, or nothing."""
    try:
        refuse_brokering(settings, edition)
        for each in by_requester(settings).values():
            load_identity(each, edition, sources)
    except DisclosureError as error:
        return str(error)
    return ""
