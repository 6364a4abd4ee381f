"""One slot, such as ``[tls]`` or ``[signing]``: its certificate, its key and whether they fit.

The slots of several organisations are inspected alike, each under its own name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from sha_disclosure.credentials import Chain
from sha_disclosure.credentials.certificate import (
    extension,
    is_authority,
    self_issued,
    signed_by,
    thumbprint,
)
from sha_disclosure.credentials.chain import (
    check_connection,
    check_dates,
    check_keys,
    check_usage,
    in_order,
)
from sha_disclosure.credentials.trust import check_environment, issued_by_sandbox
from sha_disclosure.editions.wire import Trust
from sha_disclosure.messages.words import Words
from sha_disclosure.settings import Environment, KeyPair
from sha_disclosure.tools.check.catalogue import SLOT_CHECKS
from sha_disclosure.tools.check.material import Key, beside, certificates, opened_key
from sha_disclosure.tools.check.private_key import inspect_key
from sha_disclosure.tools.check.reading import SettingsRead
from sha_disclosure.tools.check.result import Result, failed, judged, not_run, passed, warned
from sha_disclosure.tools.check.trouble import Trouble

Use = Literal["tls", "signing"]
"""What a slot's key is for: TLS client authentication, or signatures."""
_SOON = timedelta(days=30)
_TLS_ONLY = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What slots are judged by. ``trust`` None: the edition could not be loaded."""

    read: SettingsRead
    now: datetime
    environment: Environment | None
    trust: Trust | None
    anchors: Chain = field(default=())


@dataclass(frozen=True, slots=True)
class Slot:
    """The results of a slot, and its chain, leaf first, if it could be read."""

    results: tuple[Result, ...]
    chain: Chain = ()

    @property
    def failed(self) -> bool:
        """Whether the slot cannot be used."""
        return any(result.status == "failed" for result in self.results)


def inspect_slot(name: str, pair: KeyPair, use: Use, around: Circumstances) -> Slot:
    """Check the certificate and the key of one slot: whatever can be, also after a fault."""
    file = around.read.shown(pair.key)
    key = opened_key(pair, file)
    chain = _chain_of(pair, key, around)
    if isinstance(chain, Trouble):
        rest = SLOT_CHECKS[SLOT_CHECKS.index("match") + 1 :]
        told = (
            failed(f"{name}.certificate", chain.found, chain.mend),
            *inspect_key(name, pair, key, None, file),
            *(not_run(f"{name}.{part}", f"{name}.certificate") for part in rest),
        )
        return Slot(told)
    order = in_order(chain)
    ordered = tuple(chain[place - 1] for place in order) if order else chain
    leaf = None if is_authority(ordered[0]) else ordered[0]
    return Slot(
        (
            passed(f"{name}.certificate", _facts(ordered[0], len(chain))),
            *inspect_key(name, pair, key, leaf, file),
            *_chain(f"{name}.chain", chain, around.anchors),
            *inspect_dates(f"{name}.dates", chain, around.now),
            *_usage(name, leaf, use),
            *judged(f"{name}.strength", check_keys(ordered), _kinds(ordered)),
            *inspect_environment(f"{name}.environment", chain, around),
        ),
        ordered,
    )


def _chain_of(pair: KeyPair, key: Key | Trouble, around: Circumstances) -> Chain | Trouble:
    if pair.certificate is not None:
        return certificates(pair.certificate, around.read.shown(pair.certificate))
    return _AFTER_KEY if isinstance(key, Trouble) else beside(key)


_AFTER_KEY = Trouble(
    Words(
        "it comes with the key, which cannot be opened", "se tulee avaimen mukana, joka ei avaudu"
    ),
    Words("mend the key first", "korjaa ensin avain"),
)


def _chain(check: str, chain: Chain, anchors: Sequence[x509.Certificate]) -> Iterator[Result]:
    faults = list(check_connection(chain))
    last = chain[-1]
    known = any(signed_by(last, anchor) for anchor in anchors)
    whole = known or self_issued(last)
    count = len(chain)
    end = Words("up to the root", "juureen asti") if whole else _AS_FAR
    found = Words(f"certificates: {count}, {end.en}", f"varmenteita: {count}, {end.fi}")
    if faults or whole or count > 1:
        yield from judged(check, faults, found)
        return
    yield failed(
        check,
        Words(
            "only the leaf: its issuer is neither in the file nor in the CA file",
            "vain oma varmenne: sen myöntäjä ei ole tiedostossa eikä CA-tiedostossa",
        ),
        Words(
            "append the issuer's certificate (DVV's intermediate CA) to the file",
            "lisää tiedoston loppuun myöntäjän varmenne (DVV:n välivarmentaja)",
        ),
    )


_AS_FAR = Words(
    "the last one's issuer, which need not be sent, is not in the CA file",
    "viimeisen myöntäjä, jota ei tarvitse lähettää, ei ole CA-tiedostossa",
)


def inspect_dates(check: str, chain: Sequence[x509.Certificate], now: datetime) -> list[Result]:
    """Return whether every certificate is valid, with a warning from 30 days before the end."""
    soonest = min(c.not_valid_after_utc for c in chain)
    left = (soonest - now).days
    found = Words(
        f"until {soonest:%Y-%m-%dT%H:%M:%SZ}, {left} days left",
        f"{soonest:%Y-%m-%dT%H:%M:%SZ} asti, {left} päivää jäljellä",
    )
    results = judged(check, check_dates(chain, now), found)
    if results[0].status != "ok" or soonest - now > _SOON:
        return results
    mend = next(words for days, words in _HURRY if left <= days)
    return [warned(check, found, mend)]


_HURRY = (
    (1, Words(
        "renew it at once: nothing can be sent after that",
        "uusi se heti: sen jälkeen mitään ei voi lähettää",
    )),
    (7, Words("renew it this week", "uusi se tällä viikolla")),
    (30, Words("order the new one now", "tilaa uusi nyt")),
)  # fmt: skip


def _usage(name: str, leaf: x509.Certificate | None, use: Use) -> list[Result]:
    check = f"{name}.usage"
    if leaf is None:
        return [not_run(check, f"{name}.chain")]
    faults = check_usage(leaf, "tls_client" if use == "tls" else "signing")
    fit = Words("TLS client authentication", "TLS-asiakkaan todennus")
    if use == "signing":
        fit = Words("signatures", "allekirjoitukset")
    results = judged(check, faults, fit)
    purposes = extension(leaf, x509.ExtendedKeyUsage)
    if use == "signing" and results[0].status == "ok" and purposes and set(purposes) <= _TLS_ONLY:
        return [
            warned(
                check,
                Words(
                    "its extended key usage names TLS only: it looks like the server certificate",
                    "laajennettu käyttötarkoitus on vain TLS: näyttää palvelinvarmenteelta",
                ),
                Words(
                    "name the system-signature certificate here",
                    "nimeä tähän järjestelmäallekirjoitusvarmenne",
                ),
            )
        ]
    return results


def inspect_environment(
    check: str, chain: Sequence[x509.Certificate], around: Circumstances
) -> list[Result]:
    """Return whether the certificates belong to the environment of the settings."""
    if around.trust is None or around.environment is None:
        return [not_run(check, "edition" if around.trust is None else "settings")]
    faults = check_environment(chain, around.environment, around.trust)
    told = Words("nothing of another environment", "ei mitään toisesta ympäristöstä")
    results = judged(check, faults, told)
    if around.environment == "at" and any(map(issued_by_sandbox, chain)):
        found = Words("the sandbox's own PKI", "hiekkalaatikon oma PKI")
        mend = Words(
            "name DVV's test certificates and the CA file Kela gave you",
            "nimeä DVV:n testivarmenteet ja Kelalta saatu CA-tiedosto",
        )
        return [warned(check, found, mend)]
    return results


def _facts(leaf: x509.Certificate, count: int) -> Words:
    facts = f"serial {leaf.serial_number:x}, SHA-256 {thumbprint(leaf)}"
    fakta = f"sarjanumero {leaf.serial_number:x}, SHA-256 {thumbprint(leaf)}"
    return Words(f"certificates: {count}; the leaf: {facts}", f"varmenteita: {count}; oma: {fakta}")


def _kinds(chain: Sequence[x509.Certificate]) -> Words:
    told = ", ".join(_kind(certificate) for certificate in chain)
    return Words(told, told)


def _kind(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return f"EC {key.key_size}" if isinstance(key, ec.EllipticCurvePublicKey) else "?"
