"""``sha-disclosure verify``: whether a Bundle is signed by someone trusted and whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

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
from sha_disclosure.credentials import load_anchors
from sha_disclosure.credentials.findings import Verification
from sha_disclosure.credentials.revocation import load_revocation_lists
from sha_disclosure.credentials.verification import verify_bundle
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError, InvalidNotice
from sha_disclosure.fhir.checking import StructureFault, check_structure
from sha_disclosure.notice import read_json
from sha_disclosure.values import Instant


def verify(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    bundle: Annotated[
        str, typer.Argument(metavar="BUNDLE", help="A signed Bundle as JSON; - is standard input.")
    ],
    ca: Annotated[
        Path | None,
        typer.Option(
            "--ca",
            metavar="FILE",
            help="Trusted CA certificates, PEM; default: tls.ca of settings.",
        ),
    ] = None,
    crl: Annotated[
        list[Path] | None,
        typer.Option(
            "--crl",
            metavar="FILE",
            help="Revocation lists (CRL) of every issuer in the chain; may be repeated.",
            show_default=False,
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="Judge as of this moment; default: now."),
    ] = None,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check the signature and the structure of a Bundle.

    Example: sha-disclosure verify --ca ca.crt --at 2026-11-15T11:00:00+02:00 bundle.json

    Exit codes: 0 valid, 1 not valid, 4 configuration. Revocation of certificates is checked
    with --crl only, and then for the whole chain; who, when and type stand outside the signature.
    """
    call = Call.of(context, settings, lang)
    moment = _moment(at)
    given = call.settings_or_stand_in()
    trusted = ca or (given.tls.ca if given.tls else None)
    if trusted is None:
        raise ConfigurationError(
            "No trusted certificates: give them with --ca FILE, or give settings with tls.ca"
        )
    edition = load_edition(given.edition)
    anchors = load_anchors(trusted)
    lists = [each for file in crl or () for each in load_revocation_lists(file)]
    text = read_file(bundle)
    result = verify_bundle(
        text, edition=edition, anchors=anchors, at=moment, revocation_lists=lists
    )
    faults = _structure(text, edition)
    valid = result.valid and not faults
    if as_json:
        structure = [{"path": f.path, "what": f.what} for f in faults]
        told: dict[str, Any] = {**result.to_dict(call.language), "structure": structure}
        call.output.json_line({**told, "valid": valid}, indent=True)
    else:
        _print(call.output, result, faults, valid=valid)
    return 0 if valid else INVALID


def _moment(at: str | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    try:
        return Instant(at).moment
    except ValueError:
        refused = typer.BadParameter(
            "write it with seconds and offset, such as 2026-11-15T11:00:00+02:00",
            param_hint="--at",
        )
    raise refused


def _structure(text: bytes, edition: Edition) -> tuple[StructureFault, ...]:
    try:
        document = read_json(text)
    except InvalidNotice:
        return ()  # the finding on the document says so
    try:
        if isinstance(document, dict):
            return check_structure(document, edition.wire)
    except (AttributeError, KeyError, TypeError):
        pass  # an element is of another kind than FHIR says
    return (StructureFault("Bundle", "is not built as a FHIR Bundle of the edition"),)


def _print(
    output: Output, result: Verification, faults: tuple[StructureFault, ...], *, valid: bool
) -> None:
    for finding in result.findings:
        _line(output, finding.check, finding.text(output.language), ok=finding.ok)
    for fault in faults:
        _line(output, "structure", f"{fault.path} {fault.what}", ok=False)
    if not faults:
        text = output.say("the Bundle is as the edition says", "Bundle on edition mukainen")
        _line(output, "structure", text, ok=True)
    signer = {
        output.say("signer", "allekirjoittaja"): result.who,
        output.say("signed at", "allekirjoitettu"): result.when,
        output.say("algorithm", "algoritmi"): result.algorithm,
        output.say("certificate serial", "varmenteen sarjanumero"): result.certificate_serial,
        output.say("certificate SHA-256", "varmenteen SHA-256"): result.thumbprint,
    }
    for name, value in signer.items():
        output.out.print(f"{name}: {clean(value or '-')}")
    verdict = output.say("valid", "pätevä") if valid else output.say("NOT valid", "EI pätevä")
    output.out.print(Text(verdict, "bold green" if valid else "bold red"))


def _line(output: Output, check: str, detail: str, *, ok: bool) -> None:
    mark = "ok" if ok else output.say("NO", "EI")
    output.out.print(
        Text.assemble((f"{mark:<3}", "green" if ok else "bold red"), f"{check:<13}", clean(detail))
    )
