"""A disclosure by the broad right of access (laaja tiedonsaantioikeus, 703/2023 55 § 2 mom.).

Shows what happens when a condition of the right is missing, and then the whole notice.
"""

import json

from service import NOTICES, example, service

from sha_disclosure import DisclosureNotice, InvalidNotice, KantaClient

incomplete = json.loads((NOTICES / "broad-right.json").read_text("utf-8"))
del incomplete["ground"]["no_legal_representative"]
try:
    DisclosureNotice.model_validate(incomplete)
except InvalidNotice as error:
    for problem in error.problems:
        print(f"{problem.rule} {problem.path}: {problem.text('fi')} [{problem.rests_on}]")

with service() as settings, KantaClient(settings) as kanta:
    receipt = kanta.submit(kanta.prepare(example("broad-right.json")))
    print(f"Stored: {receipt.notice_id} {receipt.status}")
