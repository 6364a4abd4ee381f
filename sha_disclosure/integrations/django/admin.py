"""The outbox in the admin, read-only: states, numbers of attempts, ids."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from sha_disclosure.integrations.django.models import OutboxMessage


@admin.register(OutboxMessage)
class OutboxMessageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # it has none at run time
    """The state of each notice; use ``manage.py sha_disclosure`` to change it."""

    list_display = (
        "number",
        "state",
        "reason",
        "added",
        "delivered",
        "attempts",
        "possibly_duplicated",
        "organisation",
    )
    list_filter = ("state", "reason", "possibly_duplicated")
    search_fields = ("notice_ids",)
    fields = (*list_display, "notice_ids")
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: notices are added by the record system."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: a notice is never changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False: a notice is never deleted here."""
        return False
