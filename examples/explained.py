"""What is sent of a notice and why: each element's field, entry of the edition and provision."""

from collections import Counter

from service import example, service

from sha_disclosure import KantaClient

with service() as settings, KantaClient(settings) as kanta:
    prepared = kanta.prepare(example("permission-to-organisation.json"))
    explanation = prepared.explain(kanta.edition)
    print(Counter(row.origin for row in explanation.rows))
    for row in explanation.rows:
        if "ground.scope" in row.fields:
            print(row.element, [entry.key for entry in row.entries], *row.provisions)
    page = explanation.html("fi")  # to show or to print; without personal data
    print(f"A page of {len(page)} characters")
    receipt = kanta.submit(prepared)
    print(f"Stored: {receipt.notice_id} at {receipt.location}")
