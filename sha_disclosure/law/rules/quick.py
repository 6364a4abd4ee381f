"""A fast single pass that recognises notices that keep every rule, as most do.

When it is not certain, ``check`` decides. Tests ensure that the two agree on every notice.
"""

from __future__ import annotations

from collections.abc import Sequence

from sha_disclosure.law.circumstances import Circumstances
from sha_disclosure.law.fitting import mismatches
from sha_disclosure.law.provisions import IN_FORCE
from sha_disclosure.law.recipients import categories_of
from sha_disclosure.law.rule import Rules
from sha_disclosure.law.rules.actors import is_allowed_in_production, is_born, is_of_environment
from sha_disclosure.law.rules.codes import codes_not_in_force
from sha_disclosure.law.rules.grounds import GROUND_RULES, concerns_kanta, is_itemised
from sha_disclosure.law.rules.reminders import REMINDERS
from sha_disclosure.law.rules.texts import are_in_order
from sha_disclosure.law.rules.times import in_order
from sha_disclosure.notice import Consent, DisclosureNotice, Permission, field_of

_GROUND, _REMINDERS = Rules(GROUND_RULES), Rules(REMINDERS)


def keeps_every_rule(notice: DisclosureNotice, given: Circumstances, texts: Sequence[str]) -> bool:
    """Return whether ``check`` is certain to find nothing in a notice, not even a warning.

    ``texts`` are the notice's ``written_texts``.
    """
    try:
        return (
            not notice.acknowledged
            and are_in_order(texts, given)
            and _times_are_in_order(notice, given)
            and _persons_are_in_order(notice, given)
            and _data_are_in_order(notice, given)
            and _ground_is_in_order(notice, given)
            and not _REMINDERS.breaches(notice, given)
        )
    except AttributeError:  # a part could not be read
        return False


def _times_are_in_order(notice: DisclosureNotice, given: Circumstances) -> bool:
    disclosed, recorded = notice.disclosed_at, notice.recorded_at
    return (
        disclosed.moment is not None
        and disclosed.moment <= given.now
        and disclosed.day >= IN_FORCE
        and (recorded is None or disclosed.moment <= recorded.moment <= given.now)
    )


def _persons_are_in_order(notice: DisclosureNotice, given: Circumstances) -> bool:
    recipient, discloser = notice.recipient, notice.discloser
    return (
        _client_is_in_order(notice, given)
        and bool(notice.client.given_names and discloser.family_name and discloser.given_names)
        and bool(field_of(recipient, "family_name") is None or field_of(recipient, "given_names"))
        and given.organisation_of(notice.controller.oid) is not None
        and str(notice.controller.register) in given.wire.register_type
    )


def _client_is_in_order(notice: DisclosureNotice, given: Circumstances) -> bool:
    client = notice.client
    code, birth = client.personal_id, client.birth_date
    if birth is not None and not is_born((birth, notice.disclosed_at), given):
        return False
    if code is None:
        asked = given.wire.cardinality.client_identifier == "1..1"
        return client.temporary_id is not None or not (asked or birth is None)
    return (
        (birth is None or birth == code.born)
        and is_of_environment(code, given)
        and is_allowed_in_production(code, given)
    )


def _data_are_in_order(notice: DisclosureNotice, given: Circumstances) -> bool:
    for data in notice.disclosed_data:
        if not (data.document_type or data.specific_document_type or data.description):
            return False
        for task in (*data.service_tasks, *data.original_service_tasks):
            if task.system is not None:
                return False
    asked = given.wire.cardinality.type_of_disclosure == "1..1"
    if asked and notice.type_of_disclosure is None:
        return False
    return next(iter(codes_not_in_force(notice, given)), None) is None


def _ground_is_in_order(notice: DisclosureNotice, given: Circumstances) -> bool:
    ground = notice.ground
    if ground.kind not in given.wire.ground:
        return False
    if isinstance(ground, Permission | Consent):
        kept = _will_is_in_order(ground, notice, given)
    else:
        kept = not _GROUND.breaches(notice, given)
    return kept and next(mismatches(ground, notice.recipient), None) is None


def _will_is_in_order(
    will: Permission | Consent, notice: DisclosureNotice, given: Circumstances
) -> bool:
    if will.given_at is not None and not in_order((will.given_at, notice.disclosed_at), given):
        return False
    if not will.stored_in_kanta:
        return all((will.given_at, will.given_by, will.scope))
    judged = (will, categories_of(notice.recipient))
    return is_itemised(judged, given) and concerns_kanta(judged, given)
