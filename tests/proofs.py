"""How a test runs in two lengths: short in ``make test``, long in ``make proof``.

``pytest`` alone leaves the tests marked ``proof`` out; ``pytest -m proof`` runs only those.
``PROOF_TIMES=5`` makes every long count five times as long: those are the counts that
docs/delivery.md and docs/security.md name. Property tests run in both, with
more examples where ``HYPOTHESIS_PROFILE`` is ``long``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

TIMES = int(os.environ.get("PROOF_TIMES", "1"))
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "short")


def examples(short: int, long: int) -> int:
    """Return how many examples a property test takes that needs a number of its own."""
    return long * TIMES if PROFILE == "long" else short


def lengths(short: int, long: int) -> list[Any]:
    """Return the parameters of a test that takes a count."""
    return [
        pytest.param(short, id="short"),
        pytest.param(long * TIMES, id="long", marks=pytest.mark.proof),
    ]


def sample(table: Iterable[Any], every: int) -> list[Any]:
    """Return the rows of a long table: each n-th as it is, the others marked ``proof``.

    So ``make test`` and ``make proof`` together run each row once.
    """
    return [row if number % every == 0 else proof(row) for number, row in enumerate(table)]


def proof(row: Any) -> Any:
    """Return a row of a table, marked ``proof``."""
    if hasattr(row, "marks"):  # a pytest.param
        return pytest.param(*row.values, id=row.id, marks=[*row.marks, pytest.mark.proof])
    values: Sequence[Any] = row if isinstance(row, tuple) else (row,)
    return pytest.param(*values, marks=pytest.mark.proof)
