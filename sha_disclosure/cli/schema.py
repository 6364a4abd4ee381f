"""``sha-disclosure schema``: the JSON Schema of a notice."""

from __future__ import annotations

import typer

from sha_disclosure.cli.call import Call
from sha_disclosure.notice.schema import notice_schema


def schema(context: typer.Context) -> int:
    """Print the JSON Schema of a notice.

    Example: sha-disclosure schema > disclosure-notice.schema.json

    The schema describes the shape of a notice; `sha-disclosure validate` also checks the rules.
    """
    Call.of(context).output.json_line(notice_schema(), indent=True)
    return 0
