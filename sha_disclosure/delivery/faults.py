"""The meaning of a broken connection: whether the service was reached, and why not."""

from __future__ import annotations

import ssl

import httpx

from sha_disclosure.delivery.outcome import Failure, not_sent, unknown
from sha_disclosure.messages import Message, message

# Faults that occur before any byte of the request is written.
_BEFORE = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

# Handshake alerts (RFC 8446 section 6.2): after one, no request is processed. Others, such
# as internal_error, may occur while a request is being processed.
_OF_HANDSHAKE = (
    "ACCESS_DENIED",
    "CERTIFICATE",
    "DECRYPT_ERROR",
    "HANDSHAKE_FAILURE",
    "INSUFFICIENT_SECURITY",
    "NO_APPLICATION_PROTOCOL",
    "PROTOCOL_VERSION",
    "UNKNOWN_CA",
    "UNRECOGNIZED_NAME",
)


def failure_of(fault: httpx.HTTPError) -> Failure:
    """Return the verdict on a fault. Its own text is omitted: it may contain addresses or more."""
    refused = _refused_by_tls(fault)
    if refused:
        # TLS 1.3 reports a refused client certificate only after the client's first write;
        # the alert still means that no request was processed.
        return not_sent(message("submission.tls_refused", reason=refused))
    if isinstance(fault, _BEFORE):
        return not_sent(type(fault).__name__)
    return unknown(type(fault).__name__)


def _refused_by_tls(fault: BaseException) -> Message | str:
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return message("submission.tls_untrusted", reason=seen.verify_message)
        reason = str(seen.reason or "") if isinstance(seen, ssl.SSLError) else ""
        if "ALERT" in reason and any(name in reason for name in _OF_HANDSHAKE):
            return reason.lower().replace("_", " ")
        seen = seen.__cause__ or seen.__context__
    return ""
