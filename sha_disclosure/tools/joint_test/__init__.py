"""The joint-test kit (yhteistestaus): declared cases run against an environment, and the evidence.

Cases are data (``cases.toml`` and files of one's own). Each is sent by the public client while
a recorder between it and the network notes what goes out and what comes back. What is left is
a folder of evidence and a report for people, in Finnish and English. It reports what was seen;
whether that is what Kanta asks for only Kela can say.

Artificial and test persons only: rule N13 refuses the identity codes of others, and the
environment ``production`` is refused as a whole.
"""

from __future__ import annotations

from sha_disclosure.tools.joint_test.case import Case
from sha_disclosure.tools.joint_test.case_files import (
    CaseFile,
    all_cases,
    read_cases,
    shipped_cases,
)
from sha_disclosure.tools.joint_test.environment import Environment, open_environment
from sha_disclosure.tools.joint_test.evidence import open_folder, write_evidence
from sha_disclosure.tools.joint_test.result import CaseResult, Execution, Run
from sha_disclosure.tools.joint_test.runs import run_cases

__all__ = [
    "Case",
    "CaseFile",
    "CaseResult",
    "Environment",
    "Execution",
    "Run",
    "all_cases",
    "open_environment",
    "open_folder",
    "read_cases",
    "run_cases",
    "shipped_cases",
    "write_evidence",
]
