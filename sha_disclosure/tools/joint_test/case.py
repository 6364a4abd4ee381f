"""The format of a joint-test case (testitapaus): the message, the situation, the expectation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sha_disclosure.messages import Language
from sha_disclosure.tools.sandbox.faults import Fault

Outcome = Literal[
    "stored", "InvalidNotice", "NotSent", "OutcomeUnknown", "Unavailable", "Unauthorized",
    "Rejected", "Misdirected", "UnexpectedAnswer",
]  # fmt: skip
"""The possible outcomes of a case: a receipt, or an error class of the SDK."""

Group = Literal["content", "before_sending", "refusal", "retry", "own"]


class Table(BaseModel):
    """One table of a case file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Translated(Table):
    """A text of a case file in the languages it must have."""

    en: str
    fi: str

    @model_validator(mode="after")
    def _whole(self) -> Translated:
        if not self.en.strip() or not self.fi.strip():
            raise PydanticCustomError("translation", "refused")
        return self

    def text(self, language: Language = "en") -> str:
        """Return the text in ``language``, or in English."""
        return self.fi if language == "fi" else self.en


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Outcomes = Annotated[tuple[Outcome, ...], BeforeValidator(_listed), Field(min_length=1)]
Length = int | Annotated[str, StringConstraints(pattern=r"^limit(\+[0-9]{1,6})?$")]


class NoticeSource(Table):
    """The source of a case's notice, and the changes made to it.

    ``example`` names a notice of the package, ``file`` a JSON file relative to the case file, and
    ``notice`` contains it inline. ``set`` and ``remove`` take paths like
    ``disclosed_data[0].description``; ``fill`` puts a text of a given length there, or of
    the edition's ``limit`` (``limit+1``). An example's own ``id`` is removed, so that each run
    generates a new one.
    """

    example: str | None = None
    file: Path | None = None
    notice: dict[str, Any] | None = Field(default=None, repr=False)
    set: dict[str, Any] = Field(default={}, repr=False)
    remove: tuple[str, ...] = ()
    fill: dict[str, Length] = {}

    @model_validator(mode="after")
    def _one_source(self) -> NoticeSource:
        if sum(each is not None for each in (self.example, self.file, self.notice)) != 1:
            raise PydanticCustomError("source", "refused")
        return self


class Plain(Table):
    """The message is sent unchanged."""

    kind: Literal["plain"] = "plain"


class Faults(Table):
    """The embedded sandbox applies these faults to the next requests, in order."""

    kind: Literal["faults"]
    faults: Annotated[tuple[Fault, ...], Field(min_length=1)]


class Again(Table):
    """The same prepared message is submitted again: same bytes, new request id and token."""

    kind: Literal["again"]


class Renewed(Table):
    """The certificates of TLS, signature and token are renewed while the client runs.

    The same notices are then sent in another message. Only for the embedded sandbox, whose
    authority issues the new certificates.
    """

    kind: Literal["renewed"]


class OtherContent(Table):
    """Another notice with the first one's id, changed according to ``set``, is sent next."""

    kind: Literal["other_content"]
    set: dict[str, Any] = Field(repr=False)


class Altered(Table):
    """The signed bytes are altered before sending: each ``find`` is replaced by ``put``."""

    kind: Literal["altered"]
    find: Annotated[str, StringConstraints(min_length=1)]
    put: str


class ForeignToken(Table):
    """The token is signed with a key whose certificate is not trusted."""

    kind: Literal["foreign_token"]


class ForeignCertificate(Table):
    """The TLS client certificate is not trusted."""

    kind: Literal["foreign_certificate"]


class TokenClock(Table):
    """Tokens are created with a clock that is ``seconds`` off."""

    kind: Literal["token_clock"]
    seconds: int


Situation = Annotated[
    Plain
    | Faults
    | Again
    | Renewed
    | OtherContent
    | Altered
    | ForeignToken
    | ForeignCertificate
    | TokenClock,
    Field(discriminator="kind"),
]


class Expectation(Table):
    """The expected result; only the given fields are checked.

    ``outcome``: one acceptable outcome, or several. ``rules``: exactly these rules
    refuse the notice. ``status``: HTTP status of the last answer. ``attempts``: requests of
    the last submission. ``waited_s``: at least one wait between attempts was this long.
    ``retry_at``: the error states when to try again.
    """

    outcome: Outcomes
    rules: tuple[str, ...] = ()
    status: int | None = None
    attempts: int | None = None
    possibly_duplicated: bool | None = None
    retry_at: bool | None = None
    waited_s: float | None = None


class Case(Table):
    """One case: its purpose, its citation, its actions and its expectation.

    ``citation`` names the paragraph, guide page or requirement. ``elsewhere`` is the expectation
    outside the embedded sandbox, where the sandbox's own decisions in ``expect`` do not apply.
    ``sandbox_only`` cases, and all with faults or renewals, run nowhere else.
    ``timeouts`` and ``retry`` override single values of the settings' tables.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    group: Group = "own"
    title: Translated
    purpose: Translated
    citation: Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
    notices: Annotated[tuple[NoticeSource, ...], Field(min_length=1)]
    situation: Situation = Plain()
    expect: Expectation
    elsewhere: Expectation | None = None
    sandbox_only: bool = False
    timeouts: dict[str, float] = {}
    retry: dict[str, float] = {}

    @property
    def needs_sandbox(self) -> bool:
        """Whether the case can only run against the embedded sandbox."""
        return self.sandbox_only or isinstance(self.situation, Faults | Renewed)

    def expected(self, *, embedded: bool) -> Expectation:
        """Return the expectation for the embedded sandbox, or for another environment."""
        return self.expect if embedded or self.elsewhere is None else self.elsewhere
