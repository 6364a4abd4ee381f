"""The JSON Web Token of one attempt (Kanta JSON Web Token, RFC 7519), as the edition defines it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from sha_disclosure.editions import Edition
from sha_disclosure.editions.wire import Fill
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.jose.jws import compact, header_part, signing_input
from sha_disclosure.jose.signer import JwsSigner
from sha_disclosure.messages import message
from sha_disclosure.settings import Party


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """The values the claims of a token are filled from; ``repr`` hides the user (käyttäjä)."""

    system: Party
    subscriber: Party
    requester: Party
    base_url: str
    user_id: str | None = field(default=None, repr=False)
    user_name: str | None = field(default=None, repr=False)
    user_authentication_method: str | None = field(default=None, repr=False)


class TokenMaker:
    """Makes tokens for one identity and edition; precomputes everything constant.

    Raises ConfigurationError for contradictory claims.
    """

    def __init__(self, signer: JwsSigner, edition: Edition) -> None:
        wire = edition.wire.token
        self._signer = signer
        self._lifetime = wire.lifetime
        self._header = header_part(
            signer.algorithm,
            wire.header,
            x5c=signer.x5c,
            thumbprint=signer.thumbprint,
            typ=wire.typ,
        )
        self._claims = tuple((c.name.split("."), c.fill) for c in edition.wire.claim.values())
        _check_names(edition)

    def __repr__(self) -> str:
        return f"TokenMaker({self._signer!r})"

    def make(self, facts: TokenFacts, *, now: datetime, unique_id: str) -> str:
        """Return a token for one attempt; ``unique_id`` (``jti``) is new for each.

        A claim whose source is not known is omitted. Raises CertificateExpired and KeyUnavailable.
        """
        self._signer.require_valid(now)
        values = self._values(facts, now, unique_id)
        claims: dict[str, Any] = {}
        for path, fill in self._claims:
            value = values[fill]
            if value is not None:
                place = claims
                for name in path[:-1]:
                    place = place.setdefault(name, {})
                place[path[-1]] = value
        signed = signing_input(self._header, orjson.dumps(claims))
        return compact(signed, self._signer.sign(signed), detached=False).decode("ascii")

    def _values(
        self, facts: TokenFacts, now: datetime, unique_id: str
    ) -> dict[Fill, str | int | None]:
        # RFC 7519 NumericDate; whole seconds, so that no token begins in the future.
        issued = int(now.timestamp() // 1)
        return {
            "system.id": str(facts.system.id),
            "system.urn": facts.system.id.urn,
            "system.name": facts.system.name,
            "subscriber.id": str(facts.subscriber.id),
            "subscriber.urn": facts.subscriber.id.urn,
            "subscriber.name": facts.subscriber.name,
            "requester.id": str(facts.requester.id),
            "requester.urn": facts.requester.id.urn,
            "requester.name": facts.requester.name,
            "user.id": facts.user_id,
            "user.name": facts.user_name,
            "user.authentication_method": facts.user_authentication_method,
            "base_url": facts.base_url,
            "issued_at": issued,
            "not_before": issued,
            "expires_at": issued + self._lifetime,
            "unique_id": unique_id,
        }


def _check_names(edition: Edition) -> None:
    names = [claim.name for claim in edition.wire.claim.values()]
    above = {name[:end] for name in names for end, sign in enumerate(name) if sign == "."}
    for name, count in Counter(names).items():
        if count > 1 or name in above or not all(name.split(".")):
            raise ConfigurationError(message("token.claim_names", edition=edition.name, name=name))
