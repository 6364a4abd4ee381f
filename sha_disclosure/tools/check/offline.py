"""All checks that need no connection, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sha_disclosure.credentials import Chain
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.findings import Finding
from sha_disclosure.sources import Sources
from sha_disclosure.tools.check.certificates import Surroundings, check_anchors
from sha_disclosure.tools.check.clock import check_clock
from sha_disclosure.tools.check.configuration import (
    check_address,
    check_code_lists,
    check_edition,
)
from sha_disclosure.tools.check.key_pairs import check_pair, check_tables, key_pairs
from sha_disclosure.tools.check.loading import check_loading, client_context
from sha_disclosure.tools.check.oids import check_oids
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
