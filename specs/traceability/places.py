"""Where things stand in a message: a flat form of it, and the places two messages differ in."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from traceability.messages import Sent

Flat = Mapping[str, Any]
_NUMBERED = re.compile(r"(?<!agent)(?<!entity)\[\d+\]")
_CODING = ("system", "code", "display")


def flat(message: Sent) -> Flat:
    """Return every value of a message by its place: resources, signature, token, headers."""
    bundle = message.prepared.bundle()
    found: dict[str, Any] = {}
    signature = dict(next((v for k, v in bundle.items() if k not in _ROOT), {}))
    name = next((k for k in bundle if k not in _ROOT), "")
    head, content, _ = base64.b64decode(signature.pop("data", "")).decode().split(".")
    for member in ("resourceType", "type"):
        found[f"Bundle.{member}"] = bundle[member]
    for index, entry in enumerate(bundle["entry"]):
        found |= _leaves(f"Bundle.entry[{index}].request", entry["request"])
        found[f"Bundle.entry[{index}].fullUrl"] = entry["fullUrl"]
        resource = entry["resource"]
        found |= _leaves(resource["resourceType"], resource)
    found |= _leaves(f"Bundle.{name}", signature)
    found |= _leaves("JWS header of the content signature", _decoded(head))
    found["JWS payload of the content signature"] = "carried" if content else "detached"
    found["request line"] = message.url
    for name, value in message.headers.items():
        found[f"HTTP header {name}"] = value.replace(message.token, "{token}")
    first, claims, _ = message.token.split(".")
    found |= _leaves("JWS header of the token", _decoded(first))
    for place, value in _walk("claim", _decoded(claims)):
        found[place.replace("claim.", "claim ", 1)] = value
    return found


_ROOT = frozenset({"resourceType", "type", "entry"})


def _decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _leaves(place: str, value: Any) -> dict[str, Any]:
    return dict(_walk(place, value))


def _walk(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _walk(f"{place}.{name}", member)
    elif isinstance(value, list):
        kinds: Counter[str] = Counter()
        for index, member in enumerate(value):
            kind = member.get("resourceType", "") if isinstance(member, dict) else ""
            if kind and place.endswith(".contained"):
                # The label may be what is looked for, so the kind of resource is the place.
                yield from _walk(f"{place}({kind})[{kinds[kind]}]", member)
                kinds[kind] += 1
            else:
                yield from _walk(f"{place}[{index}]", member)
    else:
        yield place, value


def differences(before: Flat, after: Flat) -> frozenset[str]:
    """Return the places that differ, as people write them: few numbers, codings as one."""
    exact = {
        place for place in before.keys() | after.keys() if before.get(place) != after.get(place)
    }
    return plain(exact)


def holding(message: Flat, text: str) -> frozenset[str]:
    """Return the places whose value has ``text`` in it."""
    return plain(place for place, value in message.items() if text in str(value))


def plain(exact: Iterable[str]) -> frozenset[str]:
    """Return places without numbers but those of agents and entities, codings as one place."""
    found = {_NUMBERED.sub("", place) for place in exact}
    whole = {
        place.removesuffix(".system")
        for place in found
        if all(f"{place.removesuffix('.system')}.{part}" in found for part in _CODING)
        and place.endswith(".system")
    }
    parts = {f"{place}.{part}" for place in whole for part in _CODING}
    return frozenset(found - parts | whole)
