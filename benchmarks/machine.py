"""The machine a record was made on, and which of its cores works for whom."""

import importlib.metadata
import os
import platform
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = (
    "cryptography", "fhir.resources", "h11", "httpx", "jwcrypto", "orjson", "pydantic",
    "rfc8785", "sqlalchemy", "tenacity",
)  # fmt: skip


def facts() -> dict[str, str]:
    """Return what the figures depend on. Neither the host's name nor a path is among it."""
    from cryptography.hazmat.backends.openssl import backend  # noqa: PLC0415 - not before it is timed

    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "placed": "client on one core, service on another" if CORES else "left to the system",
        "load before": f"{LOAD:.1f}",
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "openssl": f"{ssl.OPENSSL_VERSION} (TLS), {backend.openssl_version_text()} (signatures)",
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def _cores() -> tuple[int, int] | None:
    if not hasattr(os, "sched_getaffinity"):
        return None
    first, *others = sorted(os.sched_getaffinity(0))
    return (first, others[0]) if others else None


CORES = _cores()
"""The core of the client and that of the services; None where they cannot be chosen."""


LOAD = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
"""How many others wanted a core before the run: on a quiet machine nearly 0."""


def place_client() -> None:
    """Keep this process, and what it starts, on the client's core."""
    if CORES:
        os.sched_setaffinity(0, {CORES[0]})


@contextmanager
def on_service_core() -> Iterator[None]:
    """Have what is started here run on the core of the services."""
    if CORES is None:
        yield
        return
    os.sched_setaffinity(0, {CORES[1]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, {CORES[0]})
