"""Names in certificates: when two are equal, and which ones a CA may certify.

Names are compared according to RFC 5280 section 7.1 and RFC 4518, ignoring string type, case
and blanks. cryptography compares the raw values.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

_Rdn = frozenset[tuple[str, str | bytes]]
_DROPPED = {"Cc", "Cf", "Cn", "Co", "Cs"}  # RFC 4518 2.2: not significant in a name


def same_name(first: x509.Name, second: x509.Name) -> bool:
    """Return whether two distinguished names are equal (RFC 5280 section 7.1)."""
    return first == second or _prepared(first) == _prepared(second)


def names_allowed(issuer: x509.Certificate, below: x509.Certificate) -> bool:
    """Return whether the name constraints of a CA allow all names of a certificate below it.

    RFC 5280 section 4.2.1.10, whether or not the extension is critical. A constraint of an
    unsupported kind allows no name of that kind.
    """
    try:
        limits = issuer.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return True
    permitted, excluded = limits.permitted_subtrees or (), limits.excluded_subtrees or ()
    for name in _names(below):
        within = [each for each in permitted if type(each) is type(name)]
        without = [each for each in excluded if type(each) is type(name)]
        if any(_lies_in(name, each, unread=True) for each in without):
            return False
        if within and not any(_lies_in(name, each, unread=False) for each in within):
            return False
    return True


def _prepared(name: x509.Name) -> tuple[_Rdn, ...]:
    return tuple(
        frozenset((each.oid.dotted_string, _folded(each.value)) for each in rdn)
        for rdn in name.rdns
    )


def _folded(value: str | bytes) -> str | bytes:
    if isinstance(value, bytes):
        return value
    kept = (c for c in value if c.isspace() or unicodedata.category(c) not in _DROPPED)
    folded = unicodedata.normalize("NFKC", "".join(kept)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def _names(certificate: x509.Certificate) -> Iterator[x509.GeneralName]:
    if certificate.subject.rdns:
        yield x509.DirectoryName(certificate.subject)
    try:
        others = list(
            certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        )
    except x509.ExtensionNotFound:
        others = []
    yield from others
    if not any(isinstance(each, x509.RFC822Name) for each in others):
        for attribute in certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
            if isinstance(attribute.value, str) and attribute.value.isascii():
                yield x509.RFC822Name(attribute.value)


def _lies_in(name: x509.GeneralName, subtree: x509.GeneralName, *, unread: bool) -> bool:
    """Return whether a name is in a subtree of its kind; ``unread`` if that cannot be decided."""
    held, limit = name.value, subtree.value
    if isinstance(name, x509.DirectoryName):
        return _prepared(held)[: len(limit.rdns)] == _prepared(limit)
    if isinstance(name, x509.DNSName):
        return _is_below(held, limit.removeprefix("."), itself=not limit.startswith("."))
    if isinstance(name, x509.RFC822Name):
        box, at, host = limit.rpartition("@")
        mine, _, place = held.rpartition("@")
        return _on_host(place, host) and (not at or box == mine)
    if isinstance(name, x509.UniformResourceIdentifier):
        return _on_host(_host(held), limit)
    return held in limit if isinstance(name, x509.IPAddress) else unread


def _on_host(host: str, limit: str) -> bool:
    if limit.startswith("."):
        return _is_below(host, limit[1:], itself=False)
    return not limit or host.lower() == limit.lower()


def _is_below(host: str, domain: str, *, itself: bool) -> bool:
    host, domain = host.lower().rstrip("."), domain.lower().rstrip(".")
    return not domain or (itself and host == domain) or host.endswith(f".{domain}")


def _host(uri: str) -> str:
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""
