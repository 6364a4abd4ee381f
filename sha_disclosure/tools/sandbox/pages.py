"""The sandbox's web pages: received notices with every check made, and what was refused.

No script, no content of a notice: ids, grounds, names of checks and their findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from sha_disclosure.tools.sandbox.service import Refusal
from sha_disclosure.tools.sandbox.store import Received
from sha_disclosure.tools.verifier.findings import Check

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;"
    "border-bottom:1px solid #ccc;vertical-align:top}.no{color:#a00000}.yes{color:#006020}"
)


def overview(received: Sequence[Received], refusals: Sequence[Refusal], base_url: str) -> str:
    """Return the first page: both lists, the newest first."""
    notices = _table(
        ("Received", "Notice", "Ground", "Checks", "Deliveries"),
        [
            (
                escape(r.received_at),
                f'<a href="/notices/{quote(r.notice_id)}">{escape(r.notice_id)}</a>',
                f"{escape(r.ground)} <code>{escape(r.ground_code)}</code>",
                f"{sum(c.passed for c in r.checks)} of {len(r.checks)} passed",
                str(r.deliveries),
            )
            for r in reversed(received)
        ],
    )
    refused = _table(
        ("Refused", "Request", "Status", "Reasons"),
        [
            (
                escape(r.refused_at),
                f"<code>{escape(r.request_id or 'no request id')}</code>",
                str(r.status),
                _reasons(r),
            )
            for r in reversed(refusals)
        ],
    )
    return _page(
        "Sandbox of the log-register retention service",
        f"<p>Service root <code>{escape(base_url)}/</code></p>"
        f"<h2>Received notices ({len(received)})</h2>{notices}"
        f"<h2>Refused requests ({len(refusals)})</h2>{refused}",
    )


def notice(received: Received) -> str:
    """Return the page of one notice: what it is and every check that was made."""
    facts = _table(
        ("", ""),
        [
            ("Notice", f"<code>{escape(received.notice_id)}</code>"),
            ("Stored as", f"<code>AuditEvent/{escape(received.server_id)}</code>"),
            ("Received", escape(received.received_at)),
            ("Request", f"<code>{escape(received.request_id)}</code>"),
            ("Ground", f"{escape(received.ground)} <code>{escape(received.ground_code)}</code>"),
            ("Requester", f"<code>{escape(received.requester)}</code>"),
            ("Signed by", f"<code>{escape(received.signing_sha256)}</code>"),
            ("Token signed by", f"<code>{escape(received.token_sha256)}</code>"),
            ("Deliveries", str(received.deliveries)),
            ("SHA-256 of the message", f"<code>{escape(received.sha256)}</code>"),
        ],
    )
    return _page(
        "Received notice",
        f'<p><a href="/">All notices</a></p>{facts}<h2>Checks</h2>{_checks(received.checks)}',
    )


def missing() -> str:
    """Return the page for an address that is not there."""
    return _page("Not found", '<p>There is no such page. <a href="/">All notices</a></p>')


def _checks(checks: Sequence[Check]) -> str:
    rows = [
        (
            escape(check.name),
            '<span class="yes">passed</span>' if check.passed else '<span class="no">failed</span>',
            escape(check.detail),
        )
        for check in checks
    ]
    return _table(("Check", "Result", "Seen"), rows)


def _reasons(refusal: Refusal) -> str:
    items = "".join(
        f"<li><b>{escape(f.check)}</b>: {escape(f.why)} <code>{escape(f.where)}</code></li>"
        for f in refusal.findings
    )
    return f'<ul class="no">{items}</ul>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "<p>None yet.</p>"
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def _page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f"</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{content}"
        "</body></html>"
    )
