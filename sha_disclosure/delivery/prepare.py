"""From notices to signed bytes: the only place where FHIR and JOSE meet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sha_disclosure.codes import CodeLists, code_lists_for
from sha_disclosure.delivery.ids import derived_oid, new_oid
from sha_disclosure.editions import Edition, load_edition
from sha_disclosure.editions.wire import address
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.fhir.bundle import BundleBuilder, to_bytes
from sha_disclosure.fhir.defaults import with_defaults
from sha_disclosure.findings import Problem, problem
from sha_disclosure.law import Circumstances, check, check_together, keeps_every_rule
from sha_disclosure.notice import Client, Discloser, DisclosureNotice, UnreadField, written_texts
from sha_disclosure.settings import Settings
from sha_disclosure.settings.organisations import settings_by_requester
from sha_disclosure.sources import Sources
from sha_disclosure.values import Instant, Oid
from sha_disclosure.values.checked import unchecked

if TYPE_CHECKING:
    from fhir.resources.R4B.resource import Resource

    from sha_disclosure.explanation import Explanation
    from sha_disclosure.jose.content import BundleSigner


@dataclass(frozen=True, slots=True)
class User:
    """The professional on whose behalf a message is sent; only included in the token."""

    id: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    authentication_method: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, discloser: Discloser) -> User:
        """Return the discloser as the user."""
        family = (discloser.family_name,) if discloser.family_name else ()
        names = [name.reveal() for name in (*discloser.given_names, *family)]
        method = discloser.authentication_method
        return cls(
            id=discloser.id.value.reveal() if discloser.id else None,
            name=" ".join(names) or None,
            authentication_method=str(method.code) if method else None,
        )


@dataclass(frozen=True, slots=True)
class UnsignedNotice:
    """A checked message before it is signed: the Bundle, its notices, the sender, warnings."""

    bundle: dict[str, Any] = field(repr=False)
    notices: tuple[DisclosureNotice, ...]
    organisation: str
    warnings: tuple[Problem, ...] = ()
    acknowledged: tuple[str, ...] = ()
    contents: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PreparedNotice:
    """A signed message, frozen: the same ``body`` is sent on every attempt.

    ``notice_ids``: ids of its notices, in order. ``digest``: SHA-256 of ``body``, hexadecimal.
    ``certificate``: SHA-256 thumbprint of the signing certificate. ``warnings``: problems
    that do not prevent sending. ``client`` identifies the client the message is about, so that
    messages about one client can be kept in order; it and ``body`` hold personal data and
    are hidden from ``repr``. ``organisation``: the requester's OID of the organisation that
    sends it; empty in what an earlier version stored, for the settings' own requester.
    ``acknowledged``: the objections that the notices acknowledge, such as ``N07.later``.
    ``references``: the caller's own keys of the notices, in order, empty where there is none.
    Neither is in ``body``. ``contents``: digests of the notices with a reference as their
    caller gave them, used to recognise repetitions; hidden, and never stored.
    ``signed_here``: whether ``prepare`` of this process returned this very object. A copy or an
    unpickled one was not: an outbox verifies its signature before it is sent.
    """

    notice_ids: tuple[str, ...]
    body: bytes = field(repr=False)
    digest: str
    certificate: str
    edition: str
    prepared_at: datetime
    user: User = field(repr=False)
    client: str = field(default="", repr=False)
    warnings: tuple[Problem, ...] = ()
    organisation: str = ""
    acknowledged: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    contents: tuple[str, ...] = field(default=(), repr=False, compare=False)
    signed_here: bool = field(default=False, init=False, repr=False, compare=False)

    def __getstate__(self) -> list[Any]:
        """Return the fields, for pickle and copy, as those of a message not signed here."""
        return [getattr(self, f.name) if f.init else f.default for f in fields(self)]

    @property
    def reference(self) -> str | None:
        """The caller's own key of the (first) notice, if it has one."""
        return next(iter(self.references), "") or None

    def resources(self) -> tuple[Resource, ...]:
        """Return the resources as typed ``fhir.resources`` R4B objects, for reading only.

        Never serialise them for sending: that would rewrite instants and base64.
        """
        from fhir.resources.R4B.bundle import Bundle  # noqa: PLC0415 - costs 0.1 s to import

        entries = Bundle.model_validate_json(self.body).entry or []
        return tuple(entry.resource for entry in entries if entry.resource is not None)

    def explain(self, edition: Edition | None = None) -> Explanation:
        """Return what is sent and why: traces every element back to the provision of the law.

        ``edition`` is the one it was prepared with, if that is a file and not one of the package's.
        Raises ConfigurationError if it is unknown, and InvalidNotice if the message was prepared
        with another.
        """
        from sha_disclosure.explanation import explain  # noqa: PLC0415 - most programs never ask

        return explain(self.bundle(), edition or load_edition(self.edition))

    def bundle(self) -> dict[str, Any]:
        """Return the signed Bundle as a dictionary. It holds personal data."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


class Setup:
    """The sender's set-up: settings, edition, code lists, and the clock and randomness.

    Code lists default to those of the settings, read once when this is created; in the sandbox
    to the package's sample.
    Raises ConfigurationError if they cannot be read. ``organisations`` are the settings of each
    organisation that it sends for, by the requester's OID.
    """

    def __init__(
        self,
        settings: Settings,
        edition: Edition,
        sources: Sources | None = None,
        code_lists: CodeLists | None = None,
    ) -> None:
        self.settings = settings
        self.edition = edition
        self.sources = sources or Sources()
        self.organisations = settings_by_requester(settings)
        lists = code_lists or code_lists_for(settings.code_lists, settings.environment)
        now = self.sources.clock()
        self._circumstances = Circumstances.of(settings, edition, now, lists)
        self._builders: dict[str, BundleBuilder] = {}

    def __repr__(self) -> str:
        return f"Setup({self.settings.environment}, edition {self.edition.name})"

    def circumstances(self) -> Circumstances:
        """Return the context in which a notice is checked now."""
        return replace(self._circumstances, now=self.sources.clock())

    def builder_of(self, requester: str) -> BundleBuilder:
        """Return the Bundle builder of one organisation, created on first use."""
        if requester not in self._builders:
            system = self.organisations[requester].system
            self._builders[requester] = BundleBuilder(system, self.edition.wire)
        return self._builders[requester]

    @property
    def url(self) -> str:
        """Where transactions are posted: the service root."""
        return address(self.edition.wire.address.transaction, self.settings.base_url)

    @property
    def probe(self) -> str:
        """The address of the request that stores nothing, at the service's root."""
        return address(self.edition.wire.address.probe, self.settings.base_url)


def build(notices: Sequence[DisclosureNotice], setup: Setup) -> UnsignedNotice:
    """Check the notices and build their unsigned Bundle.

    Raises InvalidNotice with every problem of every notice.
    """
    unread = ""
    try:
        return _built(notices, setup)
    except UnreadField as missing:
        unread = str(missing)
    raise InvalidNotice([problem("SHAPE", unread)])


def _built(notices: Sequence[DisclosureNotice], setup: Setup) -> UnsignedNotice:
    given, sources = setup.circumstances(), setup.sources
    texts = list(map(written_texts, notices))
    found = _checked(notices, texts, given)
    organisation = given.organisation_of(notices[0].controller.oid)
    organisation = organisation or str(setup.settings.requester.id)
    settings, now = setup.organisations[organisation], given.now

    def new_id() -> Oid:
        return new_oid(settings.ids.root, now, sources.randomness)

    moment, wire = instant(now), setup.edition.wire
    complete = tuple(
        with_defaults(notice, moment, new_id, wire, own)
        for notice, own in zip(notices, texts, strict=True)
    )
    provenance_ids = [_provenance_id(notice, settings) for notice in complete]
    made = setup.builder_of(organisation).build(complete, provenance_ids)
    contents = tuple(map(_content_of, notices))
    return UnsignedNotice(
        made,
        complete,
        organisation,
        warnings=tuple(each for each in found if not each.acknowledged) if found else (),
        acknowledged=tuple(dict.fromkeys(each.key for each in found if each.acknowledged)),
        contents=contents if any(contents) else (),
    )


def sign(unsigned: UnsignedNotice, setup: Setup, by: BundleSigner) -> PreparedNotice:
    """Sign a built message. Raises SigningError: KeyUnavailable or CertificateExpired."""
    now = setup.sources.clock()
    who = setup.organisations[unsigned.organisation].requester
    body = to_bytes(by.sign(unsigned.bundle, who=who, when=instant(now)).bundle)
    prepared = PreparedNotice(
        notice_ids=tuple(str(notice.id) for notice in unsigned.notices),
        body=body,
        digest=hashlib.sha256(body).hexdigest(),
        certificate=by.signer.thumbprint,
        edition=setup.edition.name,
        prepared_at=now,
        user=User.of(unsigned.notices[0].discloser),
        client=_identity_of(unsigned.notices[0].client),
        warnings=unsigned.warnings,
        organisation=unsigned.organisation,
        acknowledged=unsigned.acknowledged,
        references=tuple(map(_reference_of, unsigned.notices)),
        contents=unsigned.contents,
    )
    object.__setattr__(prepared, "signed_here", True)  # not a parameter, so no copy claims it
    return prepared


def _provenance_id(notice: DisclosureNotice, settings: Settings) -> Oid:
    recorded, of = cast("Instant", notice.recorded_at), cast("Oid", notice.id)
    return derived_oid(settings.ids.root, recorded.moment, of)


def _reference_of(notice: DisclosureNotice) -> str:
    return notice.reference.reveal() if notice.reference else ""


def _content_of(notice: DisclosureNotice) -> str:
    """Return a digest of a notice as its caller gave it, without what is never sent."""
    if notice.reference is None:
        return ""
    given = notice.model_dump_json(exclude={"reference", "acknowledged"}, exclude_none=True)
    return hashlib.sha256(given.encode()).hexdigest()


def _identity_of(client: Client) -> str:
    """Return what identifies this client: the best identifier available."""
    for identifier in (client.personal_id, client.temporary_id):
        if identifier is not None:
            return identifier.reveal()
    born = client.birth_date.reveal() if client.birth_date else ""
    names = (client.family_name, *client.given_names)
    return "|".join((born, *(name.reveal() for name in names)))


def instant(moment: datetime) -> Instant:
    """Return a time of the clock in the SDK's format: milliseconds and offset."""
    return unchecked(Instant, moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


def _checked(
    notices: Sequence[DisclosureNotice], texts: Sequence[Sequence[str]], given: Circumstances
) -> tuple[Problem, ...]:
    found: list[Problem] = []
    for index, (notice, own) in enumerate(zip(notices, texts, strict=True)):
        if not keeps_every_rule(notice, given, own):
            place = f"[{index}]." if len(notices) > 1 else ""
            found += (replace(p, path=f"{place}{p.path}") for p in check(notice, given))
    if len(notices) > 1:
        found += check_together(notices, given)
    blocking = [p for p in found if p.blocks]
    if blocking:
        raise InvalidNotice(blocking)
    return tuple(found)
