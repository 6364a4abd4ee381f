"""The benchmarks of the releases, from ``benchmarks/records``: shares of the floor, not times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from written import table

RECORDS = Path(__file__).resolve().parents[1] / "benchmarks" / "records"
COMPARED = (
    "httpx.", "http_client.", "processor.", "opened.", "drain.", "submit.", "add.", "growth.",
    "memory.",
)  # fmt: skip
"""What hardly depends on the machine: shares, exponents and counts."""


def releases() -> str:
    """Return the shares and exponents by release, then the machines."""
    records = {file.stem: json.loads(file.read_text("utf-8")) for file in _files()}
    figures: dict[str, Any] = {}
    for record in records.values():
        figures |= record["figures"]
    rows = [
        (_what(figure), figure["target"], *(_shown(each, key) for each in records.values()))
        for key, figure in figures.items()
        if key.startswith(COMPARED)
    ]
    machines = [
        (name, *(record["machine"].get(name, "") for record in records.values()))
        for name in dict.fromkeys(name for each in records.values() for name in each["machine"])
    ]
    return (
        f"{table(('figure', 'target', *records), rows)}\n{table(('machine', *records), machines)}"
    )


def _files() -> list[Path]:
    return sorted(RECORDS.glob("*.json"), key=lambda file: [int(n) for n in file.stem.split(".")])


def _what(figure: dict[str, Any]) -> str:
    floor = figure["floor_is"]
    return f"{figure['what'].strip()}, against {floor}" if floor else figure["what"]


def _shown(record: dict[str, Any], key: str) -> str:
    return str(record["figures"].get(key, {}).get("shown", ""))
