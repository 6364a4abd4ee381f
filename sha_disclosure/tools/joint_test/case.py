"""The form of a joint-test case (testitapaus): what is sent, into which situation, what follows."""

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
"""How a case may end: a receipt, or an error class of the SDK."""

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
    """Where a notice of a case comes from, and what is changed in it.

    ``example`` names a notice the package carries, ``file`` a JSON file beside the case file,
    ``notice`` holds it whole. ``set`` and ``remove`` name places like
    ``disclosed_data[0].description``; ``fill`` puts a text of so many characters there, or of
    the edition's ``limit`` (``limit+1``). An example's own ``id`` is left out, so that each run
    makes a new one.
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
    """The message is sent as it is."""

    kind: Literal["plain"] = "plain"


class Faults(Table):
    """The embedded sandbox meets the next requests with these faults, in this order."""

    kind: Literal["faults"]
    faults: Annotated[tuple[Fault, ...], Field(min_length=1)]


class Again(Table):
    """The same prepared message is submitted once more: same bytes, new request id and token."""

    kind: Literal["again"]


class Renewed(Table):
    """The certificates of TLS, signature and token are renewed while the client runs.

    Then the same notices follow in a message of their own. For the embedded sandbox, whose
    authority issues the new certificates.
    """

    kind: Literal["renewed"]


class OtherContent(Table):
    """Another notice with the first one's id, changed as ``set`` says, follows."""

    kind: Literal["other_content"]
    set: dict[str, Any] = Field(repr=False)


class Altered(Table):
    """The signed bytes are altered before sending: each ``find`` becomes ``put``."""

    kind: Literal["altered"]
    find: Annotated[str, StringConstraints(min_length=1)]
    put: str


class ForeignToken(Table):
    """The token is signed by a key whose certificate nobody trusts."""

    kind: Literal["foreign_token"]


class ForeignCertificate(Table):
    """The TLS client certificate is one that nobody trusts."""

    kind: Literal["foreign_certificate"]


class TokenClock(Table):
    """Tokens are written by a clock that is ``seconds`` off."""

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
    """What must follow; what is left out is not judged.

    ``outcome``: one outcome or several of which each is right. ``rules``: exactly these rules
    refuse the notice. ``status``: HTTP status of the last answer. ``attempts``: requests of
    the last submission. ``waited_s``: some wait between attempts was at least so long.
    ``retry_at``: the error names the moment to try again.
    """

    outcome: Outcomes
    rules: tuple[str, ...] = ()
    status: int | None = None
    attempts: int | None = None
    possibly_duplicated: bool | None = None
    retry_at: bool | None = None
    waited_s: float | None = None


class Case(Table):
    """One case: its purpose, what it rests on, what is done, what is expected.

    ``citation`` names the paragraph, guide page or requirement. ``elsewhere`` is expected where
    the environment is not the embedded sandbox, whose own decisions ``expect`` may rest on.
    ``sandbox_only`` cases, and all with faults or renewals, run nowhere else.
    ``timeouts`` and ``retry`` replace single values of the settings' tables.
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
        """Whether the case can run against the embedded sandbox only."""
        return self.sandbox_only or isinstance(self.situation, Faults | Renewed)

    def expected(self, *, embedded: bool) -> Expectation:
        """Return what is expected of the embedded sandbox, or of another environment."""
        return self.expect if embedded or self.elsewhere is None else self.elsewhere
