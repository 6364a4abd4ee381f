"""What is measured, and the value each figure is to reach.

The order is that of the printed table. A figure without a bound is there to compare with.
"""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["us", "ms", "s", "MB", "%", "/s", ""]


@dataclass(frozen=True)
class Measured:
    """One figure, with what it was made from: ours and the floor, in the target's ``parts``."""

    key: str
    value: float
    ours: float | None = None
    floor: float | None = None


@dataclass(frozen=True)
class Target:
    """What a figure is, and the bound it is to keep: at least, or at most."""

    key: str
    what: str
    unit: Unit
    at_least: float | None = None
    at_most: float | None = None
    floor: str = ""
    parts: Unit = "us"

    @property
    def bound(self) -> str:
        """The bound as people read it."""
        if self.at_least is not None:
            return f">= {shown(self.at_least, self.unit)}"
        return "" if self.at_most is None else f"<= {shown(self.at_most, self.unit)}"

    def kept(self, value: float) -> bool | None:
        """Return whether a value keeps the bound; None where there is none."""
        if self.at_least is not None:
            return value >= self.at_least
        return None if self.at_most is None else value <= self.at_most


def shown(value: float, unit: Unit) -> str:
    """Return a figure with its unit, with about three digits."""
    if unit == "%":
        return f"{value:.0%}"
    digits = 0 if value >= 100 or value == int(value) else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".replace(",", " ").rstrip()


_HTTPX = "bare httpx + two bare signatures"
_HTTP_CLIENT = "http.client + two bare signatures"
_ALONE = "submit of one thread"
_IDEAL = "workers / 200 ms"
_INSERT = "bare SQLite insert, WAL + FULL"
_SHARES = {"P-256": 0.50, "RSA-2048": 0.65, "RSA-3072": 0.78}


def _of_key(kind: str) -> tuple[Target, ...]:
    prepare = 180 if kind == "P-256" else None
    return (
        Target(
            f"prepare.{kind}",
            f"prepare, {kind}, processor time",
            "us",
            at_most=prepare,
            floor="orjson.dumps + a bare signature",
        ),
        Target(f"httpx.{kind}", f"prepare + submit, {kind}", "%", at_least=0.95, floor=_HTTPX),
        Target(
            f"http_client.{kind}",
            f"prepare + submit, {kind}",
            "%",
            at_least=_SHARES[kind],
            floor=_HTTP_CLIENT,
        ),
        Target(
            f"processor.{kind}", f"prepare + submit, {kind}, by processor time", "%", floor=_HTTPX
        ),
        Target(f"rate.ours.{kind}", f"notices a second, {kind}: the SDK", "/s"),
        Target(f"rate.peer.{kind}", "  written by hand, keys and connection kept", "/s"),
        Target(f"rate.naive.{kind}", "  keys and connection for each notice", "/s"),
    )


def _drain(key: str, what: str, share: float, floor: str = _ALONE) -> Target:
    return Target(f"drain.{key}", f"drain, {what}", "%", at_least=share, floor=floor)


def _growth(key: str, what: str, most: float = 1.1) -> Target:
    return Target(f"growth.{key}", f"exponent: {what}", "", at_most=most)


TARGETS: tuple[Target, ...] = (
    *_of_key("P-256"),
    *_of_key("RSA-2048"),
    *_of_key("RSA-3072"),
    Target("opened.key", "key loads for 1000 notices", "", at_most=1),
    Target("opened.handshakes", "handshakes for 1000 notices", "", at_most=1),
    _drain("sqlite.P-256", "two workers, SQLite, P-256", 0.85),
    _drain("sqlite.RSA-3072", "two workers, SQLite, RSA-3072", 0.85),
    _drain("postgresql.P-256", "two workers, PostgreSQL, P-256", 0.65),
    _drain("slow.8", "8 workers, an answer takes 200 ms", 0.90, _IDEAL),
    _drain("slow.32", "32 workers, an answer takes 200 ms", 0.90, _IDEAL),
    _drain("slow.120", "120 workers, an answer takes 200 ms", 0.90, _IDEAL),
    Target(
        "submit.slow.120",
        "asyncio, 120 submissions at once, 200 ms an answer",
        "%",
        at_least=0.90,
        floor=_IDEAL,
    ),
    Target("add.plain", "outbox.add", "%", at_least=0.58, floor="bare SQLite insert, WAL + FULL"),
    Target(
        "add.sealed",
        "outbox.add, sealed",
        "%",
        at_least=0.55,
        floor="bare SQLite insert, WAL + FULL",
    ),
    Target(
        "held.lease",
        "what 100 000 blocked messages add to a delivery",
        "ms",
        at_most=1,
        floor="none blocked",
        parts="ms",
    ),
    Target("held.status", "status with 1 000 000 rows", "ms", at_most=5, parts="ms"),
    Target("held.list", "a page of list with 1 000 000 rows", "ms", at_most=5, parts="ms"),
    _growth("data_sets", "prepare, data sets of a notice"),
    _growth("notices", "prepare, notices of a Bundle"),
    _growth("queue", "drain, length of the queue"),
    _growth("one_client", "drain, length of one client's queue"),
    _growth("blocked", "deliver 100, past blocked messages", 0.2),
    _growth("delivered", "deliver 100, past delivered ones", 0.2),
    _growth("codes", "load a code list, its codes"),
    _growth("organisations", "make a client, its organisations"),
    Target(
        "memory.send",
        "memory of sending 100 000 lines",
        "%",
        at_most=1.1,
        floor="a tenth of the lines",
        parts="MB",
    ),
    Target("start.package", "import sha_disclosure", "s", floor="bare Python", parts="s"),
    Target(
        "start.client",
        "from sha_disclosure import KantaClient",
        "s",
        at_most=0.26,
        floor="httpx, h11, orjson, tenacity, cryptography, pydantic",
        parts="s",
    ),
    Target("start.help", "sha-disclosure --help", "s", at_most=0.15, floor="typer", parts="s"),
    Target(
        "start.validate",
        "sha-disclosure validate FILE",
        "s",
        at_most=0.25,
        floor="typer, rich, orjson, pydantic",
        parts="s",
    ),
)
BY_KEY = {target.key: target for target in TARGETS}
