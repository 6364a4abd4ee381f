"""The disclosures of the record system."""

from django.db import models


class Disclosure(models.Model):
    """That somebody disclosed something, as the system's own record has it."""

    key = models.CharField(max_length=64, unique=True)
    purpose = models.TextField()
    notice_id = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.key
