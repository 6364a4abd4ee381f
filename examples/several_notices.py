"""Several notices about one client in one message: stored together or not at all."""

from service import example, service

from sha_disclosure import InvalidNotice, KantaClient

by_permission = example("permission-in-kanta.json")
on_paper = example("permission-to-organisation.json")
someone_else = example("broad-right.json")

with service() as settings, KantaClient(settings) as kanta:
    receipt = kanta.submit(kanta.prepare([by_permission, on_paper]))
    for stored in receipt.notices:
        print(f"Stored: {stored.notice_id} {stored.status} at {stored.location}")
    try:
        kanta.prepare([by_permission, someone_else])
    except InvalidNotice as error:
        print(error)
