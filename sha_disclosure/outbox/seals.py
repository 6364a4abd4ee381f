"""Integrity of the outbox's rows (eheys), if the outbox has a key.

With a key each payload is bound to its row by authenticated data, and each row carries a MAC:
anyone who can write to the database without the key cannot swap, copy or change them unnoticed.
Without a key there is no such protection: docs/security.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, insert, select, update

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.outbox.keys import Keyring
from sha_disclosure.outbox.schema import MESSAGE, META

_STORED_AS = "order_key"  # the name of the row from before there were other secrets

Values = Mapping[str, Any] | RowMapping

# Columns of a message that its MAC covers; the due time too, unless a lease moves it.
COVERED = (
    "notice_ids", "client", "state", "tries", "attempts", "reason", "possibly_duplicated",
    "added_at", "delivered_at", "locations", "digest", "certificate", "edition", "organisation",
    "resends", "acknowledged",
)  # fmt: skip
_WAITING = frozenset({"pending", "parked", "quarantined"})
_ATTEMPT = (
    "message", "lease", "worker", "started_at", "ended_at", "outcome", "unknown_fate",
    "lease_lost", "requests", "http_status", "request_id", "response_id", "issues",
)  # fmt: skip
_NOTICE = ("notice_id", "message", "reference", "content")


@dataclass(frozen=True, slots=True)
class Secrets:
    """The random keys of one database, stored in it, encrypted like the payloads.

    ``order_key`` creates pseudonyms; ``mac_key`` exists once the outbox has its own key.
    ``bound``: every row is bound, so a row that is not bound is damaged.
    """

    order_key: bytes = field(repr=False)
    mac_key: bytes | None = field(default=None, repr=False)
    bound: bool = False


def load_secrets(connection: Connection, keys: Keyring) -> Secrets:
    """Return the secrets of a database, generating them if it has none.

    Raises ConfigurationError if none of the keys decrypts them.
    """
    named = META.c.name == _STORED_AS
    stored = connection.execute(select(META.c.value).where(named).with_for_update()).scalar()
    if stored is None:
        found = Secrets(secrets.token_bytes(32))
        connection.execute(insert(META).values(name=_STORED_AS, value=_sealed(found, keys)))
    else:
        opened = keys.open(stored.encode())
        if opened is None:
            raise ConfigurationError(message("outbox.key.missing"))
        found = _read(opened)
    if keys and (found.mac_key is None or (stored or "").startswith("{")):
        # From now on a process without the key is refused; it would take payloads for damaged.
        empty = connection.execute(select(MESSAGE.c.number).limit(1)).first() is None
        found = replace(found, mac_key=secrets.token_bytes(32), bound=empty)
        store_secrets(connection, found, keys)
    return found


def store_secrets(connection: Connection, found: Secrets, keys: Keyring) -> None:
    """Store the secrets, encrypted with the first key."""
    sealed = _sealed(found, keys)
    connection.execute(update(META).where(META.c.name == _STORED_AS).values(value=sealed))


def _sealed(found: Secrets, keys: Keyring) -> str:
    document = {
        "order_key": found.order_key.hex(),
        "mac_key": found.mac_key.hex() if found.mac_key else None,
        "bound": found.bound,
    }
    return keys.seal(json.dumps(document).encode()).decode()


def _read(opened: bytes) -> Secrets:
    document = json.loads(opened)
    mac_key = document.get("mac_key")
    return Secrets(
        bytes.fromhex(document["order_key"]),
        bytes.fromhex(mac_key) if mac_key else None,
        document.get("bound") is True,
    )


class Seals:
    """Creates and verifies the values in the outbox's rows: pseudonyms, digests, MACs."""

    def __init__(self, keys: Keyring, found: Secrets) -> None:
        self.keys = keys
        self.secrets = found
        self._content_key = hmac.digest(found.order_key, b"content", "sha256")

    @property
    def bound(self) -> bool:
        """Whether an unbound row is damaged."""
        return self.secrets.bound

    @property
    def unbound(self) -> bool:
        """Whether there is a key but rows from before it have not been bound yet."""
        return bool(self.keys) and not self.bound

    def client(self, identity: str) -> str:
        """Return a keyed digest that distinguishes a client and reveals nothing else."""
        return hmac.digest(self.secrets.order_key, identity.encode(), "sha256").hex()

    def content(self, digest: str) -> str:
        """Return a keyed digest of a notice as its caller gave it."""
        return hmac.digest(self._content_key, digest.encode(), "sha256").hex()

    def message(self, row: Values) -> str | None:
        """Return the MAC of a message's row, or None without a key."""
        if self.secrets.mac_key is None:
            return None
        values = [row[name] for name in COVERED]
        values.append(row["due_at"] if row["state"] in _WAITING else None)
        return self._mac("message", values)

    def attempt(self, row: Values) -> str | None:
        """Return the MAC of an attempt's row, or None without a key."""
        if self.secrets.mac_key is None:
            return None
        return self._mac("attempt", [row.get(name) for name in _ATTEMPT])

    def notice(self, row: Values) -> str | None:
        """Return the MAC of a notice's row, or None without a key."""
        return self._mac("notice", [row[name] for name in _NOTICE])

    def genuine(self, row: Values, made: str | None) -> bool:
        """Return whether a row carries the MAC ``made`` for it, or needs none."""
        if self.secrets.mac_key is None:
            return True
        if row["mac"] is None or made is None:
            return not self.bound
        return hmac.compare_digest(row["mac"], made)

    def genuine_message(
        self,
        row: Values,
        attempts: Sequence[Values] | None = None,
        notices: Sequence[Values] | None = None,
    ) -> bool:
        """Return whether a message's row is as the outbox wrote it.

        ``attempts`` and ``notices`` are all its rows of those tables, if they have been read.
        """
        if self.secrets.mac_key is None:
            return True
        return (
            self.genuine(row, self.message(row))
            and (attempts is None or self._all_attempts(row, attempts))
            and (notices is None or self._all_notices(row, notices))
        )

    def _all_attempts(self, row: Values, attempts: Sequence[Values]) -> bool:
        leases = {each["lease"] for each in attempts}
        return len(attempts) == len(leases) == row["attempts"] and all(
            self.genuine(each, self.attempt(each)) for each in attempts
        )

    def _all_notices(self, row: Values, notices: Sequence[Values]) -> bool:
        ids = {each["notice_id"] for each in notices}
        return ids == set(json.loads(row["notice_ids"])) and all(
            self.genuine(each, self.notice(each)) for each in notices
        )

    def _mac(self, kind: str, values: list[Any]) -> str | None:
        if self.secrets.mac_key is None:
            return None
        return hmac.digest(self.secrets.mac_key, orjson.dumps([kind, *values]), "sha256").hex()


def binding(notice_ids: Sequence[str], digest: str, organisation: str, edition: str) -> str:
    """Return what a payload's encryption authenticates of its row."""
    facts = orjson.dumps([list(notice_ids), digest, organisation, edition])
    return hashlib.sha256(facts).hexdigest()
