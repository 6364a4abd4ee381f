"""Wrong types, which both checkers must refuse: an ignored error that is none fails the check."""

from __future__ import annotations

from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from sha_disclosure import (
    AsyncKantaClient,
    AsyncOutbox,
    DisclosureNotice,
    KantaClient,
    Outbox,
    PreparedNotice,
    Receipt,
    Settings,
    require_access_reason,
)
from sha_disclosure.notice import (
    AuthorityRight,
    Client,
    Coding,
    Controller,
    DisclosedData,
    OrganisationRecipient,
    Permission,
    PersonRecipient,
    Statute,
)

TASKS = [Coding(code="20", display="Vammaispalvelut")]


def clients(kanta: KantaClient, notice: DisclosureNotice, prepared: PreparedNotice) -> None:
    """Give a client something else."""
    KantaClient("sha-disclosure.toml")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    kanta.submit(notice)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    kanta.prepare(prepared)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    kanta.prepare({"client": {}})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    prepared.explain("kanta-1.0.0")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    prepared.body = b""  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]


async def asynchronous(kanta: AsyncKantaClient, prepared: PreparedNotice) -> Receipt:
    """Forget to wait."""
    return kanta.submit(prepared)  # type: ignore[return-value] # pyright: ignore[reportReturnType]


def outboxes(outbox: Outbox, notice: DisclosureNotice, prepared: PreparedNotice) -> None:
    """Give an outbox something else."""
    outbox.add(notice)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    outbox.add(prepared, create_engine("sqlite://"))  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    outbox.add(prepared, AsyncSession())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    outbox.drain(Settings.stand_in())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    outbox.list("sent")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    outbox.retry(state="lost")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


async def asynchronous_outboxes(
    outbox: AsyncOutbox, kanta: KantaClient, prepared: PreparedNotice
) -> None:
    """Mix the two kinds."""
    await outbox.add(prepared, Session())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    await outbox.drain(kanta)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def parts() -> None:
    """Make parts of a notice of what they are not."""
    Client(family_name="Laine", birth_date=2020)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    Client(family_name="Laine", given_names="Aino")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    Client(given_names=["Aino"])  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    Client(family_name="Laine", first_name="Aino")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    Controller(oid=5, name="Alue")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    DisclosedData(service_tasks=TASKS[0])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    OrganisationRecipient(name="Virasto", roles=["authority"])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
    PersonRecipient(family_name="Laine", relation="mother")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    Permission(stored_in_kanta=True, given_by="mother")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    AuthorityRight(purpose="because", statutory_task="Tuki")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    Statute(kind="consent", provision="703/2023 62 §")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    require_access_reason("because")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
