"""Write sha_disclosure/_names.py, or with ``--check`` say whether it is current.

python specs/public_names.py [--check]

The public names are the imports under ``TYPE_CHECKING`` in sha_disclosure/__init__.py; the
written file says at run time from which module each is loaded.
"""

from __future__ import annotations

import ast
from pathlib import Path

from written import write_or_check

PACKAGE = Path(__file__).resolve().parents[1] / "sha_disclosure"
LIST = PACKAGE / "__init__.py"
WRITTEN = PACKAGE / "_names.py"

HEAD = '''"""The module of each public name. Written by specs/public_names.py; do not edit."""

ROOMS = {
'''


def public_names() -> dict[str, str]:
    """Return each public name and its module, within the package."""
    tree = ast.parse(LIST.read_text("utf-8"))
    (listed,) = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {
        alias.name: (node.module or "").removeprefix("sha_disclosure.")
        for node in listed.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def main() -> int:
    """Write the file; with ``--check`` return 1 when it is not current."""
    lines = [f'    "{name}": "{room}",\n' for name, room in sorted(public_names().items())]
    text = f"{HEAD}{''.join(lines)}}}\n"
    return write_or_check({WRITTEN: text}, "python specs/public_names.py")


if __name__ == "__main__":
    raise SystemExit(main())
