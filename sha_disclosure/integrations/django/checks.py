"""System checks (``manage.py check``): whether notices could be stored and delivered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - its name
from django.utils.translation import get_language

from sha_disclosure.errors import ConfigurationError, DisclosureError
from sha_disclosure.integrations.django.configuration import Configuration
from sha_disclosure.integrations.django.connections import borrowing_engine
from sha_disclosure.messages import Language

_ID = "sha_disclosure"
_MIGRATE = "manage.py migrate"


def check_configuration(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Report settings that cannot be used, and a database the outbox cannot use."""
    return list(_configuration_faults())


def _configuration_faults() -> Iterator[CheckMessage]:
    try:
        configuration = Configuration.read()
    except ConfigurationError as error:
        yield _error(error, "E001")
        return
    try:
        configuration.settings()
    except ConfigurationError as error:
        yield _error(error, "E002")
    try:
        borrowing_engine(configuration.database)
    except ConfigurationError as error:
        yield _error(error, "E003")


def check_tables(
    app_configs: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Report missing tables, or tables of another version; queries the database."""
    try:
        configuration = Configuration.read()
    except ConfigurationError:
        return []  # reported by check_configuration
    if configuration.database not in (databases or ()):
        return []
    try:
        configuration.outbox(borrowing_engine(configuration.database))
    except DisclosureError as error:
        return [Warning(error.text(language()), _MIGRATE, id=f"{_ID}.W001")]
    return []


def _error(error: DisclosureError, number: str) -> CheckMessage:
    return Error(error.text(language()), id=f"{_ID}.{number}")


def language() -> Language:
    """Return Django's active language, or English."""
    return "fi" if (get_language() or "").startswith("fi") else "en"
