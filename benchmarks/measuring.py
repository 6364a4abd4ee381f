"""How the benchmarks measure: subjects in turn, medians, shares by round, fitted exponents."""

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Effort:
    """How thoroughly one run measures: ``make bench``, or with ``--quick`` in a few minutes."""

    rounds: int
    seconds: float  # of one subject in one round
    scale: int  # what the large counts are divided by
    growth: int  # what the sizes of curves are divided by

    def count(self, whole: int, least: int = 1) -> int:
        """Return the count this run uses in place of ``whole``."""
        return max(least, whole // self.scale)


WHOLE = Effort(rounds=7, seconds=0.25, scale=1, growth=1)
QUICK = Effort(rounds=5, seconds=0.1, scale=10, growth=10)


@dataclass(frozen=True)
class Timed:
    """Subjects that were measured in turn: for each the seconds of a call, round by round."""

    wall: Mapping[str, Sequence[float]]
    processor: Mapping[str, Sequence[float]]

    def seconds(self, subject: str) -> float:
        """Return the median time of a call."""
        return statistics.median(self.wall[subject])

    def processor_seconds(self, subject: str) -> float:
        """Return the median processor time of a call in this process."""
        return statistics.median(self.processor[subject])

    def throughput(self, subject: str, floor: str) -> float:
        """Return the throughput as a share of the floor's: the median of the rounds."""
        pairs = zip(self.wall[subject], self.wall[floor], strict=True)
        return statistics.median(theirs / ours for ours, theirs in pairs)


def in_turn(subjects: Mapping[str, Work], effort: Effort) -> Timed:
    """Measure the subjects, one after another in each round."""
    wall: dict[str, list[float]] = {name: [] for name in subjects}
    processor: dict[str, list[float]] = {name: [] for name in subjects}
    for work in subjects.values():
        work()
    for _ in range(effort.rounds):
        for name, work in subjects.items():
            passed, worked = _per_call(work, effort.seconds)
            wall[name].append(passed)
            processor[name].append(worked)
    return Timed(wall, processor)


def _per_call(work: Work, seconds: float) -> tuple[float, float]:
    calls, elapsed = 0, 0.0
    began, processor = time.perf_counter(), time.process_time()
    while elapsed < seconds:
        work()
        calls += 1
        elapsed = time.perf_counter() - began
    return elapsed / calls, (time.process_time() - processor) / calls


def processor_seconds(work: Work, times: int = 3) -> float:
    """Return the least processor time of a few calls: what else ran can only add to it."""
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


@dataclass(frozen=True)
class Curve:
    """What a growing amount costs, in processor seconds."""

    sizes: Sequence[int]
    seconds: Sequence[float]

    @property
    def exponent(self) -> float:
        """The exponent of the power of the size that fits the costs best: 1 is linear, 0 flat."""
        return fitted_exponent(self.sizes, self.seconds)


def fitted_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the slope of the line that fits the logarithms best (least squares)."""
    x, y = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    return statistics.linear_regression(x, y).slope
