"""A transport of the caller's own: every request of a client goes through it."""

import httpx
import pytest

from sha_disclosure import AsyncKantaClient, KantaClient, Unavailable
from sha_disclosure.settings import Retry


class Recorder(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Passes requests on to the transport inside, for threads or asyncio, and keeps them."""

    def __init__(self, inner) -> None:
        self.inner = inner
        self.requests: list[httpx.Request] = []
        self.closed = False

    def handle_request(self, request):
        self.requests.append(request)
        return self.inner.handle_request(request)

    async def handle_async_request(self, request):
        self.requests.append(request)
        return await self.inner.handle_async_request(request)

    def close(self) -> None:
        self.closed = True
        self.inner.close()

    async def aclose(self) -> None:
        self.closed = True
        await self.inner.aclose()


def busy(request: httpx.Request) -> httpx.Response:
    return httpx.Response(503, request=request)


def test_a_transport_takes_every_request_of_a_client(shell, sandbox, notice):
    own = Recorder(httpx.MockTransport(busy))
    settings = sandbox.settings().model_copy(update={"retry": Retry(attempts=3)})
    handshakes = sandbox.handshakes
    kanta = shell.connect(settings, transport=own)
    prepared = kanta.prepare(notice)
    with pytest.raises(Unavailable) as caught:
        kanta.submit(prepared)
    assert caught.value.attempts == 3
    assert [request.content for request in own.requests] == [prepared.body] * 3
    assert {str(request.url) for request in own.requests} == {settings.base_url + "/"}
    assert sandbox.handshakes == handshakes


def test_a_function_wraps_the_clients_own_transport(shell, sandbox, notice):
    made = []

    def recorded(inner):
        made.append(Recorder(inner))
        return made[-1]

    kanta = shell.connect(sandbox.settings(), transport=recorded)
    receipt = kanta.submit(kanta.prepare(notice))
    (recorder,) = made
    (request,) = recorder.requests
    assert request.headers["X-Request-Id"] == receipt.request_id


def test_closing_a_client_closes_its_transport(sandbox):
    own = Recorder(httpx.MockTransport(busy))
    with KantaClient(sandbox.settings(), transport=own):
        assert not own.closed
    assert own.closed


async def test_closing_a_client_of_asyncio_closes_its_transport(sandbox):
    own = Recorder(httpx.MockTransport(busy))
    async with AsyncKantaClient(sandbox.settings(), transport=own):
        assert not own.closed
    assert own.closed
