"""The sandbox: an embedded log-register retention service (lokirekisterien säilytyspalvelu).

A real HTTPS server on loopback with mutual TLS and a throw-away PKI. It reads requests
according to the edition alone, never with the code that builds them, so that an error in that
code is detected here. It replaces Kanta where examples, demonstrations and tests need an
answer; its acceptance of a notice does not prove that Kanta accepts it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ssl
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.extras import NamedExtra
from sha_disclosure.messages import message
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources

with NamedExtra("sandbox"):
    from aiohttp import web

    from sha_disclosure.tools.sandbox.admin import Admin
    from sha_disclosure.tools.sandbox.faults import Fault, FaultKind, Faults
    from sha_disclosure.tools.sandbox.files import write_settings
    from sha_disclosure.tools.sandbox.pki import KeyKind, Pki, Purpose
    from sha_disclosure.tools.sandbox.server import Counts, Front, Listener, Port, server_context
    from sha_disclosure.tools.sandbox.service import Service
    from sha_disclosure.tools.sandbox.store import Received, Refusal, Store
    from sha_disclosure.tools.verifier import (
        MessageFinding,
        Organisation,
        Registry,
        Surroundings,
        Trust,
        signing_anchors,
    )

__all__ = ["Fault", "MessageFinding", "Pki", "Received", "Refusal", "Sandbox"]

OwnKeys = Literal["signing", "token", "tls"]

_HOST = "127.0.0.1"
_PATH = "/fhir"
_START_TIMEOUT = 30.0


class Sandbox:
    """A running sandbox, as a context manager or with ``start()`` and ``stop()``.

    ``folder`` keeps the PKI, the settings file and received notices; without one everything is in
    a temporary folder that is removed with the sandbox. ``port`` and ``admin_port`` 0 select free
    ports. A folder's PKI is reused while it is valid. ``sources`` provide clock, ids and
    randomness.

    While it runs: ``base_url`` is the service root, ``admin_url`` the address of its pages,
    ``folder`` the location of its files, ``settings_file`` the settings of a client and ``pki``
    the issuer of its certificates.

    Raises ConfigurationError if a port is in use or the folder cannot be written.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        port: int = 0,
        admin_port: int = 0,
        edition: Edition | None = None,
        key_kind: KeyKind = "P-256",
        sources: Sources | None = None,
    ) -> None:
        self._given = folder
        self._ports = (port, admin_port)
        self._edition = edition or load_edition()
        self._key_kind: KeyKind = key_kind
        self._sources = sources or Sources()
        self._faults = Faults()
        self._counts = Counts()
        self._registry = Registry()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._failure: Exception | None = None
        self._service: Service
        self._store: Store
        self.pki: Pki
        self.folder: Path
        self.settings_file: Path
        self.base_url = ""
        self.admin_url = ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Create the PKI, open the store and both ports, and write the settings file."""
        if self._thread is not None:
            raise ConfigurationError(message("sandbox.running"))
        fault = ""
        try:
            self._open_folder()
        except OSError as error:
            fault = error.strerror or type(error).__name__
        if fault:
            self._close_folder()
            raise ConfigurationError(message("sandbox.folder", why=fault))
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(started,), name="sha-disclosure-sandbox", daemon=True
        )
        self._thread.start()
        try:
            started.result(_START_TIMEOUT)
        except BaseException:
            self.stop()
            raise
        self._write_settings()
        return self

    def stop(self) -> None:
        """Close both ports, all connections and the store; remove a temporary folder."""
        if self._thread is None:
            return
        if self._loop is not None and self._stopping is not None:
            with suppress(RuntimeError):  # the loop has already ended
                self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = None
        self._store.close()
        self._close_folder()
        if self._failure is not None:
            raise self._failure

    def _open_folder(self) -> None:
        if self._given is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="sha-disclosure-sandbox-")
            self.folder = Path(self._temporary.name)
        else:
            self.folder = Path(self._given)
            self.folder.mkdir(parents=True, exist_ok=True)
        self.pki = Pki(self.folder, key_kind=self._key_kind, now=self._sources.clock)
        self._store = Store(self.folder / "sandbox.sqlite")

    def _close_folder(self) -> None:
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    def _run(self, started: Future[None]) -> None:
        try:
            # The selector loop on every system: the other one does not call Port.accept.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve(started))
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits
            if started.done():
                self._failure = error
            else:
                started.set_exception(error)

    async def _serve(self, started: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        async with contextlib.AsyncExitStack() as stack:
            listening = _listen(self._ports[0], self._counts)
            stack.callback(listening.close)
            port = int(listening.getsockname()[1])
            self.base_url = f"https://{_HOST}:{port}{_PATH}"
            self._service = self._make_service(port)
            front = Front(self._service, self._faults)
            runner = web.ServerRunner(Listener(front.handle, self._counts), shutdown_timeout=1)
            await _open(stack, runner, listening, server_context(self.folder))
            listening_too = _listen(self._ports[1], Counts())
            stack.callback(listening_too.close)
            pages = Admin(self._edition, self._store, self._faults, self._counts, self.base_url)
            admin = web.AppRunner(pages.application(), access_log=None, shutdown_timeout=1)
            await _open(stack, admin, listening_too, None)
            self.admin_url = f"http://{_HOST}:{listening_too.getsockname()[1]}"
            started.set_result(None)
            await self._stopping.wait()

    def _make_service(self, port: int) -> Service:
        return Service(
            self._edition,
            addresses=(self.base_url, f"https://localhost:{port}{_PATH}"),
            trust=Trust(
                signing_anchors(self.folder, self.pki.root.certificate),
                surroundings=Surroundings("sandbox", self._edition.wire.trust),
            ),
            own_chain=self.pki.signing.chain,
            store=self._store,
            sources=self._sources,
            registry=self._registry,
        )

    def add_organisation(
        self,
        requester: str,
        name: str,
        *,
        controllers: Sequence[str] = (),
        own: tuple[OwnKeys, ...] = ("signing",),
    ) -> None:
        """Register another sender and rewrite the settings file with its table.

        ``requester`` is its OID. ``own``: the keys it gets of its own, with certificates of
        the sandbox's PKI; without ``signing`` the sandbox's own key signs for it, like a broker's.
        From then on no other certificate may sign or create tokens for it.
        """
        folder = f"organisations/{requester}"
        purposes: dict[str, Purpose] = {"signing": "signing", "token": "signing", "tls": "client"}
        made = {
            use: self.pki.kept(self.folder / folder, use, f"{name} ({use})", purposes[use])
            for use in own
        }
        signing = made.get("signing", self.pki.signing)
        self._registry.allow(requester, "signing", signing.sha256)
        self._registry.allow(requester, "token", made.get("token", signing).sha256)
        self._registry.organisations[requester] = Organisation(
            requester, name, tuple(controllers), tuple(own), folder
        )
        self._write_settings()

    def allow(self, requester: str, use: Literal["signing", "token"], sha256: str) -> None:
        """Allow one more certificate to sign or create tokens for a registered organisation."""
        self._registry.allow(requester, use, sha256)

    def _write_settings(self) -> None:
        organisations = self._registry.organisations.values()
        self.settings_file = write_settings(
            self.folder, self.base_url, self._edition, organisations
        )

    def settings(self) -> Settings:
        """Return the settings in the file that the sandbox wrote."""
        return Settings.load(self.settings_file, variables={})

    def received(self, notice_id: str | None = None) -> list[Received]:
        """Return the notices accepted so far, or the one with an id, in order of arrival."""
        return self._store.received(notice_id)

    def refusals(self) -> list[Refusal]:
        """Return the requests refused so far (at most the last thousand), in order of arrival."""
        return self._store.refusals()

    def inject(self, fault: FaultKind, *, times: int = 1, **details: Any) -> None:
        """Apply a fault to the next ``times`` requests; ``details`` are fields of ``Fault``."""
        self._faults.add(Fault(fault=fault, times=times, **details))

    def clear_faults(self) -> None:
        """Remove all pending faults."""
        self._faults.clear()

    @property
    def connections(self) -> int:
        """The number of TCP connections opened to the service so far."""
        return self._counts.connections

    @property
    def handshakes(self) -> int:
        """The number of TLS handshakes completed so far."""
        return self._counts.handshakes

    @property
    def certificates_seen(self) -> frozenset[str]:
        """The SHA-256 of each client certificate seen so far, in hexadecimal."""
        return frozenset(self._counts.certificates)


def _listen(port: int, counts: Counts) -> Port:
    try:
        return Port(_HOST, port, counts)
    except OSError as error:
        why = message("sandbox.port_closed", why=error.strerror or type(error).__name__)
        if error.errno == errno.EADDRINUSE:
            why = message("sandbox.port_taken")
    except OverflowError:
        why = message("sandbox.port_none")
    raise ConfigurationError(message("sandbox.port", port=port, host=_HOST, why=why))


async def _open(
    stack: contextlib.AsyncExitStack,
    runner: web.BaseRunner,
    listening: Port,
    tls: ssl.SSLContext | None,
) -> None:
    stack.push_async_callback(runner.cleanup)
    stack.push_async_callback(listening.drop_all)
    await runner.setup()
    await web.SockSite(runner, listening, ssl_context=tls).start()
