"""What the benchmarks measure with: a notice, throw-away keys, settings, and a bare service."""

import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from machine import on_service_core

from sha_disclosure import DisclosureNotice, PreparedNotice, Settings
from sha_disclosure.tools.sandbox import Pki

Kind = Literal["P-256", "RSA-2048", "RSA-3072"]
"""The kinds of key that are measured."""

HERE = Path(__file__).parent
NOTICE_JSON = (
    HERE.parent / "examples" / "notices" / "permission-to-organisation.json"
).read_bytes()
NOTICE = DisclosureNotice.model_validate_json(NOTICE_JSON)


@contextmanager
def scratch() -> Iterator[Path]:
    """Make a folder, in memory where there is such a place: for what no disk is to be part of."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@contextmanager
def keys(kind: Kind = "P-256") -> Iterator[Pki]:
    """Make a throw-away PKI in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield Pki(Path(folder), key_kind=kind)


def settings_for(folder: Path, port: int = 1, **more: Any) -> Settings:
    """Return settings for the bare service, with the keys of a folder."""
    stand_in = Settings.stand_in()
    tables: dict[str, Any] = {
        "tls": {"certificate": "tls.crt", "key": "tls.key", "ca": "ca.crt"},
        "signing": {"certificate": "signing.crt", "key": "signing.key"},
    }
    files = {n: {k: str(folder / v) for k, v in table.items()} for n, table in tables.items()}
    return Settings(
        environment="sandbox",
        base_url=f"https://127.0.0.1:{port}/fhir",
        system=stand_in.system,
        subscriber=stand_in.subscriber,
        **files,
        **more,
    )


def notice_about(number: int) -> DisclosureNotice:
    """Return the notice about another client, one of 33 600 with a temporary identity code."""
    (rest, day), month = divmod(number % 33_600, 28), number // 28 % 12
    client = rest // 12 + 900
    digits = f"{day + 1:02}{month + 1:02}94"
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{digits}{client}") % 31]
    code = f"{digits}X{client}{check}"
    return DisclosureNotice.model_validate_json(NOTICE_JSON.replace(b"020594X903P", code.encode()))


def another(model: PreparedNotice, name: str, client: str) -> PreparedNotice:
    """Return the message under another notice id and of another client, with the same bytes."""
    return replace(model, notice_ids=(f"1.2.{name}",), client=client)


def client_context(folder: Path) -> ssl.SSLContext:
    """Return the context of a bare client with the keys of a folder."""
    context = ssl.create_default_context(cafile=folder / "ca.crt")
    context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    return context


class Service:
    """The bare service in a process; ``handshakes`` is known once it has stopped."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self._process = process
        self.port = port
        self.handshakes = 0

    def stop(self) -> None:
        """Stop the service."""
        if self._process.stdin and self._process.stdout and not self._process.stdin.closed:
            self._process.stdin.close()
            self.handshakes = int(self._process.stdout.readline())
            self._process.wait()


@contextmanager
def service(folder: Path, delay_s: float = 0.0) -> Iterator[Service]:
    """Run the bare service with the keys of a folder; it answers after ``delay_s``."""
    command = [sys.executable, str(HERE / "service.py"), str(folder), str(delay_s)]
    pipe = subprocess.PIPE
    with on_service_core():
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    with process:
        line = process.stdout.readline() if process.stdout else ""
        running = Service(process, int(line))
        try:
            yield running
        finally:
            running.stop()
