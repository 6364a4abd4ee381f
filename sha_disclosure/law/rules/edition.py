"""The rules for what the edition in use requires, or assumes to be optional (N26)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sha_disclosure.editions.wire import Cardinality
from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.notice import Client, DisclosureNotice, field_of


def _whole(notice: DisclosureNotice, _: Circumstances) -> Places:
    return (("", notice),)


def _client(notice: DisclosureNotice, _: Circumstances) -> Places:
    return (("client", notice.client),)


def _has_code_of_ground(notice: DisclosureNotice, given: Circumstances) -> bool:
    return notice.ground.kind in given.wire.ground


def _has_type_if_asked(notice: DisclosureNotice, given: Circumstances) -> bool:
    asked = given.wire.cardinality.type_of_disclosure == "1..1"
    return not asked or notice.type_of_disclosure is not None


def _has_identifier_if_asked(client: Client, given: Circumstances) -> bool:
    asked = given.wire.cardinality.client_identifier == "1..1"
    # A client without even a date of birth breaks N08 already.
    return not (asked and client.birth_date) or bool(client.personal_id or client.temporary_id)


def _without_given_names(notice: DisclosureNotice, _: Circumstances) -> Places:
    for name in ("client", "discloser", "recipient"):
        person: Any = field_of(notice, name)
        if person and field_of(person, "family_name") and not person.given_names:
            yield f"{name}.given_names", person


def _without_person(notice: DisclosureNotice, _: Circumstances) -> Places:
    if notice.discloser.family_name is None:
        yield "discloser", notice.discloser


def _without_time_of_day(notice: DisclosureNotice, _: Circumstances) -> Places:
    if notice.disclosed_at.moment is None:
        yield "disclosed_at", notice.disclosed_at


@dataclass(frozen=True, slots=True)
class _Optional:
    """An element that no public page says is optional: an entry of the edition decides."""

    name: str
    where: Callable[[DisclosureNotice, Circumstances], Places]
    least: Callable[[Cardinality], str]

    def rules(self) -> Iterator[Rule[DisclosureNotice, Circumstances]]:
        """Yield the rule for an edition that requires it, and for one that assumes it optional."""
        entry = f"cardinality.{self.name}"

        def may_be_left_out(_: object, given: Circumstances) -> bool:
            return self.least(given.wire.cardinality).startswith("0")

        yield Rule(f"N26.{self.name}", self.where, may_be_left_out)
        yield Rule(
            "N26.assumed",
            self.where,
            lambda thing, given: entry not in given.assumed or not may_be_left_out(thing, given),
            values={"entry": lambda *_: entry},
            severity="warning",
        )


_OPTIONAL = (
    _Optional("given_names", _without_given_names, lambda c: c.given_names),
    _Optional("discloser_person", _without_person, lambda c: c.discloser_person),
    _Optional("time_of_disclosure", _without_time_of_day, lambda c: c.time_of_disclosure),
)

EDITION_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N26.ground", _whole, _has_code_of_ground, at="ground"),
    Rule("N26.type_of_disclosure", _whole, _has_type_if_asked, at="type_of_disclosure"),
    Rule("N26.client_identifier", _client, _has_identifier_if_asked),
    *(rule for each in _OPTIONAL for rule in each.rules()),
)
