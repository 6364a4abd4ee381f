"""What a project calls: its outbox and its client, made once in a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from django.apps import apps

from sha_disclosure.integrations.django.configuration import LABEL, Configuration
from sha_disclosure.integrations.django.connections import own_engine

if TYPE_CHECKING:
    from sha_disclosure.delivery.client import KantaClient
    from sha_disclosure.integrations.django.apps import DisclosureConfig
    from sha_disclosure.outbox import Outbox


def outbox(using: str | None = None) -> Outbox:
    """Return the outbox on Django's own connections (lähtevien ilmoitusten säilö).

    ``using``: the alias of a database, unless it is the one of ``SHA_DISCLOSURE``. All it writes
    belongs to the transaction Django has open on that alias: ``atomic``, a savepoint,
    ``ATOMIC_REQUESTS``, a ``TestCase``; without one it commits by itself.

    Raises ConfigurationError when ``manage.py migrate`` has not made its tables yet.
    """
    return _config().outbox(using)


@contextmanager
def drained_outbox(using: str | None = None) -> Iterator[Outbox]:
    """Yield the same outbox on connections of its own, for ``drain`` and ``drainer``.

    Its threads outlive requests, and wait for a database that is away. It does not see what a
    transaction of Django's has not committed. At the end its connections are closed.
    """
    configuration = Configuration.read()
    engine = own_engine(using or configuration.database)
    try:
        yield configuration.outbox(engine)
    finally:
        engine.dispose()


def kanta() -> KantaClient:
    """Return the process's client, made of ``SHA_DISCLOSURE["SETTINGS"]`` at its first use.

    Raises ConfigurationError when the settings, a key or a certificate cannot be used.
    """
    return _config().kanta()


def _config() -> DisclosureConfig:
    return cast("DisclosureConfig", apps.get_app_config(LABEL))
