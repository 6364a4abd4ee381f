"""Changes to a Bundle, and the words to say where they are made."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

from notices import Data

Where = Callable[[Data], Data]
Change = Callable[[Data], object]


@dataclass(frozen=True)
class Mutant:
    """One fault, made in a golden Bundle that is right without it."""

    what: str
    change: Change
    golden: str = "permission-to-organisation"
    signed: bool = False

    def made(self, golden: Data) -> Data:
        """Return the Bundle with the fault."""
        mutant = copy.deepcopy(golden)
        self.change(mutant)
        return mutant


def entry(number: int) -> Where:
    return lambda bundle: bundle["entry"][number]


def event(bundle: Data) -> Data:
    made: Data = bundle["entry"][0]["resource"]
    return made


def provenance(bundle: Data) -> Data:
    made: Data = bundle["entry"][1]["resource"]
    return made


def inside(where: Where, *steps: str | int) -> Where:
    """Return what is at the steps below a place."""

    def found(bundle: Data) -> Data:
        at = where(bundle)
        for step in steps:
            at = at[step]
        return at

    return found


def of_event(*steps: str | int) -> Where:
    return inside(event, *steps)


def of_provenance(*steps: str | int) -> Where:
    return inside(provenance, *steps)


def held(label: str, *steps: str | int) -> Where:
    """Return what is at the steps below a resource contained in the AuditEvent."""

    def found(bundle: Data) -> Data:
        at = next(each for each in event(bundle)["contained"] if each["id"] == label)
        for step in steps:
            at = at[step]
        return at

    return found


def extension(end: str, where: Where = event) -> Where:
    """Return the extension whose URL ends so."""
    return lambda bundle: next(e for e in where(bundle)["extension"] if e["url"].endswith(end))


def put(where: Where, **members: object) -> Change:
    return lambda bundle: where(bundle).update(members)


def drop(where: Where, *names: str | int) -> Change:
    def change(bundle: Data) -> None:
        for name in names:
            where(bundle).pop(name)  # type: ignore[call-overload]

    return change


def add(where: Where, value: object) -> Change:
    """Return the change that adds a member to a list."""
    return lambda bundle: where(bundle).append(copy.deepcopy(value))  # type: ignore[attr-defined]


def twice(where: Where, index: int = 0) -> Change:
    """Return the change that repeats a member of a list at its end."""

    def change(bundle: Data) -> None:
        at = where(bundle)
        at.append(copy.deepcopy(at[index]))  # type: ignore[attr-defined, index]

    return change


def turned(where: Where) -> Change:
    return lambda bundle: where(bundle).reverse()  # type: ignore[attr-defined]


def both(*changes: Change) -> Change:
    def change(bundle: Data) -> None:
        for each in changes:
            each(bundle)

    return change
