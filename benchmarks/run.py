"""What a notice costs, each figure beside its floor and as a ratio of the same run.

``make bench``. Absolute figures are this machine's; compare the ratios.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import httpx
import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from measure import cpu_per_call, per_call, report, side_by_side

from sha_disclosure import DisclosureNotice, KantaClient, Settings, identity
from sha_disclosure.credentials.keys import software
from sha_disclosure.delivery.prepare import Sender, build, sign
from sha_disclosure.editions import load_edition
from sha_disclosure.fhir.bundle import to_bytes
from sha_disclosure.jose.canonical import canonical_own
from sha_disclosure.jose.signer import KeySigner
from sha_disclosure.tools.sandbox.pki import Pki, generate_key

HERE = Path(__file__).parent
NOTICE = DisclosureNotice.model_validate_json(
    (HERE.parent / "examples" / "notices" / "permission-to-organisation.json").read_bytes()
)


def bare(key, data):
    """Sign with the primitive alone."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return lambda: key.sign(data, ec.ECDSA(hashes.SHA256()))
    return lambda: key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def settings_for(folder, port):
    """Return settings for the bench's own service."""
    stand_in = Settings.stand_in()
    tables = {
        "tls": {"certificate": "tls.crt", "key": "tls.key", "ca": "ca.crt"},
        "signing": {"certificate": "signing.crt", "key": "signing.key"},
    }
    return Settings(
        environment="sandbox",
        base_url=f"https://127.0.0.1:{port}/fhir",
        system=stand_in.system,
        subscriber=stand_in.subscriber,
        **{n: {k: str(folder / v) for k, v in table.items()} for n, table in tables.items()},
    )


def building():
    """Build + wire against dumping the ready dictionary."""
    sender = Sender(Settings.stand_in(), load_edition())
    ready = build([NOTICE], sender).bundle
    ours = lambda: to_bytes(build([NOTICE], sender).bundle)  # noqa: E731
    report("check + build + wire", *side_by_side(ours, lambda: orjson.dumps(ready)), "orjson.dumps")
    canonical = side_by_side(lambda: canonical_own(ready), lambda: orjson.dumps(ready))
    report("canonical form", *canonical, "orjson.dumps")


def signing(kind, algorithm):
    """Sign through the SDK against the primitive."""
    key, data = generate_key(kind), b"x" * 6000
    signer = KeySigner(key, algorithm)
    timed = side_by_side(lambda: signer.sign(data), bare(key, data))
    report(f"sign {algorithm} {kind}", *timed, "the bare primitive")


def sending(kind):
    """Prepare and submit against their floors; count key loads and handshakes."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        pki = Pki(folder, key_kind=kind)
        service = subprocess.Popen(
            [sys.executable, HERE / "service.py", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        settings = settings_for(folder, int(service.stdout.readline()))
        loads = []
        real = software.load_pem_private_key
        with patch.object(
            software,
            "load_pem_private_key",
            lambda data, *more: (loads.append(data), real(data, *more))[1],
        ):
            with KantaClient(settings) as kanta:
                for _ in range(1000):
                    kanta.submit(kanta.prepare(NOTICE))
            signing_loads = loads.count(settings.signing.key.read_bytes())
        service.stdin.close()
        handshakes = int(service.stdout.readline())
        service.wait()
        print(f"per 1000 notices ({kind}): key loads {signing_loads}, handshakes {handshakes}")

        service = subprocess.Popen(
            [sys.executable, HERE / "service.py", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        settings = settings_for(folder, int(service.stdout.readline()))
        with (
            KantaClient(settings) as kanta,
            httpx.Client(
                verify=identity.tls_context(settings.tls, kanta._sources.clock()), trust_env=False
            ) as http,
        ):
            prepared = kanta.prepare(NOTICE)
            one = bare(pki.signing.key, prepared.body)
            url = settings.base_url + "/"
            headers = {"Content-Type": "application/fhir+json", "Authorization": "x" * 4000}

            def floor():
                one()
                one()
                http.post(url, content=prepared.body, headers=headers)

            def one_notice():
                kanta.submit(kanta.prepare(NOTICE))

            whole = side_by_side(one_notice, floor)
            report(f"prepare + submit {kind}", *whole, "bare httpx + two bare signatures")
            print(f"{'':<34}throughput {1 / whole[2]:.0%} of the floor (goal 85 %)")
            print(f"{'  look for renewed keys, not due':<34}{per_call(kanta._look, 0.1):>10.1f} us")
            ours, least = cpu_per_call(one_notice), cpu_per_call(floor)
            report(f"  processor time {kind}", ours, least, ours / least, "the same")

            sender = kanta._sender
            unsigned = build([NOTICE], sender)
            alone = lambda: (  # noqa: E731
                build([NOTICE], sender),
                sign(unsigned, sender, kanta._post().principal.identity.content),
            )
            timed = side_by_side(lambda: kanta.prepare(NOTICE), alone)
            report(f"prepare {kind}", *timed, "build, and sign of a ready Bundle")
        service.stdin.close()
        service.wait()


def importing():
    """Import time of the package and of its client, and what they do not import."""
    bare_start = per_call(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 2)
    for what in ("import sha_disclosure", "from sha_disclosure import KantaClient"):
        code = f"import sys; {what}; assert 'fhir.resources' not in sys.modules"
        run = lambda code=code: subprocess.run([sys.executable, "-c", code], check=True)  # noqa: E731
        added = (per_call(run, 3) - bare_start) / 1e6
        print(f"{what}: {added:.2f} s above bare Python (goal 0.2), no fhir.resources")


def main():
    """Print every figure."""
    print(f"{'':<34}{'ours':>13} {'floor':>13} {'ratio':>8}   floor is")
    building()
    for kind, algorithm in (("P-256", "ES256"), ("RSA-2048", "RS256"), ("RSA-3072", "RS256")):
        signing(kind, algorithm)
    for kind in ("P-256", "RSA-2048", "RSA-3072"):
        sending(kind)
    importing()


if __name__ == "__main__":
    main()
