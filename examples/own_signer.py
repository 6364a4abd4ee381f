"""Sign with a key the SDK never sees: a callback, as for an HSM or a signing service.

Here the callback holds a software key; in its place stands the call to your device. It gets
the bytes to sign and returns the JWS signature of the certificate's algorithm (RFC 7518):
for EC keys R and S side by side, not DER.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from service import example, service, signing_files

from sha_disclosure import CallbackSigner, KantaClient, certified_signer, load_edition


class Device:
    """Stands in for your device: RS256, ES256 or ES384, by the kind of its key."""

    def __init__(self, file: Path) -> None:
        key = load_pem_private_key(file.read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise TypeError("This device holds RSA and EC keys only")
        self._key = key
        self.signatures = 0

    def sign(self, data: bytes) -> bytes:
        """Return the JWS signature of the bytes."""
        self.signatures += 1
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), SHA256())
        size = self._key.curve.key_size // 8
        digest = SHA256() if size == 32 else SHA384()
        r, s = utils.decode_dss_signature(self._key.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size) + s.to_bytes(size)


with service() as settings:
    certificate, key = signing_files(settings)
    device = Device(key)
    edition = load_edition(settings.edition)
    signer = certified_signer(certificate.read_bytes(), CallbackSigner(device.sign), edition)
    with KantaClient(settings, content_signer=signer, token_signer=signer) as kanta:
        receipt = kanta.submit(kanta.prepare(example("consent-outside-care.json")))
        print(f"Stored: {receipt.notice_id} {receipt.status}; signatures: {device.signatures}")
