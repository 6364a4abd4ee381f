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
from traceability.places import flat, holding


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
    seen: Callable[[Sent], str] | None = None

    def places(self, message: Sent) -> frozenset[str]:
        """Return the places of the form in a message."""
        if not self.texts:
            return frozenset({self.under})
        found = frozenset().union(*(holding(flat(message), text) for text in self.texts))
        return frozenset(place for place in found if place.startswith(self.under))

    def shown(self, message: Sent) -> str:
        """Return what is seen of the form in a message."""
        return self.seen(message) if self.seen else " ".join(sorted(self.places(message)))


def _jws(message: Sent) -> str:
    return base64.b64decode(message.prepared.bundle()["signature"]["data"], validate=True).decode()


def _pair(message: Sent) -> str:
    entries = message.prepared.bundle()["entry"]
    return ", ".join(entry["resource"]["resourceType"] for entry in entries)


def _canonical(message: Sent) -> str:
    bundle = message.prepared.bundle()
    del bundle["signature"]
    signed = base64.urlsafe_b64decode(message.signed_payload + b"==")
    return "RFC 8785" if signed == rfc8785.dumps(bundle) else "other"


def _signature(module: str, seen: Callable[[Sent], str]) -> Form:
    return Form((f"jose.{module}",), under="Bundle.signature.data", seen=seen)


_EVENT = ("fhir.audit_event",)
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
    "content_signature.serialisation": _signature(
        "jws", lambda message: "compact" if _jws(message).count(".") == 2 else "other"
    ),
    "content_signature.encoding": _signature(
        "content", lambda message: "base64" if _jws(message).startswith("eyJ") else "other"
    ),
    "content_signature.canonical_form": _signature("canonical", _canonical),
    "content_signature.who_at": Form(
        ("jose.content",),
        ("urn:oid:1.2.246.10.28777751.10.0", "Esimerkin hyvinvointialue"),
        under="Bundle.signature.who",
    ),
}
