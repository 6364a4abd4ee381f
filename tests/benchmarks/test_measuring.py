"""How benchmarks judge: fitted exponents, shares of the floor, targets; and that each runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import growing
import queueing
import sending
import starting
from measuring import Curve, Effort, Timed, fitted_exponent
from targets import BY_KEY, TARGETS, Target, shown

LEAST = Effort(rounds=2, seconds=0.001, scale=10_000, growth=30)


@pytest.mark.parametrize("power", [0, 1, 1.5, 2])
def test_the_exponent_is_that_of_the_power_that_fits(power):
    sizes = (10, 100, 1_000, 10_000)
    assert fitted_exponent(sizes, [3 * size**power for size in sizes]) == pytest.approx(power)


def test_a_curve_with_one_odd_point_is_still_told_from_a_square():
    linear = Curve((10, 100, 1_000), (0.1, 1.4, 10.0))
    assert 0.9 < linear.exponent < 1.1


def test_the_throughput_is_a_share_of_the_floor_within_each_round():
    timed = Timed({"ours": [2.0, 20.0, 4.0], "floor": [1.0, 10.0, 3.0]}, {})
    assert timed.throughput("ours", "floor") == 0.5
    assert timed.seconds("ours") == 4.0


def test_a_target_is_kept_at_its_bound_and_missed_beyond_it():
    least, most = Target("a", "a", "%", at_least=0.9), Target("b", "b", "ms", at_most=5)
    assert [least.kept(value) for value in (0.89, 0.9, 1.2)] == [False, True, True]
    assert [most.kept(value) for value in (4, 5, 5.1)] == [True, True, False]
    assert Target("c", "c", "/s").kept(1) is None


def test_each_target_has_a_key_of_its_own_and_one_bound_at_most():
    assert len(BY_KEY) == len(TARGETS)
    assert all(None in {target.at_least, target.at_most} for target in TARGETS)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(0.954, "%", "95%"), (1234.5, "us", "1 234 us"), (0.26, "s", "0.26 s"), (1, "", "1")],
)
def test_a_figure_is_shown_with_its_unit(value, unit, said):
    assert shown(value, unit) == said


@pytest.mark.proof
def test_every_benchmark_runs_and_measures_every_target():
    """With the least counts: what it measures then says nothing, but that it is measured does."""
    parts = (starting.measured, sending.measured, queueing.measured)
    found = {figure.key for part in parts for figure in part(LEAST)}
    found |= {f"growth.{name}" for name, _ in growing.curves(LEAST)}
    found |= {key for key in BY_KEY if key.startswith("drain.postgresql")}  # where there is one
    assert found == BY_KEY.keys()
