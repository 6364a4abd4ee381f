"""The rules on what a ground says of itself: a provision, the conditions of a right (N06-N10)."""

from __future__ import annotations

from collections.abc import Callable

from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.citations import names_a_provision
from sha_disclosure.law.rule import Places, Rule
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.values import FreeText

Where = Callable[[DisclosureNotice, Circumstances], Places]


def _provision(notice: DisclosureNotice, _: Circumstances) -> Places:
    provision = getattr(notice.ground, "provision", None)
    if provision is not None:
        yield "ground.provision", provision


def _is_recognisable(provision: FreeText, _: Circumstances) -> bool:
    return names_a_provision(provision.reveal())


def _condition(name: str) -> Where:
    def where(notice: DisclosureNotice, _: Circumstances) -> Places:
        if getattr(notice.ground, name, None) is not None:
            yield f"ground.{name}", getattr(notice.ground, name)

    return where


_CONDITIONS = {
    "N09": ("no_legal_representative", "cannot_judge_permission", "service_necessary"),
    "N10": ("essential_effect", "necessary_for_task"),
}

GROUND_RULES: tuple[Rule[DisclosureNotice, Circumstances], ...] = (
    Rule("N06.unrecognised", _provision, _is_recognisable, severity="objection"),
    *(
        Rule(f"{rule}.{name}", _condition(name), lambda met, _: met, severity="objection")
        for rule, names in _CONDITIONS.items()
        for name in names
    ),
)
