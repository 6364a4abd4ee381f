"""Ids of notices: OIDs under the sender's root that no two processes ever make alike."""

from __future__ import annotations

from datetime import datetime

from sha_disclosure.sources import Randomness
from sha_disclosure.values import OID_MAX, Oid

_DIGITS_MOST = 38  # 10**38 < 2**127: fits the integers that OID libraries use


def new_oid(root: Oid, now: datetime, randomness: Randomness) -> Oid:
    """Return ``<root>.<year>.<random>``, at most 64 characters, as an id of a FHIR resource.

    The random part has at least 24 digits (``settings`` bounds the root), so hosts need no
    coordination: a thousand million ids collide with a probability below one in a million.
    """
    stem = f"{root}.{now.year}."
    digits = min(OID_MAX - len(stem), _DIGITS_MOST)
    smallest = 10 ** (digits - 1)
    # 64 bits more than asked make the remainder's bias immeasurable.
    drawn = randomness.getrandbits(digits * 4 + 64) % (9 * smallest)
    return Oid(f"{stem}{smallest + drawn}")
