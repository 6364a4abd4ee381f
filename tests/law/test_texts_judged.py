"""Every text of a notice is judged by every rule on texts, also those a first look lets pass."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from notices import NOW, Data, Path, at, full, having, identity_code, places, written

from sha_disclosure.characters import has_odd_blanks
from sha_disclosure.editions import load_edition
from sha_disclosure.editions.wire import Limit
from sha_disclosure.identity_codes import has_code, may_hide_code
from sha_disclosure.law import Circumstances, check
from sha_disclosure.notice import DisclosureNotice, places_of_texts, written_texts
from sha_disclosure.values import FreeText, Reference
from sha_disclosure.values.texts import WrittenText

LIMIT = 300
WIRE = load_edition().wire.model_copy(update={"limit": Limit(text=LIMIT)})
CODE = identity_code(date(1994, 5, 1), 903)
NAMES = ("family_name", "description", "purpose", "name", "title", "display", "reference", "value")
KINDS = (("consent", "person"), ("broad_right", "professional"), ("statute", "organisation"))
PIECES = st.sampled_from(
    [CODE, CODE.lower(), " ".join(CODE), "010594", "1.5.1994", "-903", "٠١٠٥٩٤", "²³", "9" * 6]
)
PIECES |= st.sampled_from(["\u00a0", "\u2028", "\ufeff", "\x85", " ", "\n", "\t", "\r\n", "\u200b"])
PIECES |= st.sampled_from(["ä", "A", "x" * LIMIT])
TEXTS = st.lists(PIECES, min_size=1, max_size=4).map(lambda parts: "a" + "".join(parts))
TEXTS |= TEXTS.map(lambda text: text[1:] + "a")


def places_of(data: Data) -> list[Path]:
    """Return the places of texts that any text may stand at."""
    return [path for path in places(data) if path[-1] in NAMES and isinstance(at(data, path), str)]


def expected(text: WrittenText) -> list[str]:
    """Return the keys of the rules that a text breaks, by what they say."""
    found, blanks = text.reveal(), not isinstance(text, Reference)
    broken = {
        "N11": has_code(found),
        "N11.hidden": may_hide_code(found) and not has_code(found),
        "N14.long": len(found) > LIMIT,
        "N14.blanks": blanks and has_odd_blanks(found),
    }
    return [key for key, broke in broken.items() if broke]


@given(data=st.data(), kind=st.sampled_from(KINDS))
def test_every_text_is_judged_by_every_rule(data: st.DataObject, kind: tuple[str, str]) -> None:
    raw = full(*kind, reference="viite")
    for path in data.draw(st.lists(st.sampled_from(places_of(raw)), max_size=3)):
        raw = having(raw, path, data.draw(TEXTS)[: 128 if path[-1] == "reference" else None])
    notice = DisclosureNotice.model_validate(raw)
    circumstances = Circumstances(now=NOW, environment="sandbox", wire=WIRE)
    found = [
        (p.key, p.path) for p in check(notice, circumstances) if p.rule == "N11" or "N14" in p.key
    ]
    judged = [(key, path) for path, text in places_of_texts(notice) for key in expected(text)]
    assert sorted(found) == sorted(judged)


@given(kind=st.sampled_from(KINDS))
def test_both_walks_meet_every_text(kind: tuple[str, str]) -> None:
    raw = full(*kind, reference="viite")
    notice = DisclosureNotice.model_validate(raw)
    with_paths = list(places_of_texts(notice))
    assert written_texts(notice) == [text.reveal() for _, text in with_paths]
    assert all(text == at(raw, path_in(path)) for path, text in with_paths)
    assert {written(path) for path in places_of(raw)} <= {path for path, _ in with_paths}


def path_in(path: str) -> Path:
    """Return a place as steps: what ``written`` made a text of."""
    steps = path.replace("[", ".").replace("]", "").split(".")
    return tuple(int(step) if step.isdigit() else step for step in steps)


def test_no_kind_of_text_is_left_out() -> None:
    notice = DisclosureNotice.model_validate(full(reference="viite"))
    kinds = {*WrittenText.__subclasses__(), *FreeText.__subclasses__()}
    assert {type(text) for _, text in places_of_texts(notice)} == kinds
