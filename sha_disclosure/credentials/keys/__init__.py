"""Key sources (avainlähteet): PEM and PKCS #12 from files and variables, and keys on a token.

``open_key`` opens the key in the settings. A key in memory and one that never leaves its token
have the same interface: the certificates stored with them, and a signer for an algorithm.
"""

from sha_disclosure.credentials.keys.pin import AskPin
from sha_disclosure.credentials.keys.software import SoftwareKey
from sha_disclosure.credentials.keys.source import open_key
from sha_disclosure.credentials.keys.token import TokenKey
from sha_disclosure.credentials.keys.token_signer import TokenSigner
from sha_disclosure.credentials.keys.uri import TokenUri

__all__ = [
    "AskPin",
    "SoftwareKey",
    "TokenKey",
    "TokenSigner",
    "TokenUri",
    "open_key",
]
