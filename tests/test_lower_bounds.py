"""The lower bounds of pyproject.toml and what docs/security.md says of them agree."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parent.parent
_BOUND = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?>=([0-9.]+)")


def bounds() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = chain(
        project["project"]["optional-dependencies"].values(),
        list(project["dependency-groups"].values()),
    )
    named = [*project["project"]["dependencies"], *chain.from_iterable(groups)]
    found = (_BOUND.match(each) for each in named if isinstance(each, str))
    return {match[1].lower(): match[2] for match in found if match}


def test_every_bound_against_a_hole_is_the_one_that_is_required() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    section = page.partition("## Lower bounds")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([A-Za-z0-9]+)[^|]*\| ([0-9.]+) \|", section, re.MULTILINE)
    assert len(rows) >= 8
    required = bounds()
    assert {name: required[name.lower()] for name, _ in rows} == dict(rows)


def test_everything_the_package_needs_has_a_lower_bound_and_no_upper_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for each in (*project["dependencies"], *chain(*project["optional-dependencies"].values())):
        assert each.startswith("sha-disclosure[") or _BOUND.fullmatch(each), each
