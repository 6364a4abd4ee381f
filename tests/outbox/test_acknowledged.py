"""What a notice acknowledges, and the caller's own key: kept from adding to the evidence."""

from __future__ import annotations

import dataclasses

from sha_disclosure.outbox import Outbox
from sha_disclosure.outbox.keys import Keyring
from sha_disclosure.outbox.payload import packed, read_payload


def confirmed(prepared):
    return dataclasses.replace(prepared, acknowledged=("N07.later",), references=("tapaus-7",))


def test_the_payload_keeps_both(prepare):
    prepared = confirmed(prepare())
    read = read_payload(packed(prepared, Keyring(())).data)
    assert (read.acknowledged, read.references, read.reference) == (
        ("N07.later",), ("tapaus-7",), "tapaus-7"
    )  # fmt: skip


def test_the_evidence_names_what_was_acknowledged(place, kanta, prepare):
    first, second = confirmed(prepare(1)), prepare(2)
    with Outbox(place) as outbox:
        outbox.add(first)
        outbox.add(second)
        assert outbox.drain(kanta).delivered == 2
        assert outbox.evidence(first.notice_ids[0])["acknowledged"] == ["N07.later"]
        assert outbox.evidence(second.notice_ids[0])["acknowledged"] == []
