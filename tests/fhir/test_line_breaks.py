"""Line breaks of the caller: LF in the Bundle and in the notice, unless the edition says else."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from notices import NOW, full

from sha_disclosure.characters import has_odd_blanks
from sha_disclosure.delivery.prepare import Setup, UnsignedNotice, build
from sha_disclosure.editions import Edition
from sha_disclosure.fhir.bundle import to_bytes
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources

BREAKS = {"CR LF": "\r\n", "CR": "\r", "LF": "\n"}


def written(line_break: str, kind: str = "consent", recipient: str = "person") -> dict[str, Any]:
    """Return a notice with two lines in every text a person may write."""
    two = line_break.join(("Ensimmäinen", "toinen"))
    data = full(kind, recipient)
    data |= {"purpose": two}
    data["controller"]["name"] = two
    data["discloser"] |= {"title": two, "given_names": [two]}
    data["discloser"]["unit"]["name"] = two
    data["disclosed_data"][0]["description"] = two
    data["disclosed_data"][0]["service_tasks"][0]["display"] = two
    for name in ("scope", "necessity", "statutory_task", "provision"):
        if isinstance(data["ground"].get(name), str):
            data["ground"][name] = f"{data['ground'][name]}{line_break}{two}"
    return data


def built(data: dict[str, Any], edition: Edition) -> UnsignedNotice:
    sources = Sources(lambda: NOW, random.Random(1), lambda _: None)
    setup = Setup(Settings.stand_in(), edition, sources)
    return build([DisclosureNotice.model_validate(data)], setup)


@pytest.mark.parametrize("kind", ["consent", "broad_right", "authority_right", "statute"])
@pytest.mark.parametrize("name", BREAKS)
def test_every_break_is_one_line_feed(name: str, kind: str, edition: Edition) -> None:
    recipient = "organisation" if kind.endswith("right") else "person"
    made = built(written(BREAKS[name], kind, recipient), edition)
    sent = to_bytes(made.bundle)
    assert b"\\r" not in sent
    assert sent == to_bytes(built(written("\n", kind, recipient), edition).bundle)
    assert read_bundle(made.bundle, edition.wire) == made.notices


def test_the_caller_s_notice_is_left_as_it_is(edition: Edition) -> None:
    notice = DisclosureNotice.model_validate(written("\r\n"))
    setup = Setup(Settings.stand_in(), edition, Sources(lambda: NOW, random.Random(1)))
    build([notice], setup)
    assert "\r\n" in notice.purpose.reveal()


BLANKS = {
    " a\u00a0b ": "a b",
    "\ufeffa\u2028b\u2029c\u0085d\n": "a\nb\nc\nd",
    "\u2003a\ufeffb\t": "ab",
    "a  b": "a  b",
}


@pytest.mark.parametrize("given", BLANKS)
def test_blanks_are_sent_as_they_were_written_unless_the_edition_says_plain(
    given: str, edition: Edition
) -> None:
    data = {**full(), "purpose": given}
    data["client"] = {**data["client"], "given_names": [given]}
    made = built(data, edition)
    assert made.notices[0].purpose.reveal() == given
    text = edition.wire.text.model_copy(update={"blanks": "plain"})
    plain = replace(edition, wire=edition.wire.model_copy(update={"text": text}))
    made = built(data, plain)
    (notice,) = made.notices
    assert notice.purpose.reveal() == notice.client.given_names[0].reveal() == BLANKS[given]
    assert not has_odd_blanks(notice.purpose.reveal())
    assert read_bundle(made.bundle, plain.wire) == made.notices
    expected = {**data, "purpose": BLANKS[given]}
    expected["client"] = {**data["client"], "given_names": [BLANKS[given]]}
    assert to_bytes(made.bundle) == to_bytes(built(expected, edition).bundle)


def test_an_edition_may_leave_them(edition: Edition) -> None:
    text = edition.wire.text.model_copy(update={"line_breaks": "as given"})
    given = replace(edition, wire=edition.wire.model_copy(update={"text": text}))
    made = built(written("\r\n"), given)
    assert b"\\r\\n" in to_bytes(made.bundle)
    assert read_bundle(made.bundle, given.wire) == made.notices
