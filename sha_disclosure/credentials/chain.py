"""Checks of a certificate chain, made when keys are loaded and when a signature is verified.

Each check returns its findings (see ``findings``); a finding has the parts ``expected`` and
``fix``, and names no holder: certificates are identified by their place in the chain. ``trust``
checks what a chain leads to, ``revocation`` its revocation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from itertools import pairwise
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from sha_disclosure.credentials.certificate import (
    extension,
    is_authority,
    key_kind,
    may_issue,
    self_issued,
    self_signed,
    signed_by,
    weak_digest,
)
from sha_disclosure.credentials.names import names_allowed
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Message, Parameter, message

RSA_BITS_MIN = 2048
"""RFC 7518 section 3.3; also the minimum of DVV."""
_CURVE_BITS_MIN = 256
_SORTED_MAX = 6  # certificates; each pair costs a signature verification

CertificateUse = Literal["signing", "tls_client", "tls_server"]
"""The uses that a certificate may be checked for."""

# Critical extensions that are processed, here or by those who use the certificate.
_HANDLED = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.SubjectAlternativeName,
    x509.CertificatePolicies,
    x509.NameConstraints,
)


def at_place(name: str, place: int, **parameters: Parameter) -> Finding:
    """Return the finding ``certificates.NAME`` for the certificate at a place, counted from 1."""
    named = message(f"certificates.{name}", place=place, **parameters)
    return Finding(named.id, f"[{place - 1}]", parameters=named.parameters)


def explanation(findings: Iterable[Finding]) -> Message | None:
    """Return the text, expectation and fix of all findings, or None without any."""
    each = [
        message(
            "certificates.explanation",
            text=Message(found.id, found.parameters),
            expected=Message(f"{found.id}.expected", found.parameters),
            fix=Message(f"{found.id}.fix", found.parameters),
        )
        for found in dict.fromkeys(findings)
    ]
    if not each:
        return None
    return reduce(
        lambda first, second: message("certificates.two", first=first, second=second), each
    )


def check_keys(chain: Iterable[x509.Certificate]) -> tuple[Finding, ...]:
    """Return a finding for each key that is too short or not RSA, P-256 or P-384."""
    return tuple(_key_findings(chain))


def _key_findings(chain: Iterable[x509.Certificate]) -> Iterator[Finding]:
    for place, certificate in enumerate(chain, 1):
        key = certificate.public_key()
        bits = key.key_size if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else 0
        least = RSA_BITS_MIN if isinstance(key, rsa.RSAPublicKey) else _CURVE_BITS_MIN
        kind = "RSA" if isinstance(key, rsa.RSAPublicKey) else "EC"
        # RFC 5480: a root may use P-521; the leaf signs and is limited to JWS algorithms.
        if place == 1 and key_kind(certificate) is None:
            curve = f" ({key.curve.name})" if isinstance(key, ec.EllipticCurvePublicKey) else ""
            yield at_place("key_kind", place, curve=curve, least=RSA_BITS_MIN)
        elif bits and bits < least:
            yield at_place("key_weak", place, kind=kind, bits=bits, least=least)


def check_usage(leaf: x509.Certificate, use: CertificateUse) -> tuple[Finding, ...]:
    """Return a finding for each usage that forbids ``use``.

    RFC 5280 4.2.1.3 and 4.2.1.12, RFC 8446 4.4.2.4. A certificate without usage extensions may
    be used for anything.
    """
    usage = extension(leaf, x509.KeyUsage)
    if use == "signing":
        signs = usage is None or usage.digital_signature or usage.content_commitment
        return () if signs else (at_place("usage_signing", 1),)
    found = []
    purposes = set(extension(leaf, x509.ExtendedKeyUsage) or ())
    if purposes and not purposes & {_PURPOSES[use], ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}:
        found.append(at_place(f"usage_{use}", 1))
    if usage and not usage.digital_signature:
        found.append(at_place("usage_tls", 1))
    return tuple(found)


_PURPOSES = {
    "tls_client": ExtendedKeyUsageOID.CLIENT_AUTH,
    "tls_server": ExtendedKeyUsageOID.SERVER_AUTH,
}


def check_purposes(chain: Sequence[x509.Certificate]) -> tuple[Finding, ...]:
    """Return findings for certificates below the root with a purpose other than signing documents.

    Extended key usages (RFC 5280 4.2.1.12) of TLS, e-mail and the like are allowed together with
    one for signing or an unknown one; those of code signing, OCSP answers and time stamps never
    are. A CA's usages apply to everything below it. RFC 9336 defines one for signing documents,
    but few certificates have it: one without extended key usages is allowed.
    """
    found = []
    for place, certificate in enumerate(chain, 1):
        named = set(extension(certificate, x509.ExtendedKeyUsage) or ())
        if not named or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in named:
            continue
        if place == len(chain) > 1 and self_signed(certificate):
            continue
        if named & set(_NEVER_BESIDE) or named <= set(_OTHER_PURPOSES):
            names = tuple(name for each, name in _OTHER_PURPOSES.items() if each in named)
            found.append(at_place("purpose", place, purposes=names))
    return tuple(found)


_NEVER_BESIDE = {
    ExtendedKeyUsageOID.CODE_SIGNING: "codeSigning",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSPSigning",
    ExtendedKeyUsageOID.TIME_STAMPING: "timeStamping",
}
_OTHER_PURPOSES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth",
    ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    ExtendedKeyUsageOID.IPSEC_IKE: "ipsecIKE",
    ExtendedKeyUsageOID.SMARTCARD_LOGON: "smartcardLogon",
    ExtendedKeyUsageOID.KERBEROS_PKINIT_KDC: "pkinitKDC",
    ExtendedKeyUsageOID.CERTIFICATE_TRANSPARENCY: "certificateTransparency",
    **_NEVER_BESIDE,
}


def in_order(chain: Sequence[x509.Certificate]) -> tuple[int, ...] | None:
    """Return the places (from 1) that would put the certificates in leaf-first order, or None.

    Also None if they do not form a single chain in any order.
    """
    if len(chain) > _SORTED_MAX:
        return None
    above = {}
    for place, certificate in enumerate(chain):
        others = (n for n, other in enumerate(chain) if n != place and other != certificate)
        above[place] = next((n for n in others if signed_by(certificate, chain[n])), None)
    starts = [place for place in above if place not in above.values()]
    made: list[int] = []
    step = starts[0] if len(starts) == 1 else None
    while step is not None and step not in made:
        made.append(step)
        step = above[step]
    return tuple(place + 1 for place in made) if len(made) == len(chain) else None


def check_connection(chain: Sequence[x509.Certificate]) -> tuple[Finding, ...]:
    """Return findings where a certificate was not properly issued by the next (RFC 7515 4.1.6)."""
    return (*_connection_findings(chain), *_strength_findings(chain))


def _connection_findings(chain: Sequence[x509.Certificate]) -> Iterator[Finding]:
    broken = [place for place, pair in enumerate(pairwise(chain), 1) if not signed_by(*pair)]
    order = in_order(chain) if broken else None
    if order:
        first, right = broken[0], ", ".join(map(str, order))
        yield at_place("wrong_order", first, next=first + 1, order=right)
    elif is_authority(chain[0]):
        yield at_place("authority_first", 1)
    for place in () if order else broken:
        yield at_place("not_issued", place, next=place + 1)
    for place, issuer in enumerate(chain[1:], 1):
        if place not in broken and not may_issue(issuer, below=authorities(chain[1:place])):
            yield at_place("not_authority", place + 1)
    for place in () if broken else places_outside(chain):
        yield at_place("name_constraints", place)


def _strength_findings(chain: Sequence[x509.Certificate]) -> Iterator[Finding]:
    for place, certificate in enumerate(chain, 1):
        weak = weak_digest(certificate)
        # A root is trusted as it is; its own signature is not verified.
        if weak and not (place == len(chain) and self_signed(certificate)):
            yield at_place("weak_digest", place, digest=weak)
    for place, certificate in enumerate(chain, 1):
        if any(e.critical and not isinstance(e.value, _HANDLED) for e in certificate.extensions):
            yield at_place("unknown_critical", place)


def places_outside(chain: Sequence[x509.Certificate]) -> tuple[int, ...]:
    """Return the places of certificates whose names a CA above them may not certify.

    Does not apply to a CA's key rollover certificate unless it is the leaf.
    """
    return tuple(
        place
        for place, certificate in enumerate(chain, 1)
        if not all(names_allowed(issuer, certificate) for issuer in chain[place:])
        and (place == 1 or not self_issued(certificate))
    )


def authorities(between: Iterable[x509.Certificate]) -> int:
    """Return the number of CAs that count towards a path length (RFC 5280 6.1: no rollovers)."""
    return sum(not self_issued(certificate) for certificate in between)


def check_dates(chain: Iterable[x509.Certificate], at: datetime) -> tuple[Finding, ...]:
    """Return findings for certificates whose validity does not cover ``at``."""
    return tuple(_date_findings(chain, at))


def _date_findings(chain: Iterable[x509.Certificate], at: datetime) -> Iterator[Finding]:
    now = at.isoformat(timespec="seconds")
    for place, certificate in enumerate(chain, 1):
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if at < start:
            yield at_place("not_valid_yet", place, start=f"{start:%Y-%m-%dT%H:%M:%SZ}", now=now)
        elif at > end:
            yield at_place("expired", place, end=f"{end:%Y-%m-%dT%H:%M:%SZ}", now=now)
