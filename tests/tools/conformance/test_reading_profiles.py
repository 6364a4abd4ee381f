"""Profiles as they are written in practice: deep discriminators, dependencies, HL7's core."""

import pytest
from core import packages_of, unchecked
from made_up import VALUES, agreeing, as_folder, concept, element, elements_of

from sha_disclosure.tools.conformance.report import conformance

KIND = "statute-to-authority"


def found(report):
    return {(f.kind, f.finding.path) for f in report.findings}


def deep_provenance(resources):
    """Slice the agents by role.coding.code, as the sister packages of Kanta do."""
    parts = elements_of(resources["provenance"])
    by_code = [{"type": "value", "path": "role.coding.code"}]
    parts["Provenance.agent"]["slicing"]["discriminator"] = by_code
    new = []
    for each in resources["provenance"]["differential"]["element"]:
        if "patternCodeableConcept" in each:
            (coding,) = each.pop("patternCodeableConcept")["coding"]
            new += [
                each,
                element(f"{each['id']}.coding", min=1, max="1"),
                element(f"{each['id']}.coding.system", min=1, fixedUri=coding["system"]),
                element(f"{each['id']}.coding.code", min=1, fixedCode=coding["code"]),
            ]
        else:
            new.append(each)
    resources["provenance"]["differential"]["element"] = new


def test_a_deep_discriminator_is_followed(run):
    resources = agreeing()
    deep_provenance(resources)
    report = run(resources, KIND)
    assert report.ok
    assert report.unchecked == ()
    assert "provenance_agent.professional" in {v.entry for v in report.with_result("agrees")}


def test_a_slice_with_a_deep_discriminator_that_is_not_sent_is_missed(run):
    resources = agreeing()
    deep_provenance(resources)
    parts = elements_of(resources["provenance"])
    parts["Provenance.agent:professional.role.coding.code"]["fixedCode"] = "99"
    report = run(resources, KIND)
    assert ("minimum", "Provenance.agent:professional") in found(report)
    assert {v.entry for v in report.with_result("differs")} == {"provenance_agent.professional"}


def test_slices_that_cannot_be_followed_are_told_not_guessed(run):
    resources = agreeing()
    deep_provenance(resources)
    parts = elements_of(resources["provenance"])
    del parts["Provenance.agent:professional.role.coding.code"]["fixedCode"]
    del parts["Provenance.agent:professional.role.coding.system"]["fixedUri"]
    report = run(resources, KIND)
    url = resources["provenance"]["url"]
    assert unchecked(report) == ((f"{url} Provenance.agent", "slicing"),)
    assert found(report) == set()


def test_an_extension_of_a_missing_package_is_not_decided(tmp_path, edition, bundles):
    wanted = {"fi.kela.kanta.gen.r4": "1.0.0"}
    first, common = agreeing(), {}
    for name in ("register_type", "practitioner_title", "authentication"):
        common[name] = first.pop(name)
    given = as_folder(tmp_path / "first", first, dependencies=wanted)
    alone = conformance(packages_of([given]), edition, bundles[:1])
    assert alone.ok
    assert alone.packages.missing == ("fi.kela.kanta.gen.r4#1.0.0",)
    (said,) = [v for v in alone.entries if v.entry == "extension.register_type"]
    assert said.result == "undecided"
    assert "fi.kela.kanta.gen.r4#1.0.0" in said.finding.text()
    assert {f.finding.severity for f in alone.findings} == {"warning"}
    more = as_folder(tmp_path / "more", common, name="fi.kela.kanta.gen.r4", dependencies={})
    both = conformance(packages_of([given, more]), edition, bundles[:1])
    assert both.findings == ()
    assert "extension.register_type" in {v.entry for v in both.with_result("agrees")}


def test_without_a_missing_package_an_unknown_extension_is_a_difference(run):
    resources = agreeing()
    del resources["ground_detail"]
    slices = resources["audit_event"]["differential"]["element"]
    slices[:] = [e for e in slices if "ground-detail" not in e["id"]]
    report = run(resources, "broad-right")
    assert {v.entry for v in report.with_result("differs")} == {"extension.ground_detail"}
    (finding,) = report.findings
    assert (finding.kind, finding.finding.path) == ("extension", "AuditEvent.extension")
    assert finding.entries == ("extension.ground_detail",)


def test_a_patient_profile_that_the_notice_asks_for_is_proposed(run):
    resources = agreeing()
    url = "https://shark.kanta.fi/fhir/StructureDefinition/SocialWelfarePatient"
    patient = {**resources["practitioner"], "url": url, "type": "Patient"}
    patient["baseDefinition"] = "http://hl7.org/fhir/StructureDefinition/Patient"
    patient["differential"] = {"element": [element("Patient"), element("Patient.name", min=1)]}
    resources["patient"] = patient
    what = [{"code": "Reference", "targetProfile": [url]}]
    resources["audit_event"]["differential"]["element"].append(
        element("AuditEvent.entity.what", type=what)
    )
    report = run(resources, KIND)
    assert {v.entry: v.proposal for v in report.with_result("differs")} == {"profile.patient": url}
    assert unchecked(report) == (
        (f"{VALUES['profile.audit_event']} AuditEvent.entity.what", "target"),
    )


@pytest.mark.parametrize(
    ("part", "kind", "element_at"),
    [
        ({"min": 1}, "extension_use", "AuditEvent.extension"),
        ({"type": [{"code": "date"}]}, "extension_use", "AuditEvent.extension"),
    ],
)
def test_the_parts_of_a_complex_extension_are_checked(run, part, kind, element_at):
    resources = agreeing()
    at = "Extension.extension:statutoryTask"
    parts = elements_of(resources["ground_detail"])
    parts[f"{at}.value[x]" if "type" in part else at].update(part)
    report = run(resources, "broad-right", "authority-right")
    (finding,) = report.findings
    assert (finding.kind, finding.finding.path) == (kind, element_at)
    assert finding.bundles == (("broad-right",) if "min" in part else ("authority-right",))


def test_a_code_inside_an_extension_is_checked(run):
    resources = agreeing()
    (include,) = resources["registers"]["compose"]["include"]
    include["concept"] = [{"code": "9", "display": "Muu"}]
    report = run(resources, KIND)
    assert ("codes", "Organization.extension.valueCoding") in found(report)


def test_an_invariant_is_checked_and_told_in_the_words_of_the_profile(run):
    resources = agreeing()
    rule = {"key": "kanta-1", "severity": "error", "human": "Kieli on annettava",
            "expression": "language.exists() and language = 'sv'"}  # fmt: skip
    root = elements_of(resources["provenance"])["Provenance"]
    root["constraint"] = [rule]
    report = run(resources, KIND)
    (finding,) = report.findings
    assert finding.expected == "kanta-1: Kieli on annettava"


def test_another_code_for_an_agent_is_told_for_its_slice(run):
    resources = agreeing()
    other = {"system": "urn:oid:1.2.3", "code": "5", "display": "Luovuttaja"}
    slices = elements_of(resources["audit_event"])
    slices["AuditEvent.agent:discloser.type"].update(concept(other))
    report = run(resources, KIND)
    assert {v.entry: v.proposal for v in report.with_result("differs")} == {
        "agent.discloser": other
    }
    assert found(report) == {("minimum", "AuditEvent.agent:discloser")}
