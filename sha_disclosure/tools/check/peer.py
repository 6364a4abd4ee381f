"""The server behind the address: who issued its certificate, for which name, until when.

OpenSSL names one reason only, so each question is asked by a handshake of its own, with all
others left out and before a byte of a request.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sha_disclosure.credentials.certificate import read_certificate, thumbprint
from sha_disclosure.messages.words import Words
from sha_disclosure.tools.check.attempt import Attempt, Peer, Way
from sha_disclosure.tools.check.result import Result, failed, not_run, passed
from sha_disclosure.tools.check.slots import inspect_dates

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL; ssl has no name for it
_INVALID_PURPOSE = 26  # X509_V_ERR_INVALID_PURPOSE
_NAME_MAX = 80

Contexts = Callable[[], ssl.SSLContext]
"""Makes a context that trusts the CA file and checks everything, anew for each handshake."""


def trusting(anchors: Sequence[x509.Certificate]) -> ssl.SSLContext:
    """Return a context that checks everything against ``anchors``, with no certificate of ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if anchors:
        context.load_verify_locations(
            cadata=b"".join(anchor.public_bytes(Encoding.DER) for anchor in anchors)
        )
    return context


def met(way: Way, ours: Contexts) -> Peer | None:
    """Return the server whoever it is: without our certificate first, with it if it must be."""
    for made in (trusting(()), ours()):
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
        peer = way.look(made).peer
        if peer is not None:
            return peer
    return None


def inspect_server(
    way: Way, first: Attempt, peer: Peer, anchors: Sequence[x509.Certificate], now: datetime
) -> Iterator[Result]:
    """Yield issuer, host name and validity of the server's certificate."""
    certificate = read_certificate(peer.certificate)
    if certificate is None:
        yield failed("server.trust", _UNREADABLE, _TAKE_OTHER)
        yield not_run("server.name", "server.trust")
        yield not_run("server.dates", "server.trust")
        return
    shown = _shown(certificate)
    dates = [_of_service(d) for d in inspect_dates("server.dates", (certificate,), now)]
    if first.peer is not None:  # the context of a client has checked it
        yield passed("server.trust", shown)
        yield passed("server.name", _NAMED)
        yield from dates
        return
    reason = _refused(way, trusting(anchors), name=False, time=False)
    if reason:
        yield _PURPOSE if reason == _INVALID_PURPOSE else _of_another_ca(way, shown)
        yield not_run("server.name", "server.trust")
        yield not_run("server.dates", "server.trust")
        return
    yield passed("server.trust", shown)
    if _refused(way, trusting(anchors), name=True, time=False):
        yield failed("server.name", _OTHER_NAME, _MEND_NAME)
    else:
        yield passed("server.name", _NAMED)
    if dates[0].status != "failed" and _refused(way, trusting(anchors), name=False, time=True):
        dates = [failed("server.dates", _ISSUER_STALE, _TELL_SERVICE)]
    yield from dates


def _of_service(dates: Result) -> Result:
    """Return the result with a mend for a certificate that is not ours to renew."""
    return dates if dates.status == "ok" else replace(dates, mend=_TELL_SERVICE)


def _refused(way: Way, context: ssl.SSLContext, *, name: bool, time: bool) -> int | None:
    """Return OpenSSL's reason to refuse the server, with the other questions left out."""
    context.check_hostname = name
    if not time:
        context.verify_flags |= _NO_CHECK_TIME
    return way.look(context).refusal


def _of_another_ca(way: Way, shown: Words) -> Result:
    system = trusting(())
    system.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if _refused(way, system, name=False, time=False):
        return failed(
            "server.trust",
            Words(
                f"{shown.en}: neither the CA file nor the operating system knows that issuer",
                f"{shown.fi}: myöntäjää ei tunne CA-tiedosto eikä käyttöjärjestelmä",
            ),
            Words(
                "compare base_url and the CA file with what Kela gave you; if both are right, "
                "something between answers in the service's place, perhaps a TLS-inspecting box",
                "vertaa osoitetta base_url ja CA-tiedostoa Kelalta saatuihin; jos ne ovat oikein, "
                "välissä vastaa joku palvelun puolesta, ehkä TLS-liikennettä tarkastava laite",
            ),
        )
    return failed(
        "server.trust",
        Words(
            f"{shown.en}: not of the CA file, but the operating system trusts that issuer; it "
            "looks like a TLS-inspecting proxy, unless a public CA issued it",
            f"{shown.fi}: ei CA-tiedostosta, mutta käyttöjärjestelmä luottaa myöntäjään; näyttää "
            "TLS-liikennettä tarkastavalta välityspalvelimelta, ellei myöntäjä ole julkinen",
        ),
        Words(
            "let your network pass this host uninspected, for no client certificate gets through "
            "such a box; never add its CA to the CA file. If it is the service's own public CA, "
            "ask Kela for the right CA file",
            "pyydä verkon ylläpitoa ohittamaan tarkastus tälle koneelle, sillä asiakasvarmenne ei "
            "kulje sen läpi; älä koskaan lisää sen varmentajaa CA-tiedostoon. Jos myöntäjä on "
            "palvelun oma julkinen varmentaja, pyydä Kelalta oikea CA-tiedosto",
        ),
    )


def _shown(certificate: x509.Certificate) -> Words:
    names = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(names[0].value) if names else "-"
    issuer = "".join(c if c.isprintable() else "?" for c in name)[:_NAME_MAX]
    mark = thumbprint(certificate)
    return Words(f"SHA-256 {mark}, issued by {issuer}", f"SHA-256 {mark}, myöntäjä {issuer}")


_PURPOSE = failed(
    "server.trust",
    Words("the certificate is not for servers", "varmenne ei ole palvelimen varmenne"),
    Words("check base_url; tell the service", "tarkista base_url; ilmoita palvelulle"),
)
_UNREADABLE = Words("it cannot be read", "sitä ei voi lukea")
_TAKE_OTHER = Words("check base_url; tell the service", "tarkista base_url; ilmoita palvelulle")
_NAMED = Words("it names the host", "koneen nimi on siinä")
_OTHER_NAME = Words("it does not name the host", "koneen nimeä ei ole siinä")
_MEND_NAME = Words(
    "write base_url with the name Kela gave you, not a number or an alias",
    "kirjoita osoite base_url Kelalta saadulla nimellä, ei numerolla eikä rinnakkaisnimellä",
)
_ISSUER_STALE = Words(
    "a certificate above it is not valid", "sen yläpuolella oleva varmenne ei ole voimassa"
)
_TELL_SERVICE = Words(
    "check the clock of this host; if it is right, tell the service",
    "tarkista tämän koneen kello; jos se on oikeassa, ilmoita palvelulle",
)

__all__ = ["inspect_server", "met", "trusting"]
