"""What a host's administrator does to the files, rightly and wrongly."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography.x509.oid import ExtendedKeyUsageOID

from sha_disclosure.credentials import store
from sha_disclosure.tools.sandbox import Sandbox
from sha_disclosure.tools.sandbox.pki import Credential

PURPOSES: dict[str, Literal["client", "signing"]] = {"tls": "client", "signing": "signing"}


class Renewing:
    """The files ``tls`` and ``signing`` of a sandbox's folder."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.pki, self.folder = sandbox.pki, sandbox.folder

    def issued(self, name: str, **options) -> Credential:
        return self.pki.issue(f"Renewed {name}", PURPOSES[name], **options)

    def renew(self, name: str, **options) -> str:
        """Replace certificate and key; return the new certificate's SHA-256."""
        made = self.issued(name, **options)
        made.write(self.folder, name)
        return made.sha256

    def break_(self, how: str, name: str) -> None:
        FAULTS[how](self, name)

    def certificate(self, name: str):
        return self.folder / f"{name}.crt"

    def key(self, name: str):
        return self.folder / f"{name}.key"

    def half_key(self, name: str) -> None:
        made = self.issued(name)
        self.certificate(name).write_bytes(made.certificate_pem)
        self.key(name).write_bytes(made.key_pem[:80])

    def half_chain(self, name: str, length: int) -> None:
        """Be in the middle of the second certificate, after the new key."""
        made = self.issued(name)
        made.write(self.folder, name)
        whole = made.certificate_pem
        second = whole.index(b"-----BEGIN", 10)
        self.certificate(name).write_bytes(whole[: second + length])

    def left_over(self, name: str) -> None:
        """Write a short new file over a long old one, in place."""
        made = self.issued(name)
        made.write(self.folder, name)
        leaf = made.certificate_pem.partition(b"-----END CERTIFICATE-----\n")
        with self.certificate(name).open("r+b") as file:
            file.write(leaf[0] + leaf[1] + leaf[2][3:])

    def loose_key(self, name: str) -> None:
        self.renew(name)
        self.key(name).chmod(0o644)


LAST_WEEK = datetime.now(UTC) - timedelta(days=7)
TOMORROW = datetime.now(UTC) + timedelta(days=1)
SOMETHING_ELSE = {
    "usages": ["key_encipherment"],
    "extended": [ExtendedKeyUsageOID.SERVER_AUTH],
}
FAULTS: dict[str, Callable[[Renewing, str], object]] = {
    "the key is of another certificate": lambda files, name: files.certificate(name).write_bytes(
        files.issued(name).certificate_pem
    ),
    "the certificate has expired": lambda files, name: files.renew(
        name, begins=LAST_WEEK, ends=LAST_WEEK + timedelta(days=5)
    ),
    "the certificate is not valid yet": lambda files, name: files.renew(name, begins=TOMORROW),
    "the certificate is garbage": lambda files, name: files.certificate(name).write_bytes(b"\0?"),
    "the certificate is half written": lambda files, name: files.certificate(name).write_bytes(
        files.issued(name).certificate_pem[:400]
    ),
    "the chain is half written": lambda files, name: files.half_chain(name, 300),
    "the chain ends within a line": lambda files, name: files.half_chain(name, 15),
    "the key is half written": Renewing.half_key,
    "the old file is longer": Renewing.left_over,
    "the key is empty": lambda files, name: files.key(name).write_bytes(b""),
    "the certificate is gone": lambda files, name: files.certificate(name).unlink(),
    "others may read the key": Renewing.loose_key,
    "the certificate is for something else": lambda files, name: files.renew(
        name, **SOMETHING_ELSE
    ),
}


@contextmanager
def slow_loading(monkeypatch, entered, go_on) -> Iterator[list]:
    """Let the next loading of an identity wait; count the loadings."""
    loads: list = []
    real = store.load_credentials

    def waiting(*arguments, **options):
        loads.append(arguments)
        entered.set()
        assert go_on.wait(20)
        return real(*arguments, **options)

    monkeypatch.setattr(store, "load_credentials", waiting)
    yield loads
    go_on.set()
