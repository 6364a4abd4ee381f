"""Integrations of the outbox: asyncio, Django, Prometheus.

``AsyncOutbox`` needs the extra ``async``, ``OutboxCollector`` the extra ``prometheus``, and
``sha_disclosure.integrations.django`` the extra ``django``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sha_disclosure.extras import NamedExtra

if TYPE_CHECKING:
    from sha_disclosure.integrations.async_drainer import AsyncDrainer
    from sha_disclosure.integrations.async_outbox import AsyncClient, AsyncOutbox
    from sha_disclosure.integrations.prometheus import OutboxCollector

_MODULES = {
    "AsyncClient": "async_outbox",
    "AsyncDrainer": "async_drainer",
    "AsyncOutbox": "async_outbox",
    "OutboxCollector": "prometheus",
}

_EXTRAS = {"async_drainer": "async", "async_outbox": "async", "prometheus": "prometheus"}

__all__ = ["AsyncClient", "AsyncDrainer", "AsyncOutbox", "OutboxCollector"]


def __getattr__(name: str) -> Any:  # each needs its own extra
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _MODULES[name]
    with NamedExtra(_EXTRAS[module]):
        return getattr(import_module(f"{__name__}.{module}"), name)
