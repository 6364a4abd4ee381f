"""The outbox's tables as Django models for the admin, without the columns of personal data.

The outbox owns the tables; ``manage.py migrate`` makes it create them. Django does not manage
them, and a ``TransactionTestCase`` does not empty them: delete the rows of these models there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from django.db import models


class OutboxMessage(models.Model):
    """A message of the outbox (lähtevä ilmoitus) and its state."""

    number = models.BigIntegerField(primary_key=True)
    notice_ids = models.TextField()
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=40, null=True)
    organisation = models.CharField(max_length=64)
    attempts = models.IntegerField()
    possibly_duplicated = models.BooleanField()
    added_at = models.BigIntegerField()
    delivered_at = models.BigIntegerField(null=True)

    class Meta:
        """The table, which the outbox itself creates and writes."""

        managed = False
        db_table = "sha_outbox_message"
        ordering: ClassVar = ["-number"]
        verbose_name = "disclosure notice"
        verbose_name_plural = "disclosure notices"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def added(self) -> datetime:
        """The time it was added."""
        return datetime.fromtimestamp(self.added_at / 1000, UTC)

    @property
    def delivered(self) -> datetime | None:
        """The time of its receipt."""
        moment = self.delivered_at
        return None if moment is None else datetime.fromtimestamp(moment / 1000, UTC)


class OutboxNotice(models.Model):
    """A notice of a message."""

    notice_id = models.CharField(max_length=64, primary_key=True)
    message = models.ForeignKey(OutboxMessage, models.DO_NOTHING, db_column="message")

    class Meta:
        """The table, which the outbox itself creates and writes."""

        managed = False
        db_table = "sha_outbox_notice"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.notice_id)


class OutboxAttempt(models.Model):
    """An attempt to deliver a message."""

    number = models.BigIntegerField(primary_key=True)
    message = models.ForeignKey(OutboxMessage, models.DO_NOTHING, db_column="message")

    class Meta:
        """The table, which the outbox itself creates and writes."""

        managed = False
        db_table = "sha_outbox_attempt"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)
