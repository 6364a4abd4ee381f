"""What hosts write around the clients: the types are those the documentation says."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, assert_type

from sha_disclosure import (
    AsyncKantaClient,
    DisclosureNotice,
    Explanation,
    InvalidNotice,
    KantaClient,
    Message,
    OperationOutcome,
    PreparedNotice,
    Problem,
    Receipt,
    Settings,
    SubmissionError,
    load_edition,
    logging_listener,
    notice_needed,
)


def settings() -> Settings:
    """Read the settings from where a host keeps them."""
    assert_type(Settings.load(), Settings)
    assert_type(Settings.load(Path("sha-disclosure.toml")), Settings)
    return Settings.load("sha-disclosure.toml")


def send(text: str | bytes) -> Receipt | None:
    """Send one notice, and look at everything that may go wrong."""
    with KantaClient(settings(), listeners=[logging_listener()]) as kanta:
        try:
            notice = DisclosureNotice.model_validate_json(text)
            prepared = kanta.prepare(notice)
        except InvalidNotice as error:
            assert_type(error.problems, tuple[Problem, ...])
            assert_type([problem.text("sv") for problem in error.problems], list[str])
            return None
        try:
            return kanta.submit(prepared)
        except SubmissionError as error:
            assert_type(error.notice_ids, tuple[str, ...])
            assert_type(error.outcome, OperationOutcome | None)
            assert_type(error.retry_at, datetime | None)
            assert_type(error.to_dict(), dict[str, Any])
            raise


async def send_async(notices: list[DisclosureNotice]) -> list[Receipt]:
    """Send several notices, each in a message of its own."""
    async with AsyncKantaClient(settings()) as kanta:
        assert_type(kanta.clock_skew, timedelta | None)
        one = await kanta.prepare_async(notices[0])
        together = await kanta.prepare_async(notices)
        return [await kanta.submit(one), await kanta.submit(together)]


def look(prepared: PreparedNotice, receipt: Receipt) -> None:
    """Read what a host keeps."""
    assert_type(prepared.notice_ids, tuple[str, ...])
    assert_type(prepared.body, bytes)
    assert_type(prepared.warnings, tuple[Problem, ...])
    assert_type(prepared.reference, str | None)
    assert_type(prepared.explain(load_edition()), Explanation)
    assert_type(prepared.explain().html("fi", show_values=False), str)
    assert_type(prepared.explain().rows[0].fields, tuple[str, ...])
    assert_type(receipt.notice_id, str)
    assert_type(receipt.location, str | None)
    assert_type(notice_needed(through_kanta=True).text("fi"), str)


def say(sentence: Message) -> str:
    """Return a sentence in the user's language."""
    return sentence.text("fi")
