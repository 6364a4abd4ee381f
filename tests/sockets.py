"""The sockets of this process that lead to a service, idle or not."""

import gc
import socket
from urllib.parse import urlsplit


def sockets_to(url: str) -> list[socket.socket]:
    """Return the open sockets whose other end is the service's."""
    port = urlsplit(url).port
    return [each for each in gc.get_objects() if _leads_to(each, port)]


def _leads_to(thing: object, port: int | None) -> bool:
    try:
        return type(thing) is socket.socket and thing.getpeername()[1] == port
    except (OSError, IndexError):  # closed, not connected, or of another kind
        return False
