"""How often files of keys are read: once at the start, once at each look at what changed."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from sha_disclosure import KantaClient
from sha_disclosure.credentials import watched_files
from sha_disclosure.tools.sandbox import Pki, Sandbox

OPENED: Counter[str] = Counter()
WATCHING: list[str] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if WATCHING and event == "open" and str(arguments[0]).startswith(WATCHING[0]):
        OPENED[Path(str(arguments[0])).name] += 1


sys.addaudithook(_hook)


@pytest.fixture
def opened(tmp_path):
    with Sandbox(tmp_path) as sandbox:
        OPENED.clear()
        WATCHING.append(str(tmp_path))
        yield sandbox
        WATCHING.clear()


def test_a_client_reads_each_file_once_however_much_it_sends(opened):
    settings = opened.settings()
    with KantaClient(settings) as kanta:
        names = {file.name for file in watched_files(settings)}
        assert {name: OPENED[name] for name in names} == dict.fromkeys(names, 1)
        kanta.renew()
        assert {name: OPENED[name] for name in names} == dict.fromkeys(names, 2)


def test_what_was_compared_is_what_is_loaded(opened, monkeypatch):
    """A file that changes between the two is taken at the next look, whole."""
    settings = opened.settings()
    from sha_disclosure.credentials import store  # noqa: PLC0415

    real = store.load_credentials
    with KantaClient(settings) as kanta:
        pki = Pki(opened.folder)
        made = pki.issue("Sandbox signer", "signing")

        def meanwhile(*given, **more):
            made.write(opened.folder, "signing")
            return real(*given, **more)

        before = settings.signing.certificate.read_bytes()
        settings.signing.certificate.write_bytes(before + b"\n")
        monkeypatch.setattr(store, "load_credentials", meanwhile)
        assert kanta.renew()
        monkeypatch.setattr(store, "load_credentials", real)
        OPENED.clear()
        assert kanta.renew()
        assert OPENED["signing.key"] == 1
