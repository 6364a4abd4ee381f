"""Every limit stands in docs/limits.md with what it is, and has its sentence in each language."""

from __future__ import annotations

import re

import pytest

from sha_disclosure.limits import LIMITS, VARIABLE_PREFIX, Limit
from sha_disclosure.messages import LANGUAGES
from tests.places import ROOT

ROW = re.compile(r"^\| `([A-Z_]+)` \| ([0-9]+) \|", re.MULTILINE)


def test_the_page_has_every_limit_in_order() -> None:
    rows = ROW.findall((ROOT / "docs/limits.md").read_text("utf-8"))
    assert rows == [(each.name.upper(), str(each.default)) for each in LIMITS]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_a_variable_sets_a_limit(limit: Limit, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limit.value == limit.default
    monkeypatch.setenv(f"{VARIABLE_PREFIX}{limit.name.upper()}", " 77 ")
    assert limit.value == 77
    monkeypatch.setenv(limit.variable, "")
    assert limit.value == limit.default


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_what_is_over_a_limit_is_told_with_its_number(
    limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(limit.variable, "77")
    for language in LANGUAGES:
        if limit.name in {"data_sets", "answer_bytes"}:
            continue  # a problem of a notice, and an answer that proves nothing
        said = limit.exceeded(name="x").text(language)
        assert "77" in said
        assert limit.variable in said
