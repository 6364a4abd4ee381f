"""The sandbox's web pages: the list of requests, one request in full, and faults.

Everything that does not come from the templates (``web``) is escaped. The list shows ids,
grounds and findings, and no content of a notice; the page of a request shows all of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, get_args
from urllib.parse import urlencode

from sha_disclosure.characters import visible
from sha_disclosure.editions import Edition, Entry, Status
from sha_disclosure.extras import NamedExtra
from sha_disclosure.messages import LANGUAGES, Language, Parameter, message
from sha_disclosure.tools.sandbox import decoded
from sha_disclosure.tools.sandbox.exchange import Exchange
from sha_disclosure.tools.sandbox.faults import Fault, FaultKind
from sha_disclosure.tools.sandbox.listing import Choice, Page
from sha_disclosure.tools.sandbox.store import Stored
from sha_disclosure.tools.verifier import MessageFinding, entries_behind

with NamedExtra("sandbox"):
    import jinja2

_SHORT = 60


@dataclass(frozen=True, slots=True)
class Overview:
    """The content of the first page.

    ``searched`` is the id searched for, ``wrong`` the error in a fault that was ``given``,
    ``form`` the secret that the form must return.
    """

    page: Page
    choice: Choice
    counts: Mapping[str, int]
    organisations: Sequence[tuple[str, str]]
    waiting: Sequence[Fault]
    newest: int
    stamp: str
    form: str
    searched: str = ""
    given: Mapping[str, str] | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """One check of a request: its mark, its result, and the entries it depends on."""

    id: str
    mark: str
    name: str
    seen: str
    findings: Sequence[MessageFinding]
    fix: str
    entries: Sequence[Entry]
    statuses: Sequence[tuple[Status, int]]


class Pages:
    """The pages of one sandbox in one language; ``query`` is that of the requested page."""

    def __init__(
        self, edition: Edition, base_url: str, language: Language, here: str = "/", **query: str
    ) -> None:
        self.language: Language = language
        self._edition = edition
        self._base_url = base_url
        self._here = (here, query)

    def overview(self, shown: Overview) -> str:
        """Return the first page."""
        kept = {"outcome": shown.choice.shown, "organisation": shown.choice.requester}
        return self._page(
            "overview",
            **{name: getattr(shown, name) for name in shown.__slots__}
            | {"given": shown.given or {}},
            edition=self._edition,
            base_url=self._base_url,
            fault_kinds=get_args(FaultKind),
            kept=kept,
        )

    def exchange(
        self,
        exchange: Exchange,
        notices: Sequence[tuple[str, Stored | None]],
        *,
        older: int,
        newer: int,
    ) -> str:
        """Return the page of one request; ``older`` and ``newer`` are its neighbours, or 0."""
        request, wire = exchange.request, self._edition.wire
        token = decoded.bearer(request, wire)
        checks = [self._checked(check, exchange.findings) for check in exchange.checks]
        client = decoded.certificate(request.certificate) if request.certificate else None
        sent = ((n, value) for n, values in request.headers.items() for value in values)
        return self._page(
            "exchange",
            x=exchange,
            notices=notices,
            older=older,
            newer=newer,
            digest=hashlib.sha256(request.body).hexdigest(),
            checks=checks,
            sent=[_header(name, value, token) for name, value in sent],
            client=[client] if client else [],
            token=decoded.jws(token) if token else None,
            signature=decoded.signature(request.body, wire),
            body=decoded.document(request.body),
            answer=decoded.document(exchange.answer.body),
            answer_headers=[_header(*each) for each in exchange.answer.headers.items()],
        )

    def missing(self) -> str:
        """Return the page for an unknown address."""
        return self._page("missing")

    def _checked(self, check: MessageFinding, findings: Sequence[MessageFinding]) -> Checked:
        found = [each for each in findings if each.check == check.check]
        entries = entries_behind(check.check, self._edition)
        statuses = [each.status for each in entries]
        mark = {"passed": "good", "warning": "warn"}.get(check.severity, "bad")
        seen = "" if found or check.id == "verifier.passed" else check.text(self.language)
        return Checked(
            check.check,
            mark,
            check.check_name(self.language),
            seen,
            found,
            message(f"check_fixes.{check.check}").text(self.language),
            entries,
            [(each, statuses.count(each)) for each in get_args(Status) if each in statuses],
        )

    def _page(self, template: str, **values: Any) -> str:
        return (
            _templates()
            .get_template(f"{template}.html.jinja")
            .render(
                **values,
                t=self._says,
                fault=lambda kind: message(f"sandbox.fault.{kind}").text(self.language),
                named=message("sandbox.page.language_name").text,
                link=self._link,
                here=self._in,
                language=self.language,
                languages=LANGUAGES,
            )
        )

    def _says(self, key: str, **parameters: Parameter) -> str:
        return message(f"sandbox.page.{key}", **parameters).text(self.language)

    def _link(self, path: str, **query: object) -> str:
        return _address(path, self.language, query)

    def _in(self, language: Language) -> str:
        path, query = self._here
        return _address(path, language, query)


def _address(path: str, language: Language, query: Mapping[str, object]) -> str:
    asked = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode({**asked, 'lang': language})}"


def _header(name: str, value: str, token: str = "") -> tuple[str, str, int]:
    """Return a header for display: name, value, and its length if it is shortened."""
    if token and token in value and len(value) > _SHORT:
        return visible(name), visible(value[:_SHORT]), len(value)
    return visible(name), visible(value), 0


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(web_file),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"visible": visible, "moment": _moment}
    return environment


def web_file(name: str) -> str:
    """Return a file of the pages: a template, the style sheet or the script."""
    return resources.files(__package__).joinpath("web", name).read_text("utf-8")


def _moment(written: str) -> str:
    return visible(written[:19].replace("T", " "))
