"""What a notice costs from its facts to its receipt, beside its floors and those who do it too."""

import http.client
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from measuring import Effort, in_turn
from peers import HandWritten, parts_of, send_naively
from rig import NOTICE, Kind, client_context, keys, service, settings_for
from targets import Measured

from sha_disclosure import KantaClient

KINDS: tuple[Kind, ...] = ("P-256", "RSA-2048", "RSA-3072")
HEADERS = {"Content-Type": "application/fhir+json", "Authorization": "x" * 4000}


def measured(effort: Effort) -> Iterator[Measured]:
    """Measure sending with each kind of key, then count what 1000 notices open."""
    for kind in KINDS:
        yield from _sending(kind, effort)
    yield from _opened(effort.count(1000))


def bare(key: object, data: bytes) -> Callable[[], bytes]:
    """Return a signature by the primitive alone."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return lambda: key.sign(data, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, rsa.RSAPrivateKey):
        return lambda: key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    raise TypeError(f"no benchmark signs with {type(key).__name__}")


def _sending(kind: Kind, effort: Effort) -> Iterator[Measured]:
    algorithm = "ES256" if kind == "P-256" else "RS256"
    with (
        keys(kind) as pki,
        service(pki.folder) as running,
        KantaClient(settings_for(pki.folder, running.port)) as kanta,
        httpx.Client(verify=client_context(pki.folder), trust_env=False) as plain,
        HandWritten(pki.folder, running.port, algorithm) as peer,
    ):
        prepared = kanta.prepare(NOTICE)
        bundle = json.loads(prepared.body)
        unsigned, who = parts_of(bundle)
        sign = bare(pki.signing.key, prepared.body)
        url = f"https://127.0.0.1:{running.port}/fhir/"
        context = client_context(pki.folder)
        line = http.client.HTTPSConnection("127.0.0.1", running.port, context=context)

        def httpx_floor() -> None:
            sign()
            sign()
            plain.post(url, content=prepared.body, headers=HEADERS)

        def http_client_floor() -> None:
            sign()
            sign()
            line.request("POST", "/fhir/", prepared.body, HEADERS)
            line.getresponse().read()

        timed = in_turn(
            {
                "prepare": lambda: kanta.prepare(NOTICE),
                "least to prepare": lambda: (orjson.dumps(bundle), sign()),
                "whole": lambda: kanta.submit(kanta.prepare(NOTICE)),
                "httpx": httpx_floor,
                "http.client": http_client_floor,
                "peer": lambda: peer.send(unsigned, who),
                "naive": lambda: send_naively(pki.folder, running.port, algorithm, bundle),
            },
            effort,
        )
        line.close()
    took = {name: timed.seconds(name) * 1e6 for name in timed.wall}
    own, least = (timed.processor_seconds(name) * 1e6 for name in ("prepare", "least to prepare"))
    yield Measured(f"prepare.{kind}", own, own, least)
    share = timed.throughput("whole", "httpx")
    yield Measured(f"httpx.{kind}", share, took["whole"], took["httpx"])
    share = timed.throughput("whole", "http.client")
    yield Measured(f"http_client.{kind}", share, took["whole"], took["http.client"])
    spent, floor = (timed.processor_seconds(name) for name in ("whole", "httpx"))
    yield Measured(f"processor.{kind}", floor / spent, spent * 1e6, floor * 1e6)
    for name, subject in (("ours", "whole"), ("peer", "peer"), ("naive", "naive")):
        yield Measured(f"rate.{name}.{kind}", 1e6 / took[subject], took[subject])


def _opened(notices: int) -> Iterator[Measured]:
    """Count how often the key is read and how many connections are made."""
    with keys() as pki, service(pki.folder) as running:
        reads = _counted_reads(pki.folder / "signing.key")
        with KantaClient(settings_for(pki.folder, running.port)) as kanta:
            for _ in range(notices):
                kanta.submit(kanta.prepare(NOTICE))
        running.stop()
    yield Measured("opened.key", len(reads))
    yield Measured("opened.handshakes", running.handshakes)


def _counted_reads(file: Path) -> list[str]:
    reads: list[str] = []

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]) == str(file):
            reads.append(event)

    sys.addaudithook(hook)
    return reads
