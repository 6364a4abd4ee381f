"""Revocation (sulkulista): checks chains against the issuers' lists (CRL, RFC 5280 section 5).

Only checked if lists are given; then a valid list must cover every level, and anything that
cannot be proven counts as revoked (fail closed). Nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from pydantic import SecretBytes

from sha_disclosure.boundary import boundary
from sha_disclosure.credentials.certificate import UNREADABLE, extension
from sha_disclosure.credentials.chain import at_place
from sha_disclosure.credentials.names import same_name
from sha_disclosure.credentials.pem import pem_blocks
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_file
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Message, message

RevocationLists = Sequence[x509.CertificateRevocationList]
_DER = (b"\x30\x81", b"\x30\x82", b"\x30\x83")  # a sequence of 128 bytes or more
_STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@boundary
def load_revocation_lists(path: str | Path) -> tuple[x509.CertificateRevocationList, ...]:
    """Return the lists of a file: PEM, one or more, or one in DER. Raises ConfigurationError."""
    try:
        content = read_file(path)
        if why := content.alterable(path):
            raise ConfigurationError(
                message("certificate_files.alterable", path=str(path), why=why)
            )
        read = _lists(content.data)
    except Unreadable as error:
        fault = message("certificate_files.unreadable", path=str(path), why=error.message)
    except UNREADABLE:
        fault = message("certificate_files.no_revocation_list", path=str(path))
    else:
        if read and not isinstance(read, Message):
            return read
        fault = message("certificate_files.no_revocation_list", path=str(path))
        if isinstance(read, Message):
            fault = message("certificate_files.damaged", name=str(path), why=read)
    raise ConfigurationError(fault)


def _lists(data: bytes) -> tuple[x509.CertificateRevocationList, ...] | Message:
    if data.startswith(_DER):
        lists = [x509.load_der_x509_crl(data)]
    else:
        blocks = pem_blocks(SecretBytes(data))
        if isinstance(blocks, Message):
            return blocks
        lists = [x509.load_pem_x509_crl(b.text) for b in blocks if b.label == "X509 CRL"]
    for each in lists:  # parsed lazily, and used in every check
        _ = hash(each.issuer), each.last_update_utc, each.next_update_utc
    return tuple(lists)


def lists_in_force(path: Path, now: datetime) -> tuple[x509.CertificateRevocationList, ...]:
    """Return the lists of a file, for a connection.

    A connection needs the list of the CA that issued the server's certificate; with the lists
    of all CAs up to the roots of the ``ca`` file, every level is checked. A missing or outdated
    list fails the connection, so a list that is not in force is already refused here.

    Raises ConfigurationError.
    """
    lists = load_revocation_lists(path)
    for place, each in enumerate(lists, 1):
        end = each.next_update_utc
        if now < each.last_update_utc or (end is not None and end < now):
            until = message("certificate_files.until", end=f"{end:%Y-%m-%dT%H:%M:%SZ}")
            raise ConfigurationError(
                message(
                    "certificate_files.revocation_list_dates",
                    path=str(path),
                    place=place,
                    start=f"{each.last_update_utc:%Y-%m-%dT%H:%M:%SZ}",
                    until=until if end else "",
                    now=now.isoformat(timespec="seconds"),
                )
            )
    return lists


def cover(lists: RevocationLists, anchors: Iterable[x509.Certificate]) -> bool:
    """Return whether every trusted CA has a list, so that all levels of a chain can be checked."""
    return all(any(same_name(a.subject, each.issuer) for each in lists) for a in anchors)


def check_revocation(
    chain: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    lists: RevocationLists,
    at: datetime,
) -> tuple[Finding, ...]:
    """Return findings for certificates that a list revokes, or that no valid list covers at ``at``.

    A certificate that is itself trusted cannot be revoked by one above it; those above it in the
    chain are not checked either.
    """
    found = []
    for place, certificate in enumerate(chain, 1):
        if certificate in anchors:
            break
        issuers = (*chain[place : place + 1], *anchors)
        fault = _fault(certificate, issuers, lists, at)
        if fault is not None:
            found.append(at_place(fault, place))
    return tuple(found)


def _fault(
    certificate: x509.Certificate,
    issuers: Sequence[x509.Certificate],
    lists: RevocationLists,
    at: datetime,
) -> str | None:
    named = [each for each in lists if same_name(each.issuer, certificate.issuer)]
    if not named:
        return "no_revocation_list"
    signed = [each for each in named if any(_signed(each, issuer) for issuer in issuers)]
    if not signed:
        return "revocation_list_unsigned"
    read = [each for each in signed if _understood(each)]
    # Revoked is revoked, by any list of the issuer, even an outdated one.
    if any(_names(each, certificate) for each in read):
        return "revoked"
    # RFC 5280 5.3: such a list says nothing about any certificate; naming this one is doubtful.
    if not read or any(_names(each, certificate) for each in signed):
        return "revocation_list_unread"
    return None if any(_current(each, at) for each in read) else "revocation_list_old"


def _names(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    return crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None


def _signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    usage = extension(issuer, x509.KeyUsage)
    key = issuer.public_key()
    try:
        return (
            same_name(issuer.subject, crl.issuer)
            and (usage is None or usage.crl_sign)
            and isinstance(crl.signature_hash_algorithm, _STRONG)
            # A partial list (delta, distribution point) is marked by a critical extension.
            and not any(each.critical for each in crl.extensions)
            and crl.is_signature_valid(key)  # type: ignore[arg-type]  # other kinds: TypeError
        )
    except (*UNREADABLE, InvalidSignature):
        return False


def _understood(crl: x509.CertificateRevocationList) -> bool:
    """Return whether no entry has a critical extension; none of them is supported here.

    The one defined by RFC 5280, ``certificateIssuer``, also refers to lists of other issuers.
    """
    try:
        return not any(held.critical for entry in crl for held in entry.extensions)
    except UNREADABLE:
        return False


def _current(crl: x509.CertificateRevocationList, at: datetime) -> bool:
    ends = crl.next_update_utc
    return ends is not None and crl.last_update_utc <= at <= ends
