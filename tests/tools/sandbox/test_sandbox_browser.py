"""The sandbox's page in a real browser: headless Chromium, where there is one."""

from __future__ import annotations

import shutil

import pytest
import wire_messages as m
from sandbox_caller import Caller

from sha_disclosure.messages import LANGUAGES
from sha_disclosure.tools.sandbox import Sandbox

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
    pytest.mark.proof,
]
WIDTHS = (1280, 420)


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    with Sandbox(tmp_path_factory.mktemp("browser")) as sandbox:
        caller = Caller(sandbox)
        caller.post()
        caller.post(Accept="*/*")
        caller.post(m.changed(m.bundle(), ("entry", 0, "resource", "agent"), "x"))
        sandbox.inject("status")
        caller.post()
        yield sandbox, caller
        caller.close()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(box, browser):
    """A page whose every complaint fails the test: errors, and what its policy refuses."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(box[0].admin_url)
    yield page
    context.close()
    assert complaints == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_the_window(box, page, width, language):
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/", "/requests/1", "/requests/2", "/requests/3", "/requests/4"):
        page.goto(f"{box[0].admin_url}{path}?lang={language}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_new_request_shows_by_itself_and_is_announced(box, page):
    link = page.locator("#list a[id^=r]").first
    link.focus()
    before, focused = link.inner_text(), link.get_attribute("id")
    box[1].post()
    page.wait_for_function(
        "before => document.querySelector('#list a').id !== 'r' + before", arg=before
    )
    assert page.locator("[role=status]").inner_text() == "New requests: 1"
    assert page.evaluate("document.activeElement.id") == focused


def test_updating_stops_and_goes_on(box, page):
    page.get_by_role("button", name="Pause").click()
    assert page.locator("[role=status]").inner_text() == "Not updated until resumed"
    newest = page.locator("#list a").first.get_attribute("id")
    box[1].post()
    page.wait_for_timeout(2500)
    assert page.locator("#list a").first.get_attribute("id") == newest
    page.get_by_role("button", name="Resume").click()
    page.wait_for_function("newest => document.querySelector('#list a').id !== newest", arg=newest)


def test_the_keyboard_reaches_everything_in_order(page):
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.innerText.trim().split(' ')[0]"))
    assert reached[0] == "Skip"
    assert reached[1:5] == ["Sandbox", "English", "Suomi", "Svenska"]
    assert reached[5:9] == ["All", "Accepted", "Refused", "With"]
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.goto(page.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_fault_is_asked_for_and_only_its_own_fields_are_shown(box, page):
    page.get_by_label("Fault", exact=True).select_option("delay")
    assert page.get_by_label("Seconds", exact=True).is_visible()
    assert not page.get_by_label("HTTP status").is_visible()
    page.get_by_label("Seconds", exact=True).fill("0.5")
    page.get_by_role("button", name="Add the fault").click()
    assert "the answer is delayed" in page.locator("#waiting").inner_text()
    page.get_by_role("button", name="Remove all waiting faults").click()
    assert "No faults are waiting." in page.locator("#waiting").inner_text()


def test_a_message_is_folded_and_opened_at_once(page, box):
    page.goto(f"{box[0].admin_url}/requests/1")
    opened = "document.querySelectorAll('#bundle-document details[open]').length"
    page.get_by_role("button", name="Open all").click()
    many = page.evaluate(opened)
    page.get_by_role("button", name="Close all").click()
    assert (many > 40, page.evaluate(opened)) == (True, 0)


def test_every_page_works_without_scripts(box, browser):
    context = browser.new_context(java_script_enabled=False, locale="fi")
    page = context.new_page()
    page.goto(box[0].admin_url)
    assert not page.get_by_role("button", name="Keskeytä").is_visible()
    page.get_by_role("link", name="Hylätty").click()
    page.locator("#list a").first.click()
    assert "Mitä tehdä" in page.inner_text("main")
    page.get_by_role("link", name="Svenska").click()
    assert "Vad som ska göras" in page.inner_text("main")
    context.close()


@pytest.mark.parametrize("path", ["/", "/requests/1"])
def test_a_screen_reader_finds_landmarks_headings_and_tables(box, page, path):
    page.goto(f"{box[0].admin_url}{path}")
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    for table in page.get_by_role("table").all():
        assert table.locator("caption").inner_text().strip()
    for field in page.locator("input:not([type=hidden]), select, button").all():
        assert field.evaluate("f => (f.labels?.[0] ?? f).innerText.trim()") != ""
