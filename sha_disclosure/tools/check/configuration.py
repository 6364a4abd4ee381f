"""Edition, address and code lists: the checks that need no key."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sha_disclosure.codes.folder import stored_lists
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.tools.check.checks import failed, not_run, passed, warned
from sha_disclosure.tools.check.partial_settings import PartialSettings


def check_edition(partial: PartialSettings) -> tuple[Edition | None, list[Finding]]:
    """Return the edition of the settings, with its checks."""
    if not partial.valid("edition"):
        return None, [not_run("edition", "settings"), not_run("edition.assumed", "settings")]
    named = partial.settings.edition
    try:
        edition = load_edition(named)
    except ConfigurationError as error:
        name = partial.label(Path(named))
        refused = message("check.edition_refused", edition=name, why=error.sentence)
        return None, [failed("edition", refused), not_run("edition.assumed", "edition")]
    found = message("check.ok.edition", name=edition.name, count=len(edition.entries))
    return edition, [passed("edition", found), _assumed(edition, partial)]


def _assumed(edition: Edition, partial: PartialSettings) -> Finding:
    check, count = "edition.assumed", len(edition.assumed_in_notices())
    settings = partial.settings
    if not count:
        return passed(check, message("check.ok.edition_assumed"))
    in_production = partial.valid("environment") and settings.environment == "production"
    if in_production and not settings.accept_assumed:
        return failed(check, message("check.assumed_in_production", count=count))
    return warned(check, message("check.assumed", count=count))


def check_address(partial: PartialSettings) -> Finding:
    """Return whether the address may belong to the environment, as far as can be seen."""
    check, settings = "address", partial.settings
    if not partial.valid("base_url", "environment"):
        return not_run(check, "settings")
    host, environment = urlsplit(settings.base_url).hostname or "", settings.environment
    here = _is_loopback(host)
    if here and environment != "sandbox":
        return warned(check, message("check.address_here", host=host, environment=environment))
    if not here and environment == "sandbox":
        return warned(check, message("check.address_there", host=host, environment=environment))
    return passed(check, message("check.ok.address", host=host, environment=environment))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_code_lists(partial: PartialSettings) -> Finding:
    """Return whether the code lists can be read, if the settings have any."""
    check, folder = "code_lists", partial.settings.code_lists
    if not partial.valid("code_lists"):
        return not_run(check, "settings")
    if folder is None:
        return passed(check, message("check.ok.no_code_lists"))
    try:
        count = len(stored_lists(folder))
    except ConfigurationError as error:
        return failed(check, message("check.code_lists_refused", why=error.sentence))
    return passed(check, message("check.ok.code_lists", folder=partial.label(folder), count=count))
