"""The table of disclosures."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The first form."""

    initial = True
    operations: ClassVar = [
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=64, unique=True)),
                ("purpose", models.TextField()),
                ("notice_id", models.CharField(max_length=64)),
            ],
        )
    ]
