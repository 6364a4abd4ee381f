"""The server at the address: the issuer, host name and validity of its certificate.

OpenSSL reports only one reason, so each question takes its own handshake with all other checks
disabled, before any byte of a request is sent.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sha_disclosure.credentials import read_certificate, thumbprint
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Message, message
from sha_disclosure.tools.check.attempt import Attempt, Attempts, Peer
from sha_disclosure.tools.check.certificates import check_validity
from sha_disclosure.tools.check.checks import failed, is_failed, not_run, passed, warned

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL; missing from the ssl module
_INVALID_PURPOSE = 26  # X509_V_ERR_INVALID_PURPOSE
_NAME_MAX = 80

Contexts = Callable[[], ssl.SSLContext]
"""Creates a new context, which trusts the CA file and checks everything, for each handshake."""


def trusting(anchors: Sequence[x509.Certificate]) -> ssl.SSLContext:
    """Return a context that checks everything against ``anchors``, without our certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if anchors:
        context.load_verify_locations(
            cadata=b"".join(anchor.public_bytes(Encoding.DER) for anchor in anchors)
        )
    return context


def peer_unverified(attempts: Attempts, ours: Contexts) -> Peer | None:
    """Return the server without verifying it, sending our certificate only if it requires one."""
    for context in (trusting(()), ours()):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        peer = attempts.shake_hands(context).peer
        if peer is not None:
            return peer
    return None


def check_server(
    attempts: Attempts,
    first: Attempt,
    peer: Peer,
    anchors: Sequence[x509.Certificate],
) -> list[Finding]:
    """Return the checks of issuer, host name and validity of the server's certificate."""
    certificate = read_certificate(peer.certificate)
    if certificate is None:
        return _untrusted(message("check.server_unreadable"))
    facts, now = _facts(certificate), attempts.sources.clock()
    dates = [_of_service(each) for each in check_validity("server.dates", (certificate,), now)]
    trusted = passed("server.trust", message("check.ok.server_trust", certificate=facts))
    named = passed("server.name", message("check.ok.server_name"))
    if first.peer is not None:  # already verified by the client's context
        return [trusted, named, *dates]
    reason = _refused(attempts, trusting(anchors), name=False, time=False)
    if reason == _INVALID_PURPOSE:
        return _untrusted(message("check.server_purpose"))
    if reason:
        return _untrusted(_of_another_ca(attempts, facts))
    if _refused(attempts, trusting(anchors), name=True, time=False):
        named = failed("server.name", message("check.server_name"))
    in_force = not is_failed(dates[0])
    if in_force and _refused(attempts, trusting(anchors), name=False, time=True):
        dates = [failed("server.dates", message("check.server_issuer_dates"))]
    return [trusted, named, *dates]


def _untrusted(found: Message) -> list[Finding]:
    rest = [not_run(check, "server.trust") for check in ("server.name", "server.dates")]
    return [failed("server.trust", found), *rest]


def _of_service(dates: Finding) -> Finding:
    """Return the finding with the fix for a certificate that is not ours to renew."""
    found = message("check.server_dates", why=Message(dates.id, dates.parameters))
    if is_failed(dates):
        return failed(dates.path, found)
    return warned(dates.path, found) if dates.severity == "warning" else dates


def _refused(attempts: Attempts, context: ssl.SSLContext, *, name: bool, time: bool) -> int | None:
    """Return OpenSSL's reason for rejecting the server, with the other checks disabled."""
    context.check_hostname = name
    if not time:
        context.verify_flags |= _NO_CHECK_TIME
    return attempts.shake_hands(context).refusal


def _of_another_ca(attempts: Attempts, facts: Message) -> Message:
    system = trusting(())
    system.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if _refused(attempts, system, name=False, time=False):
        return message("check.server_unknown_ca", certificate=facts)
    return message("check.server_system_ca", certificate=facts)


def _facts(certificate: x509.Certificate) -> Message:
    names = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(names[0].value) if names else "-"
    issuer = "".join(c if c.isprintable() else "?" for c in name)[:_NAME_MAX]
    return message("check.server_facts", sha256=thumbprint(certificate), issuer=issuer)
