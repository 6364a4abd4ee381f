"""Delivering a prepared notice (toimittaminen): the clients, one submission, answers, retries.

Names are imported on first use, so a program that only prepares notices loads no network code.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sha_disclosure.delivery.async_client import AsyncKantaClient as AsyncKantaClient
    from sha_disclosure.delivery.breaker import Breaker as Breaker
    from sha_disclosure.delivery.client import KantaClient as KantaClient
    from sha_disclosure.delivery.endpoint import AsyncTransport as AsyncTransport
    from sha_disclosure.delivery.endpoint import Transport as Transport
    from sha_disclosure.delivery.prepare import PreparedNotice as PreparedNotice
    from sha_disclosure.delivery.receipt import Receipt as Receipt
    from sha_disclosure.delivery.receipt import StoredNotice as StoredNotice

_MODULES = {
    "AsyncKantaClient": "async_client",
    "AsyncTransport": "endpoint",
    "Breaker": "breaker",
    "KantaClient": "client",
    "PreparedNotice": "prepare",
    "Receipt": "receipt",
    "StoredNotice": "receipt",
    "Transport": "endpoint",
}
__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
