"""Acting out one case: its notices prepared and sent by the public client, in its situation."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sha_disclosure.credentials import signing_identity
from sha_disclosure.credentials.signing import SigningIdentity
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.errors import (
    ConfigurationError,
    InvalidNotice,
    SubmissionError,
)
from sha_disclosure.events import AttemptEnded, RetryScheduled
from sha_disclosure.events.kinds import Event
from sha_disclosure.jose.signer import KeySigner
from sha_disclosure.law.rules import Circumstances, check_data
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Retry, Settings, Timeouts, Tls
from sha_disclosure.tools.joint_test.case import (
    Again,
    Altered,
    Case,
    Faults,
    ForeignCertificate,
    ForeignToken,
    OtherContent,
    Renewed,
    TokenClock,
)
from sha_disclosure.tools.joint_test.notices import Data, put
from sha_disclosure.tools.joint_test.place import Place
from sha_disclosure.tools.joint_test.recording import RecordedClient, Recorder
from sha_disclosure.tools.joint_test.result import Course
from sha_disclosure.tools.sandbox import Pki


def act(case: Case, notices: list[Data], place: Place) -> Course:
    """Prepare and send the notices of a case; return how it went.

    Raises what is no outcome of a case: ConfigurationError, SigningError.
    """
    course = Course(notices=notices)
    recorder = Recorder(place.sources)
    began = place.sources.monotonic()
    try:
        prepared = _prepared(notices, place)
        course.prepared.append(prepared)
        with _submitter(case, place, recorder) as kanta:
            _send(case, prepared, kanta, course, place)
        course.outcome = "stored"
    except InvalidNotice as error:
        course.outcome, course.problems = "InvalidNotice", error.problems
    except SubmissionError as error:
        course.outcome, course.message = type(error).__name__, error.message
        course.attempts, course.retry_at = error.attempts, error.retry_at
    finally:
        if place.sandbox is not None:
            place.sandbox.clear_faults()
    course.seconds = place.sources.monotonic() - began
    course.exchanges = recorder.exchanges
    return course


def _send(
    case: Case, prepared: PreparedNotice, kanta: RecordedClient, course: Course, place: Place
) -> None:
    situation = case.situation
    if isinstance(situation, Faults):
        if place.sandbox is None:
            raise ConfigurationError(f"Case {case.id} needs the embedded sandbox")
        for fault in situation.faults:
            details = fault.model_dump(exclude={"fault", "times"}, exclude_unset=True)
            place.sandbox.inject(fault.fault, times=fault.times, **details)
    if isinstance(situation, Altered):
        find, put_ = situation.find.encode(), situation.put.encode()
        if find not in prepared.body:
            raise ConfigurationError(f"Case {case.id}: situation.find is not in the message")
        course.altered = prepared.body.replace(find, put_)
        prepared = replace(prepared, body=course.altered)
    _submit(prepared, kanta, course)
    if isinstance(situation, Again):
        _submit(prepared, kanta, course)
    if isinstance(situation, Renewed):
        _renew(kanta, place)
        course.notices.append(course.notices[0])
        notice = DisclosureNotice.model_validate(course.notices[0])
        course.prepared.append(kanta.prepare(notice))
        _submit(course.prepared[-1], kanta, course)
    if isinstance(situation, OtherContent):
        other = {**course.notices[0], "id": prepared.notice_ids[0]}
        for where, value in situation.set.items():
            put(other, where, value)
        course.notices.append(other)
        course.prepared.append(_prepared([other], place))
        _submit(course.prepared[-1], kanta, course)


def _submit(prepared: PreparedNotice, kanta: RecordedClient, course: Course) -> None:
    receipt = kanta.submit(prepared)
    course.receipts.append(receipt)
    course.attempts = receipt.attempts


def _prepared(notices: list[Data], place: Place) -> PreparedNotice:
    """Return the message of the notices. Raises InvalidNotice with every problem."""
    read, problems = [], []
    given = Circumstances.of(place.settings, place.edition, place.sources.clock(), place.code_lists)
    for index, data in enumerate(notices):
        try:
            read.append(DisclosureNotice.model_validate(data))
        except InvalidNotice:
            label = f"[{index}]." if len(notices) > 1 else ""
            found = [p for p in check_data(data, given) if p.severity == "error"]
            problems += [replace(p, path=label + p.path) for p in found]
    if problems:
        raise InvalidNotice(problems)
    return place.kanta.prepare(read)


@contextmanager
def _submitter(case: Case, place: Place, recorder: Recorder) -> Iterator[RecordedClient]:
    """Yield the client of one case, as its situation wants it."""
    situation, sources = case.situation, place.sources
    options: dict[str, Any] = {"edition": place.edition, "listeners": [_noting(recorder)]}
    with tempfile.TemporaryDirectory(prefix="sha-disclosure-joint-test-") as name:
        settings = _settings(case, place.settings)
        if isinstance(situation, ForeignToken):
            options["token_signer"] = _foreign_signer(Path(name), place)
        elif isinstance(situation, ForeignCertificate):
            settings = _with_foreign_certificate(settings, Path(name))
        elif isinstance(situation, Renewed):
            settings = _with_copies(settings, Path(name))
        elif isinstance(situation, TokenClock):
            off, clock = timedelta(seconds=situation.seconds), sources.clock
            sources = replace(sources, clock=lambda: clock() + off)
        with RecordedClient(settings, recorder, sources=sources, **options) as kanta:
            yield kanta


def _settings(case: Case, settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "timeouts": Timeouts.model_validate(
                {**settings.timeouts.model_dump(), **case.timeouts}
            ),
            "retry": Retry.model_validate({**settings.retry.model_dump(), **case.retry}),
        }
    )


def _foreign_signer(folder: Path, place: Place) -> SigningIdentity:
    pki = Pki(folder)
    made = pki.issue("Foreign signer", "signing", issuer=pki.rogue())
    signer = KeySigner(made.key, place.edition.wire.token.p256)
    return signing_identity(made.certificate_pem, signer, place.edition, use="token")


def _with_foreign_certificate(settings: Settings, folder: Path) -> Settings:
    pki = Pki(folder)
    made = pki.issue("Foreign client", "client", issuer=pki.rogue())
    certificate, key = made.write(folder, "foreign")
    if settings.tls is None:
        raise ConfigurationError("Settings: the table [tls] is missing")
    foreign = Tls(certificate=certificate, key=key, ca=settings.tls.ca)
    return settings.model_copy(update={"tls": foreign})


def _with_copies(settings: Settings, folder: Path) -> Settings:
    """Return the settings with keys in files of their own, which may be replaced."""
    copies: dict[str, Any] = {}
    for name in ("tls", "signing"):
        pair = getattr(settings, name)
        files = {use: folder / f"{name}.{end}" for use, end in _ENDS.items()}
        for use, file in files.items():
            file.write_bytes(Path(getattr(pair, use)).read_bytes())
            file.chmod(0o600)
        copies[name] = pair.model_copy(update=files)
    return settings.model_copy(update=copies)


_ENDS = {"certificate": "crt", "key": "key"}


def _renew(kanta: RecordedClient, place: Place) -> None:
    """Put new certificates in place of the client's and let it take them into use."""
    if place.sandbox is None or kanta.settings.tls is None:
        raise ConfigurationError("Renewing certificates needs the embedded sandbox")
    pki, folder = place.sandbox.pki, Path(str(kanta.settings.tls.certificate)).parent
    pki.issue("Renewed client", "client").write(folder, "tls")
    pki.issue("Renewed signer", "signing").write(folder, "signing")
    kanta.renew()


def _noting(recorder: Recorder) -> Callable[[Event], None]:
    """Return a listener that writes the client's view of each attempt beside its exchange."""

    def listen(event: Event) -> None:
        if not recorder.exchanges:
            return
        if isinstance(event, AttemptEnded):
            recorder.exchanges[-1].outcome = event.outcome
        elif isinstance(event, RetryScheduled):
            recorder.exchanges[-1].wait_s = event.wait_s

    return listen
