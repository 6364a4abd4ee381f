"""``sha-disclosure sandbox``: runs the embedded log-register retention service."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.extras import sandbox_class
from sha_disclosure.cli.output import Output, clean
from sha_disclosure.editions import load_edition
from sha_disclosure.messages import message

if TYPE_CHECKING:
    from sha_disclosure.tools.sandbox import Sandbox

_Port = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Port of the service; 0 chooses a free one.")
]


def sandbox(
    context: typer.Context,
    port: _Port = 8443,
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Folder for keys and settings.")
    ] = Path("sandbox-data"),
    admin_port: Annotated[
        int,
        typer.Option(
            "--admin-port", min=0, max=65535, help="Port of the web page; 0 chooses a free one."
        ),
    ] = 0,
    edition: Annotated[
        str | None,
        typer.Option(
            "--edition", metavar="NAME_OR_PATH", help="Edition to check requests against."
        ),
    ] = None,
) -> int:
    """Run a stand-in for the Kanta service on this computer until Ctrl-C.

    Example: sha-disclosure sandbox --port 8443 --dir sandbox-data
    """
    output = Call.of(context).output
    made = sandbox_class()(
        folder, port=port, admin_port=admin_port, edition=load_edition(edition) if edition else None
    )
    with _stop_signal() as stopped, made as running:
        _introduce(output, running)
        # An unlimited wait would not notice Ctrl-C on Windows.
        while not stopped.wait(0.5):
            pass
    output.out.print(output.text(message("cli.sandbox.stopped")))
    return 0


@contextmanager
def _stop_signal() -> Iterator[threading.Event]:
    """Turn Ctrl-C and SIGTERM into an event while the sandbox runs."""
    stopped = threading.Event()

    def stop(_number: int, _frame: Any) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _introduce(output: Output, sandbox: Sandbox) -> None:
    file = clean(sandbox.settings_file)
    quoted = f'"{file}"' if " " in file else file
    places = {"service": sandbox.base_url, "page": sandbox.admin_url, "settings": file}
    for name, place in places.items():
        output.out.print(f"{output.text(message(f'cli.sandbox.{name}')):<12}{place}")
    output.out.print(
        f"\n{output.text(message('cli.sandbox.next'))}\n"
        f"  sha-disclosure --settings {quoted} send notice.json\n"
        f"  sha-disclosure --settings {quoted} sign notice.json\n\n"
        f"{output.text(message('cli.sandbox.stop'))}"
    )
    output.out.file.flush()
