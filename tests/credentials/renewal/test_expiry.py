"""A certificate that will end is told of at 30, 7 and 1 days, each once."""

from datetime import UTC, datetime, timedelta

import pytest

from sha_disclosure import Settings
from sha_disclosure.events import CertificateExpiring
from sha_disclosure.sources import Sources

DAY = timedelta(days=1)


class Clock:
    """The time of day and the monotonic one, moved on by hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=500_000)
        self.start = self.now

    def sources(self) -> Sources:
        return Sources(clock=lambda: self.now, monotonic=self.passed)

    def passed(self) -> float:
        return (self.now - self.start).total_seconds()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def told(heard) -> list[tuple[str, int]]:
    found = [(e.use, e.days) for e in heard if isinstance(e, CertificateExpiring)]
    heard.clear()
    return found


def test_each_threshold_is_told_once_while_the_client_runs(shell, files, sandbox, heard, clock):
    files.renew("tls", ends=clock.now + 40 * DAY)
    kanta = shell.connect(sandbox.settings(), sources=clock.sources(), listeners=[heard.append])
    assert told(heard) == []
    seen = []
    for _ in range(40):
        clock.now += DAY
        kanta.renew()
        seen += told(heard)
    assert seen == [("tls", 29), ("tls", 6), ("tls", 0)]


@pytest.mark.parametrize(("days", "left"), [(31, None), (30, 29), (8, 7), (6, 5), (1, 0)])
def test_a_client_that_starts_late_is_told_once_of_the_nearest_threshold(
    days, left, shell, files, heard, clock
):
    files.renew("signing", ends=clock.now + days * DAY - timedelta(minutes=1))
    settings = Settings.load(files.folder / "sha-disclosure.toml")
    kanta = shell.connect(settings, sources=clock.sources(), listeners=[heard.append])
    assert told(heard) == ([] if left is None else [("signing", left)])
    kanta.renew()
    assert told(heard) == []


def test_the_renewed_certificate_is_told_of_by_its_own_days(shell, files, sandbox, heard, clock):
    files.renew("tls", ends=clock.now + 5 * DAY)
    kanta = shell.connect(sandbox.settings(), sources=clock.sources(), listeners=[heard.append])
    assert len(told(heard)) == 1
    files.renew("tls", ends=clock.now + 25 * DAY)
    kanta.renew()
    (event,) = [e for e in heard if isinstance(e, CertificateExpiring)]
    assert (event.use, event.days in {24, 25}) == ("tls", True)


def test_a_certificate_that_signs_and_makes_tokens_is_told_of_once(
    shell, files, sandbox, heard, clock
):
    files.renew("signing", ends=clock.now + 5 * DAY)
    shell.connect(sandbox.settings(), sources=clock.sources(), listeners=[heard.append])
    assert [use for use, _ in told(heard)] == ["signing"]
