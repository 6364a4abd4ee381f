"""How the benchmarks measure: rounds in turn, medians, ratios within one run."""

import statistics
import time
from collections.abc import Callable


def per_call(work: Callable[[], object], seconds: float) -> float:
    """Return microseconds per call over about ``seconds``."""
    work()
    calls, began = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        work()
        calls += 1
    return elapsed / calls * 1e6


def cpu_per_call(work: Callable[[], object], calls: int = 300) -> float:
    """Return the processor time of this process in microseconds per call."""
    work()
    began = time.process_time()
    for _ in range(calls):
        work()
    return (time.process_time() - began) / calls * 1e6


def side_by_side(
    ours: Callable[[], object], floor: Callable[[], object], rounds: int = 7, seconds: float = 0.25
) -> tuple[float, float, float]:
    """Return medians of both in microseconds and the median of the ratios, round by round."""
    pairs = [(per_call(ours, seconds), per_call(floor, seconds)) for _ in range(rounds)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def report(name: str, ours: float, floor: float, ratio: float, floor_is: str) -> None:
    """Print one row."""
    print(f"{name:<34}{ours:>10.1f} us {floor:>10.1f} us {ratio:>8.2f}   {floor_is}")
