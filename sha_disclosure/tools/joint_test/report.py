"""The page for people (testiraportti): one HTML file in Finnish and English, without scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, get_args

from sha_disclosure.extras import NamedExtra
from sha_disclosure.messages import Language, catalogue, message
from sha_disclosure.tools.joint_test.case import Group
from sha_disclosure.tools.joint_test.facts import REPORTED, CaseEvidence
from sha_disclosure.tools.joint_test.result import Run

with NamedExtra("joint-test"):
    import jinja2
    import markupsafe

_SPAN = '<span lang="{}">{}</span>'
_SHOWN_MOST = 6000  # characters of one body on the page; its file has all of them


def render(
    facts: dict[str, Any], cases: Sequence[CaseEvidence], run: Run, language: Language
) -> str:
    """Return the page; it opens in ``language`` and shows the other on request."""
    return _templates().page(
        facts=facts,
        cases=cases,
        groups=_grouped(cases),
        sections=_sections(run),
        language=language,
    )


@cache
def _templates() -> _Templates:
    return _Templates()


class _Templates:
    """jinja2 templates that escape everything but their own text."""

    def __init__(self) -> None:
        self._environment = jinja2.Environment(
            loader=jinja2.FunctionLoader(_template),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        escape, markup = markupsafe.escape, markupsafe.Markup

        def both(texts: Mapping[str, str]) -> markupsafe.Markup:
            """Return a text in every language; the page shows the selected one."""
            spans = (_SPAN.format(language, escape(texts[language])) for language in REPORTED)
            return markup("".join(spans))

        def page(key: str, **values: object) -> markupsafe.Markup:
            """Return one of the page's own sentences."""
            message_id = message(f"joint_test.page.{key}").id
            texts = {name: escape(catalogue(name)[message_id]) for name in REPORTED}
            return both({name: text.format(**values) for name, text in texts.items()})

        self._environment.globals |= {
            "both": both,
            "page": page,
            "strong": markup("<strong>{}</strong>").format,
        }
        self._environment.filters |= {"pretty": _pretty, "seconds": _seconds, "moment": _moment}
        self._style = markup(_template("report.css"))

    def page(self, **values: Any) -> str:
        """Return the page for these values."""
        return self._environment.get_template("report.html.jinja").render(
            style=self._style, **values
        )


def _template(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _grouped(
    cases: Sequence[CaseEvidence],
) -> list[tuple[dict[Language, str], list[tuple[int, CaseEvidence]]]]:
    numbered = list(enumerate(cases, 1))
    groups = []
    for group in get_args(Group):
        own = [(number, each) for number, each in numbered if each.facts["group"] == group]
        heading = message(f"joint_test.group.{group}")
        if own:
            groups.append(({name: heading.text(name) for name in REPORTED}, own))
    return groups


def _sections(run: Run) -> list[tuple[str, int, int]]:
    """Return each section of the edition with the number of its entries and of assumed ones."""
    made: dict[str, list[int]] = {}
    for entry in run.edition.entries:
        counts = made.setdefault(entry.key.partition(".")[0], [0, 0])
        counts[0] += 1
        counts[1] += entry.status == "assumed"
    return [(name, whole, assumed) for name, (whole, assumed) in made.items()]


def _pretty(body: bytes | dict[str, Any] | list[Any]) -> str:
    """Return a body for display: JSON is indented, long ones are truncated."""
    try:
        value = json.loads(body) if isinstance(body, bytes) else body
        return _cut(json.dumps(value, ensure_ascii=False, indent=1))
    except (ValueError, RecursionError):
        return _cut(body.decode("utf-8", "replace") if isinstance(body, bytes) else "...")


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value >= 0.005 else "<0.01"


def _moment(written: str) -> str:
    """Return a time in a readable form, in UTC."""
    moment = datetime.fromisoformat(written).astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_MOST else f"{text[:_SHOWN_MOST]}\n[...]"
