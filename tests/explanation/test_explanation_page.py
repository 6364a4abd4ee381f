"""The page of an explanation: whole by itself, without script, with nothing of others unescaped."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from places import GOLDEN

from sha_disclosure.editions import load_edition
from sha_disclosure.explanation import Explanation, explain
from sha_disclosure.messages import LANGUAGES

EDITION = load_edition()
EMPTY = {"meta", "br"}
HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>\u202e"


class Page(HTMLParser):
    """Reads a page, and fails where tags do not pair."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    document = json.loads((GOLDEN / "permission-to-organisation.json").read_bytes())
    return explain(document, EDITION)


@pytest.fixture(scope="module")
def hostile() -> Explanation:
    text = (GOLDEN / "permission-to-organisation.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text.replace("Virtanen", json.dumps(HOSTILE)[1:-1]))
    entries = tuple(
        replace(e, source=HOSTILE, check=HOSTILE, key=f"{e.key}{HOSTILE}")
        if e.key in {"profile.patient", "agent.controller"}
        else e
        for e in EDITION.entries
    )
    return explain(document, replace(EDITION, name=HOSTILE, entries=entries))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_and_in_its_language(language: Any, explanation: Explanation) -> None:
    text = explanation.html(language)
    page = Page(text)
    assert text.startswith(f'<!doctype html>\n<html lang="{language}">')
    assert {"h1", "h2", "h3", "table", "th"} <= page.tags
    assert "script" not in page.tags
    assert not {name for name, _ in page.attributes if name in {"src", "style"} or name[:2] == "on"}


def test_nothing_is_loaded_and_every_link_is_within_the_page(explanation: Explanation) -> None:
    text = explanation.html()
    page = Page(text)
    links = {value for name, value in page.attributes if name == "href"}
    places = {f"#{value}" for name, value in page.attributes if name == "id"}
    assert links
    assert links <= places
    assert "url(" not in text
    assert "@import" not in text


def test_no_text_of_others_is_unescaped(hostile: Explanation) -> None:
    page = Page(hostile.html(show_values=True))
    assert not page.tags & {"script", "img"}
    assert not {name for name, _ in page.attributes} & {"onerror", "src"}
    assert "<script>alert(1)</script>" in "".join(page.texts)
    assert "\u202e" not in hostile.html(show_values=True)
    assert "\u202e" not in hostile.text(show_values=True)


def test_every_element_has_its_place_on_the_page(explanation: Explanation) -> None:
    shown = "".join(Page(explanation.html(show_values=True)).texts)
    for row in explanation.rows:
        assert row.element.rpartition(".")[2] in shown
        for name in (*row.fields, *row.settings, *(entry.key for entry in row.entries)):
            assert name in shown


def test_the_page_says_whether_it_holds_personal_data(explanation: Explanation) -> None:
    assert "Korhonen" not in explanation.html("fi")
    assert "Korhonen" in explanation.html("fi", show_values=True)
    assert "henkilötietoja" in explanation.html("fi")
