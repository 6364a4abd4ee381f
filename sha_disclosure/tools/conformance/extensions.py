"""Checks the extensions in a Bundle against their definitions.

The validator skips those of backbone elements such as ``AuditEvent.entity``, the parts of complex
ones, and codes inside extensions; so the project checks all of them itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sha_disclosure.findings import Finding
from sha_disclosure.tools.conformance.bundles import IssueSeverity, Kind, issue
from sha_disclosure.tools.conformance.elements import allowed_codes, fixed_value
from sha_disclosure.tools.conformance.packages import Packages
from sha_disclosure.tools.conformance.resources import Element, Resource, path_of
from sha_disclosure.tools.conformance.snapshots import Snapshots, Unresolved

_ROOT = "Extension"
ANYWHERE = frozenset({"Element", "Resource", "DomainResource"})


def extension_issues(
    bundle: dict[str, Any], packages: Packages, snapshots: Snapshots
) -> Iterator[Finding]:
    """Yield the faults of the extensions in a Bundle.

    An unknown one is only a warning while a package that may define it is missing.
    """
    for element, extension in _extensions("Bundle", bundle):
        url = extension.get("url")
        if not isinstance(url, str):
            continue
        found = packages.find(url, "StructureDefinition")
        if found is None:
            severity: IssueSeverity = "warning" if packages.may_miss(url) else "error"
            yield issue("extension", element, url, severity)
            continue
        try:
            elements = snapshots.of(url)
        except Unresolved:
            continue
        wanted = context_fault(found[0], element.rpartition(".")[0])
        if wanted:
            yield issue("extension_use", element, url, "error", wanted)
        for kind, at, rule in _faults(extension, _ROOT, elements, packages):
            yield issue(kind, f"{element}{at}", url, "error", rule)


def context_fault(definition: Resource, element: str) -> str:
    """Return where an extension is allowed if ``element`` is not such a place, else empty."""
    given = [c for c in definition.get("context") or () if isinstance(c, dict)]
    contexts = {str(c.get("expression")) for c in given if c.get("type") == "element"}
    # A context of another kind, such as FHIRPath, may allow the element.
    if not contexts or len(contexts) < len(given) or contexts & (ANYWHERE | {element}):
        return ""
    return f"context: {', '.join(sorted(contexts))}"


def value_types(elements: list[Element], root: str = _ROOT) -> frozenset[str]:
    """Return the types an extension's value may have; empty for one with parts only."""
    value = next((e for e in elements if e["id"] == f"{root}.value[x]"), None)
    if value is None or value.get("max") == "0":
        return frozenset()
    return frozenset(str(t.get("code")) for t in value.get("type") or ())


def _faults(
    extension: dict[str, Any], root: str, elements: list[Element], packages: Packages
) -> Iterator[tuple[Kind, str, str]]:
    """Yield the kind, the path below the extension, and the expected value."""
    name = next((n for n in extension if n.startswith("value")), "")
    types = value_types(elements, root)
    if name and name.removeprefix("value") not in {t[:1].upper() + t[1:] for t in types}:
        yield "extension_use", "", f"value[x]: {', '.join(sorted(types)) or '0..0'}"
        return
    value = next((e for e in elements if e["id"] == f"{root}.value[x]"), {})
    if not name and value.get("min"):
        yield "extension_use", "", f"value[x]: {value['min']}..1"
    given = extension.get(name)
    terms = (
        allowed_codes(elements, value, packages).terms if value and isinstance(given, dict) else ()
    )
    if terms and not any(_admitted(given, term) for term in terms):
        yield "codes", f".{name}", ", ".join(term.label for term in terms[:8])
    yield from _parts(extension, root, elements, packages)


def _admitted(given: object, term: Any) -> bool:
    codings = given.get("coding", [given]) if isinstance(given, dict) else []
    whole = {"system": None, "code": None, "display": None}
    return any(term.admits(whole | coding) for coding in codings if isinstance(coding, dict))


def _parts(
    extension: dict[str, Any], root: str, elements: list[Element], packages: Packages
) -> Iterator[tuple[Kind, str, str]]:
    slices = {
        fixed_value(e): e["id"].rpartition(".")[0]
        for e in elements
        if path_of(e["id"]) == f"{path_of(root)}.extension.url" and ":" in e["id"]
    }
    by_id = {e["id"]: e for e in elements}
    parts = extension.get("extension")
    given = [p for p in parts if isinstance(p, dict)] if isinstance(parts, list) else []
    urls = [part.get("url") for part in given]
    for url, at in slices.items():
        if by_id[at].get("min", 0) > urls.count(url):
            yield "extension_use", "", f"{url}: {by_id[at]['min']}..{by_id[at].get('max', '*')}"
    for part in given:
        if part.get("url") in slices:
            yield from _faults(part, slices[part["url"]], elements, packages)
        elif slices:
            yield "extension_use", "", f"extension.url: {', '.join(map(str, slices))}"


def _extensions(element: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, list):
        for each in value:
            yield from _extensions(element, each)
    if not isinstance(value, dict):
        return
    kind = value.get("resourceType")
    at = kind if isinstance(kind, str) else element
    for name, inner in value.items():
        if name in {"extension", "modifierExtension"} and isinstance(inner, list):
            yield from ((f"{at}.{name}", each) for each in inner if isinstance(each, dict))
        else:
            yield from _extensions(f"{at}.{name}", inner)
