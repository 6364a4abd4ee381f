"""Recognises repeated additions: the same message, or the same notices by reference."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import cast

from sqlalchemy import Connection, select

from sha_disclosure.delivery.prepare import PreparedNotice
from sha_disclosure.delivery.receipt import Receipt
from sha_disclosure.errors import OutboxDamaged, OutboxError, ReferenceTaken
from sha_disclosure.messages import message
from sha_disclosure.outbox.known import in_order, receipt_of
from sha_disclosure.outbox.schema import MESSAGE, NOTICE, State
from sha_disclosure.outbox.seals import Seals


@dataclass(frozen=True, slots=True)
class AddedNotice:
    """A message stored in the outbox (lisätty ilmoitus).

    ``number`` is its place in the order of adding; ``new`` is false if it was already stored,
    itself or the same notices under the same references: ``notice_ids``, ``state`` and
    ``receipt`` are then those of the stored one. ``references``: the caller's own keys of the
    notices, in order, empty where there is none.
    """

    number: int
    notice_ids: tuple[str, ...]
    new: bool = True
    state: State = "pending"
    references: tuple[str, ...] = ()
    receipt: Receipt | None = field(default=None, repr=False)


def contents_of(prepared: PreparedNotice, seals: Seals) -> list[str | None]:
    """Return the keyed digests of the notices with a reference, as their caller gave them."""
    references = padded(prepared)
    # Without the caller's input, only the identical message counts as the same notice.
    digests = prepared.contents or (prepared.digest,) * len(references)
    pairs = zip_longest(references, digests[: len(references)], fillvalue="")
    return [seals.content(digest) if reference else None for reference, digest in pairs]


def padded(prepared: PreparedNotice) -> tuple[str, ...]:
    """Return one reference for each notice, empty where it has none."""
    missing = len(prepared.notice_ids) - len(prepared.references)
    return (*prepared.references, *[""] * missing)


def existing(connection: Connection, prepared: PreparedNotice, seals: Seals) -> AddedNotice | None:
    """Return the stored form of a message, or None if it is new.

    Raises ReferenceTaken if another notice has one of its references, OutboxError if another
    message has its ids, and OutboxDamaged if it was stored by something else than the outbox.
    """
    same_ids = select(NOTICE.c.message).where(NOTICE.c.notice_id.in_(prepared.notice_ids))
    numbers = connection.execute(same_ids.distinct()).scalars().all()
    if len(numbers) == 1:
        digest = select(MESSAGE.c.digest).where(MESSAGE.c.number == numbers[0])
        if connection.execute(digest).scalar() == prepared.digest:
            return _known(connection, numbers[0], seals)
    number = _same_references(connection, prepared, seals)
    if number is not None:
        return _known(connection, number, seals)
    if numbers:
        raise OutboxError(message("outbox.id_taken", notice_ids=prepared.notice_ids))
    return None


def _same_references(connection: Connection, prepared: PreparedNotice, seals: Seals) -> int | None:
    """Return the message with the same notices under the same references, or None."""
    given = dict(zip(padded(prepared), contents_of(prepared, seals), strict=True))
    named = [reference for reference in prepared.references if reference]
    if not named:
        return None
    if len(set(named)) < len(named):
        raise ReferenceTaken(message("outbox.reference_twice"))
    asked = select(NOTICE.c.reference, NOTICE.c.content, NOTICE.c.message)
    rows = connection.execute(asked.where(NOTICE.c.reference.in_(named))).all()
    if not rows:
        return None
    messages = {row.message for row in rows}
    found = {row.reference: row.content for row in rows}
    if found != given or len(messages) > 1:
        others = tuple(each for each in named if each in found)
        raise ReferenceTaken(message("outbox.reference_taken", references=others))
    return int(messages.pop())


def _known(connection: Connection, number: int, seals: Seals) -> AddedNotice:
    asked = select(MESSAGE).where(MESSAGE.c.number == number)
    row = connection.execute(asked).mappings().one()
    of_message = select(NOTICE).where(NOTICE.c.message == number)
    notices = connection.execute(of_message).mappings().all()
    if not seals.genuine_message(row, None, notices):
        raise OutboxDamaged(message("outbox.row.changed"))
    ids: Sequence[str] = json.loads(row["notice_ids"])
    by_id = {each["notice_id"]: each["reference"] for each in notices if each["reference"]}
    references = in_order(ids, by_id)
    return AddedNotice(
        number,
        tuple(ids),
        new=False,
        state=cast("State", row["state"]),
        references=references,
        receipt=receipt_of(connection, row, references),
    )
