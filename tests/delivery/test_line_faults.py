"""Faults below HTTP, each over a real socket: what they mean and what may be repeated."""

import contextlib
import socket
import ssl
import sys
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from pydantic import SecretStr
from raw_service import OUTCOME, RawService, answer, drip, full_backlog, reset

from sha_disclosure import ConfigurationError, NotSent, OutcomeUnknown, Rejected
from sha_disclosure.delivery.faults import failure_of
from sha_disclosure.settings import Retry, Timeouts
from sha_disclosure.tools.sandbox.pki import Pki


def settings_of(sandbox, base_url=None, **changes):
    settings = sandbox.settings()
    made = {"retry": Retry(attempts=1), "timeouts": Timeouts(read_s=3, connect_s=3), **changes}
    return settings.model_copy(update={"base_url": base_url or settings.base_url, **made})


@pytest.fixture
def failing(shell, sandbox, notice):
    """Return a function that submits to an address and returns the error."""

    def fail(url, kind, **changes):
        kanta = shell.connect(settings_of(sandbox, url, **changes))
        prepared = kanta.prepare(notice)
        with pytest.raises(kind) as caught:
            kanta.submit(prepared)
        assert type(caught.value) is kind
        assert caught.value.__context__ is None
        return caught.value

    return fail


# --- before the request begins: NotSent ----------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's way with a full backlog")
def test_a_host_that_takes_no_connections_is_not_sent_in_the_time_allowed(failing):
    with full_backlog() as url:
        began = time.monotonic()
        error = failing(url, NotSent, timeouts=Timeouts(connect_s=0.2))
    assert "ConnectTimeout" in str(error)
    assert time.monotonic() - began < 2


def test_a_service_that_never_finishes_the_handshake_is_not_sent(failing):
    with RawService(lambda _: service.over.wait(30), read="nothing") as service:
        error = failing(service.url, NotSent, timeouts=Timeouts(connect_s=0.1))
    assert "ConnectTimeout" in str(error)


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(reset, id="reset"),
        pytest.param(lambda c: None, id="closed"),
        pytest.param(lambda c: c.recv(2000) and reset(c), id="reset after the client's hello"),
        pytest.param(lambda c: c.sendall(answer("400 Bad Request")), id="no TLS but HTTP"),
        pytest.param(lambda c: c.sendall(b"\x15\x03\x03\x00\x02\x02\x28"), id="alert at once"),
    ],
)
def test_a_handshake_that_fails_is_not_sent(failing, behave):
    with RawService(behave, read="nothing") as service:
        failing(service.url, NotSent)


def test_an_expired_certificate_of_the_service_is_not_sent(failing, sandbox, tmp_path):
    past = datetime.now(UTC) - timedelta(days=3)
    pki = Pki(sandbox.folder)
    pki.issue("localhost", "server", begins=past, ends=past + timedelta(days=1)).write(
        tmp_path, "server"
    )
    with RawService(lambda c: None, folder=tmp_path) as service:
        error = failing(service.url, NotSent)
        assert service.requests == []
    assert "certificate has expired" in str(error)


def test_a_certificate_for_another_host_is_not_sent(failing, sandbox, tmp_path):
    pki = Pki(sandbox.folder)
    server_use = [ExtendedKeyUsageOID.SERVER_AUTH]
    pki.issue("other.example", "client", extended=server_use).write(tmp_path, "server")
    with RawService(lambda c: None, folder=tmp_path) as service:
        error = failing(service.url, NotSent)
        assert service.requests == []
    assert "not trusted" in str(error)
    assert "mismatch" in str(error)


def test_a_certificate_of_an_authority_nobody_trusts_is_not_sent(failing, sandbox, tmp_path):
    pki = Pki(sandbox.folder)
    pki.issue("localhost", "server", issuer=pki.rogue()).write(tmp_path, "server")
    with RawService(lambda c: None, folder=tmp_path) as service:
        assert "not trusted" in str(failing(service.url, NotSent))
        assert service.requests == []


@pytest.mark.parametrize("behave", [reset, lambda c: c.recv(2000) and reset(c), lambda c: None])
def test_a_proxy_that_breaks_off_before_the_tunnel_stands_means_not_sent(failing, behave):
    with RawService(behave, read="nothing") as proxy:
        failing(None, NotSent, proxy=secret(proxy.url))


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "502 Bad Gateway"])
def test_a_proxy_that_opens_no_tunnel_means_not_sent(failing, status):
    with RawService(lambda c: c.recv(2000) and c.sendall(answer(status)), read="nothing") as proxy:
        failing(None, NotSent, proxy=secret(proxy.url))


def test_a_proxy_that_says_nothing_holds_nobody_beyond_the_read_timeout(failing):
    with RawService(lambda _: proxy.over.wait(30), read="nothing") as proxy:
        failing(None, NotSent, proxy=secret(proxy.url), timeouts=Timeouts(read_s=0.1))


def secret(url):
    return SecretStr(url.replace("https://", "http://").removesuffix("/fhir"))


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:1", "socks5://127.0.0.1:1", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_a_matter_of_settings(shell, sandbox, proxy):
    with pytest.raises(ConfigurationError, match="proxy"):
        shell.connect(settings_of(sandbox, proxy=SecretStr(proxy)))


@pytest.mark.parametrize(
    "host", ["a" * 64 + ".example", "xn--.example", "a..example", "\u2028.example", "[::1"]
)
def test_a_host_no_name_server_could_know_is_a_matter_of_settings(shell, sandbox, host):
    with pytest.raises(ConfigurationError, match="base_url"):
        shell.connect(settings_of(sandbox, f"https://{host}/fhir"))


# --- after it began: OutcomeUnknown --------------------------------------------------------------


@pytest.mark.parametrize(
    ("behave", "read"),
    [
        pytest.param(reset, "headers", id="reset before the body was read"),
        pytest.param(reset, "all", id="reset after the body was read"),
        pytest.param(lambda c: c.close(), "all", id="closed without an answer"),
        pytest.param(lambda c: c.sendall(b"HTTP/1.1 200 O"), "all", id="half a status line"),
        pytest.param(
            lambda c: (c.sendall(answer("200 OK", b'{"resou', length=900)), c.close()),
            "all",
            id="half a body",
        ),
        pytest.param(
            lambda c: (c.sendall(answer("503 Busy", b"{", length=900)), reset(c)),
            "all",
            id="half a refusal",
        ),
        pytest.param(lambda c: c.sendall(b"SSH-2.0-x\r\n\r\n"), "all", id="another protocol"),
        pytest.param(
            lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n"),
            "all",
            id="headers without an end",
        ),
        pytest.param(
            lambda c: c.sendall(answer("200 OK", b" " * (4 * 1024 * 1024 + 1))),
            "all",
            id="an answer too long to be one",
        ),
    ],
)
def test_a_connection_that_breaks_after_the_request_began_is_an_unknown_outcome(
    failing, sandbox, behave, read
):
    def once(connection):
        behave(connection)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    with RawService(once, folder=sandbox.folder, read=read) as service:
        failing(service.url, OutcomeUnknown)
        assert len(service.requests) == 1


def test_a_service_that_says_nothing_is_an_unknown_outcome(failing, sandbox):
    with RawService(lambda c: service.over.wait(30), folder=sandbox.folder) as service:
        error = failing(service.url, OutcomeUnknown, timeouts=Timeouts(read_s=0.1))
        service.over.set()
    assert "ReadTimeout" in str(error)


@pytest.mark.parametrize("part", ["headers", "body"])
def test_an_answer_that_drips_ends_with_the_attempts_whole_time(failing, sandbox, part):
    pieces = b"X-Slow: 1\r\n" * 999 if part == "headers" else b" " * 9999
    head = b"HTTP/1.1 200 OK\r\n" if part == "headers" else answer("200 OK", b"", length=9999)

    def behave(connection):
        connection.sendall(head)
        drip(service.over, pieces, 0.02)(connection)

    with RawService(behave, folder=sandbox.folder) as service:
        error = failing(service.url, OutcomeUnknown, timeouts=Timeouts(read_s=30, attempt_s=0.5))
    assert "AttemptTimeout" in str(error)


def test_an_alert_that_is_not_of_the_handshake_leaves_the_outcome_unknown():
    cause = ssl.SSLError(1, "x")
    cause.reason = "TLSV1_ALERT_INTERNAL_ERROR"
    for fault, kind in ((httpx.ReadError(""), OutcomeUnknown), (httpx.ConnectError(""), NotSent)):
        fault.__cause__ = cause
        assert failure_of(fault).kind is kind


# --- several attempts ----------------------------------------------------------------------------


def test_a_notice_that_may_be_stored_is_never_called_not_sent(shell, sandbox, notice):
    """The first attempt loses its answer, the second finds nobody: the fate stays unknown."""
    with RawService(lambda c: service.stop(), folder=sandbox.folder) as service:
        kanta = shell.connect(settings_of(sandbox, service.url, retry=Retry(attempts=2)))
        with pytest.raises(OutcomeUnknown, match=r"earlier attempt.*not reached") as caught:
            kanta.submit(kanta.prepare(notice))
    assert caught.value.attempts == 2


def test_a_refusal_after_a_lost_answer_says_that_the_notice_may_be_stored(shell, sandbox, notice):
    answers = iter([b"", answer("409 Conflict", OUTCOME)])
    with RawService(lambda c: (c.sendall(next(answers)), c.close()), folder=sandbox.folder) as raw:
        kanta = shell.connect(settings_of(sandbox, raw.url, retry=Retry(attempts=2)))
        with pytest.raises(Rejected, match=r"earlier attempt.*refused the notice"):
            kanta.submit(kanta.prepare(notice))


def test_every_attempt_carries_the_same_bytes(shell, sandbox, notice):
    with RawService(lambda c: c.close(), folder=sandbox.folder) as service:
        kanta = shell.connect(settings_of(sandbox, service.url, retry=Retry(attempts=3)))
        prepared = kanta.prepare(notice)
        with pytest.raises(OutcomeUnknown):
            kanta.submit(prepared)
    assert service.requests == [prepared.body] * 3
