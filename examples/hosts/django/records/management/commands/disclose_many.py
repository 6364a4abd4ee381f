"""``manage.py disclose_many 1000``: a day's disclosures, of which every third is taken back.

It may be killed and started again: what is committed is not done twice.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from records.models import Disclosure
from records.services import record_disclosure


class TakenBack(Exception):  # noqa: N818 - no error: the user pressed cancel
    """The user cancelled after the notice was added."""


class Command(BaseCommand):
    """Records many disclosures."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the count."""
        parser.add_argument("count", type=int)

    def handle(self, *, count: int, **_: Any) -> None:
        """Record what is not recorded yet."""
        done = set(Disclosure.objects.values_list("key", flat=True))
        for number in range(count):
            if f"d-{number}" in done:
                continue
            try:
                with transaction.atomic():
                    record_disclosure(f"d-{number}", "Toimeentulotuen käsittely")
                    if number % 3 == 2:
                        raise TakenBack  # noqa: TRY301 - as a view of Django's would
            except TakenBack:
                continue
            self.stdout.write(str(number))
