"""The package's example notices (esimerkki-ilmoitukset): one of each kind, as JSON."""

from __future__ import annotations

from importlib import resources


def example_notices() -> dict[str, bytes]:
    """Return the JSON text of each example notice by name, sorted.

    They concern artificial persons, so every environment but production accepts them.
    """
    folder = resources.files(__package__).joinpath("example_notices")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".json"): file.read_bytes() for file in files}


__all__ = ["example_notices"]
