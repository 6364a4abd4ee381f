"""The sandbox's web pages: received notices with every check made, and what was refused.

No script, no content of a notice: ids, grounds, names of checks and their findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from sha_disclosure.messages import Language, Parameter, message
from sha_disclosure.tools.sandbox.service import Refusal
from sha_disclosure.tools.sandbox.store import Received
from sha_disclosure.tools.verifier import MessageFinding

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;"
    "border-bottom:1px solid #ccc;vertical-align:top}.no{color:#a00000}.yes{color:#006020}"
)


class Pages:
    """The pages in one language."""

    def __init__(self, language: Language = "en") -> None:
        self.language: Language = language

    def overview(
        self, received: Sequence[Received], refusals: Sequence[Refusal], base_url: str
    ) -> str:
        """Return the first page: both lists, the newest first."""
        notices = self._table(
            ("received", "notice", "ground", "checks", "deliveries"),
            [
                (
                    escape(r.received_at),
                    f'<a href="{self._link(f"/notices/{quote(r.notice_id)}")}">'
                    f"{escape(r.notice_id)}</a>",
                    f"{escape(r.ground)} {_code(r.ground_code)}",
                    self._says(
                        "passed_of", passed=sum(c.passed for c in r.checks), count=len(r.checks)
                    ),
                    str(r.deliveries),
                )
                for r in reversed(received)
            ],
        )
        refused = self._table(
            ("refused", "request", "status", "reasons"),
            [
                (
                    escape(r.refused_at),
                    _code(r.request_id) if r.request_id else self._says("no_request_id"),
                    str(r.status),
                    self._reasons(r),
                )
                for r in reversed(refusals)
            ],
        )
        return self._page(
            "title",
            f"<p>{self._says('root')} {_code(f'{base_url}/')}</p>"
            f"<h2>{self._says('received', count=len(received))}</h2>{notices}"
            f"<h2>{self._says('refused', count=len(refusals))}</h2>{refused}",
            "/",
        )

    def notice(self, received: Received) -> str:
        """Return the page of one notice: what it is and every check that was made."""
        facts = (
            ("column_notice", _code(received.notice_id)),
            ("stored_as", _code(f"AuditEvent/{received.server_id}")),
            ("column_received", escape(received.received_at)),
            ("column_request", _code(received.request_id)),
            ("column_ground", f"{escape(received.ground)} {_code(received.ground_code)}"),
            ("requester", _code(received.requester)),
            ("signed_by", _code(received.signing_sha256)),
            ("token_signed_by", _code(received.token_sha256)),
            ("column_deliveries", str(received.deliveries)),
            ("digest", _code(received.sha256)),
        )
        table = _rows([(self._says(key), value) for key, value in facts])
        checks = self._table(
            ("check", "result", "seen"), [self._check(check) for check in received.checks]
        )
        return self._page(
            "one",
            f"{self._all()}<table>{table}</table><h2>{self._says('checks')}</h2>{checks}",
            f"/notices/{quote(received.notice_id)}",
        )

    def missing(self) -> str:
        """Return the page for an address that is not there."""
        return self._page("not_found", f"<p>{self._says('no_page')}</p>{self._all()}", "/")

    def _check(self, check: MessageFinding) -> tuple[str, str, str]:
        mark = "yes" if check.passed else "no"
        says = check.text(self.language)
        return (
            escape(check.check_name(self.language)),
            f'<span class="{mark}">{self._says(mark)}</span>',
            "" if check.id == "verifier.passed" else escape(says),
        )

    def _reasons(self, refusal: Refusal) -> str:
        items = "".join(
            f"<li><b>{escape(f.check_name(self.language))}</b>: "
            f"{escape(f.text(self.language))} {_code(f.path)}</li>"
            for f in refusal.findings
        )
        return f'<ul class="no">{items}</ul>'

    def _table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        if not rows:
            return f"<p>{self._says('none')}</p>"
        top = "".join(f'<th scope="col">{self._says(f"column_{c}")}</th>' for c in columns)
        return f"<table><thead><tr>{top}</tr></thead><tbody>{_rows(rows)}</tbody></table>"

    def _all(self) -> str:
        return f'<p><a href="{self._link("/")}">{self._says("all")}</a></p>'

    def _says(self, key: str, **parameters: Parameter) -> str:
        return escape(message(f"sandbox.{key}", **parameters).text(self.language))

    def _link(self, path: str) -> str:
        return f"{path}?lang={self.language}"

    def _page(self, title: str, content: str, path: str) -> str:
        says = self._says(title)
        other = "en" if self.language == "fi" else "fi"
        return (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8">'
            f"<title>{says}</title><style>{_STYLE}</style></head><body><h1>{says}</h1>"
            f'<p><a href="{path}?lang={other}" lang="{other}">{self._says("other_language")}</a>'
            f"</p>{content}</body></html>"
        )


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>" if text else ""


def _rows(rows: Sequence[Sequence[str]]) -> str:
    return "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
