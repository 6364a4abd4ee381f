"""What makes a certificate chain fit: checked when keys are loaded and when a signature is read.

Each check yields the faults it finds: what was found, what is expected and how to mend it, in
both languages and without names; certificates are told apart by their place in the chain.
Whom a chain may lead to is for ``anchors``, revocation for ``revocation``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from sha_disclosure.credentials.certificate import (
    extension,
    is_authority,
    key_kind,
    may_issue,
    read_certificate,
    self_signed,
    signed_by,
    weak_digest,
)
from sha_disclosure.messages.words import Language, Words

RSA_BITS_MIN = 2048
"""RFC 7518 section 3.3; also the least DVV issues."""
_CURVE_BITS_MIN = 256
_SORTED_MAX = 6  # certificates; each pair costs a signature check

# Critical extensions that are acted upon, here or by those who use the certificate.
_HANDLED = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.SubjectAlternativeName,
    x509.CertificatePolicies,
)


@dataclass(frozen=True, slots=True)
class ChainFault:
    """One fault of a chain: the check's name, what was found and expected, and the mend."""

    check: str
    found: Words
    expected: Words
    mend: Words

    @property
    def en(self) -> str:
        """The fault in one English sentence."""
        return self._sentence("en")

    @property
    def fi(self) -> str:
        """The fault in one Finnish sentence."""
        return self._sentence("fi")

    def _sentence(self, language: Language) -> str:
        return "; ".join(w.text(language) for w in (self.found, self.expected, self.mend))


def key_faults(chain: Iterable[x509.Certificate]) -> Iterator[ChainFault]:
    """Yield keys that are too short or of another kind than RSA, P-256 and P-384."""
    for place, certificate in enumerate(chain, 1):
        key = certificate.public_key()
        bits = key.key_size if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else 0
        least = RSA_BITS_MIN if isinstance(key, rsa.RSAPublicKey) else _CURVE_BITS_MIN
        kind = Words("RSA", "RSA-") if least == RSA_BITS_MIN else Words("EC", "EC-")
        # RFC 5480: a root may be on P-521; the leaf signs and is held to what JWS has.
        if place == 1 and key_kind(certificate) is None:
            curve = f" ({key.curve.name})" if isinstance(key, ec.EllipticCurvePublicKey) else ""
            yield ChainFault(
                "key",
                Words(
                    f"the certificate's key{curve} is not RSA, P-256 or P-384",
                    f"varmenteen avain{curve} ei ole RSA, P-256 eikä P-384",
                ),
                Words(
                    f"RSA of at least {RSA_BITS_MIN} bits, P-256 or P-384",
                    f"vähintään {RSA_BITS_MIN}-bittinen RSA, P-256 tai P-384",
                ),
                _NEW_KEY,
            )
        elif bits and bits < least:
            yield ChainFault(
                "key",
                Words(
                    f"certificate {place} has an {kind.en} key of {bits} bits",
                    f"varmenteen {place} {kind.fi}avain on {bits}-bittinen",
                ),
                Words(f"at least {least} bits", f"vähintään {least} bittiä"),
                _NEW_KEY,
            )


_NEW_KEY = Words(
    "make a new key and order a certificate for it",
    "luo uusi avain ja tilaa sille varmenne",
)


def signing_usage_faults(leaf: x509.Certificate) -> Iterator[ChainFault]:
    """Yield a KeyUsage without digitalSignature and nonRepudiation (RFC 5280 4.2.1.3)."""
    usage = extension(leaf, x509.KeyUsage)
    if usage and not (usage.digital_signature or usage.content_commitment):
        yield ChainFault(
            "key_usage",
            Words(
                "the certificate's key usage has neither digitalSignature nor nonRepudiation",
                "varmenteen käyttötarkoituksessa ei ole digitalSignature eikä nonRepudiation",
            ),
            Words("a certificate that may sign", "varmenne, jolla saa allekirjoittaa"),
            Words(
                "name a system-signature certificate and its key here",
                "nimeä tähän järjestelmäallekirjoitusvarmenne ja sen avain",
            ),
        )


def client_usage_faults(leaf: x509.Certificate) -> Iterator[ChainFault]:
    """Yield usages that bar TLS client authentication (RFC 5280 4.2.1.12, RFC 8446 4.4.2.4)."""
    purposes = extension(leaf, x509.ExtendedKeyUsage)
    fit = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    expected = Words("a certificate for TLS client authentication", "TLS-asiakkaan varmenne")
    mend = Words(
        "order a server certificate that has it and name it here",
        "tilaa palvelinvarmenne, jossa se on, ja nimeä se tähän",
    )
    if purposes and not fit & set(purposes):
        found = Words(
            "the certificate's extended key usage lacks clientAuth",
            "varmenteen laajennetusta käyttötarkoituksesta puuttuu clientAuth",
        )
        yield ChainFault("key_usage", found, expected, mend)
    usage = extension(leaf, x509.KeyUsage)
    if usage and not usage.digital_signature:
        found = Words(
            "the certificate's key usage lacks digitalSignature",
            "varmenteen käyttötarkoituksesta puuttuu digitalSignature",
        )
        yield ChainFault("key_usage", found, expected, mend)


def in_order(chain: Sequence[x509.Certificate]) -> tuple[int, ...] | None:
    """Return the places (from 1) in which the certificates would be leaf first, or None.

    None too when they do not make one chain in any order.
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


def connection_faults(chain: Sequence[x509.Certificate]) -> Iterator[ChainFault]:
    """Yield where a certificate was not issued by the next one, or not well (RFC 7515 4.1.6)."""
    broken = [place for place, pair in enumerate(pairwise(chain), 1) if not signed_by(*pair)]
    order = in_order(chain) if broken else None
    if order:
        yield _disorder(broken[0], order)
    elif is_authority(chain[0]):
        yield _AUTHORITY_FIRST
    for place in () if order else broken:
        yield ChainFault("chain", _not_issued(place), _LEAF_FIRST, _BETWEEN)
    for place, issuer in enumerate(chain[1:], 1):
        if place not in broken and not may_issue(issuer, below=place - 1):
            yield ChainFault(
                "chain",
                Words(
                    f"certificate {place + 1} is no CA certificate for this chain",
                    f"varmenne {place + 1} ei ole tähän ketjuun kelpaava varmentajan varmenne",
                ),
                Words(
                    "a CA certificate that may issue at this depth",
                    "varmentajan varmenne, joka saa myöntää tällä tasolla",
                ),
                Words("replace it by the issuer's own", "vaihda tilalle myöntäjän oma varmenne"),
            )
    yield from _digest_faults(chain)
    for place, certificate in enumerate(chain, 1):
        if any(e.critical and not isinstance(e.value, _HANDLED) for e in certificate.extensions):
            yield ChainFault(
                "chain",
                Words(
                    f"certificate {place} has a critical extension that is not understood",
                    f"varmenteessa {place} on kriittinen laajennus, jota ei tunneta",
                ),
                Words("extensions that are known here", "laajennukset, jotka tunnetaan"),
                Words("use another certificate", "käytä toista varmennetta"),
            )


def _not_issued(place: int) -> Words:
    return Words(
        f"certificate {place} was not issued by certificate {place + 1}",
        f"varmenne {place + 1} ei ole varmenteen {place} myöntäjä",
    )


def _disorder(place: int, order: tuple[int, ...]) -> ChainFault:
    told = _not_issued(place)
    right = ", ".join(map(str, order))
    return ChainFault(
        "chain",
        Words(f"wrong order: {told.en}", f"väärä järjestys: {told.fi}"),
        _LEAF_FIRST,
        Words(f"put them in the order {right}", f"laita ne järjestykseen {right}"),
    )


_LEAF_FIRST = Words(
    "the leaf comes first, then its issuer, and so on",
    "ensin oma varmenne, sitten sen myöntäjä ja niin edelleen",
)
_BETWEEN = Words(
    "add the certificate missing between them, or take out the one of another hierarchy",
    "lisää välistä puuttuva varmenne tai poista toisen hierarkian varmenne",
)
_AUTHORITY_FIRST = ChainFault(
    "chain",
    Words(
        "the first certificate is a CA certificate",
        "ensimmäinen varmenne on varmentajan varmenne",
    ),
    _LEAF_FIRST,
    Words("put your own certificate before it", "laita oma varmenteesi sen eteen"),
)


def _digest_faults(chain: Sequence[x509.Certificate]) -> Iterator[ChainFault]:
    for place, certificate in enumerate(chain, 1):
        weak = weak_digest(certificate)
        # A root is trusted as it is; nobody looks at its own signature.
        if weak and not (place == len(chain) and self_signed(certificate)):
            yield ChainFault(
                "chain",
                Words(
                    f"certificate {place} is signed with {weak}",
                    f"varmenteen {place} allekirjoituksessa on käytetty tiivistettä {weak}",
                ),
                Words("SHA-256, SHA-384 or SHA-512", "SHA-256, SHA-384 tai SHA-512"),
                Words("order a new certificate", "tilaa uusi varmenne"),
            )


def date_faults(chain: Iterable[x509.Certificate], at: datetime) -> Iterator[ChainFault]:
    """Yield the certificates whose validity does not cover ``at``."""
    now = at.isoformat(timespec="seconds")
    expected = Words(f"valid now, at {now}", f"voimassa nyt, {now}")
    for place, certificate in enumerate(chain, 1):
        start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if at < start:
            yield ChainFault(
                "dates",
                Words(
                    f"certificate {place} is not valid yet: from {start:%Y-%m-%dT%H:%M:%SZ}",
                    f"varmenne {place} ei ole vielä voimassa: alkaen {start:%Y-%m-%dT%H:%M:%SZ}",
                ),
                expected,
                Words("check the clock or wait", "tarkista kello tai odota"),
            )
        elif at > end:
            yield ChainFault(
                "dates",
                Words(
                    f"certificate {place} expired at {end:%Y-%m-%dT%H:%M:%SZ}",
                    f"varmenne {place} vanheni {end:%Y-%m-%dT%H:%M:%SZ}",
                ),
                expected,
                Words("renew it", "uusi se"),
            )


__all__ = [
    "ChainFault",
    "client_usage_faults",
    "connection_faults",
    "date_faults",
    "in_order",
    "key_faults",
    "key_kind",
    "read_certificate",
    "signing_usage_faults",
]
