"""Keys and certificates (avaimet ja varmenteet): loaded, validated and renewed.

Every refusal names the file, what was found in it, what is needed and how to fix it; none shows
a key, a passphrase or the name of a certificate's holder.

Only this package parses and validates certificates and chains. Each check (``check_...``)
returns its results as ``findings``, with the parts ``expected`` and ``fix``; empty if it passes.
"""

from sha_disclosure.credentials.certificate import (
    Chain,
    KeyKind,
    is_authority,
    key_kind,
    read_certificate,
    self_signed,
    signature_length,
    signed_by,
    thumbprint,
)
from sha_disclosure.credentials.chain import (
    CertificateUse,
    check_connection,
    check_dates,
    check_keys,
    check_purposes,
    check_usage,
    explanation,
    in_order,
)
from sha_disclosure.credentials.credentials import Credentials, OwnSigners, load_credentials
from sha_disclosure.credentials.keys.pin import AskPin
from sha_disclosure.credentials.origins import watched_files
from sha_disclosure.credentials.reading import load_anchors, load_chain, read_chain
from sha_disclosure.credentials.revocation import (
    RevocationLists,
    check_revocation,
    load_revocation_lists,
)
from sha_disclosure.credentials.signing import CertifiedSigner, SigningUse, certified_signer
from sha_disclosure.credentials.tls import tls_context
from sha_disclosure.credentials.trust import (
    SANDBOX_ORGANISATION,
    check_environment,
    check_organisation,
    check_trust,
    issued_by_sandbox,
    named_organisation,
    paths_to,
)

__all__ = [
    "SANDBOX_ORGANISATION",
    "AskPin",
    "CertificateUse",
    "CertifiedSigner",
    "Chain",
    "Credentials",
    "KeyKind",
    "OwnSigners",
    "RevocationLists",
    "SigningUse",
    "certified_signer",
    "check_connection",
    "check_dates",
    "check_environment",
    "check_keys",
    "check_organisation",
    "check_purposes",
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
    "load_credentials",
    "load_revocation_lists",
    "named_organisation",
    "paths_to",
    "read_certificate",
    "read_chain",
    "self_signed",
    "signature_length",
    "signed_by",
    "thumbprint",
    "tls_context",
    "watched_files",
]
