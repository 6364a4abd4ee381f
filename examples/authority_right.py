"""A disclosure by the authority's right of access (viranomaisen tiedonsaantioikeus, 55 § 2 mom.).

The client has no known identity code: a temporary id and the date of birth identify the child.
"""

from service import example, service

from sha_disclosure import KantaClient

with service() as settings, KantaClient(settings) as kanta:
    notice = example("authority-right.json")
    receipt = kanta.submit(kanta.prepare(notice))
    print(f"Stored: {receipt.notice_id} {receipt.status}; shown, the client is {notice.client!r}")
