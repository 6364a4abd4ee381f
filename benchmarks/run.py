"""Measure everything beside its target and its floor, in one run.

``make bench``, or ``make bench QUICK=1`` in a few minutes, by smaller counts. Absolute figures
are this machine's; compare the shares. The record has the figures and the machine as JSON.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import growing
import machine
import queueing
import sending
import starting
from measuring import QUICK, WHOLE, Curve, Effort
from targets import BY_KEY, TARGETS, Measured, shown

PARTS: Mapping[str, Callable[[Effort], Iterator[Measured]]] = {
    "starting": starting.measured,
    "sending": sending.measured,
    "queueing": queueing.measured,
}


def main() -> None:
    """Measure, print the table, write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller counts, a few minutes")
    parser.add_argument("--record", type=Path, help="write the figures as JSON")
    parser.add_argument("--only", choices=(*PARTS, "growing"), help="one part")
    given = parser.parse_args()
    effort = QUICK if given.quick else WHOLE
    began = time.perf_counter()
    machine.place_client()
    found = [
        figure
        for name, part in PARTS.items()
        if given.only in {None, name}
        for figure in _said(part(effort))
    ]
    curves: dict[str, Curve] = {}
    if given.only in {None, "growing"}:
        for name, curve in growing.curves(effort):
            curves[name] = curve
            found += _said(iter([Measured(f"growth.{name}", curve.exponent)]))
            print("   ", _points(curve))
    print(f"\n{table(found)}\n")
    if given.quick:
        print("quick: every count, those in the table too, is smaller\n")
    record = {
        "quick": given.quick,
        "machine": machine.facts(),
        "figures": {each.key: _figure(each) for each in found},
        "curves": {
            name: {"sizes": curve.sizes, "seconds": [float(f"{s:.3g}") for s in curve.seconds]}
            for name, curve in curves.items()
        },
    }
    for name, fact in machine.facts().items():
        print(f"{name:<16}{fact}")
    print(f"measured in {time.perf_counter() - began:.0f} s")
    if given.record:
        given.record.parent.mkdir(parents=True, exist_ok=True)
        given.record.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def _said(figures: Iterator[Measured]) -> Iterator[Measured]:
    """Print each figure as it comes: a whole run takes long."""
    for each in figures:
        target = BY_KEY[each.key]
        print(f"{target.what}: {shown(each.value, target.unit)}", flush=True)
        yield each


def _points(curve: Curve) -> str:
    pairs = zip(curve.sizes, curve.seconds, strict=True)
    return ", ".join(f"{size}: {seconds * 1e3:.3g} ms" for size, seconds in pairs)


def _figure(each: Measured) -> dict[str, object]:
    """Return a figure of the record, in words too: the page of the releases reads it alone."""
    target = BY_KEY[each.key]
    parts = {"value": each.value, "ours": each.ours, "floor": each.floor}
    return {
        "what": target.what,
        "target": target.bound,
        "floor_is": target.floor,
        "shown": shown(each.value, target.unit),
        **{name: float(f"{part:.4g}") for name, part in parts.items() if part is not None},
    }


def table(found: list[Measured]) -> str:
    """Return every target with what was measured, in the order of the targets."""
    measured = {each.key: each for each in found}
    lines = [f"{'':<50}{'target':>11}{'measured':>11}   {'ours':>12}{'floor':>12}   floor is"]
    for target in TARGETS:
        each = measured.get(target.key)
        if each is None:
            continue
        parts = [
            "" if part is None else shown(part, target.parts) for part in (each.ours, each.floor)
        ]
        missed = " !" if target.kept(each.value) is False else "  "
        lines.append(
            f"{target.what:<50}{target.bound:>11}{shown(each.value, target.unit):>11}{missed} "
            f"{parts[0]:>12}{parts[1]:>12}   {target.floor}".rstrip()
        )
    return "\n".join((*lines, "", "! misses its target"))


if __name__ == "__main__":
    main()
