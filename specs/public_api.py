"""Write specs/public-api.txt, or with ``--check`` say whether it is current.

python specs/public_api.py [--check]

The file lists every public name with its signature, so that a change of what hosts rely on is
seen in review. It is read from the source, without importing it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import griffe
from public_names import public_names
from written import write_or_check

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = Path(__file__).with_name("public-api.txt")
ROOMS = ("credentials", "editions", "events", "law", "notice", "outbox", "settings")


def lines() -> Iterator[str]:
    """Return the public face, a line for each name and each public member of a class."""
    loaded = griffe.load("sha_disclosure", search_paths=[str(ROOT)], resolve_aliases=True)
    package = loaded.final_target if isinstance(loaded, griffe.Alias) else loaded
    faces = {"sha_disclosure": sorted(public_names())}
    for room in ROOMS:
        exported = package[room].exports or ()
        faces[f"sha_disclosure.{room}"] = sorted(str(each) for each in exported)
    for path, names in faces.items():
        yield f"# {path}"
        holder = package if path == "sha_disclosure" else package[path.partition(".")[2]]
        for name in names:
            yield from _shown(holder[name], name)
        yield ""


def _shown(found: griffe.Object | griffe.Alias, name: str) -> Iterator[str]:
    target = found.final_target if isinstance(found, griffe.Alias) else found
    if isinstance(target, griffe.Function):
        yield _signature(target, name)
    elif isinstance(target, griffe.Class):
        bases = ", ".join(str(base) for base in target.bases)
        yield f"class {name}({bases})" if bases else f"class {name}"
        for member in sorted(target.all_members.values(), key=lambda each: each.name):
            if not member.name.startswith("_") or member.name == "__init__":
                yield from (f"    {line}" for line in _member(member))
    elif isinstance(target, griffe.Attribute):
        yield f"{name}: {target.annotation}" if target.annotation else name


def _member(found: griffe.Object | griffe.Alias) -> Iterator[str]:
    member = found.final_target if isinstance(found, griffe.Alias) else found
    if isinstance(member, griffe.Function):
        yield _signature(member, member.name)
    elif isinstance(member, griffe.Attribute):
        kind = "property " if "property" in member.labels else ""
        yield f"{kind}{member.name}: {member.annotation or '...'}"


def _signature(function: griffe.Function, name: str) -> str:
    word = "async def" if "async" in function.labels else "def"
    return f"{word} {function.signature(name=name)}"


def main() -> int:
    """Write the file; with ``--check`` return 1 when it is not current."""
    text = "\n".join(lines())
    return write_or_check({WRITTEN: text}, "python specs/public_api.py, and look at what changed")


if __name__ == "__main__":
    raise SystemExit(main())
