"""With a key, whoever can write the database but has no key changes nothing unnoticed."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest
from outbox_parts import LONG_LEASES, TIMING, fast, hurried, notice_about, received

from sha_disclosure import KantaClient
from sha_disclosure.errors import ConfigurationError, OutboxDamaged, OutboxError, Unavailable
from sha_disclosure.outbox import Outbox, OutboxKey, signature
from sha_disclosure.outbox.keys import Keyring
from sha_disclosure.outbox.payload import packed
from sha_disclosure.outbox.signature import Signatures, require_signed

KEY = OutboxKey(b"k" * 32)


@pytest.fixture
def keyed(file):
    with Outbox(file, keys=[KEY]) as made:
        yield made


@pytest.fixture
def sql(file):
    """Run statements on the file as somebody who may write it would."""

    def run(statement, values=()):
        with closing(sqlite3.connect(file)) as other:
            return done(other, statement, values)

    return run


def done(connection, statement, values=()):
    with connection:
        return connection.execute(statement, values).fetchall()


@pytest.fixture(scope="module")
def filled(tmp_path_factory, outbox_sandbox, edition):
    """An outbox with a notice delivered at its second try, one at once and one pending."""
    file = tmp_path_factory.mktemp("filled") / "outbox.sqlite"
    outbox_sandbox.clear_faults()
    outbox_sandbox.inject("reset_after")
    with (
        KantaClient(fast(outbox_sandbox.settings()), edition=edition) as kanta,
        Outbox(file, keys=[KEY], sources=hurried()) as outbox,
    ):
        made = [kanta.prepare(notice_about(number)) for number in range(3)]
        for each, tries in zip(made, (2, 1, 0), strict=True):
            outbox.add(each)
            if tries:
                outbox.drain(kanta, workers=1, timing=LONG_LEASES)
            assert len(outbox.evidence(each.notice_ids[0])["attempts"]) == tries
        yield outbox, file, made


@pytest.fixture
def restored(filled):
    """The outbox and its notices, what may change it, and afterwards all is as it was."""
    outbox, file, made = filled
    with closing(sqlite3.connect(file)) as other, closing(sqlite3.connect(":memory:")) as kept:
        other.backup(kept)
        yield outbox, *made, partial(done, other)
        kept.backup(other)


class Fails:
    """A client whose first submission of each notice finds the service down."""

    def __init__(self, kanta):
        self.kanta, self.seen = kanta, set()

    def submit(self, prepared, *, listener=None):
        if prepared.notice_ids not in self.seen:
            self.seen.add(prepared.notice_ids)
            raise Unavailable("down")
        return self.kanta.submit(prepared, listener=listener)


def is_damaged(outbox, prepared):
    """Return whether every reader says that a notice was tampered with."""
    (notice_id,) = prepared.notice_ids
    for reads in (outbox.show, outbox.evidence):
        with pytest.raises(OutboxDamaged):
            reads(notice_id)
    with pytest.raises(OutboxDamaged, match=r"^The evidence of \d+ messages"):
        exported(outbox)
    return True


def exported(outbox, into=None):
    for evidence in outbox.export():
        if into is not None:
            into.append(evidence)


def test_what_nobody_touched_is_genuine_in_every_state(place, kanta, sandbox, prepare):
    with Outbox(place, keys=[KEY], sources=hurried()) as outbox:
        delivered, refused, waits = prepare(), prepare(), prepare()
        outbox.add(delivered)
        outbox.drain(Fails(kanta), workers=1, timing=LONG_LEASES)
        outbox.add(refused)
        sandbox.inject("status", status=422)
        outbox.drain(kanta, workers=1, timing=LONG_LEASES)
        outbox.add(waits)
        found = []
        exported(outbox, found)
        assert [(e["state"], e["damaged"]) for e in found] == [
            ("delivered", False),
            ("quarantined", False),
            ("pending", False),
        ]
        outbox.retry(state="quarantined")
        for each in (delivered, refused, waits):
            outbox.show(each.notice_ids[0])
        assert outbox.drain(kanta, timing=LONG_LEASES).delivered == 2
        exported(outbox)


@pytest.mark.parametrize("columns", ["payload_digest", "payload_digest, digest"])
def test_payloads_that_are_swapped_are_not_sent(keyed, kanta, prepare, sandbox, sql, columns):
    first, second, third = (prepare() for _ in range(3))
    for each in (first, second, third):
        keyed.add(each)
    one, two = sql(f"SELECT {columns} FROM sha_outbox_message ORDER BY number LIMIT 2")
    names = ", ".join(f"{name} = ?" for name in columns.split(", "))
    sql(f"UPDATE sha_outbox_message SET {names} WHERE number = 1", two)
    sql(f"UPDATE sha_outbox_message SET {names} WHERE number = 2", one)
    (one,), (two,) = sql("SELECT payload FROM sha_outbox_payload ORDER BY message LIMIT 2")
    sql("UPDATE sha_outbox_payload SET payload = ? WHERE message = 1", [two])
    sql("UPDATE sha_outbox_payload SET payload = ? WHERE message = 2", [one])
    with pytest.raises(OutboxDamaged):
        keyed.show(first.notice_ids[0])
    report = keyed.drain(kanta, timing=TIMING)
    assert (report.delivered, report.quarantined) == (1, 2)
    assert not received(sandbox, first.notice_ids) + received(sandbox, second.notice_ids)


@pytest.mark.parametrize("facts", ["own", "the other's"])
def test_an_unsealed_payload_is_not_sent(keyed, kanta, prepare, sandbox, sql, facts):
    genuine, forged = prepare(), prepare()
    keyed.add(genuine)
    made = forged if facts == "own" else replace(genuine, body=forged.body)
    payload = packed(replace(made, notice_ids=genuine.notice_ids), Keyring())
    digest = hashlib.sha256(made.body).hexdigest()
    sql("UPDATE sha_outbox_message SET payload_digest = ?, digest = ?", (payload.digest, digest))
    sql("UPDATE sha_outbox_payload SET payload = ?", [payload.data])
    with pytest.raises(OutboxDamaged):
        keyed.show(genuine.notice_ids[0])
    assert keyed.drain(kanta, timing=TIMING).quarantined == 1
    assert not received(sandbox, genuine.notice_ids) + received(sandbox, forged.notice_ids)


def test_a_payload_sealed_for_another_outbox_is_not_sent(
    keyed, kanta, prepare, tmp_path, sandbox, sql
):
    genuine = prepare()
    keyed.add(genuine)
    stranger = packed(genuine, Keyring([OutboxKey(b"s" * 32, kid=KEY.kid)]))
    sql("UPDATE sha_outbox_message SET payload_digest = ?", [stranger.digest])
    sql("UPDATE sha_outbox_payload SET payload = ?", [stranger.data])
    assert keyed.drain(kanta, timing=TIMING).quarantined == 1
    assert not received(sandbox, genuine.notice_ids)


@pytest.mark.parametrize("state", ["delivered", "parked", "quarantined", "sending"])
def test_a_state_that_is_flipped_is_seen(restored, state):
    outbox, _, _, pending, sql = restored
    sql("UPDATE sha_outbox_message SET state = ? WHERE number = 3", (state,))
    assert is_damaged(outbox, pending)


def test_a_delivered_notice_that_is_made_pending_is_not_sent_again(
    keyed, kanta, prepare, sandbox, sql
):
    prepared = prepare()
    keyed.add(prepared)
    keyed.drain(kanta, timing=TIMING)
    sql("UPDATE sha_outbox_message SET state = 'pending', due_at = 0")
    report = keyed.drain(kanta, timing=TIMING)
    assert (report.delivered, report.quarantined) == (0, 1)
    assert len(received(sandbox, prepared.notice_ids)) == 1
    assert is_damaged(keyed, prepared)
    keyed.retry(prepared.notice_ids[0])  # nothing makes it genuine again
    assert keyed.drain(kanta, timing=TIMING).quarantined == 1
    keyed.reencrypt()
    assert is_damaged(keyed, prepared)


def test_a_receipt_that_is_copied_to_another_notice_is_seen(keyed, kanta, prepare, sandbox, sql):
    delivered, pending = prepare(), prepare()
    keyed.add(delivered)
    keyed.drain(kanta, timing=TIMING)
    keyed.add(pending)
    columns = (
        "state", "reason", "tries", "attempts", "delivered_at", "locations", "due_at",
        "possibly_duplicated", "mac",
    )  # fmt: skip
    copied = ", ".join(
        f"{c} = (SELECT {c} FROM sha_outbox_message WHERE number = 1)" for c in columns
    )
    sql(f"UPDATE sha_outbox_message SET {copied} WHERE number = 2")
    others = (
        "lease, worker, started_at, ended_at, outcome, unknown_fate, lease_lost, requests, "
        "http_status, request_id, response_id, issues, mac"
    )
    sql(
        f"INSERT INTO sha_outbox_attempt (message, {others}) "
        f"SELECT 2, {others} FROM sha_outbox_attempt WHERE message = 1"
    )
    assert is_damaged(keyed, pending)
    keyed.evidence(delivered.notice_ids[0])


CHANGES = {
    "locations": '["AuditEvent/999"]',
    "delivered_at": 1,
    "possibly_duplicated": 1,
    "tries": 7,
    "reason": "Rejected",
    "added_at": 1,
    "digest": "0" * 64,
    "certificate": "0" * 64,
    "edition": "other",
    "organisation": "1.2.3",
    "notice_ids": '["1.2.3.4"]',
    "client": "0" * 64,
    "attempts": 0,
    "acknowledged": '["N10"]',
    "mac": None,
}


@pytest.mark.parametrize("column", CHANGES)
def test_every_column_of_a_delivered_message_is_covered(restored, column):
    outbox, _, delivered, _, sql = restored
    sql(f"UPDATE sha_outbox_message SET {column} = ? WHERE number = 2", (CHANGES[column],))
    assert is_damaged(outbox, delivered)


EDITS = {
    "outcome": "Rejected",
    "request_id": "another",
    "response_id": "another",
    "http_status": 500,
    "started_at": 1,
    "ended_at": None,
    "unknown_fate": 1,
    "lease_lost": 1,
    "requests": "[]",
    "issues": "[]",
    "worker": "another",
    "lease": "another",
    "mac": None,
}


@pytest.mark.parametrize("column", EDITS)
def test_evidence_that_is_edited_is_seen(restored, column):
    outbox, _, delivered, _, sql = restored
    sql(f"UPDATE sha_outbox_attempt SET {column} = ? WHERE message = 2", (EDITS[column],))
    assert is_damaged(outbox, delivered)


@pytest.mark.parametrize("which", ["first", "last", "all", "copied over another"])
def test_an_attempt_that_is_deleted_is_seen(restored, which):
    outbox, delivered, _, _, sql = restored
    if which == "copied over another":
        columns = (
            "lease, worker, started_at, ended_at, outcome, unknown_fate, lease_lost, requests, "
            "http_status, request_id, response_id, issues, mac"
        )
        sql("DELETE FROM sha_outbox_attempt WHERE number = 1")
        sql(
            f"INSERT INTO sha_outbox_attempt (message, {columns}) "
            f"SELECT message, {columns} FROM sha_outbox_attempt WHERE number = 2"
        )
    else:
        number = {"first": "= 1", "last": "= 2", "all": "> 0"}[which]
        sql(f"DELETE FROM sha_outbox_attempt WHERE message = 1 AND number {number}")
    assert is_damaged(outbox, delivered)


def test_an_attempt_that_is_deleted_before_the_next_one_keeps_the_message_from_being_sent(
    keyed, kanta, prepare, sandbox, sql
):
    """Otherwise a second delivery would not be marked."""
    prepared = prepare()
    keyed.add(prepared)
    sandbox.inject("reset_after")
    stops = TIMING.__class__(lease_s=2, poll_s=0.05, patience_s=0.0)
    keyed.drain(kanta, workers=1, timing=stops)
    sql("DELETE FROM sha_outbox_attempt")
    keyed.retry(state="pending")
    assert keyed.drain(kanta, timing=TIMING).quarantined == 1
    assert len(received(sandbox, prepared.notice_ids)) == 1


def test_the_rows_of_notices_are_covered_too(keyed, kanta, prepare, sql):
    first, second = prepare(), prepare()
    keyed.add(first)
    keyed.add(second)
    keyed.drain(kanta, timing=TIMING)
    sql("UPDATE sha_outbox_notice SET message = 1 WHERE message = 2")
    with pytest.raises(OutboxDamaged):
        keyed.evidence(second.notice_ids[0])
    sql("UPDATE sha_outbox_notice SET message = 2 WHERE notice_id = ?", second.notice_ids)
    keyed.evidence(second.notice_ids[0])
    sql("UPDATE sha_outbox_notice SET reference = 'ours' WHERE message = 1")
    assert is_damaged(keyed, first)


def test_an_outbox_that_is_made_to_look_unsealed_sends_nothing(
    file, keyed, kanta, prepare, sandbox, sql
):
    prepared = prepare()
    keyed.add(prepared)
    keyed.close()
    forged = packed(prepared, Keyring())
    sql("UPDATE sha_outbox_message SET mac = NULL, payload_digest = ?", [forged.digest])
    sql("UPDATE sha_outbox_payload SET payload = ?", [forged.data])
    sql(
        "UPDATE sha_outbox_meta SET value = ? WHERE name = 'order_key'",
        (json.dumps({"order_key": "00" * 32, "mac_key": "00" * 32, "bound": True}),),
    )
    with Outbox(file, keys=[KEY]) as outbox:
        with pytest.raises(OutboxError, match="outbox reencrypt"):
            outbox.drain(kanta, timing=TIMING)
        assert not received(sandbox, prepared.notice_ids)


def test_rows_from_before_the_key_are_bound_by_reencrypt_and_damage_from_then_on(
    place, kanta, sandbox, prepare
):
    with Outbox(place) as outbox:
        sent, waits = prepare(), prepare()
        outbox.add(sent)
        outbox.drain(kanta, timing=TIMING)
        outbox.add(waits)
    with Outbox(place, keys=[KEY]) as outbox:
        outbox.show(sent.notice_ids[0])
        exported(outbox)
        with pytest.raises(OutboxError, match="reencrypt"):
            outbox.drain(kanta, timing=TIMING)
        assert outbox.reencrypt() == 2
        assert outbox.reencrypt() == 0
        outbox.show(sent.notice_ids[0])
        exported(outbox)
        assert outbox.drain(kanta, timing=TIMING).delivered == 1
        exported(outbox)
    with pytest.raises(ConfigurationError):
        Outbox(place)


def test_without_a_key_a_message_whose_signature_does_not_fit_is_not_sent(
    file, kanta, prepare, sandbox, sql
):
    with Outbox(file) as outbox:
        prepared = prepare()
        changed = prepared.body.replace(b'"1.2.246.', b'"1.2.247.', 1)
        assert changed != prepared.body
        forged = replace(prepared, body=changed, digest=hashlib.sha256(changed).hexdigest())
        outbox.add(forged)
        with pytest.raises(OutboxDamaged, match="signature"):
            outbox.show(prepared.notice_ids[0])
        assert outbox.drain(kanta, timing=TIMING).quarantined == 1
        assert not received(sandbox, prepared.notice_ids)


def test_only_what_this_process_signed_itself_is_sent_without_verifying_its_signature(
    file, kanta, prepare, sandbox, monkeypatch
):
    verified = []

    def verifying(prepared):
        verified.append(prepared.notice_ids)
        require_signed(prepared)

    monkeypatch.setattr(signature, "require_signed", verifying)
    own, copied = prepare(), prepare()
    assert own.signed_here
    assert not replace(copied).signed_here
    for again in (copy.copy(own), copy.deepcopy(own), pickle.loads(pickle.dumps(own))):
        assert again == own
        assert not again.signed_here
    with Outbox(file) as outbox:
        outbox.add(own)
        outbox.add(replace(copied, references=()))
        assert outbox.drain(kanta, timing=TIMING).delivered == 2
    assert verified == [copied.notice_ids]
    later = prepare()
    with Outbox(file) as outbox:
        outbox.add(later)
    with Outbox(file) as another:
        assert another.drain(kanta, timing=TIMING).delivered == 1
    assert verified == [copied.notice_ids, later.notice_ids]


def test_what_this_process_signed_is_verified_once_its_stored_bytes_have_changed(
    file, kanta, prepare, sandbox, sql
):
    signed = prepare()
    with Outbox(file) as outbox:
        outbox.add(signed)
        changed = signed.body.replace(b'"1.2.246.', b'"1.2.247.', 1)
        forged = replace(signed, body=changed, digest=hashlib.sha256(changed).hexdigest())
        payload = packed(forged, Keyring())
        digests = (payload.digest, forged.digest)
        sql("UPDATE sha_outbox_message SET payload_digest = ?, digest = ?", digests)
        sql("UPDATE sha_outbox_payload SET payload = ?", [payload.data])
        assert outbox.drain(kanta, timing=TIMING).quarantined == 1
        assert not received(sandbox, signed.notice_ids)


def test_the_latest_known_signatures_are_remembered(prepare):
    forged = replace(prepare(), body=b"{}")
    known = Signatures()
    for number in range(12_000):
        known.know(f"payload {number}")
    known.require(forged, "payload 11999")
    known.require(forged, "payload 7000")
    for forgotten in ("payload 0", "another"):
        with pytest.raises(OutboxDamaged):
            known.require(forged, forgotten)
