"""A planted difference is found, and nothing else."""

import pytest
from core import core, whole_core
from made_up import agreeing, with_snapshots
from planted import PLANTS, with_all
from proofs import sample

from sha_disclosure.tools.conformance.bundles import kind_of

FORMS = [
    pytest.param(lambda resources, _: resources, core, id="differentials"),
    pytest.param(with_snapshots, whole_core, id="snapshots", marks=pytest.mark.proof),
]


def differences(report):
    return {v.entry: v.proposal for v in report.with_result("differs")}


def findings(report):
    return {(f.kind, f.finding.path) for f in report.findings}


def added(report):
    return {(kind_of(n), n.path) for n in report.additions}


@pytest.mark.parametrize(("form", "base"), FORMS)
def test_a_package_that_agrees_differs_nowhere(run, form, base):
    report = run(form(agreeing(), base()), base=base())
    assert differences(report) == {}
    assert findings(report) == set()
    assert added(report) == set()
    assert report.failed == ()
    assert report.unchecked == ()
    assert report.ok
    assert len(report.with_result("agrees")) == 54


@pytest.mark.parametrize("name", sample(PLANTS, 8))
def test_each_difference_is_found_and_nothing_else(run, name):
    plant = PLANTS[name]
    resources = agreeing()
    plant.plant(resources)
    report = run(resources, "statute-to-authority", "disclosed-to-client")
    assert differences(report) == plant.differs
    assert findings(report) == plant.findings
    assert added(report) == plant.additions
    assert report.ok is not bool(plant.differs or plant.findings)


@pytest.mark.proof
@pytest.mark.parametrize(("form", "base"), FORMS)
def test_all_differences_together_are_found_and_nothing_else(run, form, base):
    report = run(form(with_all(agreeing()), base()), base=base())
    assert differences(report) == {k: v for p in PLANTS.values() for k, v in p.differs.items()}
    assert findings(report) == {f for p in PLANTS.values() for f in p.findings}
    assert added(report) == {n for p in PLANTS.values() for n in p.additions}
    assert not report.ok
