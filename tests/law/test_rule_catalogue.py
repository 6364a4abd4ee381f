"""The catalogue of the rules: every rule proven both ways, every text in both languages."""

from __future__ import annotations

import re
import runpy
import sys

import pytest
from places import ROOT
from traceability.proofs import rule_proofs, telling

from sha_disclosure.law.fitting import SEVERITIES
from sha_disclosure.law.rulebook import rule_entries
from sha_disclosure.law.rules import RULES
from sha_disclosure.law.searches import SEARCH_RULES

GENERATOR = ROOT / "specs" / "generate.py"
KEYS = {breach.key for entry in rule_entries().values() for breach in entry.breaches}


@pytest.mark.proof  # `make lint` says the same
def test_the_generated_pages_are_current(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [str(GENERATOR), "--check"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(GENERATOR), run_name="__main__")
    assert (caught.value.code, capsys.readouterr().out) == (0, "")


@pytest.mark.parametrize("rule", rule_entries())
def test_every_rule_has_a_test_that_accepts_and_one_that_refuses(rule: str) -> None:
    add = (
        f"mark a test with pytest.mark.accepts({rule!r}) and one with pytest.mark.refuses({rule!r})"
    )
    assert set(rule_proofs().get(rule, ())) == {"accepts", "refuses"}, add


def test_no_mark_names_a_rule_that_is_not() -> None:
    assert set(rule_proofs()) == set(rule_entries())


def test_every_rule_is_told_by_the_code() -> None:
    assert set(telling()) == set(rule_entries())


def test_every_breach_a_rule_or_a_field_tells_has_its_words_and_no_words_are_idle() -> None:
    told = {*(rule.key for rules in (RULES, SEARCH_RULES) for rule in rules), *SEVERITIES}
    assert told <= KEYS
    source = "".join(file.read_text("utf-8") for file in (ROOT / "sha_disclosure").rglob("*.py"))
    idle = {key for key in KEYS - told if f'"{key}"' not in source}
    assert idle == set()


def names(text: str) -> set[str]:
    """Return the fields, values and commands that a text names."""
    return set(re.findall(r"`[^`]+`", text))


def test_both_languages_name_the_same_fields() -> None:
    for entry in rule_entries().values():
        for texts in (*(breach.texts for breach in entry.breaches), entry.summary):
            en, fi = texts["en"], texts["fi"]
            assert en[-1] == fi[-1] == "."
            # Finnish puts a field's name after its term, so it may name more of them.
            assert names(en) <= names(fi), en
            assert "TODO" not in en + fi
