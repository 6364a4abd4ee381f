"""The rule on what the edition in use makes mandatory (N26): releases count differently."""

from __future__ import annotations

from sha_disclosure.law.judging import Found, Rule
from sha_disclosure.law.rules import places
from sha_disclosure.law.rules.circumstances import Circumstances
from sha_disclosure.notice import Client, DisclosureNotice


def _whole(notice: DisclosureNotice, _: Circumstances) -> Found:
    yield "", notice


def _has_type_if_asked(notice: DisclosureNotice, given: Circumstances) -> bool:
    asked = given.wire.cardinality.type_of_disclosure == "1..1"
    return not asked or notice.type_of_disclosure is not None


def _has_identifier_if_asked(client: Client, given: Circumstances) -> bool:
    asked = given.wire.cardinality.client_identifier == "1..1"
    # A client without even a date of birth breaks N08 already.
    return not (asked and client.birth_date) or bool(client.personal_id or client.temporary_id)


EDITION_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N26.type_of_disclosure", _whole, _has_type_if_asked, at="type_of_disclosure"),
    Rule("N26.client_identifier", places.client, _has_identifier_if_asked),
)
