"""Where cases run: the configured environment, or a sandbox started for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sha_disclosure.codes import CodeLists, code_lists_for
from sha_disclosure.credentials.certificate import thumbprint
from sha_disclosure.credentials.pair import open_pair
from sha_disclosure.delivery.client import KantaClient
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.errors import ConfigurationError
from sha_disclosure.messages import message
from sha_disclosure.settings import Settings
from sha_disclosure.sources import Sources
from sha_disclosure.tools.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Environment:
    """A test environment (testiympäristö) with a client for preparing notices.

    ``sandbox`` is the embedded one, or None for an external service.
    """

    settings: Settings
    edition: Edition
    sources: Sources
    kanta: KantaClient
    code_lists: CodeLists
    sandbox: Sandbox | None = None

    @property
    def embedded(self) -> bool:
        """Whether the cases run against a sandbox started for them."""
        return self.sandbox is not None

    def certificates(self) -> dict[str, str]:
        """Return the SHA-256 thumbprints of the certificates in use, by purpose."""
        now = self.sources.clock()
        pairs = {
            "tls": self.settings.tls,
            "signing": self.settings.signing,
            "token": self.settings.token or self.settings.signing,
        }
        return {
            use: thumbprint(open_pair(pair, now).chain[0])
            for use, pair in pairs.items()
            if pair is not None
        }


@contextmanager
def open_environment(
    settings: Settings | None, sources: Sources | None = None
) -> Iterator[Environment]:
    """Yield the environment of ``settings``, or an embedded sandbox without any.

    Raises ConfigurationError, in particular for the environment ``production``.
    """
    if settings is not None and settings.environment == "production":
        raise ConfigurationError(message("joint_test.production"))
    given = sources or Sources()
    with ExitStack() as stack:
        sandbox = None
        if settings is None:
            sandbox = stack.enter_context(Sandbox(sources=Sources(clock=given.clock)))
            settings = sandbox.settings()
        edition = load_edition(settings.edition)
        kanta = stack.enter_context(KantaClient(settings, edition=edition, sources=given))
        lists = code_lists_for(settings.code_lists, settings.environment)
        yield Environment(settings, edition, given, kanta, lists, sandbox)
