"""What checking a signature found: one finding for each check, passed or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sha_disclosure.messages.words import Language

CHECKS = {
    "document": ("the document is one JSON object", "asiakirja on yksi JSON-olio"),
    "element": ("the element is as the edition says", "elementti on edition mukainen"),
    "who": ("the signer is named by an OID", "allekirjoittaja on nimetty OID-tunnuksella"),
    "when": ("the time of signing is possible", "allekirjoitusaika on mahdollinen"),
    "data": ("the data is base64 of a compact JWS", "data on base64-koodattu JWS"),
    "critical": ("the header asks for nothing unknown", "otsake ei vaadi mitään tuntematonta"),
    "detached": ("the payload is where it belongs", "sisältö on oikeassa paikassa"),
    "certificates": ("the header carries certificates", "otsakkeessa on varmenteet"),
    "algorithm": ("alg is accepted and fits the key", "alg on sallittu ja sopii avaimeen"),
    "key": ("the keys are strong enough", "avaimet ovat riittävän vahvoja"),
    "key_usage": ("the certificate may sign", "varmenteella saa allekirjoittaa"),
    "chain": ("the chain leads to a trusted certificate", "ketju johtaa luotettuun varmenteeseen"),
    "dates": ("the certificates are valid", "varmenteet ovat voimassa"),
    "content": ("the signature is over this content", "allekirjoitus kattaa tämän sisällön"),
}  # fmt: skip
"""Every check that is made, in order, with what it says when passed (English, Finnish)."""

WHEN_ASKED = {"revocation": ("no certificate is revoked", "varmenteita ei ole suljettu")}
"""Checks that are made only when what they need is given."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found (havainto); never a value of the content."""

    check: str
    ok: bool
    detail_en: str
    detail_fi: str

    def text(self, language: Language) -> str:
        """Return the finding in ``language``."""
        return self.detail_fi if language == "fi" else self.detail_en

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the finding as plain values."""
        return {"check": self.check, "ok": self.ok, "detail": self.text(language)}


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of checking a signed Bundle. Facts are None when they could not be read.

    ``thumbprint`` is the SHA-256 of the signer's certificate, ``certificate_serial`` its
    serial number, both hexadecimal; ``when`` and ``who`` (an OID) are what the signature
    element says; ``digest`` is the SHA-256 of the canonical content.
    """

    findings: tuple[Finding, ...]
    algorithm: str | None = None
    thumbprint: str | None = None
    certificate_serial: str | None = None
    when: str | None = None
    who: str | None = None
    digest: str | None = None

    @property
    def valid(self) -> bool:
        """Whether every check was made and passed."""
        made = {finding.check for finding in self.findings}
        return all(f.ok for f in self.findings) and made >= set(CHECKS)

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the result as plain values."""
        return {
            "valid": self.valid,
            "algorithm": self.algorithm,
            "thumbprint": self.thumbprint,
            "certificate_serial": self.certificate_serial,
            "when": self.when,
            "who": self.who,
            "digest": self.digest,
            "findings": [f.to_dict(language) for f in self.findings],
        }
