"""What the tests of the command share: places, planted secrets, the environment."""

from __future__ import annotations

import os

from places import NOTICES, ROOT

EXAMPLES = NOTICES
SECRETS = ("Planted-Salaisuus", "131052-308T", "010101-123Z", "Tarkoitus-Salaisuus")
"""A name, a real-looking identity code, a broken one, and free text."""


def process_environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **more}


def tells_no_secret(*texts: str) -> None:
    for text in texts:
        for secret in SECRETS:
            assert secret not in text
