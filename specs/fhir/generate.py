"""Write the FHIR package under specs/fhir/package, or with ``--check`` say whether it is current.

python specs/fhir/generate.py [--check]

Made from the tables in specs/fhir/reconstruction, the edition, the golden Bundles and the base
definitions of FHIR R4.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from reconstruction.files import package_files

PACKAGE = Path(__file__).resolve().parent / "package"


def main() -> int:
    """Write the files; with ``--check`` return 1 when one of them is not current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    wanted = {PACKAGE / name: text for name, text in package_files().items()}
    present = {path for path in PACKAGE.rglob("*") if path.is_file()}
    stale = sorted(present - wanted.keys())
    stale += [p for p, text in wanted.items() if p not in present or p.read_text("utf-8") != text]
    if parser.parse_args().check:
        for path in stale:
            print(f"{path.relative_to(PACKAGE)} is not current: run python specs/fhir/generate.py")
        return 1 if stale else 0
    for path in stale:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
