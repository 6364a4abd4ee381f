"""One disclosure is added once: by its message, or by the caller's own key of it."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from outbox_parts import SECRET, TIMING, notice_about, on_a_server_too, received
from proofs import lengths, sample
from sqlalchemy import create_engine, text

import sha_disclosure
from sha_disclosure import DisclosureNotice
from sha_disclosure.errors import OutboxDamaged, OutboxError, ReferenceTaken
from sha_disclosure.events import NoticeAdded, NoticeDelivered, NoticeParked, NoticeQuarantined
from sha_disclosure.outbox import Outbox, OutboxKey
from sha_disclosure.outbox.engines import url_of

KEY = OutboxKey(b"r" * 32)


@pytest.fixture
def disclose(kanta):
    """Prepare a notice with a reference, anew each time."""

    def make(reference, client=1, **changes):
        notice = notice_about(client).model_copy(update={"reference": reference, **changes})
        return kanta.prepare(notice)

    return make


@pytest.fixture(params=[(), (KEY,)], ids=["without a key", "with a key"])
def keys(request):
    return request.param


def test_the_same_disclosure_prepared_anew_is_known(place, keys, kanta, sandbox, disclose):
    with Outbox(place, keys=keys) as outbox:
        first, again = disclose("tapaus-1"), disclose("tapaus-1")
        assert first.notice_ids != again.notice_ids
        added = outbox.add(first)
        assert (added.new, added.references, added.receipt) == (True, ("tapaus-1",), None)
        repeated = outbox.add(again)
        assert (repeated.new, repeated.number) == (False, added.number)
        assert repeated.notice_ids == first.notice_ids
        assert repeated.state == "pending"
        outbox.drain(kanta, timing=TIMING)
        known = outbox.add(disclose("tapaus-1"))
        assert (known.new, known.state) == (False, "delivered")
        (stored,) = known.receipt.notices
        (held,) = received(sandbox, first.notice_ids)
        assert stored.notice_id == held.notice_id
        assert stored.reference == "tapaus-1"
        assert stored.status.startswith("201")
        assert stored.location
        assert stored.location == outbox.evidence(first.notice_ids[0])["notices"][0]["location"]
        assert known.receipt.request_id == held.request_id
        assert not received(sandbox, again.notice_ids)


@on_a_server_too
def test_the_very_same_message_is_known_too_with_its_receipt(place, keys, kanta, prepare):
    with Outbox(place, keys=keys) as outbox:
        prepared = prepare()
        outbox.add(prepared)
        outbox.drain(kanta, timing=TIMING)
        known = outbox.add(prepared)
        assert (known.new, known.state) == (False, "delivered")
        assert known.receipt.location


DIFFERENT: list[dict[str, Any]] = [
    {"client": 2},
    {"purpose": "Muu tarkoitus"},
    {"disclosed_at": "2025-03-25T09:30:01+02:00"},
    {"language": "sv"},
]


@pytest.mark.parametrize(
    "changes", sample((pytest.param(c, id=next(iter(c))) for c in DIFFERENT), every=4)
)
def test_another_notice_under_the_reference_is_refused(place, keys, disclose, changes):
    with Outbox(place, keys=keys) as outbox:
        outbox.add(disclose("tapaus-1"))
        with pytest.raises(ReferenceTaken, match="tapaus-1") as caught:
            outbox.add(disclose("tapaus-1", **changes))
        assert isinstance(caught.value, OutboxError)
        assert sha_disclosure.ReferenceTaken is ReferenceTaken
        assert "tapaus-1" in caught.value.text("fi")
        assert len(outbox.list()) == 1


def test_what_the_sdk_generates_and_what_is_never_sent_makes_no_other_notice(place, kanta):
    bare = notice_about(1).model_dump(mode="json", exclude={"id", "recorded_at"}, exclude_none=True)
    with Outbox(place) as outbox:
        given: tuple[dict[str, Any], ...] = ({}, {"language": "fi"}, {"acknowledged": []})
        for number, changes in enumerate(given):
            notice = DisclosureNotice.model_validate({**bare, **changes, "reference": "a"})
            assert outbox.add(kanta.prepare(notice)).new is (number == 0)


def test_a_notice_with_an_id_of_its_own_is_known_by_its_reference(file, disclose):
    own = "1.2.246.10.28777751.95.77"
    with Outbox(file) as outbox:
        assert outbox.add(disclose("a", id=own)).new
        assert not outbox.add(disclose("a", id=own)).new
        with pytest.raises(ReferenceTaken):
            outbox.add(disclose("a", id=own + "8"))
        with pytest.raises(OutboxError, match="another message"):
            outbox.add(disclose("b", id=own))


def test_a_message_of_several_notices_has_one_reference_each(place, keys, kanta):
    def message(*references):
        return kanta.prepare(
            [notice_about(1).model_copy(update={"reference": each}) for each in references]
        )

    with Outbox(place, keys=keys) as outbox:
        added = outbox.add(message("a", "b"))
        assert added.references == ("a", "b")
        assert not outbox.add(message("a", "b")).new
        for others in (("b", "c"), ("a", None), ("c", "c")):
            with pytest.raises(ReferenceTaken):
                outbox.add(message(*others))
        assert outbox.add(message("c", None)).new
        outbox.drain(kanta, workers=1, timing=TIMING)
        receipt = outbox.add(message("a", "b")).receipt
        assert [each.reference for each in receipt.notices] == ["a", "b"]
        assert len(outbox.list()) == 2


@pytest.mark.parametrize("rounds", lengths(1, 10))
@on_a_server_too
def test_one_of_many_that_add_a_reference_at_once_is_new(place, keys, disclose, rounds):
    with Outbox(place, keys=keys) as outbox:
        for round_ in range(rounds):
            prepared = [disclose(f"tapaus-{round_}") for _ in range(8)]
            start, added = threading.Barrier(len(prepared)), []

            def add(each, start=start, added=added, outbox=outbox):
                start.wait(30)
                added.append(outbox.add(each))

            threads = [threading.Thread(target=add, args=(each,)) for each in prepared]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            assert sorted(each.new for each in added) == [False] * 7 + [True]
            assert len({each.number for each in added}) == 1


def test_a_reference_that_is_rolled_back_is_free(place, disclose):
    engine = create_engine(url_of(place))
    with Outbox(engine) as outbox:
        with engine.connect() as caller:
            outbox.add(disclose("a"), caller)
            caller.rollback()
        with engine.begin() as caller:
            assert outbox.add(disclose("a", client=2), caller).new
            assert not outbox.add(disclose("a", client=2), caller).new
    engine.dispose()


def test_forgetting_keeps_the_reference(place, keys, kanta, disclose):
    with Outbox(place, keys=keys) as outbox:
        outbox.add(disclose("a"))
        outbox.drain(kanta, timing=TIMING)
        assert outbox.forget_delivered(datetime.now(UTC) + timedelta(days=1)) == 1
        known = outbox.add(disclose("a"))
        assert (known.new, known.state) == (False, "delivered")
        with pytest.raises(ReferenceTaken):
            outbox.add(disclose("a", client=2))


def test_receipts_events_evidence_and_lists_carry_the_reference(
    file, kanta, sandbox, prepare, disclose
):
    heard = []
    with Outbox(file, keys=[KEY], listeners=[heard.append]) as outbox:
        outbox.add(disclose("a", client=1))
        outbox.add(disclose("b", client=2))
        outbox.add(disclose("c", client=3))
        outbox.add(prepare(4))
        sandbox.inject("status", status=422)
        sandbox.inject("html", status=404)
        outbox.drain(kanta, workers=1, timing=TIMING)
        told = {type(event): event.references for event in heard if event.references}
        assert told == {
            NoticeAdded: ("c",),
            NoticeQuarantined: ("a",),
            NoticeParked: ("b",),
            NoticeDelivered: ("c",),
        }
        assert [entry.references for entry in outbox.list()] == [("a",), ("b",), ("c",), ()]
        assert [entry.to_dict()["references"] for entry in outbox.list()][2:] == [["c"], []]
        evidence = list(outbox.export())
        assert [each["notices"][0]["reference"] for each in evidence] == ["a", "b", "c", None]
        assert SECRET not in repr(heard) + json.dumps(evidence)


def test_a_reference_that_others_put_there_is_damage_and_loses_nothing(file, kanta, disclose):
    with Outbox(file, keys=[KEY]) as outbox:
        outbox.add(disclose("a"))
        with outbox._database.write() as connection:
            connection.exec_driver_sql("UPDATE sha_outbox_notice SET reference = 'b'")
        with pytest.raises(OutboxDamaged):
            outbox.add(disclose("b"))


def test_neither_the_notice_nor_its_digest_is_stored_or_shown(file, disclose):
    prepared = disclose("a")
    (digest,) = prepared.contents
    assert digest not in repr(prepared)
    with Outbox(file) as outbox:
        outbox.add(prepared)
        stored = b"".join(each.read_bytes() for each in file.parent.iterdir())
        assert digest.encode() not in stored


def test_each_message_of_a_list_has_its_own_references(place, disclose):
    """Also where few messages of a state lie among many others."""
    with Outbox(place) as outbox:
        for number in range(12):
            outbox.add(disclose(f"tapaus-{number}", client=number + 1))
        with outbox._database.write() as connection:
            parked = "UPDATE sha_outbox_message SET state = 'parked' WHERE number IN (2, 11)"
            connection.execute(text(parked))
        listed = outbox.list("parked")
        assert [each.references for each in listed] == [("tapaus-1",), ("tapaus-10",)]
        others = [each.references[0] for each in outbox.list("pending", after=2, limit=4)]
        assert others == ["tapaus-2", "tapaus-3", "tapaus-4", "tapaus-5"]
