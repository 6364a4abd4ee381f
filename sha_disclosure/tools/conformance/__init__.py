"""Comparing what this SDK sends with a FHIR package held by the vendor (määrittelypaketti).

It proves agreement with that package, nothing more. Validation needs the extra
``conformance``; reading and comparing packages only need the core.
"""

from __future__ import annotations

from sha_disclosure.tools.conformance.bundle_findings import BundleFinding
from sha_disclosure.tools.conformance.bundles import LabelledBundle
from sha_disclosure.tools.conformance.comparison import EntryComparison
from sha_disclosure.tools.conformance.packages import Packages, load_packages
from sha_disclosure.tools.conformance.proposal import write_proposal
from sha_disclosure.tools.conformance.report import Report, conformance
from sha_disclosure.tools.conformance.signing import throw_away_identity

__all__ = [
    "BundleFinding",
    "EntryComparison",
    "LabelledBundle",
    "Packages",
    "Report",
    "conformance",
    "load_packages",
    "throw_away_identity",
    "write_proposal",
]
