"""``sha-disclosure demo``: sends one notice of every kind through the embedded sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from sha_disclosure.cli.call import Call, exit_code
from sha_disclosure.cli.extras import sandbox_class
from sha_disclosure.cli.notices import Document
from sha_disclosure.cli.options import LanguageOption
from sha_disclosure.cli.output import Output
from sha_disclosure.cli.send_report import End, TextReport
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import DisclosureError
from sha_disclosure.messages import Message, message
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.notice.examples import example_notices

if TYPE_CHECKING:
    from sha_disclosure.tools.sandbox import Received, Sandbox


def demo(
    context: typer.Context,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show the steps of the first notice.")
    ] = False,
    lang: LanguageOption = None,
) -> int:
    """Send one notice of every kind to a sandbox started for it, and show the receipts.

    Example: sha-disclosure demo --verbose

    Nothing leaves this computer. Exit codes: 0 all accepted, else as send.
    """
    output = Call.of(context, lang=lang).output
    codes: list[int] = []
    failures = TextReport(output, output.err, show_diagnostics=True)
    with sandbox_class()() as sandbox, KantaClient(sandbox.settings()) as kanta:
        for name, text in example_notices().items():
            steps = _Steps(output, shown=verbose and not codes)
            try:
                receipt = _send(text, kanta, steps)
            except DisclosureError as error:
                failures.failed(End(Document(name, None, text, len(text))), error)
                codes.append(exit_code(error))
                continue
            codes.append(0)
            received = _received(sandbox, receipt)
            steps.checked(received)
            _show_receipt(output, name, receipt, received)
        refused = len(sandbox.refusals())
    counts = message("cli.demo.end", accepted=codes.count(0), all=len(codes), refused=refused)
    output.out.print(output.text(counts), soft_wrap=False)
    return max(codes, default=0)


class _Steps:
    """Prints the steps of one notice, or nothing."""

    def __init__(self, output: Output, *, shown: bool) -> None:
        self._output = output
        self._shown = shown

    def show(self, *steps: Message) -> None:
        for step in steps if self._shown else ():
            self._output.out.print(self._output.text(step))

    def checked(self, received: Received | None) -> None:
        names = (
            tuple(message(f"checks.{check.check}") for check in received.checks) if received else ()
        )
        self.show(message("cli.demo.checked", checks=names))
        if self._shown:
            self._output.out.print()


def _send(text: bytes, kanta: KantaClient, steps: _Steps) -> Receipt:
    prepared = kanta.prepare(DisclosureNotice.model_validate_json(text))
    steps.show(
        message("cli.demo.validated"),
        message("cli.demo.built"),
        message("cli.demo.signed", digest=prepared.digest),
    )
    receipt = kanta.submit(prepared)
    steps.show(message("cli.demo.token"), message("cli.demo.sent", request_id=receipt.request_id))
    return receipt


def _received(sandbox: Sandbox, receipt: Receipt) -> Received | None:
    return next(iter(sandbox.received(receipt.notice_id)), None)


def _show_receipt(output: Output, name: str, receipt: Receipt, received: Received | None) -> None:
    checks = received.checks if received else ()
    passed = message(
        "cli.demo.passed", passed=sum(check.passed for check in checks), all=len(checks)
    )
    line = Text(f"{name}.json  ").append(receipt.status, "green")
    output.out.print(line.append(f"  {output.text(passed)}"))
    for key, value in (("notice", receipt.notice_id), ("location", str(receipt.location))):
        output.out.print(Text(f"  {output.text(message(f'cli.demo.{key}')):<10}{value}"))
