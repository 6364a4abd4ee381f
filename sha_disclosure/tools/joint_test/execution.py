"""Executes one case: prepares and sends its notices with the public client, in its situation."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sha_disclosure.credentials import certified_signer
from sha_disclosure.credentials.signing import CertifiedSigner
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.errors import (
    ConfigurationError,
    InvalidNotice,
    SubmissionError,
)
from sha_disclosure.events import AttemptEnded, RetryScheduled
from sha_disclosure.events.kinds import Event
from sha_disclosure.jose.signer import KeySigner
from sha_disclosure.law import Circumstances, check_data
from sha_disclosure.messages import message
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
from sha_disclosure.tools.joint_test.environment import Environment
from sha_disclosure.tools.joint_test.exchanges import Recorder
from sha_disclosure.tools.joint_test.notices import Data, put
from sha_disclosure.tools.joint_test.result import Execution
from sha_disclosure.tools.sandbox import Pki


def execute(case: Case, notices: list[Data], environment: Environment) -> Execution:
    """Prepare and send the notices of a case; return the execution.

    Raises errors that are not outcomes of a case: ConfigurationError, SigningError.
    """
    execution = Execution(notices=notices)
    recorder = Recorder(environment.sources)
    began = environment.sources.monotonic()
    try:
        prepared = _prepared(notices, environment)
        execution.prepared.append(prepared)
        with _submitter(case, environment, recorder) as kanta:
            _send(case, prepared, kanta, execution, environment)
        execution.outcome = "stored"
    except InvalidNotice as error:
        execution.outcome, execution.problems = "InvalidNotice", error.problems
    except SubmissionError as error:
        execution.outcome, execution.error = type(error).__name__, error.sentence
        execution.attempts, execution.retry_at = error.attempts, error.retry_at
    finally:
        if environment.sandbox is not None:
            environment.sandbox.clear_faults()
    execution.seconds = environment.sources.monotonic() - began
    execution.exchanges = recorder.exchanges
    return execution


def _send(
    case: Case,
    prepared: PreparedNotice,
    kanta: KantaClient,
    execution: Execution,
    environment: Environment,
) -> None:
    situation = case.situation
    if isinstance(situation, Faults):
        if environment.sandbox is None:
            raise ConfigurationError(message("joint_test.needs_sandbox", case=case.id))
        for fault in situation.faults:
            details = fault.model_dump(exclude={"fault", "times"}, exclude_unset=True)
            environment.sandbox.inject(fault.fault, times=fault.times, **details)
    if isinstance(situation, Altered):
        find, replacement = situation.find.encode(), situation.put.encode()
        if find not in prepared.body:
            raise ConfigurationError(message("joint_test.nothing_to_alter", case=case.id))
        execution.altered = prepared.body.replace(find, replacement)
        prepared = replace(prepared, body=execution.altered)
    _submit(prepared, kanta, execution)
    if isinstance(situation, Again):
        _submit(prepared, kanta, execution)
    if isinstance(situation, Renewed):
        _renew(case, kanta, environment)
        execution.notices.append(execution.notices[0])
        notice = DisclosureNotice.model_validate(execution.notices[0])
        execution.prepared.append(kanta.prepare(notice))
        _submit(execution.prepared[-1], kanta, execution)
    if isinstance(situation, OtherContent):
        other = {**execution.notices[0], "id": prepared.notice_ids[0]}
        for path, value in situation.set.items():
            put(other, path, value)
        execution.notices.append(other)
        execution.prepared.append(_prepared([other], environment))
        _submit(execution.prepared[-1], kanta, execution)


def _submit(prepared: PreparedNotice, kanta: KantaClient, execution: Execution) -> None:
    receipt = kanta.submit(prepared)
    execution.receipts.append(receipt)
    execution.attempts = receipt.attempts


def _prepared(notices: list[Data], environment: Environment) -> PreparedNotice:
    """Return the message of the notices. Raises InvalidNotice with every problem."""
    read, problems = [], []
    given = Circumstances.of(
        environment.settings,
        environment.edition,
        environment.sources.clock(),
        environment.code_lists,
    )
    for index, data in enumerate(notices):
        try:
            read.append(DisclosureNotice.model_validate(data))
        except InvalidNotice:
            label = f"[{index}]." if len(notices) > 1 else ""
            found = [p for p in check_data(data, given) if p.blocks]
            problems += [replace(p, path=label + p.path) for p in found]
    if problems:
        raise InvalidNotice(problems)
    return environment.kanta.prepare(read)


@contextmanager
def _submitter(case: Case, environment: Environment, recorder: Recorder) -> Iterator[KantaClient]:
    """Yield the client of one case, set up for its situation."""
    situation, sources = case.situation, environment.sources
    options: dict[str, Any] = {
        "edition": environment.edition,
        "listeners": [_outcomes_into(recorder)],
    }
    with tempfile.TemporaryDirectory(prefix="sha-disclosure-joint-test-") as name:
        settings = _settings(case, environment.settings)
        if isinstance(situation, ForeignToken):
            options["token_signer"] = _foreign_signer(Path(name), environment)
        elif isinstance(situation, ForeignCertificate):
            settings = _with_foreign_certificate(settings, Path(name))
        elif isinstance(situation, Renewed):
            settings = _with_copies(settings, Path(name))
        elif isinstance(situation, TokenClock):
            off, clock = timedelta(seconds=situation.seconds), sources.clock
            sources = replace(sources, clock=lambda: clock() + off)
        with KantaClient(settings, sources=sources, transport=recorder.around, **options) as kanta:
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


def _foreign_signer(folder: Path, environment: Environment) -> CertifiedSigner:
    pki = Pki(folder)
    made = pki.issue("Foreign signer", "signing", issuer=pki.rogue())
    signer = KeySigner(made.key, environment.edition.wire.token.p256)
    return certified_signer(made.certificate_pem, signer, environment.edition, use="token")


def _with_foreign_certificate(settings: Settings, folder: Path) -> Settings:
    pki = Pki(folder)
    made = pki.issue("Foreign client", "client", issuer=pki.rogue())
    certificate, key = made.write(folder, "foreign")
    if settings.tls is None:
        raise ConfigurationError(message("joint_test.no_tls"))
    foreign = Tls(certificate=certificate, key=key, ca=settings.tls.ca)
    return settings.model_copy(update={"tls": foreign})


def _with_copies(settings: Settings, folder: Path) -> Settings:
    """Return the settings with copies of the keys' files, which may be replaced."""
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


def _renew(case: Case, kanta: KantaClient, environment: Environment) -> None:
    """Replace the client's certificates by new ones and let it load them."""
    if environment.sandbox is None or kanta.settings.tls is None:
        raise ConfigurationError(message("joint_test.needs_sandbox", case=case.id))
    pki, folder = environment.sandbox.pki, Path(str(kanta.settings.tls.certificate)).parent
    pki.issue("Renewed client", "client").write(folder, "tls")
    pki.issue("Renewed signer", "signing").write(folder, "signing")
    kanta.renew()


def _outcomes_into(recorder: Recorder) -> Callable[[Event], None]:
    """Return a listener that records the client's view of each attempt with its exchange."""

    def listen(event: Event) -> None:
        if not recorder.exchanges:
            return
        if isinstance(event, AttemptEnded):
            recorder.exchanges[-1].outcome = event.outcome
        elif isinstance(event, RetryScheduled):
            recorder.exchanges[-1].wait_s = event.wait_s

    return listen
