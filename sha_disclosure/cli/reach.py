"""Whether the service can be reached and, if not, why: by name, port and reason."""

from __future__ import annotations

import socket

from sha_disclosure.delivery.route import route_to
from sha_disclosure.messages import Message, message
from sha_disclosure.settings import Settings

_PATIENCE_S = 0.7


def unreachable(settings: Settings) -> Message | None:
    """Return why the port of the service, or of its proxy, refuses connections.

    None if it accepts them.
    """
    host, port = route_to(settings.base_url, settings, None).address
    try:
        socket.create_connection((host, port), _PATIENCE_S).close()
    except ConnectionRefusedError:
        reason: Message | str = message("cli.reach.refused")
    except TimeoutError:
        reason = message("cli.reach.silent")
    except socket.gaierror:
        reason = message("cli.reach.unknown")
    except OSError as error:
        reason = error.strerror or type(error).__name__
    else:
        return None
    return message("cli.send.no_connection", host=host, port=str(port), reason=reason)
