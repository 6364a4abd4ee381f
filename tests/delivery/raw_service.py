"""A TLS service of a few lines that misbehaves where the sandbox cannot: below HTTP."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

OUTCOME = b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid"}]}'
HTML = b"<!doctype html><title>400</title><p>No required SSL certificate was sent"


def answer(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def reset(connection: socket.socket) -> None:
    """Close with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class RawService:
    """Accepts connections until it is closed and lets ``behave`` deal with each request.

    ``behave`` gets the connection after the request was read: whole, only to the end of its
    headers (``read="headers"``) or not at all, before TLS (``read="nothing"``).
    """

    def __init__(
        self,
        behave: Callable[[socket.socket], None],
        *,
        folder: Path | None = None,
        certificate: str = "server",
        read: str = "all",
    ) -> None:
        self._behave = behave
        self._read = read
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if folder is not None:
            self._tls.load_cert_chain(folder / f"{certificate}.crt", folder / f"{certificate}.key")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self.requests: list[bytes] = []
        self.over = threading.Event()
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/fhir"

    def __enter__(self) -> "RawService":
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.stop()
        for thread in self._threads:
            thread.join(5)

    def stop(self) -> None:
        """Take no connections any more, and say no more on the open ones."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _start(self, target: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=target, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(60)
            self._start(self._serve, connection)

    def _serve(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), plain:
            if self._read == "nothing":
                self._behave(plain)
                return
            with self._tls.wrap_socket(plain, server_side=True) as connection:
                self._open.append(connection)
                while request := self._request(connection):
                    self.requests.append(request)
                    self._behave(connection)

    def _request(self, connection: ssl.SSLSocket) -> bytes:
        got = bytearray()
        while b"\r\n\r\n" not in got:
            part = connection.recv(1024)
            if not part:
                return b""
            got += part
        head, _, body = bytes(got).partition(b"\r\n\r\n")
        if self._read == "headers":
            return head
        lengths = (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        )
        length = next(lengths, 0)
        while len(body) < length:
            body += connection.recv(65536)
        return body


def drip(service_over: threading.Event, pieces: bytes, pause: float) -> Callable:
    """Return a behaviour that sends a byte now and then."""

    def behave(connection: socket.socket) -> None:
        for byte in pieces:
            if service_over.is_set():
                return
            connection.sendall(bytes([byte]))
            time.sleep(pause)

    return behave


@contextlib.contextmanager
def full_backlog() -> Iterator[str]:
    """Give the address of a listener whose queue is full: connecting to it gets no answer."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/fhir"
