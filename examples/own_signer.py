"""Sign with a key the SDK never sees: a callback, as for an HSM or a signing service.

Here the callback holds a software key; in its place stands the call to your device. It gets
the bytes to sign and returns the JWS signature of the certificate's algorithm (RFC 7518):
for EC keys R and S side by side, not DER.
"""

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from service import example, service

from sha_disclosure import KantaClient
from sha_disclosure.editions import load_edition
from sha_disclosure.identity import signing_identity
from sha_disclosure.jose.signer import CallbackSigner

with service() as settings:
    key = load_pem_private_key(settings.signing.key.read_bytes(), None)
    calls = []

    def sign_in_device(data: bytes) -> bytes:
        """Stand in for the device: ES256 over the bytes."""
        calls.append(len(data))
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    edition = load_edition(settings.edition)
    certificate = settings.signing.certificate.read_bytes()
    identity = signing_identity(certificate, CallbackSigner(sign_in_device), edition)
    with KantaClient(settings, content_signer=identity, token_signer=identity) as kanta:
        receipt = kanta.submit(kanta.prepare(example("consent-outside-care.json")))
        print(f"Stored: {receipt.notice_id} {receipt.status}; the device signed {len(calls)} times")
