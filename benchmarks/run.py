"""What a notice costs, each figure beside its floor and as a ratio of the same run.

``make bench``. Absolute figures are this machine's; compare the ratios.
"""

import http.client
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx
import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from measure import (
    NOTICE,
    Kind,
    client_context,
    cpu_per_call,
    per_call,
    report,
    service,
    settings_for,
    side_by_side,
)

from sha_disclosure import KantaClient
from sha_disclosure.tools.sandbox import Pki

HEADERS = {"Content-Type": "application/fhir+json", "Authorization": "x" * 4000}


def bare(key: object, data: bytes) -> Callable[[], bytes]:
    """Return a signature by the primitive alone."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return lambda: key.sign(data, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, rsa.RSAPrivateKey):
        return lambda: key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    raise TypeError(f"no benchmark signs with {type(key).__name__}")


def thousand(folder: Path) -> None:
    """Count how often the key is read and how many connections are made for 1000 notices."""
    reads: list[str] = []

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]) == str(folder / "signing.key"):
            reads.append(event)

    sys.addaudithook(hook)
    with service(folder) as running:
        with KantaClient(settings_for(folder, running.port)) as kanta:
            for _ in range(1000):
                kanta.submit(kanta.prepare(NOTICE))
        running.stop()
        counted = f"key reads {len(reads)}, handshakes {running.handshakes}"
    print(f"per 1000 notices: {counted}")


def sending(kind: Kind) -> None:
    """Prepare and submit against their floors."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        pki = Pki(folder, key_kind=kind)
        with (
            service(folder) as running,
            KantaClient(settings_for(folder, running.port)) as kanta,
            httpx.Client(verify=client_context(folder), trust_env=False) as plain,
        ):
            prepared = kanta.prepare(NOTICE)
            bundle = json.loads(prepared.body)
            sign = bare(pki.signing.key, prepared.body)
            url = f"https://127.0.0.1:{running.port}/fhir/"
            line = http.client.HTTPSConnection(
                "127.0.0.1", running.port, context=client_context(folder)
            )

            def prepare_floor() -> None:
                orjson.dumps(bundle)
                sign()

            def one_notice() -> None:
                kanta.submit(kanta.prepare(NOTICE))

            def httpx_floor() -> None:
                sign()
                sign()
                plain.post(url, content=prepared.body, headers=HEADERS)

            def bare_floor() -> None:
                sign()
                sign()
                line.request("POST", "/fhir/", prepared.body, HEADERS)
                line.getresponse().read()

            alone = side_by_side(lambda: kanta.prepare(NOTICE), prepare_floor)
            report(f"prepare {kind}", *alone, "orjson.dumps + a bare signature")
            whole = side_by_side(one_notice, httpx_floor)
            report(f"prepare + submit {kind}", *whole, "bare httpx + two bare signatures")
            print(f"{'':<34}throughput {1 / whole[2]:.0%} of the floor (goal 95 %)")
            least = side_by_side(one_notice, bare_floor)
            report(f"prepare + submit {kind}", *least, "http.client + two bare signatures")
            print(f"{'':<34}throughput {1 / least[2]:.0%} of the floor (goal {GOALS[kind]})")
            ours, floor = cpu_per_call(one_notice), cpu_per_call(httpx_floor)
            report(f"  processor time {kind}", ours, floor, ours / floor, "httpx, as above")
            line.close()
        if kind == "P-256":
            thousand(folder)


GOALS: dict[Kind, str] = {"P-256": "50 %", "RSA-2048": "65 %", "RSA-3072": "78 %"}
"""Shares of the throughput of ``http.client`` with two bare signatures."""


def importing() -> None:
    """Measure the import of the package and of its client, and what they do not import."""
    bare_start = per_call(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 2)
    for what in ("import sha_disclosure", "from sha_disclosure import KantaClient"):
        code = f"import sys; {what}; assert 'fhir.resources' not in sys.modules"
        run = lambda code=code: subprocess.run([sys.executable, "-c", code], check=True)  # noqa: E731
        added = (per_call(run, 3) - bare_start) / 1e6
        print(f"{what}: {added:.2f} s above bare Python (goal 0.26), no fhir.resources")


def main() -> None:
    """Print every figure."""
    print(f"{'':<34}{'ours':>13} {'floor':>13} {'ratio':>8}   floor is")
    for kind in GOALS:
        sending(kind)
    importing()


if __name__ == "__main__":
    main()
