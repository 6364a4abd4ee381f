"""Entries that name a form, not a value of the message, and what shows that it is this form.

The code builds one form only and never reads these entries, so the modules that build it are
told here. An edition file with another form is refused (``sha_disclosure/editions/wire.py``).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import rfc8785

from traceability.messages import Sent
from traceability.places import Flat, flat, holding

Show = Callable[[Sent, Flat], str]


@dataclass(frozen=True)
class Form:
    """One form: who builds it, and the places where something of known text stands.

    ``under`` keeps the places that begin so. ``seen`` says what is seen in the message; the
    words of the entry's value are among its words.
    """

    modules: tuple[str, ...]
    texts: tuple[str, ...] = ()
    under: str = "AuditEvent"
    notice: int = 0
    seen: Show | None = None

    def places(self, message: Sent) -> frozenset[str]:
        """Return the places of the form in a message."""
        if not self.texts:
            return frozenset({self.under})
        found = frozenset().union(*(holding(flat(message), text) for text in self.texts))
        return frozenset(place for place in found if place.startswith(self.under))

    def shown(self, message: Sent) -> str:
        """Return what is seen of the form in a message."""
        if self.seen is None:
            return " ".join(sorted(self.places(message)))
        return self.seen(message, flat(message))


def _jws(message: Sent) -> str:
    return base64.b64decode(message.prepared.bundle()["signature"]["data"], validate=True).decode()


def _pair(message: Sent, _: Flat) -> str:
    entries = message.prepared.bundle()["entry"]
    return ", ".join(entry["resource"]["resourceType"] for entry in entries)


def _serialisation(message: Sent, _: Flat) -> str:
    return "compact" if _jws(message).count(".") == 2 else "other"


def _encoding(message: Sent, _: Flat) -> str:
    return "base64" if _jws(message).startswith("eyJ") else "other"


def _canonical(message: Sent, _: Flat) -> str:
    bundle = message.prepared.bundle()
    del bundle["signature"]
    signed = base64.urlsafe_b64decode(message.signed_payload + b"==")
    return "RFC 8785" if signed == rfc8785.dumps(bundle) else "other"


_EVENT, _CONTENT = ("fhir.audit_event",), ("jose.content",)
FORMS: Mapping[str, Form] = {
    "bundle.pairs": Form(("fhir.bundle",), under="Bundle.entry", seen=_pair),
    "event.subject_at": Form(_EVENT, ("#ASIAKAS-1",), under="AuditEvent.entity"),
    "event.ground_at": Form(("fhir.grounds",), ("statute",), under="AuditEvent.purposeOfEvent"),
    "event.purpose_at": Form(_EVENT, ("Palvelun järjestäminen",)),
    "event.document_type_at": Form(_EVENT, ("esim-arvio",)),
    "event.description_at": Form(_EVENT, ("Arvio keväältä",)),
    "event.document_id_at": Form(_EVENT, ("1.2.246.10.28777751.11.2026.4711",)),
    "event.service_task_at": Form(_EVENT, ("esim-iakkaat",)),
    "event.observer_at": Form(("fhir.actors",), ("Esimerkkijärjestelmä",)),
    "consent.scope_at": Form(("fhir.grounds",), ("Vain arvio ja päätös",), notice=2),
    "content_signature.serialisation": Form(
        ("jose.jws",), under="Bundle.signature.data", seen=_serialisation
    ),
    "content_signature.encoding": Form(_CONTENT, under="Bundle.signature.data", seen=_encoding),
    "content_signature.canonical_form": Form(
        ("jose.canonical",), under="Bundle.signature.data", seen=_canonical
    ),
    "content_signature.who_at": Form(
        _CONTENT,
        ("urn:oid:1.2.246.10.28777751.10.0", "Esimerkin hyvinvointialue"),
        under="Bundle.signature.who",
    ),
}
