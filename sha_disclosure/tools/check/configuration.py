"""Settings, edition, address, code lists and clock: what is checked without a key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from sha_disclosure.codes.folder import stored_lists
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import LANGUAGES
from sha_disclosure.messages.words import Words
from sha_disclosure.settings import Settings
from sha_disclosure.tools.check.reading import SettingsRead
from sha_disclosure.tools.check.result import Result, failed, not_run, passed, warned
from sha_disclosure.tools.check.trouble import Trouble

_YEARS = range(2024, 2100)


def inspect_settings(read: SettingsRead) -> Iterator[Result]:
    """Yield each fault of the settings, or that there is none."""
    troubles = [read.trouble] if read.trouble else []
    troubles += [_trouble(finding) for finding in read.findings]
    for trouble in troubles:
        yield failed("settings", trouble.found, trouble.mend)
    if not troubles:
        yield passed("settings", Words(f"{read.name} is valid", f"{read.name} on kelvollinen"))


def _trouble(finding: Finding) -> Trouble:
    found = Words(*(f"{finding.path}: {finding.text(lang)}" for lang in LANGUAGES))
    return Trouble(found, Words(*(finding.part("fix", lang) for lang in LANGUAGES)))


def edition_of(read: SettingsRead) -> tuple[Edition | None, list[Result]]:
    """Return the edition the settings name, with the checks of it."""
    if "edition" in read.wanting:
        return None, [not_run("edition", "settings"), not_run("edition.assumed", "settings")]
    named = read.settings.edition
    shown = read.shown(Path(named))
    try:
        edition = load_edition(named)
    except ConfigurationError as error:
        told = read.safe(str(error))
        return None, [
            failed(
                "edition",
                Words(told, f"editiota {shown} ei voi ladata: {told}"),
                Words(
                    "correct the edition file, or its name in the settings",
                    "korjaa editiotiedosto tai sen nimi asetuksissa",
                ),
            ),
            not_run("edition.assumed", "edition"),
        ]
    count = len(edition.entries)
    found = Words(f"{edition.name}, {count} values", f"{edition.name}, {count} arvoa")
    return edition, [passed("edition", found), _assumed(edition, read)]


def _assumed(edition: Edition, read: SettingsRead) -> Result:
    assumed = len(edition.assumed())
    found = Words(f"{assumed} values are only assumed", f"{assumed} arvoa on vain oletettu")
    mend = Words(
        "compare them with Kela's documents (`sha-disclosure edition --unconfirmed`) and mark "
        "them confirmed in an edition file of your own",
        "vertaa niitä Kelan dokumentteihin (`sha-disclosure edition --unconfirmed`) ja merkitse "
        "ne vahvistetuiksi omaan editiotiedostoon",
    )
    settings = read.settings
    if not assumed:
        return passed("edition.assumed", Words("none is assumed", "yhtään ei ole oletettu"))
    gate = "environment" not in read.wanting and settings.environment == "production"
    if gate and not settings.accept_assumed:
        return failed(
            "edition.assumed",
            found,
            Words(
                f"{mend.en}; or set accept_assumed = true to take the risk knowingly",
                f"{mend.fi}; tai ota riski tietoisesti asetuksella accept_assumed = true",
            ),
        )
    return warned("edition.assumed", found, mend)


def inspect_address(settings: Settings, wanting: frozenset[str]) -> Result:
    """Return whether the address may belong to the environment, as far as it shows."""
    if {"base_url", "environment"} & wanting:
        return not_run("address", "settings")
    host = urlsplit(settings.base_url).hostname or ""
    here = loopback(host)
    found = Words(
        f"{host} in environment {settings.environment}",
        f"{host}, ympäristö {settings.environment}",
    )
    if here and settings.environment != "sandbox":
        return warned(
            "address",
            found,
            Words(
                "right only for a TLS sidecar of your own on this host; else write the address "
                "Kela gave you, for this may be the sandbox",
                "oikein vain, jos tällä koneella on oma TLS-välittäjä; muuten kirjoita Kelan "
                "antama osoite, sillä tämä voi olla hiekkalaatikko",
            ),
        )
    if not here and settings.environment == "sandbox":
        return warned(
            "address",
            found,
            Words(
                "right only for a sandbox on another host; else set environment = at or production",
                "oikein vain toisen koneen hiekkalaatikolle; muuten aseta environment = at tai "
                "production",
            ),
        )
    return passed("address", found)


def loopback(host: str) -> bool:
    """Return whether a host of an address is this one, by its name or number."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def inspect_code_lists(read: SettingsRead) -> Result:
    """Return whether the code lists can be read, if the settings name any."""
    place = read.settings.code_lists
    if "code_lists" in read.wanting:
        return not_run("code_lists", "settings")
    if place is None:
        return passed("code_lists", Words("none named", "ei nimetty"))
    shown = read.shown(place)
    try:
        count = len(stored_lists(place))
    except ConfigurationError as error:
        told = read.safe(str(error))
        return failed(
            "code_lists",
            Words(told, f"koodistoja ei voi lukea: {told}"),
            Words(
                "correct code_lists in the settings, or import the list anew: "
                "sha-disclosure codes import",
                "korjaa code_lists asetuksissa tai tuo koodisto uudelleen: "
                "sha-disclosure codes import",
            ),
        )
    return passed("code_lists", Words(f"{shown}, lists: {count}", f"{shown}, koodistoja: {count}"))


def inspect_clock(now: datetime, leaves: tuple[x509.Certificate, ...]) -> Result:
    """Return whether the clock can be right; a certificate that begins later is a hint."""
    stamp = now.isoformat(timespec="seconds")
    mend = Words("set the clock and keep it by NTP", "aseta kello aikaan ja pidä se ajassa NTP:llä")
    if now.year not in _YEARS:
        found = Words(f"{stamp}: the year cannot be right", f"{stamp}: vuosi ei voi olla oikea")
        return failed("clock", found, mend)
    if any(leaf.not_valid_before_utc > now for leaf in leaves):
        found = Words(
            f"{stamp}: before a certificate begins, so the clock may be behind",
            f"{stamp}: ennen varmenteen alkua, joten kello voi olla jäljessä",
        )
        return warned("clock", found, mend)
    return passed("clock", Words(stamp, stamp))
