"""The credentials of one client's organisations: loaded, renewed while it runs, swapped whole.

Files are watched by content (avainten ja varmenteiden uusiminen). Changes are loaded and fully
checked before they are used; if they fail, the only effect is an event.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence

from sha_disclosure.credentials.certificate import thumbprint
from sha_disclosure.credentials.credentials import Credentials, OwnSigners, load_credentials
from sha_disclosure.credentials.expiry import ExpiryReminders, chains, ends_at
from sha_disclosure.credentials.origins import FileDigests, Origin, Origins, Table
from sha_disclosure.credentials.places import one_look
from sha_disclosure.credentials.reading import require
from sha_disclosure.credentials.trust import check_organisation
from sha_disclosure.editions import Edition
from sha_disclosure.errors import CertificateExpired, DisclosureError
from sha_disclosure.events import CertificateRenewed, Listeners, RenewalRefused, SignerMismatched
from sha_disclosure.findings import Finding
from sha_disclosure.messages import message
from sha_disclosure.process import ProcessLock, raised_by_signal_handler
from sha_disclosure.settings import KeyPair, Settings
from sha_disclosure.settings.organisations import settings_by_requester
from sha_disclosure.sources import Sources

_Tables = tuple[KeyPair | None, KeyPair | None, KeyPair | None]
_Loaded = Mapping[_Tables, Credentials]
_Known = dict[Origin, Credentials]


class CredentialStore:
    """Holds the credentials of a client's organisations and renews them.

    ``use`` is called with the credentials to use, by the requester's OID: immediately, and
    after each renewal. One thread checks at a time; the others continue with the current ones.

    Raises ConfigurationError, KeyUnavailable and CertificateExpired for the first credentials.
    If one of several organisations has an expired certificate, the others are not affected: it
    is left out until its certificate is renewed.
    """

    def __init__(
        self,
        settings: Settings,
        edition: Edition,
        sources: Sources,
        own: OwnSigners,
        listeners: Listeners,
        use: Callable[[Mapping[str, Credentials]], None],
    ) -> None:
        self._settings = settings
        self._edition = edition
        self._sources = sources
        self._own = own
        self._listeners = listeners
        self._use = use
        self._organisations = settings_by_requester(settings)
        self._by_tables: dict[_Tables, list[Settings]] = {}
        for each in self._organisations.values():
            self._by_tables.setdefault(_tables(each), []).append(each)
        self._lock = ProcessLock()
        self._reminders = ExpiryReminders()
        self._mismatched: set[tuple[str, str]] = set()
        self._loaded: _Loaded = {}
        self._refused: dict[_Tables, Origins] = {}
        self._expired: dict[_Tables, CertificateExpired] = {}
        self._due_at = sources.monotonic() + settings.renewal_s
        with one_look():
            self._load_first()
        use(self._by_requester())
        self._remind()

    def _load_first(self) -> None:
        digests = FileDigests()
        made: dict[_Tables, Credentials] = {}
        known: _Known = {}
        for tables, sharing in self._by_tables.items():
            origins = digests.origins(sharing[0])
            try:
                made[tables] = self._load(sharing, origins, known)
            except CertificateExpired as error:
                self._expired[tables] = error
                self._refuse(tables, origins, type(error).__name__, error.message)
        self._loaded = made
        if not made:
            raise next(iter(self._expired.values()))

    def require(self, requester: str) -> None:
        """Raise CertificateExpired for an organisation that was left out."""
        settings = self._organisations.get(requester)
        error = self._expired.get(_tables(settings)) if settings else None
        if error is not None:
            raise copy.copy(error)

    def due(self) -> bool:
        """Return whether a check is due. Costs next to nothing."""
        return self._sources.monotonic() >= self._due_at

    def renew_when_due(self) -> None:
        """Check the files if due and no other thread is doing so; raises nothing."""
        if self.due() and not (lock := self._lock.own).locked():
            with lock:
                if self.due():  # another thread may have been faster
                    self._look()

    def renew(self) -> bool:
        """Check the files now; return whether their contents are in use."""
        with self._lock.own:
            return self._look()

    def _look(self) -> bool:
        with one_look():
            return self._renew()

    def _renew(self) -> bool:
        self._due_at = self._sources.monotonic() + self._settings.renewal_s
        digests, made = FileDigests(), dict(self._loaded)
        known = {origin: each for each in made.values() for origin in each.origins}
        good = True
        for tables, sharing in self._by_tables.items():
            origins = digests.origins(sharing[0])
            if tables in made and origins == made[tables].origins:
                self._refused.pop(tables, None)
                continue
            # Retry earlier failures: a clock, a device or a permission may have changed.
            loaded = self._reload(tables, origins, known)
            if loaded is None:
                good = False
            else:
                made[tables] = loaded
        if made != self._loaded:
            good &= self._swap(made)
        self._remind()
        return good

    def _reload(self, tables: _Tables, origins: Origins, known: _Known) -> Credentials | None:
        try:
            loaded = self._load(self._by_tables[tables], origins, known)
        except DisclosureError as error:
            self._refuse(tables, origins, type(error).__name__, error.message)
        except Exception as error:  # a broken file must not break a submission
            if raised_by_signal_handler(error):
                raise
            self._refuse(tables, origins, type(error).__name__, type(error).__name__)
        else:
            self._refused.pop(tables, None)
            return loaded
        return None

    def _load(self, sharing: Sequence[Settings], origins: Origins, known: _Known) -> Credentials:
        """Return the credentials of organisations with the same tables, and add to ``known``."""
        now, own = self._sources.clock(), self._own_signers(sharing[0])
        made = load_credentials(sharing[0], self._edition, now, own, loaded=known, origins=origins)
        for settings in sharing:
            found = self._of_another(settings, made)
            require("[signing]", *(one for one in found if one.severity == "error"))
        known.update(dict.fromkeys(origins, made))
        return made

    def _of_another(self, settings: Settings, credentials: Credentials) -> tuple[Finding, ...]:
        """Return a finding if the signing certificate names an organisation it is not used for."""
        own = (str(settings.requester.id), str(settings.subscriber.id))
        return check_organisation(credentials.content.leaf, own, self._edition.wire.trust)

    def _own_signers(self, settings: Settings) -> OwnSigners:
        """Return the signers that replace top-level tables, wherever those are used."""
        if settings.signing != self._settings.signing:
            return OwnSigners(pin=self._own.pin)
        if settings.token != self._settings.token:
            return OwnSigners(content=self._own.content, pin=self._own.pin)
        return self._own

    def _swap(self, made: _Loaded) -> bool:
        before, self._loaded = self._loaded, made
        used = False
        try:
            self._use(self._by_requester())
            used = True
        except Exception as error:  # no connection can be opened: the old ones stay in use
            if raised_by_signal_handler(error):
                raise
            outcome = type(error).__name__
        finally:
            if not used:
                self._loaded = before
        if used:
            self._report_renewed(before)
            return True
        reason = str(message("credentials.no_connection"))
        self._listeners.notify(RenewalRefused(("tls",), outcome, reason))
        return False

    def _refuse(self, tables: _Tables, origins: Origins, outcome: str, reason: str) -> None:
        """Report a refused renewal, once for the same file contents."""
        if self._refused.get(tables) != origins:
            self._refused[tables] = origins
            then = self._loaded[tables].origins if tables in self._loaded else ()
            uses = tuple(origin.table for origin in origins if origin not in then)
            self._listeners.notify(RenewalRefused(uses, outcome, reason))

    def _by_requester(self) -> dict[str, Credentials]:
        return {
            requester: self._loaded[_tables(settings)]
            for requester, settings in self._organisations.items()
            if _tables(settings) in self._loaded
        }

    def _report_renewed(self, before: _Loaded) -> None:
        reported: set[tuple[Table, str]] = set()
        for tables, credentials in self._loaded.items():
            old = chains(before[tables]) if tables in before else {}
            for table, chain in chains(credentials).items():
                name = thumbprint(chain[0])
                same = table in old and thumbprint(old[table][0]) == name
                if not same and (table, name) not in reported:
                    reported.add((table, name))
                    self._listeners.notify(CertificateRenewed(table, name, ends_at(chain)))

    def _remind(self) -> None:
        now = self._sources.clock()
        for credentials in self._loaded.values():
            for table, chain in chains(credentials).items():
                event = self._reminders.due(table, chain, now)
                if event is not None:
                    self._listeners.notify(event)
        for requester, credentials in self._by_requester().items():
            name = credentials.content.thumbprint
            found = self._of_another(self._organisations[requester], credentials)
            if found and (requester, name) not in self._mismatched:
                self._mismatched.add((requester, name))
                self._listeners.notify(SignerMismatched("signing", name, requester))


def _tables(settings: Settings) -> _Tables:
    return settings.tls, settings.signing, settings.token
