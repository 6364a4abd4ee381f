"""The JSON Web Token of one attempt (Kanta JSON Web Token, RFC 7519), as the edition defines it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import orjson

from sha_disclosure.editions import Edition
from sha_disclosure.editions.wire import Fill
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.jose.jws import compact, header_part, signing_input
from sha_disclosure.jose.signer import JwsSigner
from sha_disclosure.messages import message
from sha_disclosure.settings import Party


class TokenUser(Protocol):
    """On whose behalf a message is sent (käyttäjä), as far as that is known."""

    @property
    def id(self) -> str | None:
        """The user's identifier."""

    @property
    def name(self) -> str | None:
        """The user's name."""

    @property
    def authentication_method(self) -> str | None:
        """The code of how the user was authenticated."""


@dataclass(frozen=True)
class TokenFacts:
    """The values the claims of all tokens of one organisation are filled from, users aside."""

    system: Party
    subscriber: Party
    requester: Party
    base_url: str

    @cached_property
    def values(self) -> Mapping[Fill, str | int | None]:
        """What the facts fill."""
        return {
            "system.id": str(self.system.id),
            "system.urn": self.system.id.urn,
            "system.name": self.system.name,
            "subscriber.id": str(self.subscriber.id),
            "subscriber.urn": self.subscriber.id.urn,
            "subscriber.name": self.subscriber.name,
            "requester.id": str(self.requester.id),
            "requester.urn": self.requester.id.urn,
            "requester.name": self.requester.name,
            "base_url": self.base_url,
        }


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

    def make(self, facts: TokenFacts, user: TokenUser, *, now: datetime, unique_id: str) -> str:
        """Return a token for one attempt; ``unique_id`` (``jti``) is new for each.

        A claim whose source is not known is omitted. Raises CertificateExpired and KeyUnavailable.
        """
        self._signer.require_valid(now)
        # RFC 7519 NumericDate; whole seconds, so that no token begins in the future.
        issued = int(now.timestamp() // 1)
        values: Mapping[Fill, str | int | None] = {
            **facts.values,
            "user.id": user.id,
            "user.name": user.name,
            "user.authentication_method": user.authentication_method,
            "issued_at": issued,
            "not_before": issued,
            "expires_at": issued + self._lifetime,
            "unique_id": unique_id,
        }
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


def _check_names(edition: Edition) -> None:
    names = [claim.name for claim in edition.wire.claim.values()]
    above = {name[:end] for name in names for end, sign in enumerate(name) if sign == "."}
    for name, count in Counter(names).items():
        if count > 1 or name in above or not all(name.split(".")):
            raise ConfigurationError(message("token.claim_names", edition=edition.name, name=name))
