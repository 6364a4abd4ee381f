"""``sha-disclosure validate``: every problem of every notice, without sending anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from pydantic import ValidationError

from sha_disclosure.cli.call import Call
from sha_disclosure.cli.notices import documents, problems_of, require_readable, require_single
from sha_disclosure.cli.options import (
    INVALID,
    AcknowledgeOption,
    CodeListsOption,
    FilesArgument,
    JsonOption,
    LanguageOption,
    SettingsOption,
)
from sha_disclosure.delivery.prepare import Setup, build
from sha_disclosure.findings import Problem, problem
from sha_disclosure.messages import Message, message
from sha_disclosure.notice import DisclosureNotice


def validate(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: typer.Context,
    files: FilesArgument,
    settings: SettingsOption = None,
    lang: LanguageOption = None,
    as_json: JsonOption = False,
    code_lists: CodeListsOption = None,
    acknowledge: AcknowledgeOption = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also build the Bundle and check it as FHIR.")
    ] = False,
) -> int:
    """Check notices against the national rules; nothing is sent.

    Example: sha-disclosure validate notice.json

    Exit codes: 0 no errors and every objection acknowledged (warnings do not count), 1 errors
    or open objections. Without settings, the sandbox's sender is used, so real identity codes
    are refused.
    """
    call = Call.of(context, settings, lang, code_lists)
    output, setup = call.output, call.setup_or_stand_in()
    acknowledged = acknowledge or []
    require_single(files, acknowledged)
    require_readable(files)
    records = []
    count = wrong = 0
    for document in documents(files, acknowledged):
        problems = problems_of(document.text, setup)
        if deep and not _block(problems):
            problems += tuple(_deep_problems(document.text, setup))
        count += 1
        wrong += _block(problems)
        if as_json:
            found = [problem.to_dict(call.language) for problem in problems]
            records.append({"file": document.label, "problems": found})
        else:
            output.problems(document.label, problems, to=output.out)
    if as_json:
        output.json_line(records, indent=True)
    else:
        counted = message("cli.validate.end", valid=count - wrong, all=count)
        output.out.print(output.text(counted))
    return INVALID if wrong else 0


def _block(problems: tuple[Problem, ...]) -> bool:
    return any(p.blocks for p in problems)


def _deep_problems(text: bytes, setup: Setup) -> Iterator[Problem]:
    # Both cost more to import than all that `validate` does without `--deep`.
    from fhir.resources.R4B.bundle import Bundle  # noqa: PLC0415

    from sha_disclosure.tools.verifier import check_structure  # noqa: PLC0415

    made = build([DisclosureNotice.model_validate_json(text)], setup).bundle
    for finding in check_structure(made, setup.edition):
        yield _problem(finding.path, Message(finding.id, finding.parameters))
    try:
        Bundle.model_validate(made)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
    else:
        return
    for each in faults:
        yield _problem(".".join(("Bundle", *map(str, each["loc"]))), each["type"])


def _problem(path: str, what: str | Message) -> Problem:
    return problem("FHIR", path, what=what)
