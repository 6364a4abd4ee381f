"""Every sentence stands in every language, with the same parameters, and is used."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import cache

import ids_in_code
import pytest

from sha_disclosure.messages import LANGUAGES, catalogue, citations

ENGLISH = catalogue("en")
OTHERS = [language for language in LANGUAGES if language != "en"]
IDS = sorted(ENGLISH)

SAME: dict[str, set[str]] = {
    "fi": set(),
    "sv": {
        "answer.seen", "check.name.proxy", "checks.bundle", "checks.json", "checks.provenance",
        "checks.token_form", "cli.edition.status", "codes.entry", "edition.file",
        "explain.column.element", "explain.column.status",
        "joint_test.page.edition", "joint_test.page.status", "sandbox.page.organisation",
        "shape.text",
    },
}  # fmt: skip
"""Ids whose text is a name or a term alone, the same as in English."""


def parameters(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def words(text: str) -> list[str]:
    """Return the words of a sentence, without parameters, `names in code`, and citations."""
    plain = re.sub(r"\{\w*\}|`[^`]*`", "", text)
    return re.findall(r"[^\W\d_]{3,}", plain)


def end(text: str) -> str:
    """Return the mark a sentence ends with; of a text without one, nothing."""
    return text[-1] if text[-1] in ".:;,?!…" else ""


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_missing_in_a_language_and_none_is_its_own_alone(language):
    assert sorted(catalogue(language)) == IDS


@pytest.mark.parametrize("language", OTHERS)
def test_the_tables_stand_in_the_same_order(language):
    assert list(catalogue(language)) == list(ENGLISH)


@pytest.mark.parametrize("language", OTHERS)
def test_the_languages_have_the_same_parameters(language):
    other = catalogue(language)
    assert {i: parameters(other[i]) for i in IDS} == {i: parameters(ENGLISH[i]) for i in IDS}


def test_every_parameter_has_a_name():
    for language in LANGUAGES:
        for message_id, text in catalogue(language).items():
            for _, name, _, conversion in string.Formatter().parse(text):
                assert name is None or name.isidentifier(), (language, message_id)
                assert conversion is None, (language, message_id)


@pytest.mark.parametrize("language", OTHERS)
def test_the_languages_end_a_sentence_alike(language):
    other = catalogue(language)
    assert [i for i in IDS if end(other[i]) != end(ENGLISH[i])] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_is_translated(language):
    other = catalogue(language)
    same = [i for i in IDS if other[i] == ENGLISH[i] and words(ENGLISH[i])]
    assert [i for i in same if i not in SAME[language]] == []


def test_no_text_is_blank_or_ends_with_a_blank():
    for language in LANGUAGES:
        for message_id, text in catalogue(language).items():
            assert text.strip(), (language, message_id)
            assert text == text.rstrip(), (language, message_id)


def test_every_rule_has_its_citation():
    rules = {name.removeprefix("rules.") for name in ENGLISH.tables("rules")}
    assert rules == set(citations())


# --- what the code names ------------------------------------------------------------------


def candidates(use: ids_in_code.Use) -> list[str]:
    """Return the ids that a call may mean."""
    known = ids_by_name(short=use.maker in {"problem", "Rule"})
    named = use.of(known)
    return [message_id for name in named for message_id in known[name]]


@cache
def ids_by_name(*, short: bool) -> dict[str, list[str]]:
    """Return the ids by each way the code may name them."""
    known: dict[str, list[str]] = {}
    for message_id in IDS:
        for name in names(message_id, short=short):
            known.setdefault(name, []).append(message_id)
    return known


def names(message_id: str, *, short: bool) -> Iterator[str]:
    """Yield the ways the code may name an id: whole, by its table, or without ``rules.``."""
    table, _, key = message_id.rpartition(".")
    if not short:
        yield message_id
        if key == "text":
            yield table
    elif message_id.startswith("rules."):
        yield message_id.removeprefix("rules.")
        if key == "breach":
            yield table.removeprefix("rules.")


def test_every_id_that_the_code_names_is_in_the_catalogue():
    unknown = [f"{use.where} {use.pattern}" for use in ids_in_code.uses() if not candidates(use)]
    assert unknown == []


def all_parameters(message_id: str) -> set[str]:
    """Return the parameters of a sentence and, of a finding, of its further sentences."""
    table, _, key = message_id.rpartition(".")
    texts = ENGLISH.table(table).values() if key == "text" else [ENGLISH[message_id]]
    return {name for text in texts for name in parameters(text)}


def test_a_message_is_made_with_the_parameters_of_its_text():
    wrong = [
        f"{use.where} {use.pattern}: {sorted(use.parameters)}"
        for use in ids_in_code.uses()
        if use.parameters is not None
        if not any(
            use.parameters in (parameters(ENGLISH[i]), all_parameters(i)) for i in candidates(use)
        )
    ]
    assert wrong == []


def test_no_sentence_is_unused():
    named = {pattern for _, pattern in ids_in_code.texts()}
    whole = {p for p in named if ".+" not in p}
    open_ended = [p for p in named if re.match(r"[a-z_]+\\\.", p) and p not in whole]
    fits_an_open_one = re.compile("|".join(p for p in open_ended if p != RULES)).fullmatch
    further = ids_in_code.parts() | {"summary"}

    def used(message_id: str) -> bool:
        table, _, key = message_id.rpartition(".")
        ways = {message_id, *names(message_id, short=True), *names(message_id, short=False)}
        if key in further:
            ways |= {table, f"{table}.text", *names(f"{table}.breach", short=True)}
        if any(re.escape(way) in whole for way in ways):
            return True
        return any(map(fits_an_open_one, ways))

    assert [i for i in IDS if not used(i)] == []


RULES = r"rules\..+\..+"
"""How ``problem`` makes an id of a rule's; it names no rule by itself."""
