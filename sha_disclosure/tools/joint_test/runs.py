"""Runs the cases one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import Message, message
from sha_disclosure.tools.joint_test.case import Case
from sha_disclosure.tools.joint_test.case_files import CaseFile, all_cases
from sha_disclosure.tools.joint_test.checks import checks_of, checks_of_the_sandbox
from sha_disclosure.tools.joint_test.environment import Environment
from sha_disclosure.tools.joint_test.execution import execute
from sha_disclosure.tools.joint_test.notices import Data, Replacement, notices_of
from sha_disclosure.tools.joint_test.result import CaseResult, Run


def run_cases(
    files: Sequence[CaseFile],
    environment: Environment,
    *,
    wanted: Sequence[str] = (),
    on_result: Callable[[CaseResult], None] = lambda _: None,
) -> Run:
    """Run the cases of the files and return the results.

    ``on_result`` is called with each result as soon as it is known. If an environment does not
    answer at all, nothing more is sent to it.

    Raises ConfigurationError and SigningError, which no case expects.
    """
    began = environment.sources.clock()
    replace: Replacement = {k: v for file in files for k, v in file.replace.items()}
    results: list[CaseResult] = []
    answered = unreachable = False
    for file, case in all_cases(files, wanted):
        sends = "InvalidNotice" not in case.expected(embedded=environment.embedded).outcome
        if unreachable and sends:
            result = _not_run(case, environment, message("joint_test.not_reached"))
        elif case.needs_sandbox and not environment.embedded:
            result = _not_run(case, environment, message("joint_test.sandbox_only"))
        else:
            result = _run(case, file, environment, replace)
        answered = answered or any(e.status for e in result.execution.exchanges)
        silent = result.execution.outcome == "NotSent" and result.state == "failed"
        unreachable = unreachable or (silent and not answered and not environment.embedded)
        results.append(result)
        on_result(result)
    return Run(
        environment.settings,
        environment.edition,
        environment.embedded,
        began,
        environment.sources.clock(),
        environment.certificates(),
        tuple(results),
        unreachable=unreachable,
    )


def _not_run(case: Case, environment: Environment, why: Message) -> CaseResult:
    return CaseResult(case, "not_run", case.expected(embedded=environment.embedded), why=why)


def _run(case: Case, file: CaseFile, environment: Environment, replace: Replacement) -> CaseResult:
    expected = case.expected(embedded=environment.embedded)
    execution = execute(case, _notices(case, file, environment, replace), environment)
    checks = checks_of(execution, expected, case.situation, environment)
    passed = all(check.severity == "passed" for check in checks)
    return CaseResult(
        case,
        "passed" if passed else "failed",
        expected,
        execution,
        checks,
        checks_of_the_sandbox(execution, environment),
    )


def _notices(
    case: Case, file: CaseFile, environment: Environment, replace: Replacement
) -> list[Data]:
    limit = environment.edition.wire.limit.text
    fault: Message | str
    try:
        return notices_of(case, folder=file.folder, limit=limit, replace=replace)
    except ConfigurationError as error:
        fault = error.sentence
    raise ConfigurationError(message("joint_test.fault.in_case", case=case.id, fault=fault))
