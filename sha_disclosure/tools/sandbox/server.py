"""The HTTPS server in front of the service: mutual TLS, counting, and faults."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from sha_disclosure.tools.sandbox.exchange import Answer
from sha_disclosure.tools.sandbox.faults import Faults
from sha_disclosure.tools.sandbox.service import Service
from sha_disclosure.tools.verifier import Request

BODY_LIMIT = 10 * 1024 * 1024
# A token with a certificate chain is 4 to 8 kB, above the usual header limit.
_HEADER_LIMIT = 64 * 1024
_PIECES = 8
_PATIENCE = 400
_LINGER = "hh" if os.name == "nt" else "ii"


def server_context(folder: Path) -> ssl.SSLContext:
    """Return the TLS context of a PKI folder: TLS 1.2 or later, requesting a client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslobject_class = _AlertingTls
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    context.load_verify_locations(folder / "ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["http/1.1"])
    return context


class _AlertingTls(ssl.SSLObject):
    """Sends the alert of a failed handshake, as other servers do.

    The event loop drops the connection after a failed handshake without sending the alert.
    Asking for more data makes it send pending output; the error is raised on the next call.
    """

    _failure: ssl.SSLError | None = None

    def do_handshake(self) -> None:
        """Do the handshake; on failure the client is sent the alert before the error is raised."""
        if self._failure is not None:
            raise self._failure
        try:
            super().do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError as error:
            self._failure = error
            raise ssl.SSLWantReadError from None


class Counts:
    """The numbers of connections and completed handshakes, and the client certificates seen."""

    def __init__(self) -> None:
        self.connections = 0
        self.handshakes = 0
        self.certificates: set[str] = set()


class Port(socket.socket):
    """A listening socket that counts its connections and can drop all of them.

    The event loop sees a connection only after its handshake; this socket sees it before.
    """

    def __init__(self, host: str, port: int, counts: Counts) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self._counts = counts
        self._accepted: list[socket.socket] = []
        try:
            if os.name == "posix":  # elsewhere the option would share a port in use
                self.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.bind((host, port))
        except BaseException:
            self.close()
            raise

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection and track it while it is open."""
        connection, address = super().accept()
        self._counts.connections += 1
        self._accepted = [c for c in self._accepted if c.fileno() >= 0]
        self._accepted.append(connection)
        return connection, address

    async def drop_all(self) -> None:
        """Shut down every open connection and wait until the event loop has released it."""
        for connection in self._accepted:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for _ in range(_PATIENCE):
            if all(connection.fileno() < 0 for connection in self._accepted):
                return
            await asyncio.sleep(0.005)


class Listener(web.Server):
    """aiohttp's low-level server that counts handshakes."""

    def __init__(
        self, handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], counts: Counts
    ) -> None:
        super().__init__(
            handler,
            request_factory=self._request,
            access_log=None,
            max_line_size=_HEADER_LIMIT,
            max_field_size=_HEADER_LIMIT,
        )
        self._counts = counts

    def _request(
        self, message: Any, payload: Any, protocol: Any, writer: Any, task: Any
    ) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(
            message, payload, protocol, writer, task, loop, client_max_size=BODY_LIMIT
        )

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        """Count a completed handshake."""
        super().connection_made(handler, transport)
        self._counts.handshakes += 1
        if certificate := peer_certificate(transport):
            self._counts.certificates.add(hashlib.sha256(certificate).hexdigest())


def peer_certificate(transport: asyncio.Transport | None) -> bytes | None:
    """Return the DER of the client's certificate."""
    tls = transport.get_extra_info("ssl_object") if transport is not None else None
    certificate: bytes | None = tls.getpeercert(binary_form=True) if tls is not None else None
    return certificate


class Front:
    """Converts between HTTP and the service's requests and answers, applying faults."""

    def __init__(self, service: Service, faults: Faults) -> None:
        self._service = service
        self._faults = faults

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request."""
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _last(self._service.refuse_large(_plain(request, b""), BODY_LIMIT))
        except web.RequestPayloadError:
            return _last(self._service.refuse_coded(_plain(request, b"")))
        fault = self._faults.take()
        if fault is not None and fault.fault == "delay":
            await asyncio.sleep(fault.seconds)
        answer = self._service.receive(_plain(request, body), fault)
        if not answer.status:
            return _reset(request)
        if fault is not None and fault.fault == "half_body":
            return await _half(request, answer)
        if fault is not None and fault.fault == "slow_drip":
            return await _drip(request, answer, fault.seconds)
        return _response(answer)


def _plain(request: web.BaseRequest, body: bytes) -> Request:
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name.lower(), []).append(value)
    return Request(
        request.method,
        request.raw_path,
        headers,
        body,
        peer_certificate(request.transport),
    )


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body or None)


def _last(answer: Answer) -> web.Response:
    """Return the last response of a connection, since the rest of the body is still unread."""
    response = _response(answer)
    response.force_close()
    return response


def _reset(request: web.BaseRequest) -> web.StreamResponse:
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        # A linger time of zero seconds makes the kernel send RST instead of FIN.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))
        transport.abort()
    return web.Response(status=503)


async def _begin(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_length = len(answer.body)
    await response.prepare(request)
    return response


async def _half(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    response = await _begin(request, answer)
    await response.write(answer.body[: len(answer.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def _drip(request: web.BaseRequest, answer: Answer, pause: float) -> web.StreamResponse:
    response = await _begin(request, answer)
    step = max(1, -(-len(answer.body) // _PIECES))
    try:
        for start in range(0, len(answer.body), step):
            await response.write(answer.body[start : start + step])
            await asyncio.sleep(pause)
    except ConnectionError:
        return response  # the client has gone away
    await response.write_eof()
    return response
