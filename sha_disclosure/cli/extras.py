"""Imports for commands that need more than the core; errors name the missing extra."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message

if TYPE_CHECKING:
    from sha_disclosure.tools.sandbox import Sandbox

_PACKAGES = {
    "sandbox": {"aiohttp", "jinja2", "joserfc"},
    "outbox": {"sqlalchemy"},
}


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Convert import errors in the block to ConfigurationError, which names the extra."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _PACKAGES[extra]:
            raise
    else:
        return
    raise ConfigurationError(message("extras.missing", extra=f"cli,{extra}"))


def sandbox_class() -> type[Sandbox]:
    """Return the class ``Sandbox``. Raises ConfigurationError without the extra."""
    with needs("sandbox"):
        from sha_disclosure.tools.sandbox import Sandbox as Found  # noqa: PLC0415 - an extra
    return Found
