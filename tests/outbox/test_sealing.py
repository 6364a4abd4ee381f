"""Payloads at rest: sealed with a configured key, and no secret in the database's bytes."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import pickle
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from jwcrypto import jwe, jwk
from outbox_parts import SECRET, TIMING
from sqlalchemy import select

from sha_disclosure.errors import ConfigurationError, OutboxDamaged
from sha_disclosure.findings import problem
from sha_disclosure.messages import message
from sha_disclosure.outbox import Outbox, OutboxKey, keys_from_environment, keys_from_file
from sha_disclosure.outbox.keys import Keyring
from sha_disclosure.outbox.payload import Payload, Stored, packed, unpacked
from sha_disclosure.outbox.schema import MESSAGE
from sha_disclosure.outbox.seals import Seals, Secrets, store_secrets

OLD, NEW = OutboxKey(b"o" * 32), OutboxKey(b"n" * 32, kid="2027")
TEXT = base64.b64encode(b"o" * 32).decode()


def stored(file):
    """Return every byte of the database, its journal too, in clear and from base64."""
    return b"".join(each.read_bytes() for each in file.parent.iterdir())


def secrets_of(prepared):
    words = [SECRET, prepared.client, prepared.user.name, prepared.user.id]
    inside = [base64.b64encode(prepared.body).decode()[k : k + 40] for k in (0, 400)]
    return [word.encode() for word in (*words, *inside) if word]


def test_with_a_key_no_secret_is_in_the_databases_bytes(file, kanta, prepare):
    with Outbox(file, keys=[OLD]) as outbox:
        prepared = prepare()
        outbox.add(prepared)
        for secret in secrets_of(prepared):
            assert secret not in stored(file)
        outbox.drain(kanta, timing=TIMING)
        (evidence,) = outbox.export()
        told = json.dumps(evidence) + repr(outbox) + repr(outbox.list()) + repr(OLD)
    for secret in secrets_of(prepared):
        assert secret not in stored(file)
        assert secret.decode() not in told


def test_without_a_key_the_search_above_would_find_them(file, prepare):
    prepared = prepare()
    with Outbox(file) as outbox:
        outbox.add(prepared)
        assert prepared.client.encode() in stored(file)


def test_keys_are_changed_without_losing_a_notice(place, kanta, prepare):
    with Outbox(place, keys=[OLD]) as outbox:
        outbox.add(prepare())
    with Outbox(place, keys=[NEW, OLD]) as outbox:
        outbox.add(prepare())
        assert outbox.reencrypt() == 1
        assert outbox.reencrypt() == 0
    with Outbox(place, keys=[NEW]) as outbox:
        assert outbox.drain(kanta, timing=TIMING).delivered == 2


def test_an_outbox_without_a_key_gets_one(place, kanta, prepare):
    with Outbox(place) as outbox:
        outbox.add(prepare(3))
    with Outbox(place, keys=[OLD]) as outbox:
        outbox.add(prepare(3))
        assert outbox.reencrypt() == 1
        assert outbox.drain(kanta, timing=TIMING).delivered == 2
    with pytest.raises(ConfigurationError, match="encrypted"):
        Outbox(place)


@pytest.mark.parametrize("keys", [[], [NEW]])
def test_a_missing_key_is_told_before_anything_is_taken_for_damaged(file, keys):
    Outbox(file, keys=[OLD]).close()
    with pytest.raises(ConfigurationError, match="SHA_DISCLOSURE_OUTBOX_KEY"):
        Outbox(file, keys=keys)


def test_a_message_whose_key_is_gone_waits_in_quarantine(file, kanta, prepare):
    with Outbox(file, keys=[OLD]) as outbox:
        prepared = prepare()
        outbox.add(prepared)
    with Outbox(file, keys=[NEW, OLD]) as outbox, outbox._database.write() as connection:
        store_secrets(connection, outbox._seals.secrets, outbox._keys)
    with Outbox(file, keys=[NEW]) as outbox:
        assert outbox.drain(kanta, timing=TIMING).quarantined == 1
        with pytest.raises(OutboxDamaged, match="decrypted"):
            outbox.show(prepared.notice_ids[0])
    with Outbox(file, keys=[NEW, OLD]) as outbox:
        outbox.retry(state="quarantined")
        assert outbox.drain(kanta, timing=TIMING).delivered == 1


def test_what_is_forgotten_leaves_the_file_but_not_its_evidence(file, kanta, prepare):
    with Outbox(file) as outbox:
        prepared, waits = prepare(), prepare()
        outbox.add(prepared)
        outbox.drain(kanta, timing=TIMING)
        outbox.add(waits)
        assert outbox.forget_delivered(datetime.now(UTC) - timedelta(days=1)) == 0
        with contextlib.closing(sqlite3.connect(file)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sha_outbox_message").fetchone()
            forgotten = outbox.forget_delivered(datetime.now(UTC) + timedelta(days=1))
        assert forgotten == 1
        assert prepared.client.encode() in stored(file)  # in the log that a reader still uses
        assert outbox.forget_delivered(datetime.now(UTC) + timedelta(days=1)) == 0
        assert prepared.client.encode() not in stored(file)
        assert outbox.evidence(prepared.notice_ids[0])["attempts"][0]["outcome"] == "Receipt"
        assert outbox.show(prepared.notice_ids[0]).state == "delivered"
        assert not outbox.add(prepared).new
        assert outbox.drain(kanta, timing=TIMING).delivered == 1
        with outbox._database.read() as connection:
            clients = connection.execute(select(MESSAGE.c.client)).scalars().all()
        assert clients[0] == ""  # nobody who has the order key can search it for a client
        assert clients[1]
    assert prepared.client.encode() not in stored(file)


def test_keys_come_from_variables_and_files(tmp_path):
    jwk = json.dumps({"kty": "oct", "k": TEXT.rstrip("="), "kid": "a"})
    given = {"SHA_DISCLOSURE_OUTBOX_KEY": TEXT, "SHA_DISCLOSURE_OUTBOX_KEY_2": jwk}
    assert [k.kid for k in keys_from_environment(given)] == [OLD.kid, "a"]
    assert keys_from_environment({}) == []
    file = tmp_path / "keys"
    for content, count in ((f"{TEXT}\n{jwk}\n", 2), (f'{{"keys": [{jwk}]}}', 1), (jwk, 1)):
        file.write_text(content)
        file.chmod(0o600)
        assert len(keys_from_file(file)) == count
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        keys_from_file(file)


@pytest.mark.parametrize(
    "text", ["", "short", "ä" * 43, TEXT[:-8], "{}", '{"kty":"RSA"}', '{"kty":"oct","k":1}', "{"]
)
def test_a_wrong_key_is_refused_without_being_told(text):
    with pytest.raises(ConfigurationError, match="openssl rand") as caught:
        OutboxKey.parse(text)
    assert caught.value.__context__ is None
    assert len(text) < 6 or text not in str(caught.value)


def test_a_key_is_not_shown_nor_pickled():
    assert "oooo" not in repr(OLD)
    with pytest.raises(TypeError):
        pickle.dumps(OLD)


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_a_key_file_that_a_group_may_read_is_refused_unless_it_is_a_mounted_secret(tmp_path):
    file = tmp_path / "keys"
    file.write_text(TEXT)
    file.chmod(0o640)
    with pytest.raises(ConfigurationError) as caught:
        keys_from_file(file)
    assert "chmod 600" in caught.value.text("fi")
    assert TEXT not in caught.value.text("fi")


@pytest.mark.parametrize("content", ["", "\n\n", '{"keys": []}'])
def test_a_key_file_without_a_key_is_reported(tmp_path, content):
    file = tmp_path / "keys"
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(ConfigurationError, match="openssl rand"):
        keys_from_file(file)


def test_warnings_are_stored_by_id_and_those_of_before_still_open(prepare):
    """A row holds no sentence: the catalogue may be corrected after a notice was stored."""
    several = ("a", message("shape.text"))
    warning = problem("N04.order", "disclosed_at", "warning", expected=several, count=3)
    keys = Keyring()
    prepared = replace(prepare(), warnings=(warning,))
    payload, ids = packed(prepared, keys), prepared.notice_ids

    def opened(data):
        made = Payload.of(data)
        (head, _, body) = made.data.partition(b"\n")
        digest = hashlib.sha256(body).hexdigest()
        assert json.loads(head)
        facts = (ids, digest, prepared.organisation, prepared.edition)
        return unpacked(Stored(*facts, made.digest, made.data), Seals(keys, Secrets(b"")))

    assert opened(payload.data).warnings == (warning,)
    head, _, body = payload.data.partition(b"\n")
    facts = json.loads(head)
    assert "text" not in facts["warnings"][0]
    assert "Correct" not in json.dumps(facts["warnings"])
    facts["warnings"] = [
        {"rule": "N04", "path": "disclosed_at", "severity": "warning", "en": "x", "fi": "y"}
    ]
    (before,) = opened(json.dumps(facts).encode() + b"\n" + body).warnings
    assert (before.rule, before.path, before.severity) == ("N04", "disclosed_at", "warning")
    assert before.text("fi")


def as_jwcrypto(secret):
    return jwk.JWK(kty="oct", k=base64.urlsafe_b64encode(secret).decode().rstrip("="))


def test_what_is_sealed_is_a_jwe_that_others_open():
    token = jwe.JWE(algs=["dir", "A256GCM"])
    token.deserialize(OLD.seal(b"content", "row").decode(), as_jwcrypto(b"o" * 32))
    assert token.payload == b"content"
    header = json.loads(token.objects["protected"])
    assert header == {"alg": "dir", "enc": "A256GCM", "kid": OLD.kid, "row": "row"}


def test_what_another_library_sealed_alike_is_opened():
    """As the versions before this one did."""
    header = {"alg": "dir", "enc": "A256GCM", "kid": OLD.kid}
    token = jwe.JWE(b"content", protected=json.dumps(header))
    token.add_recipient(as_jwcrypto(b"o" * 32))
    assert OLD.open(token.serialize(compact=True).encode()) == b"content"


@pytest.mark.parametrize(
    "more", [{"zip": "DEF"}, {"enc": "A128GCM"}, {"alg": "A256KW"}, {"crit": []}]
)
def test_another_form_is_not_opened(more):
    head, *rest = OLD.seal(b"content").split(b".")
    header = json.loads(base64.urlsafe_b64decode(head + b"==")) | more
    other = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=")
    assert OLD.open(b".".join((other, *rest))) is None


def test_nothing_that_was_changed_anywhere_is_opened():
    sealed = OLD.seal(b"content", "row")
    assert OLD.open(sealed) == b"content"
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] = ord("B" if sealed[at] == ord("A") else "A")
        assert OLD.open(bytes(changed)) is None
    for other in (b"", b".", b"....", sealed + b".", sealed[:-1], sealed.replace(b"..", b".AA.")):
        assert OLD.open(other) is None
