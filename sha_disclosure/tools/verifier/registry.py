"""Which certificate may sign, and create tokens, for which organisation.

A stand-in: how Kanta ties certificates to organisations is not public. For an unregistered
requester any trusted certificate may be used, unless it belongs to a registered one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Use = Literal["signing", "token"]
SIGNER = "token_signer"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A registered sender: the values of its settings table; paths are in its folder."""

    requester: str
    name: str
    controllers: tuple[str, ...] = ()
    own: tuple[str, ...] = ("signing",)
    folder: str = ""


class Registry:
    """The registered organisations and their certificates, by SHA-256."""

    def __init__(self) -> None:
        self.organisations: dict[str, Organisation] = {}
        self._allowed: dict[Use, dict[str, frozenset[str]]] = {"signing": {}, "token": {}}

    def allow(self, requester: str, use: Use, sha256: str) -> None:
        """Allow one more certificate to be used for a requester."""
        allowed = self._allowed[use]
        allowed[requester] = allowed.get(requester, frozenset()) | {sha256}

    def allows(self, requester: str, use: Use, sha256: str) -> bool:
        """Return whether a certificate may be used for a requester."""
        allowed = self._allowed[use]
        if requester in allowed:
            return sha256 in allowed[requester]
        return not any(sha256 in each for each in allowed.values())
