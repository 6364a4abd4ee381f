"""Edition, address, code lists, OIDs and clock: the checks that need no key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from sha_disclosure.codes.folder import stored_lists
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.tools.check.checks import failed, not_run, passed, warned
from sha_disclosure.tools.check.partial_settings import PartialSettings
from sha_disclosure.values import Oid


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


_YEARS = range(2024, 2100)


def check_clock(now: datetime, leaves: Iterable[x509.Certificate]) -> Finding:
    """Return whether the clock is plausible; a certificate valid from a later time is a hint."""
    time = now.isoformat(timespec="seconds")
    if now.year not in _YEARS:
        return failed("clock", message("check.clock_impossible", time=time))
    if any(leaf.not_valid_before_utc > now for leaf in leaves):
        return warned("clock", message("check.clock_early", time=time))
    return passed("clock", message("check.ok.clock", time=time))


_ORGANISATIONS = "1.2.246.10."
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)


def business_id_fits(oid: Oid) -> bool | None:
    """Return whether the business id in an OID has a valid check digit; None if it has none."""
    if not str(oid).startswith(_ORGANISATIONS):
        return None
    digits = str(oid).removeprefix(_ORGANISATIONS).split(".", maxsplit=1)[0].zfill(8)
    if len(digits) != 8:
        return False
    weighed = sum(int(d) * w for d, w in zip(digits[:7], _WEIGHTS, strict=True))
    remainder = weighed % 11
    return remainder != 1 and int(digits[7]) == (11 - remainder) % 11


def check_oids(partial: PartialSettings) -> list[Finding]:
    """Return the checks of the parties' OIDs and of the root of generated ids."""
    settings = partial.settings
    parties: dict[str, Oid] = {
        name: getattr(settings, name).id
        for name in ("system", "subscriber", "requester")
        if partial.valid(name)
    }
    if not parties:
        return [not_run("oids", "settings")]
    odd = [name for name, oid in parties.items() if business_id_fits(oid) is False]
    if "requester" in odd and parties.get("requester") == parties.get("subscriber"):
        odd.remove("requester")
    findings = [
        warned("oids", message("check.business_id", party=name, oid=str(parties[name])))
        for name in odd
    ]
    root = str(settings.ids.root)
    own = [str(parties[name]) for name in ("subscriber", "requester") if name in parties]
    if own and partial.valid("ids") and not any(root.startswith(f"{oid}.") for oid in own):
        findings.append(warned("oids", message("check.ids_root", root=root)))
    return findings or [passed("oids", message("check.ok.oids", parties=tuple(parties)))]
