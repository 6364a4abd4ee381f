"""The names the package gives its users, and that nothing shown to users needs others."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from places import ROOT

import sha_disclosure
from sha_disclosure import errors

NAMES = set(dir(sha_disclosure)) - {"__version__"}


def test_every_public_name_can_be_imported():
    for name in NAMES:
        assert getattr(sha_disclosure, name).__name__ == name


def test_the_star_gives_every_name_and_nothing_else():
    namespace: dict[str, object] = {}
    exec("from sha_disclosure import *", namespace)
    assert set(namespace) - {"__builtins__"} == NAMES


def test_the_star_works_without_the_extra_of_the_outbox():
    code = (
        "import sys\n"
        "sys.modules['sqlalchemy'] = None\n"
        "import importlib.util as util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name: None if name == 'sqlalchemy' else found(name)\n"
        "from sha_disclosure import *\n"
        "assert KantaClient and Settings and 'Outbox' not in globals()\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_every_error_is_public():
    tree = {
        name for name, value in vars(errors).items() if isinstance(value, type) and name[0] != "_"
    }
    assert {n for n in tree if issubclass(getattr(errors, n), errors.DisclosureError)} <= NAMES


def test_a_name_that_does_not_exist_is_an_attribute_error():
    assert not hasattr(sha_disclosure, "Manager")


def test_the_written_list_is_current():
    checked = subprocess.run(
        [sys.executable, ROOT / "specs" / "public_names.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, "")


def test_importing_the_package_loads_no_network_no_signature_and_no_fhir_models():
    code = (
        "import sys, sha_disclosure\n"
        "heavy = {'httpx', 'jwcrypto', 'pydantic', 'fhir.resources', 'cryptography'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


# --- what is shown to users ---------------------------------------------------------------


def shown() -> Iterator[tuple[Path, str]]:
    """Yield the Python that users are shown: examples, benchmarks, and the code on the pages."""
    for folder in ("examples", "benchmarks"):
        for file in sorted((ROOT / folder).glob("*.py")):
            yield file, file.read_text("utf-8")
    for page in pages():
        for code in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            yield page, code


def pages() -> list[Path]:
    return sorted([*ROOT.glob("README*.md"), ROOT / "SECURITY.md", *(ROOT / "docs").glob("*.md")])


def imported(code: str) -> Iterator[tuple[str, str]]:
    """Yield each module and name of the package that a piece of code imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sha_disclosure"):
            for alias in node.names:
                yield node.module or "", alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("sha_disclosure."):
                    yield alias.name.rpartition(".")[0], alias.name.rpartition(".")[2]


def is_public(module: str, name: str) -> bool:
    """Whether a name stands in the list of its room, or of the package."""
    if module == "sha_disclosure":
        return name in NAMES
    return name in getattr(import_module(module), "__all__", ())


def test_examples_and_pages_import_public_names_only():
    private = [
        f"{file.relative_to(ROOT)}: {module}.{name}"
        for file, code in shown()
        for module, name in imported(code)
        if not is_public(module, name)
    ]
    assert private == []


def test_the_examples_and_the_pages_were_looked_at():
    seen = {file.name: {name for _, name in imported(code)} for file, code in shown()}
    assert "KantaClient" in seen["first_notice.py"]
    assert "notice_needed" in {
        n for f, c in shown() if f.name == "README.md" for _, n in imported(c)
    }


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_dotted_name_on_a_page_is_a_module_or_public(page):
    named = re.findall(r"\bsha_disclosure(?:\.[a-zA-Z_]\w*)+", page.read_text("utf-8"))
    unknown = [n for n in named if not is_module(n) and not is_public(*n.rsplit(".", 1))]
    assert unknown == []


def is_module(dotted: str) -> bool:
    """Whether a dotted name is a module of the package; nothing is imported."""
    path = ROOT.joinpath(*dotted.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()
