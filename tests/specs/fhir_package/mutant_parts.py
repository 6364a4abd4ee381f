"""What is put into Bundles to make them wrong."""

OTHER = {"system": "urn:oid:1.2.3", "code": "other", "display": "Other"}
ANYONE = {"resourceType": "Organization", "id": "NEW-1", "name": "Uusi"}
MARK = {"url": "urn:x", "valueString": "x"}
UUID = "urn:uuid:00000000-0000-4000-8000-000000000000"


def cause(**other: str) -> dict[str, object]:
    """Return the part of the ground detail with the cause, wrong in what is given."""
    system = "urn:sha-disclosure:assumed:cause"
    coding = {"system": system, "code": "memory-disease", "display": "Muistisairaus", **other}
    return {"url": "cause", "valueCoding": coding}
