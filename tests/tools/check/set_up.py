"""A sender's folder that can be spoilt, and the command that has to say how."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from typer.testing import CliRunner, Result

from sha_disclosure.cli import check as command
from sha_disclosure.cli.app import application
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from tests.authority import CLIENT, NOW, Issued, issuing, key_pem, leaf, pem, root

PASSPHRASE = "tunnuslause-31337"
PERSON = "010594Y9032"
USER = "matti.meikalainen"
PROXY = "salasana-31337"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass
class Place:
    """A folder of a sender: settings as tables, PEM files, all right until spoilt."""

    folder: Path
    now: datetime = NOW
    tables: dict[str, Any] = field(default_factory=dict)
    text: str | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        sender = Settings.stand_in()
        self.tables = {
            "environment": "sandbox",
            "base_url": sender.base_url,
            "test_personal_ids": [PERSON],
            "system": {"id": "1.2.246.10.28777751.20.1", "name": "Järjestelmä 1.0"},
            "subscriber": {"id": str(sender.subscriber.id), "name": sender.subscriber.name},
            "tls": {"certificate": "tls.crt", "key": "tls.key", "ca": "ca.crt"},
            "signing": {
                "certificate": "signing.crt",
                "key": "signing.key",
                "passphrase": PASSPHRASE,
            },
        }
        self.pair("tls", leaf("p384", CLIENT))
        self.pair("signing", leaf(), PASSPHRASE)
        self.put("ca.crt", pem(root().certificate), 0o644)

    @property
    def settings_file(self) -> Path:
        return self.folder / "sha-disclosure.toml"

    def put(self, name: str, data: bytes, mode: int = 0o600) -> None:
        path = self.folder / name
        path.write_bytes(data)
        path.chmod(mode)

    def certificates(self, name: str, *certificates: Any) -> None:
        self.put(f"{name}.crt", pem(*certificates), 0o644)

    def pair(self, name: str, issued: Issued, passphrase: str | None = None) -> None:
        self.certificates(name, issued.certificate, issuing().certificate)
        self.put(f"{name}.key", key_pem(issued.key, passphrase.encode() if passphrase else None))

    def write(self) -> Path:
        self.settings_file.write_text(self.text or "\n".join(_toml(self.tables)), "utf-8")
        return self.settings_file

    def secrets(self) -> set[str]:
        """Return what no output may hold: lines of keys, passphrases, a person, a user."""
        found = {PASSPHRASE, PERSON, USER, PROXY}
        for path in self.folder.rglob("*.key"):
            found |= {line for line in path.read_text("latin-1").splitlines() if len(line) > 30}
            found |= set(_numbers(path))
        return {secret for secret in found if not secret.startswith("-----")}


def _numbers(path: Path) -> list[str]:
    for password in (None, PASSPHRASE.encode()):
        try:
            key = load_pem_private_key(path.read_bytes(), password)
        except (TypeError, ValueError):
            continue
        if isinstance(key, ec.EllipticCurvePrivateKey):
            value = key.private_numbers().private_value
            return [str(value), f"{value:x}"]
    return []


def _toml(tables: dict[str, Any]) -> list[str]:
    lines = [f"{k} = {_value(v)}" for k, v in tables.items() if not isinstance(v, dict)]
    for name, table in tables.items():
        if isinstance(table, dict):
            lines += [f"[{name}]", *(f"{k} = {json.dumps(v)}" for k, v in table.items())]
    return lines


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)


class Told:
    """What the command told: exit code, results in each language, and all that was printed.

    The command runs once at first, and again for what else is asked: the same must come of it.
    """

    def __init__(self, invoke: Callable[[str, bool], Result]) -> None:
        self._invoke = invoke
        self._results: dict[tuple[str, bool], Result] = {}
        self.code = self._ran("en", as_json=True).exit_code

    def _ran(self, language: str, *, as_json: bool) -> Result:
        asked = (language, as_json)
        if asked not in self._results:
            self._results[asked] = self._invoke(*asked)
            (_,) = {each.exit_code for each in self._results.values()}
        return self._results[asked]

    def _told(self, language: str) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = json.loads(self._ran(language, as_json=True).stdout)
        return made

    @property
    def en(self) -> list[dict[str, Any]]:
        return self._told("en")

    @property
    def fi(self) -> list[dict[str, Any]]:
        return self._told("fi")

    @property
    def printed(self) -> str:
        """All that is printed: in both languages, as text and as JSON."""
        ways = [(language, as_json) for language in ("en", "fi") for as_json in (False, True)]
        return "\n".join(self._ran(language, as_json=j).output for language, j in ways)

    def checks(self, status: str) -> set[str]:
        return {result["check"] for result in self.en if result["status"] == status}

    def of(self, check: str, language: str = "en") -> dict[str, Any]:
        return next(r for r in getattr(self, language) if r["check"] == check and not r["ok"])


def run(
    settings_file: Path, monkeypatch: pytest.MonkeyPatch, now: datetime | None, *options: str
) -> Told:
    """Run the command; ``now`` is what its clock shows."""
    if now is not None:
        monkeypatch.setattr(command, "Sources", lambda: Sources(clock=lambda: now))

    def invoke(language: str, as_json: bool) -> Result:
        arguments = ["--settings", str(settings_file), "check", "--lang", language, *options]
        more = ["--json"] if as_json else []
        return CliRunner().invoke(application(), arguments + more, catch_exceptions=False)

    return Told(invoke)
