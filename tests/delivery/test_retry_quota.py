"""Retries are bounded by the client as a whole, and by time that does not jump."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_service import RawService, answer

from sha_disclosure import Unavailable
from sha_disclosure.delivery.outcome import Failure
from sha_disclosure.delivery.quota import RetryQuota
from sha_disclosure.delivery.retry import Progress, decide
from sha_disclosure.errors import NotSent, OutcomeUnknown
from sha_disclosure.settings import Retry
from sha_disclosure.sources import Sources


def test_an_outage_does_not_multiply_the_load_of_a_client(shell, sandbox, notice):
    """Ten notices of up to six attempts each would be sixty requests; the quota lets 14 out."""
    with RawService(lambda c: c.sendall(answer("503 Busy")), folder=sandbox.folder) as service:
        changes = {"base_url": service.url, "retry": Retry(quota=4)}
        kanta = shell.connect(sandbox.settings().model_copy(update=changes))
        errors = []
        for _ in range(10):
            with pytest.raises(Unavailable) as caught:
                kanta.submit(kanta.prepare(notice))
            errors.append(caught.value)
        assert len(service.requests) == 10 + 4
    assert [e.attempts for e in errors] == [5, *[1] * 9]
    assert "retry.quota" in str(errors[0])


def test_successes_give_retries_back(shell, sandbox, notice):
    settings = sandbox.settings().model_copy(update={"retry": Retry(quota=1)})
    kanta = shell.connect(settings)
    quota = kanta.client._shared.quota
    sandbox.inject("status", status=503, times=3)
    for expected in ("spent", "spent"):
        with pytest.raises(Unavailable):
            kanta.submit(kanta.prepare(notice))
        assert quota.left == 0, expected
    for _ in range(5):
        kanta.submit(kanta.prepare(notice))
    assert quota.left == 1
    sandbox.inject("status", status=503)
    assert kanta.submit(kanta.prepare(notice)).attempts == 2
    assert quota.left == 1


def test_a_quota_of_none_means_one_attempt(shell, sandbox, notice):
    kanta = shell.connect(sandbox.settings().model_copy(update={"retry": Retry(quota=0)}))
    sandbox.inject("status", status=503)
    with pytest.raises(Unavailable) as caught:
        kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 1


@given(st.integers(0, 20), st.lists(st.sampled_from(["take", "first", "retried"])))
def test_a_quota_is_never_overdrawn_and_never_overflows(retries, steps):
    quota, fifths = RetryQuota(retries), retries * 5
    for step in steps:
        if step == "take":
            assert quota.take() == (fifths >= 5)
            fifths -= 5 if fifths >= 5 else 0
        else:
            quota.succeeded(retried=step == "retried")
            fifths = min(retries * 5, fifths + (5 if step == "retried" else 1))
        assert quota.left == fifths // 5


# --- the decision, for every policy --------------------------------------------------------------

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
policies = st.builds(
    Retry,
    attempts=st.integers(1, 20),
    deadline_s=st.floats(0.1, 10_000),
    base_s=st.floats(0.001, 100),
    longest_s=st.floats(0.001, 1000),
    retry_after_longest_s=st.floats(0, 10_000),
)
fractions = st.floats(0, 1, exclude_max=True)
failures = st.builds(
    Failure,
    st.sampled_from([NotSent, OutcomeUnknown, Unavailable]),
    st.just("x"),
    st.sampled_from([None, 429, 500, 503]),
    st.none() | st.floats(-(10**6), 10**8).map(lambda s: NOW + timedelta(seconds=s)),
)


@given(policies, st.integers(1, 25), failures, st.floats(0, 20_000), fractions)
def test_no_decision_breaks_a_bound_of_its_policy(policy, attempts, failure, elapsed, fraction):
    progress = Progress(attempts, NOW - timedelta(seconds=elapsed))
    wait = decide(policy, progress, failure, NOW, fraction)
    if wait is None:
        return
    assert attempts < policy.attempts
    assert elapsed + wait <= policy.deadline_s + 0.001
    asked = (failure.retry_at - NOW).total_seconds() if failure.retry_at else 0
    assert asked <= policy.retry_after_longest_s
    assert asked <= wait <= max(asked, policy.longest_s, 0)
    assert wait <= max(asked, policy.base_s * 2 ** (attempts - 1))


@given(policies, failures, fractions)
def test_a_submission_ends_for_every_policy_and_every_fault(policy, failure, fraction):
    began, now, attempts = NOW, NOW, 1
    while (wait := decide(policy, Progress(attempts, began), failure, now, fraction)) is not None:
        now, attempts = now + timedelta(seconds=wait), attempts + 1
        assert attempts <= policy.attempts
    assert (now - began).total_seconds() <= policy.deadline_s + 0.001


# --- a clock that is set -----------------------------------------------------------------


class Host:
    """A host whose clock is set while it sleeps."""

    def __init__(self, jump: timedelta) -> None:
        self.passed = 0.0
        self.slept = []
        self._jump = jump
        self._start = datetime.now(UTC)

    def clock(self):
        return self._start + timedelta(seconds=self.passed) + self._jump * len(self.slept)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.passed += seconds

    def sources(self):
        return Sources(clock=self.clock, sleep=self.sleep, monotonic=lambda: self.passed)


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(0), timedelta(hours=1)])
def test_a_clock_that_is_set_neither_ends_nor_prolongs_a_submission(shell, sandbox, notice, jump):
    host = Host(jump)
    busy = answer("503 Busy", b"", "Retry-After: 10")
    with RawService(lambda c: c.sendall(busy), folder=sandbox.folder) as service:
        changes = {"base_url": service.url, "retry": Retry(attempts=50, deadline_s=45)}
        settings = sandbox.settings().model_copy(update=changes)
        kanta = shell.connect(settings, sources=host.sources())
        with pytest.raises(Unavailable) as caught:
            kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 5
    assert 40 <= sum(host.slept) <= 45
