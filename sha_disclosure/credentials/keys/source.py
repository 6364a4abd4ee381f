"""Opens the key that the settings specify."""

from __future__ import annotations

from sha_disclosure.credentials.keys.pin import AskPin
from sha_disclosure.credentials.keys.software import SoftwareKey, software_key
from sha_disclosure.credentials.keys.token import TokenKey
from sha_disclosure.credentials.keys.uri import TokenUri
from sha_disclosure.credentials.places import read_secret
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.settings import KeyPair


def open_key(pair: KeyPair, ask_pin: AskPin | None = None) -> SoftwareKey | TokenKey:
    """Return the key of a settings table, wherever it is (see docs/keys.md).

    A key on a token is located on first use; ``ask_pin`` returns the PIN if the URI does not say
    where it is. Raises KeyUnavailable and ConfigurationError.
    """
    if isinstance(pair.key, str) and pair.key.startswith("pkcs11:"):
        if pair.passphrase is not None:
            raise ConfigurationError(message("pin.no_passphrase"))
        return TokenKey(TokenUri.parse(pair.key), ask_pin)
    return software_key(read_secret(pair.key), str(pair.key), pair.passphrase)
