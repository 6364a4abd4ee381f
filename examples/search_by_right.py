"""Two searches of the archive without a permission, from the demand to the access log.

HaLu08, the broad right (laaja tiedonsaantioikeus), and HaLu09, the authority's right (viranomaisen
tiedonsaantioikeus), 703/2023 55 § 2 mom. First each search is asked for with something missing:
it is refused with every problem, and no query is made. Then it is asked for in full: the query's
control act (kontrollikehys) and the entry of the access log (käyttöloki) follow.

The search itself is your system's: an HL7 V3 message to the archive. It goes through Kanta, so
nobody stores a notice of it. When the data cannot be had through Kanta, the other provider
discloses it by other means (55 § 3 mom.), and that provider stores a notice: the end of this file.
"""

from datetime import UTC, datetime
from typing import Any

from service import example, service

from sha_disclosure import InvalidAccessReason, KantaClient, notice_needed, require_access_reason
from sha_disclosure.law.searches import UsedData

NOW = datetime.now(UTC).isoformat(timespec="seconds")

COMMON: dict[str, Any] = {
    # The codes are not public: take them from the code server and the MR message specification.
    "reason": {"code": "esim-1", "display": "Esimerkkiperuste"},  # Laajan tiedonhaun peruste
    "service_request": {"code": "esim-2", "display": "Esimerkkipalvelupyyntö"},
    "relationship": {
        "verified": True,  # your system has verified the client relationship (57 §)
        "verified_at": NOW,
        "temporary_id": "1.2.246.10.28777751.22.2026.17",
    },
    "user": {
        "family_name": "Virtanen",
        "given_names": ["Aino"],
        "id": {"system": "urn:oid:1.2.246.537.26", "value": "25100000000"},
        "task": "Sosiaalityöntekijä",
    },
    "unit": {
        "oid": "1.2.246.10.28777751.10.12",
        "name": "Kotihoito",
        "roles": ["social_welfare_authority", "social_welfare_provider"],
    },
    "asked_at": NOW,
}

BROAD = {  # HaLu08
    "kind": "broad_search",
    "cause": "memory_disease",  # health data: never shown, logged or sent
    "cannot_judge_permission": True,
    "no_legal_representative": True,
    "data_necessary": True,
    "service_necessary": True,
}
AUTHORITY = {  # HaLu09
    "kind": "authority_search",
    "statutory_task": "Lastensuojelutarpeen selvittäminen (417/2007 26 §)",
    "purpose": ["assess_need", "arrange_care"],
    "essential_effect": True,
    "necessary_for_task": True,
}


def search(right: dict[str, Any], common: dict[str, Any]) -> None:
    """Demand the reason, and show what the query and the access log get."""
    try:
        reason = require_access_reason({**common, "right": right})
    except InvalidAccessReason as error:  # the search must not be made
        for problem in error.problems:
            print(f"  refused: {problem.rule} {problem.path}: {problem.text()}")
        return
    act = reason.control_act()
    for each in act.reason_codes:
        print(f"  reasonCode: {each.attributes()}")
    for finding in act.left_out:
        print(f"  left out: {finding.path}: {finding.text()}")
    # act.xml() goes into your query, after its priorityCode. It holds the user's name.
    print(f"  elements of the control act: {[each.tag for each in act.elements()]}")

    # The answer is here: say whose data came, and write the entry to the access log.
    used = UsedData.model_validate(
        {
            "provider_oid": "1.2.246.10.12345678.10.0",
            "provider_name": "Toinen hyvinvointialue",
            "document_ids": ["1.2.246.10.12345678.95.2026.1.2"],
        }
    )
    entry = reason.log_entry([used])
    print(f"  access log: {entry.to_dict()}")
    # reveal() adds who, whose, the task and what was used: for the access log alone.
    print(f"  and also: {sorted(set(entry.reveal()) - set(entry.to_dict()))}")


for name, right, condition in (
    ("HaLu08", BROAD, "service_necessary"),
    ("HaLu09", AUTHORITY, "statutory_task"),
):
    print(f"{name} without the reason and without {condition}")
    search(
        {field: value for field, value in right.items() if field != condition},
        {field: value for field, value in COMMON.items() if field != "reason"},
    )
    print(f"{name} in full")
    search(right, COMMON)

print(f"Found through Kanta: {notice_needed(through_kanta=True).text()}")
print(f"Sent past Kanta: {notice_needed().text()}")
with service() as settings, KantaClient(settings) as kanta:
    receipt = kanta.submit(kanta.prepare(example("authority-right.json")))
    print(f"Stored: {receipt.notice_id} {receipt.status}")
