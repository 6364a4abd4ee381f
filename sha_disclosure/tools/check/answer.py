"""The service's answer to the harmless request, and whether it accepted our certificate."""

from __future__ import annotations

from datetime import timedelta

from sha_disclosure.delivery.skew import NOTABLE, clock_skew
from sha_disclosure.encoding import Malformed, read_json
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.settings import Settings
from sha_disclosure.tools.check.attempt import Answer, Attempt
from sha_disclosure.tools.check.checks import failed, not_run, passed, warned
from sha_disclosure.tools.check.offline import Offline

_CHECKS = ("client_certificate", "answer", "root", "server.clock", "gateway")
_GATEWAY_HEADERS = ("via", "server")
_HEADER_MAX = 80
# nginx answers 400, 495 or 496 with a page of its own to a client certificate it rejects.
_CERTIFICATE_STATUSES = {400, 495, 496}


# A correct address is refused with these where a token is required before anything else.
_CLOSED = {401, 403}
_ABSENT = {404, 405, 410}


def check_answer(offline: Offline, attempt: Attempt, target: str, first: str) -> list[Finding]:
    """Return the checks of the answer: client certificate, root, clock and gateway.

    ``target`` is the requested path; ``first`` the check that failed earlier, if any.
    """
    if first:
        return [not_run(check, first) for check in _CHECKS]
    answer = attempt.answer
    page = answer is not None and answer.received.is_page
    ours = _client_certificate(offline, attempt, page=page)
    if answer is None:
        if ours.severity == "passed" or not attempt.alert:
            key = "check.answer_late" if attempt.late else "check.answer_closed"
            found = failed("answer", message(key))
        else:
            found = not_run("answer", "client_certificate")
        return [ours, found, *(not_run(c, "answer") for c in ("root", "server.clock", "gateway"))]
    answered = _answer(answer)
    first = next((each.path for each in (ours, answered) if each.severity != "passed"), "")
    return [
        ours,
        answered,
        not_run("root", first) if first else _root(answer, target),
        _clock(answer, offline.partial.settings),
        _gateway(answer, page=page and ours.severity != "error"),
    ]


def _client_certificate(offline: Offline, attempt: Attempt, *, page: bool) -> Finding:
    check, answer = "client_certificate", attempt.answer
    if not offline.has_client_certificate:
        return not_run(check, "tls.certificate")
    if attempt.alert:
        return failed(check, message("check.client_alert", alert=attempt.alert))
    if answer is None:
        return not_run(check, "answer")
    if page and answer.status in _CERTIFICATE_STATUSES:
        return failed(check, message("check.client_page", status=answer.status))
    return passed(check, message("check.ok.client_certificate"))


def _answer(answer: Answer) -> Finding:
    status = answer.status
    if 300 <= status < 400:
        return warned("answer", message("check.answer_redirect", status=status))
    if status >= 500:
        return warned("answer", message("check.answer_fault", status=status))
    return passed("answer", message("check.ok.answer", status=status))


def _root(answer: Answer, target: str) -> Finding:
    """Return whether the answer is that of a FHIR service at the root that ``base_url`` names.

    Only a submitted notice proves that; an answer that is clearly something else is a warning.
    """
    status, type_ = answer.status, _resource_type(answer)
    seen: dict[str, str | int] = {"status": status, "target": target}
    if type_ == "CapabilityStatement" and status < 300:
        return passed("root", message("check.ok.root", **seen))
    if type_ == "OperationOutcome" and status in _ABSENT:
        return warned("root", message("check.root_unknown", **seen))
    if type_ == "OperationOutcome":
        return passed("root", message("check.ok.root_outcome", **seen))
    if status in _CLOSED and not answer.received.is_page:
        return warned("root", message("check.root_closed", **seen))
    return warned("root", message("check.root_wrong", **seen))


def _resource_type(answer: Answer) -> str:
    try:
        resource = read_json(answer.received.body)
    except Malformed:
        return ""
    type_ = resource.get("resourceType") if isinstance(resource, dict) else None
    return type_ if isinstance(type_, str) else ""


def _clock(answer: Answer, settings: Settings) -> Finding:
    """Return the offset of this host's clock from the service's, according to its answer."""
    check = "server.clock"
    skew = clock_skew(answer.headers, received_at=answer.received_at, took_s=answer.took_s)
    if skew is None:
        return warned(check, message("check.no_date"))
    seconds = round(abs(skew.total_seconds()))
    if abs(skew) <= NOTABLE:
        return passed(check, message("check.ok.server_clock", seconds=seconds))
    behind = skew > timedelta(0)
    found = message("check.clock_behind" if behind else "check.clock_ahead", seconds=seconds)
    tolerable = settings.correct_clock_skew or seconds <= settings.clock_skew_s
    return warned(check, found) if tolerable else failed(check, found)


def _gateway(answer: Answer, *, page: bool) -> Finding:
    given = [name for name in _GATEWAY_HEADERS if name in answer.headers]
    headers = "; ".join(f"{name.title()}: {_clean(answer.headers[name])}" for name in given) or "-"
    if page:
        return warned("gateway", message("check.gateway_page", headers=headers))
    if "via" in answer.headers:
        return warned("gateway", message("check.gateway_via", headers=headers))
    return passed("gateway", message("check.ok.gateway", headers=headers))


def _clean(value: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in value)[:_HEADER_MAX]
