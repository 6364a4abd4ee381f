"""A matching key and certificate chain, wherever they are stored."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sha_disclosure.credentials.certificate import Chain
from sha_disclosure.credentials.keys import (
    AskPin,
    SoftwareKey,
    TokenKey,
    open_key,
)
from sha_disclosure.credentials.reading import load_chain, readable, require_fit
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.settings import KeyPair


class Pair(NamedTuple):
    """An open key with its chain, leaf first; ``name`` is the chain's origin, for errors."""

    key: SoftwareKey | TokenKey
    chain: Chain
    name: str

    def mismatch(self) -> ConfigurationError:
        """Return the error for a key that does not match the certificate."""
        return ConfigurationError(
            message("key.pair.mismatch", key=self.key.name, certificate=self.name)
        )


def open_pair(pair: KeyPair, now: datetime, ask_pin: AskPin | None = None) -> Pair:
    """Return the key and the chain of a table, valid at ``now``.

    A key in memory is compared with its certificate; one on a token can only prove a match by
    signing. Raises ConfigurationError, KeyUnavailable and CertificateExpired.
    """
    if pair.certificate is not None:
        name = str(pair.certificate)
        chain = load_chain(pair.certificate)
        require_fit(chain, name, now)
        opened = Pair(open_key(pair, ask_pin), chain, name)
    else:
        key = open_key(pair, ask_pin)
        chain = readable(key.certificates(), key.name)
        if not chain:
            raise ConfigurationError(message("key.pair.no_certificate", key=key.name))
        require_fit(chain, key.name, now)
        opened = Pair(key, chain, key.name)
    held = opened.key.private if isinstance(opened.key, SoftwareKey) else None
    if held is not None and held.public_key() != opened.chain[0].public_key():
        raise opened.mismatch()
    return opened
