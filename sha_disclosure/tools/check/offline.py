"""All checks that need no connection, in order; the last loads the keys as a client does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from ssl import SSLContext

from sha_disclosure.credentials import Chain, load_credentials, tls_context
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import DisclosureError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.settings import Settings
from sha_disclosure.settings.organisations import refuse_brokering, settings_by_requester
from sha_disclosure.sources import Sources
from sha_disclosure.tools.check.certificates import Surroundings, check_anchors
from sha_disclosure.tools.check.checks import failed, is_failed, not_run, passed
from sha_disclosure.tools.check.configuration import (
    check_address,
    check_clock,
    check_code_lists,
    check_edition,
    check_oids,
)
from sha_disclosure.tools.check.key_pairs import check_pair, check_tables, key_pairs
from sha_disclosure.tools.check.keys import asks_program_for_pin
from sha_disclosure.tools.check.partial_settings import PartialSettings, read_settings


@dataclass(frozen=True, slots=True)
class Offline:
    """The findings without a connection, and the inputs for the checks of the connection.

    ``edition`` is the SDK's own if that of the settings cannot be loaded. ``anchors`` are the CA
    file's certificates. ``has_client_certificate``: the key pair of ``[tls]`` has no faults.
    """

    findings: tuple[Finding, ...]
    partial: PartialSettings
    edition: Edition
    anchors: Chain
    has_client_certificate: bool


def check_offline(path: Path | None, variables: Mapping[str, str], sources: Sources) -> Offline:
    """Check settings, edition, keys and certificates, and the clock. Raises nothing."""
    now = sources.clock()
    partial = read_settings(path, variables)
    settings = partial.settings
    edition, of_edition = check_edition(partial)
    environment = settings.environment if partial.valid("environment") else None
    around = Surroundings(partial, now, environment, edition.wire.trust if edition else None)
    anchors, of_anchors = check_anchors(around)
    around = replace(around, anchors=anchors)
    pairs = {name: check_pair(name, pair, use, around) for name, pair, use in key_pairs(settings)}
    findings = [
        *partial.findings,
        *of_edition,
        check_address(partial),
        *check_oids(partial),
        *check_tables(partial, pairs),
        *of_anchors,
        check_code_lists(partial),
        check_clock(now, (pair.chain[0] for pair in pairs.values() if pair.chain)),
    ]
    findings.append(check_loading(findings, partial, edition, sources))
    client = "tls" in pairs and pairs["tls"].usable and bool(client_context(settings, now))
    return Offline(tuple(findings), partial, edition or load_edition(), anchors, client)


def client_context(settings: Settings, now: datetime) -> SSLContext | None:
    """Return the TLS context of a client, or None if a client would reject the files."""
    try:
        return tls_context(settings.tls, now) if settings.tls else None
    except DisclosureError:
        return None


def check_loading(
    findings: Iterable[Finding], partial: PartialSettings, edition: Edition | None, sources: Sources
) -> Finding:
    """Return whether a client would accept the set-up, unless ``findings`` has a failure."""
    settings = partial.settings
    first = {each.path for each in findings if is_failed(each)} - {"edition.assumed"}
    senders = settings_by_requester(settings).values()
    unknown = [] if all(each.signing for each in senders) else ["signing.certificate"]
    unknown += [
        f"{name}.match" for name, pair, _ in key_pairs(settings) if asks_program_for_pin(pair)
    ]
    if edition is None or first or partial.invalid or unknown:
        return not_run("loading", *(sorted(first) or unknown or ["settings"]))
    try:
        refuse_brokering(settings, edition)
        for each in senders:
            load_credentials(each, edition, sources.clock())
    except DisclosureError as error:
        return failed("loading", message("check.loading_refused", why=error.sentence))
    return passed("loading", message("check.ok.loading"))
