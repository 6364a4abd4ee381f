"""Nothing written here claims more than the statuses of the edition: no word of conformance.

A sentence with such a word stands in ``HONEST``, or says that something is not so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from places import ROOT

CLAIM = re.compile(
    r"conformant|conforms?\b|conforming|conformity|conformance (?:of|to|with)|complian\w+"
    r"|compl(?:y|ies)\b|\bcertified\b|compatible with|compatibility with"
    r"|(?:approved|accepted|endorsed|validated|verified) by (?:kanta|kela|thl|dvv)"
    r"|official(?:ly)? (?:sdk|client|library|implementation)"
    r"|(?:meets|fulfils) (?:the |all )*(?:kanta|kela|national)|kanta-ready"
    r"|yhteensopiv\w*|sertifioi\w*|vaatimustenmukai\w*"
    r"|(?:määrit\w+|kelan|kannan|vaatimu\w+)[ -]?muka\w+"
    r"|(?:kelan|kannan|thl:n) hyväksym\w*",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b(?:no|not|never|nothing|nobody|none|cannot|neither|nor|without|ei|eivät|eikä)\b",
    re.IGNORECASE,
)
# Sentences that have such a word and are true: what a law or a page says of others.
HONEST = (
    "certified (interoperability test, security assessment) and registered before production",
    "Certified systems take part in others' cross-tests",
)


def documents() -> list[Path]:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "specs").rglob("*.md")]
    catalogues = (ROOT / "sha_disclosure" / "messages").glob("*.toml")
    return sorted([*pages, *catalogues, ROOT / "pyproject.toml"])


def sources() -> list[Path]:
    folders = ("sha_disclosure", "examples", "specs", "benchmarks")
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def texts(file: Path) -> Iterator[str]:
    """Yield the whole of a page, or every docstring and text of a source."""
    whole = file.read_text("utf-8")
    if file.suffix != ".py":
        yield whole
        return
    for node in ast.walk(ast.parse(whole)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def claims(text: str) -> list[str]:
    """Return the sentences of a text that claim something without leave."""
    if not CLAIM.search(" ".join(text.split())):
        return []
    sentences = re.split(r"(?<=[.:;!?])\s+|\n\s*\n|\n(?=[|#-])| \| ", text)
    plain = [" ".join(sentence.split()) for sentence in sentences]
    return [
        sentence
        for sentence in plain
        if CLAIM.search(sentence)
        and not DENIED.search(sentence)
        and not any(honest in sentence for honest in HONEST)
    ]


def test_nothing_claims_more_than_the_statuses() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {sentence}"
        for file in (*documents(), *sources())
        for text in texts(file)
        for sentence in claims(text)
    ]
    assert found == [], "say what is known and how well, or, if it is true, add it to HONEST"


def test_every_page_and_source_is_looked_at() -> None:
    looked_at = {file.relative_to(ROOT).as_posix() for file in (*documents(), *sources())}
    expected = {"README.md", "docs/keys.md", "specs/README.md", "sha_disclosure/__init__.py"}
    assert expected <= looked_at
    assert len(looked_at) > 150


@pytest.mark.parametrize(
    "claim",
    [
        "A Kanta-conformant client.",
        "It complies with Kela's profiles.",
        "Certified for production.",
        "Compatible with Kanta, tested daily.",
        "The messages conform to the profile.",
        "Sanomat ovat Kelan määritysten mukaisia.",
        "Kirjasto on yhteensopiva Kannan kanssa.",
        "Accepted by Kela in joint testing.",
    ],
)
def test_a_claim_is_seen(claim: str) -> None:
    assert claims(f"Something else. {claim} More of it.") == [claim]


def test_a_name_in_code_is_no_claim() -> None:
    assert claims("Use `certified_signer` or `CertifiedSigner`.") == []


def test_a_denial_is_no_claim() -> None:
    assert claims("The SDK makes no claim of conformance with anything.") == []
    assert claims("Kirjasto ei ole sertifioitu.") == []


def test_the_readme_says_how_well_the_standard_is_known() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "**Most entries are assumed.**" in readme
    assert "makes no claim of conformance beyond these statuses" in readme
    assert "**Suurin osa arvoista on oletuksia.**" in (ROOT / "README.fi.md").read_text("utf-8")
