"""Which tests prove a rule or name an entry, and where the code tells a rule's breach."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TESTS = ROOT / "tests"
_TOLD = re.compile(r"(?:[NA]\d\d|SHAPE)(?:\.\w+)?")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def functions_of_tests(pattern: str = "") -> tuple[tuple[str, Function], ...]:
    """Return every test, with its place, in the files in which a pattern is found."""
    return tuple(
        (f"{file.relative_to(ROOT).as_posix()}::{node.name}", node)
        for file in sorted(TESTS.rglob("test_*.py"))
        if re.search(pattern, text := file.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, Function) and node.name.startswith("test_")
    )


def rule_proofs() -> dict[str, dict[str, list[str]]]:
    """Return the tests marked ``accepts`` or ``refuses``, by rule."""
    found: dict[str, dict[str, list[str]]] = {}
    for place, node in functions_of_tests(r"mark\.(accepts|refuses)\("):
        for marker, rule in _marks(node):
            found.setdefault(rule, {}).setdefault(marker, []).append(place)
    return found


def _marks(node: Function) -> Iterator[tuple[str, str]]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
            marker = decorator.func.attr
            if marker in {"accepts", "refuses"}:
                for argument in decorator.args:
                    yield marker, ast.literal_eval(argument)


def naming(keys: frozenset[str]) -> Mapping[str, list[str]]:
    """Return the tests that name an entry of the edition: in a text or as ``section__key``."""
    pattern = re.compile(r"(?<![\w.])([a-z_]+)\.([a-z0-9_]+)(?![\w.])")
    found: dict[str, list[str]] = {}
    for place, node in functions_of_tests():
        named: set[str] = set()
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                named |= {".".join(pair) for pair in pattern.findall(part.value)}
            elif isinstance(part, ast.keyword) and part.arg and "__" in part.arg:
                named.add(part.arg.replace("__", ".", 1))
        for key in sorted(named & keys):
            found.setdefault(key, []).append(place)
    return found


def telling() -> Mapping[str, list[str]]:
    """Return the modules in which a rule's breach is found, by rule."""
    found: dict[str, set[str]] = {}
    package = ROOT / "sha_disclosure"
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package).with_suffix("").parts
        module = ".".join(part for part in parts if part != "__init__")
        text = file.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if _TOLD.search(text) else ():
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and _TOLD.fullmatch(node.value)
            ):
                found.setdefault(node.value.partition(".")[0], set()).add(module)
    return {rule: sorted(modules) for rule, modules in found.items()}
