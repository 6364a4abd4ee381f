"""Secrets planted in a notice, a key, a search: no error shows them in any channel."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from channels import channels_of, frames_of_package, locals_shown
from places import NOTICES
from pydantic import BaseModel, TypeAdapter, ValidationError
from test_error_tree import tree

from sha_disclosure import (
    AsyncKantaClient,
    DisclosureError,
    DisclosureNotice,
    KantaClient,
    Outbox,
    OutboxKey,
    Settings,
    Sources,
    certified_signer,
    errors,
    load_edition,
    require_access_reason,
)
from sha_disclosure.boundary import boundary
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.jose import CallbackSigner
from sha_disclosure.notice import Client, Coding
from sha_disclosure.outbox import keys_from_environment
from sha_disclosure.settings import KeyPair, Retry
from sha_disclosure.tools.sandbox import Sandbox
from sha_disclosure.tools.sandbox.faults import FaultKind
from sha_disclosure.values import FreeText, Instant, PersonalId
from tests.authority import edition_with, leaf, pem

NAME = "Salaisuusnen"
TEXT = "planted-secret-text"
CODE = "050594U903M"
SECRETS = (NAME, TEXT, CODE)

Data = dict[str, Any]


def planted(**changes: Any) -> Data:
    """Return a notice with a secret in every field that a person fills."""
    data: Data = json.loads((NOTICES / "permission-to-organisation.json").read_text("utf-8"))
    data.pop("id", None)
    data["client"] |= {"personal_id": CODE, "family_name": NAME, "given_names": [NAME]}
    data["discloser"] |= {"family_name": NAME, "given_names": [NAME], "title": TEXT}
    data["recipient"]["name"] = TEXT
    data["purpose"] = TEXT
    data["ground"]["scope"] = TEXT
    for each in data["disclosed_data"]:
        each["description"] = TEXT
        each["service_tasks"][0]["display"] = TEXT
    return data | changes


def clean(channels: Iterator[tuple[str, str]]) -> None:
    for channel, shown in channels:
        for secret in SECRETS:
            assert secret not in shown, (channel, shown[:2000])


def raised(work: Callable[[], Any]) -> BaseException:
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("nothing was raised")


@pytest.fixture(scope="module")
def module_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(module_sandbox: Sandbox) -> Sandbox:
    module_sandbox.clear_faults()
    return module_sandbox


def once(sandbox: Sandbox) -> Settings:
    return sandbox.settings().model_copy(update={"retry": Retry(attempts=1)})


# --- every class of error ----------------------------------------------------------------------


def failing(_: bytes) -> NoReturn:
    raise RuntimeError(f"the module says {TEXT}")


def signing_with(sandbox: Sandbox, sign: Callable[[bytes], bytes], **options: Any) -> KantaClient:
    chain = (sandbox.folder / "signing.crt").read_bytes()
    signer = certified_signer(chain, CallbackSigner(sign), load_edition())
    return KantaClient(once(sandbox), content_signer=signer, **options)


def _signer_fails(sandbox: Sandbox, folder: Path) -> None:
    with signing_with(sandbox, failing) as kanta:
        kanta.prepare(DisclosureNotice.model_validate(planted()))


def _signer_returns_too_little(sandbox: Sandbox, folder: Path) -> None:
    with signing_with(sandbox, lambda data: b"") as kanta:
        kanta.prepare(DisclosureNotice.model_validate(planted()))


def _expired(sandbox: Sandbox, folder: Path) -> None:
    sources = Sources()
    later = Sources(clock=lambda: sources.clock() + timedelta(days=36500))
    with KantaClient(sandbox.settings(), sources=sources) as kanta:
        kanta._sources = kanta._setup.sources = later
        kanta.prepare(DisclosureNotice.model_validate(planted(recorded_at="2026-11-20T12:00:00Z")))


def _submitting(fault: FaultKind, **options: Any) -> Callable[[Sandbox, Path], None]:
    def submit(sandbox: Sandbox, folder: Path) -> None:
        with KantaClient(once(sandbox)) as kanta:
            prepared = kanta.prepare(DisclosureNotice.model_validate(planted()))
            sandbox.inject(fault, **options)
            kanta.submit(prepared)

    return submit


def _submitting_async(sandbox: Sandbox, folder: Path) -> None:
    async def submit() -> None:
        async with AsyncKantaClient(once(sandbox)) as kanta:
            prepared = kanta.prepare(DisclosureNotice.model_validate(planted()))
            sandbox.inject("status", status=422)
            await kanta.submit(prepared)

    asyncio.run(submit())


def _not_sent(sandbox: Sandbox, folder: Path) -> None:
    settings = once(sandbox).model_copy(update={"base_url": "https://127.0.0.1:1/fhir"})
    with KantaClient(settings) as kanta:
        kanta.submit(kanta.prepare(DisclosureNotice.model_validate(planted())))


def _unread_bundle(sandbox: Sandbox, folder: Path) -> None:
    with KantaClient(sandbox.settings()) as kanta:
        read = kanta.prepare(DisclosureNotice.model_validate(planted())).bundle()
        del read["entry"][0]["resource"]["contained"][0]["resourceType"]
        read["entry"][0]["resource"]["agent"] = TEXT
        read_bundle(read, kanta.edition.wire)


def _adding(add: Callable[[Outbox, KantaClient], Any], **options: Any) -> Any:
    def work(sandbox: Sandbox, folder: Path) -> None:
        with Outbox(folder / "o.sqlite", **options) as outbox, KantaClient(once(sandbox)) as kanta:
            add(outbox, kanta)

    return work


def _prepared(kanta: KantaClient, **changes: Any) -> Any:
    return kanta.prepare(DisclosureNotice.model_validate(planted(**changes)))


def _full(outbox: Outbox, kanta: KantaClient) -> None:
    outbox.add(_prepared(kanta))
    outbox.add(_prepared(kanta))


def _taken(outbox: Outbox, kanta: KantaClient) -> None:
    outbox.add(_prepared(kanta, reference="tapaus-1"))
    outbox.add(_prepared(kanta, reference="tapaus-1", purpose=f"{TEXT} 2"))


def _busy(outbox: Outbox, kanta: KantaClient) -> None:
    from sha_disclosure.outbox import database  # noqa: PLC0415 - patched here only

    prepared = _prepared(kanta)
    holder = sqlite3.connect(str(outbox._database.engine.url.database), isolation_level=None)
    with contextlib.closing(holder), outbox._database.engine.connect() as kept:
        driver: Any = kept.connection.driver_connection
        driver.execute("PRAGMA busy_timeout = 10")
        holder.execute("BEGIN IMMEDIATE")
        assert database
        outbox.add(prepared, kept)


def _damaged(outbox: Outbox, kanta: KantaClient) -> None:
    prepared = _prepared(kanta)
    outbox.add(prepared)
    with contextlib.closing(sqlite3.connect(str(outbox._database.engine.url.database))) as raw:
        raw.execute("UPDATE sha_outbox_payload SET payload = payload || 'x'")
        raw.commit()
    outbox.show(prepared.notice_ids[0])


def _no_table(outbox: Outbox, kanta: KantaClient) -> None:
    prepared = _prepared(kanta)
    with contextlib.closing(sqlite3.connect(str(outbox._database.engine.url.database))) as raw:
        raw.execute("ALTER TABLE sha_outbox_message RENAME TO elsewhere")
    outbox.add(prepared)


def _wrong_settings(sandbox: Sandbox, folder: Path) -> None:
    Settings(environment="x", signing={"key": 5, "passphrase": TEXT}, proxy=[TEXT])  # type: ignore[call-arg, arg-type]


CASES: dict[str, tuple[type[DisclosureError], Callable[[Sandbox, Path], Any]]] = {
    "a notice of another shape": (
        errors.InvalidNotice, lambda s, f: DisclosureNotice.model_validate(planted(colour=TEXT))),
    "a notice as keywords": (
        errors.InvalidNotice, lambda s, f: DisclosureNotice(**planted(colour=TEXT))),
    "a notice that is no JSON": (
        errors.InvalidNotice, lambda s, f: DisclosureNotice.model_validate_json(f'["{TEXT}", ')),
    "a notice by a deprecated name": (
        errors.InvalidNotice, lambda s, f: DisclosureNotice.parse_raw(f'["{TEXT}", ')),
    "a notice as texts": (
        errors.InvalidNotice,
        lambda s, f: DisclosureNotice.model_validate_strings(planted(colour=TEXT))),
    "a changed copy": (
        errors.InvalidNotice,
        lambda s, f: Client.model_validate(planted()["client"]).model_copy(
            update={"personal_id": f"{CODE}X"})),
    "a notice that breaks rules": (
        errors.InvalidNotice,
        lambda s, f: KantaClient(s.settings()).prepare(
            DisclosureNotice.model_validate(planted(purpose=f"{TEXT} {CODE}")))),
    "a value": (errors.InvalidNotice, lambda s, f: PersonalId(f"{CODE}{TEXT}")),
    "a moment": (errors.InvalidNotice, lambda s, f: Instant(TEXT)),
    "a text": (errors.InvalidNotice, lambda s, f: FreeText(f"{TEXT}\0")),
    "another Bundle": (errors.InvalidNotice, _unread_bundle),
    "a search": (
        errors.InvalidAccessReason,
        lambda s, f: require_access_reason({"justification": f"{TEXT} {CODE}", TEXT: NAME})),
    "a dictionary in place of a notice": (
        errors.ConfigurationError, lambda s, f: KantaClient(s.settings()).prepare([planted()])),  # type: ignore[list-item]
    "settings": (errors.ConfigurationError, _wrong_settings),
    "settings as JSON": (
        errors.ConfigurationError,
        lambda s, f: Settings.model_validate_json(f'{{"proxy": "{TEXT}"')),
    "settings by a deprecated name": (
        errors.ConfigurationError, lambda s, f: Settings.parse_raw(f'{{"proxy": "{TEXT}"')),
    "settings that are none": (
        errors.ConfigurationError, lambda s, f: Settings.model_validate([TEXT])),
    "settings as texts": (
        errors.ConfigurationError, lambda s, f: Settings.model_validate_strings({"proxy": TEXT})),
    "a key of the environment": (
        errors.ConfigurationError,
        lambda s, f: keys_from_environment({"SHA_DISCLOSURE_OUTBOX_KEY": TEXT})),
    "a failing signer": (errors.KeyUnavailable, _signer_fails),
    "a signer without a signature": (errors.KeyUnavailable, _signer_returns_too_little),
    "a certificate of before": (errors.CertificateExpired, _expired),
    "no service": (errors.NotSent, _not_sent),
    "a reset": (errors.OutcomeUnknown, _submitting("reset_after")),
    "half an answer": (errors.OutcomeUnknown, _submitting("half_body")),
    "a busy service": (errors.Unavailable, _submitting("status", status=503)),
    "a refused token": (errors.Unauthorized, _submitting("status", status=401, times=2)),
    "a refusal": (errors.Rejected, _submitting("status", status=422)),
    "a refusal, asyncio": (errors.Rejected, _submitting_async),
    "another path": (errors.Misdirected, _submitting("status", status=404, body="empty")),
    "a page": (errors.UnexpectedAnswer, _submitting("html")),
    "a full outbox": (errors.OutboxFull, _adding(_full, limit=1)),
    "a reference that is taken": (errors.ReferenceTaken, _adding(_taken)),
    "a busy outbox": (errors.OutboxBusy, _adding(_busy)),
    "a damaged outbox": (errors.OutboxDamaged, _adding(_damaged)),
    "an outbox without a table": (errors.OutboxError, _adding(_no_table)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_no_error_shows_a_secret_in_any_channel(
    case: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    kind, work = CASES[case]
    error = raised(lambda: work(sandbox, tmp_path))
    assert isinstance(error, kind), error
    clean(channels_of(error))
    assert frames_of_package(error) == []
    assert error.__cause__ is None
    assert error.__context__ is None


def test_every_class_of_error_is_tried_here() -> None:
    groups = {errors.DisclosureError, errors.SubmissionError, errors.SigningError}
    kinds = {k for k in tree(errors.DisclosureError) if not k.__name__.startswith("_")}
    assert kinds - groups == {kind for kind, _ in CASES.values()}


# --- what is not the SDK's own error -----------------------------------------------------------


class SoftTimeLimit(Exception):  # noqa: N818 - as task queues call it
    """What a host's signal handler raises."""


@pytest.fixture
def interrupt() -> Iterator[Callable[[], None]]:
    """Return a function that has the host's handler raise at once."""
    if not hasattr(signal, "SIGALRM"):
        pytest.skip("needs the signals of POSIX")

    def ring(*_: object) -> None:
        raise SoftTimeLimit("the host's own")

    before = signal.signal(signal.SIGALRM, ring)
    yield lambda: signal.raise_signal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, before)


def test_an_exception_of_the_host_passes_as_it_is_and_takes_no_content_along(
    sandbox: Sandbox, interrupt: Callable[[], None]
) -> None:
    def sign(data: bytes) -> bytes:
        interrupt()
        return data

    notice = DisclosureNotice.model_validate(planted())
    with signing_with(sandbox, sign) as kanta:
        error = raised(lambda: kanta.prepare(notice))
    assert type(error) is SoftTimeLimit
    assert str(error) == "the host's own"
    assert "BundleSigner.sign" in frames_of_package(error)  # its places are kept
    clean(channels_of(error))


def test_every_exception_of_a_chain_or_a_group_that_passes_takes_no_content_along() -> None:
    def fail(content: str) -> NoReturn:
        raise OSError("the host's own")

    @boundary
    def public(content: str) -> None:
        found: list[Exception] = []
        for _ in range(2):
            try:
                fail(content)
            except OSError as error:
                found.append(error)
        try:
            raise ExceptionGroup("several", found) from found[0]  # noqa: TRY301 - as a task group
        except ExceptionGroup as group:
            found[0].__context__ = group  # a circle
            raise KeyError("the last") from None

    error = raised(lambda: public(TEXT))
    group = error.__context__
    assert isinstance(group, ExceptionGroup)
    assert group.__cause__ is group.exceptions[0]
    for each in (error, group, *group.exceptions):
        frames = [frame for frame, _ in traceback.walk_tb(each.__traceback__)]
        inside = [frame for frame in frames if frame.f_code.co_name in {"public", "fail"}]
        assert inside
        assert not any(frame.f_locals for frame in inside)


def test_no_frame_of_a_cancelled_submission_holds_content(sandbox: Sandbox) -> None:
    async def submit() -> None:
        async with AsyncKantaClient(sandbox.settings()) as kanta:
            prepared = kanta.prepare(DisclosureNotice.model_validate(planted()))
            sandbox.inject("delay", seconds=0.2)
            async with asyncio.timeout(0.05):
                await kanta.submit(prepared)

    error = raised(lambda: asyncio.run(submit()))
    assert isinstance(error, TimeoutError)
    clean(channels_of(error))


def test_the_exception_that_a_host_is_handling_stays_the_context() -> None:
    own = KeyError("the host's own")

    def handle() -> None:
        try:
            raise own
        except KeyError:
            Client.model_validate({"family_name": 5})

    error = raised(handle)
    assert isinstance(error, errors.InvalidNotice)
    assert error.__context__ is own
    assert own.__traceback__ is not None


def test_no_running_frame_of_a_listener_or_a_signer_shows_content(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """A tracker that records the stack of a logging call sees these."""
    seen: set[str] = set()

    def look(*_: object) -> None:
        for place, shown in locals_shown(sys._getframe(), known=seen):
            seen.add(place)
            assert not any(secret in shown for secret in SECRETS), (place, shown)

    with (
        KantaClient(once(sandbox), listeners=[look]) as kanta,
        Outbox(tmp_path / "o.sqlite", listeners=[look]) as outbox,
    ):
        kanta.submit(_prepared(kanta))
        outbox.add(_prepared(kanta))
        outbox.drain(kanta, workers=1)
    assert any("submit" in place for place in seen)
    assert any("add" in place for place in seen)


# --- pydantic ----------------------------------------------------------------------------------


class CaseOfHost(BaseModel):
    """A host's own model, without any setting that hides input."""

    notice: DisclosureNotice | None = None
    client: Client | None = None
    code: PersonalId | None = None
    codings: list[Coding] = []
    keys: KeyPair | None = None


UNFIT: dict[str, Callable[[], Any]] = {
    "a notice": lambda: CaseOfHost(notice=planted(purpose="", **{TEXT: 1})),  # type: ignore[arg-type]
    "a text in place of a notice": lambda: CaseOfHost(notice=TEXT),  # type: ignore[arg-type]
    "a kind": lambda: CaseOfHost(notice=planted(ground={"kind": TEXT})),  # type: ignore[arg-type]
    "JSON": lambda: CaseOfHost.model_validate_json(
        json.dumps({"notice": planted(language=TEXT), "code": CODE + "X"})
    ),
    "texts": lambda: CaseOfHost.model_validate_strings(
        {"client": {"family_name": NAME, "x": NAME}}
    ),
    "a value": lambda: CaseOfHost(code=f"{CODE}X"),  # type: ignore[arg-type]
    "a list": lambda: CaseOfHost(codings=[{"code": f" {TEXT}", "display": NAME}]),  # type: ignore[list-item]
    "a passphrase": lambda: CaseOfHost(keys={"key": 5, "passphrase": TEXT}),  # type: ignore[arg-type]
    "an adapter": lambda: TypeAdapter(DisclosureNotice).validate_python(planted(colour=TEXT)),
    "an adapter's JSON": lambda: TypeAdapter(DisclosureNotice).validate_json(f'{{"{TEXT}": '),
    "an adapter's texts": lambda: TypeAdapter(DisclosureNotice).validate_strings(
        planted(colour=TEXT)
    ),
    "an adapter of a list": lambda: TypeAdapter(list[Client]).validate_python([{"x": NAME}]),
    "an adapter of a value": lambda: TypeAdapter(PersonalId).validate_json(f'"{CODE}X"'),
}


@pytest.mark.parametrize("case", UNFIT)
def test_pydantics_own_error_of_a_host_shows_no_part_of_a_notice(case: str) -> None:
    error = raised(UNFIT[case])
    assert isinstance(error, ValidationError)
    faults = error.errors()
    assert faults
    shown = f"{error}{error!r}{faults}{error.json()}{error.errors(include_url=False)}"
    for secret in SECRETS:
        assert secret not in shown
    assert all(fault["input"] in {"***", None} for fault in faults)


def test_pydantics_error_names_the_rule_and_the_place_of_each_problem() -> None:
    error = raised(lambda: CaseOfHost(notice=planted(purpose="")))  # type: ignore[arg-type]
    assert isinstance(error, ValidationError)
    (fault,) = error.errors()
    assert (fault["type"], fault["loc"]) == ("N05", ("notice", "purpose"))
    assert fault["msg"] == fault["ctx"]["problem"].message


# --- what holds keys ---------------------------------------------------------------------------


def test_no_serialiser_prints_the_key_of_an_outbox(tmp_path: Path) -> None:
    secret = b"planted-secret-of-thirty-two-byt"
    key = OutboxKey(secret, "2026")
    text = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    with Outbox(tmp_path / "o.sqlite", keys=[key]) as outbox:
        for shown in (repr(key), repr(vars(key)), repr(vars(outbox)), repr(vars(outbox._keys))):
            assert text not in shown
            assert "planted" not in shown


def test_the_certificate_of_a_signer_of_the_hosts_own_is_no_secret_its_signature_input_is() -> None:
    own = certified_signer(pem(leaf().certificate), CallbackSigner(failing), edition_with())
    error = raised(lambda: own.sign(TEXT.encode()))
    clean(channels_of(error))
    assert frames_of_package(error) == []
