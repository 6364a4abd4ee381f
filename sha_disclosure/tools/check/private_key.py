"""The private key of a slot: whether it opens, is guarded, and belongs to the certificate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography import x509

from sha_disclosure.credentials.keys import TokenKey
from sha_disclosure.messages.words import Words
from sha_disclosure.settings import KeyPair, Tls
from sha_disclosure.tools.check.material import Key, asks_program, belongs, loose_mode
from sha_disclosure.tools.check.result import Result, failed, not_run, passed, warned
from sha_disclosure.tools.check.trouble import Trouble


def inspect_key(
    name: str, pair: KeyPair, key: Key | Trouble, leaf: x509.Certificate | None, file: str
) -> Iterator[Result]:
    """Yield the checks of the key, shown as ``file``; ``leaf`` None: there is none to fit."""
    yield _opens(f"{name}.key", pair, key, file)
    yield _guarded(f"{name}.permissions", f"{name}.key", pair.key, file)
    check = f"{name}.match"
    if isinstance(key, Trouble):
        yield not_run(check, f"{name}.key")
    elif leaf is None:
        yield not_run(check, f"{name}.certificate")
    else:
        yield _match(check, pair, key, leaf, file)


def _opens(check: str, pair: KeyPair, key: Key | Trouble, file: str) -> Result:
    if isinstance(key, Trouble):
        return failed(check, key.found, key.mend)
    if isinstance(key, TokenKey) and isinstance(pair, Tls):
        return failed(check, _ON_TOKEN, _SIDECAR)
    if isinstance(key, TokenKey):
        return passed(check, Words(f"{file}, on a token", f"{file}, turvamoduulissa"))
    return passed(check, Words(f"{file} can be opened", f"{file} avautuu"))


_ON_TOKEN = Words(
    "the key is on a token, which Python's TLS cannot use",
    "avain on turvamoduulissa, jota Pythonin TLS ei osaa käyttää",
)
_SIDECAR = Words(
    "let a TLS sidecar on this host hold it (docs/security.md), or take a key in a file",
    "käytä tällä koneella TLS-välittäjää (docs/security.md) tai tiedostossa olevaa avainta",
)


def _guarded(check: str, first: str, place: Path | str, file: str) -> Result:
    if not isinstance(place, Path):
        return passed(check, Words("not in a file", "ei tiedostossa"))
    mode = loose_mode(place)
    if mode:
        return failed(
            check,
            Words(
                f"others may read {file} (mode {mode})",
                f"{file} on muidenkin luettavissa (oikeudet {mode})",
            ),
            Words(f"run: chmod 600 {file}", f"aja: chmod 600 {file}"),
        )
    if place.exists():
        return passed(check, Words("only the owner may read", "vain omistaja lukee"))
    return not_run(check, first)


def _match(check: str, pair: KeyPair, key: Key, leaf: x509.Certificate, file: str) -> Result:
    fits = belongs(key, leaf)
    if isinstance(fits, Trouble):
        if asks_program(pair):
            return warned(check, _PIN_OF_PROGRAM, _TRY_PROGRAM)
        return failed(check, fits.found, fits.mend)
    if fits:
        return passed(check, Words("they belong together", "ne kuuluvat yhteen"))
    return failed(
        check,
        Words(
            f"{file} is not the key of the first certificate",
            f"{file} ei ole ensimmäisen varmenteen avain",
        ),
        Words(
            "name the key and the certificate that were made together",
            "nimeä avain ja varmenne, jotka on tehty yhdessä",
        ),
    )


_PIN_OF_PROGRAM = Words(
    "the URI says nothing of the PIN, so the key was not tried",
    "URI ei kerro PIN-koodin paikkaa, joten avainta ei kokeiltu",
)
_TRY_PROGRAM = Words(
    "right if your program gives a pin function; else add ?pin-source=env:NAME or file:/PATH",
    "oikein, jos ohjelmasi antaa pin-funktion; muuten lisää ?pin-source=env:NIMI tai file:/POLKU",
)
