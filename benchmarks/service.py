"""A TLS server that does nothing but answer: the service's own cost must not hide the client's.

Run as a program: ``service.py FOLDER DELAY`` prints its port, then answers every POST after
DELAY seconds with a transaction-response of one pair, and on end of input prints how many
handshakes it made.
"""

import asyncio
import json
import ssl
import sys
from pathlib import Path

STORED = {"response": {"status": "201 Created", "location": "AuditEvent/1/_history/1"}}
BODY = json.dumps(
    {"resourceType": "Bundle", "type": "transaction-response", "entry": [STORED, STORED]}
).encode()
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nX-Request-Id: 1\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


def context(folder: Path) -> ssl.SSLContext:
    """Mutual TLS with the folder's material."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / "server.crt", folder / "server.key")
    made.load_verify_locations(folder / "ca.crt")
    made.verify_mode = ssl.CERT_REQUIRED
    return made


async def main(folder: Path, delay_s: float) -> None:
    """Serve until the standard input ends."""
    handshakes = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal handshakes
        handshakes += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                )
                await reader.readexactly(length)
                if delay_s:
                    await asyncio.sleep(delay_s)
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context(folder), limit=2**20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(handshakes, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2])))
