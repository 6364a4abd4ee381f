"""Loads the keys and certificates as a client does: the final check."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from ssl import SSLContext

from sha_disclosure.credentials import load_credentials, tls_context
from sha_disclosure.editions import Edition
from sha_disclosure.errors import DisclosureError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.settings import Settings
from sha_disclosure.settings.organisations import refuse_brokering, settings_by_requester
from sha_disclosure.sources import Sources
from sha_disclosure.tools.check.checks import failed, is_failed, not_run, passed
from sha_disclosure.tools.check.key_pairs import key_pairs
from sha_disclosure.tools.check.keys import asks_program_for_pin
from sha_disclosure.tools.check.partial_settings import PartialSettings


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
