"""The folder of evidence (näyttökansio): requests, answers and checks, case by case.

Files are private to their owner (0600, folders 0700). ``report.json`` lists every other file
with its SHA-256, for programs; ``report.html`` is for people.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sha_disclosure.encoding import Malformed, read_json
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.files import Unreadable, read_text
from sha_disclosure.messages import Language, message
from sha_disclosure.tools.joint_test.facts import CaseEvidence, case_facts, run_facts
from sha_disclosure.tools.joint_test.redaction import ExchangeEvidence, Redaction
from sha_disclosure.tools.joint_test.report import render
from sha_disclosure.tools.joint_test.result import CaseResult, Run

INDEX = "report.json"
PAGE = "report.html"
FORM = "sha-disclosure joint-test evidence 1"
"""The format of ``report.json``; a later format has another number."""


class Folder:
    """An evidence folder being written: every file is new and its digest recorded."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.digests: dict[str, str] = {}

    def write(self, name: str, content: bytes) -> None:
        """Write a file of the folder, creating its parent folders."""
        target = self.path / name
        for above in reversed(target.relative_to(self.path).parents):
            (self.path / above).mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(target, flags, 0o600), "wb") as file:
            file.write(content)
        self.digests[name] = hashlib.sha256(content).hexdigest()

    def write_json(self, name: str, value: object) -> None:
        """Write a value as indented JSON."""
        self.write(name, json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n")


def open_folder(path: Path, *, overwrite: bool = False) -> Folder:
    """Return a new or empty folder that is private to its owner.

    With ``overwrite``, the files of earlier evidence are removed first: those listed in its
    ``report.json`` and no others.

    Raises ConfigurationError if the folder has anything else or cannot be written.
    """
    try:
        return _opened(path, overwrite=overwrite)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise ConfigurationError(message("joint_test.folder.unusable", folder=str(path), reason=reason))


def _opened(path: Path, *, overwrite: bool) -> Folder:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(path.iterdir()):
        files = _earlier(path)
        if files is None:
            raise ConfigurationError(message("joint_test.folder.not_empty", folder=str(path)))
        if not overwrite:
            raise ConfigurationError(message("joint_test.folder.earlier", folder=str(path)))
        _remove(path, files)
        if any(path.iterdir()):
            raise ConfigurationError(message("joint_test.folder.others", folder=str(path)))
    path.chmod(0o700)
    return Folder(path)


def _earlier(path: Path) -> list[str] | None:
    """Return the files of earlier evidence, or None if the folder has none."""
    index = None
    with suppress(Unreadable, Malformed):
        index = read_json(read_text(path / INDEX))
    if not isinstance(index, dict) or index.get("form") != FORM:
        return None
    files = index.get("files")
    return [INDEX, *(str(name) for name in files)] if isinstance(files, dict) else None


def _remove(path: Path, files: list[str]) -> None:
    whole = path.resolve()
    for name in files:
        target = path / name
        # Only files inside the folder, even if the index was tampered with.
        if ".." not in Path(name).parts and target.parent.resolve().is_relative_to(whole):
            target.unlink(missing_ok=True)
    for folder in sorted((p for p in path.rglob("*") if p.is_dir()), reverse=True):
        with suppress(OSError):
            folder.rmdir()


def write_evidence(
    run: Run, folder: Folder, *, redact: bool = False, language: Language = "fi"
) -> dict[str, Any]:
    """Write the evidence of a run and return the content of its ``report.json``.

    ``redact`` replaces every personal name, identifier and text by its kind; ``language`` is
    the language in which the page opens.
    """
    redaction = Redaction(run.edition, run.settings, redact=redact)
    cases = [_write_case(result, folder, redaction) for result in run.results]
    facts = run_facts(run, redact=redact)
    page = render(facts, cases, run, language)
    folder.write(PAGE, page.encode("utf-8", "replace"))  # a service may send lone surrogates
    index = {
        "form": FORM,
        **facts,
        "cases": [each.facts for each in cases],
        "files": dict(sorted(folder.digests.items())),
    }
    folder.write_json(INDEX, index)
    return index


def _write_case(result: CaseResult, folder: Folder, redaction: Redaction) -> CaseEvidence:
    name = f"cases/{result.case.id}"
    execution = result.execution
    notices = [redaction.data(each) for each in execution.notices]
    exchanges = [redaction.exchange(e, n) for n, e in enumerate(execution.exchanges, 1)]
    facts = case_facts(result, exchanges)
    folder.write_json(f"{name}/case.json", facts)
    for number, notice in enumerate(notices, 1):
        folder.write_json(f"{name}/notice-{number}.json", notice)
    for number, exchange in enumerate(exchanges, 1):
        _write_exchange(f"{name}/", number, exchange, folder)
    return CaseEvidence(result, facts, notices, exchanges)


def _write_exchange(stem: str, number: int, exchange: ExchangeEvidence, folder: Folder) -> None:
    folder.write(f"{stem}request-{number}.http", exchange.request_head.encode())
    folder.write(f"{stem}request-{number}.json", exchange.request_body)
    folder.write_json(f"{stem}request-{number}-token.json", exchange.token)
    folder.write(f"{stem}response-{number}.http", exchange.response_head.encode())
    if exchange.response_body:
        folder.write(f"{stem}response-{number}.{exchange.response_suffix}", exchange.response_body)
