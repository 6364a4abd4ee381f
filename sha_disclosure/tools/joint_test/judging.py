"""Judging how a case went: what it expected, and what the SDK checks of every message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from sha_disclosure.credentials import load_anchors
from sha_disclosure.credentials.verification import verify_bundle
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.fhir.checking import check_structure
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.messages.words import Words
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.tools.joint_test.case import Again, Altered, Expectation, Renewed
from sha_disclosure.tools.joint_test.place import Place
from sha_disclosure.tools.joint_test.result import CheckResult, Course
from sha_disclosure.tools.joint_test.token import read_token
from sha_disclosure.tools.sandbox import Sandbox

_NEARLY = 0.2  # seconds; an HTTP date and two clocks leave that open


def judge(
    course: Course, expected: Expectation, situation: object, place: Place
) -> tuple[CheckResult, ...]:
    """Return every check of a case, passed or not."""
    return (
        *_as_expected(course, expected),
        *(each for prepared in course.prepared for each in _message(prepared, course, place)),
        *_exchanges(course, situation, place),
        *_receipts(course, situation, place),
    )


def _check(en: str, fi: str, passed: object, seen: str = "") -> CheckResult:
    return CheckResult(Words(en, fi), bool(passed), seen)


def _expected(en: str, fi: str, passed: object, seen: object) -> CheckResult:
    """Return a check against what was expected; what was seen says something only if it differs."""
    return CheckResult(Words(en, fi), bool(passed), "" if passed else str(seen))


def _as_expected(course: Course, expected: Expectation) -> Iterator[CheckResult]:
    yield _expected(
        f"outcome: {' or '.join(expected.outcome)}",
        f"lopputulos: {' tai '.join(expected.outcome).replace('stored', 'tallennettu')}",
        course.outcome in expected.outcome,
        course.outcome,
    )
    if "InvalidNotice" in expected.outcome:
        sent = len(course.exchanges)
        yield _expected("nothing was sent", "mitään ei lähetetty", not sent, sent)
    if expected.rules:
        found = sorted({p.rule for p in course.problems})
        named = ", ".join(sorted(expected.rules))
        yield _expected(
            f"refused by exactly {named}",
            f"hylätty täsmälleen säännöin {named}",
            found == sorted(expected.rules),
            ", ".join(found) or "-",
        )
    last = course.exchanges[-1].status if course.exchanges else None
    if expected.status is not None:
        text = f"HTTP {expected.status}"
        yield _expected(
            f"last answer: {text}", f"viimeinen vastaus: {text}", last == expected.status, last
        )
    if expected.attempts is not None:
        number = expected.attempts
        yield _expected(
            f"attempts: {number}", f"yrityksiä: {number}", course.attempts == number,
            course.attempts,
        )  # fmt: skip
    yield from _told(course, expected)


def _told(course: Course, expected: Expectation) -> Iterator[CheckResult]:
    """Yield the checks of what the client told its caller."""
    if expected.possibly_duplicated is not None:
        told = course.receipts[-1].possibly_duplicated if course.receipts else None
        yes = expected.possibly_duplicated
        yield _expected(
            f"receipt says possibly duplicated: {'yes' if yes else 'no'}",
            f"kuittauksessa mahdollinen kaksoiskappale: {'kyllä' if yes else 'ei'}",
            told is yes,
            told,
        )
    if expected.retry_at is not None:
        told_when = course.retry_at is not None
        yield _expected(
            "the error names the moment to try again",
            "virhe kertoo ajan, jolloin voi yrittää uudelleen",
            told_when is expected.retry_at,
            course.retry_at.isoformat(timespec="seconds") if course.retry_at else "-",
        )
    if expected.waited_s is not None:
        longest = max((e.wait_s or 0.0 for e in course.exchanges), default=0.0)
        yield _expected(
            f"waited at least {expected.waited_s:g} s before trying again",
            f"odotti vähintään {expected.waited_s:g} s ennen uutta yritystä",
            longest >= expected.waited_s - _NEARLY,
            f"{longest:.2f} s",
        )


def _message(prepared: PreparedNotice, course: Course, place: Place) -> Iterator[CheckResult]:
    """Yield the SDK's own checks of a signed message."""
    wire = place.edition.wire
    faults = check_structure(json.loads(prepared.body), wire)
    yield _check(
        "the Bundle is built as FHIR R4 and the edition say",
        "Bundle on FHIR R4:n ja edition mukainen",
        not faults,
        "; ".join(f"{f.path} {f.what}" for f in faults),
    )
    anchors = load_anchors(place.settings.tls.ca) if place.settings.tls else ()
    leeway = timedelta(seconds=wire.token.leeway)
    now = place.sources.clock()
    result = verify_bundle(
        prepared.body, edition=place.edition, anchors=anchors, at=now, leeway=leeway
    )
    # Elsewhere the trust anchor of signatures is the service's, and not in the settings.
    judged = [f for f in result.findings if place.embedded or f.check != "chain"]
    yield _check(
        "the signature verifies over the content",
        "sisällön allekirjoitus todentuu",
        judged and all(f.ok for f in judged),
        f"{result.algorithm}, {sum(f.ok for f in judged)}/{len(judged)}",
    )
    yield _check(
        "read back, the message says what was given",
        "takaisin luettuna sanoma vastaa annettua",
        _reads_back(prepared, course, place),
    )


def _reads_back(prepared: PreparedNotice, course: Course, place: Place) -> bool:
    try:
        read = read_bundle(prepared.bundle(), place.edition.wire)
    except InvalidNotice:
        return False
    given = course.notices[-1:] if prepared is not course.prepared[0] else course.notices
    count = len(prepared.notice_ids)
    return [_plain(n) for n in read] == [
        _plain(DisclosureNotice.model_validate(d)) for d in given[:count]
    ]


def _plain(notice: DisclosureNotice) -> dict[str, Any]:
    """Return a notice without what the SDK adds to it: its id and the moment of recording."""
    data = notice.model_copy(update={"id": None, "recorded_at": None})
    return json.loads(data.model_dump_json(by_alias=True))  # type: ignore[no-any-return]


def _exchanges(course: Course, situation: object, place: Place) -> Iterator[CheckResult]:
    if not course.exchanges:
        return
    bodies = {course.altered} if isinstance(situation, Altered) else {
        p.body for p in course.prepared
    }  # fmt: skip
    yield _check(
        "each request carried the prepared bytes, unchanged",
        "jokainen pyyntö sisälsi muodostetun sanoman muuttumattomana",
        {e.body for e in course.exchanges} <= bodies,
    )
    sent = course.exchanges
    header = next(h for h in place.edition.wire.header.values() if "{request_id}" in h.value).name
    ids = {e.header(header) for e in sent}
    yield _check(
        "each request had an id of its own",
        "jokaisella pyynnöllä oli oma tunniste",
        len(ids) == len(sent) and all(ids),
        header,
    )
    tokens = {read_token(e, place.edition.wire).unique_id for e in sent}
    yield _check(
        "each request had a new token",
        "jokaisella pyynnöllä oli uusi JWT",
        len(tokens) == len(sent) and all(tokens),
        "jti",
    )


def _receipts(course: Course, situation: object, place: Place) -> Iterator[CheckResult]:
    if course.outcome != "stored":
        return
    placed = [n.location for r in course.receipts for n in r.notices]
    yield _check(
        "the answer names where each notice is stored",
        "vastaus kertoo kunkin ilmoituksen tallennuspaikan",
        all(placed),
    )
    if place.sandbox is not None:
        kept = {r.notice_id: r.sha256 for r in place.sandbox.received()}
        yield _check(
            "the sandbox holds each notice, with the prepared bytes",
            "hiekkalaatikossa on jokainen ilmoitus täsmälleen muodostettuna",
            all(kept.get(i) == p.digest for p in course.prepared for i in p.notice_ids),
        )
        if isinstance(situation, Renewed):
            yield from _renewed(course, place.sandbox)
    if isinstance(situation, Again) and place.embedded:
        first, *later = [[n.location for n in r.notices] for r in course.receipts]
        yield _check(
            "sent again, it is the same stored notice",
            "uudelleen lähetettynä se on sama tallennettu ilmoitus",
            all(each == first for each in later),
        )


def _renewed(course: Course, sandbox: Sandbox) -> Iterator[CheckResult]:
    ids = [prepared.notice_ids[0] for prepared in course.prepared]
    first, last = (
        next(r for r in sandbox.received() if r.notice_id == i) for i in (ids[0], ids[-1])
    )
    yield _check(
        "after the renewal the new certificate signs the message and the token",
        "uusimisen jälkeen uusi varmenne allekirjoittaa sanoman ja JWT:n",
        first.signing_sha256 != last.signing_sha256 == last.token_sha256,
    )
    yield _check(
        "no request failed or was tried again because of it",
        "yksikään pyyntö ei epäonnistunut eikä uusiutunut sen vuoksi",
        all(e.status == HTTPStatus.OK for e in course.exchanges)
        and len(course.exchanges) == len(course.prepared),
    )


def service_checks(course: Course, place: Place, refused_before: int) -> tuple[CheckResult, ...]:
    """Return the checks the embedded sandbox made of the case's messages."""
    if place.sandbox is None or not course.prepared:
        return ()
    ids = {i for p in course.prepared for i in p.notice_ids}
    found: dict[tuple[str, bool], str] = {}
    for received in place.sandbox.received():
        if received.notice_id in ids:
            found |= {(c.name, c.passed): c.detail for c in received.checks}
    for refusal in place.sandbox.refusals()[refused_before:]:
        found |= {(c.name, c.passed): c.detail for c in refusal.checks if not c.passed}
    return tuple(CheckResult(Words(n, n), passed, seen) for (n, passed), seen in found.items())
