"""``sha-disclosure demo``: one notice of every kind through the embedded sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from sha_disclosure.cli.options import Call, LanguageOption, exit_code
from sha_disclosure.cli.output import Output
from sha_disclosure.cli.receipts import TextReport
from sha_disclosure.cli.sandbox import sandbox_class
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import DisclosureError
from sha_disclosure.notice.examples import example_notices
from sha_disclosure.notice.model import DisclosureNotice

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
    call = Call.of(context, lang=lang)
    output = call.output
    codes: list[int] = []
    failures = TextReport(output, output.err, show_diagnostics=True)
    with sandbox_class()() as sandbox, KantaClient(sandbox.settings()) as kanta:
        for name, text in example_notices().items():
            try:
                receipt = _send(text, kanta, output if verbose and not codes else None)
            except DisclosureError as error:
                failures.failed(name, error)
                codes.append(exit_code(error))
                continue
            codes.append(0)
            received = _received(sandbox, receipt)
            if verbose and len(codes) == 1:
                _show_checks(output, received)
            _show_receipt(output, name, receipt, received)
        refused = len(sandbox.refusals())
    output.out.print(
        output.say(
            f"{codes.count(0)} of {len(codes)} notices accepted, {refused} refused. The sandbox "
            "stands in for Kanta and checks by what is publicly known of it.",
            f"Vastaanotettu {codes.count(0)}, yhteensä {len(codes)} ilmoitusta, hylätty {refused}. "
            "Hiekkalaatikko toimii Kannan sijaisena julkisen tiedon varassa.",
        ),
        soft_wrap=False,
    )
    return max(codes, default=0)


def _send(text: bytes, kanta: KantaClient, steps: Output | None) -> Receipt:
    notice = DisclosureNotice.model_validate_json(text)
    prepared = kanta.prepare(notice)
    if steps:
        say = steps.say
        steps.out.print(
            say("1 validated by the national rules", "1 tarkistettu kansallisin säännöin")
        )
        steps.out.print(say("2 built as AuditEvent and Provenance", "2 muodostettu sanomaksi"))
        steps.out.print(say("3 signed, SHA-256 ", "3 allekirjoitettu, SHA-256 ") + prepared.digest)
    receipt = kanta.submit(prepared)
    if steps:
        say = steps.say
        steps.out.print(say("4 token made and signed", "4 tunniste muodostettu"))
        steps.out.print(
            say("5 sent over mutual TLS, X-Request-Id ", "5 lähetetty, X-Request-Id ")
            + receipt.request_id
        )
    return receipt


def _received(sandbox: Sandbox, receipt: Receipt) -> Received | None:
    return next((r for r in sandbox.received() if r.notice_id == receipt.notice_id), None)


def _show_receipt(output: Output, name: str, receipt: Receipt, received: Received | None) -> None:
    checks = received.checks if received else ()
    passed = f"{sum(c.passed for c in checks)}/{len(checks)}"
    line = Text(f"{name}.json  ").append(receipt.status, "green")
    line.append(output.say(f"  checks passed: {passed}", f"  tarkistukset läpi: {passed}"))
    output.out.print(line)
    output.out.print(Text(output.say("  notice    ", "  ilmoitus  ") + receipt.notice_id))
    output.out.print(Text(output.say("  stored at ", "  sijainti  ") + str(receipt.location)))


def _show_checks(output: Output, received: Received | None) -> None:
    names = [check.name for check in received.checks] if received else []
    output.out.print(output.say("6 checked: ", "6 tarkistettu: ") + ", ".join(names))
    output.out.print()
