"""A proxy is taken as curl, requests and httpx take it; what is none is told."""

from __future__ import annotations

import os

import pytest

from sha_disclosure.delivery.route import proxy_at, proxy_for
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.settings import Settings


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


def settings(proxy: str | None) -> Settings:
    given = Settings.stand_in().model_dump()
    return Settings(**{**given, "base_url": "https://kanta.example.fi/fhir", "proxy": proxy})


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    ("value", "host", "port"),
    [
        ("proxy.example:3128", "proxy.example", 3128),
        ("proxy.example", "proxy.example", 80),
        ("127.0.0.1:3128", "127.0.0.1", 3128),
        ("[::1]:3128", "::1", 3128),
        ("user:word@proxy.example:3128", "proxy.example", 3128),
        ("http://proxy.example:3128/", "proxy.example", 3128),
        ("https://proxy.example", "proxy.example", 443),
    ],
)
def test_a_variable_may_leave_out_the_scheme(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, host: str, port: int
) -> None:
    monkeypatch.setenv(name, value)
    proxy = proxy_at(proxy_for(settings("environment")))
    assert proxy is not None
    assert (proxy.host, proxy.port) == (host, port)
    assert (proxy.authorization is not None) == ("@" in value)
    assert "word" not in repr(proxy)


def test_the_variables_are_followed_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    assert proxy_for(settings(None)) is None
    monkeypatch.setenv("NO_PROXY", "example.fi")
    assert proxy_for(settings("environment")) is None


@pytest.mark.parametrize(
    "value", ["proxy:port", "http://", "ftp://proxy", "proxy:99999", "http://[::1", "socks5://p:1"]
)
def test_what_is_no_proxy_is_told(value: str) -> None:
    with pytest.raises(ConfigurationError, match="proxy"):
        proxy_at(value)
