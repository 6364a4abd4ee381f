"""Verify a signed Bundle that was received or kept: signature, certificate chain, structure."""

from datetime import UTC, datetime

from service import example, service

from sha_disclosure import KantaClient
from sha_disclosure.credentials import load_anchors
from sha_disclosure.tools.verifier import verify_bundle

with service() as settings, KantaClient(settings) as kanta:
    if settings.tls is None:
        raise SystemExit("The settings name no trusted certificates in [tls]")
    received = kanta.prepare(example("statute-to-authority.json")).body
    anchors = load_anchors(settings.tls.ca)
    altered = received.replace("Käräjäoikeus".encode(), b"Hovioikeus")
    for name, document in (("as received", received), ("altered on the way", altered)):
        result = verify_bundle(document, kanta.edition, anchors=anchors, at=datetime.now(UTC))
        failed = ", ".join(f.check for f in result.findings if not f.passed)
        print(f"{name}: {'valid' if result.valid else f'not valid ({failed})'}")
