"""The context a notice is checked in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sha_disclosure.codes import CodeLists
from sha_disclosure.editions import Edition
from sha_disclosure.editions.wire import Wire
from sha_disclosure.settings import Environment, OnObjections, Settings
from sha_disclosure.settings.organisations import requesters_by_controller
from sha_disclosure.values import Oid, PersonalId


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The context a notice is checked in: time, environment, edition and code lists.

    ``organisations`` maps each controller to the organisation that sends its notices; it is empty
    when a single sender handles them all. ``objections`` controls whether a disclosure the law does
    not clearly support is refused until a person acknowledges it, or only causes a warning.
    ``assumed`` lists the edition's assumed entries.
    """

    now: datetime
    environment: Environment
    wire: Wire = field(repr=False)
    code_lists: CodeLists = field(default_factory=CodeLists, repr=False)
    test_personal_ids: tuple[PersonalId, ...] = ()
    allow_artificial_ids: bool = False
    clock_skew_s: float = 60.0
    organisations: Mapping[str, str] = field(default_factory=dict, repr=False)
    objections: OnObjections = "refuse"
    assumed: frozenset[str] = field(default=frozenset(), repr=False)

    @classmethod
    def of(
        cls, settings: Settings, edition: Edition, now: datetime, code_lists: CodeLists
    ) -> Circumstances:
        """Return the circumstances for a sender with these settings."""
        return cls(
            now,
            settings.environment,
            edition.wire,
            code_lists,
            settings.test_personal_ids,
            settings.allow_artificial_ids,
            settings.clock_skew_s,
            requesters_by_controller(settings),
            settings.rules.objections,
            frozenset(entry.key for entry in edition.assumed()),
        )

    def organisation_of(self, controller: Oid) -> str | None:
        """Return the organisation that sends a controller's notices, or None."""
        return self.organisations.get(str(controller)) if self.organisations else ""
