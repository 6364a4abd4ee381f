"""The first notice: data was given to the client on an information request (tietopyyntö)."""

from service import example, service

from sha_disclosure import KantaClient

with service() as settings, KantaClient(settings) as kanta:
    # The example repeats a fixed id; leave `id` out and the SDK makes one.
    notice = example("disclosed-to-client.json").model_copy(update={"id": None})
    prepared = kanta.prepare(notice)
    receipt = kanta.submit(prepared)
    print(f"Stored: {receipt.notice_id} {receipt.status} at {receipt.location}")
