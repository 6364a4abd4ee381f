"""Who catches a mutant: the independent engines and the project's own checks."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sha_disclosure.editions import load_edition
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.jose.content import BundleSigner
from sha_disclosure.settings import Settings
from sha_disclosure.tools.verifier import check_structure, verify_bundle
from sha_disclosure.values import Instant
from tests.authority import NOW, identity, root
from tests.specs.fhir_package.changes import Mutant
from tests.specs.fhir_package.engines import Engine, Json, fhirkit_rs

EDITION = load_edition()
COLUMNS = ("fhirkit-rs", "pyrofile", "structure", "reading", "verify")
"""The catchers, by the names of the table's columns."""


def signed(bundle: Json) -> Json:
    """Return a golden Bundle with a signature by the tests' own authority."""
    who = Settings.stand_in().requester
    return BundleSigner(identity(), EDITION).sign(bundle, who=who, when=Instant(NOW)).bundle


def structure(bundle: Json) -> list[str]:
    """The own structure checks, which ``validate`` and ``verify`` make."""
    return [f"{each.path} {each.message}" for each in check_structure(bundle, EDITION)]


def reading(bundle: Json) -> list[str]:
    """Reading the Bundle back into notices."""
    try:
        read_bundle(bundle, EDITION.wire)
    except InvalidNotice as refused:
        return [str(refused)]
    return []


def verify(bundle: Json) -> list[str]:
    """Verification of the signature, as ``verify`` does it beside the structure checks."""
    anchors = [root().certificate]
    result = verify_bundle(bundle, EDITION, anchors=anchors, at=NOW)
    return [] if result.signed else [f.check for f in result.findings if not f.passed] or ["-"]


def catchers(by_profiles: Engine) -> Mapping[str, Engine]:
    """Return the catchers by their names."""
    asked = (fhirkit_rs, by_profiles, structure, reading, verify)
    return dict(zip(COLUMNS, asked, strict=True))


def caught_by(
    mutant: Mutant,
    golden: Mapping[str, Json],
    by_profiles: Engine,
    asked: Collection[str] = COLUMNS,
) -> frozenset[str]:
    """Return who catches the mutant, of those asked; only what is signed can be verified."""
    whole = golden[mutant.golden]
    made = mutant.made(signed(whole) if mutant.signed else whole)
    return frozenset(
        name
        for name, catcher in catchers(by_profiles).items()
        if name in asked and (mutant.signed or name != "verify") and catcher(made)
    )
