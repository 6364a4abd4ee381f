"""The Bundle's signature (Kanta JSON allekirjoitus), made by the edition's values.

A detached JWS (RFC 7515 appendix F) over the canonical form (RFC 8785) of the Bundle
without its ``signature``.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sha_disclosure.editions import Edition
from sha_disclosure.errors import ConfigurationError, SigningError
from sha_disclosure.jose.canonical import NotCanonical, canonical_own
from sha_disclosure.jose.jws import compact, header_part, signing_input
from sha_disclosure.settings import Party
from sha_disclosure.values import Instant

if TYPE_CHECKING:
    from sha_disclosure.credentials.signing import SigningIdentity


@dataclass(frozen=True, slots=True)
class SignedBundle:
    """A Bundle with its signature; ``digest`` is the SHA-256 of its canonical content."""

    bundle: dict[str, Any] = field(repr=False)
    digest: str


def sign_bundle(
    bundle: dict[str, Any],
    *,
    identity: SigningIdentity,
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
        raise ConfigurationError(
            f"Edition {edition.name}: content_signature.b64 = false needs detached = true "
            "(RFC 7797 section 5.2: such a payload may have no dots in it)"
        )
    if wire.excluded in bundle:
        raise SigningError("The Bundle carries a signature already; build it anew to sign it")
    identity.require_valid(when.moment)
    content = _canonical(bundle)
    header = header_part(
        identity.algorithm,
        wire.header,
        x5c=identity.x5c,
        leaf=identity.leaf,
        typ=wire.typ,
        b64=wire.b64,
    )
    signed = signing_input(header, content, b64=wire.b64)
    jws = compact(signed, identity.sign(signed), detached=wire.detached)
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
        return canonical_own(bundle)
    except NotCanonical as error:
        fault = error.en
    raise SigningError(f"The Bundle cannot be signed: {fault}")
