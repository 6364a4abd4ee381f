"""A damaged RSA key is refused, whichever of its numbers it is, without the library's own check."""

from __future__ import annotations

from base64 import encodebytes
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretBytes

from sha_disclosure.credentials.keys.software import read_software_key
from sha_disclosure.errors import KeyUnavailable
from sha_disclosure.findings import Finding
from sha_disclosure.jose.signer import KeySigner
from sha_disclosure.settings import KeyPair
from sha_disclosure.tools.check.checks import is_failed
from sha_disclosure.tools.check.keys import check_key, open_pair_key
from sha_disclosure.tools.sandbox import Pki
from tests.authority import key
from tests.der import INTEGER, SEQUENCE, integer, tagged


@dataclass(frozen=True)
class Numbers:
    """The numbers of a private key in the order of RFC 8017 appendix A.1.2."""

    n: int
    e: int
    d: int
    p: int
    q: int
    dmp1: int
    dmq1: int
    iqmp: int

    @classmethod
    def of_factors(cls, p: int, q: int) -> Numbers:
        e = 65537
        d = pow(e, -1, (p - 1) * (q - 1))
        return cls(p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))

    def pem(self) -> bytes:
        """Return a file with these numbers."""
        members = (0, *vars(self).values())
        whole = tagged(SEQUENCE, b"".join(tagged(INTEGER, integer(each)) for each in members))
        kind = b"RSA PRIVATE KEY"
        return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (kind, encodebytes(whole), kind)

    def read(self) -> object:
        """Return what is read of a file with these numbers."""
        return read_software_key(SecretBytes(self.pem()), None)

    def key(self) -> rsa.RSAPrivateKey:
        """Return the key that is read of a file with these numbers."""
        read = self.read()
        assert isinstance(read, tuple)
        assert isinstance(read[0], rsa.RSAPrivateKey)
        return read[0]


FACTORS = key("rsa-2048").private_numbers()
WHOLE = Numbers.of_factors(FACTORS.p, FACTORS.q)


def test_a_whole_key_is_read() -> None:
    assert not isinstance(WHOLE.read(), Finding)


@pytest.mark.parametrize("name", list(vars(WHOLE)))
@pytest.mark.parametrize("change", [1, 2, "zero", "one", "half"])
def test_a_damaged_number_is_refused(name: str, change: int | str) -> None:
    number = vars(WHOLE)[name]
    damaged = {"zero": 0, "one": 1, "half": number >> 1}.get(str(change), number)
    damaged += change if isinstance(change, int) else 0
    assert replace(WHOLE, **{name: damaged}).read() == Finding("key.damaged")


COMPOSITE = Numbers.of_factors(FACTORS.p * 65539, FACTORS.q)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_a_factor_that_is_not_prime_signs_nothing(algorithm: str) -> None:
    signer = KeySigner(COMPOSITE.key(), algorithm)
    for _ in range(2):
        with pytest.raises(KeyUnavailable, match="damaged"):
            signer.sign(b"sisalto")


@pytest.mark.parametrize("use", ["tls", "signing"])
def test_a_factor_that_is_not_prime_is_found_by_a_check(use: str, tmp_path: Path) -> None:
    file = tmp_path / "damaged.key"
    file.write_bytes(COMPOSITE.pem())
    file.chmod(0o600)
    made = Pki(tmp_path).issue("Damaged", "signing", key=COMPOSITE.key()).certificate
    pair = KeyPair(certificate=tmp_path / "damaged.crt", key=file)
    opened = open_pair_key(pair, "damaged.key")
    found = check_key(use, pair, opened, made, "damaged.key")
    assert [each.path for each in found if is_failed(each)] == [f"{use}.match"]
