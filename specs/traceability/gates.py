"""Entries that show in no message, because they let settings or certificates pass or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from sha_disclosure.credentials.trust import check_environment, check_organisation
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.law.searches import require_access_reason
from sha_disclosure.settings import Settings
from sha_disclosure.settings.organisations import refuse_brokering
from traceability.messages import SEARCH


@dataclass(frozen=True)
class Gate:
    """One gate: what it judges, and its verdict under an edition."""

    of: str
    verdict: Callable[[Edition], object]


def _brokering(edition: Edition) -> bool:
    parties = [{"id": f"1.2.246.10.28777751.10.{n}", "name": "Toinen"} for n in (1, 2)]
    given = Settings.stand_in().model_dump(exclude_none=True)
    given["organisation"] = [{"requester": party} for party in parties]
    try:
        refuse_brokering(Settings.model_validate(given), edition)
    except ConfigurationError:
        return False
    return True


class _Root:
    """A certificate of which only the fingerprints are known: the edition's first root."""

    def fingerprint(self, algorithm: hashes.HashAlgorithm) -> bytes:
        """Return the fingerprint the shipped edition tells."""
        root = load_edition().wire.trust.production_roots[0]
        told = root.sha256 if isinstance(algorithm, hashes.SHA256) else root.sha1
        return bytes.fromhex(told or "")


class _OfTestCa:
    """A certificate of which only the issuer is known: a test CA by its name."""

    issuer = x509.Name.from_rfc4514_string("CN=VRK TEST CA")


def _in(environment: Any, certificate: Any) -> Callable[[Edition], bool]:
    return lambda edition: (
        not list(check_environment([certificate], environment, edition.wire.trust))
    )


def _control_act(edition: Edition) -> str:
    """Return the control act of a search in which every part is given."""
    moment = datetime.fromisoformat(SEARCH["asked_at"])
    act = require_access_reason(SEARCH, edition=edition, now=moment).control_act()
    return f"{act.left_out} {act.xml()}"


class _OfAnother:
    """A certificate of which only the holder is known: an organisation by its OID."""

    subject = x509.Name.from_rfc4514_string("2.5.4.5=1.2.246.10.12345678.10.0")


def _organisation(edition: Edition) -> object:
    certificate: Any = _OfAnother()
    return check_organisation(certificate, ["1.2.246.10.28777751.10.0"], edition.wire.trust)


GATES: Mapping[str, Gate] = {
    **{
        f"control_act.{entry}": Gate("control act of a search", _control_act)
        for entry in ("service_request", "use_situation", "reason_name", "reasons", "user_id")
    },
    "content_signature.broker": Gate("settings", _brokering),
    "trust.subject_serial_number": Gate("certificates", _organisation),
    "trust.production_roots": Gate("certificates", _in("at", _Root())),
    "trust.test_words": Gate("certificates", _in("production", _OfTestCa())),
}
"""The gate of each such entry. With another value its verdict is another."""
