"""Where the files that tests read are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTICES = ROOT / "examples" / "notices"
GOLDEN = ROOT / "tests" / "golden"
