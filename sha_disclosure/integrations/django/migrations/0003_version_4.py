"""The outbox has SQLite count its messages by triggers."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar

from django.db import migrations

_FIRST = import_module("sha_disclosure.integrations.django.migrations.0001_initial")


class Migration(migrations.Migration):
    """The outbox's tables of version 4."""

    dependencies: ClassVar = [("sha_disclosure", "0002_version_3")]
    operations: ClassVar = [migrations.RunPython(_FIRST.make_tables)]
