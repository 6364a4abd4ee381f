"""The fixtures for those who embed the SDK, used as another project uses them."""

from __future__ import annotations

import pytest

from sha_disclosure import (
    DisclosureNotice,
    KantaClient,
    NotSent,
    Outbox,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from sha_disclosure.notice.examples import example_notices
from sha_disclosure.testing import KantaFaults
from sha_disclosure.tools.sandbox import Sandbox


@pytest.fixture
def notice() -> DisclosureNotice:
    return DisclosureNotice.model_validate_json(example_notices()["statute-to-authority"])


def test_a_notice_is_sent(
    kanta_client: KantaClient, kanta_sandbox: Sandbox, notice: DisclosureNotice
) -> None:
    receipt = kanta_client.submit(kanta_client.prepare(notice))
    assert [each.notice_id for each in kanta_sandbox.received()] == [receipt.notice_id]


def test_a_service_is_down_until_it_is_cleared(
    kanta_client: KantaClient, kanta_faults: KantaFaults, notice: DisclosureNotice
) -> None:
    kanta_faults.down()
    prepared = kanta_client.prepare(notice)
    with pytest.raises(Unavailable):
        kanta_client.submit(prepared)
    kanta_faults.clear()
    kanta_client.submit(prepared)


def test_a_service_that_is_gone_gets_nothing(
    kanta_client: KantaClient, kanta_sandbox: Sandbox, notice: DisclosureNotice
) -> None:
    prepared = kanta_client.prepare(notice)
    kanta_sandbox.stop()
    with pytest.raises(NotSent):
        kanta_client.submit(prepared)


def test_a_notice_is_refused_and_an_answer_lost(
    kanta_client: KantaClient, kanta_faults: KantaFaults, notice: DisclosureNotice
) -> None:
    kanta_faults.refuse()
    with pytest.raises(Rejected):
        kanta_client.submit(kanta_client.prepare(notice))
    kanta_faults.lose_answers(times=3)
    with pytest.raises(OutcomeUnknown):
        kanta_client.submit(kanta_client.prepare(notice))


def test_an_outbox_keeps_what_is_drained(
    kanta_client: KantaClient,
    kanta_outbox: Outbox,
    kanta_sandbox: Sandbox,
    notice: DisclosureNotice,
) -> None:
    kanta_outbox.add(kanta_client.prepare(notice))
    assert kanta_outbox.drain(kanta_client).delivered == 1
    assert len(kanta_sandbox.received()) == 1
