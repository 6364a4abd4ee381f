"""Settings, keys and certificates read piece by piece, where loading stops at the first fault.

The only place of this room that knows how ``settings`` and ``identity`` read files: what they
learn to read is to be taught here.
"""

from __future__ import annotations

import os
import ssl
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sha_disclosure.editions import SHIPPED, Edition
from sha_disclosure.errors import ConfigurationError, DisclosureError, KeyUnavailable
from sha_disclosure.identity import (
    Chain,
    _certificates,
    _password,
    _read_key,
    load_identity,
    tls_context,
)
from sha_disclosure.settings import (
    FILE_VARIABLE,
    PREFIX,
    KeyPair,
    Settings,
    _anchored,
    _completed,
    _from_environment,
    _laid_over,
)
from sha_disclosure.sources import Sources
from sha_disclosure.words import Words

_MODE = 0o777


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something could not be read, and the mend."""

    found: Words
    mend: Words


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """The settings as far as they are valid.

    ``faults`` are pydantic's, ``wanting`` the top entries they are in: these hold the
    sandbox's values or none in ``settings``. ``variables`` are the names of the environment.
    """

    settings: Settings
    folder: Path | None
    name: str
    trouble: Trouble | None = None
    faults: tuple[ErrorDetails, ...] = ()
    wanting: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()

    def shown(self, path: Path) -> str:
        """Return a path as it may be shown: below the settings' folder, else its name only."""
        with suppress(ValueError):
            if self.folder is not None:
                return str(path.absolute().relative_to(self.folder.absolute()))
        return path.name

    def safe(self, text: str) -> str:
        """Return a text of others without the folders it names: these may hold a user's name."""
        for path in self._paths():
            text = text.replace(str(path), self.shown(path))
        folders = [self.folder.absolute(), self.folder] if self.folder else []
        for folder in (*folders, Path.cwd(), Path.home()):
            if str(folder) not in {".", os.sep}:
                text = text.replace(f"{folder}{os.sep}", "").replace(str(folder), ".")
        return text

    def _paths(self) -> Iterator[Path]:
        given = self.settings
        for pair in (given.tls, given.signing, given.token):
            if pair is not None:
                yield from (pair.certificate, pair.key)
        yield from filter(None, (given.tls and given.tls.ca, given.code_lists))
        if given.edition not in SHIPPED:
            yield Path(given.edition)


def read_settings(path: Path | None, variables: Mapping[str, str]) -> SettingsRead:
    """Read the settings as ``Settings.load`` does, with every fault."""
    named = path or variables.get(FILE_VARIABLE)
    file = Path(named) if named else None
    folder = file.parent if file else None
    data, trouble = _read_file(file) if file else ({}, None)
    above: dict[str, Any] = {}
    try:
        above = _from_environment(variables)
    except ConfigurationError:
        trouble = trouble or _TORN
    if file is None and not above:
        trouble = trouble or _NO_SETTINGS
    given = _laid_over(data, above)
    settings, faults = _as_far_as_valid(given)
    wanting = frozenset(str(fault["loc"][0]) for fault in faults if fault["loc"])
    derived = {"requester", "ids"} - given.keys()
    told = tuple(fault for fault in faults if not {*map(str, fault["loc"][:1])} & derived)
    name = file.name if file else PREFIX + "..."
    known = frozenset(variables)
    if not given:
        return SettingsRead(settings, folder, name, trouble, (), _EVERY, known)
    return SettingsRead(settings, folder, name, trouble, told, wanting, known)


def _as_far_as_valid(given: Mapping[str, Any]) -> tuple[Settings, tuple[ErrorDetails, ...]]:
    faults: list[ErrorDetails] = []
    try:
        return Settings.model_validate(_completed(given)), ()
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
    wanting = {str(fault["loc"][0]) for fault in faults if fault["loc"]}
    stand_in = Settings.stand_in()
    fit = {name: value for name, value in given.items() if name not in wanting}
    fit |= {name: getattr(stand_in, name) for name in wanting & _REQUIRED}
    with suppress(ValidationError):
        stand_in = Settings.model_validate(_completed(fit))
    return stand_in, tuple(faults)


_EVERY = frozenset(Settings.model_fields)
_REQUIRED = {"environment", "base_url", "system", "subscriber", "requester", "ids"}


def _read_file(path: Path) -> tuple[dict[str, Any], Trouble | None]:
    try:
        return _anchored(tomllib.loads(path.read_text("utf-8")), path.parent), None
    except OSError as error:
        trouble = unreadable(path.name, error)
    except UnicodeDecodeError:
        trouble = Trouble(
            Words(f"{path.name} is not UTF-8 text", f"{path.name} ei ole UTF-8-tekstiä"),
            Words("save it as UTF-8", "tallenna se UTF-8-muodossa"),
        )
    except tomllib.TOMLDecodeError as error:
        # The message may quote a value; the place in it may not.
        place = str(error).rpartition("(at ")[2].rstrip(")") if "(at " in str(error) else ""
        told = f" ({place})" if place else ""
        trouble = Trouble(
            Words(f"{path.name} is not valid TOML{told}", f"{path.name} ei ole TOML:ia{told}"),
            Words("check quotes and brackets", "tarkista lainausmerkit ja sulut"),
        )
    return {}, trouble


_NO_SETTINGS = Trouble(
    Words("there are no settings", "asetuksia ei ole"),
    Words(
        f"give --settings FILE, or name the file in {FILE_VARIABLE}; "
        "`sha-disclosure sandbox --dir D` writes one to start from",
        f"anna --settings TIEDOSTO tai nimeä tiedosto muuttujassa {FILE_VARIABLE}; "
        "`sha-disclosure sandbox --dir D` kirjoittaa mallin",
    ),
)
_TORN = Trouble(
    Words(
        "two variables set the same entry, one whole and one in part",
        "kaksi ympäristömuuttujaa asettaa saman kohdan, toinen kokonaan ja toinen osittain",
    ),
    Words(f"keep one of the {PREFIX}... variables", f"pidä {PREFIX}...-muuttujista toinen"),
)


def unreadable(name: str, error: OSError) -> Trouble:
    """Return why a file cannot be read."""
    why = Words(f"{name} cannot be read", f"tiedostoa {name} ei voi lukea")
    if isinstance(error, FileNotFoundError):
        why = Words(f"{name} does not exist", f"tiedostoa {name} ei ole")
    elif isinstance(error, PermissionError):
        why = Words(f"{name} may not be read", f"tiedostoon {name} ei ole lukuoikeutta")
    return Trouble(
        why,
        Words(
            "correct the name in the settings, or owner and permissions of the file",
            "korjaa nimi asetuksissa tai tiedoston omistaja ja oikeudet",
        ),
    )


def certificates(path: Path, name: str) -> Chain | Trouble:
    """Return the certificates of a PEM file, or why they cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return unreadable(name, error)
    try:
        return _certificates(data, name)
    except ConfigurationError:
        pass
    if b"-----BEGIN CERTIFICATE-----" in data:
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


def public_half(pair: KeyPair, name: str) -> PublicKeyTypes | Trouble:
    """Return the public key of a private key's file, or why it cannot be opened."""
    try:
        data = pair.key.read_bytes()
    except OSError as error:
        return unreadable(name, error)
    with suppress(TypeError, ValueError, UnsupportedAlgorithm):
        return load_pem_private_key(data, _password(pair)).public_key()
    if b"PRIVATE KEY-----" not in data:
        found = Words(f"{name} holds no PEM private key", f"tiedostossa {name} ei ole PEM-avainta")
        mend = Words(
            "convert a DER file: openssl pkey -inform der -in FILE -out NEW.key",
            "muunna DER-tiedosto: openssl pkey -inform der -in TIEDOSTO -out UUSI.key",
        )
    elif b"ENCRYPTED" in data and pair.passphrase is None:
        found = Words("the key is encrypted", "avain on salattu")
        mend = Words("add its passphrase to the table", "lisää sen tunnuslause taulukkoon")
    elif b"ENCRYPTED" in data:
        found = Words("the passphrase does not open the key", "tunnuslause ei avaa avainta")
        mend = Words("correct passphrase", "korjaa passphrase")
    elif pair.passphrase is not None:
        found = Words("the key is not encrypted", "avain ei ole salattu")
        mend = Words("remove passphrase from the table", "poista passphrase taulukosta")
    else:
        found = Words(
            f"{name} is damaged or of a kind that is not read",
            f"{name} on vioittunut tai lajia, jota ei lueta",
        )
        mend = Words(
            "give it as PKCS#8, PKCS#1 or SEC1", "anna se PKCS#8-, PKCS#1- tai SEC1-muodossa"
        )
    return Trouble(found, mend)


def loose_mode(pair: KeyPair) -> str | None:
    """Return the mode of a key file that others may read too, else None."""
    try:
        _read_key(pair.key)
    except KeyUnavailable:
        return None
    except ConfigurationError:
        return f"{pair.key.stat().st_mode & _MODE:o}"
    return None


def client_context(settings: Settings, now: datetime) -> ssl.SSLContext | None:
    """Return the TLS context of a client, or None when it would not take its files."""
    try:
        return tls_context(settings.tls, now) if settings.tls else None
    except DisclosureError:
        return None


def loading_fault(settings: Settings, edition: Edition, sources: Sources) -> str:
    """Return what a client says to the keys and certificates when it loads them, or nothing."""
    try:
        load_identity(settings, edition, sources)
    except DisclosureError as error:
        return str(error)
    return ""


__all__ = [
    "Chain",
    "SettingsRead",
    "Trouble",
    "certificates",
    "client_context",
    "loading_fault",
    "loose_mode",
    "public_half",
    "read_settings",
    "unreadable",
]
