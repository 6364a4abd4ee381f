"""The package in specs/fhir and the comparison were written apart: each is held to the other."""

from __future__ import annotations

import json

import pytest
from core import whole_core_folder
from places import ROOT
from typer.testing import CliRunner

from sha_disclosure.cli.app import application

PACKAGE = ROOT / "specs" / "fhir"


@pytest.mark.proof
def test_the_reconstructed_package_agrees_with_the_edition_it_was_made_from():
    core = str(whole_core_folder())
    command = ["conformance", "--package", str(PACKAGE), "--core", core, "--json"]
    result = CliRunner().invoke(application(), command, catch_exceptions=False)
    told = json.loads(result.stdout)
    assert len(told["bundles"]) == 8
    assert all(each["valid"] for each in told["bundles"])
    assert told["findings"] == []
    differing = {each["entry"] for each in told["entries"] if each["result"] == "differs"}
    # It does not call itself Kela's, and never will.
    assert differing == {"package.name", "package.version"}
    assert sum(each["result"] == "agrees" for each in told["entries"]) > 50
    assert result.exit_code == 1
