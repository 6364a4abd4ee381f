"""Reads the FILE arguments: one notice in a file, or one on each line of a ``.jsonl``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from sha_disclosure import encoding
from sha_disclosure.cli.output import Output
from sha_disclosure.delivery.prepare import Setup
from sha_disclosure.errors import ConfigurationError, InvalidNotice
from sha_disclosure.files import Unreadable, open_file, read_stream
from sha_disclosure.findings import Problem
from sha_disclosure.law import check_data
from sha_disclosure.limits import NOTICE_BYTES
from sha_disclosure.messages import message
from sha_disclosure.notice import DisclosureNotice, read_json

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one notice and its place; ``size`` is its size in the file.

    ``line`` is None in a file of one notice.
    """

    file: str
    line: int | None
    text: bytes = field(repr=False)
    size: int

    @property
    def label(self) -> str:
        """The place in readable form: ``notices.jsonl:7``."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


def documents(files: Sequence[str], acknowledged: Sequence[str] = ()) -> Iterator[Document]:
    """Yield the notices of the files in order, each ``.jsonl`` line by line.

    The standard input has one notice, or one per line if its first line is complete JSON. A
    single notice also acknowledges the rules in ``acknowledged``.

    Raises ConfigurationError if a file cannot be read, or if ``acknowledged`` is given for several
    notices.
    """
    if not acknowledged:
        yield from _documents(files)
        return
    require_single(files, acknowledged)
    found = _documents(files)
    for document in found:
        if next(found, None):
            raise ConfigurationError(message("cli.acknowledge_one"))
        yield replace(document, text=_acknowledging(document.text, acknowledged))


def require_single(files: Sequence[str], acknowledged: Sequence[str]) -> None:
    """Refuse to acknowledge for several notices at once. Raises ConfigurationError.

    The lines of a batch have their own field for it.
    """
    several = len(files) > 1 or any(file.lower().endswith(".jsonl") for file in files)
    if acknowledged and several:
        raise ConfigurationError(message("cli.acknowledge_one"))


def _acknowledging(text: bytes, rules: Sequence[str]) -> bytes:
    """Return the text of a notice that also acknowledges the rules; unchanged if it has faults."""
    try:
        data = read_json(text)
    except InvalidNotice:
        return text
    if not isinstance(data, dict) or not isinstance(data.get("acknowledged", []), list):
        return text
    data["acknowledged"] = [*data.get("acknowledged", []), *rules]
    return json.dumps(data).encode()


def _documents(files: Iterable[str]) -> Iterator[Document]:
    for file in files:
        with _opened(file) as stream:
            if file == STDIN:
                yield from _standard_input(stream)
            elif Path(file).suffix.lower() == ".jsonl":
                yield from _lines(file, _lines_of(stream))
            else:
                yield from _whole(file, read_stream(stream, NOTICE_BYTES))


def _whole(file: str, text: bytes) -> Iterator[Document]:
    yield Document(file, None, text, len(text))


def _lines(file: str, lines: Iterable[bytes]) -> Iterator[Document]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield Document(file, number, line, len(line))


def _lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield each line, within the size limit of a notice. Raises Unreadable."""
    most = NOTICE_BYTES.value
    while line := stream.readline(most + 1):
        if len(line) > most:
            raise Unreadable(NOTICE_BYTES.exceeded())
        yield line


def _standard_input(stream: BinaryIO) -> Iterator[Document]:
    lines = _lines_of(stream)
    first = next(lines, b"")
    second = next(lines, b"") if _is_json(first) else b""
    if second.strip():
        return _lines(STDIN, chain((first, second), lines))
    return _whole(STDIN, first + second + read_stream(stream, NOTICE_BYTES))


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(encoding.read_json(line), dict)
    except encoding.Malformed:
        return False


def read_file(file: str) -> bytes:
    """Return the content of a file, or of the standard input. Raises ConfigurationError."""
    with _opened(file) as stream:
        return read_stream(stream, NOTICE_BYTES)


def require_readable(files: Iterable[str]) -> None:
    """Refuse unreadable files before anything is done. Raises ConfigurationError."""
    for file in files:
        if file != STDIN:
            with _opened(file):
                pass


def length(files: Sequence[str]) -> int | None:
    """Return the total size of the files in bytes, or None if it is not known."""
    if any(file == STDIN or not Path(file).is_file() for file in files):
        return None
    return sum(Path(file).stat().st_size for file in files)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    fault: Unreadable
    try:
        with nullcontext(sys.stdin.buffer) if file == STDIN else open_file(file) as stream:
            yield stream
    except Unreadable as error:
        fault = error
    else:
        return
    sentence = "missing" if fault.missing else "unusable"
    if fault.message.id == "file.not_regular":
        sentence = "pipe"
    raise ConfigurationError(message(f"cli.file.{sentence}", file=file, why=fault.message))


def problems_of(text: bytes, setup: Setup) -> tuple[Problem, ...]:
    """Return every problem of the text of a notice, warnings included."""
    try:
        data = read_json(text)
    except InvalidNotice as error:
        return error.problems
    return check_data(data, setup.circumstances())


def notice_of(text: bytes, setup: Setup) -> DisclosureNotice:
    """Return the notice in a text. Raises InvalidNotice with every problem, including rules."""
    try:
        return DisclosureNotice.model_validate_json(text)
    except InvalidNotice as error:
        found = problems_of(text, setup) or error.problems
    raise InvalidNotice([problem for problem in found if problem.blocks])


def checked_notices(
    files: Sequence[str], setup: Setup, output: Output, acknowledged: Sequence[str] = ()
) -> list[DisclosureNotice] | None:
    """Return the notices of the files; a single one also acknowledges the given rules.

    Prints why and returns None if one of them is not valid or there are none.
    """
    require_readable(files)
    notices = []
    valid = True
    for document in documents(files, acknowledged):
        problems = problems_of(document.text, setup)
        blocking = [problem for problem in problems if problem.blocks]
        if blocking:
            valid = False
            output.problems(document.label, blocking, to=output.err)
        elif valid:
            notices.append(DisclosureNotice.model_validate_json(document.text))
    if valid and not notices:
        output.err.print(output.text(message("cli.no_notice")))
    return notices if valid and notices else None
