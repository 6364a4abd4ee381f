"""What the shipped cases cover, and what a case file may say."""

from __future__ import annotations

from pathlib import Path

import pytest
from joint_test_parts import OWN_CASES, no_waiting, result_of, shipped_cases
from places import NOTICES

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.tools.joint_test import open_environment, read_cases, run_cases
from sha_disclosure.tools.joint_test.case_files import all_cases
from sha_disclosure.tools.joint_test.notices import notices_of
from sha_disclosure.tools.sandbox import Sandbox

EXAMPLES = NOTICES


def test_a_shipped_case_passes_against_the_sandbox(kit):
    shipped = {case.id for case in shipped_cases().cases}
    failed = [
        (r.case.id, [c.text() for c in r.checks if c.severity != "passed"])
        for r in kit.run.results
        if r.case.id in shipped and r.state != "passed"
    ]
    assert failed == []


def test_of_the_sandbox_a_case_reads_its_own_notices_only(monkeypatch):
    asked, received = [], Sandbox.received

    def reads(sandbox, notice_id=None):
        asked.append(notice_id)
        return received(sandbox, notice_id)

    monkeypatch.setattr(Sandbox, "received", reads)
    cases = ("kind-consent", "several-notices", "renewed-certificates")
    with open_environment(None, no_waiting()) as environment:
        run = run_cases([shipped_cases()], environment, wanted=cases)
    assert run.counts["passed"] == len(cases)
    sent = {i for r in run.results for p in r.execution.prepared for i in p.notice_ids}
    assert set(asked) == sent


def test_many_cases_are_shipped():
    assert len(shipped_cases().cases) >= 60


def test_every_kind_of_notice_is_among_the_cases():
    used = {source.example for case in shipped_cases().cases for source in case.notices}
    assert used >= {path.stem for path in EXAMPLES.glob("*.json")}


def test_every_rule_that_a_notice_alone_can_break_is_provoked():
    provoked = {rule for case in shipped_cases().cases for rule in case.expect.rules}
    assert provoked >= {f"N{number:02}" for number in range(1, 16)}


def test_every_outcome_of_a_submission_is_among_the_cases(kit):
    seen = {result.execution.outcome for result in kit.run.results}
    assert seen >= {
        "stored", "InvalidNotice", "NotSent", "Unavailable", "Unauthorized", "Rejected",
        "UnexpectedAnswer",
    }  # fmt: skip
    attempts = {e.outcome for r in kit.run.results for e in r.execution.exchanges}
    assert "OutcomeUnknown" in attempts


def test_the_languages_and_several_notices_go_over_the_wire(kit):
    for language in ("fi", "sv", "en", "se"):
        body = result_of(kit.run, f"language-{language}").execution.exchanges[0].body
        assert f'"language":"{language}"'.encode() in body
    assert len(result_of(kit.run, "several-notices").execution.prepared[0].notice_ids) == 3


@pytest.mark.parametrize("kit", [[]], indirect=True, ids=["all"])
@pytest.mark.proof
def test_a_text_at_the_limit_goes_over_the_wire(kit):
    limit = kit.run.edition.wire.limit.text
    assert len(result_of(kit.run, "text-at-limit").execution.exchanges[0].body) > limit


def test_a_case_that_does_not_go_as_it_says_has_failed(kit):
    result = result_of(kit.run, "own-failing")
    assert result.state == "failed"
    seen = [c.detail.parameters for c in result.checks if c.severity != "passed"]
    assert seen == [(("value", "stored"),), (("value", "200"),)]
    assert kit.run.counts == {"passed": len(kit.run.results) - 1, "failed": 1, "not_run": 0}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("form = 1", "form = 9"), "form = 1"),
        (('id = "own-secrets"', 'id = "Own Secrets"'), "case Own Secrets: id: not of the right"),
        (("purpose = { en", "purpos = { en"), "case own-secrets: purpos: unknown"),
        (('fi = "Oma tapaus"', 'fi = " "'), "case own-secrets: title: write both languages"),
        (('{ example = "broad-right" }', '{ example = "no" }'), "case own-failing: example no"),
        (('{ example = "broad-right" }', '{ fil = "x" }'), "case own-failing: notices.0.fil"),
        (('outcome = "Rejected"', 'outcome = "Refused"'), "case own-failing: expect.outcome.0"),
        (('"recipient.name"', '"recipient.unit.name"'), "case own-secrets: path recipient.unit"),
        (('"recipient.name"', '"recipient name"'), "write it like client.family_name"),
        (('remove = ["purpose"]', 'remove = ["aim"]'), "case own-refused-secrets: path aim"),
        (("[[case]]", "[case]"), "is not valid TOML"),
        (('"own-failing"', '"own-failing"\ntimeouts = { read_s = 0 }'), "timeouts.read_s"),
        (('"own-failing"', '"own-failing"\nsituation = { kind = "storm" }'), "case own-failing"),
    ],
)  # fmt: skip
def test_a_bad_case_file_is_told_with_its_case_and_its_mend(tmp_path, change, told):
    path = tmp_path / "bad.toml"
    path.write_text(OWN_CASES.replace(*change), "utf-8")
    with pytest.raises(ConfigurationError) as raised:
        read_cases(path)
    assert told in str(raised.value)
    assert str(path) in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_cases(tmp_path / "none.toml")


def test_an_id_may_stand_once_and_a_wanted_one_must_stand(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN_CASES.replace("own-failing", "kind-consent"), "utf-8")
    with pytest.raises(ConfigurationError, match="kind-consent occurs twice"):
        all_cases([shipped_cases(), read_cases(path)])
    with pytest.raises(ConfigurationError, match="no case unheard-of"):
        all_cases([shipped_cases()], ["unheard-of"])


def test_a_case_may_take_a_notice_from_a_file_beside_it(tmp_path):
    notice = (EXAMPLES / "broad-right.json").read_text("utf-8")
    (tmp_path / "ours.json").write_text(notice, "utf-8")
    text = OWN_CASES.replace('{ example = "broad-right" }', '{ file = "ours.json" }')
    (tmp_path / "own.toml").write_text(text, "utf-8")
    case = read_cases(tmp_path / "own.toml").cases[-1]
    (data,) = notices_of(case, folder=tmp_path, limit=100, replace={})
    assert data["ground"]["kind"] == "broad_right"


def test_values_for_every_notice_go_where_it_has_such_a_place():
    case = next(c for c in shipped_cases().cases if c.id == "kind-authority-right")
    replace = {"client.personal_id": "010594Y9032", "client.family_name": "Testaaja"}
    (data,) = notices_of(case, folder=Path(), limit=100, replace=replace)
    assert data["client"]["family_name"] == "Testaaja"
    assert "personal_id" not in data["client"]
