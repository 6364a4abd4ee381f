"""The conditions of 55 § 2 mom. in a notice, one removed at a time, on the published inputs."""

from __future__ import annotations

import json

import pytest
from notices import NOW, Data, having, without

from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.editions import Edition
from sha_disclosure.law import Circumstances, check_data
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.tools.sandbox import Sandbox

CONDITIONS = [
    ("broad-right", "cause", "N09", "old_age"),
    ("broad-right", "necessity", "N09", " "),
    ("authority-right", "purpose", "N10", "curiosity"),
    ("authority-right", "statutory_task", "N10", " "),
]


def errors(data: Data, edition: Edition) -> list[tuple[str, str, str]]:
    given = Circumstances(now=NOW, environment="sandbox", wire=edition.wire)
    return [(p.rule, p.path, p.message) for p in check_data(data, given) if p.blocks]


@pytest.mark.accepts("N09", "N10")
@pytest.mark.parametrize("name", ["broad-right", "authority-right"])
def test_the_published_input_is_valid(
    name: str, edition: Edition, notice_texts: dict[str, str]
) -> None:
    assert errors(json.loads(notice_texts[name]), edition) == []


@pytest.mark.refuses("N09", "N10")
@pytest.mark.parametrize(("name", "field", "rule", "not_so"), CONDITIONS)
def test_a_condition_removed_is_the_one_problem_and_named(
    name: str, field: str, rule: str, not_so: object, edition: Edition,
    notice_texts: dict[str, str],
) -> None:  # fmt: skip
    data = json.loads(notice_texts[name])
    for broken in (
        without(data, ("ground", field)),
        having(data, ("ground", field), None),
        having(data, ("ground", field), not_so),
    ):
        ((found, path, words),) = errors(broken, edition)
        assert (found, path) == (rule, f"ground.{field}")
        assert f"`{field}" in words


@pytest.mark.refuses("N09", "N10")
@pytest.mark.parametrize(("name", "rule"), [("broad-right", "N09"), ("authority-right", "N10")])
def test_the_right_recipient_is_a_condition_too(
    name: str, rule: str, edition: Edition, notice_texts: dict[str, str]
) -> None:
    data = having(json.loads(notice_texts[name]), ("recipient", "roles"), ["other_authority"])
    ((found, path, _),) = errors(data, edition)
    assert (found, path) == (rule, "recipient")


def test_the_sandbox_shows_the_ground_it_received(notice_texts: dict[str, str]) -> None:
    with Sandbox() as sandbox, KantaClient(sandbox.settings()) as kanta:
        for name, ground in (
            ("broad-right", "Laaja tiedonsaantioikeus"),
            ("authority-right", "Viranomaisen tiedonsaantioikeus"),
        ):
            notice = DisclosureNotice.model_validate_json(notice_texts[name])
            receipt = kanta.submit(kanta.prepare(notice))
            received = sandbox.received()[-1]
            assert received.notice_id == receipt.notice_id
            assert received.ground == ground
