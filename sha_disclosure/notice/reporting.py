"""How a part rejects data within pydantic: with the rules' problems, never the data."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any, cast

from pydantic import BaseModel, GetCoreSchemaHandler, ValidationError, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from sha_disclosure.findings import Problem
from sha_disclosure.hidden import MASK
from sha_disclosure.notice.faults import problems_of

_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_within_part: ContextVar[bool] = ContextVar("_within_part", default=False)


def reporting(
    kind: type[BaseModel], source: type[BaseModel], handler: GetCoreSchemaHandler
) -> CoreSchema:
    """Return the schema of a part that reports the problems of data it rejects.

    Only the outermost part reports, so that the problems of all nested parts come at once.
    """
    outermost = not _within_part.get()
    before = _within_part.set(True)
    try:
        schema = handler(source)
    finally:
        _within_part.reset(before)
    if schema["type"] == "function-wrap":  # the class's own, generated earlier
        schema = schema["schema"]
    own = cast("dict[str, Any]", handler.resolve_ref_schema(schema))
    own["custom_init"] = False  # nested parts are built without ``__init__``

    def validated(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        try:
            return validate(value)
        except ValidationError as error:
            problems = problems_of(kind, error)
        raise refused(problems)

    return core_schema.no_info_wrap_validator_function(validated, schema) if outermost else schema


def refused(problems: tuple[Problem, ...]) -> ValidationError:
    """Return pydantic's error for these problems; ``ctx`` of each fault holds the problem."""
    return ValidationError.from_exception_data("", [_fault(each) for each in problems])


def problems_in(error: ValidationError) -> tuple[Problem, ...]:
    """Return the problems in a part's validation error."""
    return tuple(fault["ctx"]["problem"] for fault in error.errors(include_url=False))


def _fault(each: Problem) -> InitErrorDetails:
    steps = _STEP.finditer(each.path)
    place = tuple(int(step[1]) if step[1] else step[2] for step in steps)
    what = PydanticCustomError(each.rule, cast("Any", each.message), {"problem": each})
    return {"type": what, "loc": place, "input": MASK}
