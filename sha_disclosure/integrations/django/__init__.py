"""A Django application (Django-sovellus): the outbox in the project's own database.

Add ``"sha_disclosure.integrations.django"`` to ``INSTALLED_APPS`` and a dict to the settings::

    SHA_DISCLOSURE = {"SETTINGS": BASE_DIR / "sha-disclosure.toml"}

``manage.py migrate`` creates the outbox's tables. Then, in any transaction of Django's::

    from sha_disclosure.integrations.django import kanta, outbox

    prepared = kanta().prepare(notice)
    with transaction.atomic():
        disclosure.save()
        outbox().add(prepared)  # commits and rolls back with the disclosure

``manage.py sha_disclosure drain --forever`` delivers the notices.
"""

from sha_disclosure.integrations.django.access import drained_outbox, kanta, outbox

__all__ = ["drained_outbox", "kanta", "outbox"]
