"""A name with several addresses, and messages larger than a connection takes at once."""

from __future__ import annotations

import socket
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from raw_service import RawService
from sockets import free_port

from sha_disclosure import NotSent, OutcomeUnknown
from sha_disclosure.settings import Retry, Timeouts


@pytest.fixture
def nobody():
    """An address that nobody listens at."""
    return "127.0.0.1", free_port()


@pytest.fixture
def resolves_to(monkeypatch):
    """Have every name lead to these addresses, in this order."""

    def lead(*addresses):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    return lead


def one_attempt(settings, **times):
    retry = Retry(attempts=1)
    return settings.model_copy(update={"retry": retry, "timeouts": Timeouts(**times)})


def large(prepared, megabytes):
    """Return the message with blanks at its end."""
    return replace(prepared, body=prepared.body + b" " * (megabytes * 1_000_000))


def test_where_the_first_address_of_a_name_is_closed_the_next_is_taken(
    shell, sandbox, notice, resolves_to, nobody
):
    settings = one_attempt(sandbox.settings())
    resolves_to(nobody, ("127.0.0.1", urlsplit(settings.base_url).port))
    kanta = shell.connect(settings)
    assert kanta.submit(kanta.prepare(notice)).attempts == 1


def test_where_no_address_of_a_name_is_open_nothing_was_sent(
    shell, sandbox, notice, resolves_to, nobody
):
    resolves_to(nobody, nobody)
    kanta = shell.connect(one_attempt(sandbox.settings()))
    with pytest.raises(NotSent):
        kanta.submit(kanta.prepare(notice))


def test_a_message_larger_than_a_connection_takes_at_once_arrives_whole(shell, sandbox, notice):
    kanta = shell.connect(one_attempt(sandbox.settings()))
    receipt = kanta.submit(large(kanta.prepare(notice), megabytes=2))
    assert receipt.status == "201 Created"


def test_a_service_that_stops_reading_leaves_the_outcome_unknown(shell, sandbox, notice):
    with RawService(
        lambda _: service.over.wait(), folder=sandbox.folder, read="headers"
    ) as service:
        settings = one_attempt(sandbox.settings(), write_s=0.2)
        kanta = shell.connect(settings.model_copy(update={"base_url": service.url}))
        with pytest.raises(OutcomeUnknown) as caught:
            kanta.submit(large(kanta.prepare(notice), megabytes=32))
        service.over.set()
    assert "WriteTimeout" in str(caught.value)
    assert caught.value.possibly_stored
