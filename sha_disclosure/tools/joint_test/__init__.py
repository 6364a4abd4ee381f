"""The joint-test kit (yhteistestaus): declared cases run against an environment, and the evidence.

Cases are data (``cases.toml`` and files of one's own). Each is sent by the public client while
a recorder between it and the network notes what goes out and what comes back. What is left is
a folder of evidence and a report for people, in Finnish and English. It tells what was seen;
whether that is what Kanta asks for only Kela can say.

Artificial and test persons only: rule N13 refuses the identity codes of others, and the
environment ``production`` is refused as a whole.
"""

from __future__ import annotations

from sha_disclosure.tools.joint_test.case import Case
from sha_disclosure.tools.joint_test.evidence import open_folder, write_evidence
from sha_disclosure.tools.joint_test.reading import CaseFile, read_cases, shipped_cases
from sha_disclosure.tools.joint_test.result import CaseResult, Run
from sha_disclosure.tools.joint_test.running import Place, open_place, run_cases

__all__ = [
    "Case",
    "CaseFile",
    "CaseResult",
    "Place",
    "Run",
    "open_folder",
    "open_place",
    "read_cases",
    "run_cases",
    "shipped_cases",
    "write_evidence",
]
