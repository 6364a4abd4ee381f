"""The rules for the client (N08, N13) and the controller (N25)."""

from __future__ import annotations

from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.values import BirthDate, PersonalId, Time


def _client(notice: DisclosureNotice, _: Circumstances) -> Places:
    return (("client", notice.client),)


def _personal_id(notice: DisclosureNotice, _: Circumstances) -> Places:
    if notice.client.personal_id is not None:
        yield "client.personal_id", notice.client.personal_id


def _birth_and_disclosure(notice: DisclosureNotice, _: Circumstances) -> Places:
    if notice.client.birth_date is not None:
        yield "client.birth_date", (notice.client.birth_date, notice.disclosed_at)


def _both_births(notice: DisclosureNotice, _: Circumstances) -> Places:
    """Yield the date of birth with the identity code, if both are given."""
    client = notice.client
    if client.birth_date is not None and client.personal_id is not None:
        yield "client.birth_date", (client.birth_date, client.personal_id)


def _controller(notice: DisclosureNotice, _: Circumstances) -> Places:
    return (("controller.oid", notice.controller.oid),)


def is_born(pair: tuple[BirthDate, Time], _: Circumstances) -> bool:
    """Return whether a date of birth is not after the disclosure."""
    birth, disclosed = pair
    return birth.reveal() <= disclosed.day.isoformat()


def is_of_environment(personal_id: PersonalId, given: Circumstances) -> bool:
    """Return whether an identity code may be used outside production; True in production."""
    if given.environment == "production":
        return True
    return personal_id.artificial or personal_id in given.test_personal_ids


def is_allowed_in_production(personal_id: PersonalId, given: Circumstances) -> bool:
    """Return whether an identity code may be used in production; True elsewhere."""
    if given.environment != "production":
        return True
    return given.allow_artificial_ids or not personal_id.artificial


ACTOR_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule(
        "N08",
        _client,
        lambda client, _: client.personal_id or client.temporary_id or client.birth_date,
    ),
    Rule("N08.unborn", _birth_and_disclosure, is_born),
    Rule("N08.contradiction", _both_births, lambda pair, _: pair[0] == pair[1].born),
    Rule("N13.real", _personal_id, is_of_environment),
    Rule("N13.artificial", _personal_id, is_allowed_in_production),
    Rule("N25", _controller, lambda oid, given: given.organisation_of(oid) is not None),
)
