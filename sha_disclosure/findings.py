"""The finding: the result type of every check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sha_disclosure.messages import (
    Language,
    Message,
    Parameter,
    Parameters,
    catalogue,
    citations,
    message,
)

Severity = Literal["error", "objection", "warning", "passed", "not_run"]
"""The severity: an objection stops a notice until a person acknowledges it.

Checks that report every step also use ``passed``, and ``not_run`` for what could not be checked.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check (havainto): its id, place, severity and the parameters of its text.

    ``id`` names the text in the catalogue (see ``messages``), ``path`` the place in the checked
    object. ``detail`` is an additional sentence about this place. A finding never contains a
    value of a notice, a key or a person's name.
    """

    id: str
    path: str = ""
    severity: Severity = "error"
    parameters: Parameters = ()
    detail: Message | None = None

    @property
    def message(self) -> str:
        """The English text."""
        return self.text()

    def text(self, language: Language = "en") -> str:
        """Return the text in ``language``."""
        made = Message(self.id, self.parameters).text(language)
        return f"{made} ({self.detail.text(language)})" if self.detail else made

    def part(self, name: str, language: Language = "en") -> str:
        """Return another text of the finding, such as ``fix``, in ``language``.

        Empty if the catalogue has none.
        """
        key = f"{self.id}.{name}"
        return Message(key, self.parameters).text(language) if key in catalogue("en") else ""

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the finding as plain values."""
        return {
            "id": self.id,
            "path": self.path,
            "severity": self.severity,
            "message": self.text(language),
        }


@dataclass(frozen=True, slots=True)
class Problem(Finding):
    """One breach of a rule in a notice (puute ilmoituksessa).

    ``rule`` is the rule's id (``N04``, or ``SHAPE`` for input that does not have the shape of
    a notice), ``path`` the place in the caller's own object
    (``disclosed_data[1].service_tasks``), ``rests_on`` the provision or page behind it.
    ``acknowledged``: a person confirmed that the objection describes what happened.
    Texts never repeat the input.
    """

    acknowledged: bool = False

    def text(self, language: Language = "en") -> str:
        """Return the text in ``language``; an open objection says how to store what happened."""
        made = Finding.text(self, language)  # super() does not work in a dataclass with slots
        if self.severity == "objection" and not self.acknowledged:
            return f"{made} {message('objection.how', rule=self.key).text(language)}"
        return made

    @property
    def key(self) -> str:
        """The rule's id with the variant of the breach, if any: ``N07.later``."""
        return self.id.removeprefix("rules.").removesuffix(".breach")

    @property
    def blocks(self) -> bool:
        """Whether it prevents storing the notice: an error, or an open objection."""
        return self.severity == "error" or (self.severity == "objection" and not self.acknowledged)

    @property
    def rule(self) -> str:
        """The id of the rule, without the variant of the breach."""
        return self.id.split(".")[1]

    @property
    def rests_on(self) -> str:
        """The provision or page behind the rule."""
        return citations().get(self.rule, "")

    @property
    def en(self) -> str:
        """The English text."""
        return self.text("en")

    @property
    def fi(self) -> str:
        """The Finnish text."""
        return self.text("fi")

    def to_dict(self, language: Language = "en") -> dict[str, Any]:
        """Return the problem as the ``validate`` command prints it."""
        return {
            "rule": self.rule,
            "path": self.path,
            "message": self.text(language),
            "severity": self.severity,
            **({"acknowledged": True} if self.acknowledged else {}),
        }


def problem(
    key: str, path: str, severity: Severity = "error", /, **parameters: Parameter
) -> Problem:
    """Return the problem for ``key``: a rule, or a rule and a variant of its breach."""
    rule, _, variant = key.partition(".")
    named = message(f"rules.{rule}.{variant or 'breach'}", **parameters)
    return Problem(named.id, path, severity, named.parameters)
