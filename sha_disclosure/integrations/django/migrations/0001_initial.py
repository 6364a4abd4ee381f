"""The outbox creates or upgrades its own tables; Django only records the migration.

It is irreversible: the tables may hold notices that exist nowhere else.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models

from sha_disclosure.integrations.django.configuration import Configuration
from sha_disclosure.integrations.django.connections import borrowing_engine


def make_tables(_apps: Any, schema_editor: Any) -> None:
    """Create the tables in the database that ``SHA_DISCLOSURE`` names, and in no other."""
    alias = schema_editor.connection.alias
    configuration = Configuration.read()
    if alias == configuration.database:
        configuration.outbox(borrowing_engine(alias), create=True)


class Migration(migrations.Migration):
    """The outbox's tables of version 2."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make_tables)],
            state_operations=[
                migrations.CreateModel(
                    name="OutboxMessage",
                    fields=[
                        ("number", models.BigIntegerField(primary_key=True)),
                        ("notice_ids", models.TextField()),
                        ("state", models.CharField(max_length=12)),
                        ("reason", models.CharField(max_length=40, null=True)),
                        ("organisation", models.CharField(max_length=64)),
                        ("attempts", models.IntegerField()),
                        ("possibly_duplicated", models.BooleanField()),
                        ("added_at", models.BigIntegerField()),
                        ("delivered_at", models.BigIntegerField(null=True)),
                    ],
                    options={
                        "managed": False,
                        "db_table": "sha_outbox_message",
                        "ordering": ["-number"],
                        "verbose_name": "disclosure notice",
                        "verbose_name_plural": "disclosure notices",
                        "default_permissions": ("view",),
                    },
                ),
                migrations.CreateModel(
                    name="OutboxNotice",
                    fields=[
                        ("notice_id", models.CharField(max_length=64, primary_key=True)),
                        (
                            "message",
                            models.ForeignKey(
                                "sha_disclosure.OutboxMessage",
                                models.DO_NOTHING,
                                db_column="message",
                            ),
                        ),
                    ],
                    options={
                        "managed": False,
                        "db_table": "sha_outbox_notice",
                        "default_permissions": (),
                    },
                ),
                migrations.CreateModel(
                    name="OutboxAttempt",
                    fields=[
                        ("number", models.BigIntegerField(primary_key=True)),
                        (
                            "message",
                            models.ForeignKey(
                                "sha_disclosure.OutboxMessage",
                                models.DO_NOTHING,
                                db_column="message",
                            ),
                        ),
                    ],
                    options={
                        "managed": False,
                        "db_table": "sha_outbox_attempt",
                        "default_permissions": (),
                    },
                ),
            ],
        )
    ]
