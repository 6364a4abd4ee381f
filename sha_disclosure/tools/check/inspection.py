"""All that can be checked without a connection, in one order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sha_disclosure.credentials import Chain
from sha_disclosure.credentials.certificate import is_authority
from sha_disclosure.editions import Edition
from sha_disclosure.messages.words import Words
from sha_disclosure.settings import KeyPair, Organisation, Settings
from sha_disclosure.settings.organisations import by_requester
from sha_disclosure.sources import Sources
from sha_disclosure.tools.check.configuration import (
    edition_of,
    inspect_address,
    inspect_clock,
    inspect_code_lists,
    inspect_settings,
)
from sha_disclosure.tools.check.material import (
    asks_program,
    certificates,
    client_context,
    loading_fault,
)
from sha_disclosure.tools.check.oids import inspect_oids
from sha_disclosure.tools.check.reading import SettingsRead, read_settings
from sha_disclosure.tools.check.result import Result, failed, not_run, passed, warned
from sha_disclosure.tools.check.slots import (
    Circumstances,
    Slot,
    Use,
    inspect_dates,
    inspect_environment,
    inspect_slot,
)
from sha_disclosure.tools.check.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found off line, and what is needed to go on line.

    ``anchors`` are the CA file's certificates; ``client`` tells whether the TLS slot is right.
    """

    results: tuple[Result, ...]
    read: SettingsRead
    anchors: Chain
    client: bool


def inspect(path: Path | None, variables: Mapping[str, str], sources: Sources) -> Inspection:
    """Check settings, edition, keys and certificates, and the clock. Raises nothing."""
    now = sources.clock()
    read = read_settings(path, variables)
    settings, wanting = read.settings, read.wanting
    edition, of_edition = edition_of(read)
    around = Circumstances(
        read,
        now,
        None if "environment" in wanting else settings.environment,
        edition.wire.trust if edition else None,
    )
    anchors, of_ca = _ca(around)
    around = Circumstances(read, now, around.environment, around.trust, anchors)
    slots = {name: inspect_slot(name, pair, use, around) for name, pair, use in slots_of(settings)}
    results = [
        *inspect_settings(read),
        *of_edition,
        inspect_address(settings, wanting),
        *_oids(settings, wanting),
        *_slots(slots, read),
        *of_ca,
        inspect_code_lists(read),
        inspect_clock(now, tuple(slot.chain[0] for slot in slots.values() if slot.chain)),
    ]
    results.append(_loading(results, read, edition, sources))
    client = "tls" in slots and not slots["tls"].failed and bool(client_context(settings, now))
    return Inspection(tuple(_safe(result, read) for result in results), read, anchors, client)


def _safe(result: Result, read: SettingsRead) -> Result:
    """Return the result without folders of this host: some words are those of other rooms."""
    found = Words(read.safe(result.found.en), read.safe(result.found.fi))
    return replace(result, found=found)


_USES: tuple[tuple[str, Use], ...] = (("tls", "tls"), ("signing", "signing"), ("token", "signing"))


def slots_of(settings: Settings) -> Iterator[tuple[str, KeyPair, Use]]:
    """Yield each table that names a key: its name, the pair and its use.

    Those of an organisation are named as their place in the settings: ``organisation.0.signing``.
    """
    tables: list[tuple[str, Settings | Organisation]] = [("", settings)]
    tables += [(f"organisation.{n}.", each) for n, each in enumerate(settings.organisation)]
    for before, table in tables:
        for name, use in _USES:
            pair = getattr(table, name)
            if pair is not None:
                yield f"{before}{name}", pair, use


def _oids(settings: Settings, wanting: frozenset[str]) -> Iterator[Result]:
    if {"system", "subscriber", "requester"} <= wanting:
        yield not_run("oids", "settings")
    else:
        yield from inspect_oids(settings, wanting)


def _slots(slots: Mapping[str, Slot], read: SettingsRead) -> Iterator[Result]:
    organisations = read.settings.organisation
    signed_apart = bool(organisations) and all(each.signing for each in organisations)
    for name, _ in _USES:
        check = f"{name}.certificate"
        if name in slots:
            yield from slots[name].results
        elif name in read.wanting:
            if name != "token":
                yield not_run(check, "settings")
        elif name == "tls":
            yield failed(check, _NO_TABLE["tls"], _ADD_TABLE["tls"])
        elif name == "signing" and not signed_apart:
            yield warned(check, _NO_TABLE["signing"], _ADD_TABLE["signing"])
    for name, slot in slots.items():
        if name.startswith("organisation."):
            yield from slot.results


_NO_TABLE = {
    name: Words(f"there is no table [{name}]", f"taulukkoa [{name}] ei ole")
    for name in ("tls", "signing")
}
_ADD_TABLE = {
    "tls": Words("add it with certificate, key and ca", "lisää se: certificate, key ja ca"),
    "signing": Words(
        "add it with certificate and key, unless your program gives a content_signer",
        "lisää se (certificate ja key), ellei ohjelmasi anna allekirjoittajaa (content_signer)",
    ),
}


def _ca(around: Circumstances) -> tuple[Chain, list[Result]]:
    tls = around.read.settings.tls
    if tls is None:
        first = "settings" if "tls" in around.read.wanting else "tls.certificate"
        return (), [not_run(check, first) for check in ("ca", "ca.dates", "ca.environment")]
    shown = around.read.shown(tls.ca)
    anchors = certificates(tls.ca, shown)
    if isinstance(anchors, Trouble):
        rest = [not_run(check, "ca") for check in ("ca.dates", "ca.environment")]
        return (), [failed("ca", anchors.found, anchors.mend), *rest]
    count = len(anchors)
    found = Words(f"{shown}, certificates: {count}", f"{shown}, varmenteita: {count}")
    readable = passed("ca", found)
    if not all(map(is_authority, anchors)):
        readable = warned(
            "ca",
            Words(
                f"{shown} holds a certificate that is no CA's",
                f"tiedostossa {shown} on varmenne, joka ei ole varmentajan",
            ),
            Words("keep CA certificates only", "pidä siinä vain varmentajien varmenteet"),
        )
    return anchors, [
        readable,
        *_ca_dates(anchors, around.now),
        *inspect_environment("ca.environment", anchors, around),
    ]


def _ca_dates(anchors: Chain, now: datetime) -> list[Result]:
    """Old roots may stand beside the new one: only when none is valid has the check failed."""
    valid = [a for a in anchors if a.not_valid_before_utc <= now <= a.not_valid_after_utc]
    results = inspect_dates("ca.dates", valid or anchors, now)
    if not valid or len(valid) == len(anchors) or results[0].status != "ok":
        return results
    return [
        warned(
            "ca.dates",
            Words("some of its certificates are not valid", "osa varmenteista ei ole voimassa"),
            Words("take them out", "poista ne"),
        )
    ]


def _loading(
    results: list[Result], read: SettingsRead, edition: Edition | None, sources: Sources
) -> Result:
    """Return whether a client would take all of it: the last word on what stands above."""
    first = {r.check for r in results if r.status == "failed" and r.check != "edition.assumed"}
    every = by_requester(read.settings).values()
    unknown = [] if all(each.signing for each in every) else ["signing.certificate"]
    unknown += [f"{name}.match" for name, pair, _ in slots_of(read.settings) if asks_program(pair)]
    if edition is None or first or read.wanting or unknown:
        return not_run("loading", *(sorted(first) or unknown or ["settings"]))
    told = read.safe(loading_fault(read.settings, edition, sources))
    if told:
        return failed(
            "loading",
            Words(told, f"asiakasohjelma ei ota niitä: {told}"),
            Words("do what it says", "tee kuten siinä sanotaan"),
        )
    return passed("loading", Words("taken", "kelpaavat"))
