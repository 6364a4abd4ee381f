"""A process that signs on a token, forks, and signs in both; run by a test with settings."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

from sha_disclosure import Settings
from sha_disclosure.credentials import load_credentials
from sha_disclosure.editions import load_edition

made = load_credentials(Settings.load(sys.argv[1]), load_edition(), datetime.now(UTC))
first = len(made.content.sign(b"before"))
child = os.fork()
if child == 0:
    sys.stdout.write(f"child {len(made.content.sign(b'in the child'))}\n")
    sys.stdout.flush()
    os._exit(0)
_, status = os.waitpid(child, 0)
sys.stdout.write(f"parent {len(made.content.sign(b'in the parent'))} {first} {status}\n")
