"""The renewal of one client: when to look, what to load, and what goes on if that fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from sha_disclosure.credentials.certificate import thumbprint
from sha_disclosure.credentials.principals import Held, Loader, Part, Parts, Principal, Use
from sha_disclosure.credentials.renewal.contents import Contents
from sha_disclosure.credentials.renewal.expiry import Expiry, chains, ends_at
from sha_disclosure.delivery.prepare import Sender
from sha_disclosure.errors import CertificateExpired, DisclosureError
from sha_disclosure.events import Announcer, CertificateRenewed, RenewalRefused
from sha_disclosure.settings import Settings

Principals = Mapping[str, Principal]
"""By the requester's OID."""

_Tables = tuple[Any, Any, Any]


class Renewal:
    """Holds the identities of a client's organisations and renews them.

    ``serve`` is given the principals to use from then on: at once, and after each renewal.
    One thread looks at a time; the others go on with what there is.

    Raises ConfigurationError, KeyUnavailable and CertificateExpired for the first identities.
    Of several organisations one whose certificate has expired does not hold up the others: it
    is left out until its certificate is renewed.
    """

    def __init__(
        self,
        sender: Sender,
        loader: Loader,
        announce: Announcer,
        serve: Callable[[Principals], None],
    ) -> None:
        self._sender = sender
        self._loader = loader
        self._announce = announce
        self._serve = serve
        self._interval = sender.settings.renewal_s
        self._lock = threading.Lock()
        self._expiry = Expiry()
        self._held: dict[_Tables, Held] = {}
        self._refused: dict[_Tables, Parts] = {}
        self._due_at = sender.sources.monotonic() + self._interval
        self._expired: dict[_Tables, CertificateExpired] = {}
        self._load_first()
        serve(self._principals())
        self._tell_expiring()

    def _load_first(self) -> None:
        contents = Contents()
        for tables, settings in self._units().items():
            parts = contents.parts(settings)
            try:
                self._held[tables] = self._loader.load(settings, parts, self._known())
            except CertificateExpired as error:
                self._expired[tables] = error
                self._refuse(tables, parts, type(error).__name__, error.message)
        if not self._held:
            raise next(iter(self._expired.values()))

    def require(self, settings: Settings) -> None:
        """Raise CertificateExpired for an organisation that was left out."""
        error = self._expired.get(_tables(settings))
        if error is not None:
            raise CertificateExpired(error.message)

    def due(self) -> bool:
        """Return whether it is time to look. Costs next to nothing."""
        return self._sender.sources.monotonic() >= self._due_at

    def look_when_due(self) -> None:
        """Look at the files when it is time to and no other thread does; raises nothing."""
        if self.due() and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()

    def look(self) -> bool:
        """Look at the files now; return whether what they hold is what is in use."""
        with self._lock:
            return self._look()

    def _look(self) -> bool:
        self._due_at = self._sender.sources.monotonic() + self._interval
        contents, before = Contents(), dict(self._held)
        good = True
        for tables, settings in self._units().items():
            parts = contents.parts(settings)
            if tables in self._held and parts == self._held[tables].parts:
                self._refused.pop(tables, None)
                continue
            # What failed before is tried again: a clock, a device or a right may have changed.
            good &= self._renew(tables, settings, parts)
        if self._held != before:
            good &= self._take_into_use(before)
        self._tell_expiring()
        return good

    def _take_into_use(self, before: dict[_Tables, Held]) -> bool:
        outcome = ""
        try:
            self._serve(self._principals())
        except Exception as error:  # noqa: BLE001 - no line can be opened: the old ones go on
            outcome = type(error).__name__
        if outcome:
            self._held = before
            self._announce(RenewalRefused(("tls",), outcome, "No new line can be opened"))
            return False
        self._tell_renewed(before)
        return True

    def _renew(self, tables: _Tables, settings: Settings, parts: Parts) -> bool:
        outcome, reason = "", ""
        try:
            self._held[tables] = self._loader.load(settings, parts, self._known())
        except DisclosureError as error:
            outcome, reason = type(error).__name__, error.message
        except Exception as error:  # noqa: BLE001 - a broken file must not break a submission
            outcome = reason = type(error).__name__
        if outcome:
            self._refuse(tables, parts, outcome, reason)
            return False
        self._refused.pop(tables, None)
        return True

    def _refuse(self, tables: _Tables, parts: Parts, outcome: str, reason: str) -> None:
        """Tell of a refused renewal, once for what the files hold."""
        if self._refused.get(tables) != parts:
            self._refused[tables] = parts
            then = self._held[tables].parts if tables in self._held else ()
            uses = tuple(part.use for part in parts if part not in then)
            self._announce(RenewalRefused(uses, outcome, reason))

    def _units(self) -> dict[_Tables, Settings]:
        """Return one organisation's settings for each identity; several may share one."""
        every = self._sender.organisations.values()
        return {_tables(settings): settings for settings in every}

    def _known(self) -> dict[Part, Any]:
        return {part: made for held in self._held.values() for part, made in held.known().items()}

    def _principals(self) -> Principals:
        made = {}
        for requester, settings in self._sender.organisations.items():
            held = self._held.get(_tables(settings))
            if held is not None:
                made[requester] = Principal(settings, held.identity, held.tokens)
        return made

    def _tell_renewed(self, before: Mapping[_Tables, Held]) -> None:
        told: set[tuple[Use, str]] = set()
        for tables, held in self._held.items():
            old = chains(before[tables].identity) if tables in before else {}
            for use, chain in chains(held.identity).items():
                name = thumbprint(chain[0])
                same = use in old and thumbprint(old[use][0]) == name
                if not same and (use, name) not in told:
                    told.add((use, name))
                    self._announce(CertificateRenewed(use, name, ends_at(chain)))

    def _tell_expiring(self) -> None:
        now = self._sender.sources.clock()
        for held in self._held.values():
            for use, chain in chains(held.identity).items():
                event = self._expiry.to_tell(use, chain, now)
                if event is not None:
                    self._announce(event)


def _tables(settings: Settings) -> _Tables:
    return settings.tls, settings.signing, settings.token
