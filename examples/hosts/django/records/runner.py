"""Runs the tests with a sandbox to send to: one for the whole run."""

from typing import Any

from django.conf import settings
from django.test.runner import DiscoverRunner

from sha_disclosure.tools.sandbox import Sandbox


class SandboxRunner(DiscoverRunner):
    """Named as TEST_RUNNER in the settings."""

    def setup_test_environment(self, **options: Any) -> None:
        """Start the sandbox, before Django checks the settings."""
        super().setup_test_environment(**options)
        settings.SANDBOX = Sandbox().start()
        settings.SHA_DISCLOSURE = {"SETTINGS": settings.SANDBOX.settings()}

    def teardown_test_environment(self, **options: Any) -> None:
        """Stop the sandbox."""
        settings.SANDBOX.stop()
        super().teardown_test_environment(**options)
