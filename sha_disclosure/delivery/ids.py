"""Ids of notices: OIDs under the sender's root, unique across processes."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sha_disclosure.sources import Randomness
from sha_disclosure.values import Oid
from sha_disclosure.values.checked import unchecked
from sha_disclosure.values.identifiers import OID_MAX

_DIGITS_MOST = 38  # 10**38 < 2**127: fits the integers that OID libraries use


def new_oid(root: Oid, now: datetime, randomness: Randomness) -> Oid:
    """Return ``<root>.<year>.<random>``, at most 64 characters, as an id of a FHIR resource.

    The random part has at least 24 digits (``settings`` bounds the root), so hosts need no
    coordination: a thousand million ids collide with a probability below one in a million.
    """
    # 64 bits more than needed make the bias of the remainder negligible.
    return _oid(root, now, randomness.getrandbits(_DIGITS_MOST * 4 + 64))


def derived_oid(root: Oid, now: datetime, of: Oid) -> Oid:
    """Return an id of the same form derived from another id.

    A notice prepared again after a crash then has the same Provenance id, so a receiver can
    see that it is the same message.
    """
    return _oid(root, now, int.from_bytes(hashlib.sha256(str(of).encode("ascii")).digest()))


def _oid(root: Oid, now: datetime, number: int) -> Oid:
    stem = f"{root}.{now.year}."
    digits = min(OID_MAX - len(stem), _DIGITS_MOST)
    smallest = 10 ** (digits - 1)
    return unchecked(Oid, f"{stem}{smallest + number % (9 * smallest)}")
