"""Notices of several organisations in one outbox: none is lost, none goes out as another's."""

from dataclasses import replace

import orjson
import pytest
from three_organisations import FIRST, REGISTER, SECOND, THIRD

from sha_disclosure import CertificateExpired, ConfigurationError, KantaClient
from sha_disclosure.events import BreakerOpened
from sha_disclosure.outbox import Outbox, OutboxKey, Timing
from sha_disclosure.outbox.keys import Keyring
from sha_disclosure.outbox.payload import Stored, packed, unpacked
from sha_disclosure.outbox.seals import Seals, Secrets


def stored_and_read(prepared, form=None):
    keys = Keyring([])
    payload = packed(prepared, keys)
    data = payload.data
    if form is not None:
        facts, _, body = data.partition(b"\n")
        document = orjson.loads(facts)
        document["form"] = form
        del document["organisation"]
        data = orjson.dumps(document) + b"\n" + body
        payload = type(payload).of(data)
    stored = Stored(
        prepared.notice_ids, prepared.digest, "", prepared.edition, payload.digest, data
    )
    return unpacked(stored, Seals(keys, Secrets(b"")))


def without(settings, requester):
    kept = tuple(one for one in settings.organisation if str(one.requester.id) != requester)
    return settings.model_copy(update={"organisation": kept})


def test_the_organisation_is_stored_with_its_notice(kanta, notice_of):
    prepared = kanta.prepare(notice_of(REGISTER))
    assert stored_and_read(prepared) == prepared
    assert prepared.organisation == THIRD


def test_what_an_earlier_version_stored_is_the_settings_own_requester_s(shell, sandbox, notice_of):
    alone = sandbox.settings().model_copy(update={"organisation": ()})
    kanta = shell.connect(alone)
    old = stored_and_read(kanta.prepare(notice_of(FIRST)), form=1)
    assert old.organisation == ""
    kanta.submit(old)
    (received,) = (r for r in sandbox.received() if r.notice_id == old.notice_ids[0])
    assert received.requester == str(alone.requester.id)


def test_a_notice_whose_organisation_is_gone_is_not_sent_as_another_s(shell, sandbox, notice_of):
    prepared = shell.connect(sandbox.settings()).prepare(notice_of(SECOND))
    events = []
    kanta = shell.connect(without(sandbox.settings(), SECOND), listeners=[events.append])
    handshakes = sandbox.connections
    with pytest.raises(ConfigurationError, match=r"\[\[organisation\]\]"):
        kanta.submit(prepared)
    assert sandbox.connections == handshakes
    assert [event.outcome for event in events] == ["ConfigurationError"]


def test_an_organisation_without_a_valid_certificate_does_not_slow_the_others_down(
    sandbox, notice_of, tmp_path
):
    settings = sandbox.settings()
    heard = []
    with Outbox(tmp_path / "outbox.sqlite", listeners=[heard.append]) as outbox:
        with KantaClient(settings) as kanta:
            for number, controller in enumerate([FIRST, *[SECOND] * 30, *[FIRST] * 10]):
                prepared = replace(kanta.prepare(notice_of(controller)), client=str(number))
                outbox.add(prepared)

        class Expired:
            def submit(self, prepared, **options):
                if prepared.organisation == SECOND:
                    raise CertificateExpired("the second's")
                return client.submit(prepared, **options)

        with KantaClient(settings) as client:
            timing = Timing(poll_s=0.02, patience_s=0.1)
            report = outbox.drain(Expired(), workers=1, timing=timing)
        assert report.delivered == 11
        assert not [event for event in heard if isinstance(event, BreakerOpened)]
        assert len(outbox.list("pending")) == 30


def test_the_outbox_parks_it_sends_the_others_and_delivers_it_when_it_is_back(
    sandbox, notice_of, tmp_path
):
    settings = sandbox.settings()
    with Outbox(tmp_path / "outbox.sqlite", keys=[OutboxKey(bytes(32))]) as outbox:
        with KantaClient(settings) as kanta:
            for number, controller in enumerate([SECOND] * 7 + [FIRST, REGISTER]):
                prepared = replace(kanta.prepare(notice_of(controller)), client=str(number))
                outbox.add(prepared)
        with KantaClient(without(settings, SECOND)) as kanta:
            report = outbox.drain(kanta, workers=1)
        assert (report.delivered, report.parked, report.postponed) == (2, 7, 0)
        outbox.retry(state="parked")
        with KantaClient(settings) as kanta:
            assert outbox.drain(kanta).delivered == 7
    assert {r.requester for r in sandbox.received()[-7:]} == {SECOND}
