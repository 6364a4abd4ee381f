"""``sha-disclosure verify``: whether a Bundle is signed by someone trusted and whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.text import Text

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.notices import read_file
from sha_disclosure.cli.options import (
    INVALID,
    JsonOption,
    LanguageOption,
    SettingsOption,
)
from sha_disclosure.cli.output import Output, clean
from sha_disclosure.credentials import load_anchors, load_revocation_lists
from sha_disclosure.editions import load_edition
from sha_disclosure.errors import ConfigurationError, InvalidNotice
from sha_disclosure.messages import message
from sha_disclosure.tools.verifier import Verification, verify_bundle
from sha_disclosure.values import Instant, Oid

Mark = Literal["yes", "warning", "no"]
_STYLES: dict[Mark, str] = {"yes": "green", "warning": "yellow", "no": "bold red"}


def verify(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    bundle: Annotated[
        str, typer.Argument(metavar="BUNDLE", help="Signed Bundle as JSON; - is standard input.")
    ],
    ca: Annotated[
        Path | None,
        typer.Option(
            "--ca",
            metavar="FILE",
            help="Trusted CA certificates in PEM; default: tls.ca of the settings.",
        ),
    ] = None,
    crl: Annotated[
        list[Path] | None,
        typer.Option(
            "--crl",
            metavar="FILE",
            help="Revocation list (CRL), needed from every issuer in the chain; may be repeated.",
            show_default=False,
        ),
    ] = None,
    signer: Annotated[
        str | None,
        typer.Option(
            "--signer",
            metavar="OID",
            help="Organisation expected to have signed, if you know whose certificate it is.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="Time to verify as of; default: now."),
    ] = None,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check the signature and the structure of a Bundle.

    Example: sha-disclosure verify --ca ca.crt --at 2026-11-15T11:00:00+02:00 bundle.json

    Exit codes: 0 valid, 1 not valid, 4 configuration. Revocation of certificates is checked
    with --crl only, and then for the whole chain. Who, when and type are outside the signature
    and only claimed; who is proven if the certificate names the organisation, or by --signer.
    With --settings, certificates of another environment are refused.
    """
    call = Call.of(context, settings, lang)
    moment = _moment(at)
    given = call.settings_or_stand_in()
    trusted = ca or (given.tls.ca if given.tls else None)
    if trusted is None:
        raise ConfigurationError(message("verification.no_anchors"))
    lists = [each for file in crl or () for each in load_revocation_lists(file)]
    result = verify_bundle(
        read_file(bundle),
        load_edition(given.edition),
        anchors=load_anchors(trusted),
        at=moment,
        revocation_lists=lists,
        signer=_oid(signer),
        environment=given.environment if call.names_settings else None,
    )
    if as_json:
        call.output.json_line(result.to_dict(call.language), indent=True)
    else:
        _print(call.output, result)
    return 0 if result.valid else INVALID


def _moment(at: str | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    try:
        return Instant(at).moment
    except InvalidNotice:
        pass
    raise typer.BadParameter(str(message("verification.moment")), param_hint="--at")


def _oid(signer: str | None) -> str | None:
    if signer is None:
        return None
    try:
        return str(Oid(signer))
    except InvalidNotice:
        pass
    raise typer.BadParameter(str(message("verification.signer_oid")), param_hint="--signer")


def _print(output: Output, result: Verification) -> None:
    language = output.language
    for finding in result.findings:
        mark: Mark = "yes" if finding.passed else "no"
        if finding.severity == "warning":
            mark = "warning"
        _line(output, finding.check, finding.text(language), mark)
    for finding in result.structure:
        _line(output, "structure", f"{finding.path} {finding.text(language)}", "no")
    if not result.structure:
        _line(output, "structure", output.text(message("verification.structure")), "yes")
    for name, value in (
        ("signer", f"{result.who} ({_how_known(output, result)})" if result.who else None),
        ("signed_at", f"{result.when} ({_claimed(output)})" if result.when else None),
        ("only_claimed", ", ".join(result.claimed)),
        ("signed_with", result.algorithm),
        ("serial", result.certificate_serial),
        ("thumbprint", result.thumbprint),
    ):
        says = output.text(message(f"verification.{name}"))
        output.out.print(f"{says}: {clean(value or '-')}")
    verdict = output.text(message(f"verification.{'valid' if result.valid else 'not_valid'}"))
    output.out.print(Text(verdict, "bold green" if result.valid else "bold red"))


def _how_known(output: Output, result: Verification) -> str:
    if "who" in result.claimed:
        return _claimed(output)
    return output.text(message(f"verification.proven_by_{result.bond}"))


def _claimed(output: Output) -> str:
    return output.text(message("verification.claimed"))


def _line(output: Output, check: str, detail: str, mark: Mark) -> None:
    says = output.text(message(f"verification.{mark}"))
    output.out.print(Text.assemble((f"{says:<3}", _STYLES[mark]), f"{check:<13}", clean(detail)))
