"""Entries that show in no message, because they let settings or certificates pass or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sha_disclosure.editions import Edition


@dataclass(frozen=True)
class Gate:
    """One gate: what it judges, and its verdict under an edition."""

    of: str
    verdict: Callable[[Edition], object]


GATES: Mapping[str, Gate] = {}
"""The gate of each such entry. With another value its verdict is another."""
