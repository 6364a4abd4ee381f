"""The checks of a case: its expectations, and those the SDK makes of every message."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from sha_disclosure.credentials import load_anchors
from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.editions.wire import Wire
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.findings import Finding
from sha_disclosure.messages import Message, Parameter, message
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.tools.joint_test.case import Again, Altered, Expectation, Renewed
from sha_disclosure.tools.joint_test.environment import Environment
from sha_disclosure.tools.joint_test.exchanges import request_id_header
from sha_disclosure.tools.joint_test.result import Execution
from sha_disclosure.tools.joint_test.token import read_token
from sha_disclosure.tools.sandbox import Received, Sandbox
from sha_disclosure.tools.verifier import verify_bundle

_CLOCKS_DIFFER = 0.2  # seconds; the tolerance of HTTP dates and of two clocks


def checks_of(
    execution: Execution, expected: Expectation, situation: object, environment: Environment
) -> tuple[Finding, ...]:
    """Return every check of a case, passed or not."""
    return (
        *_outcome(execution, expected),
        *_reported(execution, expected),
        *(
            check
            for prepared in execution.prepared
            for check in _message(prepared, execution, environment)
        ),
        *_exchanges(execution, situation, environment),
        *_receipts(execution, situation, environment),
    )


def _check(key: str, passed: object, seen: object = None, **parameters: Parameter) -> Finding:
    """Return a check as a finding; ``seen`` is the actual value if it failed."""
    sentence = message(f"joint_test.check.{key}", **parameters)
    detail = None if passed or seen is None else message("joint_test.seen", value=str(seen))
    return Finding(sentence.id, "", "passed" if passed else "error", sentence.parameters, detail)


def _outcome(execution: Execution, expected: Expectation) -> Iterator[Finding]:
    stored = message("joint_test.stored")
    named: tuple[str | Message, ...] = tuple(
        stored if outcome == "stored" else outcome for outcome in expected.outcome
    )
    key = "outcome" if len(named) == 1 else "one_of_outcomes"
    passed = execution.outcome in expected.outcome
    yield _check(key, passed, execution.outcome, expected=named)
    if "InvalidNotice" in expected.outcome:
        sent = len(execution.exchanges)
        yield _check("nothing_sent", not sent, sent)
    if expected.rules:
        rules = tuple(sorted(expected.rules))
        found = tuple(sorted({problem.rule for problem in execution.problems}))
        yield _check("rules", found == rules, ", ".join(found) or "-", rules=rules)
    if expected.status is not None:
        last = execution.exchanges[-1].status if execution.exchanges else None
        yield _check("last_answer", last == expected.status, last, status=expected.status)
    if expected.attempts is not None:
        passed = execution.attempts == expected.attempts
        yield _check("attempts", passed, execution.attempts, count=expected.attempts)


def _reported(execution: Execution, expected: Expectation) -> Iterator[Finding]:
    """Yield the checks of what the client reported to its caller."""
    if expected.possibly_duplicated is not None:
        said = execution.receipts[-1].possibly_duplicated if execution.receipts else None
        key = "possibly_duplicated" if expected.possibly_duplicated else "not_duplicated"
        yield _check(key, said is expected.possibly_duplicated, said)
    if expected.retry_at is not None:
        at = execution.retry_at
        seen = at.isoformat(timespec="seconds") if at else "-"
        yield _check("retry_at", (at is not None) is expected.retry_at, seen)
    if expected.waited_s is not None:
        longest = max((exchange.wait_s or 0.0 for exchange in execution.exchanges), default=0.0)
        passed = longest >= expected.waited_s - _CLOCKS_DIFFER
        yield _check("waited", passed, f"{longest:.2f} s", seconds=f"{expected.waited_s:g}")


def _message(
    prepared: PreparedNotice, execution: Execution, environment: Environment
) -> Iterator[Finding]:
    """Yield the SDK's own checks of a signed message."""
    tls = environment.settings.tls
    result = verify_bundle(
        prepared.body,
        environment.edition,
        anchors=load_anchors(tls.ca) if tls else (),
        at=environment.sources.clock(),
        signer=prepared.organisation,
    )
    structure = "; ".join(f"{f.path} {f.message}" for f in result.structure)
    yield _check("structure", not result.structure, structure)
    # Elsewhere the service determines the trust anchor of signatures; it is not in the settings.
    judged = [f for f in result.findings if environment.embedded or f.check != "chain"]
    yield _check(
        "signature",
        judged and all(f.passed for f in judged),
        ", ".join(f.check for f in judged if not f.passed),
        algorithm=result.algorithm or "-",
    )
    yield _check("reads_back", _reads_back(prepared, execution, environment))


def _reads_back(prepared: PreparedNotice, execution: Execution, environment: Environment) -> bool:
    try:
        read = read_bundle(prepared.bundle(), environment.edition.wire)
    except InvalidNotice:
        return False
    first = prepared is execution.prepared[0]
    given = execution.notices if first else execution.notices[-1:]
    notices = [DisclosureNotice.model_validate(data) for data in given[: len(prepared.notice_ids)]]
    wire = environment.edition.wire
    return [_plain(each, wire) for each in read] == [_plain(each, wire) for each in notices]


def _plain(notice: DisclosureNotice, wire: Wire) -> dict[str, Any]:
    """Return a notice without what the SDK adds to it, and what is not sent."""
    added = {"id": None, "recorded_at": None}
    data = notice.model_copy(update={**added, "acknowledged": (), "reference": None})
    plain = data.model_dump(mode="json", by_alias=True)
    if wire.event.cause == "omitted":
        plain["ground"].pop("cause", None)
    return plain


def _exchanges(
    execution: Execution, situation: object, environment: Environment
) -> Iterator[Finding]:
    sent, wire = execution.exchanges, environment.edition.wire
    if not sent:
        return
    bodies = {prepared.body for prepared in execution.prepared}
    if isinstance(situation, Altered):
        bodies = {execution.altered or b""}
    yield _check("unchanged", {exchange.body for exchange in sent} <= bodies)
    header, ids = request_id_header(wire), {exchange.request_id(wire) for exchange in sent}
    yield _check("own_request_ids", len(ids) == len(sent) and all(ids), header=header)
    tokens = {read_token(exchange, wire).unique_id for exchange in sent}
    yield _check("new_tokens", len(tokens) == len(sent) and all(tokens))


def _receipts(
    execution: Execution, situation: object, environment: Environment
) -> Iterator[Finding]:
    if execution.outcome != "stored":
        return
    locations = [[each.location for each in receipt.notices] for receipt in execution.receipts]
    yield _check("locations", all(map(all, locations)))
    if environment.sandbox is None:
        return
    held = {each.notice_id: each.sha256 for each in _held(execution, environment.sandbox)}
    yield _check(
        "sandbox_holds",
        all(held.get(i) == p.digest for p in execution.prepared for i in p.notice_ids),
    )
    if isinstance(situation, Renewed):
        yield from _renewed(execution, environment.sandbox)
    if isinstance(situation, Again):
        yield _check("same_notice", all(each == locations[0] for each in locations[1:]))


def _renewed(execution: Execution, sandbox: Sandbox) -> Iterator[Finding]:
    held = {each.notice_id: each for each in _held(execution, sandbox)}
    first, last = (held[execution.prepared[i].notice_ids[0]] for i in (0, -1))
    changed = first.signing_sha256 != last.signing_sha256 == last.token_sha256
    yield _check("new_certificate", changed)
    undisturbed = all(exchange.status == HTTPStatus.OK for exchange in execution.exchanges)
    once_each = len(execution.exchanges) == len(execution.prepared)
    yield _check("undisturbed", undisturbed and once_each)


def _held(execution: Execution, sandbox: Sandbox) -> list[Received]:
    """Return what the sandbox holds of a case's notices."""
    ids = dict.fromkeys(i for prepared in execution.prepared for i in prepared.notice_ids)
    return [each for notice_id in ids for each in sandbox.received(notice_id)]


def checks_of_the_sandbox(execution: Execution, environment: Environment) -> tuple[Finding, ...]:
    """Return the checks that the embedded sandbox made of the case's messages."""
    if environment.sandbox is None or not execution.prepared:
        return ()
    made = [c for each in _held(execution, environment.sandbox) for c in each.checks]
    wire = environment.edition.wire
    own = {exchange.request_id(wire) for exchange in execution.exchanges}
    for refusal in environment.sandbox.refusals():
        if refusal.request_id in own:
            made += [check for check in refusal.checks if not check.passed]
    found = {(check.check, check.passed): check for check in made}
    return tuple(
        Finding(
            "joint_test.sandbox_check",
            check.path,
            check.severity,
            (("check", message(f"checks.{check.check}")),),
            message("joint_test.seen", value=Message(check.id, check.parameters))
            if check.id != "verifier.passed"
            else None,
        )
        for check in found.values()
    )
