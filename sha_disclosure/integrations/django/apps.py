"""The application's configuration, which holds the process's outboxes and client."""

from __future__ import annotations

import threading
from typing import Any

from django.apps import AppConfig
from django.core import checks

from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.events import logging_listener
from sha_disclosure.integrations.django.checks import check_configuration, check_tables
from sha_disclosure.integrations.django.configuration import LABEL, Configuration
from sha_disclosure.integrations.django.connections import borrowing_engine
from sha_disclosure.outbox import Outbox


class DisclosureConfig(AppConfig):
    """The disclosure notices of a project (luovutusilmoitukset)."""

    name = "sha_disclosure.integrations.django"
    label = LABEL
    verbose_name = "Luovutusilmoitukset"
    default_auto_field = "django.db.models.BigAutoField"

    def __init__(self, app_name: str, app_module: Any) -> None:
        super().__init__(app_name, app_module)
        self._lock = threading.Lock()
        self._outboxes: dict[str, Outbox] = {}
        self._kanta: KantaClient | None = None

    def ready(self) -> None:
        """Register the system checks."""
        checks.register(check_configuration)
        checks.register(check_tables, checks.Tags.database)

    def outbox(self, using: str | None) -> Outbox:
        """Return the outbox on Django's connections."""
        configuration = Configuration.read()
        alias = using or configuration.database
        with self._lock:
            if alias not in self._outboxes:
                self._outboxes[alias] = configuration.outbox(borrowing_engine(alias))
            return self._outboxes[alias]

    def kanta(self) -> KantaClient:
        """Return the process's client."""
        with self._lock:
            if self._kanta is None:
                settings = Configuration.read().settings()
                self._kanta = KantaClient(settings, listeners=[logging_listener()])
            return self._kanta
