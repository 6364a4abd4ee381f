"""The certificates of a key pair or of the CA file: read, and checked for their purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import SecretBytes

from sha_disclosure.credentials import (
    Chain,
    check_connection,
    check_dates,
    check_environment,
    check_keys,
    check_organisation,
    check_purposes,
    check_usage,
    is_authority,
    issued_by_sandbox,
    load_chain,
    read_chain,
    self_signed,
    signed_by,
    thumbprint,
)
from sha_disclosure.editions.wire import Trust
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_file
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Message, message
from sha_disclosure.settings import Environment, KeyPair
from sha_disclosure.settings.organisations import settings_by_requester
from sha_disclosure.tools.check.checks import (
    failed,
    is_failed,
    not_run,
    outcome,
    passed,
    refusal,
    unreadable,
    warned,
)
from sha_disclosure.tools.check.partial_settings import PartialSettings

Use = Literal["tls", "signing"]
"""What a key is for: TLS client authentication, or signatures."""

_SOON = ((1, "check.expires_at_once"), (7, "check.expires_this_week"), (30, "check.expires_soon"))
_DAYS_MAX = timedelta(days=_SOON[-1][0])


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What certificates are checked against. ``trust`` None: the edition could not be loaded."""

    partial: PartialSettings
    now: datetime
    environment: Environment | None
    trust: Trust | None
    anchors: Chain = ()


def read_certificates(source: Path | str, name: str) -> Chain | Message:
    """Return the PEM certificates of a file or variable, or the reason they cannot be read."""
    if isinstance(source, str):
        try:
            return load_chain(source)
        except ConfigurationError as error:
            return refusal(error)
    try:
        data = SecretBytes(read_file(source).data)  # some files also contain the key
    except Unreadable as error:
        return unreadable(name, error)
    try:
        return read_chain(data, name)
    except ConfigurationError as error:
        if b"-----BEGIN " in data.get_secret_value():
            return refusal(error)
    return message("check.no_certificate", file=name)


def check_anchors(around: Surroundings) -> tuple[Chain, list[Finding]]:
    """Return the certificates of the CA file, with its checks."""
    tls = around.partial.settings.tls
    if tls is None:
        first = "tls.certificate" if around.partial.valid("tls") else "settings"
        return (), [not_run(check, first) for check in ("ca", "ca.dates", "ca.environment")]
    file = around.partial.label(tls.ca)
    anchors = read_certificates(tls.ca, file)
    if isinstance(anchors, Message):
        rest = [not_run(check, "ca") for check in ("ca.dates", "ca.environment")]
        return (), [failed("ca", anchors), *rest]
    found = passed("ca", message("check.ok.ca", file=file, count=len(anchors)))
    if not all(map(is_authority, anchors)):
        found = warned("ca", message("check.ca_leaf", file=file))
    return anchors, [
        found,
        *_anchors_in_force(anchors, around.now),
        *check_surroundings("ca.environment", anchors, around),
    ]


def _anchors_in_force(anchors: Chain, now: datetime) -> list[Finding]:
    """Old roots may accompany the new one, so the check fails only when none is valid."""
    valid = [a for a in anchors if a.not_valid_before_utc <= now <= a.not_valid_after_utc]
    findings = check_validity("ca.dates", valid or anchors, now)
    if not valid or len(valid) == len(anchors) or findings[0].severity != "passed":
        return findings
    return [warned("ca.dates", message("check.ca_dates"))]


def check_complete(check: str, chain: Chain, anchors: Sequence[x509.Certificate]) -> list[Finding]:
    """Return whether a chain is in order and extends as far as its receiver requires."""
    found, count, last = check_connection(chain), len(chain), chain[-1]
    whole = self_signed(last) or any(signed_by(last, anchor) for anchor in anchors)
    if not (found or whole or count > 1):
        return [failed(check, message("check.leaf_only"))]
    key = "check.ok.chain_to_root" if whole else "check.ok.chain"
    return outcome(check, found, message(key, count=count))


def check_validity(check: str, chain: Sequence[x509.Certificate], now: datetime) -> list[Finding]:
    """Return whether every certificate is valid, with a warning from 30 days before expiry."""
    end = min(certificate.not_valid_after_utc for certificate in chain)
    days = (end - now).days
    text = f"{end:%Y-%m-%dT%H:%M:%SZ}"
    found = outcome(check, check_dates(chain, now), message("check.ok.dates", end=text, days=days))
    if is_failed(found[0]) or end - now > _DAYS_MAX:
        return found
    key = next(key for most, key in _SOON if days <= most)
    return [warned(check, message(key, end=text, days=days))]


def check_use(name: str, leaf: x509.Certificate | None, use: Use) -> list[Finding]:
    """Return whether a certificate is suitable for its use."""
    check = f"{name}.usage"
    if leaf is None:
        return [not_run(check, f"{name}.chain")]
    if use == "tls":
        return outcome(check, check_usage(leaf, "tls_client"), message("check.ok.usage_tls"))
    findings = outcome(check, check_usage(leaf, "signing"), message("check.ok.usage_signing"))
    found = check_purposes((leaf,))
    if not is_failed(findings[0]) and found:
        return [warned(check, Message(found[0].id, found[0].parameters))]
    return findings


def check_strength(check: str, chain: Chain) -> list[Finding]:
    """Return whether the keys of a chain, leaf first, are long enough."""
    kinds = tuple(map(_kind, chain))
    return outcome(check, check_keys(chain), message("check.ok.strength", kinds=kinds))


def check_surroundings(
    check: str, chain: Sequence[x509.Certificate], around: Surroundings
) -> list[Finding]:
    """Return whether the certificates belong to the environment of the settings."""
    if around.trust is None or around.environment is None:
        return [not_run(check, "edition" if around.trust is None else "settings")]
    if around.environment == "at" and any(map(issued_by_sandbox, chain)):
        return [warned(check, message("check.sandbox_at"))]
    found = check_environment(chain, around.environment, around.trust)
    return outcome(check, found, message("check.ok.environment"))


def check_holder(
    name: str, leaf: x509.Certificate | None, pair: KeyPair, around: Surroundings
) -> list[Finding]:
    """Return whether a signing certificate names an organisation other than those it signs for."""
    if leaf is None or around.trust is None:
        return []
    users = [
        each
        for each in settings_by_requester(around.partial.settings).values()
        if pair in {each.signing, each.token}
    ]
    own = [str(party.id) for each in users for party in (each.requester, each.subscriber)]
    found = check_organisation(leaf, own, around.trust)
    return [replace(each, path=f"{name}.organisation") for each in found]


def leaf_facts(leaf: x509.Certificate, count: int) -> Message:
    """Return the message that identifies a chain by its leaf, without its holder."""
    serial = f"{leaf.serial_number:x}"
    return message("check.ok.certificate", count=count, serial=serial, sha256=thumbprint(leaf))


def _kind(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return f"EC {key.key_size}" if isinstance(key, ec.EllipticCurvePublicKey) else "?"
