"""A PKCS #11 module, the library of a device: loaded once per process, used by one thread."""

from __future__ import annotations

import os
import ssl
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from sha_disclosure.credentials.keys.uri import TokenUri
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message

if TYPE_CHECKING:
    from pkcs11._pkcs11 import lib as Library  # noqa: N812 - a class with a small initial


class Module:
    """A loaded module of this process.

    PKCS #11 has one login and one set of sessions for each module and process, whoever opened
    them; so there is one instance for each, and ``generation`` grows when sessions become invalid.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.generation = 0
        self._process = os.getpid()
        self._locks: dict[int, RLock] = {}
        self._refused: set[int] = set()
        self._ssl = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no other thread uses the module, then use it exclusively.

        python-pkcs11 initialises modules for use by one thread at a time (C_Initialize without
        arguments). A forked process has its own lock, since an inherited one may be held by a
        thread that does not exist there.
        """
        process = os.getpid()
        with self._locks.setdefault(process, RLock()):
            try:
                if self._process != process:
                    self._process = process
                    self.generation += 1
                    self._wake()
                yield
            finally:
                self._clear_errors()

    def _clear_errors(self) -> None:
        """Clear this thread's OpenSSL error queue, in which a module may leave its own errors.

        A module that shares the library with Python's ssl would otherwise make the next TLS
        read or write of this thread fail (SSL_get_error(3)). Rejecting a cipher list clears it.
        """
        with suppress(ssl.SSLError):
            self._ssl.set_ciphers("none-such")

    @property
    def error(self) -> type[Exception]:
        """The base class of the module's errors."""
        kind: type[Exception] = _pkcs11().PKCS11Error
        return kind

    @property
    def library(self) -> Library:
        """The loaded library. Raises ConfigurationError."""
        pkcs11 = _pkcs11()
        with suppress(RuntimeError):  # the base of its errors
            library: Library = pkcs11.lib(self.path)
            return library
        raise ConfigurationError(message("pkcs11.not_loaded", path=self.path))

    def restart(self) -> None:
        """Restart the module, since many look for tokens only at start. All sessions end."""
        self.generation += 1
        library = self.library
        with suppress(self.error):
            library.finalize()
        with suppress(self.error):
            library.initialize()

    def _wake(self) -> None:
        """Initialise the module in a forked process, unless it still works there.

        A module that detects the fork reports that it is not initialised; finalising one that
        does not could end the parent's sessions.
        """
        try:
            self.library.get_slots()
        except self.error:
            self.restart()

    def refused(self, serial: str, pin: SecretStr) -> bool:
        """Return whether a token refused this PIN before: a card locks after a few attempts."""
        return hash((serial, pin.get_secret_value())) in self._refused

    def refuse(self, serial: str, pin: SecretStr) -> None:
        """Record that a token refused this PIN."""
        self._refused.add(hash((serial, pin.get_secret_value())))


# The SDK's only process-wide state, as in PKCS #11 itself (see Module).
_MODULES: dict[str, Module] = {}


def module_of(uri: TokenUri) -> Module:
    """Return the module named by a URI. Raises ConfigurationError if the file does not exist."""
    path = Path(uri.module_path) if uri.module_path else _named(uri.module_name or "")
    if not path.is_absolute() or not path.is_file():
        raise ConfigurationError(message("pkcs11.no_file", path=str(path)))
    # A different path to the same library must not initialise it twice.
    return _MODULES.setdefault(str(path.resolve()), Module(str(path)))


def _named(name: str) -> Path:
    many = sysconfig.get_config_var("MULTIARCH")
    roots = [f"/usr/lib/{many}"] * bool(many) + ["/usr/lib64", "/usr/lib", "/usr/local/lib"]
    own = name.rstrip("0123456789")
    folders = [f"{root}{part}" for root in roots for part in ("/pkcs11", "", f"/{own}")]
    for folder in folders:
        for prefix in ("", "lib"):
            for ending in (".so", ".dylib", ".dll"):
                path = Path(folder, f"{prefix}{name}{ending}")
                if path.is_file():
                    return path
    raise ConfigurationError(message("pkcs11.no_library", name=name, folders=tuple(roots)))


def _pkcs11() -> Any:
    with suppress(ImportError):
        return import_module("pkcs11")
    raise ConfigurationError(message("pkcs11.not_installed"))
