"""Write the generated files of this folder, or with ``--check`` say whether they are current.

python specs/generate.py [--check]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sha_disclosure.notice import DisclosureNotice

SCHEMA = Path(__file__).resolve().parent / "disclosure-notice.schema.json"


def notice_schema() -> str:
    """Return the JSON Schema of a notice: its shape; the national rules ask for more."""
    made = DisclosureNotice.model_json_schema(by_alias=True)
    for part in made["$defs"].values():
        # In Python the class says the kind; in JSON only the field can.
        if "const" in part["properties"].get("kind", {}):
            part["required"] = ["kind", *part.get("required", ())]
            part["properties"]["kind"].pop("default", None)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:sha-disclosure:disclosure-notice:1",
        **made,
        "title": "Disclosure notice (luovutusilmoitus)",
        "description": "The shape of a notice as JSON. `sha-disclosure validate` also checks the "
        "national rules (docs and sha_disclosure/rules.py), which no schema can say.",
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def main() -> int:
    """Write the files; with ``--check`` return 1 when one of them is not current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    wanted = notice_schema()
    if not parser.parse_args().check:
        SCHEMA.write_text(wanted, "utf-8")
        return 0
    if SCHEMA.is_file() and SCHEMA.read_text("utf-8") == wanted:
        return 0
    print(f"{SCHEMA.name} is not current: run python specs/generate.py")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
