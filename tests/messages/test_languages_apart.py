"""Finnish stands in the catalogue, not in the code."""

from __future__ import annotations

import re

import ids_in_code

FINNISH = re.compile(r"[äöÄÖ]")

REASONED: dict[str, str] = {
    "sha_disclosure/codes/concept.py": "names of columns and letters in national code lists",
    "sha_disclosure/law/citations.py": "words of citations that are read",
    "sha_disclosure/law/fitting.py": "words of necessity and police that are looked for",
    "sha_disclosure/tools/joint_test/notices.py": "a text that fills a field of a notice",
    "sha_disclosure/tools/conformance/elements.py": "letters that names are compared without",
}
"""Files whose texts hold Finnish letters for a reason: file -> why."""

TO_BE_MOVED = {
    "sha_disclosure/cli/verify.py",
    "sha_disclosure/credentials/anchors.py",
    "sha_disclosure/credentials/chain.py",
    "sha_disclosure/credentials/findings.py",
    "sha_disclosure/credentials/keys/software.py",
    "sha_disclosure/credentials/revocation_lists.py",
    "sha_disclosure/credentials/verification.py",
    "sha_disclosure/jose/canonical.py",
    "sha_disclosure/jose/jws.py",
    "sha_disclosure/settings/__init__.py",
    "sha_disclosure/settings/faults.py",
    "sha_disclosure/values.py",
}


def test_no_file_of_the_package_holds_finnish_text():
    found = {file for file, text in ids_in_code.texts() if FINNISH.search(text)}
    assert sorted(found - set(REASONED) - TO_BE_MOVED) == []
