"""Settings whose signing key is on a token, and certificates for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from softhsm import PIN, HsmKey, SoftHsm

from sha_disclosure import Settings
from sha_disclosure.credentials import Credentials, OwnSigners, load_credentials
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import DisclosureError
from sha_disclosure.tools.sandbox import Sandbox


class Bench:
    """Settings whose signing key is on a token, and certificates for it."""

    def __init__(self, hsm: SoftHsm, keys: dict[str, HsmKey], sandbox: Sandbox, folder: Path):
        self.hsm = hsm
        self.keys = keys
        self.sandbox = sandbox
        self.folder = folder

    def certificate(self, owner: Any, name: str = "signing.crt") -> Path:
        path = self.folder / name
        path.write_bytes(
            self.sandbox.pki.issue("Sandbox signer", "signing", key=owner).certificate_pem
        )
        return path

    def settings(self, label: str | None = "ec", uri: str | None = None, **more: Any) -> Settings:
        table = {"key": uri or self.hsm.uri("organisation", label), **more}
        if label and "certificate" not in table:
            table["certificate"] = self.certificate(self.keys[label])
        return Settings.model_validate(
            {**self.sandbox.settings().model_dump(exclude_none=True), "signing": table}
        )

    def load(self, label: str | None = "ec", uri: str | None = None, **more: Any) -> Credentials:
        pin = more.pop("ask_pin", None)
        return load_credentials(
            self.settings(label, uri, **more),
            load_edition(),
            datetime.now(UTC),
            OwnSigners(pin=pin),
        )

    def refusal(self, kind: type[DisclosureError], uri: str, **more: Any) -> str:
        with pytest.raises(kind) as caught:
            self.load("ec", uri, **more)
        assert type(caught.value) is kind
        assert caught.value.__context__ is None
        assert PIN not in str(caught.value)
        return str(caught.value)
