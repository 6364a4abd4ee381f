"""Which message ids the code names: read from its syntax trees, nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from places import ROOT

PACKAGE = ROOT / "sha_disclosure"
MAKERS = {"message", "Message", "problem", "Finding", "Problem", "Rule"}
"""What makes something of an id. ``problem`` and ``Rule`` take it without ``rules.``."""


@dataclass(frozen=True)
class Use:
    """One call that names an id: where, the maker, the id or the pattern of it, the parameters."""

    where: str
    maker: str
    pattern: str
    parameters: frozenset[str] | None
    """``None`` where they are not written out."""

    def names(self, message_id: str) -> bool:
        return re.fullmatch(self.pattern, message_id) is not None


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    files = sorted(PACKAGE.rglob("*.py"))
    return tuple((str(f.relative_to(ROOT)), ast.parse(f.read_text("utf-8"))) for f in files)


def docstrings(tree: ast.Module) -> set[ast.Constant]:
    """Return every text that is a statement of its own: docstrings of all kinds."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def pattern(node: ast.expr) -> str | None:
    """Return the pattern of the texts an expression may give; ``None``: any."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [
            re.escape(p.value) if isinstance(p, ast.Constant) and isinstance(p.value, str) else ".+"
            for p in node.values
        ]
        return "".join(parts)
    if isinstance(node, ast.IfExp):
        both = pattern(node.body), pattern(node.orelse)
        return None if None in both else f"(?:{both[0]}|{both[1]})"
    return None


@cache
def texts() -> frozenset[tuple[str, str]]:
    """Return each file and the patterns of the texts in it that are no docstrings."""
    return frozenset(_texts())


def _texts() -> Iterator[tuple[str, str]]:
    for file, tree in trees():
        left_out = docstrings(tree)
        inner = {p for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for p in n.values}
        for node in ast.walk(tree):
            if node in left_out or node in inner:
                continue
            if isinstance(node, ast.Constant | ast.JoinedStr) and (found := pattern(node)):
                yield file, found


@cache
def uses() -> tuple[Use, ...]:
    """Return each call of a maker whose id can be read from its text."""
    return tuple(_uses())


def _uses() -> Iterator[Use]:
    for file, tree in trees():
        foreign = {"Finding", "Problem"} - imported(tree, "sha_disclosure.findings")
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            maker = node.func.attr if isinstance(node.func, ast.Attribute) else None
            maker = node.func.id if isinstance(node.func, ast.Name) else maker
            found = pattern(node.args[0])
            if maker in MAKERS - foreign and found is not None:
                yield Use(f"{file}:{node.lineno}", maker, found, _parameters(maker, node))


def imported(tree: ast.Module, module: str) -> set[str]:
    """Return the names a file imports from a module."""
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def _parameters(maker: str, call: ast.Call) -> frozenset[str] | None:
    if maker not in {"message", "problem"} or any(k.arg is None for k in call.keywords):
        return None
    return frozenset(k.arg for k in call.keywords if k.arg is not None)


def parts() -> frozenset[str]:
    """Return the further sentences of a finding that the code asks for, such as ``fix``."""
    return frozenset(
        node.args[0].value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "part"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    )
