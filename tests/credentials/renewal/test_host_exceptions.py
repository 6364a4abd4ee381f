"""Exceptions of the program's own pass through PINs, renewal and files unchanged."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sha_disclosure import KantaClient, KeyUnavailable, Message
from sha_disclosure.credentials.keys.pin import read_pin
from sha_disclosure.events import RenewalRefused
from sha_disclosure.files import Unreadable, read_file

TOKEN = Message("keys.token", ())

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="signals of POSIX")


class TimeIsUp(Exception):  # noqa: N818 - as such exceptions are named elsewhere
    """A soft time limit."""


KINDS = [TimeIsUp, TimeoutError, OSError, ValueError, KeyboardInterrupt]


@dataclass
class Strike:
    """A function in which a signal handler raises."""

    kind: type[BaseException]

    def __call__(self, *_: object, **__: object) -> str:
        signal.raise_signal(signal.SIGUSR1)
        return ""


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def strike(request) -> Iterator[Strike]:
    def over(*_: object) -> None:
        raise request.param

    before = signal.signal(signal.SIGUSR1, over)
    yield Strike(request.param)
    signal.signal(signal.SIGUSR1, before)


def test_a_limit_that_strikes_while_a_pin_is_asked_passes(strike):
    with pytest.raises(strike.kind):
        read_pin(None, strike, TOKEN)


def test_what_the_function_of_a_pin_raises_itself_is_a_missing_key():
    def broken(token: str) -> str:
        raise TimeIsUp(token)

    with pytest.raises(KeyUnavailable):
        read_pin(None, broken, TOKEN)


def test_a_limit_that_strikes_while_keys_are_loaded_passes_and_the_old_ones_go_on(
    sandbox, files, notice, heard, monkeypatch, strike
):
    with KantaClient(sandbox.settings(), listeners=[heard.append]) as kanta:
        kanta.submit(kanta.prepare(notice))
        files.renew("signing")
        with monkeypatch.context() as patch:
            patch.setattr("sha_disclosure.credentials.store.load_credentials", strike)
            with pytest.raises(strike.kind):
                kanta.renew()
        assert not [each for each in heard if isinstance(each, RenewalRefused)]
        assert kanta.submit(kanta.prepare(notice)).attempts == 1
        assert kanta.renew()  # no lock is left held


def test_a_limit_that_strikes_while_renewed_keys_are_taken_into_use_passes(
    sandbox, files, notice, monkeypatch, strike
):
    with KantaClient(sandbox.settings()) as kanta:
        before = kanta._connection().credentials
        files.renew("tls")
        with monkeypatch.context() as patch:
            patch.setattr(kanta, "_open", strike)
            with pytest.raises(strike.kind):
                kanta.renew()
        assert kanta._connection().credentials is before
        assert kanta.renew()
        assert kanta._connection().credentials is not before
        assert kanta.submit(kanta.prepare(notice)).attempts == 1


def test_a_limit_that_strikes_while_a_file_is_read_is_no_fault_of_the_file(
    tmp_path, monkeypatch, strike
):
    file = tmp_path / "a.pem"
    file.write_bytes(b"x")
    with monkeypatch.context() as patch:
        patch.setattr("os.fstat", strike)
        with pytest.raises(strike.kind):
            read_file(file)
    with pytest.raises(Unreadable):
        read_file(tmp_path / "missing")
