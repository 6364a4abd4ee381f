"""Revocation (sulkulista): whether the issuers' lists (CRL, RFC 5280 section 5) withdraw a chain.

Asked only when lists are given; then every level has to be covered by one that is valid, and
whatever cannot be proven counts as revoked (fail closed). Nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from sha_disclosure.credentials.certificate import extension
from sha_disclosure.credentials.chain import ChainFault
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages.words import Words

Lists = Sequence[x509.CertificateRevocationList]
_STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
_PEM = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)


def load_revocation_lists(path: str | Path) -> tuple[x509.CertificateRevocationList, ...]:
    """Return the lists of a file: PEM, one or more, or one in DER. Raises ConfigurationError."""
    fault = ""
    try:
        data = Path(path).read_bytes()
        found = _PEM.findall(data)
        if found:
            return tuple(x509.load_pem_x509_crl(text) for text in found)
        return (x509.load_der_x509_crl(data),)
    except OSError as error:
        fault = f"cannot be read ({error.strerror}); check name and owner"
    except (ValueError, TypeError, UnsupportedAlgorithm):
        fault = "holds no revocation list (CRL) in PEM or DER; get it anew from the issuer"
    raise ConfigurationError(f"{path}: the file {fault}")


def revocation_faults(
    chain: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    lists: Lists,
    at: datetime,
) -> Iterator[ChainFault]:
    """Yield the certificates that a list revokes, or that no valid list covers at ``at``.

    A certificate that is itself trusted has nobody above it who could revoke it; those above
    it in the chain are not asked either.
    """
    for place, certificate in enumerate(chain, 1):
        if certificate in anchors:
            return
        issuers = (*chain[place : place + 1], *anchors)
        told = _judged(certificate, issuers, lists, at)
        if told:
            found, mend = told
            yield ChainFault(
                "revocation",
                Words(f"certificate {place} {found.en}", f"varmenne {place} {found.fi}"),
                _EXPECTED,
                mend,
            )


def _judged(
    certificate: x509.Certificate,
    issuers: Sequence[x509.Certificate],
    lists: Lists,
    at: datetime,
) -> tuple[Words, Words] | None:
    named = [each for each in lists if each.issuer == certificate.issuer]
    if not named:
        return _NO_LIST, _GET
    signed = [each for each in named if any(_signed(each, issuer) for issuer in issuers)]
    if not signed:
        return _NOT_SIGNED, _GET
    # Revoked is revoked, by whichever list of the issuer, also by one that is out of date.
    if any(each.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
           for each in signed):  # fmt: skip
        return _REVOKED, _REFUSE
    if not any(_current(each, at) for each in signed):
        return _STALE, _GET
    return None


def _signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    usage = extension(issuer, x509.KeyUsage)
    key = issuer.public_key()
    try:
        return (
            issuer.subject == crl.issuer
            and (usage is None or usage.crl_sign)
            and isinstance(crl.signature_hash_algorithm, _STRONG)
            # A list of a part (delta, distribution point) says so in a critical extension.
            and not any(each.critical for each in crl.extensions)
            and crl.is_signature_valid(key)  # type: ignore[arg-type]  # other kinds: TypeError
        )
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.DuplicateExtension):
        return False


def _current(crl: x509.CertificateRevocationList, at: datetime) -> bool:
    ends = crl.next_update_utc
    return ends is not None and crl.last_update_utc <= at <= ends


_EXPECTED = Words(
    "a revocation list of its issuer that is valid and does not name it",
    "sen myöntäjän voimassa oleva sulkulista, jossa sitä ei ole",
)
_NO_LIST = Words("has no revocation list of its issuer", "on ilman myöntäjänsä sulkulistaa")
_NOT_SIGNED = Words(
    "has a revocation list that its issuer did not sign, or a list of a part only",
    "on ilman myöntäjänsä allekirjoittamaa koko sulkulistaa",
)
_STALE = Words(
    "has a revocation list that is not valid at that moment",
    "on ilman sulkulistaa, joka olisi voimassa kyseisenä hetkenä",
)
_REVOKED = Words("is revoked", "on suljettu")
_GET = Words(
    "get the current full list of each issuer in the chain",
    "hae ketjun jokaisen myöntäjän voimassa oleva koko sulkulista",
)
_REFUSE = Words(
    "do not trust this signature; ask the signer", "älä luota allekirjoitukseen; kysy tekijältä"
)
