"""A signer with its certificate chain."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sha_disclosure.credentials.certificate import self_issued, signature_length, thumbprint
from sha_disclosure.credentials.chain import check_dates, explanation
from sha_disclosure.errors import CertificateExpired, KeyUnavailable
from sha_disclosure.jose.signer import Signer, signature_of
from sha_disclosure.messages import message


@dataclass(frozen=True, eq=False, repr=False)
class SigningIdentity:
    """A signer with its certificate chain (allekirjoitusvarmenne), leaf first.

    ``algorithm`` is the JWS name (RFC 7518), ``x5c`` the chain as RFC 7515 4.1.6 carries it
    without the root, ``thumbprint`` the SHA-256 of the leaf in hexadecimal.
    """

    signer: Signer
    algorithm: str
    chain: tuple[x509.Certificate, ...]
    x5c: tuple[str, ...] = field(init=False)
    thumbprint: str = field(init=False)
    _length: int = field(init=False)
    _window: tuple[datetime, datetime] = field(init=False)

    def __post_init__(self) -> None:
        leaf, *issuers = self.chain
        sent = (leaf, *(c for c in issuers if not self_issued(c)))
        texts = tuple(base64.b64encode(c.public_bytes(Encoding.DER)).decode("ascii") for c in sent)
        window = (
            max(c.not_valid_before_utc for c in self.chain),
            min(c.not_valid_after_utc for c in self.chain),
        )
        made = {
            "x5c": texts,
            "thumbprint": thumbprint(leaf),
            "_length": signature_length(leaf),
            "_window": window,
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"SigningIdentity({self.algorithm}, sha256={self.thumbprint})"

    @property
    def leaf(self) -> x509.Certificate:
        """The signer's own certificate."""
        return self.chain[0]

    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of ``data``, of the length the certificate's key has.

        Raises KeyUnavailable.
        """
        signature = signature_of(self.signer.sign, data)
        if len(signature) != self._length:
            raise KeyUnavailable(
                message(
                    "signer.length",
                    given=len(signature),
                    algorithm=self.algorithm,
                    expected=self._length,
                )
            )
        return signature

    def require_valid(self, at: datetime) -> None:
        """Return when the whole chain is valid at ``at``. Raises CertificateExpired."""
        start, end = self._window
        if not start <= at <= end:
            why = explanation(check_dates(self.chain, at)) or ""
            raise CertificateExpired(
                message("signer.not_valid", thumbprint=self.thumbprint, why=why)
            )
