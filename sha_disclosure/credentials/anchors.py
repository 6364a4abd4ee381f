"""Whom a chain leads to: a trusted certificate, and one of the environment it is used in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from sha_disclosure.credentials.certificate import may_issue, self_issued, signed_by
from sha_disclosure.credentials.chain import ChainFault
from sha_disclosure.editions.wire import Trust
from sha_disclosure.messages.words import Words
from sha_disclosure.settings import Environment

SANDBOX_ORGANISATION = "sha-disclosure sandbox"
"""The organisation in every certificate of the sandbox's throw-away PKI."""


def anchor_faults(
    chain: Sequence[x509.Certificate], anchors: Iterable[x509.Certificate], at: datetime
) -> Iterator[ChainFault]:
    """Yield a chain of which no certificate is trusted or issued by a trusted one.

    That each certificate was issued by the next is for ``connection_faults`` to say.
    """
    trusted = tuple(anchors)
    leading = [anchor for anchor in trusted if _leads(chain, anchor)]
    if any(a.not_valid_before_utc <= at <= a.not_valid_after_utc for a in leading):
        return
    last = chain[-1]
    named = any(anchor.subject == last.issuer for anchor in trusted)
    why, mend = _UNKNOWN, _ADD
    if leading:
        why, mend = _STALE, _RENEW_TRUST
    elif self_issued(last):
        why, mend = _OTHER_ROOT, _ADD_ROOT
    elif named:
        why, mend = _SAME_NAME, _ADD
    yield ChainFault(
        "chain",
        Words(
            f"the chain does not lead to a trusted certificate: {why.en}",
            f"ketju ei johda luotettuun varmenteeseen: {why.fi}",
        ),
        Words(
            "a chain whose last certificate was issued by a trusted one",
            "ketju, jonka viimeisen varmenteen on myöntänyt luotettu varmentaja",
        ),
        mend,
    )


def _leads(chain: Sequence[x509.Certificate], anchor: x509.Certificate) -> bool:
    return any(
        certificate == anchor or (signed_by(certificate, anchor) and may_issue(anchor, below=depth))
        for depth, certificate in enumerate(chain)
    )


_UNKNOWN = Words(
    "the issuer of its last certificate is not among the trusted ones; an intermediate is "
    "missing or the issuer is not trusted",
    "sen viimeisen varmenteen myöntäjä ei ole luotettujen joukossa; välivarmenne puuttuu tai "
    "myöntäjään ei luoteta",
)
_ADD = Words(
    "append the missing intermediate to the chain, or the issuer to the trust file",
    "lisää puuttuva välivarmenne ketjuun tai myöntäjä luotettujen tiedostoon",
)
_OTHER_ROOT = Words("its root is not trusted", "sen juureen ei luoteta")
_ADD_ROOT = Words(
    "use a certificate of the trusted hierarchy, or add its root to the trust file",
    "käytä luotetun hierarkian varmennetta tai lisää sen juuri luotettujen tiedostoon",
)
_SAME_NAME = Words(
    "a trusted certificate has the issuer's name but not its key",
    "luotetulla varmenteella on myöntäjän nimi mutta ei sen avainta",
)
_STALE = Words("the trusted certificate is not valid now", "luotettu varmenne ei ole nyt voimassa")
_RENEW_TRUST = Words(
    "renew the trust file and check the clock", "uusi luotettujen tiedosto ja tarkista kello"
)


def environment_faults(
    certificates: Iterable[x509.Certificate], environment: Environment, trust: Trust
) -> Iterator[ChainFault]:
    """Yield certificates that belong to another environment than ``environment``.

    Test and production trust are never mixed: ``production`` refuses what a test CA or the
    sandbox issued, the others refuse the known production roots. Both are known at second
    hand only (``trust`` of the edition says from where). Give chain and trusted certificates.
    """
    for place, certificate in enumerate(certificates, 1):
        if environment == "production":
            found = _test_material(certificate, place, trust)
        else:
            found = _production_root(certificate, place, trust)
        if found:
            yield ChainFault("environment", found, _OF_ENVIRONMENT[environment], _KEEP_APART)


def of_sandbox(certificate: x509.Certificate) -> bool:
    """Return whether the sandbox's throw-away PKI issued the certificate."""
    return SANDBOX_ORGANISATION in _texts(certificate.issuer, NameOID.ORGANIZATION_NAME)


def _test_material(certificate: x509.Certificate, place: int, trust: Trust) -> Words | None:
    if of_sandbox(certificate):
        return Words(
            f"certificate {place} is of the sandbox's own PKI",
            f"varmenne {place} on hiekkalaatikon omasta PKI:sta",
        )
    # The issuer's name only: a holder may be called anything.
    names = " ".join(_texts(certificate.issuer))
    for word in trust.test_words:
        if re.search(rf"\b{re.escape(word)}\b", names):
            return Words(
                f"certificate {place} was issued by a CA with {word} in its name",
                f"varmenteen {place} on myöntänyt varmentaja, jonka nimessä on {word}",
            )
    return None


def _production_root(certificate: x509.Certificate, place: int, trust: Trust) -> Words | None:
    prints = {
        certificate.fingerprint(hashes.SHA256()).hex(),
        certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 - a name, no proof
    }
    for root in trust.production_roots:
        if prints & {(root.sha256 or "").lower(), root.sha1.lower()}:
            return Words(
                f"certificate {place} is the production root {root.name}",
                f"varmenne {place} on tuotannon juuri {root.name}",
            )
    return None


_OF_ENVIRONMENT: dict[Environment, Words] = {
    "production": Words("certificates of production", "tuotannon varmenteet"),
    "at": Words("certificates of the test environment", "testiympäristön varmenteet"),
    "sandbox": Words("certificates of the sandbox", "hiekkalaatikon varmenteet"),
}
_KEEP_APART = Words(
    "name the files of this environment, or correct environment in the settings",
    "nimeä tämän ympäristön tiedostot tai korjaa asetuksen environment arvo",
)


def _texts(name: x509.Name, kind: x509.ObjectIdentifier | None = None) -> list[str]:
    held = name if kind is None else name.get_attributes_for_oid(kind)
    return [str(attribute.value) for attribute in held]


__all__ = ["SANDBOX_ORGANISATION", "anchor_faults", "environment_faults", "of_sandbox"]
