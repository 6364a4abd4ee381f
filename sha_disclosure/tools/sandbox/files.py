"""The files the sandbox writes for its user: the settings, and its own edition."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sha_disclosure.editions import SHIPPED, Edition
from sha_disclosure.settings import Settings
from sha_disclosure.tools.verifier import Organisation

SETTINGS_NAME = "sha-disclosure.toml"
_EDITION_NAME = "edition.toml"


def write_settings(
    folder: Path, base_url: str, edition: Edition, organisations: Iterable[Organisation] = ()
) -> Path:
    """Write the settings that a client of the sandbox needs, with the stand-in sender."""
    sender = Settings.stand_in()
    named = edition.name if edition.name in SHIPPED else _write_edition(folder, edition)
    tables: Mapping[str, Mapping[str, str]] = {
        "system": {"id": str(sender.system.id), "name": sender.system.name},
        "subscriber": {"id": str(sender.subscriber.id), "name": sender.subscriber.name},
        "tls": {"certificate": "tls.crt", "key": "tls.key", "ca": "ca.crt"},
        "signing": {"certificate": "signing.crt", "key": "signing.key"},
    }
    top = {"environment": "sandbox", "base_url": base_url, "edition": named}
    lines = [f"{name} = {_toml(value)}" for name, value in top.items()]
    for table, values in tables.items():
        lines += ["", f"[{table}]", *(f"{name} = {_toml(v)}" for name, v in values.items())]
    for each in organisations:
        lines += ["", *_organisation(each)]
    path = folder / SETTINGS_NAME
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _organisation(organisation: Organisation) -> list[str]:
    lines = [
        "[[organisation]]",
        f"requester = {_toml({'id': organisation.requester, 'name': organisation.name})}",
    ]
    if organisation.controllers:
        lines.append(f"controllers = {_toml(organisation.controllers)}")
    for use in organisation.own:
        pair = f"{organisation.folder}/{use}"
        table = {"certificate": f"{pair}.crt", "key": f"{pair}.key"}
        table |= {"ca": "ca.crt"} if use == "tls" else {}
        lines += [f"[organisation.{use}]", *(f"{name} = {_toml(v)}" for name, v in table.items())]
    return lines


def _write_edition(folder: Path, edition: Edition) -> str:
    lines = [f"name = {_toml(edition.name)}"]
    for entry in edition.entries:
        values = {k: v for k, v in entry.to_dict().items() if k != "key" and v != ""}
        values["value"] = entry.value
        section, _, key = entry.key.partition(".")
        lines += ["", f"[{_toml(section)}.{_toml(key)}]"]
        lines += [f"{name} = {_toml(value)}" for name, value in values.items()]
    (folder / _EDITION_NAME).write_text("\n".join(lines) + "\n", "utf-8")
    return _EDITION_NAME


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # A JSON string, number or boolean is also valid TOML, except for U+007F.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
