"""What every entry of an edition does: who reads it, where it shows, what judges it.

Nothing is written down here that can be seen: each entry is given another value, and what
changes in the messages, in the judgement of them and in the answers is noted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from sha_disclosure.editions import Edition, Entry
from sha_disclosure.editions.wire import CauseCode, Wire
from sha_disclosure.errors import InvalidNotice
from sha_disclosure.fhir.reading import read_bundle
from sha_disclosure.notice import DisclosureNotice
from sha_disclosure.settings import Settings
from sha_disclosure.tools.verifier import check_structure
from traceability.changing import MARK, changed, fixed, marks, put, value_of
from traceability.forms import FORMS
from traceability.gates import GATES
from traceability.judging import Judges
from traceability.messages import KINDS, Sent, Signing, notices, sent
from traceability.places import Flat, differences, flat
from traceability.watching import Uses, watched

# Entries that only matter when another entry lets them.
_CAUSE_SENT = ("event.cause", "sent")
_NEEDS: Mapping[str, tuple[str, Any]] = {
    "content_signature.typ": ("content_signature.header", ("x5c", "typ")),
    "ground_detail.cause": _CAUSE_SENT,
    **{f"cause.{name}": _CAUSE_SENT for name in CauseCode.model_fields},
}
_ANSWERING = frozenset({"tools.sandbox.service", "delivery.outcome"})
"""The modules whose readings may show in an answer."""
_KINDS_OF_NOTICES = 8
_IDLE_AT_MOST = 3
"""After so many notices that show nothing new, the others are not built."""
_BEHIND_S = 30
"""How far the service's clock is behind where it is asked to bear a difference."""


@dataclass(frozen=True)
class Observation:
    """What one entry does.

    ``modules`` read it. With another value ``places`` of the message or an answer differ, and
    ``judges`` refuse a message of the edition itself. ``lost`` are parts of the other value
    not found where it should show; ``refused`` are the judges with the other value that refuse
    a message made with it.
    """

    entry: Entry
    modules: tuple[str, ...]
    places: tuple[str, ...]
    judges: tuple[str, ...]
    lost: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass
class _Shown:
    """What messages tell of an entry; ``telling`` is a notice that tells it."""

    telling: int
    places: set[str] = field(default_factory=set)
    judges: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)


class Observer:
    """Watches one edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.settings = Settings.stand_in()
        self.signing = Signing.new()
        # Another release may make mandatory what one of the notices leaves out.
        self.notices = tuple(notice for notice in notices() if not self._told(notice, edition))
        self.refused = tuple(notice for notice in notices() if self._told(notice, edition))
        self.judges = Judges(self.signing, self.settings)
        self._kept: dict[tuple[int, str, str], Flat] = {}

    def observe(self) -> Iterator[Observation]:
        """Return what each entry does, in the edition's order."""
        return map(self.of, self.edition.entries)

    def message(self, notice: int) -> Sent:
        """Return the message of one of the notices, signed."""
        return self._really(notice, self.edition)

    def of(self, entry: Entry) -> Observation:
        """Return what one entry does."""
        key, base = entry.key, self._base(entry.key)
        other = self._with(changed(base.wire, key))
        shown = self._shown(key, other)
        modules, places, judges = self.uses.modules(key), shown.places, shown.judges
        message = self._really(shown.telling, base)
        if _ANSWERING & set(modules):
            own = self.judges.answers(message, base)
            places |= differences(own, self.judges.answers(message, other))
        judges |= self._refusing(message, other, modules) | self._gating(key, base, other)
        if base.package != other.package:
            places.add("heading of `sha-disclosure edition`")
        if not (places or judges):
            late = self.judges.sandbox(message, other, behind_s=_BEHIND_S)
            judges |= {f"sandbox, clock behind: {check}" for check in late}
        refused: set[str] = set()
        if places and not fixed(key):
            refused = self._refusing(self._really(shown.telling, other), other, modules)
        if key in FORMS:
            form = FORMS[key]
            modules, places = form.modules, set(form.places(self._really(form.notice, base)))
        return Observation(
            entry,
            modules,
            tuple(sorted(place for place in places if MARK not in place)),
            tuple(sorted(judges)),
            tuple(sorted(shown.lost)),
            tuple(sorted(refused)),
        )

    def _shown(self, key: str, other: Edition) -> _Shown:
        """Compare messages with and without the change, of each kind of notice that reads it."""
        specimens = self._specimens(key)
        wanted = set(marks(value_of(other.wire, key)))
        found: set[str] = set()
        shown = _Shown(specimens[0])
        idle = 0
        for index in specimens:
            if shown.places and idle == _IDLE_AT_MOST:
                break
            for kind in _kinds(key):
                try:
                    after = flat(self._pretended(index, other, kind))
                except InvalidNotice as error:
                    shown.judges |= {f"rule {problem.rule}" for problem in error.problems}
                    shown.telling = shown.telling if shown.places else index
                    continue
                differing = differences(self._before(index, key, kind), after)
                if differing and not shown.places:
                    shown.telling = index
                idle = 0 if differing - shown.places else idle + 1
                shown.places |= differing
                found |= {m for m in wanted if any(m in f"{p} {v}" for p, v in after.items())}
        shown.lost = wanted - found if found else set()
        return shown

    def _gating(self, key: str, base: Edition, other: Edition) -> set[str]:
        """Return who lets pass under one of the editions what the other stops."""
        stopped: set[str] = set()
        for notice in self.refused:
            stopped |= self._told(notice, base) ^ self._told(notice, other)
        gates = {verdict.partition(" at ")[0] for verdict in stopped}
        if key in GATES and GATES[key].verdict(base) != GATES[key].verdict(other):
            gates.add(GATES[key].of)
        return gates

    def _refusing(self, message: Sent, edition: Edition, modules: tuple[str, ...]) -> set[str]:
        """Return who refuses the message, of those who read the entry at all."""
        found: set[str] = set()
        if any(module.startswith("tools.") for module in modules):
            found |= {f"sandbox: {check}" for check in self.judges.sandbox(message, edition)}
        if any(module.startswith("tools.verifier") for module in modules):
            found |= {f"own check: {each}" for each in self.judges.own_checks(message, edition)}
        return found

    def _base(self, key: str) -> Edition:
        return self._with(put(self.edition.wire, *_NEEDS[key])) if key in _NEEDS else self.edition

    def _with(self, wire: Wire) -> Edition:
        return replace(self.edition, wire=wire)

    def _before(self, index: int, key: str, kind: str) -> Flat:
        name = (index, key if key in _NEEDS else "", kind)
        if name not in self._kept:
            self._kept[name] = flat(self._pretended(index, self._base(key), kind))
        return self._kept[name]

    def _pretended(self, index: int, edition: Edition, kind: str) -> Sent:
        return self._sent(self.notices[index], edition, kind)

    def _sent(self, notice: DisclosureNotice, edition: Edition, kind: str) -> Sent:
        content = self.signing.pretended(edition, "content_signature", kind)
        token = self.signing.pretended(edition, "token", kind)
        return sent(notice, edition, self.settings, content, token)

    def _told(self, notice: DisclosureNotice, edition: Edition) -> frozenset[str]:
        """Return the rules that refuse a notice."""
        try:
            self._sent(notice, edition, "p256")
        except InvalidNotice as error:
            return frozenset(f"rule {problem.rule} at {problem.path}" for problem in error.problems)
        return frozenset()

    def _really(self, index: int, edition: Edition) -> Sent:
        content = self.signing.really(edition, "content_signature")
        token = self.signing.really(edition, "token")
        return sent(self.notices[index], edition, self.settings, content, token)

    def _specimens(self, key: str) -> list[int]:
        """Return the notices whose message reads the entry, one of each kind, or the first."""
        read = self._read_where(*_NEEDS[key]) if key in _NEEDS else self._read
        reading = [index for index, keys in enumerate(read) if key in keys]
        return reading[:_KINDS_OF_NOTICES] or [0]

    @cached_property
    def _read(self) -> list[frozenset[str]]:
        return list(self._keys_read(self.edition.wire))

    @cache  # noqa: B019 - an observer lives as long as the program
    def _read_where(self, key: str, value: Any) -> list[frozenset[str]]:
        return list(self._keys_read(put(self.edition.wire, key, value)))

    def _keys_read(self, wire: Wire) -> Iterator[frozenset[str]]:
        """Yield the keys that the message of each notice reads."""
        uses = Uses()
        edition = self._with(watched(wire, uses))
        for index in range(len(self.notices)):
            uses.seen.clear()
            self._pretended(index, edition, "p256")
            yield frozenset(uses.seen)

    @cached_property
    def uses(self) -> Uses:
        """Who reads what when every message is built, sent, judged and read back."""
        uses = Uses()
        edition = self._with(watched(self.edition.wire, uses))
        self.signing.forget()
        for index in range(len(self.notices)):
            message = self._really(index, edition)
            self.judges.sandbox(message, edition)
            self.judges.own_checks(message, edition)
            read_bundle(message.prepared.bundle(), edition.wire)
        self.judges.answers(message, edition)  # a message that is really signed, unlike those below
        edition.package  # noqa: B018 - read, so that the reading is noted
        for kind in KINDS:
            self._pretended(0, edition, kind)
        for needed in set(_NEEDS.values()):
            other = self._with(watched(put(self.edition.wire, *needed), uses))
            for index in range(len(self.notices)):
                message = self._pretended(index, other, "p256")
                check_structure(message.prepared.bundle(), other)
                read_bundle(message.prepared.bundle(), other.wire)
        for notice in self.refused:
            self._told(notice, edition)
        for gate in GATES.values():
            gate.verdict(edition)
        return uses


def _kinds(key: str) -> tuple[str, ...]:
    kind = key.rpartition(".")[2]
    return (kind,) if kind in KINDS else ("p256",)
