"""The proposed edition holds what the package decides, and nothing the package does not."""

import tomllib

import pytest
from core import packages_of
from made_up import agreeing
from notices import NOW
from planted import LAW, OTHER_EXTENSION, OTHER_PROVENANCE, OTHER_TYPE, with_all

from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.notice.examples import example_notices
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.conformance.proposal import write_proposal
from sha_disclosure.tools.conformance.report import conformance

KIND = "statute-to-authority"


def built(edition):
    setup = Setup(Settings.stand_in(), edition, Sources(clock=lambda: NOW))
    notices = (DisclosureNotice.model_validate_json(text) for _, text in example_notices().items())
    return [build([notice], setup).bundle for notice in notices]


def test_agreeing_entries_are_confirmed_with_their_source(run, tmp_path, edition):
    path = tmp_path / "ours.toml"
    report = run(agreeing(), KIND)
    proposed = write_proposal(report, "kanta-1.0.0", path)
    confirmed = {e.key: e for e in proposed.entries if e.status == "confirmed"}
    assert set(confirmed) == {v.entry for v in report.with_result("agrees")}
    event_type = confirmed["event.type"]
    assert event_type.source.startswith("kanta.sosiaalihuolto.r4#1.0.0: https://shark.kanta.fi/")
    assert event_type.source.endswith("SocialWelfareAuditEvent AuditEvent.type")
    assert event_type.check == ""
    assert proposed.wire == edition.wire


def test_entries_the_package_does_not_decide_are_not_touched(run, tmp_path, edition):
    path = tmp_path / "ours.toml"
    report = run(with_all(agreeing()), KIND)
    proposed = write_proposal(report, "kanta-1.0.0", path)
    after = {e.key: e for e in proposed.entries}
    undecided = {v.entry for v in report.with_result("undecided")}
    assert undecided >= {
        "header.request_id",
        "token.lifetime",
        "claim.issuer",
        "limit.text",
    }
    for entry in edition.entries:
        if entry.key in undecided:
            assert after[entry.key] == entry


def test_what_the_package_fixes_is_taken_over_and_builds(run, tmp_path):
    path = tmp_path / "ours.toml"
    proposed = write_proposal(run(with_all(agreeing()), KIND), "kanta-1.0.0", path)
    assert proposed == load_edition(path)
    assert proposed.name == "ours"
    assert proposed.wire.profile.provenance == OTHER_PROVENANCE
    assert proposed.wire.extension.type_of_disclosure == OTHER_EXTENSION
    for bundle in built(proposed):
        event, provenance = (entry["resource"] for entry in bundle["entry"])
        assert event["type"] == OTHER_TYPE
        assert provenance["meta"]["profile"] == [OTHER_PROVENANCE]


def test_what_a_person_must_decide_is_a_comment(run, tmp_path, edition):
    path = tmp_path / "ours.toml"
    proposed = write_proposal(run(with_all(agreeing()), KIND), "kanta-1.0.0", path)
    text = path.read_text("utf-8")
    assert "# differs: ground.statute: the edition has" in text
    assert LAW["display"] in text
    assert "ground" not in tomllib.loads(text).get("ground", {}).get("statute", {})
    assert proposed.wire.ground["statute"] == edition.wire.ground["statute"]


def test_a_run_with_the_proposal_differs_only_where_a_person_must_decide(run, tmp_path):
    path = tmp_path / "ours.toml"
    first = run(with_all(agreeing()), KIND)
    proposed = write_proposal(first, "kanta-1.0.0", path)
    again = conformance(packages_of([tmp_path / "made-up"]), proposed, [])
    left = {v.entry for v in first.with_result("differs") if v.proposal is None}
    assert {v.entry for v in again.with_result("differs")} == left


def test_a_value_the_sdk_cannot_build_with_stays_a_comment(run, tmp_path):
    resources = agreeing()
    for each in resources["consent"]["differential"]["element"]:
        if each["id"] == "Consent.status":
            each["fixedCode"] = "proposed"
    report = run(resources, KIND)
    (entry,) = report.with_result("differs")
    assert (entry.entry, entry.proposal) == ("consent.status", None)
    proposed = write_proposal(report, "kanta-1.0.0", tmp_path / "ours.toml")
    assert proposed.wire.consent.status == "active"


def test_text_of_a_package_never_becomes_an_entry(run, tmp_path):
    evil = 'x"\n[header.accept]\nvalue = "evil'
    resources = agreeing()
    for each in resources["audit_event"]["differential"]["element"]:
        if each["id"] == "AuditEvent.type.display":
            each["fixedString"] = evil
        if each["id"] == "AuditEvent.agent:recipient.role":
            each |= {"patternCodeableConcept": {"coding": [{"system": "urn:x", "code": evil}]}}
    report = run(resources, KIND, name=f"evil\n[header.accept]\nvalue = 1\n{evil}")
    proposed = write_proposal(report, "kanta-1.0.0", tmp_path / "ours.toml")
    assert proposed.wire.header["accept"].value == "application/fhir+json"
    assert proposed.wire.event.type.display == evil


def test_a_file_that_is_there_is_never_overwritten(run, tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text("precious", "utf-8")
    with pytest.raises(ConfigurationError, match="choose another name"):
        write_proposal(run(agreeing(), KIND), "kanta-1.0.0", path)
    assert path.read_text("utf-8") == "precious"


def test_a_proposal_can_stand_on_an_edition_of_ones_own(run, tmp_path):
    own = tmp_path / "editions" / "own.toml"
    own.parent.mkdir()
    own.write_text(
        'name = "own"\nbased_on = "kanta-1.0.0"\n[token.lifetime]\nvalue = 60\n', "utf-8"
    )
    proposed = write_proposal(run(agreeing(), KIND), str(own), tmp_path / "ours.toml")
    assert proposed.wire.token.lifetime == 60
