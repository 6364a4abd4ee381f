"""Which message ids the code names: read from its syntax trees, nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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

    def of(self, names: Collection[str]) -> list[str]:
        """Return those of some names that the call may name."""
        literal = re.sub(r"\\(.)", r"\1", self.pattern)
        if re.escape(literal) == self.pattern:
            return [literal] if literal in names else []
        return list(filter(re.compile(self.pattern).fullmatch, names))


@dataclass(frozen=True)
class File:
    """What a file names."""

    name: str
    uses: tuple[Use, ...]
    texts: frozenset[str]
    parts: frozenset[str]


@cache
def files() -> tuple[File, ...]:
    """Return what each file names; its tree is not kept, for so many objects are slow to keep."""
    return tuple(_read(path) for path in sorted(PACKAGE.rglob("*.py")))


def _read(path: Path) -> File:
    name = str(path.relative_to(ROOT))
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    return File(name, tuple(_uses(name, nodes)), frozenset(_texts(nodes)), frozenset(_parts(nodes)))


def uses() -> Iterator[Use]:
    """Yield each call of a maker whose id can be read from its text."""
    return (use for file in files() for use in file.uses)


def texts() -> Iterator[tuple[str, str]]:
    """Yield each file and the patterns of the texts in it that are no docstrings."""
    return ((file.name, text) for file in files() for text in file.texts)


def parts() -> set[str]:
    """Return the further sentences of a finding that the code asks for, such as ``fix``."""
    return {part for file in files() for part in file.parts}


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


def _texts(nodes: list[ast.AST]) -> Iterator[str]:
    docstrings = {n.value for n in nodes if isinstance(n, ast.Expr)}
    inner = {part for n in nodes if isinstance(n, ast.JoinedStr) for part in n.values}
    left_out = docstrings | inner
    for node in nodes:
        if isinstance(node, ast.Constant | ast.JoinedStr) and node not in left_out:
            found = pattern(node)
            if found:
                yield found


def _uses(file: str, nodes: list[ast.AST]) -> Iterator[Use]:
    foreign = {"Finding", "Problem"} - imported(nodes, "sha_disclosure.findings")
    for node in nodes:
        if not isinstance(node, ast.Call) or not node.args:
            continue
        maker = node.func.attr if isinstance(node.func, ast.Attribute) else None
        maker = node.func.id if isinstance(node.func, ast.Name) else maker
        found = pattern(node.args[0])
        if maker in MAKERS - foreign and found is not None:
            yield Use(f"{file}:{node.lineno}", maker, found, _parameters(maker, node))


def imported(nodes: list[ast.AST], module: str) -> set[str]:
    """Return the names a file imports from a module."""
    return {
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def _parameters(maker: str, call: ast.Call) -> frozenset[str] | None:
    if maker not in {"message", "problem"} or any(k.arg is None for k in call.keywords):
        return None
    return frozenset(k.arg for k in call.keywords if k.arg is not None)


def _parts(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "part"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.args[0].value
