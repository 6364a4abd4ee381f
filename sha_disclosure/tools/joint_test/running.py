"""Running the cases one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages.words import Words
from sha_disclosure.tools.joint_test.acting import act
from sha_disclosure.tools.joint_test.case import Case
from sha_disclosure.tools.joint_test.judging import judge, service_checks
from sha_disclosure.tools.joint_test.notices import Replacement, notices_of
from sha_disclosure.tools.joint_test.place import Place, open_place
from sha_disclosure.tools.joint_test.reading import CaseFile, all_cases
from sha_disclosure.tools.joint_test.result import CaseResult, Run

__all__ = ["Place", "open_place", "run_cases"]

_ELSEWHERE = Words(
    "Not run here: only the embedded sandbox can bring about this situation.",
    "Ei ajettu tässä ympäristössä: tilanteen voi tuottaa vain sisäänrakennettu hiekkalaatikko.",
)
_UNREACHED = Words(
    "Not run: the environment could not be reached.",
    "Ei ajettu: ympäristöön ei saatu yhteyttä.",
)


def run_cases(
    files: Sequence[CaseFile],
    place: Place,
    *,
    wanted: Sequence[str] = (),
    tell: Callable[[CaseResult], None] = lambda _: None,
) -> Run:
    """Run the cases of the files and return what was found; ``tell`` hears each result at once.

    When an environment answers nothing at all, no more is sent there.

    Raises ConfigurationError and SigningError, which no case expects.
    """
    began = place.sources.clock()
    replace: Replacement = {k: v for file in files for k, v in file.replace.items()}
    results: list[CaseResult] = []
    answered = unreachable = False
    for file, case in all_cases(files, wanted):
        sends = "InvalidNotice" not in case.expected(embedded=place.embedded).outcome
        result = (
            _unreached(case, place) if unreachable and sends else _run(case, file, place, replace)
        )
        answered = answered or any(e.status for e in result.course.exchanges)
        silent = result.course.outcome == "NotSent" and result.state == "failed"
        unreachable = unreachable or (silent and not answered and not place.embedded)
        results.append(result)
        tell(result)
    return Run(
        place.settings,
        place.edition,
        place.embedded,
        began,
        place.sources.clock(),
        place.certificates(),
        tuple(results),
        unreachable=unreachable,
    )


def _unreached(case: Case, place: Place) -> CaseResult:
    return CaseResult(case, "not_run", case.expected(embedded=place.embedded), why=_UNREACHED)


def _run(case: Case, file: CaseFile, place: Place, replace: Replacement) -> CaseResult:
    expected = case.expected(embedded=place.embedded)
    if case.needs_sandbox and not place.embedded:
        return CaseResult(case, "not_run", expected, why=_ELSEWHERE)
    limit = place.edition.wire.limit.text
    refused_before = len(place.sandbox.refusals()) if place.sandbox else 0
    fault = ""
    try:
        notices = notices_of(case, folder=file.folder, limit=limit, replace=replace)
    except ConfigurationError as error:
        fault = error.message
    if fault:
        raise ConfigurationError(f"Case {case.id}: {fault}")
    course = act(case, notices, place)
    checks = judge(course, expected, case.situation, place)
    of_service = service_checks(course, place, refused_before)
    passed = all(check.passed for check in checks)
    return CaseResult(case, "passed" if passed else "failed", expected, course, checks, of_service)
