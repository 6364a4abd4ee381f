"""The sockets of this process that lead to a service, idle or not, and ports for servers."""

import gc
import random
import socket
from contextlib import suppress
from urllib.parse import urlsplit


def sockets_to(url: str) -> list[socket.socket]:
    """Return the open sockets whose other end is the service's."""
    port = urlsplit(url).port
    every = [each for each in gc.get_objects() if type(each) is socket.socket]
    return [each for each in every if _leads_to(each, port)]


def free_port() -> int:
    """Return a port of the loopback interface that nothing listens at.

    It is below those that a system hands out by itself, so that nothing takes it meanwhile.
    """
    while True:
        port = random.SystemRandom().randrange(15_000, 30_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _leads_to(each: socket.socket, port: int | None) -> bool:
    try:
        return bool(each.getpeername()[1] == port)
    except (OSError, IndexError):  # closed, not connected, or of another kind
        return False
