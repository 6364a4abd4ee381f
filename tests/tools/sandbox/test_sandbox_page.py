"""The sandbox's page as any browser gets it: what it shows, in which language, and to whom."""

from __future__ import annotations

import re
from contextlib import suppress
from html.parser import HTMLParser
from importlib import resources

import httpx
import pytest
import wire_messages as m
from sandbox_caller import Caller, plain_http

from sha_disclosure.editions import load_edition
from sha_disclosure.messages import LANGUAGES, catalogue
from sha_disclosure.tools.sandbox import Sandbox
from sha_disclosure.tools.sandbox.listing import PAGE
from sha_disclosure.tools.verifier import entries_behind

PLANTED = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;\u202e"


class Tags(HTMLParser):
    """The tags of a page with their attributes, and every id."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.ids = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id"]


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    with Sandbox(tmp_path_factory.mktemp("page")) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def sender(box):
    sender = Caller(box)
    yield sender
    sender.close()


@pytest.fixture
def pages(box):
    with plain_http(box.admin_url) as http:
        yield http


@pytest.fixture
def own_box(tmp_path):
    """A sandbox that nothing was sent to before."""
    with Sandbox(tmp_path) as sandbox, plain_http(sandbox.admin_url) as http:
        caller = Caller(sandbox)
        yield sandbox, caller, http
        caller.close()


def newest(pages):
    return pages.get("/admin/newest").json()["newest"]


def only(pattern, text):
    """Return what the pattern finds, which it does once."""
    (found,) = set(re.findall(pattern, text))
    return found.replace("&amp;", "&")


def form(pages):
    return only(r'name="form" value="([^"]+)"', pages.get("/").text)


def test_the_list_begins_with_the_newest(sender, pages):
    ids = []
    for _ in range(3):
        content = m.bundle()
        assert sender.post(content).status_code == 200
        ids.append(content["entry"][0]["resource"]["id"])
    text = pages.get("/").text
    places = [text.index(each) for each in ids]
    assert places == sorted(places, reverse=True)


def test_a_list_is_narrowed_by_outcome_and_organisation(own_box):
    box, sender, pages = own_box
    sender.post()
    sender.post(Accept="*/*")
    box.inject("status")
    sender.post()
    accepted, refused, fault = (
        pages.get("/", params={"outcome": each}).text for each in ("accepted", "refused", "fault")
    )
    rows = re.compile(r'<tr role="row" class="(\w+)">')
    assert set(rows.findall(accepted)) == {"accepted"}
    assert set(rows.findall(refused)) == {"refused"}
    assert set(rows.findall(fault)) == {"unjudged"}
    assert m.REQUESTER_NAME in accepted
    of_one = pages.get("/", params={"organisation": m.REQUESTER}).text
    assert set(rows.findall(of_one)) == {"accepted"}
    assert not rows.findall(pages.get("/", params={"organisation": "1.2.3"}).text)


def test_every_id_of_a_message_finds_it(box, sender, pages):
    request_id = "0f0e3c1c-6f8e-4a57-8f0a-111111111111"
    content = m.bundle()
    answer = sender.post(content, X_Request_Id=request_id).json()
    stored = answer["entry"][0]["response"]["location"].split("/")[1]
    number = newest(pages)
    for asked in (content["entry"][0]["resource"]["id"], request_id, stored, f"#{number}"):
        assert f'href="/requests/{number}?' in pages.get("/", params={"id": f" {asked} "}).text
    nothing = pages.get("/", params={"id": PLANTED})
    assert nothing.status_code == 200
    assert "<table" not in nothing.text


def test_pages_follow_one_another(tmp_path):
    with Sandbox(tmp_path) as sandbox, plain_http(sandbox.admin_url) as pages:
        caller = Caller(sandbox)
        for _ in range(PAGE + 2):
            caller.post(Accept="*/*")
        caller.close()
        first = pages.get("/").text
        older = only(r'id="older" rel="next" href="([^"]+)"', first)
        second = pages.get(older).text
        rows = [re.findall(r'id="r(\d+)"', text) for text in (first, second)]
        assert [int(n) for page in rows for n in page] == list(range(PAGE + 2, 0, -1))
        newer = only(r'id="newer" rel="prev" href="([^"]+)"', second)
        assert re.findall(r'id="r(\d+)"', pages.get(newer).text) == rows[0]


def test_a_message_is_shown_with_everything(sender, pages):
    content = m.bundle()
    sender.post(content)
    text = pages.get(f"/notices/{content['entry'][0]['resource']['id']}").text
    for shown in (
        "content signature: chain", "ES256 over", "x-request-id", "serviceRequester.name",
        "CN=Sandbox", "transaction-response", "AuditEvent/", "Kaarina", "claim.issuer",
    ):  # fmt: skip
        assert shown in text, shown


def test_a_refused_message_says_what_to_do(sender, pages):
    content = m.changed(m.bundle(), ("entry", 1, "resource", "recorded"), "2026-01-01T00:00:00Z")
    assert sender.post(content).status_code == 400
    for language in LANGUAGES:
        text = pages.get(f"/requests/{newest(pages)}", params={"lang": language}).text
        assert catalogue(language)["check_fixes.provenance"] in text
        assert catalogue(language)["verifier.differs_recorded"].replace("'", "&#39;") in text


def test_each_check_has_what_to_do_in_every_language_and_entries_it_may_rest_on():
    edition = load_edition()
    for language in LANGUAGES:
        checks = catalogue(language).table("checks")
        assert set(catalogue(language).table("check_fixes")) == set(checks)
    bare = {check for check in checks if not entries_behind(check, edition)}
    assert bare == {
        "sandbox", "size", "json", "stored_before", "fault_injection", "client_certificate",
        "private_headers", "token_signer", "one_client", "document", "key", "key_usage", "dates",
        "revocation",
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_one_language(sender, pages, language):
    sender.post()
    for path in ("/", f"/requests/{newest(pages)}", "/requests/0"):
        text = pages.get(path, params={"lang": language}).text
        assert f'<html lang="{language}">' in text
        assert catalogue(language)["sandbox.page.stand_in"] in text
        for other in set(LANGUAGES) - {language}:
            assert catalogue(other)["sandbox.page.stand_in"] not in text
            assert f'hreflang="{other}"' in text


@pytest.mark.parametrize(
    ("asked", "language"),
    [("sv-FI,fi;q=0.8", "sv"), ("de, fi", "fi"), ("", "en"), ("de", "en"), ("*", "en")],
)
def test_a_browser_gets_the_first_language_that_is_known(pages, asked, language):
    text = pages.get("/", headers={"Accept-Language": asked}).text
    assert f'<html lang="{language}">' in text


def test_nothing_from_outside_becomes_markup(box, sender, pages):
    sender.post()
    clean = Tags(pages.get("/").text)
    clean_message = Tags(pages.get(f"/requests/{newest(pages)}").text)
    content = m.changed(m.bundle(), ("entry", 0, "resource", "entity", 1, "description"), PLANTED)
    system = {"id": m.SYSTEM, "name": PLANTED}
    sender.post(content, claims={**sender.claims(), "system": system})
    sender.post(claims={**sender.claims(), PLANTED: PLANTED})
    sender.post(X_Planted='"><script>alert(1)</script>')
    sender.post(signed=PLANTED.encode())
    sender.post(signed=b'{"' + PLANTED.encode("unicode_escape").replace(b'"', b"'") + b'": 1}')
    with suppress(httpx.HTTPError):
        sender.http.get(box.base_url + "/%22%3E<script>")
    for path in ("/", *(f"/requests/{newest(pages) - back}" for back in range(6))):
        text = pages.get(path).text
        found = Tags(text)
        known = clean if path == "/" else clean_message
        assert found.tags <= known.tags | {"ul", "ol", "li", "section", "pre", "br", "p", "table"}
        assert not [name for name in found.attributes if name.startswith("on")]
        assert "alert(1)</script>" not in text
        assert "\u202e" not in text
        assert len(found.ids) == len(set(found.ids))


def test_the_page_takes_no_script_or_style_from_elsewhere(sender, pages):
    sender.post()
    for path in ("/", "/requests/1", "/page.css", "/page.js", "/requests/0"):
        headers = pages.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';")
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
    assert "style" not in Tags(pages.get("/requests/1").text).attributes


def test_a_fault_is_asked_for_with_the_form_of_the_page_alone(box, sender, pages):
    given = {"fault": "status", "times": "2", "status": "429", "retry_after": "7", "seconds": ""}
    assert pages.post("/faults", data=given).status_code == 403
    assert pages.post("/faults", data={**given, "form": "guessed"}).status_code == 403
    assert pages.post("/faults", json=given).status_code == 403
    assert pages.get("/admin/faults").json() == []
    answer = pages.post("/faults", data={**given, "form": form(pages)})
    assert answer.status_code == 200
    assert "Retry-After 7" in answer.text
    assert sender.post().headers["Retry-After"] == "7"
    assert pages.post("/faults/clear", data={"form": "guessed"}).status_code == 403
    assert pages.post("/faults/clear", data={"form": form(pages)}).status_code == 200
    assert pages.get("/admin/faults").json() == []


def test_a_fault_that_does_not_fit_is_given_back_with_what_is_wrong(pages):
    given = {"fault": "status", "times": "0", "status": "99", "form": form(pages)}
    answer = pages.post("/faults", params={"lang": "fi"}, data=given)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "nämä kentät eivät käy: times, status" in answer.text
    assert 'value="99"' in answer.text


@pytest.mark.parametrize(
    "path",
    ["/requests/x", "/requests/-1", "/requests/99999999999999999999", "/notices/1.2.3", "/none"],
)
def test_what_is_not_there_is_404(pages, path):
    assert pages.get(path).status_code == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(scheme):
    style = resources.files("sha_disclosure.tools.sandbox").joinpath("web/page.css").read_text()
    light, dark = (
        re.findall(r"--([\w-]+): (#[0-9a-f]+)", part) for part in style.split("@media")[:2]
    )
    colours = {**dict(light), **(dict(dark) if scheme == "dark" else {})}
    behind = {
        "paper": ("ink", "soft", "accent", "good", "bad", "warn"),
        "pale": ("ink", "soft", "accent", "good", "bad", "warn"),
        "accent": ("on-accent",),
        "bad-pale": ("ink", "bad", "soft"),
        "warn-pale": ("ink", "warn", "soft", "good", "bad"),
    }
    for ground, texts in behind.items():
        for text in texts:
            assert contrast(colours[ground], colours[text]) >= 4.5, (ground, text)


def contrast(one, other):
    """Return the contrast ratio of WCAG 2.2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
