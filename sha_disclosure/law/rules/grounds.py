"""The rules for the content of a ground: a provision, a will, the conditions of a right.

N06, N07, N09 and N10, and N24 for disclosures before 703/2023 was in force.
"""

from __future__ import annotations

from collections.abc import Callable

from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.citations import names_a_provision, names_the_act
from sha_disclosure.law.provisions import IN_FORCE
from sha_disclosure.law.recipients import CARE, HEALTH, Categories, categories_of
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.notice import BroadRight, Consent, DisclosureNotice, Permission, field_of
from sha_disclosure.values import FreeText, Time

Will = Permission | Consent
Where = Callable[[DisclosureNotice, Circumstances], Places]


def _provision(notice: DisclosureNotice, _: Circumstances) -> Places:
    provision = field_of(notice.ground, "provision")
    if provision is not None:
        yield "ground.provision", provision


def _cause(notice: DisclosureNotice, _: Circumstances) -> Places:
    if isinstance(notice.ground, BroadRight):
        yield "ground.cause", notice.ground.cause


def _will_in_kanta(notice: DisclosureNotice, _: Circumstances) -> Places:
    if isinstance(notice.ground, Will) and notice.ground.stored_in_kanta:
        yield "ground", (notice.ground, categories_of(notice.recipient))


def _days_of_the_act(notice: DisclosureNotice, _: Circumstances) -> Places:
    """Yield the time of a disclosure whose ground cites 703/2023."""
    provision = field_of(notice.ground, "provision")
    by_right = notice.ground.kind in {"broad_right", "authority_right"}
    if by_right or (provision is not None and names_the_act(provision.reveal())):
        yield "ground", notice.disclosed_at


def is_itemised(will: tuple[Will, Categories], _: Circumstances) -> bool:
    """Return whether a permission stored in Kanta is identified, where health care requires it."""
    given, categories = will
    return given.kind != "permission" or not categories <= HEALTH or _says_anything(given)


def concerns_kanta(will: tuple[Will, Categories], _: Circumstances) -> bool:
    """Return whether a consent stored in Kanta is one for care, or is identified."""
    given, categories = will
    return given.kind != "consent" or bool(categories & CARE) or _says_anything(given)


def _says_anything(will: Will) -> bool:
    own = (will.document_id, will.given_at, will.given_by, will.scope)
    return any(part is not None for part in own)


def _is_in_force(disclosed: Time, _: Circumstances) -> bool:
    return disclosed.day >= IN_FORCE


def _is_recognisable(provision: FreeText, _: Circumstances) -> bool:
    return names_a_provision(provision.reveal())


def _condition(name: str) -> Where:
    def where(notice: DisclosureNotice, _: Circumstances) -> Places:
        met = field_of(notice.ground, name)
        if met is not None:
            yield f"ground.{name}", met

    return where


_CONDITIONS = {
    "N09": ("no_legal_representative", "cannot_judge_permission", "service_necessary"),
    "N10": ("essential_effect", "necessary_for_task"),
}

GROUND_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N06.unrecognised", _provision, _is_recognisable, severity="objection"),
    Rule("N07.itemised", _will_in_kanta, is_itemised, severity="warning"),
    Rule("N07.national", _will_in_kanta, concerns_kanta, severity="warning"),
    Rule("N09.no_cause", _cause, lambda cause, _: cause is not None, severity="objection"),
    Rule("N24.not_in_force", _days_of_the_act, _is_in_force, severity="warning"),
    *(
        Rule(f"{rule}.{name}", _condition(name), lambda met, _: met, severity="objection")
        for rule, names in _CONDITIONS.items()
        for name in names
    ),
)
