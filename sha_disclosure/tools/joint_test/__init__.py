"""The joint-test kit (yhteistestaus): runs declared cases against an environment, with evidence.

Cases are data (``cases.toml`` and your own files). Each is sent with the public client while
a recorder between it and the network records requests and answers. The result is a folder of
evidence and a report for people, in Finnish and English. It reports what was observed;
only Kela can say whether that is what Kanta requires.

For artificial and test persons only: rule N13 refuses real identity codes, and the
environment ``production`` is refused altogether.
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
