"""docs/security.md names tests that exist, for each threat; and what it says of dumps is so."""

from __future__ import annotations

import dataclasses
import re

import pytest
from places import NOTICES, ROOT

from sha_disclosure import DisclosureNotice, KantaClient
from sha_disclosure.tools.sandbox import Sandbox

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
TABLE = PAGE.partition("## Threats and defences")[2].partition("\n#")[0]
THREATS = [line for line in TABLE.split("\n") if line.startswith("| ")][1:]


@pytest.mark.parametrize("threat", THREATS, ids=lambda line: line[2:60])
def test_a_threat_names_the_tests_that_show_what_stands_against_it(threat: str) -> None:
    cells = threat.strip("| ").split(" | ")
    assert len(cells) == 4
    assert re.findall(r"`(tests/[^`]+)`", cells[3])


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE))))
def test_a_test_that_is_named_exists(name: str) -> None:
    file, _, function = name.partition("::")
    place = ROOT / file
    assert place.exists(), name
    if function:
        assert re.search(rf"def {function}\(", place.read_text("utf-8")), name


def test_the_page_has_every_threat() -> None:
    assert len(THREATS) >= 17


def test_a_dump_hides_and_its_json_and_a_prepared_notices_fields_do_not() -> None:
    notice = DisclosureNotice.model_validate_json((NOTICES / "broad-right.json").read_bytes())
    name = notice.client.family_name.reveal()
    assert name not in repr(notice.model_dump())
    assert name in notice.model_dump_json()
    assert name in repr(notice.model_dump(mode="json"))
    with Sandbox() as sandbox, KantaClient(sandbox.settings()) as kanta:
        prepared = kanta.prepare(notice)
    assert name not in repr(prepared)
    assert name in dataclasses.asdict(prepared)["body"].decode()
