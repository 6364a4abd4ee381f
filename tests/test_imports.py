"""What a start does not import: a short command waits for nothing it does not use."""

from __future__ import annotations

import subprocess
import sys

from tests.places import ROOT

SENDING = {
    "asyncio", "httpx", "h11", "jwcrypto", "joserfc", "sqlalchemy", "sha_disclosure.outbox",
    "sha_disclosure.delivery.client", "sha_disclosure.credentials", "sha_disclosure.tools",
}  # fmt: skip
READING = {"pydantic", "cryptography", "rich", "orjson", "sha_disclosure.notice"}
NOTICE = "examples/notices/permission-to-organisation.json"


def imported(code: str) -> set[str]:
    """Return the modules and packages that a program has imported when it ends."""
    code = f"import sys\n{code}\nprint('\\n', *sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return set(run.stdout.splitlines()[-1].split())


def commands(*lines: str) -> str:
    """Return a program that runs command lines one after the other."""
    return (
        "from sha_disclosure.cli import main\n"
        f"for sys.argv[1:] in {[line.split() for line in lines]!r}:\n"
        "    try:\n        main()\n    except SystemExit as ended:\n        assert not ended.code\n"
    )


def test_the_help_imports_nothing_that_reads_or_sends() -> None:
    found = imported(commands("--help", "--version"))
    assert "sha_disclosure.cli.app" in found
    assert not found & (SENDING | READING)


def test_a_command_that_sends_nothing_imports_nothing_that_sends() -> None:
    found = imported(commands(f"validate {NOTICE}", f"build {NOTICE}", "schema"))
    assert "sha_disclosure.notice" in found
    assert not found & (SENDING | {"cryptography", "fhir.resources", "http.client"})


def test_a_client_imports_nothing_that_only_others_use() -> None:
    found = imported("from sha_disclosure import KantaClient")
    assert "sha_disclosure.delivery.client" in found
    others = {"typer", "jwcrypto", "joserfc", "sqlalchemy", "pkcs11", "fhir.resources"}
    assert not found & (others | {"sha_disclosure.outbox", "sha_disclosure.tools"})
