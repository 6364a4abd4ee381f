"""``sha-disclosure conformance``: the edition and its Bundles against Kela's FHIR package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.conformance_report import show
from sha_disclosure.cli.notices import documents, notice_of, require_readable
from sha_disclosure.cli.options import INVALID, JsonOption, LanguageOption, SettingsOption
from sha_disclosure.delivery.prepare import Setup
from sha_disclosure.delivery.prepare import build as build_bundle
from sha_disclosure.delivery.prepare import sign as sign_bundle
from sha_disclosure.errors import ConfigurationError, InvalidNotice
from sha_disclosure.jose.content import BundleSigner
from sha_disclosure.messages import message
from sha_disclosure.notice import read_json
from sha_disclosure.notice.examples import example_notices
from sha_disclosure.tools.conformance import (
    LabelledBundle,
    load_packages,
    throw_away_identity,
    write_proposal,
)
from sha_disclosure.tools.conformance import conformance as run_conformance


def conformance(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    package: Annotated[
        list[Path],
        typer.Option(
            "--package",
            metavar="TGZ|DIR",
            help="FHIR package; the first is compared, further ones are its dependencies.",
        ),
    ],
    core: Annotated[
        Path | None,
        typer.Option(
            "--core",
            metavar="TGZ|DIR",
            help="Base definitions of FHIR R4 4.0.1: the package hl7.fhir.r4.core, or its folder.",
        ),
    ] = None,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE...]",
            help="Notices or Bundles as JSON; default: an example of every kind of notice.",
            show_default=False,
        ),
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="FILE", help="Write a proposed edition to FILE (.toml)."),
    ] = None,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
) -> int:
    """Compare the edition and its Bundles with a FHIR package you hold.

    Example: sha-disclosure conformance --package kanta.tgz --core hl7.fhir.r4.core.tgz

    It proves agreement with that package, nothing more. Exit codes: 0 everything validates and
    nothing differs, 1 something fails or differs, 4 configuration (unreadable package ...).
    """
    call = Call.of(context, settings, lang)
    setup = call.setup_or_stand_in()
    require_readable(files or ())
    packages = load_packages(package, core)
    bundles = [LabelledBundle(*each) for each in _bundles(files or [], setup)]
    report = run_conformance(packages, setup.edition, bundles)
    if write is not None:
        write_proposal(report, setup.settings.edition, write)
    if as_json:
        result = {**report.to_dict(call.language), "written": str(write) if write else None}
        call.output.json_line(result, indent=True)
    else:
        show(report, write, call.output)
    return 0 if report.ok else INVALID


def _bundles(files: list[str], setup: Setup) -> Iterator[tuple[str, dict[str, Any]]]:
    if not files:
        for name, text in example_notices().items():
            yield name, _bundle(name, text, setup)
    for document in documents(files):
        yield document.label, _bundle(document.label, document.text, setup)


def _bundle(label: str, text: bytes, setup: Setup) -> dict[str, Any]:
    """Return the Bundle in a text, or one built from a notice and signed with a throw-away key."""
    data: Any = None
    problems: tuple[str, ...] = ()
    try:
        data = read_json(text)
        if isinstance(data, dict) and data.get("resourceType") == "Bundle":
            return data
        made = build_bundle([notice_of(text, setup)], setup)
    except InvalidNotice as error:
        problems = tuple(f"{p.rule} {p.path}" for p in error.problems)
    if problems:
        raise ConfigurationError(message("conformance.not_a_notice", file=label, problems=problems))
    signer = BundleSigner(throw_away_identity(setup.sources.clock(), setup.edition), setup.edition)
    return sign_bundle(made, setup, signer).bundle()
