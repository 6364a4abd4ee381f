"""The JSON Schema of a notice (ilmoituksen JSON-skeema)."""

from __future__ import annotations

from typing import Any

from sha_disclosure.notice.notice import DisclosureNotice


def notice_schema() -> dict[str, Any]:
    """Return the JSON Schema of a notice. It covers the shape; the national rules require more."""
    made = DisclosureNotice.model_json_schema(by_alias=True)
    for part in made["$defs"].values():
        # In Python the class implies the kind; in JSON only the field does.
        if "const" in part["properties"].get("kind", {}):
            part["required"] = ["kind", *part.get("required", ())]
            part["properties"]["kind"].pop("default", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:sha-disclosure:disclosure-notice:1",
        **made,
        "title": "Disclosure notice (luovutusilmoitus)",
        "description": "The shape of a notice as JSON. `sha-disclosure validate` also checks the "
        "national rules (docs and sha_disclosure/law/rules), which no schema can say.",
    }


__all__ = ["notice_schema"]
