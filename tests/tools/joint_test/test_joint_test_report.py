"""The page: whole in one file, in two languages, with every case."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest


class Page(HTMLParser):
    """Collects what the tests ask of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.by_article: dict[str, dict[str, str]] = {}
        self._article = ""
        self._languages: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag == "article":
            self._article = given["id"]
            self.by_article[self._article] = {"fi": "", "en": ""}
        if tag == "span":
            self._languages.append(given.get("lang", ""))

    def handle_endtag(self, tag):
        if tag == "span":
            self._languages.pop()

    def handle_data(self, data):
        language = next((each for each in reversed(self._languages) if each), "")
        if self._article and language:
            self.by_article[self._article][language] += data


@pytest.fixture(scope="module")
def text(kit) -> str:
    return (kit.whole / "report.html").read_text("utf-8")


@pytest.fixture(scope="module")
def page(text) -> Page:
    return Page(text)


def test_the_page_needs_nothing_but_itself(page, text):
    for tag, attributes in page.tags:
        assert tag not in {"script", "link", "img", "iframe", "object", "base", "form"}
        for name in ("src", "href", "srcset", "data", "action"):
            assert (attributes.get(name) or "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL).group(1)
    assert "@import" not in style
    assert "url(" not in style


def test_every_case_is_told_in_both_languages(page, kit):
    assert set(page.by_article) == {r.case.id for r in kit.run.results}
    for result in kit.run.results:
        told = page.by_article[result.case.id]
        for language in ("fi", "en"):
            assert result.case.title.text(language) in told[language]
            assert result.case.purpose.text(language) in told[language]


def test_no_text_stands_in_one_language_only(kit, text):
    finnish = len(re.findall(r'<span lang="fi">', text))
    english = len(re.findall(r'</span><span lang="en">', text))
    assert finnish == english > 6 * len(kit.run.results)


def test_links_lead_to_a_place_that_is_there_once(page):
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    links = {a["href"].removeprefix("#") for tag, a in page.tags if tag == "a"}
    assert links <= set(ids)


def test_the_verdict_is_told_in_words_and_not_by_colour_alone(text):
    assert '✗ <span lang="fi">ei läpi</span><span lang="en">failed</span>' in text
    assert '✓ <span lang="fi">läpi</span><span lang="en">passed</span>' in text


def test_the_page_says_what_is_not_proven(text, kit):
    assumed = len(kit.run.edition.assumed())
    assert f"<strong>{assumed}</strong>" in text
    assert "not against Kanta" in text
    assert "It does not prove" in text
    assert "Se ei todista" in text


def test_the_page_opens_in_the_language_it_was_made_in(text, kit):
    assert '<html lang="fi">' in text
    assert 'id="show-fi" checked' in text
    english = (kit.redacted / "report.html").read_text("utf-8")
    assert '<html lang="en">' in english
    assert 'id="show-en" checked' in english


def test_what_a_case_file_says_cannot_become_markup(kit, text):
    assert "<b>&</b>" not in text
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in text
