"""The Bundle's signature (Kanta JSON allekirjoitus), according to the edition.

A detached JWS (RFC 7515 appendix F) over the canonical form (RFC 8785) of the Bundle
without its ``signature``.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from sha_disclosure.editions import Edition
from sha_disclosure.encoding import Malformed
from sha_disclosure.errors import ConfigurationError, SigningError
from sha_disclosure.jose.canonical import canonical
from sha_disclosure.jose.jws import compact, header_part, signing_input
from sha_disclosure.jose.signer import JwsSigner
from sha_disclosure.messages import message
from sha_disclosure.settings import Party
from sha_disclosure.values import Instant


@dataclass(frozen=True, slots=True)
class SignedBundle:
    """A signed Bundle. It holds personal data, so ``repr`` does not show it."""

    bundle: dict[str, Any] = field(repr=False)


class BundleSigner:
    """Signs Bundles of one edition with one signer; precomputes everything constant.

    Raises ConfigurationError for an edition with contradictory values.
    """

    def __init__(self, signer: JwsSigner, edition: Edition) -> None:
        wire = edition.wire.content_signature
        if not (wire.b64 or wire.detached):
            raise ConfigurationError(message("signature.b64_attached", edition=edition.name))
        self.signer = signer
        self._wire = wire
        self._oid_system = edition.wire.identifier.oid
        self._type = wire.type.model_dump()
        self._header = header_part(
            signer.algorithm,
            wire.header,
            x5c=signer.x5c,
            thumbprint=signer.thumbprint,
            typ=wire.typ,
            b64=wire.b64,
        )

    def __repr__(self) -> str:
        return f"BundleSigner({self.signer!r})"

    def sign(self, bundle: dict[str, Any], *, who: Party, when: Instant) -> SignedBundle:
        """Return ``bundle`` with its signature (allekirjoitus) as last member; a new object.

        ``who`` is the signing organisation, ``when`` the time of signing. Raises
        CertificateExpired, KeyUnavailable, and SigningError for content that cannot be signed.
        """
        wire = self._wire
        if wire.excluded in bundle:
            raise SigningError(message("signature.present"))
        self.signer.require_valid(when.moment)
        signed = signing_input(self._header, _canonical(bundle), b64=wire.b64)
        jws = compact(signed, self.signer.sign(signed), detached=wire.detached)
        signature = {
            "type": [self._type],
            "when": str(when),
            "who": {
                "identifier": {"system": self._oid_system, "value": who.id.urn},
                "display": who.name,
            },
            "targetFormat": wire.target_format,
            "sigFormat": wire.format,
            "data": base64.b64encode(jws).decode("ascii"),
        }
        if not wire.target_format:
            del signature["targetFormat"]
        return SignedBundle({**bundle, wire.excluded: signature})


def _canonical(bundle: dict[str, Any]) -> bytes:
    try:
        return canonical(bundle)
    except Malformed as error:
        fault = message("signature.not_canonical", why=error.message)
    raise SigningError(fault)
