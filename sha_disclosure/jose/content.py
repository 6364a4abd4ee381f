"""The Bundle's signature (Kanta JSON allekirjoitus), made by the edition's values.

A detached JWS (RFC 7515 appendix F) over the canonical form (RFC 8785) of the Bundle
without its ``signature``.
"""

from __future__ import annotations

import base64
import hashlib
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
    """A Bundle with its signature; ``digest`` is the SHA-256 of its canonical content."""

    bundle: dict[str, Any] = field(repr=False)
    digest: str


def sign_bundle(
    bundle: dict[str, Any],
    *,
    signer: JwsSigner,
    edition: Edition,
    who: Party,
    when: Instant,
) -> SignedBundle:
    """Return ``bundle`` with its signature (allekirjoitus) as last member; the input stays as is.

    ``who`` is the organisation that signs, ``when`` the moment. Raises CertificateExpired,
    KeyUnavailable, SigningError for content that cannot be signed, and ConfigurationError
    for an edition whose values exclude one another.
    """
    wire = edition.wire.content_signature
    if not (wire.b64 or wire.detached):
        raise ConfigurationError(message("signature.b64_attached", edition=edition.name))
    if wire.excluded in bundle:
        raise SigningError(message("signature.present"))
    signer.require_valid(when.moment)
    content = _canonical(bundle)
    header = header_part(
        signer.algorithm,
        wire.header,
        x5c=signer.x5c,
        thumbprint=signer.thumbprint,
        typ=wire.typ,
        b64=wire.b64,
    )
    signed = signing_input(header, content, b64=wire.b64)
    jws = compact(signed, signer.sign(signed), detached=wire.detached)
    signature = {
        "type": [wire.type.model_dump()],
        "when": str(when),
        "who": {
            "identifier": {"system": edition.wire.identifier.oid, "value": who.id.urn},
            "display": who.name,
        },
        "targetFormat": wire.target_format,
        "sigFormat": wire.format,
        "data": base64.b64encode(jws.encode("ascii")).decode("ascii"),
    }
    if not wire.target_format:
        del signature["targetFormat"]
    return SignedBundle({**bundle, wire.excluded: signature}, hashlib.sha256(content).hexdigest())


def _canonical(bundle: dict[str, Any]) -> bytes:
    try:
        return canonical(bundle)
    except Malformed as error:
        fault = message("signature.not_canonical", why=error.message)
    raise SigningError(fault)
