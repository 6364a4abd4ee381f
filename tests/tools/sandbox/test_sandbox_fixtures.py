"""The fixtures for users."""

from sha_disclosure.testing import kanta_sandbox, kanta_settings

__all__ = ["kanta_sandbox", "kanta_settings"]


def test_a_user_gets_a_sandbox_and_its_settings(kanta_sandbox, kanta_settings):
    assert kanta_settings.base_url == kanta_sandbox.base_url
    assert kanta_sandbox.received() == []
