"""The page for people (testiraportti): one HTML file in Finnish and English, without scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages.words import Language
from sha_disclosure.tools.joint_test.case import GROUPS
from sha_disclosure.tools.joint_test.result import Run
from sha_disclosure.tools.joint_test.summary import ShownCase

_SHOWN_MOST = 6000  # characters of one body on the page; the file beside it has all


def render(facts: dict[str, Any], cases: Sequence[ShownCase], run: Run, language: Language) -> str:
    """Return the page; it opens in ``language`` and shows the other on request.

    Raises ConfigurationError when jinja2 is not installed.
    """
    templates = _Templates()
    return templates.page(
        facts=facts,
        cases=cases,
        groups=_grouped(cases),
        sections=_sections(run),
        language=language,
    )


def require_jinja() -> None:
    """Refuse to begin without what the page is made with. Raises ConfigurationError."""
    _Templates()


class _Templates:
    """jinja2 with everything escaped that is not of the templates themselves."""

    def __init__(self) -> None:
        missing = False
        try:
            import jinja2  # noqa: PLC0415 - an extra
            import markupsafe  # noqa: PLC0415 - comes with it
        except ModuleNotFoundError:
            missing = True
        if missing:
            raise ConfigurationError(
                'The report needs an extra; install it: pip install "sha-disclosure[joint-test]"'
            )
        self._environment = jinja2.Environment(
            loader=jinja2.FunctionLoader(_template),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        both = markupsafe.Markup('<span lang="fi">{}</span><span lang="en">{}</span>')
        self._environment.globals["both"] = lambda en, fi: both.format(fi, en)
        self._environment.filters |= {"pretty": _pretty, "seconds": _seconds, "moment": _moment}
        self._style = markupsafe.Markup(_template("report.css"))  # noqa: S704 - our own file

    def page(self, **values: Any) -> str:
        """Return the page of these values."""
        return self._environment.get_template("report.html.jinja").render(
            style=self._style, **values
        )


def _template(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _grouped(
    cases: Sequence[ShownCase],
) -> list[tuple[dict[str, str], list[tuple[int, ShownCase]]]]:
    numbered = list(enumerate(cases, 1))
    made = []
    for group, words in GROUPS.items():
        own = [(number, each) for number, each in numbered if each.facts["group"] == group]
        if own:
            made.append(({"en": words.en, "fi": words.fi}, own))
    return made


def _sections(run: Run) -> list[tuple[str, int, int]]:
    """Return each section of the edition with how many entries it has and how many are assumed."""
    made: dict[str, list[int]] = {}
    for entry in run.edition.entries:
        counts = made.setdefault(entry.key.partition(".")[0], [0, 0])
        counts[0] += 1
        counts[1] += entry.status == "assumed"
    return [(name, whole, assumed) for name, (whole, assumed) in made.items()]


def _pretty(body: bytes | dict[str, Any] | list[Any]) -> str:
    """Return a body for reading: JSON indented, long ones cut."""
    try:
        value = json.loads(body) if isinstance(body, bytes) else body
        return _cut(json.dumps(value, ensure_ascii=False, indent=1))
    except (ValueError, RecursionError):
        return _cut(body.decode("utf-8", "replace") if isinstance(body, bytes) else "...")


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value >= 0.005 else "<0.01"


def _moment(written: str) -> str:
    """Return a moment as people write it, in UTC."""
    moment = datetime.fromisoformat(written).astimezone(UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_MOST else f"{text[:_SHOWN_MOST]}\n[...]"
