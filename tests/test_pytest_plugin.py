"""The fixtures for those who embed the SDK, in projects of their own."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable

import pytest
from places import NOTICES, ROOT

pytest_plugins = "pytester"

Run = Callable[..., pytest.RunResult]
TESTS = ROOT / "tests" / "test_plugin_fixtures.py"
"""Tests of this project and, copied, of another one."""

START = """
import pytest
from sha_disclosure import AsyncKantaClient, DisclosureNotice, Unavailable

@pytest.fixture
def notice():
    return DisclosureNotice.model_validate_json({text!r})
"""

WAITING = """
import pytest
from sha_disclosure import AsyncKantaClient

@pytest.mark.asyncio
async def test_async(kanta_settings, kanta_sandbox, notice):
    async with AsyncKantaClient(kanta_settings) as kanta:
        await kanta.submit(kanta.prepare(notice))
    assert len(kanta_sandbox.received()) == 1
"""

NESTED = """
import pytest

@pytest.fixture
def kanta_settings(kanta_settings):
    return kanta_settings.model_copy(update={"accept_assumed": True})

@pytest.fixture(autouse=True)
def everything_is_down(kanta_faults):
    kanta_faults.down()
"""

BELOW = """
import pytest
from sha_disclosure import Unavailable

def test_below(kanta_client, notice):
    assert kanta_client.settings.accept_assumed
    with pytest.raises(Unavailable):
        kanta_client.submit(kanta_client.prepare(notice))
"""


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run the tests of another project, which has the package installed."""
    text = (NOTICES / "statute-to-authority.json").read_text("utf-8")
    pytester.makeconftest(START.format(text=text))

    def run(*arguments: str) -> pytest.RunResult:
        plugin = ("-p", "sha_disclosure.testing", "-p", "no:cacheprovider")
        return pytester.runpytest_subprocess("-q", *plugin, *arguments)

    return run


@pytest.mark.proof
def test_a_client_an_outbox_and_faults_in_a_test(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(TESTS.read_text("utf-8"))
    run().assert_outcomes(passed=5)


@pytest.mark.proof
def test_the_fixtures_work_beside_asyncio(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(WAITING)
    run().assert_outcomes(passed=1)


@pytest.mark.proof
def test_a_conftest_below_may_change_them(pytester: pytest.Pytester, run: Run) -> None:
    folder = pytester.mkpydir("below")
    (folder / "conftest.py").write_text(NESTED, "utf-8")
    (folder / "test_below.py").write_text(BELOW, "utf-8")
    run().assert_outcomes(passed=1)


@pytest.mark.proof
def test_several_processes_test_at_once(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(TESTS.read_text("utf-8"))
    run("-n", "2").assert_outcomes(passed=5)


@pytest.mark.proof
def test_naming_the_plugin_once_more_does_no_harm(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["sha_disclosure.testing"]')
    pytester.makepyfile("def test_it(kanta_sandbox):\n    assert not kanta_sandbox.received()")
    pytester.runpytest_subprocess("-q", "-p", "sha_disclosure.testing").assert_outcomes(passed=1)


def test_pytest_finds_the_plugin_under_the_name_of_its_module() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    # Of another name, it could not be named in pytest_plugins as well.
    assert project["entry-points"]["pytest11"] == {
        "sha_disclosure.testing": "sha_disclosure.testing"
    }


def test_the_plugin_costs_projects_that_do_not_use_it_nothing() -> None:
    code = (
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import sha_disclosure.testing\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))\n"
        "print(*sorted(name for name in set(sys.modules) - before if name.startswith('sha')))"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    roots, own = run.stdout.splitlines()
    assert roots.split() == ["sha_disclosure"]
    assert own.split() == [
        "sha_disclosure",
        "sha_disclosure._names",
        "sha_disclosure._version",
        "sha_disclosure.testing",
    ]
