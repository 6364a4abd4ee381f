"""The outbox keeps its payloads in a table of their own."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar

from django.db import migrations

_FIRST = import_module("sha_disclosure.integrations.django.migrations.0001_initial")


class Migration(migrations.Migration):
    """The outbox's tables of version 5."""

    dependencies: ClassVar = [("sha_disclosure", "0003_version_4")]
    operations: ClassVar = [migrations.RunPython(_FIRST.make_tables)]
