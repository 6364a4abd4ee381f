"""A signer with its certificate chain."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sha_disclosure.boundary import boundary
from sha_disclosure.credentials.certificate import (
    Chain,
    key_kind,
    self_signed,
    signature_length,
    thumbprint,
)
from sha_disclosure.credentials.chain import (
    check_connection,
    check_dates,
    check_keys,
    check_usage,
    explanation,
)
from sha_disclosure.credentials.reading import read_chain, require
from sha_disclosure.editions import Edition
from sha_disclosure.errors import CertificateExpired, ConfigurationError, KeyUnavailable
from sha_disclosure.jose.signer import Signer, signature_of
from sha_disclosure.messages import message

SigningUse = Literal["content_signature", "token"]
"""The sections of an edition that define an algorithm for each kind of key."""


@dataclass(frozen=True, eq=False, repr=False)
class CertifiedSigner:
    """A signer with its certificate chain (allekirjoitusvarmenne), leaf first.

    ``algorithm`` is the JWS name (RFC 7518).
    """

    signer: Signer
    algorithm: str
    chain: Chain

    def __repr__(self) -> str:
        return f"CertifiedSigner({self.algorithm}, sha256={self.thumbprint})"

    @property
    def leaf(self) -> x509.Certificate:
        """The signer's own certificate."""
        return self.chain[0]

    @cached_property
    def x5c(self) -> tuple[str, ...]:
        """The chain as in RFC 7515 4.1.6, without the root."""
        sent = (self.leaf, *(c for c in self.chain[1:] if not self_signed(c)))
        return tuple(base64.b64encode(c.public_bytes(Encoding.DER)).decode("ascii") for c in sent)

    @cached_property
    def thumbprint(self) -> str:
        """The SHA-256 of the signer's own certificate, in hexadecimal."""
        return thumbprint(self.leaf)

    @cached_property
    def _signature_length(self) -> int:
        return signature_length(self.leaf)

    @cached_property
    def _validity(self) -> tuple[datetime, datetime]:
        starts = max(c.not_valid_before_utc for c in self.chain)
        return starts, min(c.not_valid_after_utc for c in self.chain)

    @boundary
    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of ``data``, with the length of the certificate's key.

        Raises KeyUnavailable.
        """
        signature = signature_of(self.signer.sign, data)
        if len(signature) != self._signature_length:
            raise KeyUnavailable(
                message(
                    "signer.length",
                    given=len(signature),
                    algorithm=self.algorithm,
                    expected=self._signature_length,
                )
            )
        return signature

    def require_valid(self, at: datetime) -> None:
        """Raise CertificateExpired unless the whole chain is valid at ``at``."""
        starts, ends = self._validity
        if not starts <= at <= ends:
            why = explanation(check_dates(self.chain, at)) or ""
            raise CertificateExpired(
                message("signer.not_valid", thumbprint=self.thumbprint, why=why)
            )


@boundary
def certified_signer(
    certificate_pem: bytes,
    signer: Signer,
    edition: Edition,
    *,
    use: SigningUse = "content_signature",
) -> CertifiedSigner:
    """Return your own signer, such as a signing service, with its certificate chain.

    ``certificate_pem`` is the chain, leaf first; the edition defines the algorithm for the kind
    of its key. Dates are checked when it is used. Raises ConfigurationError.
    """
    name = "certificate_pem"
    chain = read_chain(certificate_pem, name)
    require(name, *check_keys(chain), *check_connection(chain), *check_usage(chain[0], "signing"))
    return CertifiedSigner(signer, algorithm_for(chain[0], edition, use), chain)


def algorithm_for(leaf: x509.Certificate, edition: Edition, use: SigningUse) -> str:
    """Return the edition's algorithm for a certificate's key. Raises ConfigurationError."""
    kind = key_kind(leaf)
    if kind is None:
        raise ConfigurationError(message("signer.key_kind"))
    section = edition.wire.token if use == "token" else edition.wire.content_signature
    algorithm: str = getattr(section, kind)
    return algorithm
