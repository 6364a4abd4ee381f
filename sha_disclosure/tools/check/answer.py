"""What the service answered to the harmless request, and whether it took our certificate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sha_disclosure.delivery.skew import NOTABLE, clock_skew
from sha_disclosure.messages.words import Words
from sha_disclosure.settings import Settings
from sha_disclosure.tools.check.attempt import Answer, Attempt
from sha_disclosure.tools.check.inspection import Inspection
from sha_disclosure.tools.check.result import Result, failed, not_run, passed, warned

_TELLING = ("via", "server")
_HEADER_MAX = 80
# nginx answers 400, 495 or 496 with a page of its own to a client certificate it does not take.
_OF_CERTIFICATE = {400, 495, 496}


def inspect_answer(found: Inspection, attempt: Attempt, first: str) -> Iterator[Result]:
    """Yield what the answer tells: the client certificate's fate, clock and gateway.

    ``first`` is the check that failed before anything was asked, or nothing.
    """
    answer = attempt.answer
    if first:
        for check in ("client_certificate", "answer", "server.clock", "gateway"):
            yield not_run(check, first)
        return
    page = answer is not None and "html" in answer.headers.get("content-type", "")
    mine = _client_certificate(found, attempt, page=page)
    yield mine
    if answer is None:
        if mine.status == "ok" or not attempt.alert:
            yield _no_answer(attempt)
        else:
            yield not_run("answer", "client_certificate")
        yield not_run("server.clock", "answer")
        yield not_run("gateway", "answer")
        return
    yield _answered(answer)
    yield _clock(answer, found.read.settings)
    yield _gateway(answer, page=page, certificate=mine.status == "failed")


def _client_certificate(found: Inspection, attempt: Attempt, *, page: bool) -> Result:
    check = "client_certificate"
    if not found.client:
        return not_run(check, "tls.certificate")
    if attempt.alert:
        return failed(
            check,
            Words(
                f"the service refused it (TLS alert: {attempt.alert})",
                f"palvelu hylkäsi sen (TLS-hälytys: {attempt.alert})",
            ),
            _MEND_CERTIFICATE,
        )
    if attempt.answer is None:
        return not_run(check, "answer")
    if page and attempt.answer.status in _OF_CERTIFICATE:
        return failed(
            check,
            Words(
                f"HTTP {attempt.answer.status} with an HTML page: a gateway seems to refuse it",
                f"HTTP {attempt.answer.status} ja HTML-sivu: yhdyskäytävä näyttää hylkäävän sen",
            ),
            _MEND_CERTIFICATE,
        )
    return passed(check, Words("not refused", "ei hylätty"))


_MEND_CERTIFICATE = Words(
    "use a certificate of the environment's hierarchy with its whole chain, and see that the "
    "access point (liityntäpiste) is notified to Kanta with it",
    "käytä ympäristön hierarkian varmennetta koko ketjuineen ja tarkista, että liityntäpiste on "
    "ilmoitettu Kantaan sillä",
)


def _no_answer(attempt: Attempt) -> Result:
    if attempt.late:
        found = Words("none in time after the handshake", "ei ajoissa kättelyn jälkeen")
    else:
        found = Words(
            "the connection was closed after the handshake", "yhteys katkesi kättelyn jälkeen"
        )
    mend = Words(
        "try again; if it stays so, ask the service whether it takes this client certificate",
        "yritä uudelleen; jos ei auta, kysy palvelulta, kelpaako tämä asiakasvarmenne",
    )
    return failed("answer", found, mend)


def _answered(answer: Answer) -> Result:
    found = Words(
        f"HTTP {answer.status} to GET metadata; whether Kanta serves it is not public, and any "
        "answer proves the way",
        f"HTTP {answer.status} pyyntöön GET metadata; ei ole julkista, palveleeko Kanta sitä, ja "
        "mikä tahansa vastaus todistaa yhteyden",
    )
    if 300 <= answer.status < 400:
        return warned(
            "answer",
            found,
            Words(
                "redirects are not followed: correct base_url",
                "uudelleenohjauksia ei seurata: korjaa base_url",
            ),
        )
    if answer.status >= 500:
        return warned(
            "answer",
            found,
            Words(
                "the service or its gateway has a fault now: try again later",
                "palvelussa tai sen yhdyskäytävässä on nyt vika: yritä myöhemmin uudelleen",
            ),
        )
    return passed("answer", found)


def _clock(answer: Answer, settings: Settings) -> Result:
    skew = clock_skew(answer.headers, received_at=answer.received_at, took_s=answer.took_s)
    if skew is None:
        found = Words("the answer has no Date", "vastauksessa ei ole Date-otsaketta")
        mend = Words("compare the clock yourself", "vertaa kelloa itse")
        return warned("server.clock", found, mend)
    seconds = round(abs(skew.total_seconds()))
    if abs(skew) <= NOTABLE:
        return passed("server.clock", Words(f"{seconds} s apart", f"eroa {seconds} s"))
    ours = Words("behind", "jäljessä") if skew > timedelta(0) else Words("ahead", "edellä")
    found = Words(
        f"this host is {seconds} s {ours.en} of the service",
        f"tämä kone on {seconds} s palvelua {ours.fi}",
    )
    mend = Words(
        "set the clock by NTP; until then correct_clock_skew = true writes tokens by the "
        "service's clock",
        "aseta kello NTP:llä; sitä ennen correct_clock_skew = true kirjoittaa tokenit palvelun "
        "kellon mukaan",
    )
    if settings.correct_clock_skew or seconds <= settings.clock_skew_s:
        return warned("server.clock", found, mend)
    return failed("server.clock", found, mend)


def _gateway(answer: Answer, *, page: bool, certificate: bool) -> Result:
    told = "; ".join(
        f"{name.title()}: {_clean(answer.headers[name])}"
        for name in _TELLING
        if name in answer.headers
    )
    if page and not certificate:
        return warned(
            "gateway",
            Words(f"an HTML page came ({told or '-'})", f"tuli HTML-sivu ({told or '-'})"),
            Words(
                "a gateway answers, not the service: check base_url",
                "yhdyskäytävä vastaa eikä palvelu: tarkista base_url",
            ),
        )
    if "via" in answer.headers:
        return warned(
            "gateway",
            Words(told, told),
            Words(
                "a proxy that can read the traffic stands between; make sure it is the service's",
                "välissä on liikennettä lukeva välityspalvelin; varmista, että se on palvelun oma",
            ),
        )
    named = told or "-"
    return passed("gateway", Words(f"none told of ({named})", f"ei merkkiä sellaisesta ({named})"))


def _clean(value: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in value)[:_HEADER_MAX]
