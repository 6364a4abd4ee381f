"""The functions a project calls: its outbox and its client, created once per process."""

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

    ``using``: the alias of a database; by default the one in ``SHA_DISCLOSURE``. Its writes belong
    to the transaction Django has open on that alias (``atomic``, a savepoint,
    ``ATOMIC_REQUESTS``, a ``TestCase``); without one it commits them itself.

    Raises ConfigurationError if ``manage.py migrate`` has not created its tables yet.
    """
    return _config().outbox(using)


@contextmanager
def drained_outbox(using: str | None = None) -> Iterator[Outbox]:
    """Yield the same outbox on its own connections, for ``drain`` and ``drainer``.

    Its threads outlive requests, and wait for a database that is unavailable. It does not see
    uncommitted changes of Django's transactions. Its connections are closed at the end.
    """
    configuration = Configuration.read()
    engine = own_engine(using or configuration.database)
    try:
        yield configuration.outbox(engine)
    finally:
        engine.dispose()


def kanta() -> KantaClient:
    """Return the process's client, created from ``SHA_DISCLOSURE["SETTINGS"]`` on first use.

    Raises ConfigurationError if the settings, a key or a certificate cannot be used.
    """
    return _config().kanta()


def _config() -> DisclosureConfig:
    return cast("DisclosureConfig", apps.get_app_config(LABEL))
