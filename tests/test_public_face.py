"""The names the package gives its users."""

import subprocess
import sys
from pathlib import Path

import sha_disclosure

NAMES = set(dir(sha_disclosure)) - {"__version__"}


def test_every_public_name_can_be_imported():
    for name in NAMES:
        assert getattr(sha_disclosure, name).__name__ == name


def test_there_are_few_enough_names_to_know_them_all():
    assert len(NAMES) <= 25


def test_a_name_that_does_not_exist_is_an_attribute_error():
    assert not hasattr(sha_disclosure, "Manager")


def test_the_type_checker_sees_the_same_names():
    text = Path(sha_disclosure.__file__).read_text("utf-8")
    typed = {
        line.rsplit(" as ", 1)[1] for line in text.splitlines() if line.startswith("    from ")
    }
    assert typed == NAMES


def test_importing_the_package_loads_no_network_no_signature_and_no_fhir_models():
    code = (
        "import sys, sha_disclosure\n"
        "heavy = {'httpx', 'jwcrypto', 'pydantic', 'fhir.resources', 'cryptography'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "from sha_disclosure import KantaClient\n"
        "assert 'fhir.resources' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
