"""A view for monitoring: the outbox's health, without personal data."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sha_disclosure.integrations.django.access import outbox
from sha_disclosure.integrations.django.checks import language

__all__ = ["health"]


@never_cache
@require_safe
def health(
    request: HttpRequest, *, max_age: float = 3600, max_quarantined: int = 0
) -> JsonResponse:
    """Return 200 while the outbox is within the thresholds, otherwise 503.

    ``max_age``: the maximum age of the oldest pending notice in seconds. Set other thresholds
    where the view is routed: ``path("health/", health, {"max_age": 900})``.
    """
    found = outbox().health(max_age=max_age, max_quarantined=max_quarantined)
    return JsonResponse(found.to_dict(language()), status=200 if found.ok else 503)
