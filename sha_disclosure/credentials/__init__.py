"""Keys and certificates (avaimet ja varmenteet): read once, checked at once, used for long.

Every refusal names the file, what was found in it, what is needed and how to fix it;
none shows a key, a passphrase or the name of a certificate's holder.

Certificates and chains are read and judged here alone. Each judgement (``check_...``) returns
what it found as ``findings``, with the parts ``expected`` and ``fix``; none when all is well.
"""

from sha_disclosure.credentials.certificate import (
    Chain,
    KeyKind,
    is_authority,
    key_kind,
    read_certificate,
    self_issued,
    signature_length,
    signed_by,
    thumbprint,
)
from sha_disclosure.credentials.chain import (
    CertificateUse,
    check_connection,
    check_dates,
    check_keys,
    check_usage,
    explanation,
    in_order,
)
from sha_disclosure.credentials.loading import Identity, Use, load_identity, signing_identity
from sha_disclosure.credentials.reading import load_anchors, load_chain, read_chain
from sha_disclosure.credentials.revocation import (
    RevocationLists,
    check_revocation,
    load_revocation_lists,
)
from sha_disclosure.credentials.tls import tls_context
from sha_disclosure.credentials.trust import (
    SANDBOX_ORGANISATION,
    check_environment,
    check_trust,
    issued_by_sandbox,
)
from sha_disclosure.credentials.watched import watched_files

__all__ = [
    "SANDBOX_ORGANISATION",
    "CertificateUse",
    "Chain",
    "Identity",
    "KeyKind",
    "RevocationLists",
    "Use",
    "check_connection",
    "check_dates",
    "check_environment",
    "check_keys",
    "check_revocation",
    "check_trust",
    "check_usage",
    "explanation",
    "in_order",
    "is_authority",
    "issued_by_sandbox",
    "key_kind",
    "load_anchors",
    "load_chain",
    "load_identity",
    "load_revocation_lists",
    "read_certificate",
    "read_chain",
    "self_issued",
    "signature_length",
    "signed_by",
    "signing_identity",
    "thumbprint",
    "tls_context",
    "watched_files",
]
