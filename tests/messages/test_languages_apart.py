"""Finnish stands in the catalogue, not in the code."""

from __future__ import annotations

import re

import ids_in_code
from places import ROOT

from sha_disclosure.messages import catalogue

FINNISH = re.compile(r"[äöÄÖ]")

REASONED = {
    "sha_disclosure/codes/concept.py": "the letters it folds when it compares names",
    "sha_disclosure/law/citations.py": "the words by which a citation is recognised",
    "sha_disclosure/law/rules/reminders.py": "the endings and words by which names are recognised",
    "sha_disclosure/settings/__init__.py": "the name of the system in the stand-in settings",
    "sha_disclosure/tools/conformance/elements.py": "the letters it folds when it compares names",
    "sha_disclosure/tools/joint_test/notices.py": "the text of a notice that is sent",
    "sha_disclosure/values/identifiers.py": "terms beside their English names",
}
"""Files whose texts hold Finnish letters for a reason: file -> why."""


def finnish() -> set[str]:
    return {file for file, text in ids_in_code.texts() if FINNISH.search(text)}


def test_no_file_of_the_package_holds_finnish_text():
    assert sorted(finnish() - set(REASONED)) == []


def test_no_exception_is_idle():
    assert sorted(set(REASONED) - finnish()) == []


def test_there_is_no_type_for_a_text_in_two_languages():
    assert not (ROOT / "sha_disclosure" / "messages" / "words.py").exists()


def test_an_edition_has_its_finnish_name_in_every_sentence():
    code = re.compile(r"`[^`]*`|\{[^}]*\}|edition = ")
    told = {key: code.sub("", text) for key, text in catalogue("fi").items()}
    assert {key for key, text in told.items() if re.search("(?i)editio", text)} == set()
    assert sum("määrittelyversio" in text for text in told.values()) > 60
