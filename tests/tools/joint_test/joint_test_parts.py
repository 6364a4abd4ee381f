"""What the tests of the kit share: a case file of one's own, with secrets planted in it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from sha_disclosure.sources import Sources
from sha_disclosure.tools.joint_test import CaseFile, Run
from sha_disclosure.tools.joint_test import shipped_cases as read_shipped_cases

SECRETS = ("Salaisuusnimi", "salaista vapaata tekstiä", "Salainen Säätiö", "salainen-tunniste-77")
OWN_CASES = f"""
form = 1

[[case]]
id = "own-secrets"
citation = "our own test plan, 1"
title = {{ en = "Own case", fi = "Oma tapaus" }}
purpose = {{ en = "A notice of our own.", fi = "Oma ilmoituksemme." }}
expect = {{ outcome = "stored", attempts = 1 }}
[[case.notices]]
example = "permission-to-organisation"
set."client.family_name" = "{SECRETS[0]}"
set.purpose = "{SECRETS[1]}"
set."recipient.name" = "{SECRETS[2]}"
set."discloser.id.value" = "{SECRETS[3]}"
set."discloser.given_names" = ["{SECRETS[0]}"]
set."ground.scope" = "{SECRETS[1]}"
set."disclosed_data[0].description" = "{SECRETS[1]}"

[[case]]
id = "own-refused-secrets"
citation = "our own test plan, 2"
title = {{ en = "Own refused case", fi = "Oma hylätty tapaus" }}
purpose = {{ en = "Refused before sending.", fi = "Hylätään ennen lähettämistä." }}
expect = {{ outcome = "InvalidNotice", rules = ["N05"] }}
[[case.notices]]
example = "broad-right"
remove = ["purpose"]
set."client.family_name" = "{SECRETS[0]}"

[[case]]
id = "own-failing"
citation = "our own test plan, 3"
title = {{ en = "Case that fails", fi = "Tapaus, joka ei mene läpi" }}
purpose = {{ en = "Expects what does not come.", fi = "Odottaa sitä, mitä ei tule." }}
notices = [{{ example = "broad-right" }}]
expect = {{ outcome = "Rejected", status = 400 }}
"""


@cache
def shipped_cases() -> CaseFile:
    """Return the cases of the package, read once: nothing changes them."""
    return read_shipped_cases()


def no_waiting() -> Sources:
    """Sources that wait for nothing between attempts."""
    return Sources(sleep=lambda _: None)


def result_of(run: Run, case: str) -> Any:
    return next(each for each in run.results if each.case.id == case)


def texts(folder: Path) -> dict[str, str]:
    """Return every file of a folder as text, by its name in it."""
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
