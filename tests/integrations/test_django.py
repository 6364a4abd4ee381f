"""The example system on Django: its own tests, and a day that is interrupted."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from typing import Any

import pytest
from places import ROOT
from proofs import TIMES, proof

pytest.importorskip("django")

HOST = ROOT / "examples" / "hosts" / "django"


def manage(variables: dict[str, str], *arguments: str, **options: Any) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-W", "error::DeprecationWarning", "manage.py", *arguments],
        cwd=HOST,
        env={**os.environ, "PYTHONPATH": path, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def done(variables: dict[str, str], *arguments: str) -> str:
    process = manage(variables, *arguments)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    return out


@pytest.mark.parametrize("database", ["sqlite", proof("postgresql")], indirect=True)
def test_the_example_system_passes_its_own_tests(database):
    process = manage(database, "test", "--noinput")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, out + err
    assert "OK" in err


@pytest.mark.parametrize(
    ("database", "count"),
    [proof((kind, 200 * TIMES)) for kind in ("sqlite", "postgresql")],
    indirect=["database"],
)
def test_the_service_has_the_committed_disclosures_and_no_others(database, service, count):
    """Every third disclosure is rolled back, and the process is killed twice."""
    variables = {**database, "SHA_DISCLOSURE_SETTINGS": str(service.folder / "sha-disclosure.toml")}
    before = {each.notice_id for each in service.received()}
    done(variables, "migrate", "--verbosity", "0")
    chance = random.Random(count)
    for _ in range(2):
        working = manage(variables, "disclose_many", str(count))
        assert working.stdout.readline(), working.communicate()
        time.sleep(chance.uniform(0, 0.05 if count < 100 else 1.0))
        working.kill()
        working.communicate()
    done(variables, "disclose_many", str(count))
    done(variables, "sha_disclosure", "drain")
    listed = (
        "import json; from records.models import Disclosure; "
        "print(json.dumps(list(Disclosure.objects.values_list('key', 'notice_id'))))"
    )
    committed = dict(json.loads(done(variables, "shell", "--no-imports", "-c", listed)))
    assert sorted(committed) == sorted(f"d-{n}" for n in range(count) if n % 3 != 2)
    stored = [each.notice_id for each in service.received() if each.notice_id not in before]
    assert set(stored) == set(committed.values())
    assert len(stored) == len(committed)  # nothing was killed while it was being delivered
    assert json.loads(done(variables, "sha_disclosure", "status"))["status"]["pending"] == 0
