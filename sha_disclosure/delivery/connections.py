"""Each organisation's credentials and endpoint, swapped as a whole when keys are renewed."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from sha_disclosure.credentials import Credentials
from sha_disclosure.delivery.endpoint import AsyncEndpoint, Endpoint

E = TypeVar("E", Endpoint, AsyncEndpoint)
"""The kind of endpoint, for threads or for asyncio."""


class Connection(NamedTuple, Generic[E]):
    """An organisation's credentials with the endpoint its notices are sent to."""

    credentials: Credentials
    endpoint: E


class Connections(Generic[E]):
    """The connections of a client's organisations, by the requester's OID.

    Organisations with the same TLS client share one endpoint. ``open_endpoint`` opens one for an
    organisation. ``retired`` holds replaced endpoints, on which exchanges in progress finish.
    """

    def __init__(self, open_endpoint: Callable[[str, ssl.SSLContext], E]) -> None:
        self._open: Callable[[str, ssl.SSLContext], E] = open_endpoint
        self._by_requester: Mapping[str, Connection[E]] = {}
        self.retired: list[E] = []

    def of(self, requester: str) -> Connection[E] | None:
        """Return an organisation's current connection, or None."""
        return self._by_requester.get(requester)

    def use(self, credentials: Mapping[str, Credentials]) -> None:
        """Use these credentials from now on."""
        before = {each.credentials.tls: each.endpoint for each in self._by_requester.values()}
        endpoints: dict[ssl.SSLContext, E] = {}
        for requester, each in credentials.items():
            if each.tls not in endpoints:
                endpoints[each.tls] = before.get(each.tls) or self._open(requester, each.tls)
        # A single assignment: every thread sees either the old ones or the new ones.
        self._by_requester = {
            requester: Connection(each, endpoints[each.tls])
            for requester, each in credentials.items()
        }
        self.retired += [endpoint for tls, endpoint in before.items() if tls not in endpoints]

    def endpoints(self) -> list[E]:
        """Return every endpoint without duplicates."""
        every = (each.endpoint for each in self._by_requester.values())
        return list({id(endpoint): endpoint for endpoint in every}.values())
