"""Keys and certificates (avaimet ja varmenteet): read once, checked at once, used for long.

Every refusal names the file, what was found in it, what is needed and how to mend it;
none shows a key, a passphrase or the name of a certificate's holder.
"""

from sha_disclosure.credentials.certificates import Chain, load_anchors
from sha_disclosure.credentials.loading import Identity, Use, load_identity, signing_identity
from sha_disclosure.credentials.tls import tls_context
from sha_disclosure.credentials.watched import watched_files

__all__ = [
    "Chain",
    "Identity",
    "Use",
    "load_anchors",
    "load_identity",
    "signing_identity",
    "tls_context",
    "watched_files",
]
